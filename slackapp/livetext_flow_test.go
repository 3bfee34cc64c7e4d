package slackapp_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"linearbot/assistant/modeltest"
	"linearbot/slackapp/slacktest"
)

const wondering = "I wonder if we should rather hire two more folks than ship late"

// speaking is a world whose model says a text piece by piece.
func speaking(t *testing.T, text string, pace time.Duration) *world {
	t.Helper()
	w, _ := withModel(t, modeltest.Script(modeltest.Say(text)), func(o *modeltest.Options) { o.Pace = pace })
	w.connect(w.alice)
	return w
}

// callsOf are the calls of a method, with when they came.
func (w *world) callsOf(methods ...string) []slacktest.Call {
	var found []slacktest.Call
	for _, c := range w.slack.Calls() {
		for _, m := range methods {
			if c.Method == m {
				found = append(found, c)
			}
		}
	}
	return found
}

func TestWordsAreShownAsTheyCome(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("It depends on many things. ", 22)
	w := speaking(t, text, 60*time.Millisecond)
	q := w.says(w.alice, w.alice.DM(), wondering)
	w.await("the whole answer", func() bool {
		m, ok := w.alice.Find(w.alice.DM(), "It depends")
		return ok && !m.Streaming && strings.Contains(slacktest.Text(m), strings.TrimSpace(text))
	})
	shown := w.callsOf("chat.startStream", "chat.appendStream", "chat.stopStream")
	if len(shown) < 4 {
		t.Fatalf("the answer came in %d parts", len(shown))
	}
	for n := 1; n < len(shown); n++ {
		gap := shown[n].At.Sub(shown[n-1].At)
		if gap > 2*time.Second { // one, and another for a busy machine
			t.Errorf("%v without a new word", gap)
		}
		if gap < 500*time.Millisecond && shown[n].Method != "chat.stopStream" {
			t.Errorf("two parts within %v", gap)
		}
	}
	if thread := w.alice.Thread(w.alice.DM(), q.TS); len(thread) != 2 {
		t.Errorf("the thread has %d messages, want the question and one answer", len(thread))
	}
	if title := w.alice.Session(w.alice.DM(), q.TS).Title; title != wondering[:len(title)-len("…")]+"…" && title != wondering {
		t.Errorf("the conversation is called %q", title)
	}
}

// A model that writes fast is shown more often, within what Slack allows.
func TestMuchTextIsShownSooner(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("It depends on very many things. ", 59)
	w := speaking(t, text, 10*time.Millisecond)
	w.says(w.alice, w.alice.DM(), wondering)
	w.await("the whole answer", func() bool {
		m, ok := w.alice.Find(w.alice.DM(), "It depends")
		return ok && !m.Streaming && strings.Contains(slacktest.Text(m), strings.TrimSpace(text))
	})
	shown := w.callsOf("chat.startStream", "chat.appendStream")
	if len(shown) < 2 {
		t.Fatalf("the answer came in %d parts", len(shown))
	}
	soonest := time.Minute
	for n := 1; n < len(shown); n++ {
		soonest = min(soonest, shown[n].At.Sub(shown[n-1].At))
	}
	if soonest < 500*time.Millisecond || soonest > 850*time.Millisecond {
		t.Errorf("two parts within %v, want 600 ms where 400 characters have gathered", soonest)
	}
}

func TestAStreamThatSlackEndsIsNotPostedAgain(t *testing.T) {
	t.Parallel()
	w := speaking(t, strings.Repeat("It goes on for ever. ", 400), 20*time.Millisecond)
	w.slack.Inject(slacktest.Fault{Method: "chat.appendStream", Code: "stopped_by_user"})
	w.says(w.alice, w.alice.DM(), wondering)
	w.sees(w.alice, w.alice.DM(), "Stopped. Nothing was changed.")
	if n := len(w.callsOf("chat.appendStream")); n != 1 {
		t.Errorf("%d tries to go on with a stream that is over, want 1", n)
	}
	for _, c := range w.callsOf("chat.postMessage", "chat.update") {
		if text, _ := c.Args["text"].(string); strings.Contains(text, "goes on for ever") {
			t.Errorf("%s posts the stopped answer again", c.Method)
		}
	}
}

