package assistant

import (
	"slices"
	"strings"
)

// FieldSpec describes one field of the grammar: where it may be written and
// what it takes. Help, usage and error texts are made from it.
type FieldSpec struct {
	Name     string
	Aliases  []string
	Takes    string   // the value in words: "a team key or name"
	Words    []string // the fixed values, when there are any
	Examples [2]string
	Create   bool // usable when creating
	Update   bool // usable when changing
	List     bool // usable as a filter
	Many     bool // may be given more than once
}

var fields = []FieldSpec{
	{Name: "team", Takes: "a team key or name", Examples: [2]string{"team:ENG", "team:design"}, Create: true, List: true},
	{Name: "state", Aliases: []string{"status"}, Takes: "a state of the team; in filters also a class", Words: []string{"open", "closed", "all", "triage", "backlog", "unstarted", "started", "completed", "canceled"}, Examples: [2]string{`state:"In Review"`, "state:open"}, Create: true, Update: true, List: true},
	{Name: "assignee", Takes: "a person, me or none", Words: []string{"me", "none"}, Examples: [2]string{"assignee:@bob", "assignee:none"}, Create: true, Update: true, List: true},
	{Name: "priority", Aliases: []string{"p", "prio"}, Takes: "urgent, high, medium, low, none or 1 2 3 4 0", Words: []string{"urgent", "high", "medium", "low", "none"}, Examples: [2]string{"p:high", "priority:1,2"}, Create: true, Update: true, List: true},
	{Name: "label", Aliases: []string{"labels"}, Takes: "labels; +x and -x add and remove, none clears", Examples: [2]string{"label:bug", "label:+bug,-infra"}, Create: true, Update: true, List: true, Many: true},
	{Name: "project", Takes: "a project, or none", Words: []string{"none"}, Examples: [2]string{"project:auth-revamp", "project:none"}, Create: true, Update: true, List: true},
	{Name: "cycle", Takes: "current, next, a number, a name or none", Words: []string{"current", "next", "none"}, Examples: [2]string{"cycle:current", "cycle:12"}, Create: true, Update: true, List: true},
	{Name: "estimate", Takes: "points of the team's scale", Words: []string{"none"}, Examples: [2]string{"estimate:3", "estimate:>3"}, Create: true, Update: true, List: true},
	{Name: "due", Takes: "a day: friday, tomorrow, 2026-12-01, 3d", Words: []string{"none"}, Examples: [2]string{"due:friday", "due:<2026-12-01"}, Create: true, Update: true, List: true},
	{Name: "parent", Takes: "an issue, or none", Words: []string{"none"}, Examples: [2]string{"parent:ENG-10", "parent:none"}, Create: true, Update: true, List: true},
	{Name: "template", Takes: "a template of the team", Examples: [2]string{"template:incident", `template:"Bug report"`}, Create: true},
	{Name: "creator", Takes: "a person or me", Words: []string{"me"}, Examples: [2]string{"creator:me", "creator:alice"}, List: true},
	{Name: "created", Takes: "<7d for the last week, >2w for longer ago, or a day", Examples: [2]string{"created:<7d", "created:>2026-11-01"}, List: true},
	{Name: "updated", Takes: "<7d for the last week, >2w for longer ago, or a day", Examples: [2]string{"updated:<24h", "updated:>30d"}, List: true},
	{Name: "completed", Takes: "<7d for the last week, >2w for longer ago, or a day", Examples: [2]string{"completed:<7d", "completed:>2026-11-01"}, List: true},
	{Name: "sort", Takes: "an order", Words: []string{"newest", "oldest", "updated", "priority", "due"}, Examples: [2]string{"sort:newest", "sort:due"}, List: true},
	{Name: "limit", Takes: "1 to 50", Examples: [2]string{"limit:5", "limit:50"}, List: true},
}

// Fields lists every field of the grammar in the order help shows them.
func Fields() []FieldSpec { return slices.Clone(fields) }

// FieldNamed finds a field by name or alias, whatever its case.
func FieldNamed(name string) (FieldSpec, bool) {
	name = strings.ToLower(name)
	i := slices.IndexFunc(fields, func(f FieldSpec) bool {
		return f.Name == name || slices.Contains(f.Aliases, name)
	})
	if i < 0 {
		return FieldSpec{}, false
	}
	return fields[i], true
}
