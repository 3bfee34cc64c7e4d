package linear_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"linearbot/linear"
)

// call runs one tool against a workspace that is well and returns the answer,
// the error, and what was sent after the names were warm.
func call(t *testing.T, tool, input string, as *linear.Attribution) (map[string]any, error, []request) {
	t.Helper()
	s := serve(t, linearAnswers)
	session := s.session(t, as)
	if _, err := session.Directory(t.Context()); err != nil {
		t.Fatal(err)
	}
	raw, err := session.Tool(t.Context(), tool, json.RawMessage(input))
	var answer map[string]any
	if err == nil {
		if err := json.Unmarshal(raw, &answer); err != nil {
			t.Fatal(err)
		}
	}
	return answer, err, s.got()[1:]
}

func TestEachActionIsOneRequestOnceNamesAreWarm(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tool, input string
		variables   string
	}{
		"create by names": {
			linear.ToolCreate, `{"team":"eng","title":"Login","priority":"high","assignee":"me","state":"in-review","labels":["BUG"],"project":"auth","estimate":"3"}`,
			`{"input":{"teamId":"t-eng","title":"Login","priority":2,"assigneeId":"u-alice","stateId":"s4","labelIds":["l-bug"],"projectId":"p","estimate":3}}`,
		},
		"create with the hosted names": {
			linear.ToolCreate, `{"teamId":"t-eng","title":"Login","stateId":"s4","assigneeId":"u-alice","labelIds":["l-bug"],"projectId":"p","priority":"1"}`,
			`{"input":{"teamId":"t-eng","title":"Login","priority":1,"assigneeId":"u-alice","stateId":"s4","labelIds":["l-bug"],"projectId":"p"}}`,
		},
		"create in the only team": {linear.ToolCreate, `{"title":"Login"}`, `{"input":{"teamId":"t-eng","title":"Login"}}`},
		"update":                  {linear.ToolUpdate, `{"issueId":"eng-142","state":"In Review"}`, `{"id":"ENG-142","input":{"stateId":"s4"}}`},
		"update by URL": {
			linear.ToolUpdate, `{"issueId":"https://linear.app/acme/issue/ENG-142/x","assignee":"none","addLabels":["bug"],"estimate":5}`,
			`{"id":"ENG-142","input":{"assigneeId":null,"addedLabelIds":["l-bug"],"estimate":5}}`,
		},
		"update with null": {linear.ToolUpdate, `{"issueId":"ENG-142","assigneeId":null}`, `{"id":"ENG-142","input":{"assigneeId":null}}`},
		"update by the UUID of an issue that was seen": {
			linear.ToolUpdate, `{"issueId":"11111111-1111-4111-8111-111111111111","stateId":"s5"}`,
			`{"id":"11111111-1111-4111-8111-111111111111","input":{"stateId":"s5"}}`,
		},
		"list": {
			linear.ToolList, `{"assignee":"Alice","priority":["2","urgent"],"stateType":"open","first":"5"}`,
			`{"first":5,"filter":{"assignee":{"id":{"eq":"u-alice"}},"priority":{"in":[2,1]},"state":{"type":{"nin":["completed","canceled","duplicate"]}}}}`,
		},
		"list with every label": {
			linear.ToolList, `{"labels":["bug"],"team":"ENG","assignee":"none","createdAfter":"-P7D","dueBefore":"2026-12-01"}`,
			`{"first":20,"filter":{"labels":{"some":{"id":{"eq":"l-bug"}}},"team":{"id":{"eq":"t-eng"}},"assignee":{"null":true},"createdAt":{"gte":"-P7D"},"dueDate":{"lt":"2026-12-01"}}}`,
		},
		"words and a condition": {
			linear.ToolList, `{"query":"login","team":"ENG"}`,
			`{"first":20,"filter":{"or":[{"title":{"containsIgnoreCase":"login"}},{"description":{"containsIgnoreCase":"login"}}],"team":{"id":{"eq":"t-eng"}}}}`,
		},
		"words alone": {linear.ToolList, `{"query":"login timeout"}`, `{"first":20,"term":"login timeout"}`},
		"oldest":      {linear.ToolList, `{"sort":"oldest"}`, `{"first":50}`},
		"updated":     {linear.ToolList, `{"sort":"updated","after":"x"}`, `{"first":20,"after":"x","orderBy":"updatedAt"}`},
		"backwards":   {linear.ToolList, `{"before":"x","first":3}`, `{"last":3,"before":"x"}`},
		"query":       {linear.ToolQuery, `{"query":"query($id: String!) { issue(id: $id) { id } }","variables":"{\"id\":\"ENG-1\"}"}`, `{"id":"ENG-1"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err, sent := call(t, c.tool, c.input, nil)
			if err != nil {
				t.Fatal(err)
			}
			if len(sent) != 1 {
				t.Fatalf("%d requests, want 1", len(sent))
			}
			got := sent[0].Variables
			if input, ok := got["input"].(map[string]any); ok && c.tool == linear.ToolCreate {
				if id, _ := input["id"].(string); len(id) != 36 {
					t.Errorf("create carries id %q, want a UUID", id)
				}
				delete(input, "id")
			}
			var want map[string]any
			if err := json.Unmarshal([]byte(c.variables), &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("variables (-want +got):\n%s", diff)
			}
		})
	}
}

func TestToolAnswersAreCompactAndSayWhatWasApplied(t *testing.T) {
	t.Parallel()
	got, err, _ := call(t, linear.ToolList, `{"assignee":"Alice","priority":"P2","stateType":"open"}`, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"issues": []any{map[string]any{
			"id": "ENG-142", "title": "Login fails", "team": "ENG", "state": "In Progress", "priority": "High", "estimate": 3.0,
			"assignee": "Alice Chen", "labels": []any{"bug"}, "project": "Auth revamp", "createdAt": "2026-03-03", "updatedAt": "2026-11-20",
			"url": "https://linear.app/acme/issue/ENG-142/login-fails",
		}},
		"count": 1.0, "hasMore": false,
		"applied": map[string]any{"assignee": "Alice Chen <alice@acme.test>", "priority": "High", "stateType": "open"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestToolErrorsSayWhatMayBeGivenInstead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tool, input string
		code, field string
		candidate   string
	}{
		"unknown argument":     {linear.ToolList, `{"asignee":"x"}`, linear.CodeInvalid, "asignee", "assignee"},
		"snake case":           {linear.ToolCreate, `{"title":"x","team_id":"ENG"}`, linear.CodeInvalid, "team_id", "teamId"},
		"missing title":        {linear.ToolCreate, `{"team":"ENG"}`, linear.CodeInvalid, "title", ""},
		"title too long":       {linear.ToolCreate, `{"title":"` + strings.Repeat("x", 256) + `"}`, linear.CodeInvalid, "title", ""},
		"blank title":          {linear.ToolCreate, `{"title":"  "}`, linear.CodeInvalid, "title", ""},
		"unknown team":         {linear.ToolCreate, `{"team":"Engg","title":"x"}`, linear.CodeNotFound, "team", "Engineering <ENG>"},
		"unknown state":        {linear.ToolUpdate, `{"issueId":"ENG-1","state":"QA"}`, linear.CodeNotFound, "state", "In Review"},
		"unknown person":       {linear.ToolUpdate, `{"issueId":"ENG-1","assignee":"Alicia"}`, linear.CodeNotFound, "assignee", "Alice Chen"},
		"twins that differ":    {linear.ToolUpdate, `{"issueId":"ENG-1","state":"Done","stateId":"s4"}`, linear.CodeInvalid, "stateId", ""},
		"not an issue":         {linear.ToolUpdate, `{"issueId":"the big one","state":"Done"}`, linear.CodeInvalid, "issueId", ""},
		"nothing to change":    {linear.ToolUpdate, `{"issueId":"ENG-1"}`, linear.CodeInvalid, "", ""},
		"no such priority":     {linear.ToolUpdate, `{"issueId":"ENG-1","priority":"9"}`, linear.CodeInvalid, "priority", ""},
		"outside the scale":    {linear.ToolUpdate, `{"issueId":"ENG-1","estimate":4}`, linear.CodeInvalid, "estimate", "5"},
		"labels both ways":     {linear.ToolUpdate, `{"issueId":"ENG-1","labels":["bug"],"addLabels":["bug"]}`, linear.CodeInvalid, "labels", ""},
		"first too large":      {linear.ToolList, `{"first":51}`, linear.CodeInvalid, "first", ""},
		"not a date":           {linear.ToolList, `{"createdAfter":"2026-99-99"}`, linear.CodeInvalid, "createdAfter", ""},
		"broken document":      {linear.ToolQuery, `{"query":"query { viewer { id }"}`, linear.CodeInvalid, "query", ""},
		"two operations":       {linear.ToolQuery, `{"query":"query A { viewer { id } } query B { viewer { id } }"}`, linear.CodeInvalid, "query", ""},
		"variables not object": {linear.ToolQuery, `{"query":"{ viewer { id } }","variables":"[1]"}`, linear.CodeInvalid, "variables", ""},
		"not an object":        {linear.ToolList, `[1]`, linear.CodeInvalid, "", ""},
		"unknown tool":         {"linear_issue_delete", `{}`, linear.CodeUnsupported, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err, sent := call(t, c.tool, c.input, nil)
			e, ok := errors.AsType[*linear.ToolError](err)
			if !ok {
				t.Fatalf("Tool() = %v, want a *ToolError", err)
			}
			if e.Code != c.code || e.Field != c.field {
				t.Errorf("code %q field %q, want %q %q (%v)", e.Code, e.Field, c.code, c.field, err)
			}
			if c.candidate != "" && !slices.Contains(e.Candidates, c.candidate) {
				t.Errorf("candidates = %v, want %q among them", e.Candidates, c.candidate)
			}
			for _, r := range sent {
				if strings.HasPrefix(r.Query, "mutation") {
					t.Errorf("%s was sent", r.OperationName)
				}
			}
		})
	}
}

func TestToolErrorJSON(t *testing.T) {
	t.Parallel()
	_, err, _ := call(t, linear.ToolUpdate, `{"issueId":"ENG-1","state":"QA"}`, nil)
	got, _ := json.Marshal(err)
	want := `{"error":{"code":"not_found","message":"No state \"QA\" in team Engineering.","field":"state","candidates":["Todo","In Review","Done"],"retryable":false,"hint":"Ask the person or choose one of these."}}`
	if string(got) != want {
		t.Errorf("JSON = %s\nwant   %s", got, want)
	}
}

func TestLinearsFailuresBecomeToolErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
		code   string
	}{
		"not found":       {200, entityNotFound, linear.CodeNotFound},
		"forbidden":       {200, `{"errors":[{"message":"x","extensions":{"type":"forbidden"}}]}`, linear.CodeForbidden},
		"unauthenticated": {401, notAuthenticated, linear.CodeReconnect},
		"rate limited":    {400, rateLimited, linear.CodeRateLimited},
		"unknown outcome": {503, `<html>`, linear.CodeTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, r request, n int) {
				if r.OperationName == "IssueUpdate" {
					write(w, c.status, c.body)
					return
				}
				linearAnswers(w, r, n)
			})
			session := linear.New(linear.Config{APIURL: s.URL}).Session("a", &token{value: "x", spare: "y"}, nil)
			_, err := session.Tool(t.Context(), linear.ToolUpdate, []byte(`{"issueId":"ENG-1","state":"Done"}`))
			e, ok := errors.AsType[*linear.ToolError](err)
			if !ok || e.Code != c.code {
				t.Errorf("Tool() = %v, want code %s", err, c.code)
			}
			if strings.Contains(err.Error(), "html") {
				t.Errorf("%v shows the raw answer", err)
			}
		})
	}
}

func TestQueryToolGivesPartialReadsAsPartial(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) {
		write(w, 200, `{"data":{"viewer":{"id":"u"},"team":null},"errors":[{"message":"no","path":["team"],"extensions":{"type":"forbidden"}}]}`)
	})
	got, err := s.session(t, nil).Tool(t.Context(), linear.ToolQuery, []byte(`{"query":"{ viewer { id } team(id: \"x\") { id } }"}`))
	want := `{"data":{"viewer":{"id":"u"},"team":null},"partial":true,"errors":[{"message":"no","path":"team"}]}`
	if err != nil || string(got) != want {
		t.Errorf("Tool() = %s, %v; want %s", got, err, want)
	}
	if _, err := s.session(t, nil).Tool(t.Context(), linear.ToolQuery, []byte(`{"query":"mutation { issueArchive(id: \"x\") { success } }"}`)); err == nil {
		t.Error("a partial mutation passed for a success")
	}
}

func TestAppModeNamesThePersonOnWhatItCreates(t *testing.T) {
	t.Parallel()
	as := &linear.Attribution{Name: "Bob (Slack)", IconURL: "https://x/bob.png"}
	_, err, sent := call(t, linear.ToolCreate, `{"title":"x"}`, as)
	if err != nil {
		t.Fatal(err)
	}
	input := sent[0].Variables["input"].(map[string]any)
	if input["createAsUser"] != as.Name || input["displayIconUrl"] != as.IconURL {
		t.Errorf("input = %v, want the attribution", input)
	}
	_, err, sent = call(t, linear.ToolUpdate, `{"issueId":"ENG-1","title":"x"}`, as)
	if err != nil {
		t.Fatal(err)
	}
	if input := sent[0].Variables["input"].(map[string]any); len(input) != 1 {
		t.Errorf("update input = %v, want the title alone: Linear has no createAsUser there", input)
	}
}

func TestToolsDescribeThemselves(t *testing.T) {
	t.Parallel()
	for _, tool := range linear.Tools() {
		var schema struct {
			Type                 string         `json:"type"`
			AdditionalProperties *bool          `json:"additionalProperties"`
			Properties           map[string]any `json:"properties"`
		}
		if err := json.Unmarshal(tool.Schema, &schema); err != nil {
			t.Fatal(err)
		}
		if schema.Type != "object" || schema.AdditionalProperties == nil || *schema.AdditionalProperties || len(schema.Properties) == 0 || tool.Description == "" {
			t.Errorf("%s: not a plain closed object: %s", tool.Name, tool.Schema)
		}
	}
}
