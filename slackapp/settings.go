package slackapp

import (
	"strings"

	"github.com/slack-go/slack"

	"linearbot/linear"
)

// defaults are values a person or a channel starts from. Typed values win, then
// the channel's, then the person's, then the team's.
type defaults struct {
	TeamID       string   `json:"team,omitempty"`
	ProjectID    string   `json:"project,omitempty"`
	LabelIDs     []string `json:"labels,omitempty"`
	TemplateID   string   `json:"template,omitempty"`
	AssignMe     bool     `json:"assign_me,omitempty"`
	Post         bool     `json:"post,omitempty"`         // post confirmations instead of showing them to the person alone
	Instructions string   `json:"instructions,omitempty"` // for the assistant, in a channel
}

// settingsView is the person's own defaults.
func settingsView(meta string, dir *linear.Directory, d defaults) slack.ModalViewRequest {
	team, _ := teamByID(dir, d.TeamID)
	all := d.teamFields(dir, team)
	var on []string
	if d.AssignMe {
		on = append(on, optionAssignMe)
	}
	all = append(all,
		optional(fieldOptions, "New issues", checkboxes(actField, []choice{{Label: "Assign to me", Value: optionAssignMe}}, on...)),
		optional(fieldAfter, "After creating", staticSelect(actField, "Show it to me only", afterChoices(), afterValue(d.Post))),
		contextLine("A channel's defaults come before yours."))
	return modal(viewSettings, "Settings", "Save settings", "Cancel", meta, all...)
}

// channelView is a channel's defaults. It takes no channel id: meta has it.
func channelView(meta, channel string, dir *linear.Directory, d defaults) slack.ModalViewRequest {
	team, _ := teamByID(dir, d.TeamID)
	all := append([]slack.Block{section("Defaults for everybody in " + bold("#"+inline(channel, 80)))}, d.teamFields(dir, team)...)
	if len(team.Templates) > 0 {
		n := newIssue{Dir: dir, Draft: draft{TemplateID: d.TemplateID}}
		all = append(all, n.templateField(team))
	}
	notes := textInput(actField, d.Instructions, 500, true)
	all = append(all,
		optional(fieldAfter, "After creating", staticSelect(actField, "Show it to the person only", afterChoices(), afterValue(d.Post))),
		optional(fieldNotes, "Instructions for the assistant", notes))
	return modal(viewChannel, "Channel defaults", "Save defaults", "Cancel", meta, all...)
}

func (d defaults) teamFields(dir *linear.Directory, team linear.Team) []slack.Block {
	n := newIssue{Dir: dir, Draft: draft{TeamID: d.TeamID, ProjectID: d.ProjectID, LabelIDs: d.LabelIDs}}
	var initial *choice
	if team.ID != "" {
		initial = new(teamChoice(team))
	}
	return blocks(
		optional(fieldTeam, "Team", externalSelect(actTeam, "No default", initial)).WithDispatchAction(true),
		n.projectField(team), n.labelsField(team))
}

func afterChoices() []choice {
	return []choice{{Label: "Show it to me only", Value: "ephemeral"}, {Label: "Post it in the channel", Value: optionPost}}
}

func afterValue(post bool) string {
	if post {
		return optionPost
	}
	return "ephemeral"
}

// readDefaults overwrites d with what the form holds now.
func readDefaults(d defaults, state *slack.ViewState) defaults {
	f := readDraft(draft{TeamID: d.TeamID, ProjectID: d.ProjectID, LabelIDs: d.LabelIDs, TemplateID: d.TemplateID}, state)
	d.TeamID, d.ProjectID, d.LabelIDs, d.TemplateID = f.TeamID, f.ProjectID, f.LabelIDs, f.TemplateID
	d.AssignMe = ticked(state, fieldOptions, optionAssignMe)
	d.Post = fieldText(state, fieldAfter) == optionPost
	d.Instructions = fieldText(state, fieldNotes)
	return d
}

// saved sums up defaults after saving. channel is "" for the person's own.
func (d defaults) saved(dir *linear.Directory, channel string) Message {
	var parts []string
	if team, ok := teamByID(dir, d.TeamID); ok {
		parts = append(parts, "team "+bold(inline(team.Name, 80)))
	}
	if c := chosenOf(d.ProjectID, projectChoices(dir, "")); c != nil {
		parts = append(parts, "project "+bold(inline(c.Label, 80)))
	}
	var labels []linear.Label
	for _, id := range d.LabelIDs {
		if l, ok := labelByID(dir, id); ok {
			labels = append(labels, l)
		}
	}
	if len(labels) > 0 {
		parts = append(parts, "labels "+bold(labelList(labels, 5)))
	}
	if team, ok := teamByID(dir, d.TeamID); ok {
		for _, t := range team.Templates {
			if t.ID == d.TemplateID {
				parts = append(parts, "template "+bold(inline(t.Name, 80)))
			}
		}
	}
	if d.AssignMe {
		parts = append(parts, "assigned to you")
	}
	if d.Instructions != "" {
		parts = append(parts, "instructions for the assistant")
	}
	if d.Post {
		parts = append(parts, "posted in the channel")
	}
	if len(parts) == 0 {
		parts = append(parts, "no defaults")
	}
	where := "Your settings are saved: "
	if channel != "" {
		where = "Defaults for <#" + escape(channel) + "> are saved: "
	}
	return sayText(where + strings.Join(parts, ", ") + ".")
}
