package slackapp_test

import "testing"

// TestCreateInline: a fully spelled command is one request, one card, one undo.
func TestCreateInline(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	n := w.requests(func() {
		w.types(w.alice, general, "/linear create Login fails on Firefox team:ENG p:high assignee:bob label:bug due:friday")
		w.sees(w.alice, general, "Created")
	})
	if n != 1 {
		t.Errorf("a warm create takes %d requests to Linear, want 1", n)
	}
	made := w.titled("Login fails on Firefox")
	if len(made) != 1 {
		t.Fatalf("%d issues were made, want 1", len(made))
	}
	if i := made[0]; i.TeamKey != "ENG" || i.Priority != 2 || i.Assignee != "bob@acme.test" || i.Creator != "alice@acme.test" || i.DueDate == "" {
		t.Errorf("made %+v", i)
	}
	card := w.sees(w.alice, general, "Created")
	w.clicks(w.alice, card, "Undo")
	w.await("the issue to be in the trash", func() bool { return len(w.titled("Login fails on Firefox")) == 0 })
	w.unseen(w.bob, general, "Login fails on Firefox")
}
