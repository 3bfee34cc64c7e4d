package accounts_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"linearbot/accounts"
	"linearbot/store"
)

func TestConnectByEqualAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := alice()
	p.Email = "ALICE@Acme.Test"
	a := w.connect(p, "alice@acme.test")
	if a.State != store.Active || a.Actor != "user" || !a.Refreshable || strings.Join(a.Scopes, ",") != "read,write" {
		t.Errorf("connected account = %+v", a)
	}
	v, err := w.viewer(p.Key)
	if err != nil || v.Email != "alice@acme.test" {
		t.Errorf("viewer = %v, %v", v.Email, err)
	}
}

func TestInspectHasNoEffectAndBeginUsesTheLinkUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	link, err := w.m.AuthorizationLink(t.Context(), alice())
	if err != nil {
		t.Fatal(err)
	}
	token := link.URL[len(public+"/connect/"):]
	for range 3 { // a link preview, then the person
		if _, err := w.m.Inspect(t.Context(), token); err != nil {
			t.Fatalf("Inspect = %v", err)
		}
	}
	if _, err := w.m.Begin(t.Context(), token); err != nil {
		t.Fatalf("Begin = %v", err)
	}
	if _, err := w.m.Begin(t.Context(), token); !errors.Is(err, accounts.ErrLinkGone) {
		t.Errorf("second Begin = %v, want ErrLinkGone", err)
	}
}

func TestLinkAndStateEndInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		link, err := w.m.AuthorizationLink(t.Context(), alice())
		if err != nil {
			t.Fatal(err)
		}
		cb := w.approve(w.begin(bob()), "bob@acme.test")
		time.Sleep(15*time.Minute + time.Second)
		if _, err := w.m.Inspect(t.Context(), link.URL[len(public+"/connect/"):]); !errors.Is(err, accounts.ErrLinkGone) {
			t.Errorf("Inspect of an old link = %v", err)
		}
		if _, err := w.m.Complete(t.Context(), cb); !errors.Is(err, accounts.ErrStateGone) {
			t.Errorf("Complete with an old state = %v", err)
		}
	})
}

func TestParallelCallbacksConnectOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cb := w.approve(w.begin(alice()), "alice@acme.test")
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for range 50 {
		wg.Go(func() {
			_, err := w.m.Complete(t.Context(), cb)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if !errors.Is(err, accounts.ErrStateGone) {
				t.Errorf("Complete = %v, want ErrStateGone", err)
			}
		})
	}
	wg.Wait()
	if sent := w.s.CountRequests("authorization_code"); won != 1 || sent != 1 {
		t.Errorf("%d callbacks won with %d exchanges, want 1 and 1", won, sent)
	}
}

func TestCallbackNeedsTheCookieOfTheBrowserThatBegan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mine, theirs := w.begin(alice()), w.begin(bob())
	cb := w.approve(mine, "alice@acme.test")
	cb.Cookie = theirs.Cookie.Value
	if _, err := w.m.Complete(t.Context(), cb); !errors.Is(err, accounts.ErrWrongBrowser) {
		t.Errorf("Complete with another cookie = %v, want ErrWrongBrowser", err)
	}
	if sent := w.s.CountRequests("authorization_code"); sent != 0 {
		t.Errorf("%d codes exchanged, want none", sent)
	}
}

// The cookie stays with the browser that began and goes to this host alone, over TLS
// wherever there is TLS.
func TestCookieOfAConsent(t *testing.T) {
	t.Parallel()
	for address, secure := range map[string]bool{public: true, "https://tools.test/linearbot": true, "http://127.0.0.1:8080": false} {
		w := newWorld(t)
		w.m.PublicURL = address
		link, err := w.m.AuthorizationLink(t.Context(), alice())
		if err != nil {
			t.Fatal(err)
		}
		to, err := w.m.Begin(t.Context(), link.URL[len(address+"/connect/"):])
		if err != nil {
			t.Fatal(err)
		}
		c := to.Cookie
		if c.Secure != secure || strings.HasPrefix(c.Name, "__Host-") != secure {
			t.Errorf("%s: cookie %s, Secure %t", address, c.Name, c.Secure)
		}
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 15*60 || len(c.Value) < 43 {
			t.Errorf("%s: cookie %+v", address, c)
		}
	}
}

