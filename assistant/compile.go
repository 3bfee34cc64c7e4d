package assistant

import (
	"maps"
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
	Template   string
	AssignToMe bool
	Now        time.Time
}

// Compile turns a command that reads or changes issues into a plan: create,
// show, mine, list, search, set, move, assign, done and comment. Names stay
// names. Other verbs, and set without fields (the form), give an empty plan.
// Errors: *MissingArgumentError, *BadValueError, *NoStateError, and
// *MissingIssueError for an address of another workspace.
func Compile(cmd Command, d *linear.Directory, def Defaults) (Plan, error) {
	cmd, err := cmd.in(d)
	if err != nil {
		return Plan{}, err
	}
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

// in names the issues of the command by their identifiers in a workspace.
func (c Command) in(d *linear.Directory) (Command, error) {
	if d == nil {
		return c, nil
	}
	var refs []string
	for _, ref := range c.Issues {
		own, ok := d.ParseRef(ref)
		if !ok {
			return Command{}, &MissingIssueError{Ref: ref}
		}
		if !slices.Contains(refs, own) {
			refs = append(refs, own)
		}
	}
	c.Issues = refs
	return c, nil
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
	state, ok := team.FirstState(types...)
	return state.Name, ok
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
		if _, ok := input["template"]; !ok && def.Template != "" {
			input["template"] = def.Template
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
		maps.Copy(input, changes)
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
		if strings.EqualFold(v.Text, "none") {
			input["parent"] = "none"
			return nil
		}
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
// label:none is an issue without labels.
func setLabels(input map[string]any, f Field, create bool) error {
	if isNone(f) && !f.Not {
		input["labels"] = []string{"none"}
		if create {
			input["labels"] = []string{}
		}
		return nil
	}
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

// isNone reports whether the value of a field is the word none.
func isNone(f Field) bool {
	return len(f.Values) == 1 && strings.EqualFold(f.Values[0].Text, "none") && !f.Values[0].Literal && f.Values[0].Op == ""
}

func badValue(f Field, v Value) error {
	spec, _ := FieldNamed(f.Name) // came out of the table
	valid := slices.Clone(spec.Words)
	if len(valid) == 0 || slices.Contains([]string{"estimate", "due", "parent", "cycle", "project"}, f.Name) {
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
