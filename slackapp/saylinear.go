package slackapp

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"linearbot/assistant"
	"linearbot/linear"
)

// sayLinear words what Linear answered, or that it did not. Linear's own text is
// never shown.
func sayLinear(err error, a about) (Failure, bool) {
	didNot, checked := errors.AsType[*didNotError](err)
	_, limited := errors.AsType[*linear.RateLimitError](err)
	switch {
	case checked && didNot.Change == assistant.ChangeCreate:
		return Failure{Text: "It didn't. Nothing was created.", Buttons: tryAgain(a)}, true
	case checked:
		return Failure{Text: "It didn't. Nothing was changed.", Buttons: tryAgain(a)}, true
	case errors.Is(err, linear.ErrOutcomeUnknown):
		return Failure{
			Text:    "Linear didn't answer in time, and I couldn't check whether it went through. Look in Linear before you try again.",
			Changed: unknownChange, Buttons: append(openInLinear(a), tryAgain(a)...),
		}, true
	case limited, errors.Is(err, linear.ErrRateLimited):
		return rateLimited(assistant.RetryAt(err), a), true
	case errors.Is(err, linear.ErrUnauthenticated):
		return Failure{
			Text:    "Linear no longer accepts your saved sign-in. Nothing was changed.",
			Buttons: []failureButton{{Label: "Reconnect", Action: actReconnect, Main: true}},
		}, true
	case errors.Is(err, linear.ErrForbidden):
		return forbidden(a), true
	case errors.Is(err, linear.ErrNotFound):
		return issueGone(a.Issue), true
	case errors.Is(err, linear.ErrInvalidInput):
		return invalidInput(err, a), true
	case errors.Is(err, linear.ErrTooComplex):
		return Failure{Text: "That asks Linear for more than it gives at once. Nothing was changed. Narrow it down with a filter."}, true
	case errors.Is(err, linear.ErrTransient), errors.Is(err, linear.ErrPartial):
		return notResponding(a), true
	}
	return Failure{}, false
}

func notResponding(a about) Failure {
	if a.Held == "" {
		return Failure{Text: "Linear isn't responding. Nothing was changed. Try again in a moment."}
	}
	return Failure{Text: "Linear isn't responding. Nothing was changed. I kept what you wrote.", Buttons: tryAgain(a)}
}

func rateLimited(reset time.Time, a about) Failure {
	const limiting = "Linear is limiting requests for your account."
	switch {
	case a.Later != "" && !reset.IsZero():
		return Failure{
			Text:    limiting + " I'll retry at " + clock(reset) + "; you can close this.",
			Buttons: append(saved(a), failureButton{Label: "Cancel", Action: actCancel, Value: a.Later}),
		}
	case !reset.IsZero():
		return Failure{Text: limiting + " Nothing was changed. Try again at " + clock(reset) + ".", Buttons: append(saved(a), tryAgain(a)...)}
	}
	return Failure{Text: limiting + " Nothing was changed. Try again in a few minutes.", Buttons: append(saved(a), tryAgain(a)...)}
}

// saved offers what was read before, with its age.
func saved(a about) []failureButton {
	if a.SavedAt.IsZero() || a.Held == "" {
		return nil
	}
	return []failureButton{{Label: "Show what I had " + ago(time.Since(a.SavedAt)), Action: actSaved, Value: a.Held, Main: true}}
}

// ago is an age in words, for buttons: they hold no Slack dates.
func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "a moment ago"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	}
	return plural(int(d.Hours()), "hour", "hours") + " ago"
}

// forbidden tells a connection without the scope from a person without the right.
func forbidden(a about) Failure {
	if len(a.Scopes) > 0 && !a.Reads && !slices.Contains(a.Scopes, "write") && !slices.Contains(a.Scopes, "admin") {
		return Failure{
			Text:    "Your connection can read but not " + inline(firstOf(a.Doing, "change issues"), 80) + ". Reconnect to allow it.",
			Buttons: []failureButton{{Label: "Reconnect", Action: actReconnect, Main: true}},
		}
	}
	who := "Ask a workspace admin."
	if a.Team != "" {
		who = "Ask " + indefinite(a.Team) + inline(a.Team, 80) + " team member."
	}
	return Failure{Text: "Linear says you can't " + inline(firstOf(a.Doing, "do this"), 80) + ". Nothing was changed. " + who, Buttons: openInLinear(a)}
}

// indefinite is the article before a name, by how most names are spoken.
func indefinite(name string) string {
	if name != "" && strings.ContainsRune("aeioAEIO", []rune(name)[0]) {
		return "an "
	}
	return "a "
}

func openInLinear(a about) []failureButton {
	if a.URL == "" {
		return nil
	}
	return []failureButton{{Label: "Open in Linear", Action: actOpenLink, URL: a.URL}}
}

// invalidInput names the refused fields when Linear does.
func invalidInput(err error, a about) Failure {
	f := Failure{Text: "Linear didn't accept one of the values. Nothing was changed. Check them and try again.", Buttons: openForm(a)}
	e, ok := errors.AsType[*linear.Error](err)
	if !ok || len(e.Fields) == 0 {
		return f
	}
	var names []string
	for _, field := range e.Fields[:min(len(e.Fields), 3)] {
		names = append(names, strings.ToLower(fieldLabel(ownField(field))))
	}
	f.Field = ownField(e.Fields[0])
	f.Text = fmt.Sprintf("Linear didn't accept the %s. Nothing was changed. Check and try again.", inline(strings.Join(names, " and "), 100))
	return f
}

// ownField is our name for a field of Linear's inputs.
func ownField(name string) string {
	name = name[strings.LastIndex(name, ".")+1:]
	switch name {
	case "stateId":
		return fieldState
	case "dueDate":
		return fieldDue
	case "labelIds", "addedLabelIds", "removedLabelIds":
		return fieldLabels
	}
	return strings.TrimSuffix(name, "Id")
}

// sayTool words a tool call that was refused before anything was sent; other tool
// errors unwrap to what Linear answered.
func sayTool(err error, a about) (Failure, bool) {
	e, ok := errors.AsType[*linear.ToolError](err)
	if !ok {
		return Failure{}, false
	}
	f := Failure{Field: ownField(e.Field), Buttons: openForm(a)}
	what := "One of the values"
	if e.Field != "" {
		what = fieldLabel(f.Field)
	}
	switch e.Code {
	case linear.CodeUnsupported:
		return Failure{Text: "I can't do that in Linear from here. Nothing was changed. Do it in Linear itself.", Buttons: openInLinear(a)}, true
	case linear.CodeTimeout, linear.CodeUpstream:
		return notResponding(a), true
	}
	f.Text = inline(what, 60) + " can't be used like this. Nothing was changed. Check it and try again."
	if f.Field == fieldParent {
		f.Text = "The parent is no issue of this Linear workspace. Nothing was changed. Name one such as ENG-10."
	}
	if len(e.Candidates) > 0 {
		f.Text = inline(what, 60) + " must be one of " + inline(strings.Join(e.Candidates, ", "), 300) + ". Nothing was changed."
	}
	return f, true
}
