package slacktest

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Object is one JSON object as it travels: blocks, views and payloads are kept in this form.
// Objects handed out are shared snapshots: read them, never change them.
type Object = map[string]any

// Options configures a Server. Zero durations mean Slack's own values.
type Options struct {
	Manifest     []byte          // the app's manifest.yaml; required
	Seed         bool            // also plays the three threads of seed.go into the channels
	EnterpriseID string          // an E… id puts the workspace inside an Enterprise Grid organisation
	Addr         string          // listening address; default 127.0.0.1:0
	AckTimeout   time.Duration   // 3 s: how long an envelope waits for its acknowledgement
	Retries      []time.Duration // at once, 1 min, 5 min: the pause before each redelivery of an event
	TriggerTTL   time.Duration   // 3 s: how long a trigger id opens a modal
	HookTTL      time.Duration   // 30 min: how long a response URL works
	PingInterval time.Duration   // 5 s between WebSocket pings
	WarningTime  time.Duration   // 10 s between a warning and the end of its socket
	RateLimits   bool            // enforce Slack's per-minute tiers
}

// Server is a running local Slack with one installed app. Fields are set by NewServer and never change.
type Server struct {
	URL      string // http://127.0.0.1:port
	APIURL   string // URL + "/api/", what a client takes as its API address
	BotToken string // xoxb-…
	AppToken string // xapp-…

	opt      Options
	manifest manifest
	http     *http.Server
	ctx      context.Context // ends with Close; deliveries hang from it
	cancel   context.CancelFunc
	running  sync.WaitGroup
	methods  map[string]method

	mu       sync.Mutex // guards everything below
	changed  chan struct{}
	watchers map[chan Change]struct{}
	workspace
	delivery
	faults
	calls []Call
	rate  map[string]*bucket
}

// NewServer starts a local Slack. It panics when the manifest cannot be read or the address cannot
// be listened on, as both are mistakes of the program that calls it.
func NewServer(opt Options) *Server {
	m, err := loadManifest(opt.Manifest)
	if err != nil {
		panic(fmt.Sprintf("slacktest: %v", err))
	}
	listener, err := net.Listen("tcp", cmp.Or(opt.Addr, "127.0.0.1:0"))
	if err != nil {
		panic(fmt.Sprintf("slacktest: %v", err))
	}
	opt.AckTimeout = cmp.Or(opt.AckTimeout, 3*time.Second)
	opt.TriggerTTL = cmp.Or(opt.TriggerTTL, 3*time.Second)
	opt.HookTTL = cmp.Or(opt.HookTTL, 30*time.Minute)
	opt.PingInterval = cmp.Or(opt.PingInterval, 5*time.Second)
	opt.WarningTime = cmp.Or(opt.WarningTime, 10*time.Second)
	if opt.Retries == nil {
		opt.Retries = []time.Duration{0, time.Minute, 5 * time.Minute}
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{
		URL:      "http://" + listener.Addr().String(),
		BotToken: "xoxb-local-" + newID(""),
		AppToken: "xapp-1-" + appID + "-" + newID(""),
		opt:      opt, manifest: m, ctx: ctx, cancel: cancel,
		changed:  make(chan struct{}),
		watchers: map[chan Change]struct{}{},
		rate:     map[string]*bucket{},
		methods:  methods(),
	}
	s.APIURL = s.URL + "/api/"
	s.workspace = newWorkspace(m, opt.EnterpriseID)
	s.delivery = newDelivery()
	s.socketApp = appID
	s.populate()
	if opt.Seed {
		s.seedThreads()
	}
	s.http = &http.Server{Handler: s.routes(), ReadHeaderTimeout: 10 * time.Second}
	s.running.Go(func() { _ = s.http.Serve(listener) }) // always ErrServerClosed: Close ends it
	return s
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveAPI)
	mux.HandleFunc("POST /hooks/{id}", s.serveHook)
	mux.HandleFunc("GET /link/", s.serveSocket)
	mux.HandleFunc("GET /files/{id}/{name}", s.serveFile)
	return mux
}

// Close cuts every socket, stops the listener and waits for all deliveries to end.
func (s *Server) Close() {
	s.cancel()
	_ = s.http.Close() // hijacked sockets are closed below; nothing else can fail
	s.mu.Lock()
	for _, k := range s.sockets {
		k.cut()
	}
	for w := range s.watchers {
		close(w)
	}
	clear(s.watchers)
	s.mu.Unlock()
	s.running.Wait()
}

// Change tells what moved: Kind is message, view, home, envelope, call, socket, status or failure.
// Channel, User and ID name the place where the kind has one.
type Change struct {
	Kind    string `json:"kind"`
	Channel string `json:"channel,omitempty"`
	User    string `json:"user,omitempty"`
	ID      string `json:"id,omitempty"`
}

// Subscribe returns a feed of changes and a function that ends it. The feed is closed when its
// reader falls 1,000 changes behind or the server closes: read the state anew, then subscribe again.
func (s *Server) Subscribe() (<-chan Change, func()) {
	feed := make(chan Change, 1000)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers[feed] = struct{}{}
	return feed, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.unsubscribe(feed)
	}
}

func (s *Server) unsubscribe(feed chan Change) {
	if _, ok := s.watchers[feed]; ok {
		delete(s.watchers, feed)
		close(feed)
	}
}

// Await returns nil once cond holds, trying it again after every change of state, or the cause of
// ctx's end. cond may call any method that reads.
func (s *Server) Await(ctx context.Context, cond func() bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if cond() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("await: %w", context.Cause(ctx))
		}
	}
}

// touch announces a change. The lock is held.
func (s *Server) touch(c Change) {
	close(s.changed)
	s.changed = make(chan struct{})
	for w := range s.watchers {
		select {
		case w <- c:
		default:
			s.unsubscribe(w)
		}
	}
}
