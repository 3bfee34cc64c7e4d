package modeltest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"
)

// Options of a Server.
type Options struct {
	Key     string              // the x-api-key that is let in; empty: any
	Respond func(Request) Reply // what is answered; nil: "OK."
	Pace    time.Duration       // between the pieces of an answer
	// Secrets must never appear in a request: tokens, other people's data.
	Secrets []string
}

// Server is the stand-in. Safe for concurrent use.
type Server struct {
	URL string // base URL for the client, once Start was called

	options Options
	http    *httptest.Server
	stopped chan struct{}

	mu         sync.Mutex
	requests   []Request
	violations []string
	prefix     string // tools and first system block of the first request
	serial     int
	paused     bool // the last reply was to be gone on with
}

// NewServer returns a stand-in that listens on a loopback port. Close it.
func NewServer(o Options) *Server {
	s := New(o)
	s.http = httptest.NewServer(s)
	s.URL = s.http.URL
	return s
}

// New returns a stand-in without a listener: use it as an http.Handler, or
// through Transport.
func New(o Options) *Server {
	if o.Respond == nil {
		o.Respond = func(Request) Reply { return Say("OK.") }
	}
	return &Server{URL: "http://model.test", options: o, stopped: make(chan struct{})}
}

// Close ends the hanging answers and the listener.
func (s *Server) Close() {
	close(s.stopped)
	if s.http != nil {
		s.http.Close()
	}
}

// Requests are those that kept the protocol, in order of arrival.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Violations says in words how requests broke the protocol.
func (s *Server) Violations() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 8<<20))
	if err != nil {
		return // the caller has gone
	}
	if s.options.Key != "" && r.Header.Get("X-Api-Key") != s.options.Key {
		refuse(w, http.StatusUnauthorized, "authentication_error", "invalid x-api-key")
		return
	}
	request, broken := s.check(r, body)
	if broken != "" {
		s.mu.Lock()
		s.violations = append(s.violations, broken)
		s.mu.Unlock()
		refuse(w, http.StatusBadRequest, "invalid_request_error", broken)
		return
	}
	s.mu.Lock()
	s.requests = append(s.requests, request)
	s.serial++
	serial := s.serial
	s.mu.Unlock()
	reply := s.options.Respond(request)
	s.mu.Lock()
	s.paused = reply.Stop == "pause_turn"
	s.mu.Unlock()
	answer := stream{w: w, r: r, stopped: s.stopped, pace: s.options.Pace, serial: serial, model: request.Model}
	answer.write(reply)
}

func refuse(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Request-Id", "req_refused")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{ // the caller may have gone
		"type": "error", "error": map[string]string{"type": kind, "message": message},
	})
}
