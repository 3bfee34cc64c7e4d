package lineartest_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"linearbot/linear/lineartest"
)

// clock is a time that tests move.
type clock struct{ now time.Time }

func (c *clock) tick(d time.Duration) { c.now = c.now.Add(d) }

func newClock() *clock { return &clock{time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)} }

// authorize is an authorization request; values of change replace or, when empty, remove.
func authorize(t *testing.T, s *lineartest.Server, change map[string]string) string {
	t.Helper()
	q := url.Values{
		"client_id": {lineartest.DefaultApp.ClientID}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {"read,write"}, "state": {"s t&"},
	}
	for k, v := range change {
		if q.Set(k, v); v == "" {
			q.Del(k)
		}
	}
	return s.URL + "/oauth/authorize?" + q.Encode()
}

// codeOf approves a request as Alice and returns the code.
func codeOf(t *testing.T, s *lineartest.Server, change map[string]string) string {
	t.Helper()
	to, err := s.Approve(t.Context(), authorize(t, s, change), "alice@acme.test")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("code")
}

// withClient is a token request of the default app; values of change as in authorize.
func withClient(change map[string]string) url.Values {
	f := url.Values{"client_id": {lineartest.DefaultApp.ClientID}, "client_secret": {lineartest.DefaultApp.ClientSecret}}
	for k, v := range change {
		if f.Set(k, v); v == "" {
			f.Del(k)
		}
	}
	return f
}

// TestAuthorizeIsStrict holds GET /oauth/authorize to its parameters.
func TestAuthorizeIsStrict(t *testing.T) {
	t.Parallel()
	s := acme(t)
	for _, c := range []struct {
		name   string
		change map[string]string
		status int
		want   string // of the error in the callback, or in the page
	}{
		{"the documented request", nil, 200, "Authorize"},
		{"scopes with spaces", map[string]string{"scope": "read write"}, 200, "Authorize"},
		{"the deprecated actor", map[string]string{"actor": "application"}, 200, "act as an app"},
		{"unknown client: no redirect", map[string]string{"client_id": "x"}, 400, "client_id"},
		{"other callback: no redirect", map[string]string{"redirect_uri": callback + "/"}, 400, "redirect_uri"},
		{"callback with another port", map[string]string{"redirect_uri": "http://127.0.0.1:9/oauth/callback"}, 400, "redirect_uri"},
		{"no callback", map[string]string{"redirect_uri": ""}, 400, "redirect_uri"},
		{"response_type token", map[string]string{"response_type": "token"}, 302, "unsupported_response_type"},
		{"no scope", map[string]string{"scope": ""}, 302, "invalid_scope"},
		{"unknown scope", map[string]string{"scope": "read,offline_access"}, 302, "invalid_scope"},
		{"admin as the app", map[string]string{"scope": "read,admin", "actor": "app"}, 302, "invalid_scope"},
		{"unknown actor", map[string]string{"actor": "bot"}, 302, "invalid_request"},
		{"unknown prompt", map[string]string{"prompt": "login"}, 302, "invalid_request"},
		{"unknown challenge method", map[string]string{"code_challenge": strings.Repeat("a", 43), "code_challenge_method": "S512"}, 302, "invalid_request"},
		{"method without challenge", map[string]string{"code_challenge_method": "S256"}, 302, "invalid_request"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, authorize(t, s, c.change), nil)
		if err != nil {
			t.Fatal(err)
		}
		a := send(t, s, r)
		got := a.Text
		if a.Status == http.StatusFound {
			u, err := url.Parse(a.Header.Get("Location"))
			if err != nil || u.Query().Get("state") != "s t&" {
				t.Errorf("%s: the state comes back as %q, %v", c.name, u.Query().Get("state"), err)
			}
			got = u.Query().Get("error")
		}
		if a.Status != c.status || !strings.Contains(got, c.want) {
			t.Errorf("%s: %d %.80q, want %d %q", c.name, a.Status, got, c.status, c.want)
		}
	}
	denied, err := s.Deny(t.Context(), authorize(t, s, nil), "alice@acme.test")
	if u, _ := url.Parse(denied); err != nil || u.Query().Get("error") != "access_denied" || u.Query().Get("state") != "s t&" {
		t.Errorf("denied: %s, %v", denied, err)
	}
	if _, err := s.Approve(t.Context(), authorize(t, s, map[string]string{"actor": "app"}), "alice@acme.test"); err == nil {
		t.Error("a member who is no admin installs an app")
	}
}

