package accounts_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"linearbot/accounts"
	"linearbot/linear/lineartest"
	"linearbot/store"
)

const tokenPath = "/oauth/token"

// refreshFault spoils refreshes.
func refreshFault(f lineartest.Fault) lineartest.Fault {
	f.Path, f.Op = tokenPath, "refresh_token"
	return f
}

// inBubble connects Alice in a world of fake time.
func inBubble(t *testing.T, test func(t *testing.T, w *world, key store.Key), change ...func(*setup)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, change...)
		w.connect(alice(), "alice@acme.test")
		test(t, w, alice().Key)
	})
}

// sweepFor runs the sweep each minute for a while.
func (w *world) sweepFor(d time.Duration) {
	w.t.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(time.Minute) {
		if _, err := w.m.RefreshDue(w.t.Context()); err != nil {
			w.t.Fatalf("RefreshDue = %v", err)
		}
	}
}

func (w *world) notices(kind string) (causes []string) {
	w.t.Helper()
	all, err := w.db.ClaimNotices(w.t.Context(), "reader", time.Now(), time.Millisecond, 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, n := range all {
		if n.Kind == kind {
			causes = append(causes, n.Cause)
		}
	}
	return causes
}

func TestAWeekOfRefreshesIsOnePostADay(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, key store.Key) {
		w.sweepFor(7 * 24 * time.Hour)
		w.wantState(key, store.Active, "")
		if n := w.s.CountRequests("refresh_token"); n < 7 || n > 10 {
			t.Errorf("%d refreshes in a week, want one for each 18 to 22 hours", n)
		}
		if _, err := w.viewer(key); err != nil {
			t.Error(err)
		}
	})
}

func TestDueTimesAreSpread(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *setup) { c.accounts.Verify = accounts.VerifyOff })
	var leads []time.Duration
	for range 20 {
		a := w.connect(alice(), "alice@acme.test")
		lead := a.ExpiresAt.Sub(a.DueAt)
		if lead < 2*time.Hour-time.Minute || lead > 6*time.Hour+time.Minute {
			t.Errorf("due %v before the end, want 2 to 6 hours", lead)
		}
		leads = append(leads, lead.Round(time.Minute))
	}
	slices.Sort(leads)
	if len(slices.Compact(leads)) < 5 {
		t.Errorf("due times are not spread: %v", leads)
	}
}

func TestLostAnswersAreReplayed(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, key store.Key) {
		w.s.Fault(refreshFault(lineartest.Fault{Lose: true, Times: 7}))
		w.due(key)
		w.sweepFor(25 * time.Minute)
		w.wantState(key, store.Active, "")
		if a := w.account(key); a.RefreshedAt.IsZero() || !a.RefreshStartedAt.IsZero() {
			t.Errorf("not refreshed: %+v", a)
		}
		if _, err := w.viewer(key); err != nil {
			t.Error(err)
		}
	})
}

func TestLostAnswerAndComingBackTooLateIsOurFault(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, key store.Key) {
		undo := w.s.Fault(refreshFault(lineartest.Fault{Lose: true}))
		w.due(key)
		if _, err := w.m.RefreshDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		undo()
		time.Sleep(31 * time.Minute)
		if _, err := w.m.RefreshDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.wantState(key, store.Expired, "ours")
		if got := w.notices("expired"); len(got) != 1 || got[0] != "ours" {
			t.Errorf("notices = %q, want one", got)
		}
	})
}

