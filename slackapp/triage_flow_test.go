package slackapp_test

import (
	"fmt"
	"strings"
	"testing"

	"linearbot/slackapp/slacktest"
)

func TestTriageSuggestsAndEachIsAppliedAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	const asked = "Kiosk printer jams on long receipts"
	for _, title := range []string{"Kiosk printer jams on receipts", "Kiosk printer jams at night"} {
		w.types(w.alice, general, "/linear create "+title+" team:ENG p:high label:bug assignee:bob")
		w.sees(w.alice, general, title)
	}
	w.types(w.alice, general, "/linear create "+asked+" team:ENG")
	w.sees(w.alice, general, asked)
	made := w.titled(asked)
	ref := made[0].Identifier
	var m slacktest.Message
	n := w.requests(func() {
		w.says(w.alice, w.alice.DM(), "triage "+ref)
		m = w.sees(w.alice, w.alice.DM(), "Triage of")
	})
	if n != 2 {
		t.Errorf("a triage takes %d requests to Linear, want 2: the issue, and what is like it", n)
	}
	text := slacktest.Text(m)
	for _, words := range []string{"*High*", "*Bob Diaz*", "bug", "2 of 2 similar issues have it", "Duplicate of", "Nothing was changed"} {
		if !strings.Contains(text, words) {
			t.Errorf("the triage lacks %q:\n%s", words, text)
		}
	}
	if i := w.issue(ref); i.Priority != 0 || i.Assignee != "" || len(i.Labels) != 0 {
		t.Fatalf("a suggestion changed the issue by itself: %+v", i)
	}
	w.clicks(w.alice, m, "Set priority")
	w.await("the priority", func() bool { return w.issue(ref).Priority == 2 })
	w.clicks(w.alice, w.sees(w.alice, w.alice.DM(), "Done: "), "Add label")
	w.await("the label", func() bool { return strings.Join(w.issue(ref).Labels, "") == "bug" })
	w.await("both to be shown as done", func() bool {
		m, _ := w.alice.Find(w.alice.DM(), "Triage of")
		text := slacktest.Text(m)
		return strings.Count(text, "Done: ") == 2 && strings.Contains(text, "[Assign]") && !strings.Contains(text, "[Set priority]") && !strings.Contains(text, "Nothing was changed")
	})
	if i := w.issue(ref); i.Assignee != "" {
		t.Errorf("one press applied another suggestion: assigned to %s", i.Assignee)
	}
	w.connect(w.bob)
	w.types(w.bob, engineering, "/linear "+ref)
	w.clicks(w.bob, w.sees(w.bob, engineering, asked), "card_more", "Help to triage")
	w.clicks(w.bob, w.sees(w.bob, engineering, "Triage of"), "Assign")
	mustSay(t, slacktest.Text(w.sees(w.bob, engineering, "Done: ")), "Triage of", "Mark as duplicate")
}

// replies answers in the thread of a message.
func (w *world) replies(p *slacktest.Person, root slacktest.Message, text string) slacktest.Message {
	w.t.Helper()
	m, err := p.ReplyInThread(w.t.Context(), root, text)
	if err != nil {
		w.t.Fatalf("reply %q: %v", text, err)
	}
	return m
}

// triaging makes a world with an issue like others, which are in Design, and returns
// its identifier.
func triaging(t *testing.T, w *world) (ref string) {
	t.Helper()
	w.connect(w.alice, w.bob)
	const asked = "Kiosk printer jams on long receipts"
	for _, line := range []string{
		"Kiosk printer jams on receipts team:DES", "Kiosk printer jams at night team:DES assignee:bob", asked + " team:ENG",
	} {
		w.types(w.alice, general, "/linear create "+line)
		title, _, _ := strings.Cut(line, " team:")
		w.sees(w.alice, general, title)
	}
	return w.titled(asked)[0].Identifier
}

// inThread waits until a person sees words in a thread.
func (w *world) inThread(p *slacktest.Person, root slacktest.Message, words string) (found slacktest.Message) {
	w.t.Helper()
	w.await(words+" in the thread", func() bool {
		for _, m := range p.Thread(root.Channel, root.TS) {
			if strings.Contains(slacktest.Text(m), words) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// hinted checks a triage of triaging's issue: the hint at a team has nothing to apply.
func hinted(t *testing.T, m slacktest.Message) {
	t.Helper()
	text := slacktest.Text(m)
	mustSay(t, text, "Kiosk printer jams on long receipts", "Team: Engineering → *Design*?", "2 of 2 similar issues are there: DES-",
		"Duplicate of", "Nothing was changed")
	if n := strings.Count(text, "["); n != 2 {
		t.Errorf("%d buttons, want one to mark the duplicate and one to Linear:\n%s", n, text)
	}
}

func TestTriageFromTheMenuOfACard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ref := triaging(t, w)
	m := w.says(w.alice, general, "@linear show "+ref)
	w.await("the card in the thread", func() bool { return len(w.bob.Thread(general, m.TS)) == 2 })
	card := w.bob.Thread(general, m.TS)[1]
	n := w.requests(func() {
		w.clicks(w.bob, card, "card_more", "Help to triage")
		hinted(t, w.sees(w.bob, general, "Triage of"))
	})
	if n != 2 {
		t.Errorf("a triage takes %d requests to Linear, want 2", n)
	}
	w.unseen(w.alice, general, "Triage of")
	// Who is not connected is asked to be, and then gets it.
	w.clicks(w.carol, card, "card_more", "Help to triage")
	w.sees(w.carol, general, "Connect your Linear account")
}

// TestTriageThis: in a thread with an issue "this" is that issue, with a model and
// without, for a thread that is linked, that shows a card, or that names it.
func TestTriageThis(t *testing.T) {
	t.Parallel()
	for _, model := range []bool{false, true} {
		t.Run(fmt.Sprintf("model=%v", model), func(t *testing.T) {
			t.Parallel()
			var w *world
			if w = newWorld(t); model {
				w, _ = withModel(t, nil)
			}
			ref := triaging(t, w)
			said := map[string]func(root slacktest.Message){
				"linked, unlike ENG-98": func(root slacktest.Message) {
					shortcut(w, w.alice, "link_issue", root)
					w.form(w.alice, "Link to issue")
					w.picks(w.alice, w.alice.View(), "issue", ref)
					w.submits(w.alice, nil)
					w.announced(w.alice, general, root.TS)
				},
				"shown": func(root slacktest.Message) {
					w.replies(w.alice, root, "@linear show "+ref)
					w.announced(w.alice, general, root.TS)
				},
				"named": func(root slacktest.Message) { w.replies(w.alice, root, "I wrote "+ref+".") },
			}
			for how, say := range said {
				root := w.says(w.alice, general, "The printer again, "+how)
				say(root)
				w.replies(w.bob, root, "@linear can you triage this, please?")
				hinted(t, w.inThread(w.bob, root, "Triage of"))
				w.unseen(w.alice, general, "Triage of")
			}
			other := w.says(w.bob, general, "No issue here")
			w.replies(w.bob, other, "@linear triage this")
			w.sees(w.bob, general, "Which issue do you mean?")
		})
	}
}
