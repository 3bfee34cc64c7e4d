package accounts_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"linearbot/accounts"
	"linearbot/linear"
	"linearbot/linear/lineartest"
	"linearbot/store"
)

func TestOneNoticeAcrossTwoProcesses(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, key store.Key) {
		_, second := w.process("second", accounts.Config{})
		w.s.RevokeAccess("alice@acme.test")
		var wg sync.WaitGroup
		for _, m := range []*accounts.Manager{w.m, second, w.m, second} {
			wg.Go(func() {
				s, err := m.Session(t.Context(), key)
				if err == nil {
					_, _ = s.Viewer(t.Context())
				}
			})
		}
		wg.Wait()
		w.wantState(key, store.Revoked, "revoked")
		if got := w.notices("revoked"); len(got) != 1 {
			t.Errorf("notices = %q, want one", got)
		}
	})
}

func TestRevocationIsNoticedByEachWay(t *testing.T) {
	event := linear.WebhookEvent{Type: "OAuthAuthorization", Action: "revoked"}
	ways := map[string]func(*world, store.Account){
		"401 on a call": func(w *world, a store.Account) { _, _ = w.viewer(a.Key) },
		"OAuthAuthorization": func(w *world, a store.Account) {
			e := event
			e.OrganizationID, e.UserID = a.OrgID, a.ViewerID
			w.hear(e)
		},
		"OAuthApp": func(w *world, a store.Account) {
			w.hear(linear.WebhookEvent{Type: "OAuthApp", Action: "revoked", OrganizationID: a.OrgID})
		},
		"slow probe": func(w *world, a store.Account) {
			for w.account(a.Key).State == store.Active {
				_, _ = w.m.ProbeDue(w.t.Context())
				time.Sleep(15 * time.Minute)
			}
		},
	}
	for name, notice := range ways {
		t.Run(name, func(t *testing.T) {
			var took []time.Duration
			for range 20 {
				inBubble(t, func(t *testing.T, w *world, key store.Key) {
					w.s.Fault(lineartest.Fault{Delay: 50 * time.Millisecond})
					a := w.account(key)
					w.s.RevokeAccess("alice@acme.test")
					began := time.Now()
					notice(w, a)
					took = append(took, time.Since(began))
					w.wantState(key, store.Revoked, "revoked")
				})
			}
			slices.Sort(took)
			t.Logf("%s: noticed after p50 %v, p99 %v (each request takes 50ms)", name, took[len(took)/2], took[len(took)-1])
		})
	}
}

func TestWebhookAboutALivingGrantChangesNothing(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, key store.Key) {
		a := w.account(key)
		zero := 0
		if probed := w.hear(linear.WebhookEvent{Type: "OAuthAuthorization", OrganizationID: a.OrgID, UserID: a.ViewerID, ActiveTokens: &zero}); probed != 1 {
			t.Errorf("%d accounts were probed, want one", probed)
		}
		w.wantState(key, store.Active, "")
	})
}
