package assistant_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"linearbot/assistant"
	"linearbot/linear"
	"linearbot/linear/lineartest"
)

func TestApplyOnceUnderManyClicks(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	i := b.issue(s, "Clicked", nil)
	p := b.propose(alice, s, steps(update(i.Identifier, "state", "In Review"), comment(i.Identifier, "Once"),
		create(map[string]any{"team": "ENG", "title": "Made once"})))
	before := len(b.linear.Issues())
	var clicks sync.WaitGroup
	var mu sync.Mutex
	clean := 0
	for range 20 {
		clicks.Go(func() {
			out, err := b.engine.Apply(t.Context(), alice, s, p.ID)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				clean++
			} else if !errors.Is(err, assistant.ErrAlready) {
				t.Errorf("Apply: %v", err)
			}
			if len(out.Results) != 3 || out.Failed() != 0 {
				t.Errorf("outcome = %+v, want three results without failure", out)
			}
		})
	}
	clicks.Wait()
	if clean != 1 {
		t.Errorf("%d clicks applied, want 1", clean)
	}
	if n := len(b.linear.Comments(i.Identifier)); n != 1 {
		t.Errorf("%d comments, want 1", n)
	}
	if n := len(b.linear.Issues()) - before; n != 1 {
		t.Errorf("%d issues made, want 1", n)
	}
}

func TestRestartBetweenPreviewAndApply(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	i := b.issue(s, "Before the restart", nil)
	p := b.propose(alice, s, update(i.Identifier, "state", "In Review", "assignee", "bob"))
	b.restart()
	out, err := b.engine.Apply(t.Context(), alice, b.session(aliceMail), p.ID)
	if err != nil || out.Failed() != 0 || out.UndoUntil.IsZero() {
		t.Fatalf("Apply = %+v, %v", out, err)
	}
	if got := b.state(i.Identifier); got != "In Review" {
		t.Errorf("state = %s, want In Review", got)
	}
}

// A process that dies between two items leaves the second to whoever applies
// next; the first is not done again.
func TestCrashBetweenTwoItems(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	one, two := b.issue(s, "First", nil), b.issue(s, "Second", nil)
	p := b.propose(alice, s, steps(update(one.Identifier, "state", "In Review"), update(two.Identifier, "state", "In Review"),
		comment(one.Identifier, "Once"), create(map[string]any{"team": "ENG", "title": "Once"})))
	before := len(b.linear.Issues())

	ctx, kill := context.WithCancel(t.Context())
	// The second update never gets its answer: the process dies waiting for it.
	undo := b.linear.Fault(lineartest.Fault{Op: "IssueUpdate", Skip: 1, Times: 1, Delay: time.Hour})
	died := make(chan error)
	go func() {
		_, err := b.engine.Apply(ctx, alice, s, p.ID)
		died <- err
	}()
	waitFor(t, b, func() bool {
		return b.linear.CountRequests("IssueUpdate") >= 1 && b.linear.CountRequests("CommentCreate") == 1
	})
	kill()
	if err := <-died; !errors.Is(err, context.Canceled) {
		t.Fatalf("the first Apply = %v, want canceled", err)
	}
	undo()
	b.restart()

	out, err := b.engine.Apply(t.Context(), alice, b.session(aliceMail), p.ID)
	if err != nil || out.Failed() != 0 {
		t.Fatalf("the second Apply = %+v, %v", out, err)
	}
	if got := []string{b.state(one.Identifier), b.state(two.Identifier)}; !slices.Equal(got, []string{"In Review", "In Review"}) {
		t.Errorf("states = %v", got)
	}
	if n := len(b.linear.Comments(one.Identifier)); n != 1 {
		t.Errorf("%d comments, want 1", n)
	}
	if n := len(b.linear.Issues()) - before; n != 1 {
		t.Errorf("%d issues made, want 1", n)
	}
	if out, err := b.engine.Undo(t.Context(), alice, b.session(aliceMail), p.ID); err != nil || out.Failed() != 0 {
		t.Errorf("Undo = %+v, %v", out, err)
	}
	if got := b.state(one.Identifier); got != "Todo" {
		t.Errorf("after undo the state is %s, want Todo", got)
	}
}

