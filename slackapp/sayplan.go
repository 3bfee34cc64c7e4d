package slackapp

import (
	"errors"

	"linearbot/assistant"
)

// sayPlan words what became of a preview, and what a plan may not do.
func sayPlan(err error, a about) (Failure, bool) {
	var missing *assistant.MissingIssueError
	var refused *assistant.RefusedError
	switch {
	case errors.As(err, &missing):
		return issueGone(missing.Ref), true
	case errors.As(err, &refused):
		return Failure{Text: "I can't do that in Linear from here. Nothing was changed. Do it in Linear itself.", Buttons: openInLinear(a)}, true
	case errors.Is(err, assistant.ErrNotAsker):
		return Failure{Text: "Only the person who asked can confirm this."}, true
	case errors.Is(err, assistant.ErrExpired):
		return Failure{
			Text:    "This preview is older than 15 minutes. Nothing was changed.",
			Buttons: heldButton("Show again", actShowAgain, a),
		}, true
	case errors.Is(err, assistant.ErrMustEdit):
		return Failure{Text: "A person or a link in this came from somebody else's text, so I won't apply it as it is. Nothing was changed. Edit it, or ask in your own words."}, true
	case errors.Is(err, assistant.ErrNothingToUndo):
		return Failure{Text: "There's nothing from the last 10 minutes to undo."}, true
	case errors.Is(err, assistant.ErrTooManyChanges):
		return Failure{Text: "That would change more than 50 issues. Nothing was changed. Narrow it down with a filter."}, true
	case errors.Is(err, assistant.ErrAlready):
		return Failure{Text: "This was done already, so I did nothing more."}, true
	}
	return Failure{}, false
}
