package accounts_test

import (
	"slices"
	"testing"
	"time"

	"linearbot/linear"
	"linearbot/linear/lineartest"
	"linearbot/store"
)

// How long after access was removed in Linear the account is REVOKED, for each way
// to notice it. Each request takes 50 ms; the bot's schedules run as by default.
func TestDetectionTimes(t *testing.T) {
	for _, way := range []struct {
		name   string
		most   time.Duration
		notice func(*world, store.Account)
	}{
		{"webhook", time.Second, func(w *world, a store.Account) {
			w.hear(linear.WebhookEvent{Type: "OAuthAuthorization", OrganizationID: a.OrgID, UserID: a.ViewerID})
		}},
		{"401 on a call", time.Second, func(w *world, a store.Account) { _, _ = w.viewer(a.Key) }}, // its end is in the row
		{"probe, nobody there", 15*time.Minute + time.Second, func(w *world, a store.Account) {
			for tick := time.Duration(0); w.account(a.Key).State == store.Active && tick < 24*time.Hour; tick += 15 * time.Minute {
				time.Sleep(time.Until(time.Now().Truncate(15 * time.Minute).Add(15 * time.Minute)))
				_, _ = w.m.ProbeDue(w.t.Context())
			}
		}},
		{"refresh, without probes", 23 * time.Hour, func(w *world, a store.Account) {
			time.Sleep(time.Until(w.account(a.Key).DueAt).Truncate(time.Minute) + time.Minute)
			_, _ = w.m.RefreshDue(w.t.Context())
		}},
	} {
		t.Run(way.name, func(t *testing.T) {
			var took []time.Duration
			for i := range 20 {
				inBubble(t, func(t *testing.T, w *world, key store.Key) {
					for range 1 + i/4 { // some turns before it happens
						time.Sleep(time.Until(time.Now().Truncate(15 * time.Minute).Add(15 * time.Minute)))
						if _, err := w.m.ProbeDue(t.Context()); err != nil {
							t.Fatal(err)
						}
					}
					time.Sleep(time.Duration(i) * 44 * time.Second)
					w.s.Fault(lineartest.Fault{Delay: 50 * time.Millisecond})
					w.s.RevokeAccess("alice@acme.test")
					began := time.Now()
					way.notice(w, w.account(key))
					took = append(took, time.Since(began))
					w.wantState(key, store.Revoked, "revoked")
				})
			}
			slices.Sort(took)
			t.Logf("%s: p50 %v, p99 %v", way.name, took[len(took)/2].Round(10*time.Millisecond), took[len(took)-1].Round(10*time.Millisecond))
			if took[len(took)-1] > way.most {
				t.Errorf("noticed after %v, want within %v", took[len(took)-1], way.most)
			}
		})
	}
}