func TestStaleProposal(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, other := b.session(aliceMail), b.session(bobMail)
	i := b.issue(s, "Changed in between", nil)
	p := b.propose(alice, s, update(i.Identifier, "state", "In Review", "priority", "high"))
	if _, err := other.UpdateIssue(t.Context(), i.ID, linear.IssueUpdate{Priority: new(1)}); err != nil {
		t.Fatal(err)
	}
	_, err := b.engine.Apply(t.Context(), alice, s, p.ID)
	stale, ok := errors.AsType[*assistant.StaleError](err)
	if !ok || !errors.Is(err, assistant.ErrChangedSince) || len(stale.Issues) != 1 {
		t.Fatalf("Apply = %v, want a stale proposal", err)
	}
	if got := b.state(i.Identifier); got != "Todo" {
		t.Errorf("state = %s: a stale proposal changed something", got)
	}
	if f := stale.Proposal.Changes[0].Fields[1]; f.From != "Urgent" || f.To != "High" {
		t.Errorf("new preview = %+v, want Urgent → High", f)
	}
	if _, err := b.engine.Apply(t.Context(), alice, s, p.ID); !errors.Is(err, assistant.ErrExpired) {
		t.Errorf("the stale one applied again: %v, want ErrExpired", err)
	}
	if out, err := b.engine.Apply(t.Context(), alice, s, stale.Proposal.ID); err != nil || out.Failed() != 0 {
		t.Errorf("the new one: %+v, %v", out, err)
	}
}

