package slackapp

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"linearbot/assistant"
	"linearbot/linear"
)

// noValue is the option for "no one" and "none": chosen on purpose, unlike "".
const noValue = "none"

// noMatch is the option shown when nothing matches; it never counts as a choice.
const noMatch = "no_match"

// draft is an issue being written: what the forms hold. Ids are Linear's; "" is
// not chosen, noValue is chosen to be empty. Its JSON travels sealed or in the
// inbox, so that nothing typed is lost.
type draft struct {
	ID          string   `json:"id,omitempty"` // of the issue to be: made when the form opens
	TeamID      string   `json:"team,omitempty"`
	Title       string   `json:"title,omitempty"`
	Description string   `json:"description,omitempty"`
	AssigneeID  string   `json:"assignee,omitempty"`
	StateID     string   `json:"state,omitempty"`
	Priority    string   `json:"priority,omitempty"` // "0" to "4"
	LabelIDs    []string `json:"labels,omitempty"`
	ProjectID   string   `json:"project,omitempty"`
	CycleID     string   `json:"cycle,omitempty"`
	Estimate    string   `json:"estimate,omitempty"` // points
	Due         string   `json:"due,omitempty"`      // YYYY-MM-DD
	ParentID    string   `json:"parent,omitempty"`
	ParentName  string   `json:"parent_name,omitempty"` // how the option reads: ENG-10 · Title
	TemplateID  string   `json:"template,omitempty"`
	Post        bool     `json:"post,omitempty"`
	Thread      bool     `json:"thread,omitempty"` // include the thread
	Files       bool     `json:"files,omitempty"`  // attach its files
}

// readDraft overwrites d with what a form's fields hold now. A field the form
// does not show keeps its value.
func readDraft(d draft, state *slack.ViewState) draft {
	if state == nil {
		return d
	}
	for blockID, elements := range state.Values {
		field, _, _ := strings.Cut(blockID, ".")
		for _, a := range elements {
			d.set(field, a)
		}
	}
	return d
}

func (d *draft) set(field string, a slack.BlockAction) {
	chosen := a.SelectedOption.Value
	if chosen == noMatch {
		chosen = ""
	}
	switch field {
	case fieldTeam:
		d.TeamID = chosen
	case fieldTitle:
		d.Title = strings.TrimSpace(a.Value)
	case fieldDescription:
		d.Description = strings.TrimSpace(a.Value)
	case fieldAssignee:
		d.AssigneeID = chosen
	case fieldState:
		d.StateID = chosen
	case fieldPriority:
		d.Priority = chosen
	case fieldLabels:
		d.LabelIDs = picked(a.SelectedOptions)
	case fieldProject:
		d.ProjectID = chosen
	case fieldCycle:
		d.CycleID = chosen
	case fieldEstimate:
		d.Estimate = chosen
	case fieldDue:
		d.Due = a.SelectedDate
	case fieldParent:
		d.ParentID, d.ParentName = chosen, ""
		if a.SelectedOption.Text != nil && chosen != "" {
			d.ParentName = a.SelectedOption.Text.Text
		}
	case fieldTemplate:
		d.TemplateID = chosen
	case fieldOptions:
		d.Post = slices.Contains(picked(a.SelectedOptions), optionPost)
	case fieldThread:
		on := picked(a.SelectedOptions)
		d.Thread, d.Files = slices.Contains(on, optionIncludeThread), slices.Contains(on, optionAttachFiles)
	}
}

// picked are the values ticked or chosen, without the "no match" line.
func picked(options []slack.OptionBlockObject) []string {
	var values []string
	for _, o := range options {
		if o.Value != noMatch && !slices.Contains(values, o.Value) {
			values = append(values, o.Value)
		}
	}
	return values
}

// check finds what is wrong without asking Linear: sentences keyed by field, in
// the way a form shows them under it. now decides what "in the past" means.
func (d draft) check(dir *linear.Directory, now time.Time) map[string]string {
	wrong := map[string]string{}
	switch n := length(d.Title); {
	case n == 0:
		wrong[fieldTitle] = "Write a title."
	case n > maxIssueTitle:
		wrong[fieldTitle] = fmt.Sprintf("Use at most %d characters; this has %d.", maxIssueTitle, n)
	}
	if d.TeamID == "" {
		wrong[fieldTeam] = "Pick a team."
	}
	if d.Due != "" {
		if _, err := time.Parse(time.DateOnly, d.Due); err != nil {
			wrong[fieldDue] = "Use a date such as " + now.Format(time.DateOnly) + "."
		}
	}
	team, ok := teamByID(dir, d.TeamID)
	if !ok {
		return wrong
	}
	d.checkTeam(dir, team, wrong)
	return wrong
}

func (d draft) checkTeam(dir *linear.Directory, team linear.Team, wrong map[string]string) {
	if _, ok := stateByID(team, d.StateID); d.StateID != "" && !ok {
		wrong[fieldState] = "Pick one of " + team.Name + "'s states."
	}
	groups := map[string]string{}
	for _, id := range d.LabelIDs {
		l, ok := labelByID(dir, id)
		switch {
		case !ok:
			continue
		case l.Team != nil && l.Team.ID != team.ID:
			wrong[fieldLabels] = fmt.Sprintf("“%s” belongs to another team than %s.", l.Name, team.Name)
		case l.Parent != nil && groups[l.Parent.ID] != "":
			wrong[fieldLabels] = fmt.Sprintf("Pick one of “%s” and “%s”: both are in %s.", groups[l.Parent.ID], l.Name, l.Parent.Name)
		case l.Parent != nil:
			groups[l.Parent.ID] = l.Name
		}
	}
	if scale := estimateScale(team); d.Estimate != "" && d.Estimate != noValue &&
		!slices.ContainsFunc(scale, func(c choice) bool { return c.Value == d.Estimate }) {
		wrong[fieldEstimate] = "Estimate must be one of " + scaleWords(scale) + "."
	}
}

