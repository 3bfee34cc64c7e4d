package slackapp

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"
)

// wrapSlack names the call that failed. Slack says what is wrong with blocks and
// arguments only beside the error code, in response_metadata.messages.
func wrapSlack(op string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[slack.SlackErrorResponse](err); ok && len(e.ResponseMetadata.Messages) > 0 {
		return fmt.Errorf("%s: %w: %s", op, err, strings.Join(e.ResponseMetadata.Messages, "; "))
	}
	return fmt.Errorf("%s: %w", op, err)
}

// slackCode is Slack's code of an error, if it is one of Slack's answers.
func slackCode(err error) (string, bool) {
	e, ok := errors.AsType[slack.SlackErrorResponse](err)
	return e.Err, ok
}

// slackUnwell reports whether a code of Slack's tells of Slack's own trouble: the
// same request may work in a moment.
func slackUnwell(code string) bool {
	switch code {
	case "internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited", "team_added_to_org", "org_login_required":
		return true
	}
	return false
}

// triggerError says that Slack did not open a form before its trigger died: too late,
// limited, or not answering.
type triggerError struct{ cause error }

func (e *triggerError) Error() string { return "trigger expired: " + e.cause.Error() }

func (e *triggerError) Unwrap() error { return e.cause }

// triggerDead reports whether a trigger was too old or used. Slack has two ways to
// say so: codes of their own, and invalid_arguments with a sentence about trigger_id.
func triggerDead(err error) bool {
	e, ok := errors.AsType[slack.SlackErrorResponse](err)
	if !ok {
		return false
	}
	switch e.Err {
	case "expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id":
		return true
	case "invalid_arguments":
		return slices.ContainsFunc(e.ResponseMetadata.Messages, func(m string) bool { return strings.Contains(m, "trigger_id") })
	}
	return false
}