// Linear executes a try and its answer is lost; then, in the same flight or in the next
// sweep, it says 429. The token may be used up, so the refresh stays begun, from its
// first try.
func TestRefusalAfterALostAnswerKeepsTheIntent(t *testing.T) {
	for name, reply := range map[string]*lineartest.Reply{
		"429": lineartest.Limited(429, time.Minute), "invalid_client": lineartest.OAuthError(401, "invalid_client", "Invalid client: client is invalid"),
	} {
		for when, lost := range map[string]int{"same flight": 1, "next sweep": 3} {
			t.Run(name+"/"+when, func(t *testing.T) {
				inBubble(t, func(t *testing.T, w *world, key store.Key) {
					w.s.Fault(refreshFault(lineartest.Fault{Lose: true, Times: lost}))
					w.s.Fault(refreshFault(lineartest.Fault{Reply: reply}))
					w.due(key)
					begun := time.Now()
					w.sweepFor(2 * time.Minute)
					if a := w.account(key); a.State != store.Active || a.RefreshStartedAt.Sub(begun).Abs() > time.Second {
						t.Errorf("after a lost answer and %s: %s, begun %v; want ACTIVE and begun %v", name, a.State, a.RefreshStartedAt, begun)
					}
					if n := w.s.CountRequests("refresh_token"); n <= lost {
						t.Errorf("%d tries, want one after the %d lost ones", n, lost)
					}
				})
			})
		}
	}
}

func TestOutageOfSixHoursChangesNoState(t *testing.T) {
	for name, reply := range map[string]lineartest.Fault{
		"503": {Reply: lineartest.Unavailable()}, "html": {Reply: lineartest.HTML(200)}, "429": {Reply: lineartest.Limited(429, time.Minute)},
		"cut": {Cut: true}, "html 400": {Reply: lineartest.HTML(400)}, "wrong type": {Reply: lineartest.WrongType("{}")},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world, key store.Key) {
				undo := w.s.Fault(refreshFault(reply))
				w.due(key)
				w.sweepFor(6 * time.Hour)
				w.wantState(key, store.Active, "")
				undo()
				w.sweepFor(6 * time.Minute)
				if a := w.account(key); a.State != store.Active || a.RefreshedAt.IsZero() {
					t.Errorf("after the outage: %s, refreshed %v", a.State, a.RefreshedAt)
				}
			})
		})
	}
}

func TestWrongClientSecretTouchesNoAccountAndAlertsOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, key store.Key) {
		for i := range 20 {
			w.connectShared(person(fmt.Sprintf("U%d", i), "alice@acme.test"))
		}
		w.s.UpdateApp(func(a *lineartest.OAuthApp) { a.ClientSecret = "rotated" })
		time.Sleep(23 * time.Hour)
		before := w.s.CountRequests("refresh_token")
		w.sweepFor(time.Hour)
		if n := w.s.CountRequests("refresh_token") - before; n > 40 {
			t.Errorf("%d refreshes while the client is refused, want a trial each pause", n)
		}
		page, _, err := w.m.List(t.Context(), store.AccountFilter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range page {
			if a.State != store.Active || a.Cause != "" || a.LeaseOwner != "" {
				t.Errorf("account %s touched: %s (%s)", a.Key, a.State, a.Cause)
			}
		}
		if got := w.notices("operator"); len(got) != 1 {
			t.Errorf("alerts = %q, want one", got)
		}
		w.s.UpdateApp(func(a *lineartest.OAuthApp) { a.ClientSecret = lineartest.DefaultApp.ClientSecret })
		w.sweepFor(12 * time.Minute)
		if w.account(key).RefreshedAt.IsZero() {
			t.Error("not refreshed after the secret was right again")
		}
	}, func(c *setup) { c.accounts.Verify = accounts.VerifyOff })
}

