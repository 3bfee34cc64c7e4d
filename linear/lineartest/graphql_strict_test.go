package lineartest_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"linearbot/linear/lineartest"
)

// keyed is a server whose clock stands, and a key of Alice's.
func keyed(t *testing.T, change ...func(*lineartest.Options)) (s *lineartest.Server, key string, at *clock) {
	t.Helper()
	at = newClock()
	s = acme(t, append(change, func(o *lineartest.Options) { o.Now = func() time.Time { return at.now } })...)
	key, err := s.APIKey("alice@acme.test")
	if err != nil {
		t.Fatal(err)
	}
	return s, key, at
}

// TestErrorsAreStrict holds each kind of error to its status line and its extensions.
func TestErrorsAreStrict(t *testing.T) {
	t.Parallel()
	s, key, at := keyed(t)
	tok := connect(t, s, "alice@acme.test")
	readOnly := form(t, s, "/oauth/token", withClient(map[string]string{"grant_type": "authorization_code", "redirect_uri": callback, "code": codeOf(t, s, map[string]string{"scope": "read"})}))
	gone := connect(t, s, "bob@acme.test")
	s.RevokeAccess("bob@acme.test")
	const viewer = "{ viewer { id } }"
	create := `mutation { issueCreate(input: {teamId: "ENG", title: "x"}) { success } }`
	for _, c := range []struct {
		name, auth, query string
		status            int
		kind              string
		code              any
		data              bool // null data is part of the body
		message           string
	}{
		{"no credentials", "", viewer, 401, "authentication error", "AUTHENTICATION_ERROR", true, "Authentication required, not authenticated"},
		{"an unknown token", "Bearer lin_oauth_x", viewer, 401, "authentication error", "AUTHENTICATION_ERROR", true, "Authentication required, not authenticated"},
		{"a revoked token", "Bearer " + gone.AccessToken, viewer, 401, "authentication error", "AUTHENTICATION_ERROR", true, "Authentication required, not authenticated"},
		{"a token without a scheme", tok.AccessToken, viewer, 401, "authentication error", "AUTHENTICATION_ERROR", true, "Authentication required, not authenticated"},
		{"a key as Bearer", "Bearer " + key, viewer, 400, "invalid input", "INPUT_ERROR", false, "Bearer"},
		{"an unknown field", key, "{ viewer { nope } }", 400, "graphql error", nil, false, "nope"},
		{"identifier in a filter", key, `{ issues(filter: {identifier: {eq: "ENG-1"}}) { nodes { id } } }`, 400, "graphql error", nil, false, "identifier"},
		{"no document", key, "", 400, "graphql error", nil, false, "query"},
		{"two operations, no name", key, "query A { viewer { id } } query B { viewer { id } }", 400, "graphql error", nil, false, "operation name"},
		{"too complex, before it runs", key, `{ issues { nodes { comments { nodes { id body } } subscribers { nodes { id name } } labels { nodes { id name } } attachments { nodes { id } } } } }`, 400, "invalid input", "INPUT_ERROR", false, "Query too complex"},
		{"a missing entity", key, `{ issue(id: "ENG-9999") { id } }`, 200, "invalid input", "INPUT_ERROR", true, "Entity not found: Issue"},
		{"a private team's issue", key, `{ issue(id: "SEC-1") { id } }`, 200, "invalid input", "INPUT_ERROR", true, "Entity not found: Issue"},
		{"one miss nulls the whole answer", key, `{ a: issue(id: "ENG-98") { id } b: issue(id: "ENG-9999") { id } }`, 200, "invalid input", "INPUT_ERROR", true, "Entity not found: Issue"},
		{"first: 251", key, "{ issues(first: 251) { nodes { id } } }", 200, "invalid input", "INVALID_INPUT", true, "Argument Validation Error"},
		{"first: 0", key, "{ issues(first: 0) { nodes { id } } }", 200, "invalid input", "INVALID_INPUT", true, "Argument Validation Error"},
		{"a mutation with read scope", "Bearer " + readOnly.Body["access_token"].(string), create, 403, "forbidden", "FORBIDDEN", false, "write"},
	} {
		r := ask(t, s, c.auth, c.query, nil)
		if r.Status != c.status || len(r.Errors) == 0 {
			t.Errorf("%s: %d %s, want %d", c.name, r.Status, r.Raw, c.status)
			continue
		}
		e := r.Errors[0]
		if e.Extensions["type"] != c.kind || e.Extensions["code"] != c.code || !strings.Contains(e.Message, c.message) {
			t.Errorf("%s: %s, want %s, %v, %q", c.name, r.Raw, c.kind, c.code, c.message)
		}
		if c.data && !strings.Contains(r.Raw, `"data":null`) {
			t.Errorf("%s: data is not null: %s", c.name, r.Raw)
		}
		if decides := e.Extensions["http"] != nil; decides != (c.status != 200 && !strings.Contains(c.kind, "graphql")) && c.kind != "graphql error" {
			t.Errorf("%s: extensions.http = %v beside status %d", c.name, e.Extensions["http"], c.status)
		}
	}
	at.tick(86399 * time.Second)
	if r := ask(t, s, "Bearer "+tok.AccessToken, viewer, nil); r.Status != 401 {
		t.Errorf("an access token after 24 h: %d", r.Status)
	}
	if e := ask(t, s, "", viewer, nil).Errors[0].Extensions; e["statusCode"] != 401.0 || e["userError"] != true || e["userPresentableMessage"] != "You need to authenticate to access this operation." {
		t.Errorf("the 401 envelope: %v", e)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/graphql?query="+"%7Bviewer%7Bid%7D%7D", nil)
	if err != nil {
		t.Fatal(err)
	}
	if a := send(t, s, r); a.Status != http.StatusMethodNotAllowed {
		t.Errorf("GET /graphql: %d", a.Status)
	}
}

// TestVariablesAreStrict: nothing is coerced that Linear would refuse.
func TestVariablesAreStrict(t *testing.T) {
	t.Parallel()
	s, key, _ := keyed(t)
	for name, c := range map[string]struct {
		query string
		value any
	}{
		"text for an Int":              {`query($v: Int) { issues(first: $v) { nodes { id } } }`, "5"},
		"a fraction for an Int":        {`query($v: Int) { issues(first: $v) { nodes { id } } }`, 1.5},
		"text for a number":            {`query($v: IssueFilter) { issues(filter: $v) { nodes { id } } }`, map[string]any{"number": map[string]any{"eq": "98"}}},
		"an unknown key of an input":   {`query($v: IssueFilter) { issues(filter: $v) { nodes { id } } }`, map[string]any{"teamKey": "ENG"}},
		"null for a required variable": {`query($v: String!) { issue(id: $v) { id } }`, nil},
		"an unknown order":             {`query($v: PaginationOrderBy) { issues(orderBy: $v) { nodes { id } } }`, "priority"},
		"DateTime where durations go":  {`query($v: DateTime) { issues(filter: {updatedAt: {gt: $v}}) { nodes { id } } }`, "2026-11-01T00:00:00Z"},
		"a variable never declared":    {`query { issue(id: $v) { id } }`, "ENG-1"},
	} {
		if r := ask(t, s, key, c.query, map[string]any{"v": c.value}); r.Status != 400 || len(r.Errors) == 0 {
			t.Errorf("%s: %d %s", name, r.Status, r.Raw)
		}
	}
	if r := ask(t, s, key, `query($v: DateTimeOrDuration) { issues(filter: {updatedAt: {gt: $v}}) { nodes { id } } }`, map[string]any{"v": "-P2W"}); len(r.Errors) > 0 {
		t.Errorf("a duration: %s", r.Raw)
	}
}

// TestRateLimitsAreStrict: headers, the leaking bucket, the limited answer.
func TestRateLimitsAreStrict(t *testing.T) {
	t.Parallel()
	s, key, at := keyed(t, func(o *lineartest.Options) {
		o.RateLimit = lineartest.RateLimit{RequestsPerHour: 3, ComplexityPerHour: 1000}
	})
	const viewer = "{ viewer { id } }"
	first := ask(t, s, key, viewer, nil)
	for name, want := range map[string]string{
		"X-RateLimit-Requests-Limit": "3", "X-RateLimit-Requests-Remaining": "2", "X-Complexity": "2",
		"X-RateLimit-Complexity-Limit": "1000", "X-RateLimit-Complexity-Remaining": "998",
		"X-RateLimit-Requests-Reset": strconv.FormatInt(at.now.Add(time.Hour).UnixMilli(), 10), "X-RateLimit-Endpoint-Name": "", "Retry-After": "",
	} {
		if got := first.Header.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	ask(t, s, key, viewer, nil)
	ask(t, s, key, viewer, nil)
	r := ask(t, s, key, `mutation { issueUpdate(id: "ENG-98", input: {title: "Changed"}) { success } }`, nil)
	if r.Status != 400 || at400(r) != "ratelimited RATELIMITED 429" || !strings.Contains(r.Errors[0].Message, "Only 3 requests are allowed per 1 hour") {
		t.Errorf("drained: %d %s", r.Status, r.Raw)
	}
	if got := r.Header.Get("X-RateLimit-Requests-Remaining"); got != "0" {
		t.Errorf("the limited answer has %q remaining", got)
	}
	if i, _ := s.Issue("ENG-98"); i.Title == "Changed" {
		t.Error("a limited mutation was executed")
	}
	at.tick(20 * time.Minute)
	if r := ask(t, s, key, viewer, nil); r.Status != 200 {
		t.Errorf("after a third of the hour one request is back: %d", r.Status)
	}
	bob, err := s.APIKey("bob@acme.test")
	if err != nil {
		t.Fatal(err)
	}
	if r := ask(t, s, bob, viewer, nil); r.Status != 200 {
		t.Errorf("Bob pays for Alice: %d", r.Status)
	}

	s, key, at = keyed(t)
	for n := range 30 {
		if r := ask(t, s, key, `{ searchIssues(term: "login", first: 1) { totalCount } }`, nil); r.Status != 200 {
			t.Fatalf("search %d: %s", n, r.Raw)
		}
	}
	r = ask(t, s, key, `{ searchIssues(term: "login", first: 1) { totalCount } }`, nil)
	if r.Status != 400 || r.Header.Get("X-RateLimit-Endpoint-Name") != "searchIssues" || r.Header.Get("X-RateLimit-Endpoint-Requests-Limit") != "30" {
		t.Errorf("the 31st search of a minute: %d %s", r.Status, r.Raw)
	}
	if r := ask(t, s, key, viewer, nil); r.Status != 200 {
		t.Errorf("other requests: %d", r.Status)
	}
	at.tick(time.Minute)
	if r := ask(t, s, key, `{ searchIssues(term: "login", first: 1) { totalCount } }`, nil); r.Status != 200 {
		t.Errorf("a minute later: %d", r.Status)
	}
	for _, c := range []struct{ key, want string }{{key, "2500"}, {"Bearer " + connect(t, s, "bob@acme.test").AccessToken, "5000"}} {
		if got := ask(t, s, c.key, viewer, nil).Header.Get("X-RateLimit-Requests-Limit"); got != c.want {
			t.Errorf("the budget is %s, want %s", got, c.want)
		}
	}
}

// TestRefusalsCountAndTellTheBudget: every answer has the headers, requests without a
// token that works share the budget of their address, and a drained one answers 400.
func TestRefusalsCountAndTellTheBudget(t *testing.T) {
	t.Parallel()
	s, key, at := keyed(t)
	tok := "Bearer " + connect(t, s, "alice@acme.test").AccessToken
	const viewer = "{ viewer { id } }"
	headers := func(name string, r reply, status int, limit, left string) {
		t.Helper()
		if r.Status != status || r.Header.Get("X-RateLimit-Requests-Limit") != limit || r.Header.Get("X-RateLimit-Requests-Remaining") != left ||
			r.Header.Get("X-RateLimit-Complexity-Limit") == "" || r.Header.Get("X-RateLimit-Requests-Reset") != strconv.FormatInt(at.now.Add(time.Hour).UnixMilli(), 10) {
			t.Errorf("%s: %d, want %d with %s/%s left; %v", name, r.Status, status, left, limit, r.Header)
		}
	}
	headers("works", ask(t, s, tok, viewer, nil), 200, "5000", "4999")
	headers("an unknown field", ask(t, s, tok, "{ viewer { nothing } }", nil), 400, "5000", "4998")
	headers("too complex", ask(t, s, tok, "{ issues(first: 250) { nodes { comments(first: 250) { nodes { id } } } } }", nil), 400, "5000", "4997")
	undo := s.Fault(lineartest.Fault{Path: "/graphql", Reply: lineartest.Limited(400, 0)})
	headers("drained by a lever", ask(t, s, tok, viewer, nil), 400, "5000", "0")
	undo()
	headers("no token", ask(t, s, "", viewer, nil), 401, "600", "599")
	headers("a wrong token", ask(t, s, "Bearer nonsense", viewer, nil), 401, "600", "598")
	for range 598 {
		ask(t, s, "Bearer nonsense", viewer, nil)
	}
	r := ask(t, s, "Bearer nonsense", viewer, nil)
	headers("the 601st of an hour", r, 400, "600", "0")
	if at400(r) != "ratelimited RATELIMITED 429" {
		t.Errorf("drained: %s", r.Raw)
	}
	headers("another budget", ask(t, s, key, viewer, nil), 200, "2500", "2499")
	at.tick(6 * time.Second)
	headers("a six-hundredth of an hour later", ask(t, s, "", viewer, nil), 401, "600", "0")
}

func at400(r reply) string {
	e := r.Errors[0].Extensions
	return fmt.Sprint(e["type"], " ", e["code"], " ", e["statusCode"])
}
