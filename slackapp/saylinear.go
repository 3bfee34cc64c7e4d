package slackapp

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"linearbot/linear"
)

// sayLinear words what Linear answered, or that it did not. Linear's own text is
// never shown.
func sayLinear(err error, a about) (Failure, bool) {
	if limited, ok := errors.AsType[*linear.RateLimitError](err); ok {
		return rateLimited(limited, a), true
	}
	switch {
	case errors.Is(err, linear.ErrOutcomeUnknown):
		return Failure{Text: "Linear didn't answer in time, and I couldn't check whether it went through. Look in Linear before you try again.",
			Changed: unknownChange, Buttons: append(openInLinear(a), tryAgain(a)...)}, true
	case errors.Is(err, linear.ErrRateLimited):
		return rateLimited(&linear.RateLimitError{}, a), true
	case errors.Is(err, linear.ErrUnauthenticated):
		return Failure{Text: "Linear no longer accepts your saved sign-in. Nothing was changed.",
			Buttons: []failureButton{{Label: "Reconnect", Action: actReconnect, Main: true}}}, true
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

func rateLimited(err *linear.RateLimitError, a about) Failure {
	const limiting = "Linear is limiting requests for your account."
	switch {
	case a.WillRetry && !err.Reset.IsZero():
		return Failure{Text: limiting + " I'll retry at " + clock(err.Reset) + "; you can close this.",
			Buttons: []failureButton{{Label: "Cancel", Action: actCancel, Value: a.Held}}}
	case !err.Reset.IsZero():
		return Failure{Text: limiting + " Nothing was changed. Try again at " + clock(err.Reset) + ".", Buttons: tryAgain(a)}
	}
	return Failure{Text: limiting + " Nothing was changed. Try again in a few minutes.", Buttons: tryAgain(a)}
}

// forbidden tells a connection without the scope from a person without the right.
func forbidden(a about) Failure {
	if len(a.Scopes) > 0 && !a.Reads && !slices.Contains(a.Scopes, "write") && !slices.Contains(a.Scopes, "admin") {
		return Failure{Text: "Your connection can read but not " + inline(firstOf(a.Doing, "change issues"), 80) + ". Reconnect to allow it.",
			Buttons: []failureButton{{Label: "Reconnect", Action: actReconnect, Main: true}}}
	}
	who := "Ask a workspace admin."
	if a.Team != "" {
		who = "Ask a " + inline(a.Team, 80) + " team member."
	}
	return Failure{Text: "Linear says you can't " + inline(firstOf(a.Doing, "do this"), 80) + ". Nothing was changed. " + who, Buttons: openInLinear(a)}
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

// sayName words a name that means nothing, or several things, in Linear.
func sayName(err error, a about) (Failure, bool) {
	e, ok := errors.AsType[*linear.NameError](err)
	if !ok {
		return Failure{}, false
	}
	if e.Ambiguous {
		f := Failure{Text: fmt.Sprintf("%d %s match %s.", len(e.Candidates), kindWord(e.Field, len(e.Candidates)), quoted(e.Name, 60)), Field: formField(e.Field)}
		f.Choices, f.Held = candidateChoices(e.Candidates), a.Held
		if a.Held == "" {
			f.Text += " Write more of the name: " + candidateNames(e.Candidates) + "."
		}
		return f, true
	}
	f := Failure{Text: nameText(e), Field: formField(e.Field)}
	if a.Held != "" {
		for n, c := range e.Candidates[:min(len(e.Candidates), 15)] {
			f.Buttons = append(f.Buttons, failureButton{Label: c.Name, Action: fmt.Sprintf("%s.%d", actPick, n), Value: pickValue(a.Held, c.ID)})
		}
	}
	f.Buttons = append(f.Buttons, openForm(a)...)
	return f, true
}

// pickValue is the value of a suggestion: what waits, and the id that was picked.
func pickValue(held, id string) string { return held + "|" + id }

// pickOf reads the value of a suggestion.
func pickOf(value string) (held, id string) {
	held, id, _ = strings.Cut(value, "|")
	return held, id
}

func openForm(a about) []failureButton {
	if a.Held == "" {
		return nil
	}
	return []failureButton{{Label: "Open form", Action: actOpenForm, Value: a.Held}}
}

// nameText is the sentence for a name that was not found.
func nameText(e *linear.NameError) string {
	names := candidateNames(e.Candidates)
	switch formField(e.Field) {
	case fieldState:
		where := inline(firstOf(e.Team, "That team"), 80)
		if names == "" {
			return where + " has no " + quoted(e.Name, 60) + "."
		}
		return where + " has no " + quoted(e.Name, 60) + ". Its states: " + names + "."
	case fieldLabels:
		if e.Team != "" {
			return inline(e.Team, 80) + " has no label " + quoted(e.Name, 60) + "." + didYouMean(names)
		}
	}
	return "No " + kindWord(e.Field, 1) + " called " + quoted(e.Name, 60) + "." + didYouMean(names)
}

func didYouMean(names string) string {
	if names == "" {
		return " Check the spelling."
	}
	return " Did you mean " + names + "?"
}

func candidateNames(all []linear.Candidate) string {
	var names []string
	for _, c := range all[:min(len(all), 15)] {
		name := inline(c.Name, 60)
		if c.Detail != "" {
			name += " (" + inline(c.Detail, 60) + ")"
		}
		names = append(names, name)
	}
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " or " + names[n-1]
	}
	return strings.Join(names, "")
}

func candidateChoices(all []linear.Candidate) []choice {
	var choices []choice
	for _, c := range all {
		choices = append(choices, choice{Label: c.Name, Value: c.ID, More: c.Detail})
	}
	return choices
}

// formField is the form's name of a field the resolver names.
func formField(field string) string {
	switch field {
	case "label", "label name":
		return fieldLabels
	case "user", "person", "people":
		return fieldAssignee
	case "status":
		return fieldState
	}
	return field
}

// kindWord is what a field holds, for one or several.
func kindWord(field string, n int) string {
	one, many := field, field+"s"
	switch formField(field) {
	case fieldAssignee, fieldCreator:
		one, many = "person", "people"
	case fieldLabels:
		one, many = "label", "labels"
	case "":
		one, many = "name", "names"
	}
	if n == 1 {
		return one
	}
	return many
}
