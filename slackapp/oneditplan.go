package slackapp

import (
	"context"
	"fmt"
	"strings"

	"linearbot/assistant"
	"linearbot/linear"
)

// pressEditPlan opens the form in which the one change of a preview can be made by
// hand, filled in as it was proposed. Only its asker may.
func (a *App) pressEditPlan(ctx context.Context, r *request, id string) error {
	prop, err := a.Engine.Proposed(ctx, asker(r, sourceButton), id)
	if err != nil {
		return a.refusedPress(ctx, r, id, err)
	}
	if len(prop.Changes) != 1 {
		return fmt.Errorf("edit a preview: %d changes", len(prop.Changes))
	}
	c := prop.Changes[0]
	switch c.Kind {
	case assistant.ChangeCreate:
		if c.Create != nil {
			return a.openForm(ctx, r, draftOfCreate(*c.Create), nil)
		}
	case assistant.ChangeUpdate:
		return a.openEditWith(ctx, r, c.Issue.ID, func(d draft) draft { return d.changed(c.Fields) })
	case assistant.ChangeComment:
		return a.openCommentWith(ctx, r, c.Issue.ID, c.Body)
	case assistant.ChangeQuery:
	}
	return fmt.Errorf("edit a preview: no form for %s", c.Kind)
}

// draftOfCreate is a proposed issue as the New issue form shows it.
func draftOfCreate(in linear.IssueCreate) draft {
	d := draft{
		TeamID: in.TeamID, Title: in.Title, Description: in.Description, AssigneeID: in.AssigneeID, StateID: in.StateID,
		LabelIDs: in.LabelIDs, ProjectID: in.ProjectID, CycleID: in.CycleID, Due: in.DueDate, ParentID: in.ParentID,
		TemplateID: in.TemplateID,
	}
	if in.Priority != nil {
		d.Priority = fmt.Sprint(*in.Priority)
	}
	if in.Estimate != nil {
		d.Estimate = fmt.Sprint(*in.Estimate)
	}
	return d
}

// changed is the draft with the values that a preview proposed.
func (d draft) changed(fields []assistant.FieldChange) draft {
	for _, f := range fields {
		switch f.Field {
		case fieldTitle:
			d.Title = f.ToID
		case fieldDescription:
			d.Description = f.ToID
		case fieldState:
			d.StateID = f.ToID
		case fieldAssignee:
			d.AssigneeID = firstOf(f.ToID, noValue)
		case fieldPriority:
			d.Priority = f.ToID
		case fieldLabels:
			d.LabelIDs = nil
			if f.ToID != "" {
				d.LabelIDs = strings.Split(f.ToID, ",")
			}
		case fieldProject:
			d.ProjectID = firstOf(f.ToID, noValue)
		case fieldCycle:
			d.CycleID = firstOf(f.ToID, noValue)
		case fieldEstimate:
			d.Estimate = firstOf(f.ToID, noValue)
		case fieldDue:
			d.Due = f.ToID
		}
	}
	return d
}
