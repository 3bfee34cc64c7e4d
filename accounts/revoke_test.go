package accounts_test

import (
	"sync"
	"testing"
	"time"

	"linearbot/linear/lineartest"
	"linearbot/store"
)

// What is repeated stays noted until Linear has answered: a process that dies
// meanwhile leaves it to the next one.
func TestRepeatedRevocationStaysNotedUntilAnswered(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, key store.Key) {
		noted := func() int {
			all, err := w.db.Tickets(t.Context(), "revoke", store.Key{TeamID: "linear", UserID: "revoke"}, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			return len(all)
		}
		w.s.Fault(lineartest.Fault{Path: "/oauth/revoke", Cut: true, Times: 2})
		if err := w.m.Disconnect(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		if noted() != 1 || w.alive() != 1 {
			t.Fatalf("%d revocations noted, %d grants live; want one each", noted(), w.alive())
		}
		w.s.Fault(lineartest.Fault{Path: "/oauth/revoke", Delay: 2 * time.Second})
		var sweep sync.WaitGroup
		sweep.Go(func() {
			if _, err := w.m.RefreshDue(t.Context()); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(time.Second)
		if noted() != 1 {
			t.Errorf("%d revocations noted while one is repeated, want 1", noted())
		}
		sweep.Wait()
		if noted() != 0 || w.alive() != 0 {
			t.Errorf("%d revocations noted, %d grants live; want none", noted(), w.alive())
		}
	})
}
