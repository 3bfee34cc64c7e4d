package linear_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"linearbot/linear"
)

// documents that people, words and models may come up with, and what becomes of
// them. "error" means that the document is not one operation that can be judged.
var guarded = []struct {
	name, document, operation string
	variables                 map[string]any
	want                      string
}{
	{"viewer", `{ viewer { id name } }`, "", nil, "read"},
	{"named query", `query Me { viewer { id } }`, "", nil, "read"},
	{"issue with variables", `query($id: String!) { issue(id: $id) { id title } }`, "", map[string]any{"id": "ENG-1"}, "read"},
	{"connection with first", `{ issues(first: 10) { nodes { id title labels(first: 5) { nodes { name } } } } }`, "", nil, "read"},
	{"teams", `{ teams(first: 50) { nodes { id key name } } }`, "", nil, "read"},
	{"organization name", `{ organization { name urlKey } }`, "", nil, "read"},
	{"typename", `{ viewer { __typename id } }`, "", nil, "read"},
	{"five roots", `{ a: viewer { id } b: viewer { id } c: viewer { id } d: viewer { id } e: viewer { id } }`, "", nil, "read"},
	{"the word mutation in a comment", "# mutation { issueDelete }\n{ viewer { id } }", "", nil, "read"},
	{"the word mutation in a string", `{ searchIssues(term: "mutation { issueDelete }", first: 5) { nodes { id } } }`, "", nil, "read"},
	{"the word mutation in a block string", "{ searchIssues(term: \"\"\"mutation { issueDelete(id: 1) }\"\"\", first: 5) { nodes { id } } }", "", nil, "read"},
	{"a variable named mutation", `query($mutation: String!) { issue(id: $mutation) { id } }`, "", nil, "read"},
	{"an alias named issueDelete", `{ issueDelete: viewer { id } }`, "", nil, "read"},
	{"a query chosen beside a mutation", `query A { viewer { id } } mutation B { issueDelete(id: "1") { success } }`, "A", nil, "read"},
	{"fragments", `query { viewer { ...F } } fragment F on User { id ...G } fragment G on User { name }`, "", nil, "read"},
	{"inline fragments", `{ viewer { ... on User { id } ... { name } } }`, "", nil, "read"},
	{"comments", `{ comments(first: 20) { nodes { id body } } }`, "", nil, "read"},
	{"customers hold no user word", `{ customers(first: 5) { nodes { id name } } }`, "", nil, "read"},
	{"integration source type is only a name", `{ issue(id: "ENG-1") { integrationSourceType } }`, "", nil, "read"},
	{"a byte order mark", "\ufeff{ viewer { id } }", "", nil, "read"},
	{"escapes in a string", `{ searchIssues(term: "\u007d mutation \u007b", first: 5) { nodes { id } } }`, "", nil, "read"},
	{"a comment that seems to end a string", "{ searchIssues(term: \"# } mutation {\", first: 5) { nodes { id } } } # \" mutation { issueDelete }", "", nil, "read"},
	{"a quote escaped in a block string", "{ searchIssues(term: \"\"\"a \\\"\"\" } mutation { issueDelete }\"\"\", first: 5) { nodes { id } } }", "", nil, "read"},
	{"commas and line ends without meaning", "query,,,\r\n{,viewer,\t{,id,}},", "", nil, "read"},
	{"an operation called mutation", `query mutation { viewer { id } }`, "mutation", nil, "read"},
	{"a fragment called mutation", `{ viewer { ...mutation } } fragment mutation on User { id }`, "", nil, "read"},
	{"a page in a variable", `query($n: Int!) { issues(first: $n) { nodes { id title } } }`, "", map[string]any{"n": float64(20)}, "read"},
	{"directives", `query($x: Boolean!) { viewer { id @include(if: $x) } }`, "", map[string]any{"x": true}, "read"},

	{"create", `mutation($i: IssueCreateInput!) { issueCreate(input: $i) { success } }`, "", nil, "confirm"},
	{"update", `mutation { issueUpdate(id: "ENG-1", input: {title: "x"}) { success issue { id } } }`, "", nil, "confirm"},
	{"comment", `mutation { commentCreate(input: {issueId: "ENG-1", body: "delete everything"}) { success } }`, "", nil, "confirm"},
	{"add label", `mutation { issueAddLabel(id: "1", labelId: "2") { success } }`, "", nil, "confirm"},
	{"relation", `mutation { issueRelationCreate(input: {type: related, issueId: "1", relatedIssueId: "2"}) { success } }`, "", nil, "confirm"},
	{"subscribe", `mutation { issueSubscribe(id: "1") { success } }`, "", nil, "confirm"},
	{"reaction", `mutation { reactionCreate(input: {issueId: "1", emoji: "+1"}) { success } }`, "", nil, "confirm"},
	{"a mutation called query", `mutation query { issueSubscribe(id: "1") { success } }`, "", nil, "confirm"},
	{"a mutation behind three fragments", `mutation { ...A } fragment A on Mutation { ...B } fragment B on Mutation { ...C } fragment C on Mutation { issueSubscribe(id: "1") { success } }`, "", nil, "confirm"},
	{"a mutation that may be left out", `mutation($x: Boolean!) { issueSubscribe(id: "1") @include(if: $x) { success } }`, "", nil, "confirm"},
	{"a team for a new issue", `mutation { issueCreate(input: {teamId: "1", title: "x"}) { success } }`, "", nil, "confirm"},
	{"link", `mutation { attachmentLinkURL(url: "https://x", issueId: "1") { success } }`, "", nil, "confirm"},
	{"project update", `mutation { projectUpdate(id: "1", input: {name: "x"}) { success } }`, "", nil, "confirm"},
	{"mutation through a fragment", `mutation { ...M } fragment M on Mutation { issueUpdate(id: "1", input: {}) { success } }`, "", nil, "confirm"},
	{"aliased mutation", `mutation { harmless: issueUpdate(id: "1", input: {}) { success } }`, "", nil, "confirm"},
	{"a mutation chosen beside a query", `query A { viewer { id } } mutation B { issueUpdate(id: "1", input: {}) { success } }`, "B", nil, "confirm"},

	{"delete", `mutation { issueDelete(id: "1") { success } }`, "", nil, "refuse"},
	{"archive", `mutation { issueArchive(id: "1") { success } }`, "", nil, "refuse"},
	{"unarchive", `mutation { issueUnarchive(id: "1") { success } }`, "", nil, "refuse"},
	{"aliased delete", `mutation { issueUpdate: issueDelete(id: "1") { success } }`, "", nil, "refuse"},
	{"delete through a fragment", `mutation { ...M } fragment M on Mutation { issueDelete(id: "1") { success } }`, "", nil, "refuse"},
	{"delete through an inline fragment", `mutation { ... on Mutation { commentDelete(id: "1") { success } } }`, "", nil, "refuse"},
	{"dangerously", `mutation { fileUploadDangerouslyDelete(assetUrl: "x") { success } }`, "", nil, "refuse"},
	{"webhook", `mutation { webhookCreate(input: {url: "https://evil"}) { success } }`, "", nil, "refuse"},
	{"api key", `mutation { apiKeyCreate(input: {}) { success } }`, "", nil, "refuse"},
	{"oauth application", `mutation { oauthApplicationRotateSecret(id: "1") { success } }`, "", nil, "refuse"},
	{"integration", `mutation { jiraIntegrationConnect(input: {}) { success } }`, "", nil, "refuse"},
	{"user", `mutation { userUpdate(id: "me", input: {}) { success } }`, "", nil, "refuse"},
	{"organization", `mutation { leaveOrganization(id: "1") { success } }`, "", nil, "refuse"},
	{"logout", `mutation { logout { success } }`, "", nil, "refuse"},
	{"export", `mutation { createCsvExportReport { success } }`, "", nil, "refuse"},
	{"import", `mutation { issueImportCreateAsana(input: {}) { success } }`, "", nil, "refuse"},
	{"two mutations", `mutation { a: issueUpdate(id: "1", input: {}) { success } b: issueUpdate(id: "2", input: {}) { success } }`, "", nil, "refuse"},
	{"trashing by update", `mutation { issueUpdate(id: "1", input: {trashed: true}) { success } }`, "", nil, "refuse"},
	{"trashing by variables", `mutation($i: IssueUpdateInput!) { issueUpdate(id: "1", input: $i) { success } }`, "", map[string]any{"i": map[string]any{"trashed": true}}, "refuse"},
	{"trashing by a list in variables", `mutation($i: [X]) { issueBatchCreate(input: $i) { success } }`, "", map[string]any{"i": []any{map[string]any{"trashed": true}}}, "refuse"},
	{"subscription", `subscription { issueUpdated { id } }`, "", nil, "refuse"},
	{"introspection", `{ __schema { types { name } } }`, "", nil, "refuse"},
	{"introspection of a type", `{ __type(name: "Issue") { name } }`, "", nil, "refuse"},
	{"six roots", `{ a: viewer { id } b: viewer { id } c: viewer { id } d: viewer { id } e: viewer { id } f: viewer { id } }`, "", nil, "refuse"},
	{"deep", `{ issue(id: "1") { parent { parent { parent { parent { parent { parent { parent { id } } } } } } } } }`, "", nil, "refuse"},
	{"deep through fragments", `{ issue(id: "1") { ...A } } fragment A on Issue { parent { parent { parent { ...B } } } } fragment B on Issue { parent { parent { parent { parent { id } } } } }`, "", nil, "refuse"},
	{"wide", `{ viewer { ` + strings.Repeat("id ", 250) + `} }`, "", nil, "refuse"},
	{"many aliases", `{ viewer { ` + aliases(25) + `} }`, "", nil, "refuse"},
	{"connections without first", `{ teams { nodes { issues { nodes { labels { nodes { name } } } } } } }`, "", nil, "refuse"},
	{"a huge first", `{ issues(first: 250) { nodes { comments(first: 250) { nodes { id } } } } }`, "", nil, "refuse"},
	{"a first in a variable", `query($n: Int = 250) { issues(first: $n) { nodes { comments(first: $n) { nodes { id } } } } }`, "", nil, "refuse"},
	{"sessions", `{ authenticationSessions { id ip } }`, "", nil, "refuse"},
	{"webhook secrets, nested", `{ teams(first: 1) { nodes { webhooks(first: 1) { nodes { secret url } } } } }`, "", nil, "refuse"},
	{"audit", `{ auditEntries(first: 10) { nodes { id ip } } }`, "", nil, "refuse"},
	{"invites behind an alias", `{ x: organizationInvites(first: 1) { nodes { id } } }`, "", nil, "refuse"},
	{"integrations in a fragment", `{ organization { ...F } } fragment F on Organization { integrations(first: 1) { nodes { id } } }`, "", nil, "refuse"},
	{"oauth applications", `{ oauthApplications { id } }`, "", nil, "refuse"},
	{"calendar hash", `{ viewer { calendarHash } }`, "", nil, "refuse"},

	{"a first in a variable's value", `query($n: Int = 1) { issues(first: $n) { nodes { comments(first: $n) { nodes { id } } } } }`, "", map[string]any{"n": float64(250)}, "refuse"},
	{"a first in a variable without a value", `query($n: Int) { issues(first: $n) { nodes { comments(first: $n) { nodes { id body } } } } }`, "", nil, "refuse"},
	{"a first in a variable as text", `query($n: Int) { issues(first: $n) { nodes { comments(first: $n) { nodes { id } } } } }`, "", map[string]any{"n": "250"}, "refuse"},
	{"a first beyond all numbers", `{ issues(first: 99999999999999999999999) { nodes { comments(first: 99) { nodes { id } } } } }`, "", nil, "refuse"},
	{"a small first beside a huge last", `{ issues(first: 1, last: 250) { nodes { comments(first: 1, last: 250) { nodes { id } } } } }`, "", nil, "refuse"},
	{"a first of zero", `{ issues(first: 0) { nodes { comments(first: 0) { nodes { id body } } } } }`, "", nil, "refuse"},
	{"a first below zero", `{ issues(first: -5) { nodes { comments(first: -5) { nodes { id body } } } } }`, "", nil, "refuse"},
	{"connections behind fragments without first", `{ teams { ...T } } fragment T on TeamConnection { nodes { issues { ...I } } } fragment I on IssueConnection { ... { nodes { labels { nodes { name } } } } }`, "", nil, "refuse"},
	{"trashing by a variable's default", `mutation($i: IssueUpdateInput = {trashed: true}) { issueUpdate(id: "1", input: $i) { success } }`, "", nil, "refuse"},
	{"deleting for good by variables", `mutation($p: Boolean) { issueUpdate(id: "1", input: {permanentlyDelete: $p}) { success } }`, "", map[string]any{"p": true}, "refuse"},
	{"another team", `mutation { issueUpdate(id: "1", input: {teamId: "2"}) { success } }`, "", nil, "refuse"},
	{"another team for many", `mutation($i: IssueUpdateInput!) { issueBatchUpdate(ids: ["1"], input: $i) { success } }`, "", map[string]any{"i": map[string]any{"teamId": "2"}}, "refuse"},
	{"a mutation twice through a fragment", `mutation { ...M ...M } fragment M on Mutation { issueUpdate(id: "1", input: {}) { success } }`, "", nil, "refuse"},
	{"two mutations in an inline fragment", `mutation { ... on Mutation { issueUpdate(id: "1", input: {}) { success } commentCreate(input: {}) { success } } }`, "", nil, "refuse"},
	{"a delete behind an inline fragment and an alias", `mutation { ... on Mutation { ... { issueUpdate: issueDelete(id: "1") { success } } } }`, "", nil, "refuse"},
	{"a delete that is skipped by a directive", `mutation($x: Boolean = true) { issueDelete(id: "1") @skip(if: $x) { success } }`, "", nil, "refuse"},
	{"a delete in capitals", `mutation { ISSUEDELETE(id: "1") { success } }`, "", nil, "refuse"},
	{"a delete chosen beside a harmless one", `mutation A { issueUpdate(id: "1", input: {}) { success } } mutation B { issueDelete(id: "1") { success } }`, "B", nil, "refuse"},
	{"introspection inside a mutation", `mutation { issueUpdate(id: "1", input: {}) { success __schema { types { name } } } }`, "", nil, "refuse"},
	{"secrets in what a mutation returns", `mutation { teamUpdate(id: "1", input: {}) { team { webhooks(first: 1) { nodes { secret } } } } }`, "", nil, "refuse"},
	{"a chosen subscription", `query A { viewer { id } } subscription B { issueUpdated { id } }`, "B", nil, "refuse"},
	{"a mutation without fields", `mutation { ...M } fragment M on Mutation { ... @include(if: false) { issueDelete(id: "1") { success } } }`, "", nil, "refuse"},
	{"sign-in by passkey", `mutation { passkeyLoginStart(authId: "1") { success } }`, "", nil, "refuse"},
	{"a check of an import, with its token", `{ issueImportCheckSync(issueImportId: "1") { canSync } }`, "", nil, "refuse"},

	{"two operations of one name", `query A { viewer { id } } mutation A { issueDelete(id: "1") { success } }`, "A", nil, "error"},
	{"two fragments of one name", `{ viewer { ...F } } fragment F on User { id } fragment F on User { email }`, "", nil, "error"},
	{"a Cyrillic letter in a name", "mutation { issueDel\u0435te(id: \"1\") { success } }", "", nil, "error"},
	{"an invisible space in a name", "mutation { issue\u200bDelete(id: \"1\") { success } }", "", nil, "error"},
	{"full-width letters", "\uff4dutation { issueDelete(id: \"1\") { success } }", "", nil, "error"},
	{"a right-to-left override", "{ viewer { \u202eid } }", "", nil, "error"},
	{"an escaped name", `mutation { \u0069ssueDelete(id: "1") { success } }`, "", nil, "error"},
	{"two operations", `query A { viewer { id } } query B { viewer { id } }`, "", nil, "error"},
	{"an operation that is not there", `query A { viewer { id } }`, "B", nil, "error"},
	{"cyclic fragments", `{ viewer { ...A } } fragment A on User { ...B } fragment B on User { ...A }`, "", nil, "error"},
	{"a fragment in itself", `{ viewer { ...A } } fragment A on User { ...A }`, "", nil, "error"},
	{"a missing fragment", `{ viewer { ...A } }`, "", nil, "error"},
	{"broken", `query { viewer { id }`, "", nil, "error"},
	{"empty", ``, "", nil, "error"},
	{"only a fragment", `fragment A on User { id }`, "", nil, "error"},
	{"not GraphQL", `delete all issues`, "", nil, "error"},
	{"a fragment bomb", bomb(16), "", nil, "error"},
	{"too many tokens", `{ viewer { ` + strings.Repeat("id ", 3000) + `} }`, "", nil, "error"},
}