func TestWithoutStreamsOneMessageIsEdited(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("It depends on many things. ", 18)
	w := speaking(t, text, 60*time.Millisecond)
	w.slack.Inject(slacktest.Fault{Method: "chat.startStream", RetryAfter: 30})
	w.says(w.alice, w.alice.DM(), wondering)
	w.await("the whole answer", func() bool {
		m, ok := w.alice.Find(w.alice.DM(), "It depends")
		return ok && m.Edited != "" && strings.Contains(slacktest.Text(m), strings.TrimSpace(text)) && strings.Contains(slacktest.Text(m), "Helpful")
	})
	edits := w.callsOf("chat.update")
	for n := 1; n < len(edits)-1; n++ { // the last one ends it
		if gap := edits[n].At.Sub(edits[n-1].At); gap < 900*time.Millisecond {
			t.Errorf("edited again after %v", gap)
		}
	}
}

func TestALongAnswerKeepsRoomForThePreview(t *testing.T) {
	t.Parallel()
	w, _ := withModel(t, modeltest.Script(modeltest.Say(strings.Repeat("Here is why. ", 880)).
		And(modeltest.Call("linear_issue_update", map[string]any{"issueId": "ENG-98", "state": "In Review"}))),
		func(o *modeltest.Options) { o.Pace = 15 * time.Millisecond })
	w.connect(w.alice)
	w.says(w.alice, w.alice.DM(), "argue at length for pushing ENG-98 along to review, then do")
	preview := w.sees(w.alice, w.alice.DM(), "Ready to make 1 change")
	if !strings.Contains(slacktest.Text(preview), "In Progress → *In Review*") {
		t.Errorf("the preview is not whole:\n%s", slacktest.Text(preview))
	}
	w.clicks(w.alice, preview, "Move ENG-98")
	w.await("ENG-98 to be in review", func() bool { return w.issue("ENG-98").State == "In Review" })
}

func TestContinueGoesOn(t *testing.T) {
	t.Parallel()
	var done atomic.Bool
	w, model := withModel(t, func(modeltest.Request) modeltest.Reply {
		if done.Load() {
			return modeltest.Say("Now I know.")
		}
		return modeltest.Call("linear_issues_list", map[string]any{"team": "ENG", "first": 2})
	})
	w.connect(w.alice)
	w.says(w.alice, w.alice.DM(), wondering)
	m := w.sees(w.alice, w.alice.DM(), "Here's what I have.")
	done.Store(true)
	w.clicks(w.alice, m, "Continue")
	w.sees(w.alice, w.alice.DM(), "Now I know.")
	requests := model.Requests()
	if said := requests[len(requests)-1].Said(); !strings.Contains(said, wondering) {
		t.Errorf("it went on with %q", said)
	}
}

func TestAnAnswerBeyondAMessageIsCutInEveryWayItIsShown(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*world){
		"streamed": func(*world) {},
		"edited":   func(w *world) { w.slack.Inject(slacktest.Fault{Method: "chat.startStream", RetryAfter: 30}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := speaking(t, strings.Repeat("On and on it goes. ", 2000), 5*time.Millisecond)
			spoil(w)
			q := w.says(w.alice, w.alice.DM(), wondering)
			var text string
			w.await("the end of the answer", func() bool {
				text = ""
				for _, m := range w.alice.Thread(w.alice.DM(), q.TS) {
					if !m.Streaming {
						text += slacktest.Text(m)
					}
				}
				return strings.Contains(text, "…") && strings.Contains(text, "Helpful")
			})
			if n := strings.Count(text, "On and on it goes."); n < 500 || n > 640 {
				t.Errorf("%d sentences are shown, want about 600: as many as a message takes", n)
			}
			for _, c := range w.callsOf("chat.startStream", "chat.appendStream", "chat.stopStream", "chat.postMessage", "chat.update") {
				if c.Error == "msg_too_long" {
					t.Errorf("%s was too long", c.Method)
				}
			}
		})
	}
}
