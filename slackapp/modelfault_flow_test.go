package slackapp_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linearbot/assistant/modeltest"
	"linearbot/slackapp/slacktest"
)

const unavailable = "The assistant is unavailable. Commands still work."

// wantsDone is a call that would close an issue if anybody carried it out unasked.
var wantsDone = modeltest.Call("linear_issue_update", map[string]any{"issueId": "ENG-98", "state": "Done"})

func faulty(r modeltest.Reply, f modeltest.Fault) modeltest.Reply {
	r.Fault = f
	return r
}

func stopped(r modeltest.Reply, reason string) modeltest.Reply {
	r.Stop = reason
	return r
}

// What goes wrong at the provider is told as it is, and nothing is changed by it.
func TestFaultsOfTheProvider(t *testing.T) {
	t.Parallel()
	list := modeltest.Call("linear_issues_list", map[string]any{"team": "ENG", "first": 2})
	five := list
	for _, team := range []string{"DES", "ENG", "DES", "ENG"} {
		five = five.And(modeltest.Call("linear_issues_list", map[string]any{"team": team, "first": len(five.Blocks) + 2}))
	}
	twice := modeltest.Reply{Blocks: []modeltest.ReplyBlock{
		{Name: "linear_issues_list", ID: "toolu_same", Input: `{"team":"ENG"}`}, {Name: "linear_issues_list", ID: "toolu_same", Input: `{"team":"DES"}`},
	}}
	named := func(id, name string, team string) modeltest.Reply {
		return modeltest.Reply{Blocks: []modeltest.ReplyBlock{{ID: id, Name: name, Input: `{"team":"` + team + `"}`}}}
	}
	noisy := func(r modeltest.Reply) modeltest.Reply { r.Noise = true; return r }
	cases := []struct {
		name    string
		replies []modeltest.Reply
		sees    []string // all in the thread of the question
		never   string
	}{
		{"stream cut in the text", []modeltest.Reply{faulty(modeltest.Say("Let me see what there may be to tell."), modeltest.Fault{CutAfter: 4})}, []string{unavailable}, ""},
		{"stream cut in a call", []modeltest.Reply{faulty(wantsDone, modeltest.Fault{CutAfter: 4})}, []string{unavailable}, "Ready to make"},
		{"overloaded in the middle", []modeltest.Reply{faulty(modeltest.Say("Let me see what there may be."), modeltest.Fault{MidStream: true, Kind: "overloaded_error"})}, []string{unavailable}, ""},
		{"busy for a second", []modeltest.Reply{faulty(modeltest.Reply{}, modeltest.Fault{Status: 429, Kind: "rate_limit_error", RetryAfter: time.Second}), modeltest.Say("Here I am again.")}, []string{"Here I am again."}, unavailable},
		{"busy for an hour", []modeltest.Reply{faulty(modeltest.Reply{}, modeltest.Fault{Status: 429, Kind: "rate_limit_error", RetryAfter: time.Hour})}, []string{unavailable}, ""},
		{"a wrong key", []modeltest.Reply{faulty(modeltest.Reply{}, modeltest.Fault{Status: 401, Kind: "authentication_error"})}, []string{unavailable}, ""},
		{"overloaded", []modeltest.Reply{faulty(modeltest.Reply{}, modeltest.Fault{Status: 529, Kind: "overloaded_error"})}, []string{unavailable}, ""},
		{"broken", []modeltest.Reply{faulty(modeltest.Reply{}, modeltest.Fault{Status: 400, Kind: "invalid_request_error"})}, []string{unavailable}, ""},
		{"input that is no JSON", []modeltest.Reply{{Blocks: []modeltest.ReplyBlock{{Name: "linear_issue_update", Input: `{"issueId": "ENG-98", "sta`}}}, modeltest.Say("That did not work.")}, []string{"That did not work."}, "Ready to make"},
		{"an unknown tool", []modeltest.Reply{modeltest.Call("linear_issue_delete", map[string]any{"id": "ENG-98"}), modeltest.Say("I cannot do that.")}, []string{"I cannot do that."}, "Ready to make"},
		{"an unknown stop reason", []modeltest.Reply{stopped(modeltest.Say("Half of it.").And(wantsDone), "power_cut")}, []string{"Half of it."}, "Ready to make"},
		{"an unknown stop reason and nothing said", []modeltest.Reply{stopped(wantsDone, "power_cut")}, []string{"I have no answer to that. Nothing was changed."}, "Ready to make"},
		{"a refusal", []modeltest.Reply{stopped(modeltest.Say("No."), "refusal")}, []string{"I can't help with that. Nothing was changed."}, ""},
		{"cut short inside a call", []modeltest.Reply{stopped(modeltest.Say("Closing.").And(modeltest.Reply{Blocks: []modeltest.ReplyBlock{{Name: "linear_issue_update", Input: `{"issueId":"ENG-98","state":"Do`}}}), "max_tokens")}, []string{"The answer was cut short. Nothing was changed."}, "Ready to make"},
		{"the same call for ever", []modeltest.Reply{list}, []string{"That took more steps than I may make at once."}, ""},
		{"five calls at once", []modeltest.Reply{five, modeltest.Say("Read all five.")}, []string{"Read all five."}, unavailable},
		{"one id for two calls", []modeltest.Reply{twice, modeltest.Say("Read both.")}, []string{"Read both."}, unavailable},
		{"one id again and again", []modeltest.Reply{named("toolu_a", "linear_issues_list", "ENG"), named("toolu_a", "linear_issues_list", "DES"), modeltest.Say("Read again.")}, []string{"Read again."}, unavailable},
		{"an id of other letters", []modeltest.Reply{named("call:1/β", "linear_issues_list", "ENG"), modeltest.Say("Read that.")}, []string{"Read that."}, unavailable},
		{"a tool of no such name", []modeltest.Reply{named("", "rm -rf /; β", "ENG"), modeltest.Say("No such thing.")}, []string{"No such thing."}, unavailable},
		{"a pause", []modeltest.Reply{stopped(modeltest.Say("First one half. "), "pause_turn"), stopped(modeltest.Say("Then another. "), "pause_turn"), list, modeltest.Say("Then the end.")}, []string{"First one half.", "Then another.", "Then the end."}, unavailable},
		{"no end to the pauses", []modeltest.Reply{stopped(modeltest.Say("Wait. "), "pause_turn")}, []string{"Wait.", "That took more steps than I may make at once."}, unavailable},
		{"no room for more words", []modeltest.Reply{stopped(modeltest.Say("So far and"), "model_context_window_exceeded")}, []string{"So far and", "The answer was cut short. Nothing was changed."}, unavailable},
		{"noise between the events", []modeltest.Reply{noisy(modeltest.Say("Through it all: ").And(list)), noisy(modeltest.Say("naïve 雪 🎉."))}, []string{"Through it all:", "naïve 雪 🎉."}, unavailable},
		{"text beside calls", []modeltest.Reply{modeltest.Say("First I look.").And(list), modeltest.Say("Now I propose.").And(wantsDone)}, []string{"First I look.", "Now I propose.", "Ready to make 1 change"}, ""},
		{"a huge text", []modeltest.Reply{modeltest.Say(strings.Repeat("On and on it goes. ", 4000))}, []string{"On and on it goes.", "…"}, unavailable},
	}
	var respond atomic.Pointer[func(modeltest.Request) modeltest.Reply]
	w, model := withModel(t, func(r modeltest.Request) modeltest.Reply { return (*respond.Load())(r) })
	w.connect(w.alice)
	before := w.linear.Issues()
	for _, c := range cases {
		script := modeltest.Script(c.replies...)
		respond.Store(&script)
		q := w.says(w.alice, w.alice.DM(), "I wonder whether we might rather hire two more folks than ship late, "+c.name)
		said := func() string {
			var all strings.Builder
			for _, m := range w.alice.Thread(w.alice.DM(), q.TS) {
				if !m.Streaming {
					all.WriteString(slacktest.Text(m) + "\n")
				}
			}
			return all.String()
		}
		w.await(c.name, func() bool {
			text := said()
			for _, words := range c.sees {
				if !strings.Contains(text, words) {
					return false
				}
			}
			return w.alice.Session(w.alice.DM(), q.TS).Status == "active"
		})
		if c.never != "" && strings.Contains(said(), c.never) {
			t.Errorf("%s: the person sees %q:\n%s", c.name, c.never, said())
		}
		if status := w.alice.Status(w.alice.DM(), q.TS); status.Text != "" {
			t.Errorf("%s: the line %q is left behind", c.name, status.Text)
		}
	}
	if diff := cmp.Diff(before, w.linear.Issues()); diff != "" {
		t.Errorf("Linear was changed:\n%s", diff)
	}
	if v := model.Violations(); len(v) > 0 {
		t.Errorf("the provider's rules were broken: %v", v)
	}
}

