package slackapp

import (
	"errors"
	"fmt"
	"strings"

	"linearbot/assistant"
)

// sayCommand words what the command grammar refuses. Nothing was sent to Linear.
func sayCommand(err error, a about) (Failure, bool) {
	if e, ok := errors.AsType[*assistant.UnknownVerbError](err); ok {
		return Failure{
			Text: "I don't know " + code(e.Word, 60) + ". Did you mean " + code(a.Word+" "+e.Rewritten, 200) + "?",
			Buttons: []failureButton{
				{Label: "Run that", Action: actRunCommand, Value: cut(e.Rewritten, maxValue), Main: true},
				{Label: "Ask the assistant instead", Action: actAskInstead, Value: cut(strings.Replace(e.Rewritten, e.Suggestion, e.Word, 1), maxValue)},
			},
		}, true
	}
	if e, ok := errors.AsType[*assistant.MissingArgumentError](err); ok {
		return missingArgument(e, a), true
	}
	if e, ok := errors.AsType[*assistant.BadValueError](err); ok {
		return badValue(e, a), true
	}
	text, topic := commandText(err)
	if text == "" {
		return Failure{}, false
	}
	return Failure{Text: text + " Nothing was changed.", Buttons: append(topicHelp(topic), openForm(a)...)}, true
}

// commandText is the sentence for the plainer refusals, and the topic of help.
func commandText(err error) (text, topic string) {
	if e, ok := errors.AsType[*assistant.RepeatedFieldError](err); ok {
		return code(e.Field, 40) + " is given twice: " + quoted(e.First, 60) + " and " + quoted(e.Second, 60) + ". Keep one of them.", e.Field
	}
	if e, ok := errors.AsType[*assistant.FieldNotHereError](err); ok {
		return code(e.Field, 40) + " can't be used with " + code(e.Verb, 40) + ". Leave it out.", e.Verb
	}
	if e, ok := errors.AsType[*assistant.ExtraTextError](err); ok {
		return code(e.Verb, 40) + " can't use " + quoted(e.Text, 80) + ". Leave it out.", e.Verb
	}
	if e, ok := errors.AsType[*assistant.TooManyIssuesError](err); ok {
		return fmt.Sprintf("%s takes up to %s, not %d. Split it up.", code(e.Verb, 40), plural(e.Most, "issue", "issues"), e.Given), e.Verb
	}
	if e, ok := errors.AsType[*assistant.NoStateError](err); ok {
		return "The team of " + inline(e.Issue, 40) + " has no " + inline(e.Type, 40) + " state. Name the state to move to.", assistant.VerbMove
	}
	return "", ""
}

func topicHelp(topic string) []failureButton {
	if topic == "" {
		return nil
	}
	return []failureButton{{Label: "Help on " + topic, Action: actHelp, Value: topic}}
}

func missingArgument(e *assistant.MissingArgumentError, a about) Failure {
	if e.Argument == "team" {
		return Failure{
			Text:  "Which team is this for? Name one with " + code("team:KEY", 20) + ", or set a default in " + code(a.Word+" defaults", 60) + ". Nothing was changed.",
			Field: fieldTeam, Buttons: append(openForm(a), failureButton{Label: "Settings", Action: actSettings}),
		}
	}
	need := "needs " + article(e.Argument) + e.Argument
	usage := ""
	if v, ok := assistant.VerbNamed(e.Verb); ok {
		usage = " Like this: " + code(a.Word+" "+v.Examples[0], 200)
	}
	return Failure{Text: code(e.Verb, 40) + " " + escape(need) + "." + usage, Buttons: topicHelp(e.Verb)}
}

func article(noun string) string {
	switch noun {
	case "text", "words":
		return ""
	case "issue":
		return "an "
	}
	return "a "
}

func badValue(e *assistant.BadValueError, a about) Failure {
	field := formField(e.Field)
	f := Failure{Field: field, Buttons: append(topicHelp(e.Field), openForm(a)...)}
	switch {
	case len(e.Valid) > 1:
		var values []string
		for _, v := range e.Valid {
			values = append(values, inline(v, 40))
		}
		f.Text = fieldLabel(e.Field) + " must be one of " + strings.Join(values, ", ") + "."
	case len(e.Valid) == 1:
		f.Text = fieldLabel(e.Field) + " can't be " + quoted(e.Value, 60) + ". It takes " + inline(strings.TrimSuffix(e.Valid[0], "."), 200) + "."
	default:
		f.Text = fieldLabel(e.Field) + " can't be " + quoted(e.Value, 60) + "."
	}
	return f
}

// unknownVerb offers the nearest verb, and the assistant for the words as typed.
func unknownVerb(typed, suggestion, rest, word string) Message {
	err := &assistant.UnknownVerbError{Word: typed, Suggestion: suggestion, Rewritten: strings.TrimSpace(suggestion + " " + rest)}
	return sayAbout(err, about{Word: word}).message()
}
