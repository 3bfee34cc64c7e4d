package assistant_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linearbot/assistant"
	"linearbot/linear"
	"linearbot/linear/lineartest"
	"linearbot/store"
)

func TestWarmActionsAreOneRequest(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	i := b.issue(s, "Login fails", nil)
	run := func(seed string, p assistant.Plan) func() {
		return func() {
			out, err := b.engine.Run(t.Context(), alice, s, p, assistant.RunOptions{Seed: seed})
			if err != nil || len(out.Results) != 1 || out.Results[0].Err != nil {
				t.Errorf("%s: %v, %+v", seed, err, out)
			}
		}
	}
	actions := map[string]func(){
		"create":  run("s1", create(map[string]any{"team": "ENG", "title": "New", "assignee": "bob", "priority": "high", "labels": []string{"bug"}})),
		"move":    run("s2", update(i.Identifier, "state", "In Review")),
		"assign":  run("s3", update(i.Identifier, "assignee", "bob", "priority", "urgent")),
		"comment": run("s4", comment(i.Identifier, "On it")),
		"list": func() {
			p := assistant.Plan{Steps: []assistant.Step{{Tool: linear.ToolList, Input: map[string]any{"assignee": "alice", "stateType": "open"}}}}
			if got, err := b.engine.Prepare(t.Context(), alice, s, p); err != nil || len(got.Reads) != 1 {
				t.Errorf("list: %v, %+v", err, got)
			}
		},
	}
	for _, name := range []string{"create", "move", "assign", "comment", "list"} {
		if n := b.requests(actions[name]); n != 1 {
			t.Errorf("warm %s cost %d requests, want 1", name, n)
		}
	}
	if got := b.state(i.Identifier); got != "In Review" {
		t.Errorf("state = %s, want In Review", got)
	}
}

func TestLostAnswersCreateExactlyOne(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	before := len(b.linear.Issues())
	b.linear.Fault(lineartest.Fault{Op: "IssueCreate", Times: 1, Lose: true})
	out, err := b.engine.Run(t.Context(), alice, s, create(map[string]any{"team": "ENG", "title": "Lost"}), assistant.RunOptions{Seed: "env-9"})
	if err != nil || out.Failed() != 0 || out.Results[0].Issue.Identifier == "" {
		t.Fatalf("Run = %+v, %v", out, err)
	}
	if n := len(b.linear.Issues()) - before; n != 1 {
		t.Errorf("%d issues, want 1", n)
	}
}

// The same command again, as after a crash before its envelope was finished,
// gives the outcome of the first time.
func TestRunIsOncePerSeed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	before := len(b.linear.Issues())
	plan := create(map[string]any{"team": "ENG", "title": "Once"})

	ctx, kill := context.WithCancel(t.Context())
	undo := b.linear.Fault(lineartest.Fault{Op: "IssueCreate", Times: 1, Hold: time.Hour})
	died := make(chan error)
	go func() {
		_, err := b.engine.Run(ctx, alice, s, plan, assistant.RunOptions{Seed: "env-1"})
		died <- err
	}()
	waitFor(t, b, func() bool { return len(b.linear.Issues()) == before+1 })
	kill()
	if err := <-died; err == nil {
		t.Fatal("the first Run was to die")
	}
	undo()
	b.restart()
	s = b.session(aliceMail)
	var identifiers []string
	for range 3 {
		out, err := b.engine.Run(t.Context(), alice, s, plan, assistant.RunOptions{Seed: "env-1"})
		if err != nil || out.Failed() != 0 {
			t.Fatalf("Run again = %+v, %v", out, err)
		}
		identifiers = append(identifiers, out.Results[0].Issue.Identifier)
	}
	if n := len(b.linear.Issues()) - before; n != 1 || len(slices.Compact(identifiers)) != 1 {
		t.Errorf("%d issues made, identifiers %v; want one", n, identifiers)
	}
	if out, err := b.engine.Run(t.Context(), bob, b.session(bobMail), plan, assistant.RunOptions{Seed: "env-1"}); err != nil || out.Results[0].Issue.Identifier == identifiers[0] {
		t.Errorf("another person with the same seed got %+v, %v; want an issue of their own", out, err)
	}
}

func TestNoChange(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, other := b.session(aliceMail), b.session(bobMail)
	i := b.issue(s, "Already there", nil)
	out, err := b.engine.Run(t.Context(), alice, s, update(i.Identifier, "state", "Todo"), assistant.RunOptions{Seed: "e1"})
	if err != nil || out.ProposalID != "" || len(out.Unchanged) != 1 {
		t.Errorf("Run = %+v, %v; want unchanged", out, err)
	}
	d, _ := other.CachedDirectory()
	done, err := d.State(i.Team.ID, "Done")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.UpdateIssue(t.Context(), i.ID, linear.IssueUpdate{StateID: new(done.ID)}); err != nil {
		t.Fatal(err)
	}
	// Alice's last copy says Todo. It must not be believed.
	out, err = b.engine.Run(t.Context(), alice, s, update(i.Identifier, "state", "Todo"), assistant.RunOptions{Seed: "e2"})
	if err != nil || len(out.Results) != 1 || b.state(i.Identifier) != "Todo" {
		t.Errorf("Run = %+v, %v, state %s; want it moved back", out, err, b.state(i.Identifier))
	}
	p, err := b.engine.Propose(t.Context(), alice, s, update(i.Identifier, "state", "Todo"))
	if err != nil || p.ID != "" || len(p.Unchanged) != 1 {
		t.Errorf("Propose = %+v, %v; want nothing to apply", p, err)
	}
}

func TestAuditNamesWhatWasDone(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	i := b.issue(s, "A title nobody may log", nil)
	if _, err := b.engine.Run(t.Context(), alice, s, update(i.Identifier, "state", "In Review"), assistant.RunOptions{Seed: "e"}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.engine.Undo(t.Context(), alice, s, ""); err != nil {
		t.Fatal(err)
	}
	entries, err := b.db.Audit(t.Context(), store.AuditFilter{Key: aliceKey})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Action+" "+e.Target+" "+e.Result+" "+e.Ref+" "+e.Source)
	}
	want := []string{
		"undo " + i.Identifier + " ok ref00001 command", "linear_issue_update " + i.Identifier + " ok ref00001 command",
		"linear_issue_create " + i.Identifier + " ok ref00001 command",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
}
