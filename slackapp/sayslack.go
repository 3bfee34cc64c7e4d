package slackapp

import (
	"errors"
	"strings"

	"github.com/slack-go/slack"
)

// saySlack words what Slack refused. A rate limit needs no words: the newest state
// is sent again later.
func saySlack(err error, a about) (Failure, bool) {
	if errors.As(err, new(*triggerError)) {
		return triggerGone(a), true
	}
	if _, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		return Failure{Text: "Slack asks me to slow down. I'll go on by myself.", Quiet: true}, true
	}
	e, ok := errors.AsType[slack.SlackErrorResponse](err)
	if !ok {
		return Failure{}, false
	}
	switch e.Err {
	case "expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id":
		return triggerGone(a), true
	case "invalid_arguments":
		// Slack reports the same faults this way too (facts: modals).
		for _, m := range e.ResponseMetadata.Messages {
			if strings.Contains(m, "trigger_id") {
				return triggerGone(a), true
			}
		}
	case "not_in_channel", "channel_not_found":
		where := "this channel"
		if a.Channel != "" {
			where = "#" + inline(a.Channel, 80)
		}
		return Failure{Text: "I'm not in " + where + ". Type `/invite " + inviteName(a.Bot) + "`."}, true
	case "is_archived":
		return Failure{Text: "This channel is archived, so I can't post here. Pick another one."}, true
	case "hash_conflict":
		return Failure{Text: "This view has a newer state.", Quiet: true}, true
	case "view_closed", "not_found":
		return Failure{Text: "This view was closed.", Quiet: true}, true
	}
	return Failure{}, false
}

func triggerGone(a about) Failure {
	f := Failure{Text: "Slack took too long to open the form. Your text is safe.", Buttons: heldButton("Open form", actOpenForm, a)}
	if a.Held == "" {
		f.Text = "Slack took too long to open the form. Nothing was changed. Try again."
		f.Buttons = []failureButton{{Label: "New issue", Action: actNewIssue, Main: true}}
	}
	return f
}

// inviteName is the bot as /invite takes it; inside code a mention is not shown.
func inviteName(bot string) string {
	return "@" + strings.ReplaceAll(escape(oneLine(firstOf(bot, "linear"))), "`", "'")
}
