package accounts_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"linearbot/accounts"
	"linearbot/store"
)

const goodRest = `,"token_type":"Bearer","scope":"read write","expires_in":86399}`

// The first pair, the one that a strange answer tells, and the one of a server that is well.
const (
	firstPair   = `{"access_token":"secret-a1","refresh_token":"secret-r1"` + goodRest
	strangePair = `"access_token":"secret-a2","refresh_token":"secret-r2"`
	lastPair    = `{"access_token":"secret-a3","refresh_token":"secret-r3"` + goodRest
)

// foreign is a token endpoint and a viewer that keep to no text. It is reached over
// HTTP on pipes, so that the time in a bubble goes by.
type foreign struct {
	t      *testing.T
	conns  chan net.Conn
	closed chan struct{}

	mu      sync.Mutex
	answer  http.HandlerFunc // of the token endpoint
	sent    []url.Values     // to the token endpoint
	removed []string         // tokens that were revoked
	unwell  bool             // nothing is revoked
	email   string           // of the viewer
}

func newForeign(t *testing.T) (*foreign, *http.Client) {
	f := &foreign{t: t, conns: make(chan net.Conn), closed: make(chan struct{}), answer: says(200, firstPair), email: "alice@acme.test"}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /oauth/token", f.token)
	mux.HandleFunc("POST /oauth/revoke", f.revoke)
	mux.HandleFunc("POST /graphql", f.viewer)
	mux.HandleFunc("/elsewhere", func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") })
	s := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = s.Serve(f) // it ends with the test
	}()
	client := &http.Transport{DisableKeepAlives: true, DialContext: f.dial}
	t.Cleanup(func() {
		_ = s.Close()
		<-served
		client.CloseIdleConnections()
	})
	return f, &http.Client{Transport: client}
}

func (f *foreign) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case f.conns <- theirs:
		return ours, nil
	case <-f.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept, Close and Addr make it a net.Listener.
func (f *foreign) Accept() (net.Conn, error) {
	select {
	case c := <-f.conns:
		return c, nil
	case <-f.closed:
		return nil, net.ErrClosed
	}
}

func (f *foreign) Close() error   { close(f.closed); return nil }
func (f *foreign) Addr() net.Addr { return &net.TCPAddr{} }

func (f *foreign) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		f.t.Error(err)
	}
	f.mu.Lock()
	f.sent = append(f.sent, r.PostForm)
	answer := f.answer
	f.mu.Unlock()
	answer(w, r)
}

func (f *foreign) viewer(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	says(200, fmt.Sprintf(`{"data":{"viewer":{"id":"11111111-2222-4333-8444-555555555555","name":"Alice","email":%q,`+
		`"organization":{"id":"99999999-2222-4333-8444-555555555555","name":"Acme","urlKey":"acme"}}}}`, f.email))(w, r)
}

func (f *foreign) revoke(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.unwell {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	f.removed = append(f.removed, r.PostFormValue("token_type_hint")+" "+r.PostFormValue("token"))
}

func (f *foreign) set(answer http.HandlerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer, f.sent = answer, nil
}

// asked are the refresh tokens that came since the last set.
func (f *foreign) asked() (tokens []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, v := range f.sent {
		tokens = append(tokens, v.Get("refresh_token"))
	}
	return slices.Compact(tokens)
}

func says(status int, body string) http.HandlerFunc {
	return typed("application/json", status, body)
}

func typed(kind string, status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the client may have gone
	}
}

func truncated(w http.ResponseWriter, _ *http.Request) {
	body := `{` + strangePair + goodRest
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	_, _ = io.WriteString(w, body[:len(body)/2])
	panic(http.ErrAbortHandler)
}

func drip(w http.ResponseWriter, r *http.Request) {
	for _, c := range []byte(`{` + strangePair + goodRest) {
		if _, err := w.Write([]byte{c}); err != nil || http.NewResponseController(w).Flush() != nil {
			return
		}
		select {
		case <-time.After(time.Second):
		case <-r.Context().Done():
			return
		}
	}
}

func redirects(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://evil.test/elsewhere", status)
	}
}

// strange is what a token endpoint may say instead of what is documented.
type strange struct {
	name   string
	answer http.HandlerFunc
	taken  bool          // it holds a pair that can be used
	next   string        // the refresh token after it
	life   time.Duration // about; a day when zero
	scopes string        // read,write when ""
	code   error         // of the exchange when not taken; any when nil
	gave   []string      // tokens of an answer that is not taken: Linear is told to forget them
}

