package page

import (
	"embed"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"linearbot/linear/lineartest"
)

//go:embed web
var files embed.FS

// site is the pages of one server.
type site struct {
	linear *lineartest.Server
	pages  map[string]*template.Template

	mu     sync.Mutex
	levers map[string]func() // what takes a pulled lever back, by name
}

// New returns the pages of a local Linear.
func New(s *lineartest.Server) http.Handler {
	p := &site{linear: s, pages: map[string]*template.Template{}, levers: map[string]func(){}}
	for _, name := range []string{"board", "issue", "apps", "levers", "missing"} {
		t := template.New("layout.html").Funcs(template.FuncMap{"ago": ago, "date": date, "handle": handle, "by": by, "priority": priority, "ms": ms})
		p.pages[name] = template.Must(t.ParseFS(files, "web/layout.html", "web/"+name+".html"))
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.board)
	mux.HandleFunc("GET /acme/issue/{id}", p.issue)
	mux.HandleFunc("GET /acme/issue/{id}/{slug}", p.issue)
	for _, list := range []string{"GET /acme/my-issues/{view}", "GET /acme/team/{key}/{view}"} {
		mux.Handle(list, http.RedirectHandler("/", http.StatusSeeOther)) // the board is all the lists there are
	}
	mux.HandleFunc("GET /apps", p.apps)
	mux.HandleFunc("POST /apps/revoke", p.revoke)
	mux.HandleFunc("POST /apps/remove", p.remove)
	mux.HandleFunc("GET /levers", p.showLevers)
	mux.HandleFunc("POST /levers/{name}", p.pull)
	mux.HandleFunc("GET /events", p.events)
	mux.Handle("GET /web/", http.FileServerFS(files))
	mux.HandleFunc("/", p.missing)
	return guarded(http.NewCrossOriginProtection().Handler(mux))
}

// guarded refuses hosts that are not this machine, against pages elsewhere that
// resolve a name of theirs to it.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if ip := net.ParseIP(strings.Trim(host, "[]")); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "this is a local demo: open it on this machine", http.StatusForbidden)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

// view is what every page is given.
type view struct {
	Title string
	Here  string // the entry of the menu
	Data  any
}

func (p *site) render(w http.ResponseWriter, status int, name string, v view) {
	var b strings.Builder
	if err := p.pages[name].Execute(&b, v); err != nil {
		http.Error(w, "the page could not be rendered", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	fmt.Fprint(w, b.String())
}

func (p *site) missing(w http.ResponseWriter, _ *http.Request) {
	p.render(w, http.StatusNotFound, "missing", view{Title: "Not here"})
}

// events tells the page when something changed: one line each, no data.
func (p *site) events(w http.ResponseWriter, r *http.Request) {
	flusher, ok := w.(http.Flusher)
	if !ok {
		http.Error(w, "no streaming", http.StatusNotImplemented)
		return
	}
	all, cancel := p.linear.Subscribe()
	defer cancel()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	fmt.Fprint(w, ": open\n\n")
	flusher.Flush()
	for {
		select {
		case _, open := <-all:
			if !open {
				return
			}
			fmt.Fprint(w, "data: changed\n\n")
			flusher.Flush()
		case <-r.Context().Done():
			return
		}
	}
}

// ago is a time as people say it.
func ago(t time.Time) string {
	switch d := time.Since(t); {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	case d < 60*24*time.Hour:
		return fmt.Sprintf("%d days ago", int(d.Hours()/24))
	}
	return date(t)
}

func date(t time.Time) string { return t.Format("2 Jan 2006") }

func ms(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) }

// handle is the part of an e-mail address before the @.
func handle(mail string) string {
	name, _, _ := strings.Cut(mail, "@")
	return name
}

// by names who did something: the app, for whom it acted, or the person.
func by(mail, app, as string) string {
	switch {
	case app == "":
		return handle(mail)
	case as == "":
		return app + " (app)"
	}
	return as + " via " + app
}

func priority(n int) string {
	return [...]string{"No priority", "Urgent", "High", "Medium", "Low"}[max(0, min(n, 4))]
}
