package accounts_test

import (
	"database/sql"
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

// What is given up is noted in the transaction that gives it up, or not given up:
// there is no moment in which a crash would leave it with nobody.
func TestRevocationIsNotedWithTheChange(t *testing.T) {
	ways := map[string]func(*world) error{
		"disconnect": func(w *world) error { return w.m.Disconnect(w.t.Context(), alice().Key) },
		"block":      func(w *world) error { return w.m.Block(w.t.Context(), alice().Key, "UADMIN") },
		"reconnect": func(w *world) error {
			_, err := w.m.Complete(w.t.Context(), w.approve(w.begin(alice()), "alice@acme.test"))
			return err
		},
	}
	for name, give := range ways {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world, key store.Key) {
				raw, err := sql.Open("sqlite3", w.path)
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = raw.Close() }()
				const refuse = `CREATE TRIGGER refuse BEFORE INSERT ON tickets WHEN NEW.kind = 'revoke'
					BEGIN SELECT RAISE(ABORT, 'no room'); END`
				if _, err := raw.ExecContext(t.Context(), refuse); err != nil {
					t.Fatal(err)
				}
				before := w.account(key)
				if err := give(w); err == nil {
					t.Error("given up without a note")
				}
				if after := w.account(key); after.Version != before.Version || after.State != store.Active {
					t.Errorf("account went from version %d to %d, %s", before.Version, after.Version, after.State)
				}
				if _, err := w.viewer(key); err != nil {
					t.Errorf("the old grant does not work: %v", err)
				}
			})
		})
	}
}