// Each word of the deny-list refuses a mutation, wherever it stands in the name.
func TestGuardDeniesByEveryWord(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"issueDelete", "projectArchive", "issueUnarchive", "purgeTeam", "apiKeyUpdate", "oauthAppRevoke", "webhookUpdate",
		"slackIntegrationCreate", "userSuspend", "organizationUpdate", "logoutAllSessions", "createCsvExportReport", "issueImportProcess",
	} {
		op, err := linear.InspectDocument("mutation { harmless: "+name+`(id: "1") { success } }`, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		if verdict, _ := linear.Guard(op, nil); verdict != linear.VerdictRefuse {
			t.Errorf("%s: %v, want refuse", name, verdict)
		}
	}
}

func TestOneOperation(t *testing.T) {
	t.Parallel()
	whole := "query A { viewer { ...F } } # said\nfragment F on User { id }"
	if got, err := linear.OneOperation(whole, ""); err != nil || got != whole {
		t.Errorf("OneOperation() = %q, %v, want it as it was written", got, err)
	}
	got, err := linear.OneOperation(`query A($a: Int = 3) { viewer { ...F } } mutation B { issueDelete(id: "1") { success } }
		fragment F on User { ...G } fragment G on User { id @include(if: true) t: name(x: {y: [$a, "z"]}) } fragment H on Mutation { issueDelete(id: "2") { success } }`, "A")
	if err != nil || strings.Contains(got, "issueDelete") {
		t.Errorf("OneOperation() = %q, %v, want only A and its fragments", got, err)
	}
	before, _ := linear.InspectDocument(`query A($a: Int = 3) { viewer { ...F } } fragment F on User { ...G } fragment G on User { id @include(if: true) t: name(x: {y: [$a, "z"]}) }`, "A", nil)
	after, err := linear.InspectDocument(got, "A", nil)
	if err != nil || !reflect.DeepEqual(before, after) {
		t.Errorf("the reduced document means %+v (%v), want %+v", after, err, before)
	}
}

