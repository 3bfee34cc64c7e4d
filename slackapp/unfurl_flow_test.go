package slackapp_test

import (
	"fmt"
	"strings"
	"testing"

	"linearbot/slackapp/slacktest"
)

const link98 = "https://linear.app/acme/issue/ENG-98/payment-retries-loop"

func say(w *world, p *slacktest.Person, channel, text string) slacktest.Message {
	w.t.Helper()
	m, err := p.Say(w.t.Context(), channel, text)
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

// handled waits until every envelope so far was worked off: one more command of
// somebody else is answered only after the links before it were looked at.
func (w *world) handled() {
	w.t.Helper()
	w.types(w.carol, engineering, "/linear help")
	w.sees(w.carol, engineering, "What you can do")
}

// TestUnfurl: a card below the link, with the poster's eyes, once an hour.
func TestUnfurl(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	m := say(w, w.alice, general, "Look at "+link98)
	w.await("the preview", func() bool { return len(current(w, m).Unfurls) == 1 })
	card := fmt.Sprint(current(w, m).Unfurls[link98])
	if !strings.Contains(card, "Payment retries loop") || !strings.Contains(card, "In Progress") {
		t.Errorf("the preview holds %s", card)
	}
	before := w.linear.CountRequests("/graphql")
	again := say(w, w.alice, general, "Again "+link98)
	w.handled()
	if n := w.linear.CountRequests("/graphql") - before; n != 0 || len(current(w, again).Unfurls) != 0 {
		t.Errorf("the second link took %d requests and has %d previews", n, len(current(w, again).Unfurls))
	}
}

// current is a message as it stands now.
func current(w *world, m slacktest.Message) slacktest.Message {
	for _, now := range w.alice.Sees(m.Channel) {
		if now.TS == m.TS {
			return now
		}
	}
	return slacktest.Message{}
}

// TestNoUnfurl: many links, channels shared with another company, private teams
// and links nobody can read stay as they are.
func TestNoUnfurl(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.carol)
	many := say(w, w.alice, general, strings.ReplaceAll("A B C D", " ", " https://linear.app/acme/issue/")+" "+
		"https://linear.app/acme/issue/ENG-1/a https://linear.app/acme/issue/ENG-2/b https://linear.app/acme/issue/ENG-3/c https://linear.app/acme/issue/ENG-9/d")
	shared := say(w, w.alice, payments, link98)
	secret := say(w, w.carol, general, "https://linear.app/acme/issue/SEC-1/penetration-test")
	w.sees(w.carol, general, "SEC-1 is in a private team, so I didn't preview it here.")
	w.unseen(w.alice, general, "private team")
	hidden := say(w, w.alice, general, "https://linear.app/acme/issue/SEC-2/x")
	w.handled()
	for _, m := range []slacktest.Message{many, shared, secret, hidden} {
		if n := len(current(w, m).Unfurls); n != 0 {
			t.Errorf("%q has %d previews", m.Text, n)
		}
	}
}

// TestUnfurlNotConnected offers to connect once a week, and not after Don't ask again.
func TestUnfurlNotConnected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	say(w, w.bob, general, link98)
	m := w.sees(w.bob, general, "Connect Linear and I'll show")
	w.clicks(w.bob, m, "Don't ask again")
	w.sees(w.bob, general, "I won't ask again")
	say(w, w.bob, general, "https://linear.app/acme/issue/ENG-12/x")
	w.handled()
	w.unseen(w.bob, general, "Connect Linear and I'll show")
}

// TestPressOnAPreview: whoever presses a button of a preview acts as themselves,
// and the preview shows the outcome; the message above it stays its poster's.
func TestPressOnAPreview(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.bob)
	m := say(w, w.alice, general, "Look at "+link98)
	w.await("the preview", func() bool { return len(current(w, m).Unfurls) == 1 })
	preview := slacktest.Card{Message: m, URL: link98}
	if err := w.bob.Click(t.Context(), preview, "Assign to me"); err != nil {
		t.Fatal(err)
	}
	w.await("the outcome in the preview", func() bool {
		return strings.Contains(fmt.Sprint(current(w, m).Unfurls[link98]), "<@U0BOB> assignee")
	})
	if got := w.issue("ENG-98").Assignee; got != "bob@acme.test" && got != "Bob Diaz" {
		t.Errorf("ENG-98 is assigned to %q", got)
	}
	if now := current(w, m); now.Text != m.Text || now.User != "U0ALICE" {
		t.Errorf("the message above the preview became %q by %s", now.Text, now.User)
	}
}
