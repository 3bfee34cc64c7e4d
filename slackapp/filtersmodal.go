package slackapp

import (
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"linearbot/assistant"
	"linearbot/linear"
)

// filters are what the Edit filters form holds: names as the command writes them,
// so that they survive any team and any reload. "" is any.
type filters struct {
	Words    string   `json:"words,omitempty"`
	TeamID   string   `json:"team,omitempty"`
	State    string   `json:"state,omitempty"` // a class (open, closed, all, …) or a state's name
	Assignee string   `json:"assignee,omitempty"`
	Priority string   `json:"priority,omitempty"` // "0" to "4"
	LabelIDs []string `json:"labels,omitempty"`
	Project  string   `json:"project,omitempty"`
	Cycle    string   `json:"cycle,omitempty"`
	Updated  string   `json:"updated,omitempty"` // 1d, 7d, 30d
	Sort     string   `json:"sort,omitempty"`
}

// editFilters is the form; word and the command below show what it amounts to.
func editFilters(meta, word string, dir *linear.Directory, f filters) slack.ModalViewRequest {
	n := newIssue{Dir: dir, Draft: draft{TeamID: f.TeamID, LabelIDs: f.LabelIDs, ProjectID: f.Project, CycleID: f.Cycle}}
	team, ok := teamByID(dir, f.TeamID)
	var initial *choice
	if ok {
		initial = new(teamChoice(team))
	}
	all := []slack.Block{
		optional(fieldTeam, "Team", externalSelect(actTeam, "Any team", initial)).WithDispatchAction(true),
		optional(fieldWords, "Words", textInput(actField, f.Words, 200, false)),
		optional(scoped(fieldState, team.ID), "State", staticSelect(actField, "Open", stateFilters(team), firstOf(f.State, "open"))),
		optional(scoped(fieldAssignee, team.ID), "Assignee", externalSelect(actField, "Anyone", chosenOf(f.Assignee, n.people(team)))),
		optional(fieldPriority, "Priority", staticSelect(actField, "Any priority", priorityChoices(), f.Priority)),
		n.labelsField(team),
		n.projectField(team),
		n.cycleField(team),
		optional(fieldUpdated, "Updated within", staticSelect(actField, "Any time", updatedChoices(), f.Updated)),
		optional(fieldSort, "Sort", staticSelect(actField, "Priority", sortChoices(), f.Sort)),
		contextLine("Same as " + code(word+" "+f.command(dir), 500)),
	}
	return modal(viewFilters, "Edit filters", "Show issues", "Cancel", meta, all...)
}

// searchIssues asks for words, for the Search button.
func searchIssues(meta, words string) slack.ModalViewRequest {
	t := textInput(actField, words, 200, false)
	t.FocusOnLoad = true
	t.Placeholder = plain("Words, or an identifier such as ENG-142", maxPlaceholder)
	return modal(viewSearch, "Search issues", "Search", "Cancel", meta, input(fieldWords, "Search for", t))
}

// stateFilters are the classes and the team's own states.
func stateFilters(team linear.Team) []choice {
	all := []choice{
		{Label: "Open", Value: "open"},
		{Label: "Closed", Value: "closed"},
		{Label: "All", Value: "all"},
		{Label: "Triage", Value: "triage"},
		{Label: "Backlog", Value: "backlog"},
		{Label: "Started", Value: "started"},
	}
	for _, s := range team.States {
		name := cut(oneLine(s.Name), maxLabel)
		if !slices.ContainsFunc(all, func(c choice) bool { return strings.EqualFold(c.Value, name) }) {
			all = append(all, choice{Label: s.Name, Value: name})
		}
	}
	return all
}

func updatedChoices() []choice {
	return []choice{{Label: "A day", Value: "1d"}, {Label: "A week", Value: "7d"}, {Label: "30 days", Value: "30d"}}
}

func sortChoices() []choice {
	return []choice{
		{Label: "Priority", Value: "priority"},
		{Label: "Last updated", Value: "updated"},
		{Label: "Newest", Value: "newest"},
		{Label: "Oldest", Value: "oldest"},
		{Label: "Due date", Value: "due"},
	}
}

