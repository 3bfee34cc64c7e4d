package linear_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"linearbot/linear"
)

func TestParseLink(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]linear.Link{
		"https://linear.app/Acme/issue/eng-98/payment-retries-loop":                  {Workspace: "acme", Issue: "ENG-98"},
		"https://linear.app/acme/issue/ENG-98":                                       {Workspace: "acme", Issue: "ENG-98"},
		"https://linear.app/acme/issue/ENG-98/x#comment-0bf3d8a2":                    {Workspace: "acme", Issue: "ENG-98", Comment: "0bf3d8a2"},
		"https://linear.app/acme/issue/ENG-98/x?a=1#comment-0bf3d8a2":                {Workspace: "acme", Issue: "ENG-98", Comment: "0bf3d8a2"},
		"https://linear.app/acme/issue/ENG-98/x#history":                             {Workspace: "acme", Issue: "ENG-98"},
		"https://linear.app/acme/project/auth-revamp-0bf3d8a2a1f5":                   {Workspace: "acme", Project: "auth-revamp-0bf3d8a2a1f5"},
		"https://linear.app/acme/project/auth-revamp-0bf3d8a2a1f5/overview?x=1#here": {Workspace: "acme", Project: "auth-revamp-0bf3d8a2a1f5"},
		"https://linear.app/acme/team/ENG/all":                                       {},
		"https://linear.app/acme/issue":                                              {},
		"https://linear.app/acme/issue/nonsense/x":                                   {},
		"https://evil.test/acme/issue/ENG-98":                                        {},
		"ENG-98":                                                                     {},
	} {
		if got, ok := linear.ParseLink(address); got != want || ok != (want != linear.Link{}) {
			t.Errorf("ParseLink(%s) = %+v, %v; want %+v", address, got, ok, want)
		}
	}
}

const (
	linkedProject = `{"id":"p","name":"Auth revamp","slugId":"0bf3d8a2a1f5","url":"https://linear.app/acme/project/auth-revamp-0bf3d8a2a1f5","teams":{"nodes":[{"visibility":"public"}]}}`
	linkedComment = `{"id":"0bf3d8a2-1","body":"b","issue":{"id":"i","identifier":"ENG-7","url":"https://linear.app/acme/issue/ENG-7"}}`
)

func links(t *testing.T, addresses ...string) []linear.Link {
	t.Helper()
	var all []linear.Link
	for _, a := range addresses {
		l, ok := linear.ParseLink(a)
		if !ok {
			t.Fatalf("%s is no link", a)
		}
		all = append(all, l)
	}
	return all
}

func TestLinkedReadsAllLinksAtOnce(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) {
		write(w, 200, `{"data":{"issues":{"nodes":[{"id":"i142","identifier":"ENG-142","url":"https://linear.app/acme/issue/ENG-142/x"}]},"projects":{"nodes":[`+linkedProject+`]},"comment2":`+linkedComment+`}}`)
	})
	got, err := s.session(t, nil).Linked(t.Context(), links(t, "https://linear.app/acme/issue/ENG-142",
		"https://linear.app/acme/issue/ENG-7#comment-0bf3d8a2", "https://linear.app/acme/project/auth-revamp-0bf3d8a2a1f5"))
	if err != nil || len(got) != 3 || got[0].Issue == nil || got[1].Comment == nil || got[1].Issue.Identifier != "ENG-7" || got[2].Project == nil {
		t.Fatalf("Linked() = %+v, %v", got, err)
	}
	want := map[string]any{
		"hasIssues": true, "issues": map[string]any{"or": []any{map[string]any{"team": map[string]any{"key": map[string]any{"eq": "ENG"}}, "number": map[string]any{"in": []any{142.0}}}}},
		"hasProjects": true, "projects": map[string]any{"slugId": map[string]any{"in": []any{"auth-revamp-0bf3d8a2a1f5", "0bf3d8a2a1f5"}}},
		"has1": false, "has2": true, "hash2": "0bf3d8a2", "has3": false,
	}
	if diff := cmp.Diff(want, s.got()[0].Variables); len(s.got()) != 1 || diff != "" {
		t.Errorf("%d requests; variables (-want +got):\n%s", len(s.got()), diff)
	}
}

// TestLinkedWithoutTheComment: Linear refuses a whole answer for one comment that
// is gone; the others are read again, and its issue in its place.
func TestLinkedWithoutTheComment(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ request, n int) {
		if n == 0 {
			write(w, 200, `{"data":null,"errors":[{"message":"Entity not found: Comment","extensions":{"type":"invalid input"}}]}`)
			return
		}
		write(w, 200, `{"data":{"issues":{"nodes":[{"id":"i7","identifier":"ENG-7","url":"https://linear.app/acme/issue/ENG-7/x"}]}}}`)
	})
	got, err := s.session(t, nil).Linked(t.Context(), links(t, "https://linear.app/acme/issue/ENG-7#comment-0bf3d8a2"))
	if err != nil || len(got) != 1 || got[0].Issue == nil || got[0].Comment != nil || len(s.got()) != 2 {
		t.Errorf("Linked() = %+v, %v with %d requests", got, err, len(s.got()))
	}
}

// TestLinkedOfAnotherWorkspace: ENG-142 exists in many workspaces; only the one of
// the link is meant.
func TestLinkedOfAnotherWorkspace(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) {
		write(w, 200, `{"data":{"issues":{"nodes":[{"id":"i142","identifier":"ENG-142","url":"https://linear.app/acme/issue/ENG-142/x"}]},"projects":{"nodes":[`+linkedProject+`]},"comment2":`+linkedComment+`}}`)
	})
	got, err := s.session(t, nil).Linked(t.Context(), links(t, "https://linear.app/globex/issue/ENG-142",
		"https://linear.app/globex/issue/ENG-7#comment-0bf3d8a2", "https://linear.app/globex/project/auth-revamp-0bf3d8a2a1f5"))
	if diff := cmp.Diff([]linear.Linked{{}, {}, {}}, got); err != nil || diff != "" {
		t.Errorf("Linked() finds (%v):\n%s", err, diff)
	}
}

func TestLinkedProjectPrivate(t *testing.T) {
	t.Parallel()
	public, private := linear.TeamRef{Visibility: "public"}, linear.TeamRef{Visibility: "private"}
	for name, c := range map[string]struct {
		teams []linear.TeamRef
		more  bool
		want  bool
	}{
		"public": {[]linear.TeamRef{public, public}, false, false}, "one private": {[]linear.TeamRef{public, private}, false, true},
		"unknown word": {[]linear.TeamRef{{Visibility: "?"}}, false, true}, "more teams": {[]linear.TeamRef{public}, true, true}, "none": {nil, false, true},
	} {
		var p linear.LinkedProject
		p.Teams.Nodes, p.Teams.PageInfo.HasNextPage = c.teams, c.more
		if p.Private() != c.want {
			t.Errorf("%s: Private() = %v", name, p.Private())
		}
	}
}