const verifier = "0123456789012345678901234567890123456789abc"

func challenge() string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// TestCodeExchangeIsStrict: one use, ten minutes, the same callback, the verifier.
func TestCodeExchangeIsStrict(t *testing.T) {
	t.Parallel()
	s256 := map[string]string{"code_challenge": challenge(), "code_challenge_method": "S256"}
	plain := map[string]string{"code_challenge": verifier}
	for _, c := range []struct {
		name     string
		asked    map[string]string
		exchange map[string]string
		later    time.Duration
		status   int
		want     string // error; "" for a pair
		text     string // in error_description
	}{
		{name: "secret, no PKCE", status: 200},
		{name: "S256 without secret", asked: s256, exchange: map[string]string{"code_verifier": verifier, "client_secret": ""}, status: 200},
		{name: "plain", asked: plain, exchange: map[string]string{"code_verifier": verifier}, status: 200},
		{name: "no verifier", asked: s256, status: 400, want: "invalid_grant"},
		{name: "wrong verifier", asked: s256, exchange: map[string]string{"code_verifier": strings.Repeat("a", 43)}, status: 400, want: "invalid_grant"},
		{name: "short verifier", asked: map[string]string{"code_challenge": "short"}, exchange: map[string]string{"code_verifier": "short"}, status: 400, want: "invalid_grant"},
		{name: "verifier without challenge", exchange: map[string]string{"code_verifier": verifier}, status: 400, want: "invalid_grant"},
		{name: "no secret, no PKCE", exchange: map[string]string{"client_secret": ""}, status: 401, want: "invalid_client"},
		{name: "wrong secret", exchange: map[string]string{"client_secret": "x"}, status: 401, want: "invalid_client"},
		{name: "wrong secret beside PKCE", asked: s256, exchange: map[string]string{"code_verifier": verifier, "client_secret": "x"}, status: 401, want: "invalid_client"},
		{name: "unknown client", exchange: map[string]string{"client_id": "x"}, status: 401, want: "invalid_client"},
		{name: "another callback", exchange: map[string]string{"redirect_uri": callback + "2"}, status: 400, want: "invalid_request", text: "redirect_uri"},
		{name: "no callback", exchange: map[string]string{"redirect_uri": ""}, status: 400, want: "invalid_request", text: "redirect_uri"},
		{name: "unknown code", exchange: map[string]string{"code": "x"}, status: 400, want: "invalid_grant", text: "Invalid grant: authorization code is invalid"},
		{name: "just in time", later: 10*time.Minute - time.Second, status: 200},
		{name: "too late", later: 10 * time.Minute, status: 400, want: "invalid_grant", text: "Invalid grant: authorization code is invalid"},
		{name: "another grant type", exchange: map[string]string{"grant_type": "password"}, status: 400, want: "unsupported_grant_type"},
		{name: "no grant type", exchange: map[string]string{"grant_type": ""}, status: 400, want: "invalid_request"},
	} {
		at := newClock()
		s := acme(t, func(o *lineartest.Options) { o.Now = func() time.Time { return at.now } })
		f := map[string]string{"grant_type": "authorization_code", "redirect_uri": callback, "code": codeOf(t, s, c.asked)}
		for k, v := range c.exchange {
			f[k] = v
		}
		at.tick(c.later)
		a := form(t, s, "/oauth/token", withClient(f))
		text, _ := a.Body["error_description"].(string)
		if got, _ := a.Body["error"].(string); a.Status != c.status || got != c.want || !strings.Contains(text, c.text) {
			t.Errorf("%s: %d %s, want %d %q %q", c.name, a.Status, a.Text, c.status, c.want, c.text)
		}
		if a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: an answer with tokens may be cached", c.name)
		}
		if again := form(t, s, "/oauth/token", withClient(f)); c.want != "invalid_client" && again.Status == 200 {
			t.Errorf("%s: the code works twice", c.name)
		}
	}
}