// Four processes share one breaker: in a pause one of them tries, and the admins are
// told once.
func TestProcessesShareOneBreaker(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, key store.Key) {
		for i := range 20 {
			w.connectShared(person(fmt.Sprintf("U%d", i), "alice@acme.test"))
		}
		all := []*accounts.Manager{w.m}
		for _, owner := range []string{"second", "third", "fourth"} {
			_, m := w.process(owner, accounts.Config{})
			all = append(all, m)
		}
		w.s.UpdateApp(func(a *lineartest.OAuthApp) { a.ClientSecret = "rotated" })
		time.Sleep(23 * time.Hour)
		sweep := func() {
			var sweeps sync.WaitGroup
			for _, m := range all {
				sweeps.Go(func() {
					if _, err := m.RefreshDue(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			sweeps.Wait()
		}
		sweep() // opens it
		before := w.s.CountRequests("refresh_token")
		const pauses = 6
		for range pauses {
			time.Sleep(5*time.Minute + time.Second)
			sweep()
		}
		if n := w.s.CountRequests("refresh_token") - before; n != pauses {
			t.Errorf("%d tries in %d pauses, want one in each", n, pauses)
		}
		if got := w.notices("operator"); len(got) != 1 {
			t.Errorf("alerts = %q, want one", got)
		}
		w.wantState(key, store.Active, "")
	}, func(c *setup) { c.accounts.Verify = accounts.VerifyOff })
}

// Between us and Linear a header gets lost and a number changes its form: the
// answer still counts.
func TestAnswersOfOtherShapes(t *testing.T) {
	for name, life := range map[string]string{"fraction": `86399.5`, "quoted": `"86399"`, "absent": `null`, "over": `0`} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world, key store.Key) {
				w.s.Fault(refreshFault(lineartest.Fault{Reply: lineartest.WrongType(
					`{"access_token":"lin_oauth_a2","refresh_token":"r2","token_type":"Bearer","scope":["read","write"],"expires_in":` + life + `}`)}))
				w.due(key)
				if _, err := w.m.RefreshDue(t.Context()); err != nil {
					t.Fatal(err)
				}
				a := w.account(key)
				if a.RefreshedAt.IsZero() || a.State != store.Active {
					t.Fatalf("%s, refreshed %v", a.State, a.RefreshedAt)
				}
				if left := time.Until(a.ExpiresAt); left < 23*time.Hour || left > 25*time.Hour {
					t.Errorf("good for %v, want about a day", left)
				}
			})
		})
	}
	t.Run("refusal", func(t *testing.T) {
		inBubble(t, func(t *testing.T, w *world, key store.Key) {
			refused := lineartest.WrongType(`{"error":"invalid_grant","error_description":"Invalid grant: refresh token is invalid"}`)
			refused.Status = 400
			w.s.Fault(refreshFault(lineartest.Fault{Reply: refused}))
			w.s.RevokeAccess("alice@acme.test")
			w.due(key)
			if _, err := w.m.RefreshDue(t.Context()); err != nil {
				t.Fatal(err)
			}
			w.wantState(key, store.Revoked, "revoked")
		})
	})
}

// A server in trouble is not believed, whatever its answer says of the grant or of us.
func TestServerInTroubleEndsNoGrant(t *testing.T) {
	for name, refused := range map[string]*lineartest.Reply{
		"503 invalid_grant":  lineartest.OAuthError(503, "invalid_grant", "Invalid grant: refresh token is invalid"),
		"500 invalid_client": lineartest.OAuthError(500, "invalid_client", "Client is invalid"),
		"429 invalid_grant":  lineartest.OAuthError(429, "invalid_grant", "Too many requests"),
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world, key store.Key) {
				w.s.RevokeAccess("alice@acme.test") // so that asking for the viewer would not save it
				w.s.Fault(refreshFault(lineartest.Fault{Reply: refused}))
				w.due(key)
				if _, err := w.m.RefreshDue(t.Context()); err != nil {
					t.Fatal(err)
				}
				w.wantState(key, store.Active, "")
				if since, err := w.m.Trouble(t.Context()); err != nil || !since.IsZero() {
					t.Errorf("our client is blamed since %v (%v)", since, err)
				}
			})
		})
	}
}

// A start with another secret is tried at once: the pause belongs to the old one.
func TestNewClientSecretIsTriedAtOnce(t *testing.T) {
	w := newWorld(t)
	a := w.connect(alice(), "alice@acme.test")
	w.s.UpdateApp(func(a *lineartest.OAuthApp) { a.ClientSecret = "rotated" })
	w.due(a.Key)
	if _, err := w.m.RefreshDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if since, err := w.m.Trouble(t.Context()); err != nil || since.IsZero() {
		t.Fatalf("trouble since %v (%v), want some", since, err)
	}
	_, fixed := w.process("second", accounts.Config{ClientSecret: accounts.NewSecret("rotated")})
	if since, err := fixed.Trouble(t.Context()); err != nil || !since.IsZero() {
		t.Errorf("with the new secret there is trouble since %v (%v)", since, err)
	}
	w.due(a.Key)
	if _, err := fixed.RefreshDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if w.account(a.Key).RefreshedAt.IsZero() {
		t.Error("not refreshed with the new secret")
	}
	if since, err := w.m.Trouble(t.Context()); err != nil || since.IsZero() {
		t.Errorf("the process with the old secret has trouble since %v (%v), want some", since, err)
	}
}

