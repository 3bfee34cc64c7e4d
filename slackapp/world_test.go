package slackapp_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
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

	path    string // of the database
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
	w.path = filepath.Join(t.TempDir(), "bot.db")
	if w.db, err = store.Open(t.Context(), "sqlite:"+w.path); err != nil {
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
	t.Cleanup(func() { w.halt(); w.readAloud() })
	return w
}

// readAloud fails when anything that was posted in this world could not be read by
// a screen reader or a notification: blocks without a sentence beside them.
func (w *world) readAloud() {
	for _, c := range w.slack.Calls() {
		switch c.Method {
		case "chat.postMessage", "chat.postEphemeral", "chat.update", "response_url":
		default:
			continue
		}
		text, _ := c.Args["text"].(string)
		blocks, _ := json.Marshal(c.Args["blocks"])
		if c.Args["blocks"] != nil && len(blocks) > 4 && strings.TrimSpace(text) == "" {
			w.t.Errorf("%s without text: %s", c.Method, blocks)
		}
	}
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

// process is one running app.
type process struct {
	app      *slackapp.App
	accounts *accounts.Manager
	stop     context.CancelFunc
	ended    chan error
}

// start builds the app and runs it: at first, and again after halt.
func (w *world) start() {
	w.t.Helper()
	p := w.launch(nil)
	w.app, w.accounts, w.stop, w.ended = p.app, p.accounts, p.stop, p.ended
}

// launch runs one more process on the same database, with caches of its own, and
// waits for its socket.
func (w *world) launch(more func(*slackapp.Config)) process {
	w.t.Helper()
	handler := w.opts.Log
	if handler == nil {
		handler = slog.NewTextHandler(w.t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug})
	}
	log := slog.New(handler)
	owner := "test/" + rand.Text()
	client := linear.New(linear.Config{APIURL: w.linear.URL, Log: log})
	ac := accounts.Config{
		DB: w.db, Keyring: w.keyring, Linear: client, HTTP: http.DefaultClient, Log: log,
		ClientID: lineartest.DefaultApp.ClientID, ClientSecret: accounts.NewSecret(lineartest.DefaultApp.ClientSecret),
		AuthURL: w.linear.URL, APIURL: w.linear.URL, PublicURL: w.web.URL,
		Actor: "user", Scopes: []string{"read", "write"}, Verify: "email", Owner: owner,
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
		Word: "/linear", Owner: owner, Version: "test", Words: true,
	}
	change(w.opts.App, &c)
	change(more, &c)
	sockets := w.slack.Sockets()
	ctx, stop := context.WithCancel(context.Background())
	p := process{app: slackapp.New(c), accounts: manager, stop: stop, ended: make(chan error, 1)}
	go func() { p.ended <- p.app.Run(ctx) }()
	w.await("the socket to be up", func() bool { return w.slack.Sockets() > sockets })
	return p
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
	return w.answers(link, mail, w.linear.Approve)
}

// refuses follows a connect link and presses Cancel at Linear.
func (w *world) refuses(link, mail string) string {
	w.t.Helper()
	return w.answers(link, mail, w.linear.Deny)
}

func (w *world) answers(link, mail string, at func(ctx context.Context, to, mail string) (string, error)) string {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	b := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	to, _ := visit(w.t, b, http.MethodPost, link)
	callback, err := at(w.t.Context(), to, mail)
	if err != nil {
		w.t.Fatal(err)
	}
	_, page := visit(w.t, b, http.MethodGet, callback)
	return page
}
