package slackapp_test

import (
	"strings"
	"testing"

	"linearbot/slackapp/slacktest"
)

func pressOf(e slacktest.Envelope) bool { return strings.HasPrefix(e.Label, "block_actions ") }

// TestPressesInTheWrongOrder: of two presses on one card the second arrives first.
// Both are made, each once, and both show.
func TestPressesInTheWrongOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.bob)
	w.types(w.alice, general, "/linear ENG-98")
	w.clicks(w.alice, w.sees(w.alice, general, "Payment retries"), "card_more", "Share to channel")
	w.form(w.alice, "Share ENG-98")
	w.submits(w.alice, map[string]any{"channel": general})
	shared := w.sees(w.bob, general, "shared")
	before := len(w.issue("ENG-98").History)
	w.slack.Reorder(2, pressOf)
	found, err := w.alice.Suggest(t.Context(), shared, "set_state", "review")
	if err != nil || len(found) == 0 {
		t.Fatal(found, err)
	}
	pressed := make(chan error, 2)
	go func() { pressed <- w.alice.Click(t.Context(), shared, "set_state", found[0].Text) }()
	w.await("the first press to be under way", func() bool { return pressOf(last(w.slack.Envelopes())) && !last(w.slack.Envelopes()).Acked })
	go func() { pressed <- w.bob.Click(t.Context(), shared, "Assign to me") }()
	for range 2 {
		if err := <-pressed; err != nil {
			t.Fatal(err)
		}
	}
	w.await("both lines", func() bool {
		m, _ := w.bob.Find(general, "shared")
		return strings.Count(slacktest.Text(m), "just now") == 2
	})
	now := w.issue("ENG-98")
	if n := len(now.History) - before; n != 2 || now.State != "In Review" || now.Assignee != "bob@acme.test" {
		t.Errorf("%d changes were made, want 2: %s, %s", n, now.State, now.Assignee)
	}
}

// TestSubmitBeforeThePressBeforeIt: a form is submitted, and the choice of its team
// arrives after that. The issue is made once, in the team that was chosen, and nobody
// is told of a failure.
func TestSubmitBeforeThePressBeforeIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	v := w.openForm(w.alice, "eng")
	w.fills(w.alice, map[string]any{"title": "Sent before its team"})
	w.slack.Reorder(2, func(e slacktest.Envelope) bool { return pressOf(e) || strings.HasPrefix(e.Label, "view_submission") })
	found, err := w.alice.Suggest(t.Context(), w.alice.View(), "team", "des")
	if err != nil || len(found) == 0 {
		t.Fatal(found, err)
	}
	pressed := make(chan error, 1)
	go func() { pressed <- w.alice.Click(t.Context(), v, "team", found[0].Text) }()
	w.await("the choice to be under way", func() bool { return pressOf(last(w.slack.Envelopes())) && !last(w.slack.Envelopes()).Acked })
	w.submits(w.alice, nil)
	if err := <-pressed; err != nil {
		t.Fatal(err)
	}
	w.sees(w.alice, general, "Created")
	w.handled()
	made := w.titled("Sent before its team")
	if len(made) != 1 || made[0].TeamKey != "DES" {
		t.Errorf("made %+v", made)
	}
	w.unseen(w.alice, general, "Something went wrong")
	if views := w.alice.Views(); len(views) != 0 {
		t.Errorf("%d forms are open:\n%s", len(views), slacktest.Text(views[0]))
	}
}

// TestRedeliveredAfterLaterOnes: what Slack sends again after what came later is done
// once: a message, an edit that overtook it, a press.
func TestRedeliveredAfterLaterOnes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	ofDM := func(e slacktest.Envelope) bool { return e.Label == "message" }
	w.slack.Reorder(2, ofDM)
	m := w.says(w.alice, w.alice.DM(), "show ENG-98")
	if err := w.alice.Edit(m, "show ENG-142"); err != nil {
		t.Fatal(err)
	}
	w.sees(w.alice, w.alice.DM(), "Payment retries loop")
	w.says(w.alice, w.alice.DM(), "show ENG-12")
	w.sees(w.alice, w.alice.DM(), "Login test is flaky")
	w.types(w.alice, general, "/linear ENG-98")
	card := w.sees(w.alice, general, "Payment retries")
	w.clicks(w.alice, card, "Unassign me")
	w.sees(w.alice, general, "just now")
	w.picks(w.alice, w.sees(w.alice, general, "just now"), "set_state", "review")
	w.sees(w.alice, general, "In Review*")
	w.handled()
	const said = 6 // to two messages, two commands and two presses; a call is listed after what it does is seen
	w.await("every answer to be listed", func() bool { return posts(w) >= said })
	again, history := 0, len(w.issue("ENG-98").History)
	for _, e := range w.slack.Envelopes() {
		if ofDM(e) || pressOf(e) {
			if err := w.slack.Redeliver(t.Context(), e.ID); err != nil {
				t.Fatal(err)
			}
			again++
		}
	}
	if again < 5 {
		t.Fatalf("%d envelopes were sent again, want those of three messages and two presses", again)
	}
	w.types(w.bob, engineering, "/linear help")
	w.sees(w.bob, engineering, "What you can do")
	if n := len(w.issue("ENG-98").History); n != history {
		t.Errorf("%d changes became %d", history, n)
	}
	w.await("the help to be listed", func() bool { return posts(w) > said })
	if n := posts(w); n != said+1 { // the help
		t.Errorf("%d answers became %d, want one more", said, n)
	}
}

// posts counts what was said to people.
func posts(w *world) (n int) {
	for _, c := range w.slack.Calls() {
		if strings.HasPrefix(c.Method, "chat.") || c.Method == "response_url" {
			n++
		}
	}
	return n
}

func last(all []slacktest.Envelope) slacktest.Envelope {
	if len(all) == 0 {
		return slacktest.Envelope{}
	}
	return all[len(all)-1]
}
