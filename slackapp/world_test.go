package slackapp_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"linearbot"
	"linearbot/accounts"
	"linearbot/assistant"
	"linearbot/linear"
	"linearbot/linear/lineartest"
	"linearbot/slackapp"
	"linearbot/slackapp/slacktest"
	"linearbot/store"
)

// Conversations of the local Slack.
const (
	general     = "C0GENERAL"
	engineering = "C0ENG"
	payments    = "C0PAYMENTS" // shared with Globex
	design      = "C0DESIGN"   // the bot is not in it
	leads       = "C0LEADS"    // private, the bot is not in it
	security    = "C0SECURITY" // private, the bot is in it
	teamID      = "T0ACME"
)

// patience bounds every wait of these tests.
const patience = 20 * time.Second

// world is the real app over real sockets, between a local Slack and a local
// Linear, with real accounts in a real database.
type world struct {
	t        testing.TB
	slack    *slacktest.Server
	linear   *lineartest.Server
	db       *store.DB
	accounts *accounts.Manager
	app      *slackapp.App
	web      *httptest.Server // the pages people meet in a browser

	alice, bob, carol *slacktest.Person // nobody is connected yet; carol is an admin

	keyring *accounts.Keyring
	stop    context.CancelFunc
	ended   chan error
	opts    worldOptions
}

// worldOptions change what a world is made of; the zero value is the seeded demo
// workspace with the built-in parser.
type worldOptions struct {
	Slack    func(*slacktest.Options)
	Linear   func(*lineartest.Options)
	Accounts func(*accounts.Config)
	App      func(*slackapp.Config)
	Log      slog.Handler // nil: the test's output
}

// quiet writes no log, for what is measured.
var quiet = slog.DiscardHandler

// newWorld starts everything and waits until the socket is up.
func newWorld(t testing.TB, opts ...worldOptions) *world {
	t.Helper()
	w := &world{t: t}
	if len(opts) > 0 {
		w.opts = opts[0]
	}
	so := slacktest.Options{Manifest: linearbot.Manifest, Seed: true}
	lo := lineartest.Options{Seed: true}
	lo.App.AnyLoopback = true
	change(w.opts.Slack, &so)
	change(w.opts.Linear, &lo)
	w.slack, w.linear = slacktest.NewServer(so), lineartest.NewServer(lo)
	t.Cleanup(w.slack.Close)
	t.Cleanup(w.linear.Close)
	var err error
	if w.db, err = store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "bot.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, w.db.Close()) })
	if w.keyring, err = accounts.NewKeyring(); err != nil {
		t.Fatal(err)
	}
	w.web = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.app.Handler().ServeHTTP(rw, r) }))
	t.Cleanup(w.web.Close)
	w.alice, w.bob, w.carol = w.slack.Person("alice"), w.slack.Person("bob"), w.slack.Person("carol")
	w.start()
	t.Cleanup(func() { w.halt() })
	return w
}

func change[T any](f func(*T), v *T) {
	if f != nil {
		f(v)
	}
}

func closed(t testing.TB, err error) {
	if err != nil {
		t.Errorf("close: %v", err)
	}
}

// start builds the app and runs it: at first, and again after halt.
func (w *world) start() {
	w.t.Helper()
	handler := w.opts.Log
	if handler == nil {
		handler = slog.NewTextHandler(w.t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug})
	}
	log := slog.New(handler)
	client := linear.New(linear.Config{APIURL: w.linear.URL, Log: log})
	ac := accounts.Config{
		DB: w.db, Keyring: w.keyring, Linear: client, HTTP: http.DefaultClient, Log: log,
		ClientID: lineartest.DefaultApp.ClientID, ClientSecret: accounts.NewSecret(lineartest.DefaultApp.ClientSecret),
		AuthURL: w.linear.URL, APIURL: w.linear.URL, PublicURL: w.web.URL,
		Actor: "user", Scopes: []string{"read", "write"}, Verify: "email", Owner: "test",
	}
	change(w.opts.Accounts, &ac)
	manager, err := accounts.New(ac)
	if err != nil {
		w.t.Fatal(err)
	}
	base := []slack.Option{slack.OptionAPIURL(w.slack.APIURL), slack.OptionAppLevelToken(w.slack.AppToken)}
	retrying := slack.New(w.slack.BotToken, append(base, slack.OptionRetry(3))...)
	quick := slack.New(w.slack.BotToken, base...)
	c := slackapp.Config{
		API: retrying, Quick: quick, Socket: socketmode.New(quick), DB: w.db, Sealer: w.keyring, Accounts: manager,
		Engine: assistant.NewEngine(w.db, w.keyring, log), Memories: assistant.NewMemories(w.db, w.keyring),
		Counters: slackapp.NewCounters(), Log: log,
		Word: "/linear", Owner: "test", Version: "test", Words: true,
	}
	change(w.opts.App, &c)
	w.accounts, w.app = manager, slackapp.New(c)
	ctx, stop := context.WithCancel(context.Background())
	w.stop, w.ended = stop, make(chan error, 1)
	go func(app *slackapp.App) { w.ended <- app.Run(ctx) }(w.app)
	w.await("the socket to be up", func() bool { return w.slack.Sockets() > 0 })
}

