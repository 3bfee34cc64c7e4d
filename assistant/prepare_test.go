package assistant_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"linearbot/assistant"
	"linearbot/linear"
)

func TestSeedSentenceToPreviewIsTwoRequestsAtMost(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	old := b.issue(s, "Old one", map[string]any{"priority": "high", "assignee": "carol"})
	b.issue(s, "New one", map[string]any{"priority": "high", "assignee": "carol"})
	p := assistant.Plan{Steps: []assistant.Step{
		{Tool: linear.ToolList, Input: map[string]any{"assignee": "Carol", "priority": "2", "stateType": "open", "query": "one"}},
		{Tool: linear.ToolUpdate, Input: map[string]any{"issueId": "$0.oldest", "state": "In Review"}},
	}}
	var got assistant.Proposal
	if n := b.requests(func() { got = b.propose(alice, s, p) }); n > 2 {
		t.Errorf("to the preview: %d requests, want 2 at most", n)
	}
	want := []assistant.FieldChange{{Field: "state", From: "Todo", To: "In Review", FromID: old.State.ID, ToID: got.Changes[0].Fields[0].ToID}}
	if diff := cmp.Diff(want, got.Changes[0].Fields); diff != "" || got.Changes[0].Issue.Identifier != old.Identifier {
		t.Errorf("change of %s (-want +got):\n%s", got.Changes[0].Issue.Identifier, diff)
	}
	if n := len(got.Reads[0].Page); n != 2 {
		t.Errorf("the list shows %d issues, want 2", n)
	}
}

func TestSeveralStepsOnOneIssueAreOneChange(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	i := b.issue(s, "Twice", map[string]any{"labels": []string{"bug"}})
	p := b.propose(alice, s, steps(update(i.Identifier, "state", "In Progress", "addLabels", []string{"infra"}),
		update(i.ID, "state", "In Review", "addLabels", []string{"feature"}, "removeLabels", []string{"bug"}), update(i.Identifier, "priority", "none")))
	if len(p.Changes) != 1 || len(p.Changes[0].Fields) != 2 {
		t.Fatalf("changes = %+v, want one with state and labels", p.Changes)
	}
	if f := p.Changes[0].Fields[1]; f.From != "bug" || f.To != "feature, infra" {
		t.Errorf("labels = %+v", f)
	}
	if out, err := b.engine.Apply(t.Context(), alice, s, p.ID); err != nil || out.Failed() != 0 {
		t.Fatalf("Apply = %+v, %v", out, err)
	}
	now, _ := b.linear.Issue(i.ID)
	if got := slices.Sorted(slices.Values(now.Labels)); !slices.Equal(got, []string{"feature", "infra"}) || now.State != "In Review" {
		t.Errorf("now %v %s", got, now.State)
	}
}