// TestTokenBodies: the shapes of success.
func TestTokenBodies(t *testing.T) {
	t.Parallel()
	get := func(change func(*lineartest.Options)) answer {
		s := acme(t, change)
		return form(t, s, "/oauth/token", withClient(map[string]string{"grant_type": "authorization_code", "redirect_uri": callback, "code": codeOf(t, s, map[string]string{"scope": "write"})}))
	}
	a := get(func(*lineartest.Options) {})
	if a.Body["token_type"] != "Bearer" || a.Body["expires_in"] != 86399.0 || a.Body["scope"] != "read write" || a.Body["refresh_token"] == nil {
		t.Errorf("today's app: %s", a.Text)
	}
	a = get(func(o *lineartest.Options) { o.App.ScopeArray = true })
	if list, ok := a.Body["scope"].([]any); !ok || !slices.Equal(list, []any{"read", "write"}) {
		t.Errorf("an app made before 2023-12-01: %s", a.Text)
	}
	a = get(func(o *lineartest.Options) { o.App.Legacy = true })
	if _, refreshable := a.Body["refresh_token"]; refreshable || a.Body["expires_in"] != 315705599.0 {
		t.Errorf("an app that was not migrated: %s", a.Text)
	}
	s := acme(t)
	json := form(t, s, "/oauth/token", withClient(nil), func(r *http.Request) { r.Header.Set("Content-Type", "application/json") })
	if json.Status != 400 || json.Body["error"] != "invalid_request" {
		t.Errorf("a JSON body: %d %s", json.Status, json.Text)
	}
}