// readFilters overwrites f with what the form holds now.
func readFilters(f filters, state *slack.ViewState) filters {
	d := readDraft(draft{TeamID: f.TeamID, LabelIDs: f.LabelIDs}, state)
	return filters{
		Words: fieldText(state, fieldWords), TeamID: d.TeamID, State: fieldText(state, fieldState),
		Assignee: d.AssigneeID, Priority: d.Priority, LabelIDs: d.LabelIDs, Project: d.ProjectID,
		Cycle: d.CycleID, Updated: fieldText(state, fieldUpdated), Sort: fieldText(state, fieldSort),
	}
}

// command is the filters as a person would type them, verb first.
func (f filters) command(dir *linear.Directory) string {
	parts := []string{"list"}
	if f.Words != "" {
		parts = []string{"search", f.Words}
	}
	add := func(field, value string) {
		if value != "" {
			parts = append(parts, field+":"+commandValue(value))
		}
	}
	team, _ := teamByID(dir, f.TeamID)
	add("team", team.Key)
	add("state", f.State)
	add("assignee", f.person(dir))
	add("priority", priorityWord(f.Priority))
	for _, id := range f.LabelIDs {
		if l, ok := labelByID(dir, id); ok {
			add("label", l.Name)
		}
	}
	if i := slices.IndexFunc(dir.Projects, func(p linear.Project) bool { return p.ID == f.Project }); i >= 0 {
		add("project", dir.Projects[i].Name)
	}
	if i := slices.IndexFunc(team.Cycles, func(c linear.Cycle) bool { return c.ID == f.Cycle }); i >= 0 {
		add("cycle", cycleCommand(team.Cycles[i]))
	}
	if f.Updated != "" {
		parts = append(parts, "updated:<"+f.Updated)
	}
	add("sort", f.Sort)
	return strings.Join(parts, " ")
}

func (f filters) person(dir *linear.Directory) string {
	switch f.Assignee {
	case "", noValue:
		return f.Assignee
	case dir.Viewer.ID:
		return "me"
	}
	i := slices.IndexFunc(dir.Users, func(u linear.User) bool { return u.ID == f.Assignee })
	if i < 0 {
		return ""
	}
	return firstOf(dir.Users[i].DisplayName, personName(dir.Users[i]))
}

// filtersOf reads a list's command back into the form. What the form has no field
// for stays out; the command below the fields shows what is asked for.
func filtersOf(dir *linear.Directory, cmd assistant.Command) filters {
	f := filters{Words: cmd.Text}
	if cmd.Verb == assistant.VerbMine {
		f.Assignee = dir.Viewer.ID
	}
	for _, field := range cmd.Fields {
		if field.Name == fieldTeam && len(field.Values) == 1 && !field.Not {
			if t, err := dir.Team(field.Values[0].Text); err == nil {
				f.TeamID = t.ID
			}
		}
	}
	for _, field := range cmd.Fields {
		if field.Not || len(field.Values) == 0 {
			continue
		}
		for _, v := range field.Values {
			f.fill(dir, field.Name, v)
		}
	}
	return f
}

func (f *filters) fill(dir *linear.Directory, field string, v assistant.Value) {
	d := draft{TeamID: f.TeamID, AssigneeID: f.Assignee, LabelIDs: f.LabelIDs, ProjectID: f.Project, CycleID: f.Cycle}
	switch field {
	case fieldState:
		f.State = strings.ToLower(v.Text)
		if s, err := dir.State(f.TeamID, v.Text); err == nil && !isStateClass(f.State) {
			f.State = s.Name
		}
		return
	case fieldAssignee:
		if strings.EqualFold(v.Text, noValue) {
			f.Assignee = noValue
			return
		}
	case fieldPriority:
		if p, err := linear.ParsePriority(v.Text); err == nil {
			f.Priority = strconv.Itoa(p)
		}
		return
	case fieldUpdated:
		if slices.ContainsFunc(updatedChoices(), func(c choice) bool { return c.Value == v.Text }) {
			f.Updated = v.Text
		}
		return
	case fieldSort:
		if slices.ContainsFunc(sortChoices(), func(c choice) bool { return c.Value == v.Text }) {
			f.Sort = v.Text
		}
		return
	}
	d.fill(dir, field, v.Text)
	f.Assignee, f.LabelIDs, f.Project, f.Cycle = d.AssigneeID, d.LabelIDs, d.ProjectID, d.CycleID
}

func isStateClass(s string) bool {
	return slices.ContainsFunc(stateFilters(linear.Team{}), func(c choice) bool { return c.Value == s })
}
