package linear_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"linearbot/linear"
)

// request is one GraphQL request as the server got it.
type request struct {
	Query         string         `json:"query"`
	Variables     map[string]any `json:"variables"`
	OperationName string         `json:"operationName"`
	Authorization string         `json:"-"`
}

// answers is a real HTTP server that plays Linear: answer decides by request
// and by how many came before it.
type answers struct {
	*httptest.Server
	mu       sync.Mutex
	requests []request
}

func serve(t *testing.T, answer func(w http.ResponseWriter, r request, n int)) *answers {
	t.Helper()
	a := &answers{}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var got request
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil || r.URL.Path != "/graphql" || r.Method != http.MethodPost {
			t.Errorf("not a GraphQL request: %s %s: %v", r.Method, r.URL, err)
		}
		got.Authorization = r.Header.Get("Authorization")
		a.mu.Lock()
		n := len(a.requests)
		a.requests = append(a.requests, got)
		a.mu.Unlock()
		answer(w, got, n)
	}))
	t.Cleanup(a.Close)
	return a
}

func (a *answers) got() []request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]request(nil), a.requests...)
}

// operations are the names of the operations that came, in order.
func (a *answers) operations() []string {
	var names []string
	for _, r := range a.got() {
		names = append(names, r.OperationName)
	}
	return names
}

func (a *answers) session(t *testing.T, as *linear.Attribution) *linear.Session {
	t.Helper()
	c := linear.New(linear.Config{APIURL: a.URL, HTTP: a.Client(), Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	return c.Session("account-1", &token{value: "first"}, as)
}

// token is an Authorizer with a spare.
type token struct {
	mu    sync.Mutex
	value string
	spare string
}

var errNoSpare = errors.New("access was removed")

func (k *token) Authorize(_ context.Context, h http.Header) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	h.Set("Authorization", "Bearer "+k.value)
	return nil
}

func (k *token) Rejected(_ context.Context, h http.Header) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.spare == "" || h.Get("Authorization") != "Bearer "+k.value {
		return errNoSpare
	}
	k.value, k.spare = k.spare, ""
	return nil
}

func write(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

const issueJSON = `{"id":"11111111-1111-4111-8111-111111111111","identifier":"ENG-142","title":"Login fails","description":"d",
"url":"https://linear.app/acme/issue/ENG-142/login-fails","priority":2,"estimate":3,"dueDate":null,
"createdAt":"2026-03-03T10:00:00.000Z","updatedAt":"2026-11-20T10:00:00.000Z","trashed":null,
"state":{"id":"s3","name":"In Progress","type":"started","position":2},
"team":{"id":"t-eng","key":"ENG","name":"Engineering","visibility":"public"},
"assignee":{"id":"u-alice","name":"Alice Chen","displayName":"achen","email":"alice@acme.test","active":true,"app":false},
"creator":null,"project":{"id":"p","name":"Auth revamp"},"cycle":null,"parent":null,
"labels":{"nodes":[{"id":"l-bug","name":"bug","isGroup":false,"parent":null,"team":null}]}}`

const directoryJSON = `{"data":{
"viewer":{"id":"u-alice","name":"Alice Chen","displayName":"achen","email":"alice@acme.test","active":true,"app":false,"organization":{"id":"org","name":"Acme","urlKey":"acme"}},
"teams":{"nodes":[{"id":"t-eng","key":"ENG","name":"Engineering","visibility":"public","issueEstimationType":"fibonacci","issueEstimationAllowZero":false,"issueEstimationExtended":false,
 "defaultIssueState":{"id":"s1"},
 "states":{"nodes":[{"id":"s4","name":"In Review","type":"started","position":3},{"id":"s1","name":"Todo","type":"unstarted","position":1},{"id":"s5","name":"Done","type":"completed","position":4}],"pageInfo":{"hasNextPage":false}},
 "members":{"nodes":[{"id":"u-alice"}],"pageInfo":{"hasNextPage":false}},"cycles":{"nodes":[]},"templates":{"nodes":[]}}],"pageInfo":{"hasNextPage":false,"endCursor":null}},
"users":{"nodes":[{"id":"u-alice","name":"Alice Chen","displayName":"achen","email":"alice@acme.test","active":true,"app":false},{"id":"u-app","name":"App","displayName":"app","email":"","active":true,"app":true}],"pageInfo":{"hasNextPage":false,"endCursor":null}},
"issueLabels":{"nodes":[{"id":"l-bug","name":"bug","isGroup":false,"parent":null,"team":null}],"pageInfo":{"hasNextPage":false,"endCursor":null}},
"projects":{"nodes":[{"id":"p","name":"Auth revamp","status":{"type":"started"},"teams":{"nodes":[{"id":"t-eng"}]}}],"pageInfo":{"hasNextPage":false,"endCursor":null}},
"issues":{"nodes":[` + issueJSON + `]}}}`

// linearAnswers plays a small workspace that is well.
func linearAnswers(w http.ResponseWriter, r request, _ int) {
	page := `"pageInfo":{"hasNextPage":false,"hasPreviousPage":false,"startCursor":"a","endCursor":"b"}`
	switch r.OperationName {
	case "Directory":
		write(w, http.StatusOK, directoryJSON)
	case "Issue":
		write(w, http.StatusOK, `{"data":{"issue":`+issueJSON+`}}`)
	case "Issues":
		write(w, http.StatusOK, `{"data":{"issues":{"nodes":[`+issueJSON+`],`+page+`}}}`)
	case "SearchIssues":
		write(w, http.StatusOK, `{"data":{"searchIssues":{"nodes":[`+issueJSON+`],`+page+`}}}`)
	case "IssueCreate":
		write(w, http.StatusOK, `{"data":{"issueCreate":{"success":true,"issue":`+issueJSON+`}}}`)
	case "IssueUpdate":
		write(w, http.StatusOK, `{"data":{"issueUpdate":{"success":true,"issue":`+issueJSON+`}}}`)
	case "CommentCreate":
		write(w, http.StatusOK, `{"data":{"commentCreate":{"success":true,"comment":{"id":"c","url":"u","body":"b","createdAt":"2026-11-20T10:00:00Z"}}}}`)
	case "IssueDelete":
		write(w, http.StatusOK, `{"data":{"issueDelete":{"success":true}}}`)
	default:
		write(w, http.StatusOK, `{"data":{"viewer":{"id":"u-alice","name":"Alice Chen"}}}`)
	}
}

const (
	notAuthenticated = `{"errors":[{"message":"Authentication required, not authenticated","path":["viewer"],"extensions":{"type":"authentication error","code":"AUTHENTICATION_ERROR","statusCode":401,"userError":true,"userPresentableMessage":"You need to authenticate to access this operation.","meta":{},"http":{"status":401}}}],"data":null}`
	rateLimited      = `{"errors":[{"message":"Rate limit exceeded.","extensions":{"type":"ratelimited","code":"RATELIMITED","statusCode":429}}]}`
	entityNotFound   = `{"errors":[{"message":"Entity not found: Issue","path":["issue"],"extensions":{"type":"invalid input","code":"INPUT_ERROR","statusCode":400,"userError":true,"userPresentableMessage":"Could not find referenced Issue."}}],"data":null}`
)

func has(document, text string) bool { return strings.Contains(document, text) }

// stubborn never has another token and lets the first answer stand.
type stubborn struct{}

func (stubborn) Authorize(_ context.Context, h http.Header) error {
	h.Set("Authorization", "Bearer x")
	return nil
}

func (stubborn) Rejected(context.Context, http.Header) error { return linear.ErrUnauthenticated }
