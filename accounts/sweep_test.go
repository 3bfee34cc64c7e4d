package accounts_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"linearbot/accounts"
	"linearbot/linear/lineartest"
	"linearbot/store"
)

// A refresh whose answer was lost goes on before anything new is begun, and nothing
// new is begun beside it.
func TestWhatWasBegunIsEndedFirst(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, key store.Key) {
		w.s.Fault(refreshFault(lineartest.Fault{Lose: true, Times: 3}))
		w.due(key)
		w.sweepFor(time.Minute) // its tries
		keys := []store.Key{key}
		for n := range 8 {
			p := person(fmt.Sprintf("U%d", n), "alice@acme.test")
			w.connectShared(p)
			w.due(p.Key)
			keys = append(keys, p.Key)
		}
		time.Sleep(time.Minute) // until the begun one is due again
		w.s.Fault(refreshFault(lineartest.Fault{Hold: 5 * time.Second, Times: 1}))
		var sweep sync.WaitGroup
		sweep.Go(func() {
			if r, err := w.m.RefreshDue(t.Context()); err != nil || r.Refreshed != len(keys) {
				t.Errorf("RefreshDue = %+v, %v, want all %d refreshed", r, err, len(keys))
			}
		})
		time.Sleep(time.Second)
		for _, k := range keys {
			if busy := w.account(k).LeaseOwner != ""; busy != (k == key) {
				t.Errorf("while the begun one waits for Linear, %s is being refreshed: %v", k, busy)
			}
		}
		sweep.Wait()
	}, func(c *setup) { c.accounts.Verify = accounts.VerifyOff })
}
