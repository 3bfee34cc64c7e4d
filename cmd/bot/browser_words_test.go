package main

import (
	"strings"

	"linearbot/store"
)

// replies sends a line in the thread that is open beside Alice's conversation.
func (v *visit) replies(line string) {
	v.t.Helper()
	v.alice.Write("#thread textarea", line)
	v.alice.Click("#thread .send")
}

// stopsRatesAndForgets: an answer ends where she stops it, a whole one can be rated with a reason, and what was shown
// is gone once she has it forgotten.
func (v *visit) stopsRatesAndForgets() {
	const question, end = "What should I look at first?", "I would take them in this order"
	v.types(v.alice, question)
	v.alice.See("#thread .caret")
	v.alice.Press("■ Stop")
	v.alice.Reads("#thread .message", "Stopped. Nothing was changed.")
	v.alice.Gone("#thread .caret")
	v.alice.Gone("#thread .working button")
	v.alice.Shot("18 stopped")
	if shown := v.alice.Text(`() => document.querySelector("#thread .messages").innerText`); strings.Contains(shown, end) {
		v.t.Errorf("the answer went on after Stop:\n%s", shown)
	}

	v.replies(question)
	v.alice.Reads("#thread .message", end)
	v.alice.Click("#thread .feedback [title='Helpful']")
	v.alice.Reads("#thread .message", "Thank you, noted.")
	v.alice.Click("#thread .feedback [title='Not helpful']")
	v.alice.Reads("dialog[open]", "Your admins can read this")
	v.alice.Write("dialog[open] textarea", "It names too few")
	v.alice.Press("Send")
	v.alice.Gone("dialog[open]")
	if kept, err := v.bot.db.Audit(v.t.Context(), store.AuditFilter{Action: "feedback"}); err != nil || len(kept) != 2 {
		v.t.Errorf("%d opinions are kept (%v), want 2", len(kept), err)
	}

	v.replies("forget this")
	v.alice.Reads("#thread .message", "Forgotten.")
	v.replies("assign the second one to Carol")
	v.alice.Reads("#thread .message", "Which issue do you mean?")
	v.alice.Shot("19 forgotten")
	v.alice.Click("#thread .close")
}
