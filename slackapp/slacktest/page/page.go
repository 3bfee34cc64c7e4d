package page

import (
	"embed"
	"encoding/json"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"linearbot/slackapp/slacktest"
)

//go:embed static
var static embed.FS

// Options are what the page shows beside Slack itself. All of them may be empty.
type Options struct {
	LinearURL string                 // where the local Linear shows its own pages; links to linear.app lead there
	Requests  func() []LinearRequest // every request Linear answered so far, oldest first
	Restart   func() error           // stops the app and starts it again
	Note      string                 // one sentence for the banner about what answers here
}

// LinearRequest is one request that the app sent to Linear.
type LinearRequest struct {
	At     time.Time
	Took   time.Duration
	Name   string // the GraphQL operation, the grant type, else the path
	User   string // e-mail of the person it was sent for, "" when unknown
	Status int    // HTTP status; 0 when the connection was cut
}

// page is the handler and its memory.
type page struct {
	slack *slacktest.Server
	opt   Options

	mu    sync.Mutex
	deeds []deed // what visitors did, oldest first
}

// New returns the page of a local Slack. All its addresses are relative: mount it at / or beneath a prefix that ends in /.
func New(slack *slacktest.Server, opt Options) http.Handler {
	p := &page{slack: slack, opt: opt}
	files, err := fs.Sub(static, "static")
	if err != nil {
		panic(err) // programmer error: the folder is embedded
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(files))
	mux.HandleFunc("GET /state", p.serveState)
	mux.HandleFunc("GET /changes", p.serveChanges)
	mux.HandleFunc("GET /happened", p.serveHappened)
	mux.HandleFunc("POST /do", p.serveDo)
	return guard(http.NewCrossOriginProtection().Handler(mux))
}

// guard lets in loopback clients that ask for a loopback host by name, and tells browsers to load nothing from elsewhere.
// The name matters: a foreign site may point its own name at 127.0.0.1.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !loopback(r.Host) || !loopback(r.RemoteAddr) {
			http.Error(w, "this demo answers on its own machine only", http.StatusForbidden)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache")
		next.ServeHTTP(w, r)
	})
}

// loopback reports whether a host, with or without port, is this machine.
func loopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.Trim(hostport, "[]")
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// person is whom a tab belongs to: ?as= is a handle. Deleted users and bots have no screen.
func (p *page) person(r *http.Request) (slacktest.User, *slacktest.Person, bool) {
	for _, u := range p.slack.Users() {
		if u.Name == r.FormValue("as") && !u.Bot && !u.Deleted {
			return u, p.slack.Person(u.ID), true
		}
	}
	return slacktest.User{}, nil, false
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}
