package slackapp_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"linearbot/accounts"
	"linearbot/slackapp/slacktest"
	"linearbot/store"
)

// page is one answer of the app's pages.
type page struct {
	status int
	header http.Header
	body   string
	to     string // where it redirects
	cookie *http.Cookie
}

// fetch loads a page with the cookies given and no others, and holds it against
// what every page promises.
func fetch(t testing.TB, method, address string, cookies ...*http.Cookie) page {
	t.Helper()
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cookies {
		req.AddCookie(c)
	}
	b := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := b.Do(req)
	if err != nil {
		t.Error(err)
		return page{}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
	} {
		if got := resp.Header.Get(name); !strings.HasPrefix(got, want) {
			t.Errorf("%s %d: %s is %q, want %q", method, resp.StatusCode, name, got, want)
		}
	}
	if !strings.Contains(resp.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		t.Errorf("%s %d may be framed", method, resp.StatusCode)
	}
	p := page{status: resp.StatusCode, header: resp.Header, body: string(body), to: resp.Header.Get("Location")}
	for _, c := range resp.Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("cookie %s: HttpOnly %t, SameSite %d, Path %q, Domain %q", c.Name, c.HttpOnly, c.SameSite, c.Path, c.Domain)
		}
		p.cookie = c
	}
	return p
}

// webAttack is one try to get the consent of Linear's Carol into Alice's Slack account.
type webAttack struct {
	w       *world
	t       *testing.T
	mallory accounts.Person // in Slack Alice, who wants to act as Carol
	victim  accounts.Person
	secrets []string // that no log line may hold
}

func (a *webAttack) link(p accounts.Person) string {
	a.t.Helper()
	link, err := a.w.accounts.AuthorizationLink(a.t.Context(), p)
	if err != nil {
		a.t.Fatal(err)
	}
	a.secrets = append(a.secrets, link.URL[strings.LastIndex(link.URL, "/")+1:])
	return link.URL
}

// begin presses Continue in a browser of its own.
func (a *webAttack) begin(link string) page {
	a.t.Helper()
	p := fetch(a.t, http.MethodPost, link)
	if p.status != http.StatusSeeOther || p.cookie == nil {
		a.t.Fatalf("Continue ends %d: %s", p.status, p.body)
	}
	a.secrets = append(a.secrets, p.cookie.Value, query(a.t, p.to).Get("state"))
	return p
}

// approve is Carol's press on Approve in Linear; where her browser is sent to.
func (a *webAttack) approve(p page) string {
	a.t.Helper()
	callback, err := a.w.linear.Approve(a.t.Context(), p.to, "carol@acme.test")
	if err != nil {
		a.t.Fatal(err)
	}
	a.secrets = append(a.secrets, query(a.t, callback).Get("code"))
	return callback
}

// The consent of a victim never ends in an attacker's account, over the real pages.
func TestAttackMatrixOverHTTP(t *testing.T) {
	t.Parallel()
	ways := map[string]func(a *webAttack, link string, who accounts.Person) []page{
		"same browser": func(a *webAttack, link string, _ accounts.Person) []page {
			p := a.begin(link)
			return []page{fetch(a.t, http.MethodGet, a.approve(p), p.cookie)}
		},
		"other browser": func(a *webAttack, link string, _ accounts.Person) []page {
			return []page{fetch(a.t, http.MethodGet, a.approve(a.begin(link)))}
		},
		"replayed state": func(a *webAttack, link string, _ accounts.Person) []page {
			p := a.begin(link)
			callback := a.approve(p)
			return []page{fetch(a.t, http.MethodGet, callback, p.cookie), fetch(a.t, http.MethodGet, callback, p.cookie)}
		},
		"50 parallel callbacks": func(a *webAttack, link string, _ accounts.Person) []page {
			p := a.begin(link)
			callback, pages := a.approve(p), make([]page, 50)
			var wg sync.WaitGroup
			for i := range pages {
				wg.Go(func() { pages[i] = fetch(a.t, http.MethodGet, callback, p.cookie) })
			}
			wg.Wait()
			return pages
		},
		"prefetching GET": func(a *webAttack, link string, _ accounts.Person) []page {
			for range 3 {
				if p := fetch(a.t, http.MethodGet, link); p.status != http.StatusOK || p.cookie != nil {
					a.t.Errorf("a look at the link ends %d, with cookie %v", p.status, p.cookie)
				}
			}
			p := a.begin(link)
			if again := fetch(a.t, http.MethodPost, link); again.status != http.StatusGone {
				a.t.Errorf("a used link ends %d", again.status)
			}
			return []page{fetch(a.t, http.MethodGet, a.approve(p), p.cookie)}
		},
		"swapped cookie": func(a *webAttack, link string, who accounts.Person) []page {
			p := a.begin(link)
			other := a.mallory
			if who.Key == other.Key {
				other = a.victim
			}
			return []page{fetch(a.t, http.MethodGet, a.approve(p), a.begin(a.link(other)).cookie)}
		},
	}
	for _, verify := range []string{accounts.VerifyEmail, accounts.VerifyCode} {
		for _, actor := range []string{"user", "app"} {
			t.Run(verify+"/"+actor, func(t *testing.T) {
				t.Parallel()
				var log lockedBuffer
				w := newWorld(t, worldOptions{
					Accounts: func(c *accounts.Config) { c.Verify, c.Actor = verify, actor },
					Log:      slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}),
				})
				takeovers, tried := 0, 0
				for way, play := range ways {
					for _, begins := range []string{"attacker", "victim"} {
						a := &webAttack{w: w, t: t, mallory: whoIs(w.alice), victim: whoIs(w.carol)}
						tried++
						if a.run(way, begins, play) {
							takeovers++
							t.Errorf("takeover: %s begins, %s", begins, way)
						}
						for _, s := range a.secrets {
							if s != "" && strings.Contains(log.String(), s) {
								t.Errorf("%s begins, %s: the log holds a secret of the way", begins, way)
							}
						}
					}
				}
				t.Logf("%d attacks, %d takeovers", tried, takeovers)
			})
		}
	}
}

