package slackapp_test

import (
	"regexp"
	"strings"
	"testing"

	"linearbot/slackapp/slacktest"
	"linearbot/store"
)

// The admins see how issues were made, how long people waited and what went wrong,
// also after a restart; the audit log has the reference a person was shown.
func TestUsageTellsSourcesTimesAndFailures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.bob)
	w.types(w.alice, general, "/linear create Made by command team:ENG")
	w.sees(w.alice, general, "Made by command")
	w.types(w.alice, general, "/linear")
	w.form(w.alice, "Team")
	w.picks(w.alice, w.alice.View(), "Team", "eng")
	w.form(w.alice, "Engineering")
	w.submits(w.alice, map[string]any{"Title": "Made in the form"})
	w.sees(w.alice, general, "Made in the form")
	shortcut(w, w.alice, "create_issue_from_message", w.says(w.bob, general, "Made from a message"))
	w.form(w.alice, "Made from a message")
	w.picks(w.alice, w.alice.View(), "Team", "eng")
	w.form(w.alice, "Engineering")
	w.submits(w.alice, nil)
	w.sees(w.bob, general, "Created")
	w.says(w.alice, w.alice.DM(), "create a bug in ENG: Made in words")
	w.clicks(w.alice, w.sees(w.alice, w.alice.DM(), "Ready to make 1 change"), "Create issue")
	w.sees(w.alice, w.alice.DM(), "Created")
	w.types(w.alice, general, "/linear ENG-9999")
	w.sees(w.alice, general, "I can't find ENG-9999")
	w.types(w.alice, general, "/linear list team:Engg")
	w.sees(w.alice, general, "No team called")
	w.types(w.bob, general, "/linear show ENG-9999")
	w.sees(w.bob, general, "I can't find ENG-9999")
	w.handled()

	shows := func(when, failures string) {
		t.Helper()
		usage := slacktest.Text(w.admin(w.carol, "Usage", "Median times"))
		for _, words := range []string{"command 1", "form 1", "shortcut 1", "plain words 1", failures} {
			if !strings.Contains(usage, words) {
				t.Errorf("%s the admins do not see %q:\n%s", when, words, usage)
			}
		}
		for _, kind := range []string{"commands", "plain words", "buttons", "forms", "shortcuts"} {
			if !regexp.MustCompile(kind + ` [0-9.]+ s \([1-9][0-9]*\)`).MatchString(usage) {
				t.Errorf("%s no median of %s:\n%s", when, kind, usage)
			}
		}
	}
	shows("at first", "issue not found 2 · name not known 1")
	if err := w.carol.CloseView(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.types(w.bob, general, "/linear show ENG-9998")
	w.sees(w.bob, general, "I can't find ENG-9998")
	w.restart()
	shows("after a restart", "issue not found 3 · name not known 1")

	entries, err := w.db.Audit(t.Context(), store.AuditFilter{Action: "linear_issue_create"})
	if err != nil || len(entries) != 4 {
		t.Fatalf("%d creates in the audit log (%v), want 4", len(entries), err)
	}
	for _, e := range entries {
		if len(e.Ref) != 8 {
			t.Errorf("the %s of %s has the reference %q, want eight characters", e.Source, e.Target, e.Ref)
		}
	}
}
