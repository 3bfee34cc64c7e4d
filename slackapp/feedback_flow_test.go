package slackapp_test

import (
	"bytes"
	"strings"
	"testing"

	"linearbot/assistant/modeltest"
	"linearbot/slackapp/slacktest"
	"linearbot/store"
)

func TestFeedbackReachesTheAdmins(t *testing.T) {
	t.Parallel()
	w, _ := withModel(t, modeltest.Script(modeltest.Say("It depends.")))
	w.connect(w.alice, w.carol)
	for range 2 {
		w.says(w.alice, w.alice.DM(), wondering)
		w.sees(w.alice, w.alice.DM(), "It depends.")
	}
	answer := w.sees(w.alice, w.alice.DM(), "It depends.")
	w.clicks(w.alice, answer, "feedback", "Helpful")
	w.sees(w.alice, w.alice.DM(), "Thank you, noted.")
	w.clicks(w.alice, answer, "feedback", "Not helpful")
	w.form(w.alice, "What was wrong?")
	w.submits(w.alice, map[string]any{"What was wrong?": "It never says on what; password=hunter2hunter2"})
	w.noForm(w.alice)

	w.types(w.carol, general, "/linear admin")
	w.form(w.carol, "Health")
	w.clicks(w.carol, w.carol.View(), "Usage")
	usage := slacktest.Text(w.form(w.carol, "Answers found helpful"))
	if !strings.Contains(usage, "1 of 2") || !strings.Contains(usage, "It never says on what") || strings.Contains(usage, "hunter2") {
		t.Errorf("the admins see:\n%s", usage)
	}
	if strings.Contains(usage, "feedback:") {
		t.Errorf("feedback counts as a failure:\n%s", usage)
	}
	entries, err := w.db.Audit(t.Context(), store.AuditFilter{Action: "feedback"})
	if err != nil || len(entries) != 2 {
		t.Errorf("%d lines in the audit log (%v), want 2", len(entries), err)
	}
	kept, err := w.db.Setting(t.Context(), teamID, "", "assistant.feedback")
	if err != nil || bytes.Contains(kept, []byte("never says")) {
		t.Errorf("the reason is kept unsealed, or not at all (%v): %s", err, kept)
	}
}
