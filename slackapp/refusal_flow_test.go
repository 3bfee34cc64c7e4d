package slackapp_test

import (
	"testing"

	"linearbot/slackapp/slacktest"
)

// TestParentThatCannotBe: the reason is named, and the issue it is about.
func TestParentThatCannotBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear set ENG-98 parent:ENG-12")
	w.sees(w.alice, general, "Parent: *none → ENG-12*")
	for command, said := range map[string]string{
		"set ENG-98 parent:ENG-9999":         "I can't find the parent ENG-9999, or you don't have access to it.",
		"create Child parent:SEC-1 team:ENG": "I can't find the parent SEC-1, or you don't have access to it.",
		"set ENG-98 parent:eng-98":           "ENG-98 can't be its own parent.",
		"set ENG-12 parent:ENG-98":           "ENG-12 is above ENG-98 already, so ENG-98 can't be its parent.",
	} {
		w.types(w.alice, general, "/linear "+command)
		w.sees(w.alice, general, said)
	}
	w.types(w.alice, general, "/linear set ENG-131 ENG-12 parent:ENG-12")
	w.sees(w.alice, general, "1 failed: ENG-12 (can't be its own parent)")
	w.types(w.alice, engineering, "/linear ask make ENG-12 a sub-issue of ENG-98")
	w.clicks(w.alice, w.sees(w.alice, engineering, "Ready to make 1 change"), "Change ENG-12")
	w.sees(w.alice, engineering, "is above ENG-98 already")
	if p := w.issue("ENG-12").Parent; p != "" {
		t.Errorf("the parent of ENG-12 is %s", p)
	}
}

// TestAssigneeOutsideTheTeam: an issue of a private team can't be given to somebody
// who is not in it; the issue is made without, or the form opens with the rest.
func TestAssigneeOutsideTheTeam(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.carol)
	w.types(w.carol, general, "/linear create Rotate the spare key team:SEC assignee:alice p:high")
	m := w.sees(w.carol, general, "Alice Chen isn't in Security, so Linear won't assign it to them.")
	if n := len(w.titled("Rotate the spare key")); n != 0 {
		t.Fatalf("%d issues were made", n)
	}
	w.clicks(w.carol, m, "Pick someone else")
	v := w.form(w.carol, "Rotate the spare key")
	mustSay(t, slacktest.Text(v), "Security (SEC)", "static select: High")
	closeForm(w, w.carol)
	w.clicks(w.carol, m, "Leave unassigned")
	w.sees(w.carol, general, "Created")
	if made := w.titled("Rotate the spare key"); len(made) != 1 || made[0].Assignee != "" || made[0].Priority != 2 {
		t.Errorf("made %+v", made)
	}
	w.types(w.carol, general, "/linear assign SEC-1 alice")
	w.clicks(w.carol, w.sees(w.carol, general, "Alice Chen isn't in Security"), "Pick someone else")
	w.form(w.carol, "Edit SEC-1")
}

func closeForm(w *world, p *slacktest.Person) {
	w.t.Helper()
	if err := p.CloseView(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}
