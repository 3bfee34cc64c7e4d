package lineartest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"linearbot/linear/lineartest"
)

// asker puts documents with one person's key and without variables.
type asker struct {
	t   *testing.T
	s   *lineartest.Server
	key string
}

func (a asker) data(query string) map[string]any {
	a.t.Helper()
	r := ask(a.t, a.s, a.key, query, nil)
	if len(r.Errors) > 0 {
		a.t.Fatalf("%s: %s", query, r.Raw)
	}
	return r.Data
}

// refused is the message of a document that must fail, with its constraint if it has one.
func (a asker) refused(query string) string {
	a.t.Helper()
	r := ask(a.t, a.s, a.key, query, nil)
	if len(r.Errors) == 0 {
		return "accepted: " + r.Raw
	}
	constraint := at(r.Errors[0].Extensions, "validationErrors", 0, "constraints")
	return fmt.Sprint(r.Errors[0].Message, " ", constraint)
}

// TestPagesAreStrict: fifty rows, newest first, opaque cursors, archived ones hidden.
func TestPagesAreStrict(t *testing.T) {
	t.Parallel()
	s, key, _ := keyed(t)
	a := asker{t, s, key}
	page := a.data(`{ issues(first: 2) { nodes { identifier } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor } } }`)
	if at(page, "issues", "nodes", 0, "identifier") != "ENG-142" || at(page, "issues", "pageInfo", "hasNextPage") != true || at(page, "issues", "pageInfo", "hasPreviousPage") != false {
		t.Errorf("the first page = %v", page)
	}
	end := at(page, "issues", "pageInfo", "endCursor")
	if end != at(page, "issues", "edges", 1, "cursor") {
		t.Errorf("endCursor = %v, the last edge's %v", end, at(page, "issues", "edges", 1, "cursor"))
	}
	next := a.data(fmt.Sprintf(`{ issues(first: 2, after: %q) { nodes { identifier } pageInfo { hasPreviousPage startCursor } } }`, end))
	if at(next, "issues", "nodes", 0, "identifier") == at(page, "issues", "nodes", 1, "identifier") || at(next, "issues", "pageInfo", "hasPreviousPage") != true {
		t.Errorf("the second page = %v", next)
	}
	back := a.data(fmt.Sprintf(`{ issues(last: 2, before: %q) { nodes { identifier } } }`, at(next, "issues", "pageInfo", "startCursor")))
	if at(back, "issues", "nodes", 0, "identifier") != "ENG-142" {
		t.Errorf("back again = %v", back)
	}
	for query, want := range map[string]string{
		`{ issues(first: 251) { nodes { id } } }`:                           "max:",
		`{ issues(last: 0) { nodes { id } } }`:                              "min:",
		`{ issues(first: 1, last: 1) { nodes { id } } }`:                    "first and last",
		`{ issues(after: "ENG-1") { nodes { id } } }`:                       "cursor",
		`{ issues(before: "garbage") { nodes { id } } }`:                    "cursor",
		`{ teams(first: 251) { nodes { id } } }`:                            "max:",
		`{ issue(id: "ENG-98") { comments(first: 251) { nodes { id } } } }`: "max:",
	} {
		if got := a.refused(query); !strings.HasPrefix(got, "Argument Validation Error") || !strings.Contains(got, want) {
			t.Errorf("%s: %s", query, got)
		}
	}
	id := at(a.data(`{ issue(id: "ENG-142") { id } }`), "issue", "id")
	a.data(fmt.Sprintf(`mutation { issueArchive(id: %q) { success } }`, id))
	if got := at(a.data(`{ issues(first: 1) { nodes { identifier } } }`), "issues", "nodes", 0, "identifier"); got == "ENG-142" {
		t.Error("an archived issue is listed")
	}
	if got := at(a.data(`{ issues(first: 1, includeArchived: true) { nodes { identifier } } }`), "issues", "nodes", 0, "identifier"); got != "ENG-142" {
		t.Errorf("with includeArchived the newest is %v", got)
	}
	if got := at(a.data(`{ issue(id: "eng-142") { identifier archivedAt } }`), "issue", "identifier"); got != "ENG-142" {
		t.Errorf("an archived issue by its identifier = %v", got)
	}
}

