package slackapp_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"linearbot/linear/lineartest"
	"linearbot/slackapp/slacktest"
	"linearbot/store"
)

// home waits until a person's Home shows words.
func (w *world) home(p *slacktest.Person, words string) slacktest.View {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	if err := w.slack.Await(ctx, func() bool { return strings.Contains(slacktest.Text(p.Home()), words) }); err != nil {
		w.t.Fatalf("Home of %s does not show %q but:\n%s", p.ID, words, slacktest.Text(p.Home()))
	}
	return p.Home()
}

func TestHomeViewsPagesAndRecent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	if err := w.alice.OpenHome(t.Context()); err != nil {
		t.Fatal(err)
	}
	h := w.home(w.alice, "Refreshed")
	w.types(w.alice, general, "/linear create Seen in Recent team:ENG assignee:me")
	w.sees(w.alice, general, "Seen in Recent")
	made := w.titled("Seen in Recent")[0].Identifier
	n := w.requests(func() {
		w.clicks(w.alice, h, "home_view", "Created by me")
		h = w.home(w.alice, made)
		w.await("the rows", func() bool { return strings.Contains(slacktest.Text(w.alice.Home()), "Refreshed") })
	})
	if n != 1 {
		t.Errorf("a view costs %d requests to Linear, want 1", n)
	}
	h = w.home(w.alice, "Refreshed")
	mustSay(t, slacktest.Text(h), "*Recent*", "Created", "Undo", "1–10", "Next")
	w.clicks(w.alice, h, "Next")
	h = w.home(w.alice, "11–")
	w.clicks(w.alice, h, "Undo")
	w.await("the issue to go", func() bool { return len(w.titled("Seen in Recent")) == 0 })
	w.clicks(w.alice, w.alice.Home(), "home_view", "Review")
	w.home(w.alice, "In Review")
}

// A failed refresh keeps the rows and says when it failed.
func TestHomeKeepsItsRowsWhenLinearIsDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	if err := w.alice.OpenHome(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := slacktest.Text(w.home(w.alice, "Refreshed"))
	row := before[strings.Index(before, "/issue/"):][:16]
	w.linear.Fault(lineartest.Fault{Path: "/graphql", Cut: true})
	if err := w.alice.OpenHome(t.Context()); err != nil {
		t.Fatal(err)
	}
	after := slacktest.Text(w.home(w.alice, "Couldn't refresh at"))
	mustSay(t, after, row, "Ref ")
}

func TestHomeRefusesGuestsAndDisconnects(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dave := w.slack.Person("dave")
	if err := dave.OpenHome(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.home(dave, "Guests can't use Linear here.")
	w.connect(w.alice)
	if err := w.alice.OpenHome(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.clicks(w.alice, w.home(w.alice, "Refreshed"), "home_more", "Disconnect")
	w.form(w.alice, "Nothing in Linear changes.")
	w.submits(w.alice, nil)
	w.form(w.alice, "Disconnected.")
	w.home(w.alice, "Connect Linear")
	if s := w.state(w.alice); s != store.Disconnected {
		t.Errorf("the account is %s", s)
	}
}

// TestRecentReadsWell: whatever way an issue was made or changed, Recent names it
// by its title, says what was done and takes exactly that back.
func TestRecentReadsWell(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	thread := w.slack.Thread(engineering, "Login fails on Safari 26")
	shortcut(w, w.alice, "create_issue_from_message", thread[0])
	w.form(w.alice, "4 messages")
	w.picks(w.alice, w.alice.View(), "team", "des")
	w.form(w.alice, "4 messages")
	w.submits(w.alice, map[string]any{"title": "Quite another matter here"})
	w.announced(w.alice, engineering, thread[0].TS)
	w.types(w.alice, general, "/linear move DES-8 In Review") // not one of her rows
	w.sees(w.alice, general, "In Review")
	say(w, w.alice, w.alice.DM(), "set the priority of DES-5 to urgent")
	w.clicks(w.alice, w.sees(w.alice, w.alice.DM(), "Ready to make 1 change"), "Change DES-5")
	w.sees(w.alice, w.alice.DM(), "Urgent")
	w.until("the change", func() bool { return w.issue("DES-5").Priority == 1 })
	w.restart() // what was kept outlives a process
	if err := w.alice.OpenHome(t.Context()); err != nil {
		t.Fatal(err)
	}
	h := w.home(w.alice, "Refreshed")
	text := slacktest.Text(h)
	mustSay(t, text[strings.Index(text, "*Recent*"):], "Quite another matter here", "Created", "App store screenshots", "Moved *Backlog → In Review*",
		"Onboarding illustrations", "Priority: *Low → Urgent*")
	raw, err := w.db.Memory(t.Context(), key(w.alice), "recent", time.Now())
	if err != nil || strings.Contains(string(raw.Body), "matter") {
		t.Errorf("titles are kept in the clear (%v): %s", err, raw.Body)
	}
}

// TestWaitingPreviews: a preview that Slack dropped at a reload is found on Home, as
// the one it was, until it is applied or canceled.
func TestWaitingPreviews(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	before := len(w.issue("ENG-98").History)
	w.types(w.alice, general, "/linear ask move ENG-98 to In Review")
	first := w.sees(w.alice, general, "Ready to make 1 change")
	w.types(w.alice, engineering, "/linear ask assign ENG-135 to Bob")
	w.clicks(w.alice, w.sees(w.alice, engineering, "Ready to make 1 change"), "Cancel")
	w.sees(w.alice, engineering, "Nothing was changed")
	if err := w.alice.OpenHome(t.Context()); err != nil {
		t.Fatal(err)
	}
	h := w.home(w.alice, "Waiting for you")
	mustSay(t, slacktest.Text(h), "*Move ENG-98* Payment retries loop", "expires at")
	if text := slacktest.Text(h); strings.Count(text, "[Show again]") != 1 {
		t.Errorf("Home shows:\n%s", text)
	}
	w.clicks(w.alice, h, "Show again")
	again := w.sees(w.alice, w.alice.DM(), "Ready to make 1 change")
	w.clicks(w.alice, again, "Move ENG-98")
	w.sees(w.alice, w.alice.DM(), "Moved")
	w.clicks(w.alice, first, "Move ENG-98")
	w.handled()
	if n := len(w.issue("ENG-98").History) - before; n != 1 {
		t.Errorf("the preview was applied %d times", n)
	}
	if err := w.alice.OpenHome(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.await("Home without it", func() bool {
		text := slacktest.Text(w.alice.Home())
		return strings.Contains(text, "Refreshed") && !strings.Contains(text, "Waiting for you")
	})
}
