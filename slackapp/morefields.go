package slackapp

import (
	"slices"

	"github.com/slack-go/slack"

	"linearbot/linear"
)

// moreFields is the button that opens the further fields, or the fields.
func (n newIssue) moreFields(team linear.Team) []slack.Block {
	if !n.More {
		return blocks(actions("", button("More fields", actMoreFields, "")))
	}
	all := blocks(n.projectField(team), n.cycleField(team), n.estimateField(team), n.dueField())
	parent := (*choice)(nil)
	if n.Draft.ParentID != "" && n.Draft.ParentName != "" {
		parent = &choice{Label: n.Draft.ParentName, Value: n.Draft.ParentID}
	}
	all = append(all, optional(fieldParent, "Parent", externalSelect(actField, "Find an issue", parent)))
	if len(team.Templates) > 0 {
		all = append(all, n.templateField(team))
	}
	if n.Template {
		all = append(all, section("Template not applied to your description", button("Replace description", actReplaceText, n.Draft.TemplateID)))
	}
	return all
}

func (n newIssue) projectField(team linear.Team) slack.Block {
	return optional(scoped(fieldProject, team.ID), "Project", externalSelect(actField, "No project",
		chosenOf(n.Draft.ProjectID, n.projects(team))))
}

func (n newIssue) projects(team linear.Team) []choice {
	if n.Dir == nil {
		return nil
	}
	return projectChoices(n.Dir, team.ID)
}

// cycleField is left out for teams without cycles.
func (n newIssue) cycleField(team linear.Team) slack.Block {
	if len(team.Cycles) == 0 {
		return nil
	}
	return optional(scoped(fieldCycle, team.ID), "Cycle", externalSelect(actField, "No cycle",
		chosenOf(n.Draft.CycleID, cycleChoices(team))))
}

// estimateField is left out for teams that do not estimate.
func (n newIssue) estimateField(team linear.Team) slack.Block {
	scale := estimateScale(team)
	if len(scale) == 0 {
		return nil
	}
	return optional(scoped(fieldEstimate, team.ID), "Estimate", staticSelect(actField, "No estimate", scale, n.Draft.Estimate))
}

func (n newIssue) dueField() slack.Block {
	return optional(fieldDue, "Due date", datePicker(n.Draft.Due))
}

func (n newIssue) templateField(team linear.Team) slack.Block {
	return optional(scoped(fieldTemplate, team.ID), "Template", externalSelect(actTemplate, "No template",
		chosenOf(n.Draft.TemplateID, refChoices(team.Templates)))).WithDispatchAction(true)
}

func datePicker(date string) *slack.DatePickerBlockElement {
	d := slack.NewDatePickerBlockElement(actField)
	d.InitialDate = date
	d.Placeholder = plain("Pick a date", maxPlaceholder)
	return d
}

// chosenOf is the choice with the value, nil when it is not among them.
func chosenOf(value string, all []choice) *choice {
	i := slices.IndexFunc(all, func(c choice) bool { return c.Value == value && value != "" })
	if i < 0 {
		return nil
	}
	return &all[i]
}
