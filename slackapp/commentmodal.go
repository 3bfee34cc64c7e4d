package slackapp

import (
	"strings"

	"github.com/slack-go/slack"

	"linearbot/linear"
)

// commentOn asks for a comment.
func commentOn(meta string, i linear.Issue, text string) slack.ModalViewRequest {
	t := textInput(actField, text, maxInput, true)
	t.FocusOnLoad = true
	b := input(fieldComment, "Comment", t)
	b.Hint = plain("Markdown works", maxInputLabel)
	return modal(viewComment, "Comment on "+i.Identifier, "Add comment", "Cancel", meta,
		section(issueLink(i)+" "+inline(i.Title, 150)), b)
}

// commented is the outcome of a comment, with a link to it.
func commented(url string) string { return "Comment added" + seeLink(url) }

func seeLink(url string) string {
	if linkAddress(url) == "" {
		return ""
	}
	return " · " + link(url, "Open comment")
}

// fieldText reads one field of a submitted form: what was typed, or the value of
// what was chosen.
func fieldText(state *slack.ViewState, field string) string {
	if state == nil {
		return ""
	}
	for blockID, elements := range state.Values {
		if name, _, _ := strings.Cut(blockID, "."); name != field {
			continue
		}
		for _, a := range elements {
			if v := a.SelectedOption.Value; v != "" && v != noMatch {
				return v
			}
			if a.SelectedDate != "" {
				return a.SelectedDate
			}
			if a.SelectedConversation != "" {
				return a.SelectedConversation
			}
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// fieldErrors puts sentences under the fields of a submitted form: the keys are
// turned into the block ids the form has now. Sentences of fields it does not
// show come back as one, because Slack refuses errors for them.
func fieldErrors(wrong map[string]string, state *slack.ViewState) (byBlock map[string]string, rest string) {
	byBlock = map[string]string{}
	var others []string
	for field, text := range wrong {
		found := false
		if state != nil {
			for blockID := range state.Values {
				if name, _, _ := strings.Cut(blockID, "."); name == field {
					byBlock[blockID], found = text, true
				}
			}
		}
		if !found {
			others = append(others, text)
		}
	}
	return byBlock, strings.Join(others, " ")
}