func TestDenied(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	to := w.begin(alice())
	back, err := w.s.Deny(t.Context(), to.URL, "alice@acme.test")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.m.Complete(t.Context(), callbackOf(t, back, to.Cookie.Value)); !errors.Is(err, accounts.ErrDenied) {
		t.Errorf("Complete = %v, want ErrDenied", err)
	}
}

func TestCodeTriesAndTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(c *setup) { c.accounts.Verify = accounts.VerifyCode })
		p := alice()
		done, err := w.m.Complete(t.Context(), w.approve(w.begin(p), "alice@acme.test"))
		if err != nil || done.Code == "" {
			t.Fatalf("Complete = %q, %v", done.Code, err)
		}
		if _, err := w.m.Session(t.Context(), p.Key); !errors.Is(err, accounts.ErrVerifying) {
			t.Errorf("Session while verifying = %v", err)
		}
		for left := 4; left >= 0; left-- {
			_, err := w.m.Confirm(t.Context(), p.Key, "00000000")
			if wrong, ok := errors.AsType[*accounts.WrongCodeError](err); !ok || wrong.Left != left {
				t.Fatalf("Confirm = %v, want %d tries left", err, left)
			}
		}
		if _, err := w.m.Confirm(t.Context(), p.Key, done.Code); !errors.Is(err, accounts.ErrCodeGone) {
			t.Errorf("Confirm after the last try = %v", err)
		}
		w.wantState(p.Key, store.Disconnected, "code_failed")
		if w.alive() != 0 {
			t.Error("the grant lives on at Linear")
		}
		late, err := w.m.Complete(t.Context(), w.approve(w.begin(p), "alice@acme.test"))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(10*time.Minute + time.Second)
		if _, err := w.m.RefreshDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := w.m.Confirm(t.Context(), p.Key, late.Code); !errors.Is(err, accounts.ErrCodeGone) || w.alive() != 0 {
			t.Errorf("Confirm too late = %v, %d grants live", err, w.alive())
		}
	})
}

func TestOldGrantStaysUntilTheNewOneIsProven(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := carol()
	p.Admin = false
	w.connect(p, "carol@acme.test")
	_, app := w.process("app mode", accounts.Config{Actor: "app", Verify: accounts.VerifyEmail})
	user := w.m
	w.m = app
	if _, err := w.m.AuthorizationLink(t.Context(), p); !errors.Is(err, accounts.ErrAdminOnly) {
		t.Errorf("AuthorizationLink in app mode = %v, want ErrAdminOnly", err)
	}
	p.Admin = true
	to := w.begin(p)
	if !strings.Contains(to.URL, "prompt=consent") || !strings.Contains(to.URL, "actor=app") {
		t.Errorf("consent of a switch = %s", to.URL)
	}
	done, err := w.m.Complete(t.Context(), w.approve(to, "carol@acme.test"))
	if err != nil || done.Code == "" {
		t.Fatalf("Complete = %q, %v, want a code", done.Code, err)
	}
	if a := w.account(p.Key); a.State != store.Active || a.Actor != "user" || w.alive() != 2 {
		t.Errorf("while the code waits: %s as %s, %d grants", a.State, a.Actor, w.alive())
	}
	if _, err := w.viewer(p.Key); err != nil {
		t.Errorf("old grant while the code waits: %v", err)
	}
	a, err := user.Confirm(t.Context(), p.Key, strings.ToLower(done.Code[:4]+" "+done.Code[4:]))
	if err != nil || a.Account.Actor != "app" || w.alive() != 1 {
		t.Errorf("Confirm = %s, %v, %d grants live", a.Account.Actor, err, w.alive())
	}
	raw := []byte(`{"title":"From the app","team":"ENG"}`)
	if _, err := w.m.ExecuteTool(t.Context(), p.Key, "linear_issue_create", raw); err != nil {
		t.Fatal(err)
	}
	if by := w.s.Issues()[0].CreatedAs; by != "Name of UCAROL" {
		t.Errorf("created as %q", by)
	}
}

func TestIdentityHeldByAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *setup) { c.accounts.Verify = accounts.VerifyOff })
	w.connect(alice(), "alice@acme.test")
	cb := w.approve(w.begin(bob()), "alice@acme.test")
	_, err := w.m.Complete(t.Context(), cb)
	if held, ok := errors.AsType[*accounts.IdentityHeldError](err); !ok || held.By != alice().Key {
		t.Fatalf("Complete = %v, want IdentityHeldError", err)
	}
	if w.alive() != 1 {
		t.Errorf("%d grants live, want the first one", w.alive())
	}
	if err := w.m.Share(t.Context(), bob().Key, "UADMIN"); err != nil {
		t.Fatal(err)
	}
	if a := w.connect(bob(), "alice@acme.test"); a.State != store.Active {
		t.Errorf("shared identity is %s", a.State)
	}
}

func TestLegacyTokenIsUsedAndMigrated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(c *setup) { c.linear.App.Legacy, c.linear.App.ScopeArray = true, true })
		a := w.connect(alice(), "alice@acme.test")
		if a.Refreshable || len(a.Scopes) != 2 {
			t.Errorf("legacy account = refreshable %v, scopes %q", a.Refreshable, a.Scopes)
		}
		if _, err := w.viewer(a.Key); err != nil {
			t.Fatal(err)
		}
		time.Sleep(9 * time.Hour)
		if _, err := w.m.ProbeDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		if a = w.account(a.Key); !a.Refreshable || a.State != store.Active {
			t.Errorf("after the probe: %s, refreshable %v", a.State, a.Refreshable)
		}
	})
}

func TestLegacyTokenWithoutMigration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, func(c *setup) { c.linear.App.Legacy, c.linear.MigrateGone = true, true })
		a := w.connect(alice(), "alice@acme.test")
		time.Sleep(9 * time.Hour)
		if _, err := w.m.ProbeDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.wantState(a.Key, store.Active, "")
		w.s.RevokeAccess("alice@acme.test")
		time.Sleep(9 * time.Hour)
		if r, err := w.m.ProbeDue(t.Context()); err != nil || r.Lost != 1 {
			t.Errorf("ProbeDue = %+v, %v", r, err)
		}
		w.wantState(a.Key, store.Revoked, "revoked")
	})
}

func TestCodeStepFallsBackFromOtherAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	done, err := w.m.Complete(t.Context(), w.approve(w.begin(person("UX", "x@elsewhere.test")), "alice@acme.test"))
	if err != nil || done.Code == "" || done.Account.State != store.Verifying {
		t.Errorf("Complete = %+v, %v, want VERIFYING and a code", done, err)
	}
}

func TestAppNeedsTheCodeUnderEveryPolicy(t *testing.T) {
	t.Parallel()
	for _, verify := range []string{accounts.VerifyEmail, accounts.VerifyCode, accounts.VerifyOff} {
		w := newWorld(t, func(c *setup) { c.accounts.Verify, c.accounts.Actor = verify, "app" })
		done, err := w.m.Complete(t.Context(), w.approve(w.begin(carol()), "carol@acme.test"))
		if err != nil || done.Code == "" || done.Account.State != store.Verifying {
			t.Errorf("VERIFY=%s: Complete = %s with code %q, %v, want VERIFYING", verify, done.Account.State, done.Code, err)
		}
	}
}

