package slackapp_test

import (
	"html"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"linearbot/accounts"
	"linearbot/slackapp/slacktest"
	"linearbot/store"
)

// browser is one that keeps cookies and follows nothing by itself.
func (w *world) browser() *http.Client {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// connectLink is a link as the app would send it.
func (w *world) connectLink(p *slacktest.Person) string {
	w.t.Helper()
	link, err := w.accounts.AuthorizationLink(w.t.Context(), accounts.Person{
		Key: key(p), HomeTeamID: teamID, Handle: mailOf(p)[:strings.Index(mailOf(p), "@")], Email: mailOf(p), Workspace: "Acme",
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return link.URL
}

// TestTwoConnectTabs: two consents at a time in one browser do not take each
// other's cookie, whichever ends first.
func TestTwoConnectTabs(t *testing.T) {
	t.Parallel()
	for name, order := range map[string][2]int{"first first": {0, 1}, "last first": {1, 0}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			b := w.browser()
			var callbacks [2]string
			for n, p := range []*slacktest.Person{w.alice, w.bob} {
				to, _ := visit(t, b, http.MethodPost, w.connectLink(p))
				var err error
				if callbacks[n], err = w.linear.Approve(t.Context(), to, mailOf(p)); err != nil {
					t.Fatal(err)
				}
			}
			for _, n := range order {
				if _, page := visit(t, b, http.MethodGet, callbacks[n]); !strings.Contains(html.UnescapeString(page), "You're connected.") {
					t.Errorf("tab %d shows\n%s", n, page)
				}
			}
			if a, b := w.state(w.alice), w.state(w.bob); a != store.Active || b != store.Active {
				t.Errorf("alice is %s, bob %s", a, b)
			}
		})
	}
}

// TestCallbackFaults: what comes back from Linear, or pretends to, is told truly and
// connects nobody.
func TestCallbackFaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	edit := func(change func(url.Values)) func(string) string {
		return func(callback string) string {
			base, _, _ := strings.Cut(callback, "?")
			q := query(t, callback)
			change(q)
			return base + "?" + q.Encode()
		}
	}
	refused := func(code string) func(string) string {
		return edit(func(q url.Values) { q.Del("code"); q.Set("error", code) })
	}
	for name, c := range map[string]struct {
		method string
		change func(string) string
		shows  string
	}{
		"not approved":       {http.MethodGet, refused("access_denied"), "You didn't approve"},
		"Linear in trouble":  {http.MethodGet, refused("server_error"), "Linear didn't finish the sign-in"},
		"no code":            {http.MethodGet, edit(func(q url.Values) { q.Del("code") }), "Linear didn't finish the sign-in"},
		"two codes":          {http.MethodGet, edit(func(q url.Values) { q.Add("code", "another") }), "Linear didn't finish the sign-in"},
		"another code":       {http.MethodGet, edit(func(q url.Values) { q.Set("code", "another") }), "Linear didn't finish the sign-in"},
		"no state":           {http.MethodGet, edit(func(q url.Values) { q.Del("state") }), "This link was used or has expired"},
		"two states":         {http.MethodGet, edit(func(q url.Values) { q.Add("state", "another") }), "This link was used or has expired"},
		"10 KB of state":     {http.MethodGet, edit(func(q url.Values) { q.Set("state", strings.Repeat("a", 10_000)) }), "This link was used or has expired"},
		"posted":             {http.MethodPost, edit(func(url.Values) {}), "Method Not Allowed"},
		"only the head":      {http.MethodHead, edit(func(url.Values) {}), ""},
		"without the cookie": {"", edit(func(url.Values) {}), "This link belongs to someone else."},
	} {
		t.Run(name, func(t *testing.T) { // one after the other: they are all Alice's
			b := w.browser()
			to, _ := visit(t, b, http.MethodPost, w.connectLink(w.alice))
			callback, err := w.linear.Approve(t.Context(), to, mailOf(w.alice))
			if err != nil {
				t.Fatal(err)
			}
			if c.method == "" {
				b, c.method = w.browser(), http.MethodGet
			}
			if _, page := visit(t, b, c.method, c.change(callback)); !strings.Contains(html.UnescapeString(page), c.shows) {
				t.Errorf("the browser shows\n%s", page)
			}
			if s := w.state(w.alice); s == store.Active || s == store.Verifying {
				t.Errorf("alice is %s", s)
			}
			if c.method == http.MethodHead {
				if _, page := visit(t, b, http.MethodGet, callback); !strings.Contains(html.UnescapeString(page), "You're connected.") {
					t.Errorf("after a HEAD the browser shows\n%s", page)
				}
				if err := w.accounts.Disconnect(t.Context(), key(w.alice)); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
