package assistant_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linearbot/assistant"
	"linearbot/assistant/modeltest"
	"linearbot/linear"
)

// oddCall is a call as a model may make it, and what becomes of it: a code it is told,
// "works", "proposed" or "unchanged".
type oddCall struct{ tool, input, want string }

// oddCalls are inputs that no schema has in mind, and some that only look odd.
func oddCalls() []oddCall {
	long := func(n int) string { return strings.Repeat("x", n) }
	many := func(n int, item string) string {
		return "[" + strings.TrimSuffix(strings.Repeat(item+",", n), ",") + "]"
	}
	create := func(rest string) string { return `{"team":"ENG","title":"Odd one"` + rest + `}` }
	update := func(rest string) string { return `{"issueId":"ENG-98"` + rest + `}` }
	query := func(document string, rest ...string) string {
		raw, err := json.Marshal(document)
		if err != nil {
			panic(err)
		}
		return `{"query":` + string(raw) + strings.Join(rest, "") + `}`
	}
	const invalid, missing, refused = linear.CodeInvalid, linear.CodeNotFound, linear.CodeUnsupported
	const id = "11111111-1111-4111-8111-111111111111"
	return []oddCall{
		{linear.ToolCreate, `{}`, invalid},
		{linear.ToolCreate, `{"title":null,"team":"ENG"}`, invalid},
		{linear.ToolCreate, `{"title":"","team":"ENG"}`, invalid},
		{linear.ToolCreate, `{"title":" \t\n","team":"ENG"}`, invalid},
		{linear.ToolCreate, `{"title":"` + long(256) + `","team":"ENG"}`, invalid},
		{linear.ToolCreate, `{"title":"` + long(200_000) + `","team":"ENG"}`, invalid},
		{linear.ToolCreate, `{"title":5,"team":"ENG"}`, invalid},
		{linear.ToolCreate, `{"title":{"text":"Odd"},"team":"ENG"}`, invalid},
		{linear.ToolCreate, `{"title":["Odd"],"team":"ENG"}`, invalid},
		{linear.ToolCreate, `{"title":"Odd one"}`, invalid},
		{linear.ToolCreate, `{"title":"Odd one","team":"Engg"}`, missing},
		{linear.ToolCreate, `{"title":"Odd one","team":null,"teamId":"ENG"}`, "proposed"},
		{linear.ToolCreate, `{"title":"Odd one","team":"ENG","teamId":"DES"}`, invalid},
		{linear.ToolCreate, create(`,"tittle":"Odd"`), invalid},
		{linear.ToolCreate, create(`,"id":"` + id + `"`), invalid},
		{linear.ToolCreate, create(`,"__proto__":{"trashed":true}`), invalid},
		{linear.ToolCreate, create(`,"priority":9`), invalid},
		{linear.ToolCreate, create(`,"priority":-1`), invalid},
		{linear.ToolCreate, create(`,"priority":2.5`), invalid},
		{linear.ToolCreate, create(`,"priority":true`), invalid},
		{linear.ToolCreate, create(`,"priority":[1,2]`), invalid},
		{linear.ToolCreate, create(`,"priority":"2"`), "proposed"},
		{linear.ToolCreate, create(`,"priority":"P1"`), "proposed"},
		{linear.ToolCreate, create(`,"estimate":"3"`), "proposed"},
		{linear.ToolCreate, create(`,"estimate":3.5`), invalid},
		{linear.ToolCreate, create(`,"estimate":1e300`), invalid},
		{linear.ToolCreate, create(`,"estimate":"many"`), invalid},
		{linear.ToolCreate, create(`,"labels":"bug"`), "proposed"},
		{linear.ToolCreate, create(`,"labels":["bug","bug",null]`), invalid},
		{linear.ToolCreate, create(`,"labels":[["bug"]]`), invalid},
		{linear.ToolCreate, create(`,"labelIds":` + many(1000, `"`+id+`"`)), invalid},
		{linear.ToolCreate, create(`,"labelIds":["` + id + `"]`), missing},
		{linear.ToolCreate, create(`,"assignee":"nobody@elsewhere.test"`), missing},
		{linear.ToolCreate, create(`,"assigneeId":"` + id + `"`), missing},
		{linear.ToolCreate, create(`,"assignee":{"name":"Bob"}`), invalid},
		{linear.ToolCreate, create(`,"dueDate":"tomorrow"`), invalid},
		{linear.ToolCreate, create(`,"dueDate":"2026-02-30"`), invalid},
		{linear.ToolCreate, create(`,"parent":"ENG-99999"`), missing},
		{linear.ToolCreate, create(`,"parent":"https://linear.app/elsewhere/issue/ENG-98"`), invalid},
		{linear.ToolCreate, create(`,"description":"` + long(20_001) + `"`), invalid},
		{linear.ToolCreate, `{"team":"eng","title":"مرحبا 🎉 Ünïcødé \u202e\u0000 end"}`, "proposed"},

		{linear.ToolUpdate, `{}`, invalid},
		{linear.ToolUpdate, update(``), invalid},
		{linear.ToolUpdate, `{"issueId":98,"state":"Done"}`, invalid},
		{linear.ToolUpdate, `{"issueId":["ENG-98","ENG-12"],"state":"Done"}`, invalid},
		{linear.ToolUpdate, `{"issueId":"ENG-99999","state":"Done"}`, missing},
		{linear.ToolUpdate, `{"issueId":"$0.oldest","state":"Done"}`, missing},
		{linear.ToolUpdate, `{"issueId":"all","state":"Done"}`, missing},
		{linear.ToolUpdate, `{"issueId":"` + id + `","state":"Done"}`, missing},
		{linear.ToolUpdate, `{"issueId":"https://linear.app/elsewhere/issue/ENG-98/x","state":"Done"}`, missing},
		{linear.ToolUpdate, update(`,"state":"Shipped"`), missing},
		{linear.ToolUpdate, update(`,"stateId":"` + id + `"`), missing},
		{linear.ToolUpdate, update(`,"team":"DES"`), invalid},
		{linear.ToolUpdate, update(`,"trashed":true`), invalid},
		{linear.ToolUpdate, update(`,"state":"In Progress"`), "unchanged"},
		{linear.ToolUpdate, update(`,"assigneeId":null`), "proposed"},
		{linear.ToolUpdate, update(`,"priority":null`), invalid},
		{linear.ToolUpdate, update(`,"removeLabels":["infra"]`), "unchanged"},
		{linear.ToolUpdate, update(`,"addLabels":["bug"],"removeLabels":["bug"]`), invalid},

		{linear.ToolList, `{"first":-1}`, invalid},
		{linear.ToolList, `{"first":0}`, invalid},
		{linear.ToolList, `{"first":1000000}`, invalid},
		{linear.ToolList, `{"first":"2"}`, "works"},
		{linear.ToolList, `{"first":null,"team":"ENG"}`, "works"},
		{linear.ToolList, `{"after":"nonsense"}`, invalid},
		{linear.ToolList, `{"after":{"cursor":1}}`, invalid},
		{linear.ToolList, `{"filter":{"team":{"key":{"eq":"ENG"}}}}`, invalid},
		{linear.ToolList, `{"state":` + many(1000, `"Todo"`) + `}`, invalid},
		{linear.ToolList, `{"state":{"name":"Todo"}}`, invalid},
		{linear.ToolList, `{"stateType":"OPEN"}`, "works"},
		{linear.ToolList, `{"stateType":"weird"}`, invalid},
		{linear.ToolList, `{"sort":"random"}`, invalid},
		{linear.ToolList, `{"createdAfter":"yesterday"}`, invalid},
		{linear.ToolList, `{"createdAfter":"-P7D"}`, "works"},
		{linear.ToolList, `{"createdAfter":"-P99999999999999999999D"}`, "works"}, // Linear judges it
		{linear.ToolList, `{"dueBefore":"2026-13-45"}`, invalid},
		{linear.ToolList, `{"query":"` + long(201) + `"}`, invalid},
		{linear.ToolList, `{"query":""}`, "works"},
		{linear.ToolList, `{"priority":[0,"urgent","P2"]}`, "works"},
		{linear.ToolList, `{"labels":["bug",7]}`, invalid},
		{linear.ToolList, `{"team":"` + long(100_000) + `"}`, missing},

		{linear.ToolQuery, `{}`, invalid},
		{linear.ToolQuery, `{"query":7}`, invalid},
		{linear.ToolQuery, query(""), invalid},
		{linear.ToolQuery, query("{"), invalid},
		{linear.ToolQuery, query("{ viewer { name }"), invalid},
		{linear.ToolQuery, query("{ viewer { nope } }"), invalid},
		{linear.ToolQuery, query("{ v: viewer { __typename n: name } }"), "works"},
		{linear.ToolQuery, query("query A { viewer { name } } query B { viewer { id } }"), invalid},
		{linear.ToolQuery, query("query A { viewer { name } } query B { viewer { id } }", `,"operationName":"B"`), "works"},
		{linear.ToolQuery, query("query A { viewer { name } }", `,"operationName":"C"`), invalid},
		{linear.ToolQuery, query("query A { viewer { name } } mutation B { issueDelete(id: \"ENG-98\") { success } }", `,"operationName":"B"`), refused},
		{linear.ToolQuery, query("mutation { issueDelete(id: \"ENG-98\") { success } }"), refused},
		{linear.ToolQuery, query("mutation { issueUpdate: issueArchive(id: \"ENG-98\") { success } }"), refused},
		{linear.ToolQuery, query("mutation { a: issueAddLabel(id: \"ENG-98\", labelId: \"x\") { success } b: issueAddLabel(id: \"ENG-12\", labelId: \"x\") { success } }"), refused},
		{linear.ToolQuery, query("mutation($i: IssueUpdateInput!) { issueUpdate(id: \"ENG-98\", input: $i) { success } }", `,"variables":{"i":{"trashed":true}}`), refused},
		{linear.ToolQuery, query("mutation($i: IssueUpdateInput!) { issueUpdate(id: \"ENG-98\", input: $i) { success } }", `,"variables":"{\"i\":{\"teamId\":\"DES\"}}"`), refused},
		{linear.ToolQuery, query("mutation { commentCreate(input: {issueId: \"ENG-98\", body: \"Odd\"}) { success } }"), "proposed"},
		{linear.ToolQuery, query("mutation { commentCreate(input: {issueId: \"ENG-99999\", body: \"Odd\"}) { success } }"), missing},
		{linear.ToolQuery, query("subscription { issueCreated { id } }"), refused},
		{linear.ToolQuery, query("{ __schema { types { name } } }"), refused},
		{linear.ToolQuery, query("{ viewer { ...a } } fragment a on User { ...b } fragment b on User { ...a }"), invalid},
		{linear.ToolQuery, query("{ " + strings.Repeat("viewer { assignedIssues { nodes { assignee { ", 3) + "name" + strings.Repeat(" } } } }", 3) + " }"), refused},
		{linear.ToolQuery, query("{ " + strings.Repeat("a: viewer { name } ", 6) + "}"), refused},
		{linear.ToolQuery, query("{ issues(first: 250) { nodes { comments(first: 250) { nodes { id } } } } }"), refused},
		{linear.ToolQuery, query("{ viewer { name } } #" + long(8000)), invalid},
		{linear.ToolQuery, query("{ viewer { " + strings.Repeat("id ", 2100) + "} }"), invalid},
		{linear.ToolQuery, query("{ issue(id: \"ENG-99999\") { title } }"), missing},
		{linear.ToolQuery, query("{ viewer { name } }", `,"variables":[1]`), invalid},
		{linear.ToolQuery, query("{ viewer { name } }", `,"variables":"no JSON"`), invalid},
		{linear.ToolQuery, query("query($n: Int) { issues(first: $n) { nodes { id } } }", `,"variables":{"n":"many"}`), invalid},
		{linear.ToolQuery, query("{ organization { apiKeys { id } } }"), refused},

		{"linear_issue_delete", `{"id":"ENG-98"}`, refused},
		{linear.ToolList, `[]`, invalid},
		{linear.ToolList, `"ENG"`, invalid},
		{linear.ToolList, `null`, invalid},
		{linear.ToolList, `{"team":"ENG"`, invalid},
		{linear.ToolList, `{"team":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`, invalid},
		{linear.ToolUpdate, `{"issueId":"ENG-98","state":"Done"`, invalid},
		{linear.ToolList, ``, "works"},
		{linear.ToolList, `{"team":"DES","team":"ENG"}`, "works"},
		{linear.ToolList, `{"first":1e999}`, invalid},
	}
}

