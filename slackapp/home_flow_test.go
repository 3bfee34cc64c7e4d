package slackapp_test

import (
	"context"
	"strings"
	"testing"

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