// TestRefreshIsStrict: rotation, thirty minutes of grace, who may ask.
func TestRefreshIsStrict(t *testing.T) {
	t.Parallel()
	at := newClock()
	s := acme(t, func(o *lineartest.Options) { o.Now = func() time.Time { return at.now } })
	secret := form(t, s, "/oauth/token", withClient(map[string]string{"grant_type": "authorization_code", "redirect_uri": callback, "code": codeOf(t, s, nil)}))
	first := secret.Body["refresh_token"].(string)
	ask := func(token string, change map[string]string, header ...func(*http.Request)) answer {
		f := map[string]string{"grant_type": "refresh_token", "refresh_token": token}
		for k, v := range change {
			f[k] = v
		}
		return form(t, s, "/oauth/token", withClient(f), header...)
	}
	dead := func(name string, a answer) {
		t.Helper()
		if a.Status != 400 || a.Body["error"] != "invalid_grant" || !strings.HasPrefix(a.Body["error_description"].(string), "Invalid grant") {
			t.Errorf("%s: %d %s, want 400 invalid_grant", name, a.Status, a.Text)
		}
	}
	second := refresh(t, s, first)
	if second.Refresh == first {
		t.Fatal("the refresh token did not rotate")
	}
	at.tick(30 * time.Minute)
	if again := refresh(t, s, first); again != second {
		t.Errorf("a replay in time = %+v, want the same pair %+v", again, second)
	}
	at.tick(time.Second)
	dead("a replay after 30 min", ask(first, nil))
	third := refresh(t, s, second.Refresh)
	if third == second {
		t.Error("a late replay ended the grant, or nothing rotated")
	}
	fourth := refresh(t, s, third.Refresh)
	dead("a token two generations back", ask(second.Refresh, nil))
	dead("an unknown token", ask("lin_refresh_x", nil))
	for name, c := range map[string]struct {
		change map[string]string
		header []func(*http.Request)
		status int
		want   any
	}{
		"no token":               {change: map[string]string{"refresh_token": ""}, status: 400, want: "invalid_request"},
		"no secret, no PKCE":     {change: map[string]string{"client_secret": ""}, status: 401, want: "invalid_client"},
		"wrong secret":           {change: map[string]string{"client_secret": "x"}, status: 401, want: "invalid_client"},
		"Basic and body at once": {header: []func(*http.Request){func(r *http.Request) { r.SetBasicAuth("linearbot-client", "linearbot-secret") }}, status: 400, want: "invalid_request"},
	} {
		if a := ask(fourth.Refresh, c.change, c.header...); a.Status != c.status || a.Body["error"] != c.want {
			t.Errorf("%s: %d %s, want %d %v", name, a.Status, a.Text, c.status, c.want)
		}
	}
	basic := ask(fourth.Refresh, map[string]string{"client_id": "", "client_secret": ""}, func(r *http.Request) { r.SetBasicAuth("linearbot-client", "linearbot-secret") })
	if basic.Status != 200 || basic.Body["expires_in"] != 86399.0 {
		t.Errorf("Basic alone: %d %s", basic.Status, basic.Text)
	}
	s.RevokeAccess("alice@acme.test")
	dead("after access was removed", ask(basic.Body["refresh_token"].(string), nil))

	code := codeOf(t, s, map[string]string{"code_challenge": challenge(), "code_challenge_method": "S256"})
	public := form(t, s, "/oauth/token", withClient(map[string]string{"grant_type": "authorization_code", "redirect_uri": callback, "code": code, "code_verifier": verifier, "client_secret": ""}))
	if a := ask(public.Body["refresh_token"].(string), map[string]string{"client_secret": ""}); a.Status != 200 {
		t.Errorf("a grant that came from PKCE needs a secret to refresh: %d %s", a.Status, a.Text)
	}
}

// TestRevokeIsStrict: which statuses, and what must not be combined.
func TestRevokeIsStrict(t *testing.T) {
	t.Parallel()
	s := acme(t)
	bearer := func(token string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
	}
	for _, c := range []struct {
		name   string
		form   func(access, refresh string) url.Values
		header bool
		status int
	}{
		{"access token", func(a, _ string) url.Values { return url.Values{"token": {a}} }, false, 200},
		{"refresh token with hint", func(_, r string) url.Values { return url.Values{"token": {r}, "token_type_hint": {"refresh_token"}} }, false, 200},
		{"legacy access_token", func(a, _ string) url.Values { return url.Values{"access_token": {a}} }, false, 200},
		{"legacy refresh_token", func(_, r string) url.Values { return url.Values{"refresh_token": {r}} }, false, 200},
		{"legacy Bearer", func(_, _ string) url.Values { return nil }, true, 200},
		{"token beside Bearer", func(a, _ string) url.Values { return url.Values{"token": {a}} }, true, 400},
		{"token beside access_token", func(a, _ string) url.Values { return url.Values{"token": {a}, "access_token": {a}} }, false, 400},
		{"unknown hint", func(a, _ string) url.Values { return url.Values{"token": {a}, "token_type_hint": {"id_token"}} }, false, 400},
		{"nothing", func(_, _ string) url.Values { return nil }, false, 400},
		{"a token never issued: no 200 as in RFC 7009", func(_, _ string) url.Values { return url.Values{"token": {"x"}} }, false, 401},
	} {
		tok := connect(t, s, "bob@acme.test")
		var header []func(*http.Request)
		if c.header {
			header = append(header, bearer(tok.AccessToken))
		}
		f := c.form(tok.AccessToken, tok.RefreshToken)
		if a := form(t, s, "/oauth/revoke", f, header...); a.Status != c.status {
			t.Errorf("%s: %d %s, want %d", c.name, a.Status, a.Text, c.status)
		}
		works := ask(t, s, "Bearer "+tok.AccessToken, "{ viewer { id } }", nil).Status
		if want := map[bool]int{true: 401, false: 200}[c.status == 200]; works != want {
			t.Errorf("%s: the access token then gives %d, want %d", c.name, works, want)
		}
		if c.status == 200 {
			if again := form(t, s, "/oauth/revoke", f, header...); again.Status != 400 {
				t.Errorf("%s, again: %d, want 400", c.name, again.Status)
			}
		}
	}
}