func TestSelectedIssues(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	var made []string
	for n := range 60 {
		made = append(made, b.issue(s, fmt.Sprintf("zebra %02d", n), nil).Identifier)
	}
	pick := func(sel string, list map[string]any) (assistant.Prepared, error) {
		if list == nil {
			list = map[string]any{"query": "zebra", "team": "ENG"}
		}
		return b.engine.Prepare(t.Context(), alice, s, assistant.Plan{Steps: []assistant.Step{
			{Tool: linear.ToolList, Input: list}, {Tool: linear.ToolUpdate, Input: map[string]any{"issueId": sel, "priority": "high"}},
		}})
	}
	one := map[string]string{"$0.oldest": made[0], "$0.newest": made[59], "$0.first": made[59], "$0.last": made[0], "$0.2": made[58]}
	for sel, want := range one {
		got, err := pick(sel, nil)
		if err != nil || len(got.Changes) != 1 || got.Changes[0].Issue.Identifier != want {
			t.Errorf("%s = %+v, %v; want %s", sel, got.Changes, err, want)
		}
	}
	if got, err := pick("$0.oldest", map[string]any{"query": "zebra", "team": "ENG", "first": 5}); err != nil || got.Changes[0].Issue.Identifier != made[55] {
		t.Errorf("the oldest of the 5 newest = %+v, %v; want %s", got.Changes, err, made[55])
	}
	if _, err := pick("$0.all", nil); !errors.Is(err, assistant.ErrTooManyChanges) {
		t.Errorf("all of 60 = %v, want too many", err)
	}
	if got, err := pick("$0.oldest", map[string]any{"query": "no such word", "team": "ENG"}); err != nil || !got.Empty || len(got.Changes) != 0 {
		t.Errorf("of an empty list = %+v, %v", got, err)
	}
	got, err := pick("$0.only", map[string]any{"query": "zebra", "team": "ENG", "first": 3})
	if err != nil || len(got.Changes) != 0 || len(got.Questions) != 1 || len(got.Questions[0].Candidates) != 3 {
		t.Errorf("the only of three = %+v, %v; want a question", got, err)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	i := b.issue(s, "Guarded", nil)
	refused := map[string]assistant.Plan{
		"delete":           query(`mutation { issueDelete(id: "`+i.Identifier+`") { success } }`, nil),
		"archive":          query(`mutation { issueArchive(id: "`+i.Identifier+`") { success } }`, nil),
		"trash":            query(`mutation { issueUpdate(id: "`+i.Identifier+`", input: {trashed: true}) { success } }`, nil),
		"trash by default": query(`mutation M($i: IssueUpdateInput! = {trashed: true}) { issueUpdate(id: "`+i.Identifier+`", input: $i) { success } }`, nil),
		"two at once":      query(`mutation { a: issueUpdate(id: "1", input: {priority: 1}) { success } b: issueUpdate(id: "2", input: {priority: 1}) { success } }`, nil),
	}
	before := b.mutations()
	for name, plan := range refused {
		if _, err := b.engine.Propose(t.Context(), alice, s, plan); err == nil {
			t.Errorf("%s was proposed", name)
		} else if _, ok := errors.AsType[*assistant.RefusedError](err); !ok {
			t.Errorf("%s = %v, want refused", name, err)
		}
	}
	if _, err := b.engine.Propose(t.Context(), alice, s, update("ENG-99999", "state", "Done")); !errors.Is(err, linear.ErrNotFound) {
		t.Errorf("an unknown issue = %v", err)
	}
	if _, ok := errors.AsType[*linear.NameError](second(b.engine.Propose(t.Context(), alice, s, update(i.Identifier, "state", "In QA")))); !ok {
		t.Error("an unknown state is no NameError")
	}
	if n := b.mutations() - before; n != 0 {
		t.Errorf("%d mutations were sent", n)
	}
}

// A mutation that a tool does as well gets the tool's preview and undo.
func TestMutationsBecomeTools(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	i := b.issue(s, "Rewritten", nil)
	d, _ := s.CachedDirectory()
	review, err := d.State(i.Team.ID, "In Review")
	if err != nil {
		t.Fatal(err)
	}
	p := b.propose(alice, s, steps(
		query(`mutation M($id: String!, $s: String) { issueUpdate(id: $id, input: {stateId: $s, priority: 2}) { success } }`, map[string]any{"id": i.Identifier, "s": review.ID}),
		query(`mutation { issueCreate(input: {teamId: "`+i.Team.ID+`", title: "By mutation"}) { success } }`, nil),
		query(`mutation { issueSubscribe(id: "`+i.ID+`") { success } }`, nil)))
	var kinds []assistant.ChangeKind
	for _, c := range p.Changes {
		kinds = append(kinds, c.Kind)
	}
	if want := []assistant.ChangeKind{assistant.ChangeUpdate, assistant.ChangeCreate, assistant.ChangeQuery}; !slices.Equal(kinds, want) {
		t.Fatalf("kinds = %v, want %v", kinds, want)
	}
	if out, err := b.engine.Apply(t.Context(), alice, s, p.ID); err != nil || out.Failed() != 0 {
		t.Fatalf("Apply = %+v, %v", out, err)
	}
	if got := b.state(i.Identifier); got != "In Review" {
		t.Errorf("state = %s", got)
	}
}
