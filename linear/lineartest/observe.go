package lineartest

import (
	"bytes"
	"cmp"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// maxBody is more than any request to Linear needs.
const maxBody = 32 << 20

// Request is one request that was answered.
type Request struct {
	Seq          int64
	At           time.Time
	Method, Path string
	Op           string   // GraphQL operation name, or the grant_type of a token request
	Fields       []string // root fields of the GraphQL operation
	User         string   // e-mail (or app name) the token stands for
	Status       int      // 0: the connection was cut
	Took         time.Duration
	Faulted      bool // a Fault applied
}

// observe wraps all endpoints: it names the request, applies faults, records
// the answer and tells the watchers.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, "request body cannot be read", http.StatusRequestEntityTooLarge)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		rec := Request{At: s.now(), Method: r.Method, Path: r.URL.Path}
		s.describe(&rec, r, body)
		f := s.takeFault(rec)
		rec.Faulted = f != nil
		a, alive := f.serve(s.stop, next, r)
		if alive && f != nil && f.Reply != nil {
			s.budgeted(a.header, f.Reply.from, r)
		}
		rec.Took = s.now().Sub(rec.At)
		if alive {
			rec.Status = cmp.Or(a.status, http.StatusOK)
		}
		s.record(rec)
		if s.opts.Keep != nil && strings.HasPrefix(rec.Path, "/oauth/") {
			s.opts.Keep()
		}
		if !alive {
			panic(http.ErrAbortHandler) // closes the connection without an answer
		}
		a.copyTo(w)
	})
}

// describe names what a request does and for whom.
func (s *Server) describe(rec *Request, r *http.Request, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // an unreadable type names nothing
	if r.URL.Path == "/graphql" {
		rec.Op, rec.Fields = outline(body)
		rec.User = s.owner(r.Header.Get("Authorization"))
		return
	}
	if kind != "application/x-www-form-urlencoded" {
		return
	}
	f, err := url.ParseQuery(string(body))
	if err != nil {
		return
	}
	rec.Op = f.Get("grant_type")
	for _, name := range []string{"refresh_token", "token", "access_token"} {
		if h, ok := s.oauth.find(f.Get(name)); ok {
			rec.User = h.grant.person.Email
		}
	}
	if c := s.oauth.codes[f.Get("code")]; c != nil {
		rec.User = c.person.Email
	}
}

// owner is who an Authorization header stands for, valid or not.
func (s *Server) owner(header string) string {
	token := strings.TrimPrefix(header, "Bearer ")
	if h, ok := s.oauth.access[token]; ok {
		return h.grant.viewer.Email
	}
	if u := s.oauth.keys[token]; u != nil {
		return u.Email
	}
	return ""
}

func (s *Server) record(rec Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rec.Seq = int64(len(s.requests)) + 1
	s.requests = append(s.requests, rec)
	s.publish(Event{Request: &rec})
}

// Requests returns all requests answered so far, oldest first.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// CountRequests counts requests whose operation name, grant_type, root field or
// path is op; "" counts all.
func (s *Server) CountRequests(op string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(filter(s.requests, func(r Request) bool {
		return op == "" || r.Op == op || r.Path == op || slices.Contains(r.Fields, op)
	}))
}