// TestFiltersAreStrict counts what each filter finds, by the seeded issues Alice sees.
func TestFiltersAreStrict(t *testing.T) {
	t.Parallel()
	s, key, _ := keyed(t)
	a := asker{t, s, key}
	count := func(keep func(lineartest.Issue) bool) (n int) {
		for _, i := range s.Issues() {
			if !i.Private && keep(i) {
				n++
			}
		}
		return n
	}
	has := func(i lineartest.Issue, label string) bool {
		return strings.Contains(" "+strings.Join(i.Labels, " ")+" ", " "+label+" ")
	}
	for filter, keep := range map[string]func(lineartest.Issue) bool{
		`{}`:                                     func(lineartest.Issue) bool { return true },
		`{priority: {lte: 2}}`:                   func(i lineartest.Issue) bool { return i.Priority <= 2 }, // none is 0: it is in
		`{priority: {lte: 2, neq: 0}}`:           func(i lineartest.Issue) bool { return i.Priority == 1 || i.Priority == 2 },
		`{assignee: {isMe: {eq: true}}}`:         func(i lineartest.Issue) bool { return i.Assignee == "alice@acme.test" },
		`{assignee: {null: true}}`:               func(i lineartest.Issue) bool { return i.Assignee == "" },
		`{assignee: {null: false}}`:              func(i lineartest.Issue) bool { return i.Assignee != "" },
		`{labels: {name: {eq: "bug"}}}`:          func(i lineartest.Issue) bool { return has(i, "bug") },
		`{labels: {every: {name: {eq: "bug"}}}}`: func(i lineartest.Issue) bool { return len(i.Labels) == 0 || len(i.Labels) == 1 && has(i, "bug") },
		`{labels: {length: {eq: 2}}}`:            func(i lineartest.Issue) bool { return len(i.Labels) == 2 },
		`{team: {key: {in: ["eng"]}}}`:           func(lineartest.Issue) bool { return false }, // in minds the case
		`{team: {key: {eqIgnoreCase: "eng"}}}`:   func(i lineartest.Issue) bool { return i.TeamKey == "ENG" },
		`{state: {type: {nin: ["completed", "canceled"]}}, dueDate: {lt: "2026-11-24"}}`: func(i lineartest.Issue) bool {
			return i.StateType != "completed" && i.StateType != "canceled" && i.DueDate != "" && i.DueDate < "2026-11-24"
		},
		`{or: [{number: {eq: 98}}, {title: {containsIgnoreCase: "SAFARI"}}]}`: func(i lineartest.Issue) bool {
			return strings.HasSuffix(i.Identifier, "-98") || strings.Contains(i.Title, "Safari")
		},
		`{createdAt: {gt: "-P30D"}}`: func(i lineartest.Issue) bool {
			return i.CreatedAt.After(time.Date(2026, 10, 25, 12, 0, 0, 0, time.UTC))
		},
		`{project: {name: {eq: "Auth revamp"}}, and: [{priority: {eq: 2}}]}`: func(i lineartest.Issue) bool {
			return i.Project == "Auth revamp" && i.Priority == 2
		},
	} {
		got := at(a.data(`{ issues(first: 250, filter: `+filter+`) { nodes { id } } }`), "issues", "nodes").([]any)
		if want := count(keep); len(got) != want {
			t.Errorf("%s finds %d issues, want %d", filter, len(got), want)
		}
	}
}

// TestReferencesAreStrict: which mutations take an identifier, and what a client may choose.
func TestReferencesAreStrict(t *testing.T) {
	t.Parallel()
	s, key, _ := keyed(t)
	a := asker{t, s, key}
	for _, query := range []string{
		`mutation { issueUpdate(id: "eng-98", input: {priority: 1}) { success } }`,
		`mutation { commentCreate(input: {issueId: "ENG-98", body: "x"}) { success } }`,
		`mutation { attachmentCreate(input: {issueId: "ENG-98", title: "x", url: "https://a.test/"}) { success } }`,
		`mutation { attachmentLinkURL(issueId: "ENG-98", url: "https://a.test/2") { success } }`,
	} {
		a.data(query)
	}
	bug := at(a.data(`{ issueLabels(filter: {name: {eq: "bug"}}) { nodes { id } } }`), "issueLabels", "nodes", 0, "id")
	for _, query := range []string{
		`mutation { issueArchive(id: "ENG-98") { success } }`, `mutation { issueDelete(id: "ENG-98") { success } }`,
		`mutation { issueUnarchive(id: "ENG-98") { success } }`, `mutation { issueSubscribe(id: "ENG-98") { success } }`,
		fmt.Sprintf(`mutation { issueAddLabel(id: "ENG-98", labelId: %q) { success } }`, bug),
	} {
		if got := a.refused(query); !strings.Contains(got, "Entity not found: Issue") {
			t.Errorf("%s with an identifier: %s", query, got)
		}
	}
	if got := a.refused(`mutation { issueBatchUpdate(ids: ["ENG-98"], input: {priority: 1}) { success } }`); strings.HasPrefix(got, "accepted") {
		t.Errorf("issueBatchUpdate with identifiers: %s", got)
	}
	team := at(a.data(`{ team(id: "ENG") { id } }`), "team", "id")
	create := func(more string) string {
		return fmt.Sprintf(`mutation { issueCreate(input: {teamId: %q, title: "x"%s}) { success } }`, team, more)
	}
	const id = "0b6a3a3e-5d6b-4c0f-8f43-3f0a5c0d9e11"
	a.data(create(`, id: "` + id + `"`))
	for more, want := range map[string]string{
		`, id: "` + id + `"`: "already exists", `, id: "` + strings.Replace(id, "-4c0f", "-7c0f", 1) + `"`: "isUuid", `, id: "ENG-7"`: "isUuid",
		`, priority: 5`: "priority", `, estimate: 4`: "estimate", `, dueDate: "soon"`: "dueDate", `, createAsUser: "Alice"`: "actor=app",
		`, assigneeId: "alice"`: "Entity not found: User", `, stateId: "x"`: "Entity not found: WorkflowState", `, parentId: "ENG-9999"`: "Entity not found: Issue",
		`, labelIds: ["x"]`: "Entity not found", `, description: 5`: "",
	} {
		if got := a.refused(create(more)); strings.HasPrefix(got, "accepted") || !strings.Contains(got, want) {
			t.Errorf("issueCreate%s: %s, want %q", more, got, want)
		}
	}
	for title, want := range map[string]string{"": "isNotEmpty", strings.Repeat("é", 256): "maxLength"} {
		if got := a.refused(fmt.Sprintf(`mutation { issueUpdate(id: "ENG-98", input: {title: %q}) { success } }`, title)); !strings.Contains(got, want) {
			t.Errorf("a title of %d characters: %s", len([]rune(title)), got)
		}
	}
	if got := a.refused(`mutation { issueUpdate(id: "ENG-98", input: {createAsUser: "x"}) { success } }`); strings.HasPrefix(got, "accepted") {
		t.Error("issueUpdate takes createAsUser")
	}
}

