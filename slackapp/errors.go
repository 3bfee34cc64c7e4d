package slackapp

import "errors"

// What can go wrong between a press and what it meant. say has the words.
var (
	errAssistantOff  = errors.New("slackapp: assistant unavailable")
	errNobody        = errors.New("slackapp: envelope names no person")
	errNotAdmin      = errors.New("slackapp: admins only")
	errUnknownPerson = errors.New("slackapp: Slack does not say who this is")
	errGone          = errors.New("slackapp: deactivated in Slack, or a bot")
	errNoAccess      = errors.New("slackapp: presser cannot see the issue")
)

// notAskerError refuses a press by somebody else than the person who asked.
type notAskerError struct{ UserID string }

func (e *notAskerError) Error() string { return "only " + e.UserID + " may confirm" }

// notShownError says that the work was done, but Slack did not take the answer.
type notShownError struct{ cause error }

func (e *notShownError) Error() string { return "answer not shown: " + e.cause.Error() }

func (e *notShownError) Unwrap() error { return e.cause }

// privateTeamError refuses to show an issue of a private team in a channel.
type privateTeamError struct{ Identifier string }

func (e *privateTeamError) Error() string { return e.Identifier + " is in a private team" }
