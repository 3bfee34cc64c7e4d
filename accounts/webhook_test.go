package accounts_test

import (
	"testing"
	"time"

	"linearbot/linear"
	"linearbot/linear/lineartest"
	"linearbot/store"
)

// hear takes an event of Linear down and does what it leads to. It returns how
// many accounts Linear was asked about.
func (w *world) hear(e linear.WebhookEvent) int {
	w.t.Helper()
	if e.At.IsZero() {
		e.At = time.Now()
	}
	if _, err := w.m.NoteWebhook(w.t.Context(), e); err != nil {
		w.t.Errorf("NoteWebhook = %v", err)
	}
	r, err := w.m.ProbeDue(w.t.Context())
	if err != nil {
		w.t.Errorf("ProbeDue = %v", err)
	}
	return r.Probed
}

// An event that was noted counts once; one from before a connection does not count
// against it, however late its delivery.
func TestEventCountsOnceAndForItsTime(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, key store.Key) {
		time.Sleep(time.Hour)
		a := w.account(key)
		e := linear.WebhookEvent{Delivery: "d1", Type: "OAuthAuthorization", OrganizationID: a.OrgID, UserID: a.ViewerID}
		for i, want := range []int{1, 0, 0} {
			if n := w.hear(e); n != want {
				t.Errorf("delivery %d of one event leads to %d probes, want %d", i+1, n, want)
			}
		}
		e.Delivery, e.CreatedAt = "d2", a.ConnectedAt.Add(-10*time.Minute)
		if n := w.hear(e); n != 0 {
			t.Errorf("an event from before the connection leads to %d probes", n)
		}
		e.Delivery, e.CreatedAt = "d3", a.ConnectedAt.Add(time.Minute)
		if n := w.hear(e); n != 1 {
			t.Errorf("an event of this connection leads to %d probes, want 1", n)
		}
		e.Delivery, e.UserID = "d4", "somebody else"
		if n := w.hear(e); n != 0 {
			t.Errorf("an event of somebody else leads to %d probes", n)
		}
		w.wantState(key, store.Active, "")
	})
}

// Linear is unwell when the event comes: the account is asked about again in
// minutes, not hours.
func TestProbeThatLearnsNothingIsRepeatedSoon(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, key store.Key) {
		a := w.account(key)
		w.s.RevokeAccess("alice@acme.test")
		well := w.s.Fault(lineartest.Fault{Path: "/graphql", Reply: lineartest.Unavailable()})
		w.hear(linear.WebhookEvent{Type: "OAuthAuthorization", OrganizationID: a.OrgID, UserID: a.ViewerID})
		w.wantState(key, store.Active, "")
		well()
		time.Sleep(6 * time.Minute)
		if _, err := w.m.ProbeDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.wantState(key, store.Revoked, "revoked")
	})
}
