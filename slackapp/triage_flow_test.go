package slackapp_test

import (
	"strings"
	"testing"

	"linearbot/slackapp/slacktest"
)

func TestTriageSuggestsAndEachIsAppliedAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	const asked = "Kiosk printer jams on long receipts"
	for _, title := range []string{"Kiosk printer jams on receipts", "Kiosk printer jams at night"} {
		w.types(w.alice, general, "/linear create "+title+" team:ENG p:high label:bug assignee:bob")
		w.sees(w.alice, general, title)
	}
	w.types(w.alice, general, "/linear create "+asked+" team:ENG")
	w.sees(w.alice, general, asked)
	made := w.titled(asked)
	ref := made[0].Identifier
	var m slacktest.Message
	n := w.requests(func() {
		w.says(w.alice, w.alice.DM(), "triage "+ref)
		m = w.sees(w.alice, w.alice.DM(), "Triage of")
	})
	if n != 2 {
		t.Errorf("a triage takes %d requests to Linear, want 2: the issue, and what is like it", n)
	}
	text := slacktest.Text(m)
	for _, words := range []string{"*High*", "*Bob Diaz*", "bug", "2 of 2 similar issues have it", "Duplicate of", "Nothing was changed"} {
		if !strings.Contains(text, words) {
			t.Errorf("the triage lacks %q:\n%s", words, text)
		}
	}
	if i := w.issue(ref); i.Priority != 0 || i.Assignee != "" || len(i.Labels) != 0 {
		t.Fatalf("a suggestion changed the issue by itself: %+v", i)
	}
	w.clicks(w.alice, m, "Set priority")
	w.await("the priority", func() bool { return w.issue(ref).Priority == 2 })
	w.clicks(w.alice, m, "Add label")
	w.await("the label", func() bool { return strings.Join(w.issue(ref).Labels, "") == "bug" })
	if i := w.issue(ref); i.Assignee != "" {
		t.Errorf("one press applied another suggestion: assigned to %s", i.Assignee)
	}
}
