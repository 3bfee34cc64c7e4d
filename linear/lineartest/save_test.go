package lineartest_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"linearbot/linear/lineartest"
)

// TestSaveAndRestore puts a used server aside and goes on with another one.
func TestSaveAndRestore(t *testing.T) {
	t.Parallel()
	old := acme(t)
	tok := connect(t, old, "alice@acme.test")
	bearer := "Bearer " + tok.AccessToken
	team := at(ask(t, old, bearer, `{ team(id: "ENG") { id } }`, nil).Data, "team", "id")
	const id = "7f3b2f0e-6a3c-4b0e-9a55-1d2f8c9e0a11"
	for _, query := range []string{
		`mutation($t: String!) { issueCreate(input: {id: "` + id + `", teamId: $t, title: "Kept", parentId: "ENG-98", estimate: 3}) { success } }`,
		`mutation($t: String!) { issueUpdate(id: "ENG-143", input: {teamId: $t, priority: 1, dueDate: "2026-12-24"}) { success } }`,
		`mutation { commentCreate(input: {issueId: "ENG-143", body: "Said"}) { success } attachmentCreate(input: {issueId: "ENG-143", title: "T", url: "https://a.test/", metadata: {n: 1}}) { success } }`,
	} {
		vars := map[string]any{}
		if strings.Contains(query, "$t") {
			vars["t"] = team
		}
		if r := ask(t, old, bearer, query, vars); len(r.Errors) > 0 {
			t.Fatalf("%s: %s", query, r.Raw)
		}
	}
	refreshed := refresh(t, old, tok.RefreshToken)
	key, err := old.APIKey("bob@acme.test")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := old.Save()
	if err != nil {
		t.Fatal(err)
	}

	s := lineartest.New(lineartest.Options{App: lineartest.DefaultApp})
	t.Cleanup(s.Close)
	if err := s.Restore(raw); err != nil {
		t.Fatal(err)
	}
	if again, err := s.Save(); err != nil || !bytes.Equal(again, raw) {
		t.Errorf("what was restored is not what was saved: %v", err)
	}
	was, _ := old.Issue("ENG-143")
	if i, ok := s.Issue(id); !ok || i.Parent != "ENG-98" || i.Priority != 1 || len(i.History) != len(was.History) || len(i.Attachments) != 1 || len(s.Comments(id)) != 1 {
		t.Errorf("Issue = %+v", i)
	}
	if replayed := refresh(t, s, tok.RefreshToken); replayed != refreshed {
		t.Errorf("a replay within 30 min = %+v, want %+v", replayed, refreshed)
	}
	r := ask(t, s, "Bearer "+refreshed.Access, `mutation($t: String!) { issueCreate(input: {id: "`+id+`", teamId: $t, title: "Again"}) { success } }`, map[string]any{"t": team})
	if len(r.Errors) == 0 || !strings.Contains(r.Raw, "already exists") {
		t.Errorf("an id used before = %s", r.Raw)
	}
	r = ask(t, s, key, `mutation($t: String!) { issueCreate(input: {teamId: $t, title: "Next"}) { issue { identifier creator { name } } } }`, map[string]any{"t": team})
	if at(r.Data, "issueCreate", "issue", "identifier") != "ENG-144" || at(r.Data, "issueCreate", "issue", "creator", "name") != "Bob Diaz" {
		t.Errorf("the next issue = %s", r.Raw)
	}
	if got, want := len(s.Ledger()), len(old.Ledger()); got < want {
		t.Errorf("the ledger has %d lines, had %d", got, want)
	}
}

func TestRestoreRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	s := acme(t)
	before, err := s.Save()
	if err != nil {
		t.Fatal(err)
	}
	for _, raw := range []string{`{"Version":2}`, `{"Version":1,"Issues":[{"ID":"x","Team":"nowhere"}]}`, `{"Version":1`, `{"Version":1,"Seq":"many"}`} {
		if err := s.Restore([]byte(raw)); err == nil {
			t.Errorf("Restore(%s) = nil", raw)
		}
	}
	if _, ok := errors.AsType[*lineartest.UnknownVersionError](s.Restore([]byte(`{"Version":2}`))); !ok {
		t.Error("another version is not told apart from a damaged state")
	}
	if after, err := s.Save(); err != nil || !bytes.Equal(before, after) {
		t.Errorf("a refused state changed the server: %v", err)
	}
}

// tokens is a pair as the token endpoint gives it.
type tokens struct {
	Access, Refresh string
}

func refresh(t *testing.T, s *lineartest.Server, token string) tokens {
	t.Helper()
	a := form(t, s, "/oauth/token", url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {token},
		"client_id": {lineartest.DefaultApp.ClientID}, "client_secret": {lineartest.DefaultApp.ClientSecret},
	})
	if a.Status != http.StatusOK {
		t.Fatalf("refresh: %d %s", a.Status, a.Text)
	}
	return tokens{a.Body["access_token"].(string), a.Body["refresh_token"].(string)}
}

func TestOnlyLoopbackIsListenedOn(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0", "example.com:0", "127.0.0.1"} {
		s := acme(t)
		if err := s.Start(addr); err == nil {
			t.Errorf("Start(%q) = nil", addr)
		}
	}
	for _, addr := range []string{"127.0.0.1:0", "localhost:0"} {
		s := acme(t)
		if err := s.Start(addr); err != nil {
			t.Errorf("Start(%q) = %v", addr, err)
		}
	}
}
