package linear

import (
	"cmp"
	"slices"
	"strconv"
)

// updateArguments are those of the published schema, and labelIds and parent,
// which commands offer.
var updateArguments = []string{
	"issueId", "title", "description", "stateId", "state", "assigneeId", "assignee", "priority", "estimate", "labels",
	"labelIds", "addLabels", "removeLabels", "projectId", "project", "cycle", "dueDate", "parent",
}

// ResolveUpdate turns the input of linear_issue_update into a change, without a
// request. Of current only the team is needed; when it was read just now
// (UpdatedAt is set), values that are equal already are left out, and a label
// added to an exclusive group takes the place of the one that is there. The
// update may then be Empty. Errors are *NameError or *ToolError.
func ResolveUpdate(d *Directory, current Issue, input map[string]any) (IssueUpdate, Applied, error) {
	a := newArguments(d, input, updateArguments)
	if a.err != nil {
		return IssueUpdate{}, nil, a.err
	}
	if len(a.given) == 0 || len(a.given) == 1 && a.has("issueId") {
		return IssueUpdate{}, nil, invalid("", "Nothing to change was given.")
	}
	team, ok := d.TeamByID(current.Team.ID)
	if !ok {
		team, ok = d.TeamOf(current.Identifier)
	}
	if !ok {
		team = Team{TeamRef: current.Team}
		if needsTeam(input) {
			return IssueUpdate{}, nil, &NameError{Field: "team", Name: cmp.Or(current.Team.Key, current.Identifier)}
		}
	}
	var u IssueUpdate
	a.updateTexts(&u)
	a.updateNames(&u, team)
	a.updateLabels(&u, team, current)
	a.updateValues(&u, team)
	if a.err != nil {
		return IssueUpdate{}, nil, a.err
	}
	if !current.UpdatedAt.IsZero() {
		u.dropEqual(current)
	}
	return u, a.applied, nil
}

// needsTeam reports whether names in the input belong to a team.
func needsTeam(input map[string]any) bool {
	return slices.ContainsFunc(
		[]string{"stateId", "state", "labels", "labelIds", "addLabels", "removeLabels", "cycle", "estimate"},
		func(name string) bool { return input[name] != nil })
}

func (a *arguments) updateTexts(u *IssueUpdate) {
	if title, ok := a.title(); ok {
		u.Title = new(title)
	}
	if text, ok := a.text("description"); ok {
		u.Description = new(text)
	}
}

func (a *arguments) updateNames(u *IssueUpdate, team Team) {
	find := func(name string) (State, error) { return a.d.State(team.ID, name) }
	if s, none, ok := twin(a, "stateId", "state", find, func(s State) string { return s.ID }); ok {
		if none {
			a.fail(invalid("state", "An issue always has a state."))
		}
		u.StateID = new(s.ID)
		a.note("state", s.Name)
	}
	if p, none, ok := twin(a, "assigneeId", "assignee", a.d.User, func(u User) string { return u.ID }); ok {
		u.AssigneeID = putOrClear(p.ID, none)
		a.noteOrNone("assignee", person(p), none)
	}
	findProject := func(name string) (Project, error) { return a.d.Project(team.ID, name) }
	if p, none, ok := twin(a, "projectId", "project", findProject, func(p Project) string { return p.ID }); ok {
		u.ProjectID = putOrClear(p.ID, none)
		a.noteOrNone("project", p.Name, none)
	}
	if given, ok := a.text("cycle"); ok {
		none := isNone(given)
		var c Cycle
		if !none {
			var err error
			if c, err = a.d.Cycle(team.ID, given); err != nil {
				a.fail(err)
			}
		}
		u.CycleID = putOrClear(c.ID, none)
		a.noteOrNone("cycle", cycleName(c), none)
	}
}

func (a *arguments) updateLabels(u *IssueUpdate, team Team, current Issue) {
	replace := a.has("labels", "labelIds")
	if replace && a.has("addLabels", "removeLabels") {
		a.fail(invalid("labels", "labels replaces all of them; addLabels and removeLabels cannot be given with it."))
		return
	}
	if replace {
		if names := a.list("labels"); len(names) == 1 && isNone(names[0]) {
			u.LabelIDs = new([]string{})
			a.note("labels", "none")
			return
		}
		u.LabelIDs = new(labelIDs(a.bothLabels(team.ID)))
		return
	}
	added, removed := a.labels("addLabels", team.ID), a.removedLabels(team.ID)
	for _, l := range added {
		if slices.ContainsFunc(removed, func(o Label) bool { return o.ID == l.ID }) {
			a.fail(invalid("addLabels", l.Name+" cannot be added and removed at once."))
		}
		for _, held := range current.Labels.Nodes {
			if l.Parent != nil && held.Parent != nil && held.Parent.ID == l.Parent.ID && held.ID != l.ID {
				removed = append(removed, held)
			}
		}
	}
	u.AddedLabelIDs, u.RemovedLabelIDs = slices.Clip(labelIDs(added)), slices.Clip(labelIDs(removed))
	if len(added) == 0 {
		u.AddedLabelIDs = nil
	}
	if len(removed) == 0 {
		u.RemovedLabelIDs = nil
	}
}

