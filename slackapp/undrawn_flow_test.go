package slackapp_test

import (
	"testing"

	"linearbot/slackapp/slacktest"
)

// TestUndrawn: an answer whose blocks Slack refuses is said in words alone, whether
// it is new, drawn again after a press, or for the channel.
func TestUndrawn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.bob)
	refuse := func(method string) { w.slack.Inject(slacktest.Fault{Method: method, Times: 1, Code: "invalid_blocks"}) }
	refuse("response_url")
	w.types(w.alice, general, "/linear list team:ENG p:urgent")
	mustSay(t, slacktest.Text(w.sees(w.alice, general, "its buttons are missing")), "Refund webhook drops events under load")
	w.types(w.alice, engineering, "/linear ENG-98")
	w.clicks(w.alice, w.sees(w.alice, engineering, "Payment retries"), "card_more", "Share to channel")
	w.form(w.alice, "Share ENG-98")
	refuse("chat.postMessage")
	w.submits(w.alice, map[string]any{"channel": engineering})
	mustSay(t, slacktest.Text(w.sees(w.bob, engineering, "its buttons are missing")), "shared", "Payment retries loop")
}

// TestNotShown: what Slack shows in no form at all changed nothing when it was only
// read, and is said to be done when it was done.
func TestNotShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.slack.Inject(slacktest.Fault{Method: "response_url", Times: 2, Code: "invalid_blocks"})
	w.slack.Inject(slacktest.Fault{Method: "chat.postEphemeral", Times: 1, Code: "fatal_error"})
	w.slack.Inject(slacktest.Fault{Method: "chat.postMessage", Times: 1, Code: "fatal_error"})
	w.types(w.alice, general, "/linear mine")
	m := w.sees(w.alice, general, "so I can't show it. Nothing was changed")
	w.clicks(w.alice, m, "Try again")
	w.sees(w.alice, general, "Your open issues")
	w.slack.Inject(slacktest.Fault{Method: "response_url", Times: 2, Code: "invalid_blocks"})
	w.slack.Inject(slacktest.Fault{Method: "chat.postEphemeral", Times: 1, Code: "fatal_error"})
	w.slack.Inject(slacktest.Fault{Method: "chat.postMessage", Times: 1, Code: "fatal_error"})
	w.types(w.alice, general, "/linear done ENG-98")
	w.sees(w.alice, general, "I did what you asked, but Slack did not take my answer")
}

// TestPressDoneNotShown: a press whose card Slack does not take was done all the same.
func TestPressDoneNotShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear ENG-98")
	own := w.sees(w.alice, general, "Payment retries")
	w.slack.Inject(slacktest.Fault{Method: "response_url", Times: 1, Code: "fatal_error"})
	w.picks(w.alice, own, "set_state", "review")
	w.sees(w.alice, general, "I did what you asked, but Slack did not take my answer")
	if i := w.issue("ENG-98"); i.State != "In Review" {
		t.Errorf("ENG-98 is %s", i.State)
	}
}