func strangeAnswers() []strange {
	pair := func(rest string) http.HandlerFunc { return says(200, `{`+strangePair+rest) }
	both := []string{"refresh_token secret-r2", "access_token secret-a2"}
	refused := []strange{
		{name: "200 with invalid_grant", answer: says(200, `{"error":"invalid_grant","error_description":"secret-r1"}`), code: accounts.ErrCodeRefused},
		{name: "200 with invalid_client", answer: says(200, `{"error":"invalid_client","error_description":"secret-client"}`), code: accounts.ErrOperator},
		{name: "200 with an error unknown", answer: says(200, `{"error":"server_error","error_description":"secret-r1"}`)},
		{name: "200 with an error that is no word", answer: says(200, `{"error":{"message":"secret-r1"}}`)},
		{name: "200 with an error beside tokens", answer: says(200, `{"error":"server_error",`+strangePair+goodRest), gave: both},
		{name: "no access_token", answer: says(200, `{"refresh_token":"secret-r2"`+goodRest), gave: both[:1]},
		{name: "access_token a number", answer: says(200, `{"access_token":5,"refresh_token":"secret-r2"`+goodRest), gave: both[:1]},
		{name: "refresh_token a number", answer: says(200, `{"access_token":"secret-a2","refresh_token":5`+goodRest), gave: both[1:]},
		{name: "503 with tokens", answer: says(503, `{`+strangePair+goodRest), gave: both},
		{name: "HTML", answer: typed("text/html", 200, "<html>secret-r1 &amp; all is well</html>")},
		{name: "HTML said to be text", answer: typed("text/plain", 200, "<html>secret-r1; 100% well</html>")},
		{name: "body of 1 MB and more", answer: says(200, `{"pad":"`+strings.Repeat("x", 1<<20)+`",`+strangePair+goodRest)},
		{name: "body cut short", answer: truncated},
		{name: "JSON cut short", answer: says(200, `{`+strangePair+`,"token_ty`)},
		{name: "slower than the deadline", answer: drip},
		{name: "302", answer: redirects(302)}, {name: "307", answer: redirects(307)}, {name: "308", answer: redirects(308)},
		{name: "204", answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }},
		{name: "empty list", answer: says(200, `[]`)}, {name: "null", answer: says(200, `null`)},
	}
	taken := []strange{
		{name: "expires_in quoted", answer: pair(`,"expires_in":"7200","scope":"read write"}`), life: 2 * time.Hour},
		{name: "expires_in 0", answer: pair(`,"expires_in":0,"scope":"read write"}`)},
		{name: "expires_in absent", answer: pair(`,"scope":"read write"}`)},
		{name: "expires_in negative", answer: pair(`,"expires_in":-5,"scope":"read write"}`)},
		{name: "expires_in huge", answer: pair(`,"expires_in":1e300,"scope":"read write"}`)},
		{name: "expires_in no number", answer: pair(`,"expires_in":"NaN","scope":"read write"}`)},
		{name: "scope a list", answer: pair(`,"expires_in":86399,"scope":["read","write"]}`)},
		{name: "scope with commas", answer: pair(`,"expires_in":86399,"scope":"write,read"}`)},
		{name: "scope narrower", answer: pair(`,"expires_in":86399,"scope":"read"}`), scopes: "read"},
		{name: "scope absent", answer: pair(`,"expires_in":86399}`)},
		{name: "token_type in small letters", answer: pair(`,"expires_in":86399,"scope":"read write","token_type":"bearer"}`)},
		{name: "body just below 1 MB", answer: pair(`,"pad":"` + strings.Repeat("x", 1<<20-400) + `"` + goodRest)},
	}
	for i := range taken {
		taken[i].taken, taken[i].next = true, "secret-r2"
	}
	return append(refused, append(taken,
		strange{name: "no refresh_token", answer: says(200, `{"access_token":"secret-a2"`+goodRest), taken: true, next: "secret-r1"})...)
}

// playForeign runs a test in a world whose Linear is foreign, and looks for secrets in what
// it logged.
func playForeign(t *testing.T, test func(t *testing.T, w *world, f *foreign)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		var f *foreign
		w := newWorld(t, func(c *setup) {
			f, c.accounts.HTTP = newForeign(t)
			c.accounts.ClientSecret = accounts.NewSecret("secret-client")
			c.accounts.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		})
		test(t, w, f)
		synctest.Wait()
		noSecret(t, "the log", log.String())
	})
}

func noSecret(t *testing.T, where, text string) {
	t.Helper()
	if strings.Contains(text, "secret-") {
		t.Errorf("%s holds a secret: %s", where, text)
	}
}

// consent goes through the consent that the foreign Linear gives to anybody.
func (w *world) consent() (accounts.Completion, error) {
	w.t.Helper()
	return w.consentOf(alice())
}

func (w *world) consentOf(p accounts.Person) (accounts.Completion, error) {
	w.t.Helper()
	to := w.begin(p)
	u, err := url.Parse(to.URL)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.m.Complete(w.t.Context(), accounts.Callback{State: u.Query().Get("state"), Code: "secret-code", Cookie: to.Cookie.Value})
}

func (s strange) wantGrant(t *testing.T, a store.Account) {
	t.Helper()
	scopes, life := "read,write", 24*time.Hour
	if s.scopes != "" {
		scopes = s.scopes
	}
	if s.life != 0 {
		life = s.life
	}
	if got := strings.Join(a.Scopes, ","); got != scopes {
		t.Errorf("scopes are %q, want %q", got, scopes)
	}
	if left := time.Until(a.ExpiresAt); (left - life).Abs() > time.Hour {
		t.Errorf("good for %v, want about %v", left, life)
	}
}