// TestChangesAreStrict: what replaces, what adds, and what follows from a change.
func TestChangesAreStrict(t *testing.T) {
	t.Parallel()
	s, key, _ := keyed(t)
	a := asker{t, s, key}
	labels := at(a.data(`{ issueLabels { nodes { id name } } }`), "issueLabels", "nodes").([]any)
	label := map[any]any{}
	for _, l := range labels {
		label[at(l, "name")] = at(l, "id")
	}
	update := func(input string) lineartest.Issue {
		t.Helper()
		a.data(`mutation { issueUpdate(id: "ENG-98", input: ` + input + `) { success } }`)
		i, _ := s.Issue("ENG-98")
		return i
	}
	if i := update(fmt.Sprintf(`{labelIds: [%q]}`, label["infra"])); strings.Join(i.Labels, " ") != "infra" {
		t.Errorf("labelIds does not replace: %v", i.Labels)
	}
	if i := update(fmt.Sprintf(`{addedLabelIds: [%q], removedLabelIds: [%q]}`, label["bug"], label["infra"])); strings.Join(i.Labels, " ") != "bug" {
		t.Errorf("added and removed: %v", i.Labels)
	}
	if i := update(`{assigneeId: null, dueDate: null, estimate: null}`); i.Assignee != "" || i.Estimate != nil {
		t.Errorf("null does not clear: %+v", i)
	}
	if i := update(`{priority: 1}`); i.State != "In Progress" || i.Title != "Payment retries loop" {
		t.Errorf("what was not named changed: %+v", i)
	}
	attach := `mutation { attachmentCreate(input: {issueId: "ENG-98", title: %q, url: "https://acme.slack.com/archives/C1/p1"}) { attachment { id } } }`
	one, two := a.data(fmt.Sprintf(attach, "one")), a.data(fmt.Sprintf(attach, "two"))
	if i, _ := s.Issue("ENG-98"); at(one, "attachmentCreate", "attachment", "id") != at(two, "attachmentCreate", "attachment", "id") || i.Attachments[len(i.Attachments)-1].Title != "two" {
		t.Error("the same address on the same issue makes a second attachment")
	}
	des := at(a.data(`{ team(id: "DES") { id } }`), "team", "id")
	a.data(fmt.Sprintf(`mutation { issueUpdate(id: "ENG-133", input: {teamId: %q}) { success } }`, des))
	if i, ok := s.Issue("ENG-133"); !ok || i.Identifier != "DES-10" || i.State != "Todo" {
		t.Errorf("after a move between teams ENG-133 is %+v", i)
	}
	design := at(a.data(`{ workflowStates(filter: {team: {key: {eq: "DES"}}, name: {eq: "Done"}}) { nodes { id } } }`), "workflowStates", "nodes", 0, "id")
	if got := a.refused(fmt.Sprintf(`mutation { issueUpdate(id: "ENG-98", input: {stateId: %q}) { success } }`, design)); !strings.Contains(got, "team") {
		t.Errorf("a state of another team: %s", got)
	}
	a.data(fmt.Sprintf(`mutation { issueCreate(input: {teamId: %q, title: "Plain"}) { success } }`, at(a.data(`{ team(id: "ENG") { id } }`), "team", "id")))
	if i := s.Issues()[0]; i.State != "Backlog" || i.Creator != "alice@acme.test" {
		t.Errorf("a new issue without a state starts in %s, by %s", i.State, i.Creator)
	}
}