// removedLabels are not held to exclusive groups: any number may go.
func (a *arguments) removedLabels(teamID string) []Label {
	var found []Label
	for _, given := range a.list("removeLabels") {
		l, err := a.d.Label(teamID, given)
		if err != nil {
			a.fail(err)
			return nil
		}
		found = append(found, l)
		a.note("removeLabels", joinNote(a.applied["removeLabels"], l.Name))
	}
	return found
}

func joinNote(before, name string) string {
	if before == "" {
		return name
	}
	return before + ", " + name
}

func (a *arguments) updateValues(u *IssueUpdate, team Team) {
	if n, ok := a.priority(); ok {
		u.Priority = new(n)
	}
	if n, none, ok := a.estimate(team); ok {
		u.Estimate = putOrClear(n, none)
	}
	if day, none, ok := a.day("dueDate"); ok {
		u.DueDate = putOrClear(day, none)
	}
	if given, ok := a.text("parent"); ok {
		none := isNone(given)
		var ref string
		if !none {
			ref = a.parent(given)
		}
		u.ParentID = putOrClear(ref, none)
		a.noteOrNone("parent", ref, none)
	}
}

func (a *arguments) noteOrNone(name, reading string, none bool) {
	if none {
		reading = "none"
	}
	a.note(name, reading)
}

func putOrClear[T any](v T, clear bool) Optional[T] {
	if clear {
		return Clear[T]()
	}
	return Put(v)
}

// cycleName is how people call a cycle.
func cycleName(c Cycle) string {
	return cmp.Or(c.Name, "Cycle "+strconv.FormatFloat(c.Number, 'f', -1, 64))
}

// dropEqual takes out what the issue has already.
func (u *IssueUpdate) dropEqual(i Issue) {
	if u.Title != nil && *u.Title == i.Title {
		u.Title = nil
	}
	if u.Description != nil && !i.Brief && *u.Description == i.Description {
		u.Description = nil
	}
	if u.StateID != nil && *u.StateID == i.State.ID {
		u.StateID = nil
	}
	if u.Priority != nil && float64(*u.Priority) == i.Priority {
		u.Priority = nil
	}
	if u.Estimate.Set && equalEstimate(u.Estimate.Value, i.Estimate) {
		u.Estimate = Optional[int]{}
	}
	dropSame(&u.AssigneeID, i.Assignee, func(a User) string { return a.ID })
	dropSame(&u.ProjectID, i.Project, func(p Ref) string { return p.ID })
	dropSame(&u.CycleID, i.Cycle, func(c Cycle) string { return c.ID })
	dropSame(&u.DueDate, nonEmpty(i.DueDate), func(day string) string { return day })
	if u.ParentID.Value != nil && i.Parent != nil && *u.ParentID.Value == i.Parent.Identifier {
		u.ParentID = Optional[string]{}
	}
	dropSame(&u.ParentID, i.Parent, func(p IssueRef) string { return p.ID })
	u.dropEqualLabels(labelIDs(i.Labels.Nodes))
}

func (u *IssueUpdate) dropEqualLabels(held []string) {
	has := func(id string) bool { return slices.Contains(held, id) }
	u.AddedLabelIDs = slices.DeleteFunc(u.AddedLabelIDs, has)
	u.RemovedLabelIDs = slices.DeleteFunc(u.RemovedLabelIDs, func(id string) bool { return !has(id) })
	if len(u.AddedLabelIDs) == 0 {
		u.AddedLabelIDs = nil
	}
	if len(u.RemovedLabelIDs) == 0 {
		u.RemovedLabelIDs = nil
	}
	if u.LabelIDs == nil || len(*u.LabelIDs) != len(held) {
		return
	}
	if !slices.ContainsFunc(*u.LabelIDs, func(id string) bool { return !has(id) }) {
		u.LabelIDs = nil
	}
}

// dropSame unsets a field that already points at what the issue has.
func dropSame[T any](field *Optional[string], held *T, id func(T) string) {
	if !field.Set {
		return
	}
	same := field.Value == nil && held == nil
	if field.Value != nil && held != nil {
		same = *field.Value == id(*held)
	}
	if same {
		*field = Optional[string]{}
	}
}

func equalEstimate(wanted *int, held *float64) bool {
	if wanted == nil || held == nil {
		return wanted == nil && held == nil
	}
	return float64(*wanted) == *held
}

func nonEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
