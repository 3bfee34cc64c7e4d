package slackapp

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/slack-go/slack"
)

// planItem is one write: an issue and its changed fields, or a new issue or a
// comment when there is no before.
type planItem struct {
	Identifier string // "" for a new issue
	Title      string
	URL        string
	Action     string // "Move", "Create", "Comment on", "Change", "Run": the verb of the button
	Changes    []planChange
	Body       string // the text of a comment or description
	Private    bool   // its team is private: never shown in public
	Comment    bool   // Body is a comment
	Taint      string // where the change came from when not from the asker
	MustEdit   bool   // a person or a link came from somebody else's text
	Operation  string // the GraphQL document that will be sent, for what no tool does
	Variables  string // its variables as JSON
}

// planChange is one field, before and after, as people read it.
type planChange struct {
	Field   string
	From    string
	To      string
	Tainted string // where the value came from when not from the asker: "Bob's message, 14:02"
}

// editable reports whether there is a form to make the change in.
func (i planItem) editable() bool { return i.Operation == "" }

// blocks are one row, and below it the exact operation where there is no field to show.
func (i planItem) blocks(public bool, room int) []slack.Block {
	row := section(i.text(public, room))
	if i.Operation == "" || public && i.Private {
		return []slack.Block{row}
	}
	all := []slack.Block{row, preformatted(i.Operation)}
	if i.Variables != "" {
		all = append(all, preformatted(i.Variables))
	}
	return all
}

// preformatted shows text as it is: nothing in it is read as markup, and characters
// that nobody would see, or that would turn the order around, show as �.
func preformatted(text string) slack.Block {
	text = strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
	return slack.NewRichTextBlock("", &slack.RichTextPreformatted{
		Type: slack.RTEPreformatted, Elements: []slack.RichTextSectionElement{slack.NewRichTextSectionTextElement(text, nil)},
	})
}

// size is how many characters the row takes of a page it shares with others.
func (i planItem) size(public bool) int {
	return length(i.text(public, rowRoom(planRows))) + length(i.Operation) + length(i.Variables)
}

// rowRoom is how many characters of a long text one of n rows shows.
func rowRoom(n int) int { return max(2000/max(n, 1), 280) }

// text is one row: the issue, then before → after for each field. Of long texts it
// shows as much as there is room for, and says how much more there is.
func (i planItem) text(public bool, room int) string {
	if public && i.Private {
		return strings.TrimSpace(bold(inline(i.Identifier, 40)) + " _hidden here because its team is private_")
	}
	title := inline(i.Title, 150)
	lines := []string{strings.TrimSpace(bold(link(i.URL, inline(i.Identifier, 40))) + " " + title)}
	switch {
	case i.Operation != "":
		lines[0] = bold("Run in Linear:") + " " + code(i.Title, 150)
	case i.Identifier == "":
		lines[0] = bold("New issue:") + " " + title
	}
	lines[0] += taintWords(i.Taint)
	for _, c := range i.Changes[:min(len(i.Changes), 15)] {
		lines = append(lines, c.text(room))
	}
	if i.Body != "" {
		lines = append(lines, "&gt; "+shownPart(i.Body, room))
	}
	return strings.Join(lines, "\n")
}

func taintWords(from string) string {
	if from == "" {
		return ""
	}
	return " _(from " + inline(from, 80) + ")_"
}

// shownPart is as much of a text as there is room for, and how much more there is.
func shownPart(text string, room int) string {
	text = oneLine(text)
	shown := cut(text, room)
	if more := length(text) - length(shown); more > 0 {
		return inline(shown, room) + fmt.Sprintf(" _(and %d more characters)_", more)
	}
	return inline(shown, room)
}

func (c planChange) text(room int) string {
	line := inline(fieldLabel(c.Field), 40) + ": "
	if c.Field == fieldDescription {
		return line + shownPart(firstOf(c.To, "none"), room) + taintWords(c.Tainted)
	}
	if c.From != "" {
		line += inline(c.From, 100) + " → "
	}
	return line + bold(inline(firstOf(c.To, "none"), 255)) + taintWords(c.Tainted)
}

// done is a row after it was applied: "Moved ENG-98 In Progress → In Review".
func (i planItem) done(public bool) string {
	name := link(i.URL, inline(i.Identifier, 40))
	switch {
	case i.Operation != "":
		return "Ran " + code(i.Title, 150) + " in Linear"
	case public && i.Private, len(i.Changes) == 0 && !strings.EqualFold(i.Action, "Create"):
		return pastTense(i.Action) + " " + name
	case strings.EqualFold(i.Action, "Create"):
		return "Created " + name + " " + inline(i.Title, 90)
	case len(i.Changes) == 1 && i.Changes[0].Field == fieldState:
		return "Moved " + name + " " + inline(i.Changes[0].From, 60) + " → " + inline(i.Changes[0].To, 60)
	}
	var parts []string
	for _, c := range i.Changes[:min(len(i.Changes), 8)] {
		parts = append(parts, inline(fieldLabel(c.Field), 40)+" "+inline(firstOf(c.From, "none"), 60)+" → "+inline(firstOf(c.To, "none"), 60))
	}
	return "Changed " + name + ": " + strings.Join(parts, ", ")
}

func pastTense(action string) string {
	switch strings.ToLower(action) {
	case "create":
		return "Created"
	case "comment on":
		return "Commented on"
	case "move":
		return "Moved"
	case "assign":
		return "Assigned"
	}
	return "Changed"
}
