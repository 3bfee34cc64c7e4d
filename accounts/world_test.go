package accounts_test

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"linearbot/accounts"
	"linearbot/linear"
	"linearbot/linear/lineartest"
	"linearbot/store"
)

const public = "https://bot.test"

// world is a Linear, a database file and one process of the bot.
type world struct {
	t    testing.TB
	s    *lineartest.Server
	path string
	ring *accounts.Keyring
	db   *store.DB
	m    *accounts.Manager
}

// setup changes what a world is made of before it is made.
type setup struct {
	linear   lineartest.Options
	accounts accounts.Config
}

func newWorld(t testing.TB, change ...func(*setup)) *world {
	t.Helper()
	w := &world{t: t, path: filepath.Join(t.TempDir(), "bot.db")}
	c := setup{
		linear: lineartest.Options{Seed: true, App: lineartest.OAuthApp{
			ClientID: lineartest.DefaultApp.ClientID, ClientSecret: lineartest.DefaultApp.ClientSecret,
			RedirectURIs: []string{public + "/oauth/callback"},
		}},
		accounts: accounts.Config{Actor: "user", Verify: accounts.VerifyEmail},
	}
	for _, f := range change {
		f(&c)
	}
	w.s = lineartest.New(c.linear)
	t.Cleanup(w.s.Close)
	var err error
	if w.ring, err = accounts.NewKeyring(); err != nil {
		t.Fatal(err)
	}
	w.db, w.m = w.process("first", c.accounts)
	return w
}

// process is one more process of the bot on the same file.
func (w *world) process(owner string, c accounts.Config) (*store.DB, *accounts.Manager) {
	w.t.Helper()
	db, err := store.Open(w.t.Context(), "sqlite:"+w.path)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = db.Close() }) // closing twice is the bubble's business
	if c.HTTP == nil {
		c.HTTP = &http.Client{Transport: w.s.Transport()}
	}
	c.DB, c.Keyring, c.Owner = db, w.ring, owner
	c.Linear = linear.New(linear.Config{APIURL: w.s.URL, HTTP: c.HTTP})
	c.Log = cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	if c.ClientID == "" {
		c.ClientID = lineartest.DefaultApp.ClientID
	}
	if c.ClientSecret.Empty() {
		c.ClientSecret = accounts.NewSecret(lineartest.DefaultApp.ClientSecret)
	}
	if c.Actor == "" {
		c.Actor, c.Verify = "user", accounts.VerifyEmail
	}
	c.AuthURL, c.APIURL, c.PublicURL, c.Scopes = w.s.URL, w.s.URL, public, []string{"read", "write"}
	m, err := accounts.New(c)
	if err != nil {
		w.t.Fatal(err)
	}
	return db, m
}

func person(id, email string) accounts.Person {
	return accounts.Person{
		Key: store.Key{TeamID: "T1", UserID: id}, HomeTeamID: "T1", Handle: id, Name: "Name of " + id,
		Email: email, Workspace: "Acme", IconURL: "https://icons.test/" + id + ".png",
	}
}

func alice() accounts.Person { return person("UALICE", "alice@acme.test") }
func bob() accounts.Person   { return person("UBOB", "bob@acme.test") }

// begin takes a person from the link to Linear's consent page.
func (w *world) begin(p accounts.Person) accounts.Redirect {
	w.t.Helper()
	link, err := w.m.AuthorizationLink(w.t.Context(), p)
	if err != nil {
		w.t.Fatalf("AuthorizationLink = %v", err)
	}
	to, err := w.m.Begin(w.t.Context(), link.URL[len(public+"/connect/"):])
	if err != nil {
		w.t.Fatalf("Begin = %v", err)
	}
	return to
}

// approve presses Approve as a Linear member; the callback carries the cookie of
// the browser that began.
func (w *world) approve(to accounts.Redirect, email string) accounts.Callback {
	w.t.Helper()
	back, err := w.s.Approve(w.t.Context(), to.URL, email)
	if err != nil {
		w.t.Fatalf("Approve(%s) = %v", email, err)
	}
	return callbackOf(w.t, back, to.Cookie.Value)
}

func callbackOf(t testing.TB, back, cookie string) accounts.Callback {
	t.Helper()
	u, err := url.Parse(back)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	return accounts.Callback{State: q.Get("state"), Code: q.Get("code"), Error: q.Get("error"), Cookie: cookie}
}

// connect takes a person all the way and returns the account.
func (w *world) connect(p accounts.Person, email string) store.Account {
	w.t.Helper()
	done, err := w.m.Complete(w.t.Context(), w.approve(w.begin(p), email))
	if err != nil {
		w.t.Fatalf("Complete = %v", err)
	}
	if done.Code == "" {
		return done.Account
	}
	done, err = w.m.Confirm(w.t.Context(), p.Key, done.Code)
	if err != nil {
		w.t.Fatalf("Confirm = %v", err)
	}
	return done.Account
}

func (w *world) account(key store.Key) store.Account {
	w.t.Helper()
	a, err := w.m.Status(w.t.Context(), key)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// viewer makes one real call as a person.
func (w *world) viewer(key store.Key) (linear.Viewer, error) {
	s, err := w.m.Session(context.WithoutCancel(w.t.Context()), key)
	if err != nil {
		return linear.Viewer{}, err
	}
	return s.Viewer(w.t.Context())
}

// replay sends a refresh token behind the manager's back, as a process would that
// is killed before it can save the answer.
func (w *world) replay(token string) {
	w.t.Helper()
	form := url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {token},
		"client_id": {lineartest.DefaultApp.ClientID}, "client_secret": {lineartest.DefaultApp.ClientSecret},
	}
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.s.URL+"/oauth/token", strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := w.s.Transport().RoundTrip(req)
	if err != nil {
		w.t.Fatal(err)
	}
	_ = res.Body.Close() // the answer is lost
}

// due makes an account's refresh due now.
func (w *world) due(key store.Key) {
	w.t.Helper()
	_, err := w.db.UpdateAccount(w.t.Context(), key, func(_ *store.Tx, a store.Account) (store.Account, error) {
		a.DueAt = a.CreatedAt
		return a, nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) wantState(key store.Key, state store.State, cause string) {
	w.t.Helper()
	if a := w.account(key); a.State != state || a.Cause != cause {
		w.t.Errorf("account is %s (%q), want %s (%q)", a.State, a.Cause, state, cause)
	}
}

// alive counts the grants that live at Linear.
func (w *world) alive() int {
	n := 0
	for _, g := range w.s.Grants() {
		if !g.Ended {
			n++
		}
	}
	return n
}