// halt stops the app as SIGTERM does; the database and both servers stay.
func (w *world) halt() {
	if w.stop == nil {
		return
	}
	w.stop()
	w.stop = nil
	if err := <-w.ended; err != nil {
		w.t.Errorf("run: %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := w.slack.Await(ctx, func() bool { return w.slack.Sockets() == 0 }); err != nil {
		w.t.Errorf("the socket stayed up after the end: %v", err)
	}
}

// restart is a deployment: the old process drains, a new one takes over with cold
// caches.
func (w *world) restart() {
	w.t.Helper()
	w.halt()
	w.await("the old socket to be gone", func() bool { return w.slack.Sockets() == 0 })
	w.start()
}

func key(p *slacktest.Person) store.Key { return store.Key{TeamID: teamID, UserID: p.ID} }

// mailOf is the address a person of the demo workspace has on both sides.
func mailOf(p *slacktest.Person) string {
	return strings.ToLower(strings.TrimPrefix(p.ID, "U0")) + "@acme.test"
}

// connect gives people an ACTIVE account, without the way through Slack, and warms
// the names they know.
func (w *world) connect(people ...*slacktest.Person) {
	w.t.Helper()
	ctx := w.t.Context()
	for _, p := range people {
		link, err := w.accounts.AuthorizationLink(ctx, accounts.Person{
			Key: key(p), HomeTeamID: teamID, Handle: mailOf(p)[:strings.Index(mailOf(p), "@")], Email: mailOf(p), Workspace: "Acme",
		})
		if err != nil {
			w.t.Fatal(err)
		}
		to, err := w.accounts.Begin(ctx, link.URL[strings.LastIndex(link.URL, "/")+1:])
		if err != nil {
			w.t.Fatal(err)
		}
		callback, err := w.linear.Approve(ctx, to.URL, mailOf(p))
		if err != nil {
			w.t.Fatal(err)
		}
		q := query(w.t, callback)
		done, err := w.accounts.Complete(ctx, accounts.Callback{State: q.Get("state"), Code: q.Get("code"), Cookie: to.Cookie.Value})
		if err != nil || done.Account.State != store.Active {
			w.t.Fatalf("connecting %s ends %s: %v", p.ID, done.Account.State, err)
		}
	}
	w.warm(people...)
}

// warm reads the names each person knows, as their first command would.
func (w *world) warm(people ...*slacktest.Person) {
	w.t.Helper()
	for _, p := range people {
		s, err := w.accounts.Session(w.t.Context(), key(p))
		if err == nil {
			_, err = s.Directory(w.t.Context())
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

// browse follows a connect link through the app's own pages, approving as the
// person with this address, and returns the last page.
func (w *world) browse(link, mail string) string {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	b := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	to, _ := visit(w.t, b, http.MethodPost, link)
	callback, err := w.linear.Approve(w.t.Context(), to, mail)
	if err != nil {
		w.t.Fatal(err)
	}
	_, page := visit(w.t, b, http.MethodGet, callback)
	return page
}

// await waits until the local Slack or the local Linear shows what cond asks for.
func (w *world) await(what string, cond func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	if err := w.slack.Await(ctx, cond); err != nil {
		w.t.Fatalf("waiting for %s: %v", what, err)
	}
}

// types types a command and fails when Slack shows a failure of its own.
func (w *world) types(p *slacktest.Person, channel, line string) {
	w.t.Helper()
	if err := p.Command(w.t.Context(), channel, line); err != nil {
		w.t.Fatalf("%s types %s: %v", p.ID, line, err)
	}
}

// sees waits until a person sees words in a channel, thread replies included.
func (w *world) sees(p *slacktest.Person, channel, words string) slacktest.Message {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	var m slacktest.Message
	err := w.slack.Await(ctx, func() bool {
		var ok bool
		m, ok = p.Find(channel, words)
		return ok
	})
	if err != nil {
		w.t.Fatalf("%q did not appear to %s in %s; it shows:\n%s", words, p.ID, channel, w.screen(p, channel))
	}
	return m
}

// unseen fails when a person sees words in a channel now.
func (w *world) unseen(p *slacktest.Person, channel, words string) {
	w.t.Helper()
	if m, ok := p.Find(channel, words); ok {
		w.t.Errorf("%s sees %q in %s:\n%s", p.ID, words, channel, slacktest.Text(m))
	}
}

// form waits until a person's topmost modal shows words.
func (w *world) form(p *slacktest.Person, words string) slacktest.View {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	err := w.slack.Await(ctx, func() bool { return strings.Contains(slacktest.Text(p.View()), words) })
	if err != nil {
		w.t.Fatalf("no form of %s shows %q; it shows:\n%s\nSlack says: %s", p.ID, words, slacktest.Text(p.View()), p.Failure())
	}
	return p.View()
}

// noForm waits until a person has no modal open.
func (w *world) noForm(p *slacktest.Person) {
	w.t.Helper()
	w.await("the form to close", func() bool { return len(p.Views()) == 0 })
}

// clicks uses an element of a message, modal or Home, and agrees to its dialog.
func (w *world) clicks(p *slacktest.Person, on slacktest.Surface, name string, choices ...string) {
	w.t.Helper()
	if err := p.Click(w.t.Context(), on, name, choices...); err != nil {
		w.t.Fatalf("%s clicks %q %v: %v; it shows:\n%s", p.ID, name, choices, err, slacktest.Text(on))
	}
	if _, asked := p.Dialog(); asked {
		if err := p.Confirm(w.t.Context()); err != nil {
			w.t.Fatalf("%s confirms %q: %v", p.ID, name, err)
		}
	}
}

// picks chooses from a menu that asks the app, by typing words.
func (w *world) picks(p *slacktest.Person, on slacktest.Surface, menu, words string) string {
	w.t.Helper()
	found, err := p.Suggest(w.t.Context(), on, menu, words)
	if err != nil || len(found) == 0 {
		w.t.Fatalf("%s types %q into %s: %d options, %v", p.ID, words, menu, len(found), err)
	}
	w.clicks(p, on, menu, found[0].Text)
	return found[0].Text
}

// fills puts values into the topmost modal; menus that ask the app are typed into.
func (w *world) fills(p *slacktest.Person, values map[string]any) {
	w.t.Helper()
	if err := p.Fill(w.t.Context(), p.View(), values); err != nil {
		w.t.Fatalf("%s fills in %v: %v; it shows:\n%s", p.ID, values, err, slacktest.Text(p.View()))
	}
}

// submits presses the submit button of the topmost modal.
func (w *world) submits(p *slacktest.Person, values map[string]any) {
	w.t.Helper()
	if err := p.Submit(w.t.Context(), p.View(), values); err != nil {
		w.t.Fatalf("%s submits: %v; it shows:\n%s", p.ID, err, slacktest.Text(p.View()))
	}
}

// requests is how many GraphQL requests do makes. do must wait for what it shows.
func (w *world) requests(do func()) int {
	before := w.linear.CountRequests("/graphql")
	do()
	return w.linear.CountRequests("/graphql") - before
}

// titled are the issues in Linear with a title, those in the trash left out.
func (w *world) titled(title string) []lineartest.Issue {
	var found []lineartest.Issue
	for _, i := range w.linear.Issues() {
		if i.Title == title && !i.Trashed {
			found = append(found, i)
		}
	}
	return found
}

// issue is one issue of the local Linear.
func (w *world) issue(ref string) lineartest.Issue {
	w.t.Helper()
	i, ok := w.linear.Issue(ref)
	if !ok {
		w.t.Fatalf("there is no %s", ref)
	}
	return i
}

// screen is a conversation as one person sees it.
func (w *world) screen(p *slacktest.Person, channel string) string {
	var b strings.Builder
	for _, m := range p.Sees(channel) {
		fmt.Fprintf(&b, "--- %s\n%s\n", m.User, slacktest.Text(m))
	}
	return b.String()
}