// connectShared connects one more Slack user to the same Linear identity.
func (w *world) connectShared(p accounts.Person) {
	w.t.Helper()
	if _, err := w.m.GetOrCreate(w.t.Context(), p.Key, "T1"); err != nil {
		w.t.Fatal(err)
	}
	if err := w.m.Share(w.t.Context(), p.Key, "UADMIN"); err != nil {
		w.t.Fatal(err)
	}
	w.connect(p, "alice@acme.test")
}

func TestInvalidGrantRowByRow(t *testing.T) {
	refuse := refreshFault(lineartest.Fault{Reply: lineartest.OAuthError(400, "invalid_grant", "Invalid grant: refresh token is invalid")})
	rows := map[string]struct {
		prepare func(*world)
		state   store.State
		cause   string
	}{
		"access works: kept":       {func(*world) {}, store.Active, ""},
		"access refused: revoked":  {func(w *world) { w.s.RevokeAccess("alice@acme.test") }, store.Revoked, "revoked"},
		"viewer unwell: kept":      {func(w *world) { w.s.Fault(lineartest.Fault{Path: "/graphql", Reply: lineartest.Unavailable()}) }, store.Active, ""},
		"ran out today: revoked":   {func(*world) { time.Sleep(25 * time.Hour) }, store.Revoked, "revoked"},
		"ran out long ago: age":    {func(*world) { time.Sleep(72 * time.Hour) }, store.Expired, "age"},
		"out of a backup: backup":  {func(w *world) { _, _ = w.m.MarkSuspect(w.t.Context()) }, store.Expired, "backup"},
		"intent too old: our side": {func(w *world) { w.oldIntent() }, store.Expired, "ours"},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world, key store.Key) {
				row.prepare(w)
				w.s.Fault(refuse)
				w.due(key)
				if _, err := w.m.RefreshDue(t.Context()); err != nil {
					t.Fatal(err)
				}
				w.wantState(key, row.state, row.cause)
				wantNotices := 1
				if row.state == store.Active {
					wantNotices = 0
				}
				if n := len(w.notices("revoked")) + len(w.notices("expired")); n > wantNotices {
					t.Errorf("%d notices, want %d", n, wantNotices)
				}
			})
		})
	}
}

// oldIntent leaves an unanswered refresh behind, forty minutes ago.
func (w *world) oldIntent() {
	undo := w.s.Fault(refreshFault(lineartest.Fault{Reply: lineartest.Unavailable()}))
	w.due(alice().Key)
	_, _ = w.m.RefreshDue(w.t.Context()) // fails, which is what is wanted
	undo()
	time.Sleep(40 * time.Minute)
}

func TestManyCallersOneRefresh(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, key store.Key) {
		time.Sleep(25 * time.Hour)
		w.s.Fault(refreshFault(lineartest.Fault{Hold: time.Second}))
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := w.viewer(key); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := w.s.CountRequests("refresh_token"); n != 1 {
			t.Errorf("%d refreshes for 20 callers, want 1", n)
		}
	})
}

func TestClockJumps(t *testing.T) {
	for _, jump := range []time.Duration{-2 * time.Hour, -time.Minute, time.Hour} {
		t.Run(jump.String(), func(t *testing.T) {
			inBubble(t, func(t *testing.T, w *world, key store.Key) {
				_, err := w.db.UpdateAccount(t.Context(), key, func(_ *store.Tx, a store.Account) (store.Account, error) {
					a.RefreshStartedAt, a.DueAt = time.Now().Add(-jump), a.CreatedAt
					return a, nil
				})
				if err != nil {
					t.Fatal(err)
				}
				w.sweepFor(5 * time.Minute)
				if a := w.account(key); a.State != store.Active || a.RefreshedAt.IsZero() {
					t.Errorf("after a jump: %s, refreshed %v", a.State, a.RefreshedAt)
				}
			})
		})
	}
}
