package assistant

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"linearbot/linear"
)

// Defaults is what a channel or a person has chosen for new issues, the nearest
// choice first already, and the clock of the person who asks: Now carries their
// time zone. Zero values mean that nothing was chosen.
type Defaults struct {
	Team       string
	Project    string
	Labels     []string
	AssignToMe bool
	Now        time.Time
}

// Compile turns a command that reads or changes issues into a plan: create,
// show, mine, list, search, set, move, assign, done and comment. Names stay
// names. Other verbs, and set without fields (the form), give an empty plan.
// Errors: *MissingArgumentError, *BadValueError, *NoStateError.
func Compile(cmd Command, d *linear.Directory, def Defaults) (Plan, error) {
	switch cmd.Verb {
	case VerbCreate:
		return compileCreate(cmd, d, def)
	case VerbShow:
		return eachIssue(cmd, showStep), nil
	case VerbMine, VerbList, VerbSearch:
		return compileList(cmd, def.Now)
	case VerbSet:
		if len(cmd.Fields) == 0 {
			return Plan{}, nil
		}
		return compileSet(cmd, def.Now)
	case VerbMove:
		return updateEach(cmd, "state", cmd.Text), nil
	case VerbAssign:
		return updateEach(cmd, "assignee", person(cmd.Text)), nil
	case VerbDone:
		return compileDone(cmd, d)
	case VerbComment:
		return eachIssue(cmd, func(ref string) Step { return commentStep(ref, cmd.Text) }), nil
	}
	return Plan{}, nil
}

func eachIssue(cmd Command, step func(ref string) Step) Plan {
	var p Plan
	for _, ref := range cmd.Issues {
		p.Steps = append(p.Steps, step(ref))
	}
	return p
}

func updateEach(cmd Command, key string, value any) Plan {
	return eachIssue(cmd, func(ref string) Step {
		return Step{Tool: toolUpdate, Input: map[string]any{"issueId": ref, key: value}}
	})
}

func compileDone(cmd Command, d *linear.Directory) (Plan, error) {
	var p Plan
	for _, ref := range cmd.Issues {
		state, ok := stateOfType(d, ref, "completed")
		if !ok {
			return Plan{}, &NoStateError{Issue: ref, Type: "completed"}
		}
		p.Steps = append(p.Steps, Step{Tool: toolUpdate, Input: map[string]any{"issueId": ref, "state": state}})
	}
	return p, nil
}

// stateOfType is the first state, in board order, of the issue's team that has
// one of the types, tried in order.
func stateOfType(d *linear.Directory, ref string, types ...string) (name string, ok bool) {
	key, _, _ := strings.Cut(ref, "-")
	team, ok := teamByKey(d, key)
	if !ok {
		return "", false
	}
	for _, t := range types {
		var best *linear.State
		for i, s := range team.States {
			if s.Type == t && (best == nil || s.Position < best.Position) {
				best = &team.States[i]
			}
		}
		if best != nil {
			return best.Name, true
		}
	}
	return "", false
}

func teamByKey(d *linear.Directory, key string) (linear.Team, bool) {
	if d == nil {
		return linear.Team{}, false
	}
	i := slices.IndexFunc(d.Teams, func(t linear.Team) bool { return strings.EqualFold(t.Key, key) })
	if i < 0 {
		return linear.Team{}, false
	}
	return d.Teams[i], true
}

func compileCreate(cmd Command, d *linear.Directory, def Defaults) (Plan, error) {
	title := strings.TrimSpace(cmd.Title)
	if title == "" {
		return Plan{}, &MissingArgumentError{Verb: VerbCreate, Argument: "title"}
	}
	input := map[string]any{"title": title}
	if cmd.Description != "" {
		input["description"] = cmd.Description
	}
	for _, f := range cmd.Fields {
		if err := setField(input, f, def.Now, true); err != nil {
			return Plan{}, err
		}
	}
	applyDefaults(input, def)
	if _, ok := input["team"]; !ok && d != nil && len(d.Teams) == 1 && !d.Truncated {
		input["team"] = d.Teams[0].Key
	}
	if _, ok := input["team"]; !ok {
		return Plan{}, &MissingArgumentError{Verb: VerbCreate, Argument: "team"}
	}
	return Plan{Steps: []Step{{Tool: toolCreate, Input: input}}}, nil
}

// applyDefaults fills what was not typed. A default project or label belongs to
// the default team, so it is left out when another team was typed.
func applyDefaults(input map[string]any, def Defaults) {
	typed, _ := input["team"].(string)
	if typed == "" && def.Team != "" {
		input["team"] = def.Team
	}
	if typed == "" || strings.EqualFold(typed, def.Team) {
		if _, ok := input["project"]; !ok && def.Project != "" {
			input["project"] = def.Project
		}
		if _, ok := input["labels"]; !ok && len(def.Labels) > 0 {
			input["labels"] = slices.Clone(def.Labels)
		}
	}
	if _, ok := input["assignee"]; !ok && def.AssignToMe {
		input["assignee"] = "me"
	}
}

