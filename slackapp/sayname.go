package slackapp

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"linearbot/linear"
)

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
	if f.Field == fieldLabels && e.Elsewhere != "" && e.Team != "" && a.Held != "" {
		f.Buttons = append(f.Buttons, failureButton{Label: "Create without it", Action: actCreateWithout, Value: pickValue(a.Held, pickNone)})
		for _, b := range openForm(a) {
			b.Label = "Pick labels"
			f.Buttons = append(f.Buttons, b)
		}
		return f, true
	}
	f.Buttons = append(f.Buttons, openForm(a)...)
	return f, true
}

// Picks that leave something out.
const (
	pickNone   = "none"   // the name that was not clear
	pickNobody = "nobody" // the assignee
)

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
	if formField(e.Field) == fieldState {
		names = plainNames(e.Candidates) // all of one team, which the sentence names
	}
	switch formField(e.Field) {
	case fieldState:
		where := inline(firstOf(e.Team, "That team"), 80)
		if names == "" {
			return where + " has no " + quoted(e.Name, 60) + "."
		}
		return where + " has no " + quoted(e.Name, 60) + ". Its states: " + names + "."
	case fieldLabels:
		if e.Elsewhere != "" && e.Team != "" {
			return quoted(e.Name, 60) + " belongs to " + inline(e.Elsewhere, 80) + ", not " + inline(e.Team, 80) + "."
		}
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

func plainNames(all []linear.Candidate) string {
	plain := slices.Clone(all)
	for n := range plain {
		plain[n].Detail = ""
	}
	return candidateNames(plain)
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