// Whatever the token endpoint says to a refresh, the account stays, and the next good
// answer to the refresh token it was given last brings it on.
func TestStrangeAnswersToARefresh(t *testing.T) {
	for _, s := range strangeAnswers() {
		t.Run(s.name, func(t *testing.T) {
			playForeign(t, func(t *testing.T, w *world, f *foreign) {
				if _, err := w.consent(); err != nil {
					t.Fatal(err)
				}
				before, key := w.account(alice().Key), alice().Key
				f.set(s.answer)
				w.due(key)
				if _, err := w.m.RefreshDue(t.Context()); err != nil {
					noSecret(t, "the error", err.Error())
				}
				if got := f.asked(); !slices.Equal(got, []string{"secret-r1"}) {
					t.Errorf("sent %q, want the first refresh token", got)
				}
				w.wantState(key, store.Active, "")
				a := w.account(key)
				if took := a.Version != before.Version; took != s.taken {
					t.Errorf("taken: %t, want %t", took, s.taken)
				}
				if s.taken {
					s.wantGrant(t, a)
				} else {
					s.next = "secret-r1"
				}
				f.set(says(200, lastPair))
				w.due(key)
				w.sweepFor(20 * time.Minute)
				w.wantState(key, store.Active, "")
				if got := f.asked(); !slices.Equal(got, []string{s.next}) {
					t.Errorf("then sent %q, want %q", got, s.next)
				}
				if a := w.account(key); a.RefreshedAt.IsZero() || !a.RefreshStartedAt.IsZero() {
					t.Errorf("not refreshed after it: %v, begun %v", a.RefreshedAt, a.RefreshStartedAt)
				}
				if got := w.notices("expired"); len(got) > 0 {
					t.Errorf("told of a loss: %q", got)
				}
			})
		})
	}
}

// Whatever the token endpoint says to a code, either the account is connected or it
// stays as it was, and the next consent connects it.
func TestStrangeAnswersToACode(t *testing.T) {
	for _, s := range strangeAnswers() {
		t.Run(s.name, func(t *testing.T) {
			playForeign(t, func(t *testing.T, w *world, f *foreign) {
				f.set(s.answer)
				done, err := w.consent()
				if s.taken {
					if err != nil {
						t.Fatal(err)
					}
					w.wantState(alice().Key, store.Active, "")
					s.wantGrant(t, done.Account)
					return
				}
				if err == nil || s.code != nil && !errors.Is(err, s.code) {
					t.Fatalf("Complete = %v, want %v", err, s.code)
				}
				noSecret(t, "the error", err.Error())
				w.wantState(alice().Key, store.Pending, "")
				if !slices.Equal(f.removed, s.gave) {
					t.Errorf("told Linear to forget %q, want %q", f.removed, s.gave)
				}
				f.set(says(200, lastPair))
				if _, err := w.consent(); err != nil {
					t.Errorf("the next consent = %v", err)
				}
				w.wantState(alice().Key, store.Active, "")
			})
		})
	}
}

// A refresh token that came without an access token, from a Linear that revokes nothing
// just then, is removed by a later sweep.
func TestHalfAPairIsRemovedLater(t *testing.T) {
	playForeign(t, func(t *testing.T, w *world, f *foreign) {
		f.set(says(200, `{"refresh_token":"secret-r2"`+goodRest))
		f.unwell = true
		if _, err := w.consent(); err == nil {
			t.Error("half a pair connects")
		}
		f.unwell = false
		if _, err := w.m.RefreshDue(t.Context()); err != nil {
			t.Error(err)
		}
		if want := []string{"refresh_token secret-r2"}; !slices.Equal(f.removed, want) {
			t.Errorf("told Linear to forget %q, want %q", f.removed, want)
		}
	})
}

// Only one address in both services proves whose grant it is, whatever its case; a
// letter that merely folds to another one is another letter, and no address is none.
func TestOnlyEqualAddressesProve(t *testing.T) {
	for _, c := range []struct {
		slack, linear string
		proven        bool
	}{
		{"alice@acme.test", "alice@acme.test", true},
		{" Alice@ACME.test", "aLICE@acme.TEST ", true},
		{"", "", false},
		{" ", "", false},
		{"alice@acme.test", "", false},
		{"", "alice@acme.test", false},
		{"alice@acme.test", "alice@acme.tes", false},
		{"kate@acme.test", "\u212aate@acme.test", false}, // the Kelvin sign
		{"sam@acme.test", "\u017fam@acme.test", false},   // the long s
	} {
		t.Run(c.slack+"="+c.linear, func(t *testing.T) {
			playForeign(t, func(t *testing.T, w *world, f *foreign) {
				f.email = c.linear
				done, err := w.consentOf(person("UALICE", c.slack))
				if err != nil || (done.Code == "") != c.proven || (done.Account.State == store.Active) != c.proven {
					t.Errorf("Slack %q, Linear %q: %s, code asked for: %t, %v; proven is %t", c.slack, c.linear, done.Account.State, done.Code != "", err, c.proven)
				}
			})
		})
	}
}
