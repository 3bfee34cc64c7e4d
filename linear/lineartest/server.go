package lineartest

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options shape a server. The zero value is an empty workspace with the
// default app and Linear's real lifetimes.
type Options struct {
	Seed   bool             // fill the workspace with the Acme demo data
	Globex bool             // a second workspace, in which Alice and Carol are members too; Save does not know it
	App    OAuthApp         // what is left out is filled from DefaultApp
	Now    func() time.Time // nil: time.Now

	AccessLifetime time.Duration // of access tokens; 0: 86399 s
	ReplayWindow   time.Duration // for a used refresh token; 0: 30 min
	CodeLifetime   time.Duration // of authorization codes; 0: 10 min

	MigrateOverlap  time.Duration // how long a migrated legacy token still works
	MigrateGone     bool          // migrate_old_token answers 404
	RevokeTokenOnly bool          // revoking an access token leaves its grant alive
	RememberConsent bool          // a browser that consented before is not asked again
	RateLimit       RateLimit     // of each user; zero: Linear's budgets

	Pages          func(*Server) http.Handler // optional: what people see in a browser beside the API
	Keep           func()                     // optional: called before each answer of the OAuth endpoints, so that a client never holds a token this server forgets
	WebURL         string                     // start of issue links; empty: https://linear.app
	WebhookClient  *http.Client               // sends webhooks; nil: http.DefaultClient
	WebhookRetries []time.Duration            // waits between tries; nil: 1 min, 1 h, 6 h
}

// DefaultApp is the registered application when Options say nothing else.
var DefaultApp = OAuthApp{
	ClientID: "linearbot-client", ClientSecret: "linearbot-secret", Name: "Linearbot",
	Developer: "Acme", DeveloperURL: "https://acme.test",
}

// Server is a local Linear. All methods are safe for concurrent use.
type Server struct {
	URL string // base URL of all endpoints, without a trailing slash

	opts    Options
	handler http.Handler
	browser *http.Client // reaches the handler without a socket
	http    *http.Server // nil until Start

	mu         sync.Mutex
	w          *world   // the workspace that eyes and hands are about
	others     []*world // further ones, which people may choose when they consent
	oauth      authority
	limits     limiter
	ledger     []TokenEvent
	requests   []Request
	faults     []*Fault
	uploads    map[string]*upload
	deliveries []Delivery
	hookFault  HookFault
	held       []hook                  // by HookFault.Hold
	hookOff    bool                    // it kept failing
	delivered  time.Time               // when a webhook was taken last
	changed    chan struct{}           // closed and replaced at each state change
	watchers   map[chan Event]struct{} // Subscribe
	stop       context.Context         // ends with Close
	halt       context.CancelFunc
	sending    sync.WaitGroup // webhook deliveries
}

// New makes a server without a listener: use Transport, also inside a
// testing/synctest bubble. Its URL is http://linear.test.
func New(o Options) *Server {
	fillDefaults(&o)
	s := &Server{
		URL: "http://linear.test", opts: o, w: newWorld(), oauth: newAuthority(), limits: limiter{},
		uploads: map[string]*upload{}, changed: make(chan struct{}), watchers: map[chan Event]struct{}{},
	}
	s.stop, s.halt = context.WithCancel(context.Background())
	app := o.App
	s.oauth.apps[app.ClientID] = &app
	if o.Seed {
		seed(s.w, s.now())
	}
	if o.Globex {
		s.others = append(s.others, seedGlobex())
	}
	s.handler = s.routes()
	s.browser = &http.Client{
		Transport:     s.Transport(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return s
}

func fillDefaults(o *Options) {
	a := &o.App
	a.ClientID = cmp.Or(a.ClientID, DefaultApp.ClientID)
	a.ClientSecret = cmp.Or(a.ClientSecret, DefaultApp.ClientSecret)
	a.Name = cmp.Or(a.Name, DefaultApp.Name)
	a.Developer = cmp.Or(a.Developer, DefaultApp.Developer)
	a.DeveloperURL = cmp.Or(a.DeveloperURL, DefaultApp.DeveloperURL)
	if o.Now == nil {
		o.Now = time.Now
	}
	o.AccessLifetime = cmp.Or(o.AccessLifetime, 86399*time.Second)
	o.ReplayWindow = cmp.Or(o.ReplayWindow, 30*time.Minute)
	o.CodeLifetime = cmp.Or(o.CodeLifetime, 10*time.Minute)
	o.WebURL = strings.TrimSuffix(cmp.Or(o.WebURL, "https://linear.app"), "/")
	client := *cmp.Or(o.WebhookClient, http.DefaultClient)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // no 200: not delivered
	o.WebhookClient = &client
	if o.WebhookRetries == nil {
		o.WebhookRetries = []time.Duration{time.Minute, time.Hour, 6 * time.Hour}
	}
}

// NewServer makes a server that listens on a free loopback port. Close it.
func NewServer(o Options) *Server {
	s := New(o)
	if err := s.Start("127.0.0.1:0"); err != nil {
		panic("lineartest: " + err.Error())
	}
	return s
}

// Start listens on a loopback address such as 127.0.0.1:0 and sets URL. Any other
// host is refused: everybody who reaches the server may act as anybody in it.
func (s *Server) Start(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%s is not a loopback address", addr)
	}
	l, err := (&net.ListenConfig{}).Listen(s.stop, "tcp", addr)
	if err != nil {
		return err
	}
	s.URL = "http://" + l.Addr().String()
	s.http = &http.Server{Handler: s.handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.http.Serve(l) }() // returns ErrServerClosed after Close
	return nil
}

// Close stops listening, ends running requests and drops webhooks not yet delivered.
func (s *Server) Close() {
	s.halt()
	if s.http != nil {
		_ = s.http.Close() // nothing is left to be saved
	}
	s.sending.Wait()
}

// Handler serves all endpoints.
func (s *Server) Handler() http.Handler { return s.handler }

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /oauth/authorize", s.authorize)
	mux.Handle("POST /oauth/authorize", http.NewCrossOriginProtection().Handler(http.HandlerFunc(s.decide))) // no other site may press Approve
	mux.HandleFunc("POST /oauth/token", s.token)
	mux.HandleFunc("POST /oauth/revoke", s.revoke)
	mux.HandleFunc("POST /oauth/migrate_old_token", s.migrate)
	mux.HandleFunc("POST /graphql", s.graphql)
	mux.HandleFunc("PUT /uploads/{id}", s.putUpload)
	mux.HandleFunc("GET /assets/{id}/{name}", s.getAsset)
	api := s.observe(mux)
	if s.opts.Pages == nil {
		return api
	}
	all := http.NewServeMux()
	for _, path := range []string{"/oauth/", "/graphql", "/uploads/", "/assets/"} {
		all.Handle(path, api)
	}
	all.Handle("/", s.opts.Pages(s))
	return all
}

func (s *Server) now() time.Time { return s.opts.Now().UTC() }

// UpdateApp changes the registered application: a new secret, legacy mode, array scopes.
func (s *Server) UpdateApp(change func(*OAuthApp)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s.app())
}

// app is the registered application; Server.mu is held.
func (s *Server) app() *OAuthApp { return s.oauth.apps[s.opts.App.ClientID] }

// webURL is the address of a page in Linear's own interface.
func (s *Server) webURL(w *world, kind, name string) string {
	return s.opts.WebURL + "/" + w.urlKey + "/" + kind + "/" + name
}

func (s *Server) issueURL(w *world, i *issue) string {
	return s.webURL(w, "issue", i.identifier()) + "/" + slug(i.Title)
}
