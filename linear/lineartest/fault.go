package lineartest

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Fault makes matching requests go wrong. Empty match fields match anything.
// What is set applies in this order: Delay, Cut, execution (skipped when Reply
// is set without Execute), Hold, Lose, then Reply or Beside changes the answer.
type Fault struct {
	Path  string // "/oauth/token", "/graphql", …
	Op    string // GraphQL operation name, or grant_type
	Field string // GraphQL root field
	User  string // e-mail the token stands for
	Skip  int    // matching requests to let pass first
	Times int    // matching requests to spoil; 0: until undone

	Delay   time.Duration  // wait before executing; ends early, unexecuted, when the client leaves
	Cut     bool           // close the connection without executing
	Execute bool           // with Reply: execute first, then send Reply instead
	Hold    time.Duration  // wait after executing, whether the client is there or not
	Lose    bool           // execute, then close the connection without an answer
	Reply   *Reply         // the answer to send
	Beside  []GraphQLError // errors to add to the executed answer, beside its data
}

// Reply is a canned answer.
type Reply struct {
	Status int
	Header http.Header
	Body   string

	from answerer // set by the constructors below
}

// answerer is which part of Linear a canned answer is from: behind the edge, answers
// of GraphQL carry the headers of a budget.
type answerer int

const (
	atEdge answerer = iota
	viewerBudget
	addressBudget
	drainedBudget
)

// GraphQLError is one error of a canned answer, in Linear's words
// (Type "internal error", Code "INTERNAL_SERVER_ERROR", …).
type GraphQLError struct {
	Message, Type, Code string
	Path                []any
}

// Unavailable is the 503 of Linear's edge: not JSON.
func Unavailable() *Reply {
	return &Reply{Status: http.StatusServiceUnavailable, Header: contentType("text/plain"), Body: "upstream connect error or disconnect/reset before headers"}
}

// HTML is a page where JSON is expected, under any status.
func HTML(status int) *Reply {
	return &Reply{Status: status, Header: contentType("text/html; charset=utf-8"), Body: "<!doctype html><title>Linear</title><h1>Something went wrong</h1>"}
}

// WrongType is well-formed JSON under a wrong content type.
func WrongType(body string) *Reply {
	return &Reply{Status: http.StatusOK, Header: contentType("text/plain"), Body: body}
}

// Limited is a drained budget in one of the reported forms: 400, 200, or a bare
// 429. after is sent as Retry-After unless it is zero.
func Limited(status int, after time.Duration) *Reply {
	r := &Reply{Status: status, Header: contentType("application/json; charset=utf-8")}
	if after > 0 {
		r.Header.Set("Retry-After", strconv.Itoa(int(after/time.Second)))
	}
	if status != http.StatusTooManyRequests {
		r.from = drainedBudget
		r.Body = envelope(rateLimited(oauthLimit.RequestsPerHour, 0, nil))
	}
	return r
}

// Unauthenticated is the 401 of a token that does not work.
func Unauthenticated() *Reply {
	return &Reply{Status: http.StatusUnauthorized, Header: contentType("application/json; charset=utf-8"), Body: envelope(unauthenticated()), from: addressBudget}
}

// Errors is HTTP 200 with errors and null data.
func Errors(errs ...GraphQLError) *Reply {
	body, _ := json.Marshal(map[string]any{"data": nil, "errors": wireErrors(errs)}) // plain values always marshal
	return &Reply{Status: http.StatusOK, Header: contentType("application/json; charset=utf-8"), Body: string(body), from: viewerBudget}
}

// OAuthError is an error body of the token endpoint: invalid_client,
// unauthorized_client, invalid_grant, …
func OAuthError(status int, code, description string) *Reply {
	body, _ := json.Marshal(oauthError{Code: code, Description: description}) // plain values always marshal
	return &Reply{Status: status, Header: contentType("application/json; charset=utf-8"), Body: string(body)}
}

func contentType(t string) http.Header { return http.Header{"Content-Type": {t}} }

func envelope(e *apiError) string {
	body, _ := json.Marshal(errorBody(e)) // plain values always marshal
	return string(body)
}

func wireErrors(errs []GraphQLError) []map[string]any {
	out := make([]map[string]any, len(errs))
	for i, e := range errs {
		ext := map[string]any{"type": e.Type, "userError": false}
		if e.Code != "" {
			ext["code"] = e.Code
		}
		out[i] = map[string]any{"message": e.Message, "path": append([]any{}, e.Path...), "extensions": ext}
	}
	return out
}

// Fault plants f and returns what takes it away again. Of several that match,
// the oldest applies.
func (s *Server) Fault(f Fault) (undo func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &f
	s.faults = append(s.faults, p)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.faults = slices.DeleteFunc(s.faults, func(q *Fault) bool { return q == p })
	}
}

// ClearFaults takes all faults away.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

func (f *Fault) matches(r Request) bool {
	return (f.Path == "" || f.Path == r.Path) && (f.Op == "" || f.Op == r.Op) && (f.User == "" || f.User == r.User) &&
		(f.Field == "" || slices.Contains(r.Fields, f.Field))
}

// takeFault finds the fault of a request and counts it down.
func (s *Server) takeFault(r Request) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		switch {
		case !f.matches(r):
			continue
		case f.Skip > 0:
			f.Skip--
			continue
		case f.Times == 1:
			s.faults = slices.Delete(slices.Clone(s.faults), i, i+1)
		case f.Times > 1:
			f.Times--
		}
		applied := *f
		return &applied
	}
	return nil
}

// serve runs next under the fault; stop ends what it holds back. alive is false when
// the connection is to be cut.
func (f *Fault) serve(stop context.Context, next http.Handler, r *http.Request) (a *answer, alive bool) {
	a = newAnswer()
	if f == nil {
		next.ServeHTTP(a, r)
		return a, true
	}
	if !sleep(r.Context(), f.Delay) || f.Cut {
		return nil, false
	}
	if f.Reply == nil || f.Execute {
		next.ServeHTTP(a, r)
	}
	sleep(stop, f.Hold) // whether or not somebody still waits for it
	switch {
	case f.Lose:
		return nil, false
	case f.Reply != nil:
		a = &answer{status: f.Reply.Status, header: f.Reply.Header.Clone()}
		a.body.WriteString(f.Reply.Body)
	case len(f.Beside) > 0:
		a.addErrors(f.Beside)
	}
	return a, true
}

// budgeted gives a canned answer of GraphQL the headers of the budget it speaks of.
func (s *Server) budgeted(h http.Header, from answerer, r *http.Request) {
	if from == atEdge || r.URL.Path != "/graphql" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	var viewer *user
	holder := s.oauth.access[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	if from != addressBudget && holder.grant != nil {
		viewer = holder.grant.viewer
	}
	b := *s.budgetOf(viewer, holder.grant, r.RemoteAddr, now)
	if from == drainedBudget {
		b.requests.left = 0
	}
	b.announce(h, 0, now)
}

// sleep waits d and reports whether ctx lived through it.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// addErrors puts errors beside the data of an executed answer.
func (a *answer) addErrors(errs []GraphQLError) {
	var body map[string]any
	if json.Unmarshal(a.body.Bytes(), &body) != nil {
		return
	}
	body["errors"] = wireErrors(errs)
	raw, err := json.Marshal(body)
	if err != nil {
		return
	}
	a.body.Reset()
	a.body.Write(raw)
}
