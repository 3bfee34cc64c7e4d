package linear_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"linearbot/linear"
)

func TestIssuesByRefIsOneRequestInTheAskedOrder(t *testing.T) {
	t.Parallel()
	other := strings.NewReplacer("ENG-142", "DES-7", "11111111-1111", "22222222-1111").Replace(issueJSON)
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) {
		write(w, 200, `{"data":{"issues":{"nodes":[`+issueJSON+`,`+other+`],"pageInfo":{"hasNextPage":false}}}}`)
	})
	got, err := s.session(t, nil).IssuesByRef(t.Context(), []string{"des-7", "ENG-999", "ENG-142", "ENG-142", "nonsense"})
	if err != nil || len(got) != 2 || got[0].Identifier != "DES-7" || got[1].Identifier != "ENG-142" {
		t.Fatalf("IssuesByRef() = %v, %v; want DES-7, ENG-142", got, err)
	}
	want := map[string]any{"first": 50.0, "filter": map[string]any{"or": []any{
		map[string]any{"team": map[string]any{"key": map[string]any{"eq": "DES"}}, "number": map[string]any{"in": []any{7.0}}},
		map[string]any{"team": map[string]any{"key": map[string]any{"eq": "ENG"}}, "number": map[string]any{"in": []any{999.0, 142.0}}},
	}}}
	if diff := cmp.Diff(want, s.got()[0].Variables); len(s.got()) != 1 || diff != "" {
		t.Errorf("%d requests; variables (-want +got):\n%s", len(s.got()), diff)
	}
}

func TestIssuesForURLNamesEachIssueOnce(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) {
		write(w, 200, `{"data":{"attachmentsForURL":{"nodes":[{"issue":`+issueJSON+`},{"issue":`+issueJSON+`}]}}}`)
	})
	got, err := s.session(t, nil).IssuesForURL(t.Context(), "https://acme.slack.com/archives/C1/p1")
	if err != nil || len(got) != 1 {
		t.Errorf("IssuesForURL() = %d issues, %v; want 1", len(got), err)
	}
}

// pages serves total issues, newest first, 50 a page.
func pages(total int) func(w http.ResponseWriter, r request, n int) {
	return func(w http.ResponseWriter, r request, _ int) {
		from := 0
		if after, ok := r.Variables["after"].(string); ok {
			_, _ = fmt.Sscan(after, &from) // our own cursor
		}
		first := int(r.Variables["first"].(float64))
		to := min(from+first, total)
		var nodes []string
		for i := from; i < to; i++ {
			nodes = append(nodes, fmt.Sprintf(`{"id":"i%d","identifier":"ENG-%d","createdAt":"2026-01-01T00:00:00Z","priority":%d}`, total-i, total-i, i%5))
		}
		write(w, 200, fmt.Sprintf(`{"data":{"issues":{"nodes":[%s],"pageInfo":{"hasNextPage":%v,"endCursor":"%d"}}}}`, strings.Join(nodes, ","), to < total, to))
	}
}

func TestOldestLooksAtEveryPage(t *testing.T) {
	t.Parallel()
	s := serve(t, pages(120))
	session := s.session(t, nil)
	page, err := session.Issues(t.Context(), linear.IssueQuery{Sort: linear.SortOldest, First: 2})
	if err != nil || len(page.Issues) != 2 || page.Issues[0].Identifier != "ENG-1" || !page.HasMore || page.Truncated {
		t.Fatalf("Issues(oldest) = %+v, %v; want ENG-1 first, more, whole", page, err)
	}
	if got := len(s.got()); got != 3 {
		t.Errorf("%d requests, want 3 pages", got)
	}
	next, err := session.Issues(t.Context(), linear.IssueQuery{Sort: linear.SortOldest, First: 2, After: page.After})
	if err != nil || next.Issues[0].Identifier != "ENG-3" {
		t.Errorf("next page = %+v, %v; want ENG-3 first", next.Issues, err)
	}
	back, err := session.Issues(t.Context(), linear.IssueQuery{Sort: linear.SortOldest, First: 2, Before: next.Before})
	if err != nil || back.Issues[0].Identifier != "ENG-1" {
		t.Errorf("previous page = %+v, %v; want ENG-1 first", back.Issues, err)
	}
	if _, err := session.Issues(t.Context(), linear.IssueQuery{Sort: linear.SortOldest, After: "nonsense"}); !errors.Is(err, linear.ErrInvalidInput) {
		t.Errorf("a foreign cursor = %v, want ErrInvalidInput", err)
	}
}

