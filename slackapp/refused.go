package slackapp

import (
	"errors"
	"fmt"

	"github.com/slack-go/slack"
)

// The calls by which Slack lets a process in.
const (
	callTest = "auth.test"             // with the bot token
	callOpen = "apps.connections.open" // with the app-level token
)

// Codes of a RefusedError that are none of Slack's.
const (
	codeOtherApp = "other_app" // the socket is that of another app than the bot's
	codeNotThere = "not_there" // nothing answers at the address: HTTP 404
)

// RefusedError says that Slack will not let this process in with the tokens it has,
// however often it asks.
type RefusedError struct {
	Call   string // auth.test for the bot token, apps.connections.open for the app-level token
	Code   string // Slack's, or other_app: the two tokens are of different apps; not_there: HTTP 404
	Needed string // with missing_scope: the scope
}

func (e *RefusedError) Error() string { return fmt.Sprintf("Slack refuses %s: %s", e.Call, e.Code) }

// refused is the RefusedError in Slack's answer to call; nil for anything that may
// pass by itself.
func refused(call string, err error) error {
	answer, ok := errors.AsType[slack.SlackErrorResponse](err)
	if !ok || slackUnwell(answer.Err) {
		return nil
	}
	return &RefusedError{Call: call, Code: answer.Err, Needed: answer.Needed}
}
