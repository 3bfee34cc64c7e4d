package lineartest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"linearbot/linear/lineartest"
)

const callback = "http://127.0.0.1:8080/oauth/callback"

// acme is a seeded server without a socket.
func acme(t *testing.T, change ...func(*lineartest.Options)) *lineartest.Server {
	t.Helper()
	o := lineartest.Options{Seed: true, App: lineartest.OAuthApp{RedirectURIs: []string{callback}}}
	for _, c := range change {
		c(&o)
	}
	s := lineartest.New(o)
	t.Cleanup(s.Close)
	return s
}

// config is an unmodified x/oauth2 client of the server.
func config(s *lineartest.Server) *oauth2.Config {
	return &oauth2.Config{
		ClientID: lineartest.DefaultApp.ClientID, ClientSecret: lineartest.DefaultApp.ClientSecret, RedirectURL: callback,
		Scopes:   []string{"read,write"},
		Endpoint: oauth2.Endpoint{AuthURL: s.URL + "/oauth/authorize", TokenURL: s.URL + "/oauth/token", AuthStyle: oauth2.AuthStyleInParams},
	}
}

func overTransport(t *testing.T, s *lineartest.Server) context.Context {
	t.Helper()
	return context.WithValue(t.Context(), oauth2.HTTPClient, &http.Client{Transport: s.Transport()})
}

// connect takes a person through consent and code exchange with PKCE.
func connect(t *testing.T, s *lineartest.Server, email string, params ...oauth2.AuthCodeOption) *oauth2.Token {
	t.Helper()
	ctx := overTransport(t, s)
	verifier := oauth2.GenerateVerifier()
	link := config(s).AuthCodeURL("state-1", append(params, oauth2.S256ChallengeOption(verifier))...)
	back, err := s.Approve(ctx, link, email)
	if err != nil {
		t.Fatalf("Approve(%s) = %v", email, err)
	}
	u, err := url.Parse(back)
	if err != nil || u.Query().Get("state") != "state-1" {
		t.Fatalf("callback = %q, want the state back", back)
	}
	tok, err := config(s).Exchange(ctx, u.Query().Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatalf("Exchange = %v", err)
	}
	return tok
}

// reply is what a GraphQL client sees.
type reply struct {
	Status int
	Header http.Header
	Data   map[string]any
	Errors []struct {
		Message    string
		Path       []any
		Extensions map[string]any
	}
	Raw string
}

// ask posts one document with an Authorization header.
func ask(t *testing.T, s *lineartest.Server, auth, query string, vars map[string]any) reply {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"query": query, "variables": vars})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/graphql", bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if auth != "" {
		r.Header.Set("Authorization", auth)
	}
	resp, err := (&http.Client{Transport: s.Transport()}).Do(r)
	if err != nil {
		t.Fatalf("post: %v", err)
	}
	defer resp.Body.Close()
	out := reply{Status: resp.StatusCode, Header: resp.Header}
	var body bytes.Buffer
	if _, err := body.ReadFrom(resp.Body); err != nil {
		t.Fatal(err)
	}
	out.Raw = body.String()
	if err := json.Unmarshal(body.Bytes(), &out); err != nil {
		t.Fatalf("answer %q: %v", out.Raw, err)
	}
	return out
}

// at walks maps and list indexes.
func at(v any, path ...any) any {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

func TestGoldenPath(t *testing.T) {
	t.Parallel()
	s := acme(t)
	tok := connect(t, s, "alice@acme.test")
	if got := time.Until(tok.Expiry).Round(time.Hour); got != 24*time.Hour {
		t.Errorf("access token lives %v, want 24h", got)
	}
	bearer := "Bearer " + tok.AccessToken
	r := ask(t, s, bearer, `{ viewer { name email organization { urlKey } } teams { nodes { id key } } }`, nil)
	if at(r.Data, "viewer", "email") != "alice@acme.test" || len(at(r.Data, "teams", "nodes").([]any)) != 2 {
		t.Fatalf("viewer and teams = %s, want Alice and her two visible teams", r.Raw)
	}
	team := at(ask(t, s, bearer, `{ team(id: "ENG") { id } }`, nil).Data, "team", "id")
	r = ask(t, s, bearer, `mutation Make($in: IssueCreateInput!) { issueCreate(input: $in) { success issue { id identifier url state { name } creator { isMe } } } }`,
		map[string]any{"in": map[string]any{"teamId": team, "title": "Hello", "priority": 2}})
	if at(r.Data, "issueCreate", "issue", "identifier") != "ENG-143" || at(r.Data, "issueCreate", "issue", "state", "name") != "Backlog" {
		t.Fatalf("issueCreate = %s, want ENG-143 in Backlog", r.Raw)
	}
	r = ask(t, s, bearer, `mutation { issueUpdate(id: "eng-143", input: {priority: 1, title: "Hello, world"}) { success issue { priorityLabel history { nodes { fromPriority toPriority actor { name } } } } } }`, nil)
	if at(r.Data, "issueUpdate", "issue", "priorityLabel") != "Urgent" || at(r.Data, "issueUpdate", "issue", "history", "nodes", 0, "fromPriority") != 2.0 {
		t.Fatalf("issueUpdate = %s", r.Raw)
	}
	i, ok := s.Issue("ENG-143")
	if !ok || i.Title != "Hello, world" || i.Priority != 1 || !strings.Contains(i.URL, "linear.app/acme/issue/ENG-143") {
		t.Errorf("Issue(ENG-143) = %+v", i)
	}
	if n := s.CountRequests("Make"); n != 1 {
		t.Errorf("CountRequests(Make) = %d, want 1", n)
	}
}
