package slackapp

import (
	"context"
	"errors"
	"time"

	"linearbot/assistant"
	"linearbot/linear"
	"linearbot/store"
)

// about is what say may know beside the error. The zero value is fine: the words
// are then more general.
type about struct {
	Ref     string
	Word    string // the command word, for "type /linear …"
	Bot     string // the bot's Slack user id
	Doing   string // "create issues", "edit issues in Design": after "you can't"
	Finish  string // what waits for a connection, after "I'll then": "finish creating “Fix login”"
	Issue   string // the identifier it was about
	URL     string // the issue in Linear
	Team    string // name of the team a permission is missing in
	Channel string // name of the channel, without #
	Held    string // reference to what was typed: gives Try again, Open form and the suggestions their value
	Reads   bool   // nothing could have been changed
	Wrote   bool   // something was changed
	Scopes  []string
	Later   string    // reference to what goes on by itself when a rate limit ends
	SavedAt time.Time // how old the answer is that a read could show instead
}

// say turns any error into a person's words. It is the only place that does.
func say(err error, ref string) Failure { return sayAbout(err, about{Ref: ref}) }

// sayAbout is say with what is known of the action.
func sayAbout(err error, a about) Failure {
	if a.Word == "" {
		a.Word = "/linear"
	}
	for _, words := range []func(error, about) (Failure, bool){sayOwn, sayRefusal, sayPlan, sayAccount, sayName, sayCommand, sayLinear, sayTool, saySlack, sayStore} {
		if f, ok := words(err, a); ok {
			return finish(f, a)
		}
	}
	return finish(sayInternal(err, a), a)
}

func finish(f Failure, a about) Failure {
	f.Ref = a.Ref
	if f.Changed == "" {
		f.Changed = nothingChanged
	}
	return f
}

// sayOwn words what this package itself refuses.
func sayOwn(err error, a about) (Failure, bool) {
	var asker *notAskerError
	var barred *notAllowedError
	var gone *issueGoneError
	var unseen *notShownError
	var private *privateTeamError
	switch {
	case errors.As(err, &unseen) && a.Wrote:
		return Failure{
			Text:    "I did what you asked, but Slack did not take my answer. Look in Linear before you try again.",
			Changed: unknownChange,
		}, true
	case errors.As(err, &unseen):
		return Failure{Text: "Slack did not take my answer, so I can't show it. Nothing was changed. Try again in a moment.", Buttons: tryAgain(a)}, true
	case errors.As(err, &private):
		return Failure{Text: inline(private.Identifier, 40) + " is in a private team, so I didn't post it here."}, true
	case errors.As(err, &asker):
		return Failure{Text: "Only " + mention(asker.UserID) + " can confirm this."}, true
	case errors.As(err, &barred):
		return Failure{Text: escape(barred.Who) + " can't use Linear here. Ask a teammate, or an admin can allow it."}, true
	case errors.As(err, &gone):
		return issueGone(gone.Ref), true
	case errors.Is(err, errAssistantOff):
		return Failure{Text: "The assistant is unavailable. Commands still work.", Buttons: []failureButton{{Label: "Show help", Action: actHelp}}}, true
	case errors.Is(err, errNotAdmin):
		return Failure{Text: "Only workspace admins can open this."}, true
	case errors.Is(err, errGone):
		return Failure{Text: "Only people can use Linear here. Nothing was changed.", Quiet: true}, true
	case errors.Is(err, errUnknownPerson):
		return Failure{Text: "Slack didn't tell me who you are, so I did nothing. Nothing was changed. Try again in a moment.", Internal: true, Buttons: tryAgain(a)}, true
	case errors.Is(err, errNoAccess):
		return Failure{Text: "You don't have access to this issue in Linear."}, true
	case errors.Is(err, errQueueFull):
		return Failure{
			Text:    "Too much is going on right now, so I didn't start on this. Nothing was changed. Try again in a minute.",
			Buttons: tryAgain(a),
		}, true
	case errors.Is(err, errInterrupted):
		return Failure{
			Text:    "I was restarted while I worked on this. I can't tell yet whether it was done. Look in Linear before you try again.",
			Changed: unknownChange, Buttons: tryAgain(a),
		}, true
	}
	return Failure{}, false
}

func issueGone(ref string) Failure {
	return Failure{
		Text:    "I can't find " + inline(firstOf(ref, "that issue"), 60) + ", or you don't have access to it.",
		Buttons: []failureButton{{Label: "Search issues", Action: actSearch, Value: cut(ref, 100)}},
	}
}

// sayStore words what our own rows say: somebody was faster, or it is too old.
func sayStore(err error, a about) (Failure, bool) {
	switch {
	case errors.Is(err, store.ErrHeld), errors.Is(err, store.ErrFenced):
		return Failure{Text: "This was done or changed a moment ago, so I did nothing more."}, true
	case errors.Is(err, store.ErrNotFound):
		return Failure{Text: "This is too old for me to go on with. Nothing was changed. Start again with " + code(a.Word, 60) + "."}, true
	}
	return Failure{}, false
}

// sayInternal is the last word: our fault, or time ran out.
func sayInternal(err error, a about) Failure {
	f := Failure{Text: "Something went wrong on our side. ", Internal: true, Changed: nothingChanged, Buttons: tryAgain(a)}
	if _, panicked := errors.AsType[*panicError](err); !a.Reads && (panicked || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) {
		f.Changed = unknownChange
		f.Text += "I can't tell yet whether anything was changed."
	} else {
		f.Text += "Nothing was changed."
	}
	return f
}

// tryAgain is the button for what was kept; without anything kept there is none.
func tryAgain(a about) []failureButton { return heldButton("Try again", actRetry, a) }

func heldButton(label, action string, a about) []failureButton {
	if a.Held == "" {
		return nil
	}
	return []failureButton{{Label: label, Action: action, Value: a.Held, Main: true}}
}

// checking, itDid and didNotError are the steps after a write whose answer was
// lost.
func checking() Message {
	return sayText("Linear didn't answer in time. Checking whether it went through…")
}

// itDid is the line over the card of what went through after all.
func itDid(i linear.Issue) string { return "It did: " + bold(inline(i.Identifier, 40)) + "." }

// didNotError says that a change whose answer was lost was not made.
type didNotError struct {
	Change assistant.ChangeKind
	Err    error // linear.ErrTransient
}

func (e *didNotError) Error() string { return "it did not go through: " + e.Err.Error() }

func (e *didNotError) Unwrap() error { return e.Err }
