package slackapp

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/slack-go/slack"

	"linearbot/assistant"
)

// choiceMade is one answer to a question, as its button carries it: where it is
// kept, and the sentence that goes on with it.
type choiceMade struct {
	Key   string `json:"k"`
	Value string `json:"v"`
	Text  string `json:"t"`
}

// questionMessage asks the one thing that is missing, with a button for each
// answer.
func questionMessage(q assistant.Question, asked string) Message {
	text := "Which issue do you mean? Name it, such as " + code("ENG-142", 20) + "."
	switch q.Kind {
	case assistant.AskPerson:
		text = "Which " + inline(q.Name, 80) + "?"
		if q.Unknown {
			text = "I know nobody called " + quoted(q.Name, 60) + ". "
			if len(q.Candidates) == 0 {
				return sayText(text + "Nothing was changed. Say it again with the name as it is in Linear, or with an @mention.")
			}
			text += "Whom do you mean?"
		}
	case assistant.AskState:
		text = inline(firstOf(q.Team, "The team"), 80) + " has no " + quoted(q.Name, 60) + ". Did you mean:"
	}
	const most = 20 // of the 25 that fit a row; a person with more namesakes types the name
	m := sayText(text)
	var row []slack.BlockElement
	for n, c := range q.Candidates[:min(len(q.Candidates), most)] {
		value, err := json.Marshal(choiceMade{Key: q.Key(), Value: c.Value, Text: asked})
		if err != nil || len(value) > maxValue {
			return sayText(text)
		}
		row = append(row, button(dotted(c.Label, c.Detail), fmt.Sprintf("%s.%d", actAnswer, n), string(value)))
	}
	if len(row) == 0 {
		return m
	}
	return m.with(contextLine("I'll remember your choice. Nothing was changed."), actions("", row...))
}

// pressAnswer keeps the answer to a question and reads the sentence again.
func (a *App) pressAnswer(ctx context.Context, r *request, value string) error {
	var c choiceMade
	if err := json.Unmarshal([]byte(value), &c); err != nil {
		return fmt.Errorf("answer to a question: %w", err)
	}
	if err := a.chose(ctx, r, c.Key, c.Value); err != nil {
		return err
	}
	m, err := a.answerWords(ctx, r, c.Text)
	if err != nil {
		return err
	}
	return a.replace(ctx, r, m)
}
