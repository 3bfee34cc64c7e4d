package assistant_test

import (
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
