package slackapp

import (
	"errors"

	"github.com/slack-go/slack"

	"linearbot/accounts"
	"linearbot/assistant"
	"linearbot/linear"
)

// failureWords are what failures are counted as: the first that an error is.
var failureWords = []struct {
	err  error
	word string
}{
	{linear.ErrOutcomeUnknown, "outcome unknown"},
	{linear.ErrRateLimited, "limited by Linear"},
	{linear.ErrUnauthenticated, "access removed"},
	{linear.ErrForbidden, "no permission in Linear"},
	{linear.ErrNotFound, "issue not found"},
	{linear.ErrInvalidInput, "value refused by Linear"},
	{linear.ErrTooComplex, "too much asked for"},
	{linear.ErrTransient, "Linear not responding"},
	{linear.ErrPartial, "Linear not responding"},
	{accounts.ErrPending, "not connected"},
	{accounts.ErrVerifying, "not connected"},
	{accounts.ErrNotConnected, "not connected"},
	{accounts.ErrRevoked, "access removed"},
	{accounts.ErrExpired, "sign-in expired"},
	{accounts.ErrBlocked, "barred"},
	{accounts.ErrOperator, "app refused by Linear"},
	{assistant.ErrNotAsker, "not the asker"},
	{assistant.ErrExpired, "preview expired"},
	{assistant.ErrNothingToUndo, "nothing to undo"},
	{errQueueFull, "too busy"},
	{errInterrupted, "interrupted by a restart"},
	{errNotAdmin, "admins only"},
	{errNoAccess, "issue not found"},
}

// failureWord is what a failure is counted as on the Usage tab.
func failureWord(err error) string {
	if _, ok := errors.AsType[*linear.NameError](err); ok {
		return "name not known"
	}
	if _, ok := errors.AsType[*notAllowedError](err); ok {
		return "not allowed here"
	}
	if _, ok := sayCommand(err, about{}); ok {
		return "command not understood"
	}
	for _, w := range failureWords {
		if errors.Is(err, w.err) {
			return w.word
		}
	}
	if _, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return "refused by Slack"
	}
	return "our side"
}
