package accounts_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"linearbot/linear/lineartest"
	"linearbot/store"
)

// A process is stopped with its answer in hand; another takes over; the first
// one wakes up. Its late answer must write nothing, however far the other is.
func TestStalledProcessIsFencedOut(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, key store.Key) {
		claim := func(owner string) store.Account {
			t.Helper()
			a, err := w.db.ClaimRefresh(t.Context(), w.account(key).ID, owner, time.Now(), 90*time.Second)
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		stale := claim("stalled")
		wakes := func(when string) {
			t.Helper()
			before := w.account(key)
			err := w.db.SaveRefresh(t.Context(), stale.ID, stale.Version, stale.Epoch, stale.Grant, time.Now().Add(time.Hour), time.Now())
			if !errors.Is(err, store.ErrFenced) {
				t.Errorf("late save %s = %v, want ErrFenced", when, err)
			}
			if after := w.account(key); after.Version != before.Version || after.LeaseOwner != before.LeaseOwner {
				t.Errorf("late save %s: version %d became %d, lease of %q that of %q", when, before.Version, after.Version, before.LeaseOwner, after.LeaseOwner)
			}
		}
		time.Sleep(2 * time.Minute)
		busy := claim("busy")
		wakes("while the other is at it")
		if err := w.db.ReleaseRefresh(t.Context(), busy.ID, busy.Epoch, true, time.Now()); err != nil {
			t.Fatal(err)
		}
		if r, err := w.m.RefreshDue(t.Context()); err != nil || r.Refreshed != 1 {
			t.Fatalf("RefreshDue = %+v, %v", r, err)
		}
		wakes("after the other has saved")
		claim("next")
		wakes("during the next refresh")
		if _, err := w.viewer(key); err != nil {
			t.Error(err)
		}
	})
}

func TestDisconnectAndReconnectDuringARefresh(t *testing.T) {
	acts := map[string]func(*world){
		"disconnect": func(w *world) { _ = w.m.Disconnect(w.t.Context(), alice().Key) },
		"reconnect":  func(w *world) { w.connect(alice(), "alice@acme.test") },
		"block":      func(w *world) { _ = w.m.Block(w.t.Context(), alice().Key, "UADMIN") },
	}
	for name, act := range acts {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world, key store.Key) {
				w.s.Fault(refreshFault(lineartest.Fault{Hold: 5 * time.Second, Times: 1}))
				w.due(key)
				var wg sync.WaitGroup
				wg.Go(func() { _, _ = w.m.RefreshDue(t.Context()) })
				time.Sleep(time.Second)
				act(w)
				wg.Wait()
				want := 0
				if name == "reconnect" {
					want = 1
					if _, err := w.viewer(key); err != nil {
						t.Error(err)
					}
				}
				// Two for the pair that was stored, two for the one that came too late.
				if n := w.s.CountRequests("/oauth/revoke"); n != 4 {
					t.Errorf("%d revocations, want 4: both tokens of both pairs", n)
				}
				if w.alive() != want {
					t.Errorf("%d grants live at Linear, want %d", w.alive(), want)
				}
				if a := w.account(key); a.Holds() != (want == 1) {
					t.Errorf("account holds a pair: %v", a.Holds())
				}
			})
		})
	}
}

// A refresh is refused, and while Linear is asked whether access is gone the person
// reconnects. The answer is about the old grant: the new one stays.
func TestReconnectWhileARefusalIsSettled(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, key store.Key) {
		w.s.RevokeAccess("alice@acme.test")
		w.s.Fault(lineartest.Fault{Path: "/graphql", Hold: 5 * time.Second, Times: 1})
		w.due(key)
		var sweep sync.WaitGroup
		sweep.Go(func() {
			if _, err := w.m.RefreshDue(t.Context()); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(time.Second)
		w.connect(alice(), "alice@acme.test")
		sweep.Wait()
		w.wantState(key, store.Active, "")
		if got := w.notices("revoked"); len(got) > 0 {
			t.Errorf("told of a loss: %q", got)
		}
		if _, err := w.viewer(key); err != nil {
			t.Error(err)
		}
	})
}
