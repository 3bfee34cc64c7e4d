package assistant

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Filters of commands become the input of the list tool.

// compileList turns filters into one list step. Issues that are open are meant
// unless the command says otherwise.
func compileList(cmd Command, now time.Time) (Plan, error) {
	input := map[string]any{}
	if cmd.Verb == VerbMine {
		input["assignee"] = "me"
	}
	if cmd.Verb == VerbSearch {
		input["query"] = cmd.Text
	}
	stated := false
	for _, f := range cmd.Fields {
		stated = stated || f.Name == "state" || f.Name == "completed"
		if err := addFilter(input, f, now); err != nil {
			return Plan{}, err
		}
	}
	if !stated {
		input["stateType"] = "open"
	}
	return Plan{Steps: []Step{{Tool: toolList, Input: input}}}, nil
}

// addFilter writes one filter into input.
func addFilter(input map[string]any, f Field, now time.Time) error {
	switch f.Name {
	case "state":
		return addStates(input, f)
	case "priority":
		return addPriorities(input, f)
	case "label":
		return addLabelFilter(input, f)
	case "created", "updated", "completed", "due":
		return addDay(input, f, now)
	case "estimate":
		v := f.Values[0]
		e, ok := points(v.Text)
		if !ok || f.Not || len(f.Values) > 1 || v.Op != "" && e == "none" {
			return badValue(f, v)
		}
		input["estimate"] = v.Op + e
		return nil
	case "sort":
		v := f.Values[0]
		spec, _ := FieldNamed("sort")
		order := strings.ToLower(v.Text)
		if !slices.Contains(spec.Words, order) || f.Not || len(f.Values) > 1 {
			return badValue(f, v)
		}
		input["sort"] = order
		return nil
	case "limit":
		v := f.Values[0]
		n, err := strconv.Atoi(v.Text)
		if err != nil || n < 1 || n > 50 || f.Not || len(f.Values) > 1 {
			return &BadValueError{Field: f.Name, Value: f.text(), Valid: []string{"1 to 50"}}
		}
		input["first"] = n
		return nil
	}
	return addNames(input, f)
}

// addNames writes assignee, creator, team, project, cycle and parent.
func addNames(input map[string]any, f Field) error {
	var names []string
	for _, v := range f.Values {
		name := v.Text
		if v.Op != "" {
			return badValue(f, v)
		}
		if f.Name == "assignee" || f.Name == "creator" {
			name = person(name)
		}
		if f.Name == "parent" && !strings.EqualFold(name, "none") {
			ref, ok := issueRef(name)
			if !ok {
				return badValue(f, v)
			}
			name = ref
		}
		if f.Name == "cycle" && f.Not && !slices.Contains([]string{"current", "next", "previous", "none"}, strings.ToLower(name)) && !isNumber(name) {
			return &BadValueError{Field: f.Name, Value: "-cycle:" + name, Valid: []string{"current, next, previous, a number or none"}}
		}
		names = append(names, name)
	}
	put(input, f.Name, names, f.Not)
	return nil
}

func isNumber(text string) bool {
	_, err := strconv.Atoi(text)
	return err == nil
}

func addStates(input map[string]any, f Field) error {
	var names []string
	for _, v := range f.Values {
		class := strings.ToLower(v.Text)
		switch {
		case v.Op != "":
			return badValue(f, v)
		case v.Literal || !isStateClass(class):
			names = append(names, v.Text)
		case class == "all" && !f.Not && len(f.Values) == 1:
			return nil
		case f.Not || len(f.Values) > 1:
			if class == "all" || class == "open" || class == "closed" {
				return badValue(f, v)
			}
			names = append(names, v.Text) // a state of that name
		default:
			input["stateType"] = class
		}
	}
	if len(names) > 0 {
		put(input, "state", names, f.Not)
	}
	return nil
}

func isStateClass(word string) bool {
	spec, _ := FieldNamed("state")
	return slices.Contains(spec.Words, word)
}

func addPriorities(input map[string]any, f Field) error {
	var digits []string
	for _, v := range f.Values {
		p, ok := priority(v.Text)
		if !ok || v.Op != "" {
			return badValue(f, v)
		}
		digits = append(digits, p)
	}
	slices.Sort(digits)
	put(input, "priority", slices.Compact(digits), f.Not)
	return nil
}

// addLabelFilter: label:a label:b must all be there, label:a,b any of them.
func addLabelFilter(input map[string]any, f Field) error {
	var names []string
	if isNone(f) {
		return badValue(f, f.Values[0])
	}
	for _, v := range f.Values {
		if v.Op != "" && v.Op != "-" && v.Op != "+" {
			return badValue(f, v)
		}
		if v.Op == "-" {
			negate(input, "labels", []string{v.Text})
			continue
		}
		names = append(names, v.Text)
	}
	switch {
	case len(names) == 0:
	case f.Not:
		negate(input, "labels", names)
	case len(names) > 1:
		old, _ := input["anyLabels"].([]string)
		input["anyLabels"] = append(old, names...)
	default:
		old, _ := input["labels"].([]string)
		input["labels"] = append(old, names...)
	}
	return nil
}

// put writes one name as a string and several as a list, or as a negation.
func put(input map[string]any, key string, names []string, not bool) {
	switch {
	case not:
		negate(input, key, names)
	case len(names) == 1:
		input[key] = names[0]
	default:
		input[key] = names
	}
}

// negate adds names to input.not[key]: none of them may hold.
func negate(input map[string]any, key string, names []string) {
	not, _ := input["not"].(map[string]any)
	if not == nil {
		not = map[string]any{}
		input["not"] = not
	}
	old, _ := not[key].([]string)
	not[key] = append(old, names...)
}

// addDay writes a range. After includes its day, before does not. With a span
// back from now, < means younger; with a calendar day, < means earlier.
func addDay(input map[string]any, f Field, now time.Time) error {
	v := f.Values[0]
	if f.Not || len(f.Values) > 1 {
		return &BadValueError{Field: f.Name, Value: f.text(), Valid: []string{"one day or span"}}
	}
	if f.Name == "due" {
		return addDue(input, f, v, now)
	}
	if n, unit, ok := parseSpan(v.Text); ok {
		if strings.HasPrefix(v.Op, ">") {
			input[f.Name+"Before"] = ago(n, unit)
		} else {
			input[f.Name+"After"] = ago(n, unit)
		}
		return nil
	}
	day, ok := parseDay(v.Text, now)
	if !ok {
		return badValue(f, v)
	}
	addRange(input, f.Name, v.Op, day)
	return nil
}

func addDue(input map[string]any, f Field, v Value, now time.Time) error {
	if strings.EqualFold(v.Text, "none") && v.Op == "" {
		input["dueDate"] = "none"
		return nil
	}
	day, ok := parseDay(v.Text, now)
	if !ok {
		return badValue(f, v)
	}
	addRange(input, "due", v.Op, day)
	return nil
}

func addRange(input map[string]any, name, op string, day time.Time) {
	next := day.AddDate(0, 0, 1)
	switch cmp.Or(op, "=") {
	case "<":
		input[name+"Before"] = day.Format(isoDay)
	case "<=":
		input[name+"Before"] = next.Format(isoDay)
	case ">":
		input[name+"After"] = next.Format(isoDay)
	case ">=":
		input[name+"After"] = day.Format(isoDay)
	default:
		input[name+"After"] = day.Format(isoDay)
		input[name+"Before"] = next.Format(isoDay)
	}
}
