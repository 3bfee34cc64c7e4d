package slackapp_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"linearbot/assistant/modeltest"
	"linearbot/slackapp/slacktest"
	"linearbot/store"
)

// One person's last press on an answer counts, once; each press and each form sent is
// thanked for.
func TestFeedbackReachesTheAdmins(t *testing.T) {
	t.Parallel()
	w, _ := withModel(t, modeltest.Script(modeltest.Say("It depends.")))
	w.connect(w.alice, w.bob, w.carol)
	w.says(w.alice, w.alice.DM(), wondering)
	w.says(w.bob, w.bob.DM(), wondering)
	answer := w.sees(w.alice, w.alice.DM(), "It depends.")
	others := w.sees(w.bob, w.bob.DM(), "It depends.")
	thanks := func() (n int) {
		for _, m := range w.alice.Thread(w.alice.DM(), answer.ThreadTS) {
			n += strings.Count(slacktest.Text(m), "Thank you, noted.")
		}
		return n
	}
	for n, pressed := range []string{"Helpful", "Not helpful", "Not helpful", "Helpful", "Not helpful"} {
		w.clicks(w.alice, answer, "feedback", pressed)
		if pressed == "Not helpful" {
			w.form(w.alice, "What was wrong?")
			w.submits(w.alice, map[string]any{"What was wrong?": fmt.Sprintf("It never says on what (%d); password=hunter2hunter2", n)})
			w.noForm(w.alice)
		}
		w.await("thanks for what was pressed", func() bool { return thanks() == n+1 })
	}
	w.clicks(w.bob, others, "feedback", "Not helpful")
	w.form(w.bob, "What was wrong?")
	w.submits(w.bob, map[string]any{"What was wrong?": "I take this back"})
	w.clicks(w.bob, others, "feedback", "Helpful")

	w.types(w.carol, general, "/linear admin")
	w.form(w.carol, "Health")
	w.clicks(w.carol, w.carol.View(), "Usage")
	usage := slacktest.Text(w.form(w.carol, "Answers found helpful"))
	mustSay(t, usage, "1 of 2", "It never says on what (4)")
	for _, never := range []string{"on what (1)", "on what (2)", "take this back", "hunter2", "feedback:"} {
		if strings.Contains(usage, never) {
			t.Errorf("the admins see %q:\n%s", never, usage)
		}
	}
	entries, err := w.db.Audit(t.Context(), store.AuditFilter{Action: "feedback"})
	if err != nil || len(entries) != 7 {
		t.Errorf("%d lines in the audit log (%v), want one for each press: 7", len(entries), err)
	}
	kept, err := w.db.Setting(t.Context(), teamID, "", "assistant.feedback")
	if err != nil || bytes.Contains(kept, []byte("never says")) {
		t.Errorf("the reason is kept unsealed, or not at all (%v): %s", err, kept)
	}
}
