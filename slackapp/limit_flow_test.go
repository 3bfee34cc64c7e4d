package slackapp_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"linearbot/assistant"
	"linearbot/assistant/modeltest"
	"linearbot/slackapp/slacktest"
)

// Once a person's tokens of the day are spent the parser goes on alone, and says
// so; others go on until the workspace's are.
func TestBeyondTheBudgetTheParserGoesOnAlone(t *testing.T) {
	t.Parallel()
	reply := modeltest.Say("It depends.")
	reply.Usage = modeltest.Usage{In: 50, CacheWrite: 10, CacheRead: 20, Out: 40}
	w, model := withLoop(t, assistant.BudgetLimits{Person: 100, Workspace: 200}, nil, modeltest.Script(reply))
	w.connect(w.alice, w.bob, w.carol)
	const notice = "Today's words are used up, so I only read simple sentences until tomorrow."
	asks := func(p *slacktest.Person, words, sees string) string {
		q := w.says(p, p.DM(), words)
		var text string
		w.await(sees, func() bool {
			text = ""
			for _, m := range p.Thread(p.DM(), q.TS)[1:] {
				text += slacktest.Text(m)
			}
			return strings.Contains(text, sees)
		})
		return text
	}
	asks(w.alice, wondering, "It depends.")
	if text := asks(w.alice, wondering+", again", notice); strings.Contains(text, "It depends.") || !strings.Contains(text, "Nothing was changed") && !strings.Contains(text, "/linear mine") {
		t.Errorf("beyond the budget the person sees:\n%s", text)
	}
	asks(w.alice, "thanks", "You're welcome.")
	if text := asks(w.alice, "move ENG-98 to In Review", "Ready to make 1 change"); strings.Contains(text, notice) {
		t.Errorf("what the parser reads needs no tokens, yet:\n%s", text)
	}
	asks(w.bob, wondering, "It depends.")
	asks(w.carol, wondering, notice)
	if n := len(model.Requests()); n != 2 {
		t.Errorf("the model was asked %d times, want 2", n)
	}
}

// The admins see what became of words and previews, and which model used how much.
func TestUsageTellsTurnsAndTokens(t *testing.T) {
	t.Parallel()
	reply := modeltest.Say("Here.").And(modeltest.Call("linear_issue_update", map[string]any{"issueId": "ENG-98", "state": "In Review"}))
	reply.Usage = modeltest.Usage{In: 1000, CacheRead: 200, Out: 34}
	broken := faulty(modeltest.Reply{}, modeltest.Fault{Status: 401, Kind: "authentication_error"})
	w, _ := withModel(t, modeltest.Script(reply, reply, broken))
	w.connect(w.alice, w.carol)
	for n, press := range []string{"Cancel", "Move ENG-98"} {
		w.says(w.alice, w.alice.DM(), "push the payment thing along a little, won't you"+strings.Repeat("?", n+1))
		w.clicks(w.alice, w.sees(w.alice, w.alice.DM(), "Ready to make 1 change"), press)
		w.await("the press", func() bool {
			_, open := w.alice.Find(w.alice.DM(), "Ready to make 1 change")
			return !open
		})
	}
	w.says(w.alice, w.alice.DM(), wondering)
	w.sees(w.alice, w.alice.DM(), unavailable)
	w.handled()
	w.types(w.carol, general, "/linear admin")
	w.clicks(w.carol, w.form(w.carol, "2 connected"), "Usage")
	usage := slacktest.Text(w.form(w.carol, "Assistant turns"))
	for _, words := range []string{"1 confirmed · 1 canceled · 1 failed", "2468", assistant.DefaultModel + " 2468"} {
		if !strings.Contains(usage, words) {
			t.Errorf("the admins do not see %q:\n%s", words, usage)
		}
	}
}

// A request that takes too long ends with what there is, and goes on when the
// person wants it to: while it reads, while it writes, and when the model says no
// more at all.
func TestARequestThatTakesTooLongShowsWhatThereIs(t *testing.T) {
	t.Parallel()
	const late = "This is taking too long. Here's what I have."
	list := modeltest.Call("linear_issues_list", map[string]any{"team": "ENG", "first": 2})
	for name, c := range map[string]struct {
		replies []modeltest.Reply
		has     string
	}{
		"after reading":   {[]modeltest.Reply{list, faulty(modeltest.Reply{}, modeltest.Fault{Silent: true})}, "ENG-142"},
		"in the middle":   {[]modeltest.Reply{faulty(modeltest.Say("It depends on many things, and on some others."), modeltest.Fault{HangAfter: 6})}, "It depends on"},
		"before anything": {[]modeltest.Reply{faulty(modeltest.Reply{}, modeltest.Fault{Silent: true})}, ""},
		"before a change": {[]modeltest.Reply{list.And(wantsDone), faulty(modeltest.Reply{}, modeltest.Fault{Silent: true})}, "ENG-142"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var on atomic.Bool
			script := modeltest.Script(c.replies...)
			w, model := withLoop(t, assistant.BudgetLimits{}, func(l *assistant.Loop) { l.Within = 1200 * time.Millisecond },
				func(r modeltest.Request) modeltest.Reply {
					if on.Load() {
						return modeltest.Say("Now I know.")
					}
					return script(r)
				})
			w.connect(w.alice)
			before := w.issue("ENG-98")
			q := w.says(w.alice, w.alice.DM(), wondering)
			m := w.sees(w.alice, w.alice.DM(), late)
			var all string
			for _, m := range w.alice.Thread(w.alice.DM(), q.TS) {
				if m.Streaming {
					t.Error("an answer is left growing")
				}
				all += slacktest.Text(m)
			}
			if !strings.Contains(all, c.has) || strings.Contains(all, "Ready to make") {
				t.Errorf("the person sees:\n%s", all)
			}
			on.Store(true)
			w.clicks(w.alice, m, "Continue")
			w.sees(w.alice, w.alice.DM(), "Now I know.")
			requests := model.Requests()
			if said := requests[len(requests)-1].Said(); said != wondering {
				t.Errorf("it went on with %q", said)
			}
			if after := w.issue("ENG-98"); after.State != before.State {
				t.Errorf("ENG-98 was changed to %s", after.State)
			}
		})
	}
}
