package accounts_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"linearbot/accounts"
	"linearbot/linear/lineartest"
	"linearbot/store"
)

// BenchmarkTokenFetch is one authorized header of a live account, through the
// same door as every call to Linear, minus the call.
func BenchmarkTokenFetch(b *testing.B) {
	w := benchWorld(b)
	fetch := accounts.AuthorizeForTest(w.m, w.account(alice().Key))
	for b.Loop() {
		if err := fetch(b.Context(), http.Header{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSweep refreshes due accounts against a Linear of 50 ms and reports how
// much longer it took than latency alone demands.
func BenchmarkSweep(b *testing.B) {
	const count, latency, parallel = 2000, 50 * time.Millisecond, 16
	w := benchWorld(b)
	for i := range count - 1 {
		w.connectShared(person(fmt.Sprintf("U%05d", i), "alice@acme.test"))
	}
	w.s.Fault(lineartest.Fault{Path: tokenPath, Delay: latency})
	ideal := time.Duration(count) * latency / parallel
	for b.Loop() {
		b.StopTimer()
		w.everybodyDue()
		b.StartTimer()
		began := time.Now()
		r, err := w.m.RefreshDue(b.Context())
		if err != nil || r.Refreshed != count {
			b.Fatalf("RefreshDue = %+v, %v", r, err)
		}
		b.ReportMetric(float64(time.Since(began))/float64(ideal), "x-ideal")
	}
}

func (w *world) everybodyDue() {
	filter := store.AccountFilter{Limit: 1000}
	for {
		page, next, err := w.m.List(w.t.Context(), filter)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, a := range page {
			w.due(a.Key)
		}
		if next == "" {
			return
		}
		filter.After = next
	}
}

func benchWorld(b *testing.B) *world {
	b.Helper()
	w := newWorld(b, func(c *setup) { c.accounts.Verify = accounts.VerifyOff })
	w.connect(alice(), "alice@acme.test")
	return w
}
