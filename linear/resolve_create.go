package linear

import (
	"slices"
	"strings"
)

// createArguments are those of the published schema, and template, which the
// form offers.
var createArguments = []string{
	"teamId", "team", "title", "description", "priority", "estimate", "assigneeId", "assignee", "stateId", "state",
	"labelIds", "labels", "projectId", "project", "cycle", "dueDate", "parent", "template",
}

// ResolveCreate turns the input of linear_issue_create into a new issue, without
// a request. The only team of a workspace need not be named. Errors are
// *NameError or *ToolError.
func ResolveCreate(d *Directory, input map[string]any) (IssueCreate, Applied, error) {
	a := newArguments(d, input, createArguments)
	if a.err != nil {
		return IssueCreate{}, nil, a.err
	}
	team := a.newTeam()
	if a.err != nil {
		return IssueCreate{}, nil, a.err
	}
	in := IssueCreate{TeamID: team.ID}
	if title, ok := a.title(); ok {
		in.Title = title
	} else {
		a.fail(invalid("title", "A title is required."))
	}
	if text, ok := a.text("description"); ok {
		in.Description = text
	}
	a.createNames(&in, team)
	a.createValues(&in, team)
	if a.err != nil {
		return IssueCreate{}, nil, a.err
	}
	return in, a.applied, nil
}

// newTeam is where the issue goes.
func (a *arguments) newTeam() Team {
	team, _, ok := twin(a, "teamId", "team", a.d.Team, func(t Team) string { return t.ID })
	if !ok && a.err == nil && len(a.d.Teams) == 1 && !a.d.Truncated {
		team, ok = a.d.Teams[0], true
	}
	if !ok || team.ID == "" {
		missing := invalid("team", "A team is required.")
		for _, t := range a.d.Teams[:min(len(a.d.Teams), 20)] {
			missing.Candidates = append(missing.Candidates, t.Key)
		}
		a.fail(missing)
		return Team{}
	}
	a.note("team", team.Name)
	return team
}

func (a *arguments) createNames(in *IssueCreate, team Team) {
	if u, none, ok := twin(a, "assigneeId", "assignee", a.d.User, func(u User) string { return u.ID }); ok && !none {
		in.AssigneeID = u.ID
		a.note("assignee", person(u))
	}
	find := func(name string) (State, error) { return a.d.State(team.ID, name) }
	if s, none, ok := twin(a, "stateId", "state", find, func(s State) string { return s.ID }); ok && !none {
		in.StateID = s.ID
		a.note("state", s.Name)
	}
	findProject := func(name string) (Project, error) { return a.d.Project(team.ID, name) }
	if p, none, ok := twin(a, "projectId", "project", findProject, func(p Project) string { return p.ID }); ok && !none {
		in.ProjectID = p.ID
		a.note("project", p.Name)
	}
	in.LabelIDs = labelIDs(a.bothLabels(team.ID))
	if given, ok := a.text("cycle"); ok && !isNone(given) {
		c, err := a.d.Cycle(team.ID, given)
		if err != nil {
			a.fail(err)
		}
		in.CycleID = c.ID
		a.note("cycle", cycleName(c))
	}
	if given, ok := a.text("template"); ok && !isNone(given) {
		in.TemplateID = a.template(team, given)
	}
}

// bothLabels reads labels and labelIds, which must agree when both are given.
func (a *arguments) bothLabels(teamID string) []Label {
	byName, byID := a.labels("labels", teamID), a.labels("labelIds", teamID)
	delete(a.applied, "labelIds")
	if !a.has("labels") || !a.has("labelIds") {
		found := slices.Concat(byName, byID)
		if len(found) > 0 {
			a.note("labels", strings.Join(labelNames(found), ", "))
		}
		return found
	}
	one, two := labelIDs(byName), labelIDs(byID)
	slices.Sort(one)
	slices.Sort(two)
	if !slices.Equal(one, two) {
		a.fail(invalid("labelIds", "labels and labelIds name different things."))
	}
	return byName
}

func (a *arguments) template(team Team, name string) string {
	entries := make([]entry, len(team.Templates))
	for i, t := range team.Templates {
		entries[i] = entry{Candidate{t.ID, t.Name, ""}, folded(t.Name), nil}
	}
	i, err := resolve("template", name, team.Key, entries)
	if err != nil {
		a.fail(err)
		return ""
	}
	a.note("template", team.Templates[i].Name)
	return team.Templates[i].ID
}

func (a *arguments) createValues(in *IssueCreate, team Team) {
	if n, ok := a.priority(); ok {
		in.Priority = new(n)
	}
	if n, none, ok := a.estimate(team); ok && !none {
		in.Estimate = new(n)
	}
	if day, none, ok := a.day("dueDate"); ok && !none {
		in.DueDate = day
	}
	if given, ok := a.text("parent"); ok && !isNone(given) {
		in.ParentID = a.parent(given)
	}
}

func (a *arguments) parent(given string) string {
	ref, ok := a.d.ParseRef(given)
	if !ok {
		a.fail(invalid("parent", "The parent is an issue of this workspace, such as ENG-10."))
	}
	a.note("parent", ref)
	return ref
}
