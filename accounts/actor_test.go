package accounts_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"linearbot/accounts"
	"linearbot/store"
)

// The admins' choice comes before the configured mode, in every process; whoever is
// connected keeps their mode, and is told once however many admins press.
func TestSwitchActor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(alice(), "alice@acme.test")
	w.connect(carol(), "carol@acme.test")
	began := w.begin(bob()) // before the switch: it ends in the mode it began in
	var wg sync.WaitGroup
	var mu sync.Mutex
	told := 0
	for range 20 {
		wg.Go(func() {
			n, err := w.m.SwitchActor(t.Context(), "T1", "app", carol().Key)
			mu.Lock()
			defer mu.Unlock()
			if told += n; err != nil {
				t.Errorf("SwitchActor = %v", err)
			}
		})
	}
	wg.Wait()
	notices, err := w.db.ClaimNotices(t.Context(), "test", time.Now(), time.Minute, 100)
	byUser := map[string]int{}
	for _, n := range notices {
		if n.Kind == accounts.NoticeActor {
			byUser[n.Key.UserID]++
		}
	}
	if err != nil || told != 2 || byUser["UALICE"] != 1 || byUser["UCAROL"] != 1 || len(byUser) != 2 {
		t.Errorf("told %d, notices %v, %v, want one for each of two", told, byUser, err)
	}
	if a := w.account(alice().Key); a.Actor != "user" || a.State != store.Active {
		t.Errorf("Alice is %s as %s, want as before", a.State, a.Actor)
	}
	if done, err := w.m.Complete(t.Context(), w.approve(began, "bob@acme.test")); err != nil || done.Account.Actor != "user" {
		t.Errorf("what began before ends as %q, %v", done.Account.Actor, err)
	}
	_, other := w.process("another process", accounts.Config{})
	if actor, err := other.ActorFor(t.Context(), "T1"); actor != "app" || err != nil {
		t.Errorf("ActorFor = %q, %v, want app", actor, err)
	}
	if actor, err := other.ActorFor(t.Context(), "T2"); actor != "user" || err != nil {
		t.Errorf("ActorFor of another team = %q, %v, want user", actor, err)
	}
	if _, err := other.AuthorizationLink(t.Context(), alice()); !errors.Is(err, accounts.ErrAdminOnly) {
		t.Errorf("AuthorizationLink of no admin = %v, want ErrAdminOnly", err)
	}
	to := w.begin(carol())
	if !strings.Contains(to.URL, "actor=app") || !strings.Contains(to.URL, "prompt=consent") {
		t.Errorf("consent after the switch = %s", to.URL)
	}
	if n, err := w.m.SwitchActor(t.Context(), "T1", "app", carol().Key); n != 0 || err != nil {
		t.Errorf("the same again = %d, %v, want nobody", n, err)
	}
	if n, err := w.m.SwitchActor(t.Context(), "T1", "user", carol().Key); n != 0 || err != nil {
		t.Errorf("back = %d, %v, want nobody", n, err)
	}
	if _, err := w.m.AuthorizationLink(t.Context(), alice()); err != nil {
		t.Errorf("AuthorizationLink after switching back = %v", err)
	}
}

func TestAppCannotHaveTheAdminScope(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.m.Scopes = []string{"read", "admin"}
	if _, err := w.m.SwitchActor(t.Context(), "T1", "app", carol().Key); !errors.Is(err, accounts.ErrAdminScope) {
		t.Errorf("SwitchActor = %v, want ErrAdminScope", err)
	}
	if actor, err := w.m.ActorFor(t.Context(), "T1"); actor != "user" || err != nil {
		t.Errorf("ActorFor = %q, %v, want user", actor, err)
	}
}