func TestSortingSaysWhenItDidNotSeeAll(t *testing.T) {
	t.Parallel()
	s := serve(t, pages(400))
	raw, err := s.session(t, nil).Tool(t.Context(), linear.ToolList, []byte(`{"sort":"priority","first":3}`))
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Issues    []linear.Compact
		Truncated bool
		Note      string
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		t.Fatal(err)
	}
	if !answer.Truncated || answer.Note == "" || answer.Issues[0].Priority != "Urgent" {
		t.Errorf("answer = %+v, want truncated, with a note, urgent first", answer)
	}
	if got := len(s.got()); got != 5 {
		t.Errorf("%d requests, want the bound of 5", got)
	}
}

func TestWordsFallBackToAFilter(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]string{
		"the search limit":        rateLimited,
		"a server without search": `{"errors":[{"message":"Cannot query field \"searchIssues\" on type \"Query\".","extensions":{"type":"graphql error"}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, r request, n int) {
				if r.OperationName == "SearchIssues" {
					write(w, 400, refusal)
					return
				}
				linearAnswers(w, r, n)
			})
			page, err := s.session(t, nil).Issues(t.Context(), linear.IssueQuery{Search: "login timeout"})
			if err != nil || len(page.Issues) != 1 {
				t.Fatalf("Issues(search) = %+v, %v", page, err)
			}
			got := s.got()
			if filter := got[len(got)-1].Variables["filter"].(map[string]any); filter["or"] == nil || filter["and"] == nil {
				t.Errorf("filter = %v, want both words", filter)
			}
		})
	}
}

func TestWritesBesideIssues(t *testing.T) {
	t.Parallel()
	s := serve(t, linearAnswers)
	session := s.session(t, nil)
	c, err := session.CreateComment(t.Context(), linear.CommentCreate{IssueID: "ENG-142", Body: "b"})
	if err != nil || c.ID != "c" {
		t.Errorf("CreateComment() = %+v, %v", c, err)
	}
	if _, err := session.Issue(t.Context(), "ENG-142"); err != nil {
		t.Fatal(err)
	}
	if err := session.DeleteIssue(t.Context(), "11111111-1111-4111-8111-111111111111"); err != nil {
		t.Errorf("DeleteIssue() = %v", err)
	}
	if _, _, ok := session.Seen("ENG-142"); ok {
		t.Error("a trashed issue is still known")
	}
	if err := session.LinkURL(t.Context(), linear.AttachmentCreate{IssueID: "ENG-142", URL: "https://x", Title: "Thread"}); err != nil {
		t.Errorf("LinkURL() = %v", err)
	}
	if err := session.DeleteComment(t.Context(), "c"); err != nil {
		t.Errorf("DeleteComment() = %v", err)
	}
	if _, err := session.Issue(t.Context(), "not a ref"); !errors.Is(err, linear.ErrNotFound) {
		t.Errorf("Issue(not a ref) = %v, want ErrNotFound", err)
	}
}

// A row that Linear could not read comes as null, beside an error or alone: it is no issue.
func TestNullRowsAreNoIssues(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) {
		write(w, 200, `{"data":{"issues":{"nodes":[null,`+issueJSON+`,null],"pageInfo":{}}}}`)
	})
	got, err := s.session(t, nil).Issues(t.Context(), linear.IssueQuery{First: 3})
	if err != nil || len(got.Issues) != 1 || got.Issues[0].ID == "" {
		t.Errorf("Issues() = %+v, %v; want one issue", got.Issues, err)
	}
}
