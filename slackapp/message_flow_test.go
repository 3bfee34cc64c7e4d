package slackapp_test

import (
	"strings"
	"testing"
)

// A long message is in the issue whole, also where it is all that can be read.
func TestLongMessageIsKeptWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	m := w.says(w.alice, leads, "The export is broken. "+strings.Repeat("a < b && b > c; ", 200)+"And this is the end of it")
	shortcut(w, w.alice, "create_issue_from_message", m)
	w.form(w.alice, "I can only see this one message.")
	w.picks(w.alice, w.alice.View(), "team", "eng")
	w.form(w.alice, "Engineering")
	w.submits(w.alice, nil)
	w.sees(w.alice, w.alice.DM(), "Created")
	made := w.titled("The export is broken")
	if len(made) != 1 || !strings.Contains(made[0].Description, "And this is the end of it") || strings.Count(made[0].Description, "b > c") != 200 {
		t.Errorf("made %+v", made)
	}
}
