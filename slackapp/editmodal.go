package slackapp

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"linearbot/linear"
)

// draftOf is an issue as the Edit form shows it.
func draftOf(i linear.Issue) draft {
	d := draft{
		ID: i.ID, TeamID: i.Team.ID, Title: i.Title, Description: i.Description,
		StateID: i.State.ID, Priority: fmt.Sprint(int(i.Priority)), Due: i.DueDate,
	}
	if i.Assignee != nil {
		d.AssigneeID = i.Assignee.ID
	}
	for _, l := range i.Labels.Nodes {
		d.LabelIDs = append(d.LabelIDs, l.ID)
	}
	if i.Project != nil {
		d.ProjectID = i.Project.ID
	}
	if i.Cycle != nil {
		d.CycleID = i.Cycle.ID
	}
	if i.Estimate != nil {
		d.Estimate = fmt.Sprint(int(*i.Estimate))
	}
	return d
}

// editIssue is the form that changes an issue's fields. d is what it shows:
// draftOf the issue at first.
func editIssue(meta string, dir *linear.Directory, i linear.Issue, d draft) slack.ModalViewRequest {
	n := newIssue{Dir: dir, Draft: d}
	team, _ := teamByID(dir, i.Team.ID)
	title := input(fieldTitle, "Title", textInput(actField, d.Title, maxIssueTitle, false))
	all := []slack.Block{title}
	if length(i.Description) <= maxInput { // a longer one would be cut by saving
		all = append(all, n.descriptionField())
	}
	all = append(all, n.mainFields(team)...)
	all = append(all, n.projectField(team), n.cycleField(team), n.estimateField(team), n.dueField())
	return modal(viewEdit, "Edit "+i.Identifier, "Save changes", "Cancel", meta, all...)
}

// editInput is what changed between two drafts as input of linear_issue_update;
// empty when nothing did.
func editInput(before, after draft) map[string]any {
	in := map[string]any{}
	text := func(name, from, to string) {
		if from != to && to != "" {
			in[name] = to
		}
	}
	cleared := func(name, from, to string) {
		from, to = strings.TrimPrefix(from, noValue), strings.TrimPrefix(to, noValue)
		if from != to {
			in[name] = firstOf(to, noValue)
		}
	}
	text("title", before.Title, after.Title)
	if before.Description != after.Description {
		in["description"] = after.Description
	}
	text("stateId", before.StateID, after.StateID)
	cleared("assignee", before.AssigneeID, after.AssigneeID)
	text("priority", before.Priority, firstOf(after.Priority, "0"))
	cleared("project", before.ProjectID, after.ProjectID)
	cleared("cycle", before.CycleID, after.CycleID)
	cleared("dueDate", before.Due, after.Due)
	cleared("estimate", before.Estimate, after.Estimate)
	added := without(after.LabelIDs, before.LabelIDs)
	if len(added) > 0 {
		in["addLabels"] = added
	}
	if removed := without(before.LabelIDs, after.LabelIDs); len(removed) > 0 {
		in["removeLabels"] = removed
	}
	return in
}

// without is all except those also in minus.
func without(all, minus []string) []string {
	var left []string
	for _, v := range all {
		if !slices.Contains(minus, v) {
			left = append(left, v)
		}
	}
	return left
}

// moveIssue asks for a state, priorityOf for a priority: the two menus a list row
// and a card open.
func moveIssue(meta string, dir *linear.Directory, i linear.Issue) slack.ModalViewRequest {
	n := newIssue{Dir: dir, Draft: draftOf(i)}
	team, ok := teamByID(dir, i.Team.ID)
	if !ok {
		team = linear.Team{TeamRef: i.Team}
	}
	return modal(viewStatus, "Move "+i.Identifier, "Move issue", "Cancel", meta,
		section(issueLink(i)+" "+inline(i.Title, 150)), n.stateField(team))
}

// priorityOf asks for a priority.
func priorityOf(meta string, i linear.Issue) slack.ModalViewRequest {
	return modal(viewPriority, "Priority of "+i.Identifier, "Set priority", "Cancel", meta,
		section(issueLink(i)+" "+inline(i.Title, 150)),
		input(fieldPriority, "Priority", staticSelect(actField, "No priority", priorityChoices(), fmt.Sprint(int(i.Priority)))))
}