// forTeam moves the draft to another team: what does not exist there is cleared,
// and the names of the cleared fields come back for the notice.
func (d draft) forTeam(dir *linear.Directory, teamID string) (draft, []string) {
	d.TeamID = teamID
	team, ok := teamByID(dir, teamID)
	if !ok {
		return d, nil
	}
	var cleared []string
	clear := func(value *string, word string, exists bool) {
		if *value != "" && *value != noValue && !exists {
			*value, cleared = "", append(cleared, word)
		}
	}
	_, hasState := stateByID(team, d.StateID)
	clear(&d.StateID, "Status", hasState)
	clear(&d.AssigneeID, "Assignee", slices.Contains(team.MemberIDs, d.AssigneeID) || len(team.MemberIDs) == 0)
	kept := d.LabelIDs[:0:0]
	for _, id := range d.LabelIDs {
		if l, ok := labelByID(dir, id); ok && (l.Team == nil || l.Team.ID == teamID) {
			kept = append(kept, id)
		}
	}
	if n := len(d.LabelIDs) - len(kept); n > 0 {
		cleared = append(cleared, plural(n, "label", "labels"))
	}
	d.LabelIDs = kept
	clear(&d.ProjectID, "Project", slices.ContainsFunc(dir.Projects, func(p linear.Project) bool {
		return p.ID == d.ProjectID && (len(p.TeamIDs) == 0 || slices.Contains(p.TeamIDs, teamID))
	}))
	clear(&d.CycleID, "Cycle", slices.ContainsFunc(team.Cycles, func(c linear.Cycle) bool { return c.ID == d.CycleID }))
	clear(&d.Estimate, "Estimate", slices.ContainsFunc(estimateScale(team), func(c choice) bool { return c.Value == d.Estimate }))
	clear(&d.TemplateID, "Template", slices.ContainsFunc(team.Templates, func(r linear.Ref) bool { return r.ID == d.TemplateID }))
	return d, cleared
}

// submitted is the draft of a form that was drawn for a team. A person who changes
// the team and submits before the form was redrawn still sends the choices of the
// old one: they never reach Linear.
func (d draft) submitted(dir *linear.Directory, drawnFor string) draft {
	if d.TeamID != drawnFor {
		d, _ = d.forTeam(dir, d.TeamID)
	}
	return d
}

// createInput is the draft as input of linear_issue_create.
func (d draft) createInput() map[string]any {
	in := map[string]any{"teamId": d.TeamID, "title": d.Title}
	put := func(name, value string) {
		if value != "" && value != noValue {
			in[name] = value
		}
	}
	put("description", d.Description)
	put("assigneeId", d.AssigneeID)
	put("stateId", d.StateID)
	put("template", d.TemplateID)
	put("projectId", d.ProjectID)
	put("cycle", d.CycleID)
	put("estimate", d.Estimate)
	put("dueDate", d.Due)
	put("parent", d.ParentID)
	if p, err := strconv.Atoi(d.Priority); err == nil && p > 0 {
		in["priority"] = d.Priority
	}
	if len(d.LabelIDs) > 0 {
		in["labelIds"] = d.LabelIDs
	}
	return in
}

// draftOfCommand is a create command as a form: fields whose name means exactly
// one thing are filled in, the others are left to the person.
func draftOfCommand(dir *linear.Directory, cmd assistant.Command) draft {
	d := draft{Title: cmd.Title, Description: cmd.Description}
	for _, f := range cmd.Fields { // the team first: the rest depends on it
		if f.Name == fieldTeam && len(f.Values) > 0 {
			if t, err := dir.Team(f.Values[0].Text); err == nil {
				d.TeamID = t.ID
			}
		}
	}
	for _, f := range cmd.Fields {
		for _, v := range f.Values {
			d.fill(dir, f.Name, v.Text)
		}
	}
	return d
}

func (d *draft) fill(dir *linear.Directory, field, name string) {
	switch field {
	case fieldAssignee:
		if u, err := dir.User(name); err == nil {
			d.AssigneeID = u.ID
		}
	case fieldState:
		if s, err := dir.State(d.TeamID, name); err == nil {
			d.StateID = s.ID
		}
	case fieldPriority:
		if p, err := linear.ParsePriority(name); err == nil {
			d.Priority = strconv.Itoa(p)
		}
	case "label":
		if l, err := dir.Label(d.TeamID, name); err == nil {
			d.LabelIDs = append(d.LabelIDs, l.ID)
		}
	case fieldProject:
		if p, err := dir.Project(d.TeamID, name); err == nil {
			d.ProjectID = p.ID
		}
	case fieldCycle:
		if c, err := dir.Cycle(d.TeamID, name); err == nil {
			d.CycleID = c.ID
		}
	case fieldEstimate:
		d.Estimate = name
	}
}