// A provider that says nothing, from the start or in the middle, is left at once
// when the person presses Stop.
func TestStopLeavesAHangingProvider(t *testing.T) {
	t.Parallel()
	var respond atomic.Pointer[func(modeltest.Request) modeltest.Reply]
	asked := make(chan struct{}, 2)
	w, _ := withModel(t, func(r modeltest.Request) modeltest.Reply {
		asked <- struct{}{}
		return (*respond.Load())(r)
	})
	w.connect(w.alice)
	for _, f := range []modeltest.Fault{{Silent: true}, {HangAfter: 5}} {
		script := modeltest.Script(faulty(modeltest.Say("Let me think about it for a while, there is much to weigh."), f))
		respond.Store(&script)
		q := w.says(w.alice, w.alice.DM(), "I wonder if we should rather hire two more folks than ship late")
		select {
		case <-asked:
		case <-t.Context().Done():
			t.Fatal("the model was not asked")
		}
		if f.HangAfter > 0 {
			w.sees(w.alice, w.alice.DM(), "Let me think")
		}
		if err := w.alice.Stop(t.Context(), w.alice.DM(), q.TS); err != nil {
			t.Fatal(err)
		}
		w.await("the end", func() bool {
			thread := w.alice.Thread(w.alice.DM(), q.TS)
			return strings.Contains(slacktest.Text(thread[len(thread)-1]), "Stopped. Nothing was changed.") &&
				w.alice.Session(w.alice.DM(), q.TS).Status == "active"
		})
	}
}
