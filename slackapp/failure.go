package slackapp

import (
	"slices"
	"strings"

	"github.com/slack-go/slack"
)

// Failure is an error in a person's words: what happened, whether anything
// changed in Linear, the next step, and a reference. Only say makes one.
type Failure struct {
	Text     string // mrkdwn sentences
	Changed  changed
	Buttons  []failureButton
	Ref      string   // eight characters; the log and the audit have it too
	Field    string   // the form field it belongs to, "" for none
	Choices  []choice // several things the words may have meant
	Held     string   // what waits for a choice
	Internal bool     // our own fault: the admins see it in Health
	Quiet    bool     // nobody needs to be told: Slack limits us, a newer state follows
}

// changed says what became of Linear's data.
type changed string

// What a failure did to Linear.
const (
	nothingChanged changed = "nothing"
	unknownChange  changed = "unknown"
)

// failureButton is one next step.
type failureButton struct {
	Label  string
	Action string
	Value  string
	URL    string
	Main   bool
}

// message is the failure as a reply.
func (f Failure) message() Message { return Message{Blocks: f.blocks()} }

// blocks are the sentences, the buttons and the reference.
func (f Failure) blocks() []slack.Block {
	return blocks(section(f.Text), f.choices(), f.buttons(), contextLine(dotted(f.changedWords(), refWords(f.Ref))))
}

// changedWords says what became of Linear's data, unless the text says it.
func (f Failure) changedWords() string {
	if f.Changed != nothingChanged || strings.Contains(f.Text, "Nothing was") || strings.Contains(f.Text, "I did nothing") {
		return ""
	}
	return "Nothing was changed."
}

// choices is the menu of what was meant, when the choice can be carried on.
func (f Failure) choices() slack.Block {
	if len(f.Choices) == 0 || f.Held == "" {
		return nil
	}
	return actions(choiceBlock(f.Held), staticSelect(actPickSelect, "Pick one", f.Choices, ""), button("Cancel", actCancel, f.Held))
}

func (f Failure) offers(action string) bool {
	return slices.ContainsFunc(f.Buttons, func(b failureButton) bool { return baseAction(b.Action) == action })
}

func (f Failure) buttons() slack.Block {
	var all []slack.BlockElement
	for _, b := range f.Buttons {
		e := button(b.Label, b.Action, b.Value)
		if b.URL != "" {
			if linkAddress(b.URL) == "" {
				continue
			}
			e.URL = b.URL
		}
		if b.Main {
			e.Style = slack.StylePrimary
		}
		all = append(all, e)
	}
	return actions("", all...)
}
