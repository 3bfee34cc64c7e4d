package assistant_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"linearbot/assistant"
	"linearbot/linear"
)

func TestUndoLeavesOthersChanges(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, other := b.session(aliceMail), b.session(bobMail)
	i := b.issue(s, "Undone", map[string]any{"labels": []string{"bug"}, "estimate": 3})
	out, err := b.engine.Run(t.Context(), alice, s, update(i.Identifier, "state", "In Review", "priority", "high",
		"assignee", "carol", "addLabels", []string{"infra"}, "removeLabels", []string{"bug"}, "estimate", "none", "dueDate", "2027-01-02", "title", "Renamed"),
		assistant.RunOptions{Seed: "env-1"})
	if err != nil || out.Failed() != 0 {
		t.Fatalf("Run = %+v, %v", out, err)
	}
	d, _ := other.CachedDirectory()
	done, err := d.State(i.Team.ID, "Done")
	if err != nil {
		t.Fatal(err)
	}
	feature, err := d.Label(i.Team.ID, "feature")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.UpdateIssue(t.Context(), i.ID, linear.IssueUpdate{StateID: new(done.ID), AddedLabelIDs: []string{feature.ID}}); err != nil {
		t.Fatal(err)
	}

	undone, err := b.engine.Undo(t.Context(), alice, s, "")
	if err != nil || undone.Failed() != 0 || len(undone.Results) != 1 {
		t.Fatalf("Undo = %+v, %v", undone, err)
	}
	r := undone.Results[0]
	if len(r.Kept) != 1 || r.Kept[0].Field != "state" || r.Kept[0].Now != "Done" || r.Kept[0].By != "Bob Diaz" || r.Kept[0].At.IsZero() {
		t.Errorf("kept = %+v, want the state that Bob Diaz set to Done", r.Kept)
	}
	now, _ := b.linear.Issue(i.ID)
	got := fmt.Sprintf("%s|%s|%d|%s|%v|%v|%s", now.Title, now.State, now.Priority, now.Assignee, slices.Sorted(slices.Values(now.Labels)), *now.Estimate, now.DueDate)
	if want := "Undone|Done|0||[bug feature]|3|"; got != want {
		t.Errorf("after undo: %s, want %s", got, want)
	}
	again, err := b.engine.Undo(t.Context(), alice, s, out.ProposalID)
	if !errors.Is(err, assistant.ErrAlready) || len(again.Results) != 1 {
		t.Errorf("a second undo = %+v, %v", again, err)
	}
}

func TestUndoOfCreateAndComment(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.session(aliceMail)
	i := b.issue(s, "Trashed by undo", nil)
	out, err := b.engine.Run(t.Context(), alice, s, comment(i.Identifier, "Gone by undo"), assistant.RunOptions{Seed: "env-2"})
	if err != nil || out.Results[0].Comment.URL == "" {
		t.Fatalf("comment = %+v, %v", out, err)
	}
	if _, err := b.engine.Undo(t.Context(), alice, s, out.ProposalID); err != nil {
		t.Fatal(err)
	}
	if n := len(b.linear.Comments(i.Identifier)); n != 0 {
		t.Errorf("%d comments after undo", n)
	}
	if _, err := b.engine.Undo(t.Context(), alice, s, ""); err != nil { // the create is the latest now
		t.Fatal(err)
	}
	if now, ok := b.linear.Issue(i.ID); ok && !now.Trashed {
		t.Error("the created issue is not in the trash")
	}
}