func whoIs(p *slacktest.Person) accounts.Person {
	handle, _, _ := strings.Cut(mailOf(p), "@")
	return accounts.Person{
		Key: key(p), HomeTeamID: teamID, Handle: handle, Name: handle, Email: mailOf(p), Workspace: "Acme",
		Admin: true, // so that it is not this that stops the attack in app mode
	}
}

// run plays one attack and reports whether it worked. Both accounts are as new after.
func (a *webAttack) run(way, begins string, play func(*webAttack, string, accounts.Person) []page) (takeover bool) {
	a.t.Helper()
	ctx := a.t.Context()
	who := map[string]accounts.Person{"attacker": a.mallory, "victim": a.victim}[begins]
	good := 0
	for _, p := range play(a, a.link(who), who) {
		if p.status == http.StatusOK && (strings.Contains(p.body, "connected.") || codeOnPage.MatchString(p.body)) {
			good++
		}
	}
	want := 1
	if way == "other browser" || way == "swapped cookie" {
		want = 0
	}
	if good != want {
		a.t.Errorf("%s begins, %s: %d callbacks were taken, want %d", begins, way, good, want)
	}
	for range 6 {
		_, _ = a.w.accounts.Confirm(ctx, a.mallory.Key, "AAAAAAAA") // the attacker guesses; what it answers is another test's matter
	}
	account, err := a.w.accounts.Status(ctx, a.mallory.Key)
	takeover = err == nil && (account.State == store.Active || account.Holds())
	victim, err := a.w.accounts.Status(ctx, a.victim.Key)
	if begins == "victim" && want == 1 && a.w.accounts.Verify == accounts.VerifyEmail && a.w.accounts.Actor == "user" && (err != nil || victim.State != store.Active) {
		a.t.Errorf("%s: the victim's own way ends %s, %v", way, victim.State, err)
	}
	for _, p := range []accounts.Person{a.mallory, a.victim} {
		if err := a.w.accounts.Disconnect(ctx, p.Key); err != nil {
			a.t.Error(err)
		}
	}
	return takeover
}

// Pages that are not there, methods that are not served, forms of other sites and
// errors carry the same headers.
func TestEveryPageIsShielded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, one := range []struct {
		method, path string
		want         int
	}{
		{http.MethodGet, "/nowhere", http.StatusNotFound}, {http.MethodPut, "/connect/x", http.StatusMethodNotAllowed},
		{http.MethodGet, "/connect/x", http.StatusGone}, {http.MethodPost, "/connect/x", http.StatusGone},
		{http.MethodGet, "/oauth/callback", http.StatusGone}, {http.MethodGet, "/oauth/callback?error=%3Cscript%3E&state=x", http.StatusGone},
	} {
		if p := fetch(t, one.method, w.web.URL+one.path); p.status != one.want || strings.Contains(p.body, "<script") {
			t.Errorf("%s %s = %d, want %d:\n%s", one.method, one.path, p.status, one.want, p.body)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, w.web.URL+"/connect/x", nil)
	r.Header.Set("Origin", "https://evil.test")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	rec := httptest.NewRecorder()
	w.app.Handler().ServeHTTP(rec, r)
	if rec.Code != http.StatusForbidden || rec.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("a form of another site = %d %v, want 403 with the headers", rec.Code, rec.Header())
	}
}

// lockedBuffer is a log that is read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return fmt.Sprint(&l.b)
}