// TestMigrateOldToken: a ten-year token for a pair, once.
func TestMigrateOldToken(t *testing.T) {
	t.Parallel()
	s := acme(t, func(o *lineartest.Options) { o.App.Legacy = true })
	old := connect(t, s, "alice@acme.test").AccessToken
	for name, f := range map[string]url.Values{
		"wrong secret": withClient(map[string]string{"access_token": old, "client_secret": "x"}),
		"no secret":    withClient(map[string]string{"access_token": old, "client_secret": ""}),
		"no token":     withClient(nil),
		"unknown":      withClient(map[string]string{"access_token": "x"}),
	} {
		if a := form(t, s, "/oauth/migrate_old_token", f); a.Status/100 != 4 {
			t.Errorf("%s: %d", name, a.Status)
		}
	}
	a := form(t, s, "/oauth/migrate_old_token", withClient(map[string]string{"access_token": old}))
	if a.Status != 200 || a.Body["refresh_token"] == nil || a.Body["expires_in"] != 86399.0 {
		t.Fatalf("migrate: %d %s", a.Status, a.Text)
	}
	if got := ask(t, s, "Bearer "+old, "{ viewer { id } }", nil).Status; got != 401 {
		t.Errorf("the old token then gives %d, want 401", got)
	}
	if again := form(t, s, "/oauth/migrate_old_token", withClient(map[string]string{"access_token": old})); again.Status != 400 || again.Body["error"] != "invalid_grant" {
		t.Errorf("migrating twice: %d %s", again.Status, again.Text)
	}
	gone := acme(t, func(o *lineartest.Options) { o.MigrateGone = true })
	if a := form(t, gone, "/oauth/migrate_old_token", withClient(nil)); a.Status != 404 {
		t.Errorf("a removed endpoint: %d", a.Status)
	}
}

// TestClientCredentials: only when switched on, thirty days, other scopes end the older tokens.
func TestClientCredentials(t *testing.T) {
	t.Parallel()
	f := map[string]string{"grant_type": "client_credentials", "scope": "read,write"}
	if a := form(t, acme(t), "/oauth/token", withClient(f)); a.Status != 400 || a.Body["error"] != "Error" {
		t.Errorf("not switched on: %d %s", a.Status, a.Text)
	}
	s := acme(t, func(o *lineartest.Options) { o.App.ClientCredentials = true })
	one, two := form(t, s, "/oauth/token", withClient(f)), form(t, s, "/oauth/token", withClient(f))
	if _, refreshable := one.Body["refresh_token"]; one.Status != 200 || one.Body["expires_in"] != 2591999.0 || refreshable {
		t.Errorf("an app token: %d %s", one.Status, one.Text)
	}
	works := func(a answer) int {
		return ask(t, s, "Bearer "+a.Body["access_token"].(string), "{ viewer { app } }", nil).Status
	}
	if works(one) != 200 || works(two) != 200 {
		t.Error("two tokens of the same scopes do not work at once")
	}
	f["scope"] = "read"
	if a := form(t, s, "/oauth/token", withClient(f)); a.Status != 200 || works(one) != 401 || works(two) != 401 {
		t.Errorf("other scopes left the older tokens alive: %d, %d", works(one), works(two))
	}
}