func TestOnlyTheAsker(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, other := b.session(aliceMail), b.session(bobMail)
	i := b.issue(s, "Mine", nil)
	p := b.propose(alice, s, update(i.Identifier, "state", "In Review"))
	if _, err := b.engine.Apply(t.Context(), bob, other, p.ID); !errors.Is(err, assistant.ErrNotAsker) {
		t.Errorf("Apply by a stranger = %v", err)
	}
	if err := b.engine.Cancel(t.Context(), bob, p.ID); !errors.Is(err, assistant.ErrNotAsker) {
		t.Errorf("Cancel by a stranger = %v", err)
	}
	if _, err := b.engine.Apply(t.Context(), alice, s, p.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.engine.Undo(t.Context(), bob, other, p.ID); !errors.Is(err, assistant.ErrNotAsker) {
		t.Errorf("Undo by a stranger = %v", err)
	}
	if _, err := b.engine.RetryFailed(t.Context(), bob, other, p.ID); !errors.Is(err, assistant.ErrNotAsker) {
		t.Errorf("RetryFailed by a stranger = %v", err)
	}
	if _, err := b.engine.Undo(t.Context(), bob, other, ""); !errors.Is(err, assistant.ErrNothingToUndo) {
		t.Errorf("Undo of a stranger's own latest = %v", err)
	}
	if got := b.state(i.Identifier); got != "In Review" {
		t.Errorf("state = %s", got)
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	i := b.issue(s, "Canceled", nil)
	p := b.propose(alice, s, update(i.Identifier, "state", "In Review"))
	for range 2 {
		if err := b.engine.Cancel(t.Context(), alice, p.ID); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.engine.Apply(t.Context(), alice, s, p.ID); !errors.Is(err, assistant.ErrExpired) {
		t.Errorf("Apply of a canceled one = %v", err)
	}
	if _, err := b.engine.Apply(t.Context(), alice, s, "nothing"); !errors.Is(err, assistant.ErrExpired) {
		t.Errorf("Apply of an unknown one = %v", err)
	}
}

func TestPartialFailureAndRetry(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	var plan assistant.Plan
	var ids []string
	for n := range 5 {
		i := b.issue(s, fmt.Sprintf("Bulk %d", n), nil)
		ids = append(ids, i.Identifier)
		plan = steps(plan, update(i.Identifier, "state", "In Review"))
	}
	p := b.propose(alice, s, plan)
	b.linear.Fault(lineartest.Fault{Op: "IssueUpdate", Times: 2, Reply: lineartest.Errors(lineartest.GraphQLError{Message: "No.", Type: "forbidden", Code: "FORBIDDEN"})})
	out, err := b.engine.Apply(t.Context(), alice, s, p.ID)
	if err != nil || out.Failed() != 2 {
		t.Fatalf("Apply = %d failed, %v; want 2 (200 with errors is a failure)", out.Failed(), err)
	}
	for _, r := range out.Results {
		if r.Err != nil && !errors.Is(r.Err, linear.ErrForbidden) {
			t.Errorf("failure = %v, want forbidden", r.Err)
		}
	}
	b.restart()
	s = b.session(aliceMail)
	out, err = b.engine.RetryFailed(t.Context(), alice, s, p.ID)
	if err != nil || out.Failed() != 0 || len(out.Results) != 5 {
		t.Fatalf("RetryFailed = %+v, %v", out, err)
	}
	if _, err := b.engine.RetryFailed(t.Context(), alice, s, p.ID); !errors.Is(err, assistant.ErrAlready) {
		t.Errorf("a second retry = %v, want ErrAlready", err)
	}
	if _, err := b.engine.Undo(t.Context(), alice, s, p.ID); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		if got := b.state(id); got != "Todo" {
			t.Errorf("%s is %s after undo all", id, got)
		}
	}
}

func TestNothingChangedStaysOpen(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	i := b.issue(s, "Refused first", nil)
	p := b.propose(alice, s, update(i.Identifier, "state", "In Review"))
	undo := b.linear.Fault(lineartest.Fault{Op: "IssueUpdate", Reply: lineartest.Errors(lineartest.GraphQLError{Message: "No.", Type: "forbidden"})})
	out, err := b.engine.Apply(t.Context(), alice, s, p.ID)
	if err != nil || out.Failed() != 1 || !out.UndoUntil.IsZero() {
		t.Fatalf("Apply = %+v, %v; want one failure and nothing to undo", out, err)
	}
	undo()
	out, err = b.engine.RetryFailed(t.Context(), alice, s, p.ID)
	if err != nil || out.Failed() != 0 || b.state(i.Identifier) != "In Review" {
		t.Errorf("RetryFailed = %+v, %v", out, err)
	}
}

func TestLinearDownBeforeApply(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	i := b.issue(s, "Linear is down", nil)
	p := b.propose(alice, s, update(i.Identifier, "state", "In Review"))
	undo := b.linear.Fault(lineartest.Fault{Path: "/graphql", Reply: lineartest.Unauthenticated()})
	if _, err := b.engine.Apply(t.Context(), alice, s, p.ID); !errors.Is(err, linear.ErrUnauthenticated) {
		t.Fatalf("Apply = %v", err)
	}
	undo()
	if out, err := b.engine.Apply(t.Context(), alice, s, p.ID); err != nil || out.Failed() != 0 {
		t.Errorf("Apply after it = %+v, %v", out, err)
	}
}

// A proposal that is shown again twice is shown as the same new one; once that is
// applied, it is not shown any more.
func TestShownAgainTwiceIsOneProposal(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	i := b.issue(s, "Shown again", nil)
	p := b.propose(alice, s, update(i.Identifier, "state", "In Review"))
	first, err := b.engine.Renew(t.Context(), alice, s, p.ID)
	if err != nil || first.ID == "" || first.ID == p.ID {
		t.Fatalf("Renew = %q, %v; want another proposal", first.ID, err)
	}
	second, err := b.engine.Renew(t.Context(), alice, s, p.ID)
	if err != nil || second.ID != first.ID || len(second.Changes) != 1 {
		t.Errorf("Renew once more = %q with %d changes, %v; want %q", second.ID, len(second.Changes), err, first.ID)
	}
	if _, err := b.engine.Apply(t.Context(), alice, s, first.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.engine.Renew(t.Context(), alice, s, p.ID); !errors.Is(err, assistant.ErrAlready) {
		t.Errorf("Renew after it was applied = %v, want ErrAlready", err)
	}
}