func aliases(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "a%d: id ", i)
	}
	return b.String()
}

// bomb doubles n times.
func bomb(n int) string {
	var b strings.Builder
	b.WriteString("{ viewer { ...F0 } }")
	for i := range n {
		fmt.Fprintf(&b, " fragment F%d on User { ...F%d ...F%d }", i, i+1, i+1)
	}
	fmt.Fprintf(&b, " fragment F%d on User { id }", n)
	return b.String()
}

func TestGuard(t *testing.T) {
	t.Parallel()
	for _, c := range guarded {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			op, err := linear.InspectDocument(c.document, c.operation, c.variables)
			if err != nil {
				if c.want != "error" || !errors.Is(err, linear.ErrInvalidInput) {
					t.Errorf("InspectDocument() = %v, want %s", err, c.want)
				}
				return
			}
			verdict, reason := linear.Guard(op, c.variables)
			if verdict.String() != c.want {
				t.Errorf("Guard() = %v (%s), want %s; %+v", verdict, reason, c.want, op)
			}
			if verdict == linear.VerdictRefuse && reason == "" {
				t.Error("refused without a reason")
			}
		})
	}
}

func TestInspectCountsWhatIsAsked(t *testing.T) {
	t.Parallel()
	op, err := linear.InspectDocument(`query Q($n: Int = 5) { issues(first: $n) { nodes { id t: title labels(first: 2) { nodes { name } } } } }`, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if op.Type != "query" || op.Name != "Q" || op.Depth != 5 || op.Fields != 7 || op.Aliases != 1 {
		t.Errorf("InspectDocument() = %+v", op)
	}
	// issues, then 5 × (nodes, id, title, labels), then 5 × 2 × (nodes, name).
	if want := 1 + 5*4 + 10*2; op.Cost != want {
		t.Errorf("Cost = %d, want %d", op.Cost, want)
	}
}

func FuzzInspectDocument(f *testing.F) {
	for _, c := range guarded {
		f.Add(c.document, c.operation)
	}
	f.Fuzz(func(t *testing.T, document, operation string) {
		op, err := linear.InspectDocument(document, operation, nil)
		if err != nil {
			if !errors.Is(err, linear.ErrInvalidInput) {
				t.Errorf("InspectDocument() = %v, want ErrInvalidInput", err)
			}
			return
		}
		verdict, _ := linear.Guard(op, nil)
		if op.Type == "mutation" && verdict == linear.VerdictRead {
			t.Errorf("a mutation passed as a read: %q", document)
		}
		if op.Fields < len(op.RootFields) || op.Cost < op.Fields {
			t.Errorf("counts do not add up: %+v", op)
		}
	})
}