func compileSet(cmd Command, now time.Time) (Plan, error) {
	changes := map[string]any{}
	for _, f := range cmd.Fields {
		if err := setField(changes, f, now, false); err != nil {
			return Plan{}, err
		}
	}
	return eachIssue(cmd, func(ref string) Step {
		input := map[string]any{"issueId": ref}
		for k, v := range changes {
			input[k] = v
		}
		return Step{Tool: toolUpdate, Input: input}
	}), nil
}

// setField writes one field of create or update into input.
func setField(input map[string]any, f Field, now time.Time, create bool) error {
	v := f.Values[0]
	if f.Name != "label" && v.Op != "" {
		return &BadValueError{Field: f.Name, Value: v.Op + v.Text, Valid: []string{"one plain value"}}
	}
	switch f.Name {
	case "label":
		return setLabels(input, f, create)
	case "priority":
		p, ok := priority(v.Text)
		if !ok {
			return badValue(f, v)
		}
		input["priority"] = p
	case "estimate":
		e, ok := points(v.Text)
		if !ok {
			return badValue(f, v)
		}
		input["estimate"] = e
	case "due":
		due, ok := dueDate(v.Text, now)
		if !ok {
			return badValue(f, v)
		}
		input["dueDate"] = due
	case "assignee":
		input["assignee"] = person(v.Text)
	case "parent":
		ref, ok := issueRef(v.Text)
		if !ok {
			return badValue(f, v)
		}
		input["parent"] = ref
	default:
		input[f.Name] = v.Text
	}
	return nil
}

// setLabels handles label:a,b (replace), label:+a,-b (add, remove) and -label:a.
func setLabels(input map[string]any, f Field, create bool) error {
	for _, v := range f.Values {
		key := "labels"
		switch {
		case f.Not || v.Op == "-":
			key = "removeLabels"
		case v.Op == "+":
			key = "addLabels"
		case v.Op != "":
			return &BadValueError{Field: f.Name, Value: v.Op + v.Text, Valid: []string{"a label, +label or -label"}}
		}
		if create && key == "removeLabels" {
			return &BadValueError{Field: f.Name, Value: "-" + v.Text, Valid: []string{"a label"}}
		}
		if create {
			key = "labels"
		}
		list, _ := input[key].([]string)
		if !slices.Contains(list, v.Text) {
			list = append(list, v.Text)
		}
		input[key] = list
	}
	return nil
}

func badValue(f Field, v Value) error {
	spec, _ := FieldNamed(f.Name) // came out of the table
	valid := slices.Clone(spec.Words)
	if len(valid) == 0 || f.Name == "estimate" || f.Name == "due" {
		valid = []string{spec.Takes}
	}
	return &BadValueError{Field: f.Name, Value: v.Op + v.Text, Valid: valid}
}

// person spells nobody and myself the way the tools do.
func person(text string) string {
	switch strings.ToLower(text) {
	case "me", "myself", "@me":
		return "me"
	case "none", "nobody", "no-one", "noone", "no one", "unassigned":
		return "none"
	}
	return text
}

var priorities = map[string]string{
	"urgent": "1", "high": "2", "medium": "3", "normal": "3", "med": "3", "low": "4", "none": "0",
	"no-priority": "0", "1": "1", "2": "2", "3": "3", "4": "4", "0": "0", "p1": "1", "p2": "2", "p3": "3", "p4": "4",
}

// priority reads a priority word or digit and gives the digit.
func priority(text string) (digit string, ok bool) {
	digit, ok = priorities[strings.ToLower(text)]
	return digit, ok
}

// points reads an estimate: 0 to 64, or none.
func points(text string) (string, bool) {
	if strings.EqualFold(text, "none") {
		return "none", true
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 64 || text[0] == '+' {
		return "", false
	}
	return strconv.Itoa(n), true
}

func dueDate(text string, now time.Time) (string, bool) {
	if strings.EqualFold(text, "none") {
		return "none", true
	}
	day, ok := parseDay(text, now)
	if !ok {
		return "", false
	}
	return day.Format(isoDay), true
}

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
		addLabelFilter(input, f)
		return nil
	case "created", "updated", "completed", "due":
		return addDay(input, f, now)
	case "estimate":
		v := f.Values[0]
		e, ok := points(v.Text)
		if !ok || f.Not || len(f.Values) > 1 {
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
		names = append(names, name)
	}
	put(input, f.Name, names, f.Not)
	return nil
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
func addLabelFilter(input map[string]any, f Field) {
	var names []string
	for _, v := range f.Values {
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
