package slackapp

import (
	"slices"

	"github.com/slack-go/slack"

	"linearbot/linear"
)

// linkIssue asks which issue a message or thread belongs to.
func linkIssue(meta string, s *source) slack.ModalViewRequest {
	choose := externalSelect(actField, "Identifier or words of the title", nil)
	choose.FocusOnLoad = true
	boxes := []choice{{Label: "Add the thread as a comment", Value: optionIncludeThread}}
	var notice slack.Block
	if s != nil {
		notice = contextLine(s.Notice)
	}
	return modal(viewLink, "Link to issue", "Link issue", "Cancel", meta,
		input(fieldIssue, "Issue", choose),
		optional(fieldThread, "Options", checkboxes(actField, boxes)),
		notice)
}

// ticked reports whether the box is on in a submitted form.
func ticked(state *slack.ViewState, field, value string) bool {
	if state == nil {
		return false
	}
	for _, a := range state.Values[field] {
		if slices.Contains(picked(a.SelectedOptions), value) {
			return true
		}
	}
	return false
}

// shareIssue asks where to post a card. Only channels the bot can write to work,
// which Slack tells at the post.
func shareIssue(meta string, i linear.Issue) slack.ModalViewRequest {
	s := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, plain("Pick a channel", maxPlaceholder), actField)
	s.DefaultToCurrentConversation = true
	s.Filter = &slack.SelectBlockElementFilter{Include: []string{"public", "private"}, ExcludeBotUsers: true}
	return modal(viewShare, "Share "+i.Identifier, "Share issue", "Cancel", meta,
		section(issueLink(i)+" "+inline(i.Title, 150)), input(fieldChannel, "Channel", s))
}
