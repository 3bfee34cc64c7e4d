package slackapp

import (
	"errors"
	"slices"
	"strings"

	"github.com/slack-go/slack"
)

// slackError is a call to Slack that failed.
type slackError struct {
	op    string // the method
	cause error
}

// Error says what is wrong with blocks and arguments too, which Slack tells only
// beside the error code, in response_metadata.messages.
func (e *slackError) Error() string {
	said := e.op + ": " + e.cause.Error()
	if r, ok := errors.AsType[slack.SlackErrorResponse](e.cause); ok && len(r.ResponseMetadata.Messages) > 0 {
		said += ": " + strings.Join(r.ResponseMetadata.Messages, "; ")
	}
	return said
}

func (e *slackError) Unwrap() error { return e.cause }

// wrapSlack names the call that failed.
func wrapSlack(op string, err error) error {
	if err == nil {
		return nil
	}
	return &slackError{op: op, cause: err}
}

// undrawable reports whether Slack refused the blocks of a message, or their size:
// its text alone may be taken.
func undrawable(err error) bool {
	code, _ := slackCode(err)
	switch code {
	case "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_blocks_too_many":
		return true
	}
	return false
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
