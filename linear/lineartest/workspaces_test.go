package lineartest_test

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/oauth2"

	"linearbot/linear/lineartest"
)

// TestSecondWorkspace: people choose one on the consent page, members only, and a
// token sees nothing of the other.
func TestSecondWorkspace(t *testing.T) {
	t.Parallel()
	s := acme(t, func(o *lineartest.Options) { o.Globex = true })
	ctx, verifier := overTransport(t, s), oauth2.GenerateVerifier()
	link := config(s).AuthCodeURL("state-1", oauth2.S256ChallengeOption(verifier))
	if _, err := s.ApproveIn(ctx, link, "globex", "bob@acme.test"); err == nil || !strings.Contains(err.Error(), "member of it") {
		t.Errorf("Bob in Globex = %v, want a refusal", err)
	}
	if _, err := s.ApproveIn(ctx, link, "initech", "alice@acme.test"); err == nil {
		t.Error("a workspace that is not there was approved")
	}
	back, err := s.ApproveIn(ctx, link, "globex", "alice@acme.test")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(back)
	if err != nil {
		t.Fatal(err)
	}
	tok, err := config(s).Exchange(ctx, u.Query().Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	const who = `{ viewer { id organization { id name } } teams { nodes { id } } issue(id: "ENG-12") { title url } }`
	globex := ask(t, s, "Bearer "+tok.AccessToken, who, nil)
	home := ask(t, s, "Bearer "+connect(t, s, "alice@acme.test").AccessToken, who, nil)
	if name := at(globex.Data, "viewer", "organization", "name"); name != "Globex" || at(globex.Data, "issue", "title") != "Order new turbines" {
		t.Errorf("the token of Globex reads %s", globex.Raw)
	}
	if address, _ := at(globex.Data, "issue", "url").(string); !strings.Contains(address, "/globex/issue/ENG-12/") {
		t.Errorf("the issue's address is %s", address)
	}
	for _, path := range [][]any{{"viewer", "id"}, {"viewer", "organization", "id"}, {"teams", "nodes", 0, "id"}, {"issue", "title"}} {
		if at(globex.Data, path...) == at(home.Data, path...) || at(home.Data, path...) == nil {
			t.Errorf("%v is %v in both workspaces", path, at(home.Data, path...))
		}
	}
	acmeTeam, _ := at(home.Data, "teams", "nodes", 0, "id").(string)
	if r := ask(t, s, "Bearer "+tok.AccessToken, `query($id: String!) { team(id: $id) { name } }`, map[string]any{"id": acmeTeam}); len(r.Errors) == 0 {
		t.Errorf("a team of Acme is seen from Globex: %s", r.Raw)
	}
	if n := s.RevokeAccess("alice@acme.test"); n != 1 {
		t.Errorf("%d grants ended, want that of the one workspace", n)
	}
}
