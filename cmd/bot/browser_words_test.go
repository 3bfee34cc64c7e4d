package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linearbot/linear/lineartest"
	"linearbot/slackapp/slacktest"
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
	v.alice.Until("thanks for both", `() => [...document.querySelectorAll("#thread .message")].filter((m) => m.innerText.includes("Thank you, noted.")).length === 2`)
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

// stopsOneToMakeRoom: one request is at work and one waits; the third is told so, and the button beside that ends the
// first, which lets the second go on.
func (v *visit) stopsOneToMakeRoom() {
	const question, end = "What should I look at first?", "I would take them in this order"
	v.alice.Click("#side [data-key='app messages']")
	resume := v.linear.Fault(lineartest.Fault{Op: "Issues", Delay: time.Minute})
	alice := v.slack.Person("alice")
	for n, which := range []string{" Number one", " Number two"} {
		before := v.slack.CountCalls("agents.sessions.setStatus")
		if _, err := alice.Say(v.t.Context(), alice.DM(), question+which); err != nil {
			v.t.Fatal(err)
		}
		v.sees("work on request "+fmt.Sprint(n+1), func() bool { return v.slack.CountCalls("agents.sessions.setStatus") > before })
	}
	v.types(v.alice, question+" Number three")
	v.alice.Reads("#thread .message", "I'm still on your last one.")
	v.alice.Shot("20 still on the last one")
	resume()
	v.alice.Press("Stop it")
	v.alice.Reads("#thread .message", "Stopped. Ask again.")
	v.sees("the first end and the second answered and the second to be answered", func() bool {
		var first, second bool
		for _, m := range alice.Sees(alice.DM()) {
			for _, reply := range alice.Thread(alice.DM(), m.TS) {
				text := slacktest.Text(reply)
				first = first || strings.HasSuffix(m.Text, "one") && strings.Contains(text, "Stopped. Nothing was changed.")
				second = second || strings.HasSuffix(m.Text, "two") && strings.Contains(text, end)
			}
		}
		return first && second
	})
}

// sees waits until the local Slack holds something.
func (v *visit) sees(what string, cond func() bool) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.t.Context(), stagePatience)
	defer cancel()
	if err := v.slack.Await(ctx, cond); err != nil {
		v.t.Fatalf("%s: %v", what, err)
	}
}

// triages an issue: of what similar ones suggest she takes one, and that alone is done.
func (v *visit) triages() {
	const asked = "Kiosk printer jams on long receipts"
	for _, line := range []string{
		"Kiosk printer jams on receipts team:ENG p:high label:bug assignee:bob", "Kiosk printer jams at night team:ENG p:high label:bug assignee:bob", asked + " team:ENG",
	} {
		v.types(v.alice, "/linear create "+line)
		title, _, _ := strings.Cut(line, " team:")
		v.alice.Reads("#main .message", title)
	}
	made := v.titled(asked)
	v.types(v.alice, "triage "+made.Identifier)
	v.alice.Reads("#thread .message", "2 of 2 similar issues have it")
	v.alice.Reads("#thread .message", "Duplicate of")
	v.alice.Shot("21 triage")
	if i, _ := v.linear.Issue(made.ID); i.Priority != 0 || i.Assignee != "" || len(i.Labels) > 0 {
		v.t.Errorf("a suggestion changed the issue by itself: %+v", i)
	}
	v.alice.Press("Set priority")
	v.await("the priority", func() bool { i, _ := v.linear.Issue(made.ID); return i.Priority == 2 })
	v.alice.Reads("#thread .message", "Undo")
	v.alice.Shot("22 one suggestion applied")
	if i, _ := v.linear.Issue(made.ID); i.Assignee != "" || len(i.Labels) > 0 {
		v.t.Errorf("one press applied another suggestion: %+v", i)
	}
	v.alice.Click("#thread .close")
}