// TestOddInputsAreAnswered: whatever a model gives a tool, it is told what is wrong or it
// works; nothing hangs, asks Linear without bound, or changes it.
func TestOddInputsAreAnswered(t *testing.T) {
	t.Parallel()
	var next atomic.Pointer[modeltest.Reply]
	b := newBench(t)
	model := modeltest.NewServer(modeltest.Options{Respond: func(r modeltest.Request) modeltest.Reply {
		if len(r.Results()) > 0 {
			return modeltest.Say("Thank you.")
		}
		return *next.Load()
	}})
	t.Cleanup(model.Close)
	loop := assistant.NewLoop(claudeAt(model), b.engine, assistant.NewBudget(b.db, assistant.BudgetLimits{}), slog.New(slog.DiscardHandler))
	session, before := b.session(aliceMail), b.linear.Issues()
	for _, c := range oddCalls() {
		name := c.tool + " " + c.input[:min(len(c.input), 160)]
		next.Store(&modeltest.Reply{Blocks: []modeltest.ReplyBlock{{Name: c.tool, Input: c.input}}})
		asked, read := len(model.Requests()), b.linear.CountRequests("/graphql")
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		answer, err := loop.Ask(ctx, assistant.Ask{Asker: alice, Session: session, Text: "Try this with ENG-98, ENG-12 and ENG-99999", Now: time.Now()}, func(assistant.Progress) {})
		cancel()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		requests := model.Requests()[asked:]
		got, told := outcomeOf(answer, requests)
		if got != c.want {
			t.Errorf("%s\n\tbecomes %s, want %s: %s", name, got, c.want, told)
		}
		if n := b.linear.CountRequests("/graphql") - read; n > 3 || len(requests) > 2 {
			t.Errorf("%s: %d requests to Linear and %d to the model", name, n, len(requests))
		}
	}
	if diff := cmp.Diff(before, b.linear.Issues()); diff != "" {
		t.Errorf("Linear was changed without Apply:\n%s", diff)
	}
	if v := model.Violations(); len(v) > 0 {
		t.Errorf("the provider's rules were broken: %q", v)
	}
}

// outcomeOf is what became of the one call, and what the model was told.
func outcomeOf(answer assistant.Answer, requests []modeltest.Request) (outcome, told string) {
	switch {
	case len(requests) < 2 && answer.Proposal.ID != "":
		return "proposed", ""
	case len(requests) < 2 && len(answer.Proposal.Unchanged) > 0:
		return "unchanged", ""
	case len(requests) < 2 || len(requests[1].Results()) != 1:
		return "nothing", answer.Text
	}
	told = requests[1].Results()[0]
	var failed struct {
		Error struct{ Code, Message string }
	}
	if json.Unmarshal([]byte(told), &failed) != nil || failed.Error.Code == "" {
		return "works", told
	}
	if failed.Error.Message == "" {
		return failed.Error.Code + " without a reason", told
	}
	return failed.Error.Code, told
}
