package assistant_test

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"linearbot/assistant"
	"linearbot/assistant/modeltest"
)

// A request ends after a minute, and a model that says nothing more is left sooner;
// in both cases what was read is the answer.
func TestARequestEndsInTime(t *testing.T) {
	t.Parallel()
	slow := 0
	for name, c := range map[string]struct {
		respond func(modeltest.Request) modeltest.Reply
		within  time.Duration
	}{
		"a model that thinks for long": {func(modeltest.Request) modeltest.Reply {
			time.Sleep(14 * time.Second)
			slow++
			return modeltest.Call("linear_issues_list", map[string]any{"team": "ENG", "first": slow})
		}, time.Minute},
		"a model that falls silent": {modeltest.Script(
			modeltest.Call("linear_issues_list", map[string]any{"team": "ENG"}),
			modeltest.Reply{Fault: modeltest.Fault{Silent: true}}), 15 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { endsWithin(t, c.respond, c.within) })
		})
	}
}

func endsWithin(t *testing.T, respond func(modeltest.Request) modeltest.Reply, within time.Duration) {
	b, session := inABubble(t)
	model := modeltest.New(modeltest.Options{Respond: respond})
	defer model.Close()
	loop := assistant.NewLoop(claudeAt(model), b.engine,
		assistant.NewBudget(b.db, assistant.BudgetLimits{}), slog.New(slog.DiscardHandler))
	began := time.Now()
	answer, err := loop.Ask(t.Context(), assistant.Ask{
		Asker: alice, Session: session, Text: "What is there?", Now: began,
	}, func(assistant.Progress) {})
	if took := time.Since(began).Round(time.Second); err != nil || took != within || answer.End != assistant.EndTimedOut {
		t.Errorf("it ends %s after %s (%v), want %s after %s", answer.End, took, err, assistant.EndTimedOut, within)
	}
	if len(answer.Reads) == 0 || len(answer.Issues()) == 0 {
		t.Error("what was read is not in the answer")
	}
	time.Sleep(time.Minute) // the model sees that nobody listens any more
}