// The consent of a victim must never end in an attacker's Slack account.
func TestAttackMatrix(t *testing.T) {
	t.Parallel()
	ways := map[string]func(*world, accounts.Redirect) []accounts.Callback{
		"same browser": func(w *world, to accounts.Redirect) []accounts.Callback {
			return []accounts.Callback{w.approve(to, "carol@acme.test")}
		},
		"other browser": func(w *world, to accounts.Redirect) []accounts.Callback {
			cb := w.approve(to, "carol@acme.test")
			cb.Cookie = ""
			return []accounts.Callback{cb}
		},
		"replayed state": func(w *world, to accounts.Redirect) []accounts.Callback {
			cb := w.approve(to, "carol@acme.test")
			return []accounts.Callback{cb, cb}
		},
		"parallel": func(w *world, to accounts.Redirect) []accounts.Callback {
			cb, many := w.approve(to, "carol@acme.test"), make([]accounts.Callback, 50)
			for i := range many {
				many[i] = cb
			}
			return many
		},
		"prefetching GET": func(w *world, to accounts.Redirect) []accounts.Callback {
			return []accounts.Callback{{State: "", Code: ""}, w.approve(to, "carol@acme.test")}
		},
		"swapped cookie": func(w *world, to accounts.Redirect) []accounts.Callback {
			cb := w.approve(to, "carol@acme.test")
			cb.Cookie = w.begin(carol()).Cookie.Value
			return []accounts.Callback{cb}
		},
	}
	for _, verify := range []string{accounts.VerifyEmail, accounts.VerifyCode} {
		for _, actor := range []string{"user", "app"} {
			for way, calls := range ways {
				for _, begins := range []string{"attacker", "victim"} {
					t.Run(strings.Join([]string{begins, verify, actor, way}, "/"), func(t *testing.T) {
						t.Parallel()
						w := newWorld(t, func(c *setup) { c.accounts.Verify, c.accounts.Actor = verify, actor })
						attack(t, w, begins, way == "same browser", calls)
					})
				}
			}
		}
	}
}

// carol may install the app in Linear, and is an admin in Slack.
func carol() accounts.Person {
	p := person("UCAROL", "carol@acme.test")
	p.Admin = true
	return p
}

// attack sends the consent of Linear's Carol through a link of one of the two and
// checks that the attacker's account never acts as him without the code, which
// only the consenting browser shows.
func attack(t *testing.T, w *world, begins string, honest bool, calls func(*world, accounts.Redirect) []accounts.Callback) {
	t.Helper()
	mallory, victim := person("UMALLORY", "alice@acme.test"), carol()
	mallory.Admin = true
	who := map[string]accounts.Person{"attacker": mallory, "victim": victim}[begins]
	var wg sync.WaitGroup
	for _, cb := range calls(w, w.begin(who)) {
		wg.Go(func() { _, _ = w.m.Complete(t.Context(), cb) }) // what it answers is another test's matter
	}
	wg.Wait()
	for range 6 {
		_, _ = w.m.Confirm(t.Context(), mallory.Key, "AAAAAAAA") // the attacker guesses
	}
	a, err := w.m.Status(t.Context(), mallory.Key)
	if err == nil && (a.State == store.Active || a.Holds()) {
		t.Errorf("takeover: the attacker's account is %s as %s", a.State, a.ViewerEmail)
	}
	if begins == "victim" && w.m.Verify == accounts.VerifyEmail && w.m.Actor == "user" && honest {
		w.wantState(victim.Key, store.Active, "")
	}
}

func FuzzCallback(f *testing.F) {
	f.Add("state", "code", "", "cookie")
	f.Add("", "", "access_denied", "")
	f.Add("\x00", strings.Repeat("x", 5000), "\xff", "a b")
	f.Fuzz(func(t *testing.T, state, code, problem, cookie string) {
		w := newWorld(t)
		_, err := w.m.Complete(t.Context(), accounts.Callback{State: state, Code: code, Error: problem, Cookie: cookie})
		if !errors.Is(err, accounts.ErrStateGone) {
			t.Errorf("Complete of a callback nobody began = %v", err)
		}
		if n := w.s.CountRequests(""); n != 0 {
			t.Errorf("%d requests to Linear, want none", n)
		}
	})
}
