package assistant_test

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"linearbot/assistant"
	"linearbot/assistant/modeltest"
)

// Two processes that answer the same person at once lose no count.
func TestTwoProcessesCountEveryTurn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	model := modeltest.NewServer(modeltest.Options{Respond: func(modeltest.Request) modeltest.Reply {
		answer := modeltest.Say("Nothing to do.")
		answer.Usage = modeltest.Usage{In: 10, Out: 1}
		return answer
	}})
	t.Cleanup(model.Close)
	const each = 8
	now := time.Now()
	budgets := []*assistant.Budget{assistant.NewBudget(b.db, assistant.BudgetLimits{}), assistant.NewBudget(b.db, assistant.BudgetLimits{})}
	var asking sync.WaitGroup
	for _, budget := range budgets {
		loop := assistant.NewLoop(assistant.NewAnthropic(assistant.AnthropicConfig{Key: testKey{}, BaseURL: model.URL}), b.engine, budget, slog.New(slog.DiscardHandler))
		asking.Go(func() {
			for n := range each {
				_, err := loop.Ask(t.Context(), assistant.Ask{Asker: alice, Session: b.session(aliceMail), Text: fmt.Sprint("Question ", n), Now: now}, func(assistant.Progress) {})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	asking.Wait()
	for _, subject := range []string{alice.Key.UserID, ""} {
		if spent, err := budgets[0].Spent(t.Context(), alice.Key.TeamID, subject, now); err != nil || spent.Turns != 2*each {
			t.Errorf("of %d turns %d are counted for %q, %v", 2*each, spent.Turns, subject, err)
		}
	}
}

// A try that broke off cost what the provider said it cost, and counts.
func TestTokensOfFailedTriesCount(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	broken := modeltest.Call("linear_issues_list", map[string]any{"team": "ENG"})
	broken.Usage, broken.Fault = modeltest.Usage{In: 100, Out: 1}, modeltest.Fault{CutAfter: 2}
	whole := modeltest.Say("Nothing to do.")
	whole.Usage = modeltest.Usage{In: 100, Out: 10}
	model := modeltest.NewServer(modeltest.Options{Respond: modeltest.Script(broken, whole)})
	t.Cleanup(model.Close)
	now, budget := time.Now(), assistant.NewBudget(b.db, assistant.BudgetLimits{Person: 200})
	loop := assistant.NewLoop(claudeAt(model), b.engine, budget, slog.New(slog.DiscardHandler))
	ask := func() error {
		_, err := loop.Ask(t.Context(), assistant.Ask{Asker: alice, Session: b.session(aliceMail), Text: "What is there?", Now: now}, func(assistant.Progress) {})
		return err
	}
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	if spent, err := budget.Spent(t.Context(), alice.Key.TeamID, alice.Key.UserID, now); err != nil || spent.Tokens.In != 200 {
		t.Errorf("%d tokens of input are counted (%v), want those of both tries: 200", spent.Tokens.In, err)
	}
	if err := ask(); !errors.Is(err, assistant.ErrOverBudget) {
		t.Errorf("beyond the budget: %v, want %v", err, assistant.ErrOverBudget)
	}
}
