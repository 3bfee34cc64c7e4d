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

// unfurled is what stands below one link of a message, as text.
func (w *world) unfurled(m slacktest.Message, link string) string {
	return fmt.Sprint(current(w, m).Unfurls[link])
}

// TestUnfurlProjectsAndComments: three links of three kinds take one request.
func TestUnfurlProjectsAndComments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, engineering, "/linear comment ENG-135 The *banner* covers it")
	w.sees(w.alice, engineering, "Comment added")
	comment := "https://linear.app/acme/issue/ENG-135/x#comment-" + w.linear.Comments("ENG-135")[0].ID[:8]
	project := w.linear.AddProject("Checkout", "ENG", "DES")
	before := w.linear.CountRequests("/graphql")
	m := say(w, w.alice, general, link98+" "+comment+" "+project)
	w.await("three previews", func() bool { return len(current(w, m).Unfurls) == 3 })
	if n := w.linear.CountRequests("/graphql") - before; n != 1 {
		t.Errorf("three links took %d requests", n)
	}
	for link, words := range map[string][]string{
		link98: {"Payment retries loop"}, comment: {"ENG-135", "&gt; The _banner_ covers it", "by Alice Chen"},
		project: {"Project *<", "|Checkout>", "Planned", "no lead", "0% done", "Engineering"},
	} {
		for _, want := range words {
			if got := w.unfurled(m, link); !strings.Contains(got, want) {
				t.Errorf("the preview of %s lacks %q: %s", link, want, got)
			}
		}
	}
	gone := say(w, w.alice, general, "https://linear.app/acme/issue/ENG-104/x#comment-00000000 https://linear.app/globex/issue/ENG-98/x")
	w.await("the issue of a comment that is gone", func() bool { return len(current(w, gone).Unfurls) > 0 })
	if got := fmt.Sprint(current(w, gone).Unfurls); !strings.Contains(got, "Login timeout") || strings.Contains(got, "Payment retries") {
		t.Errorf("a comment that is gone and a link to another workspace show %s", got)
	}
}

// TestNoUnfurlOfPrivateProjects: one private team is enough; its comments likewise.
func TestNoUnfurlOfPrivateProjects(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.carol)
	mixed := w.linear.AddProject("Audit", "ENG", "SEC")
	closed := w.linear.AddProject("Hush", "SEC")
	w.types(w.carol, w.carol.DM(), "/linear comment SEC-1 hush-hush")
	w.sees(w.carol, w.carol.DM(), "Comment added")
	comment := "https://linear.app/acme/issue/SEC-1/x#comment-" + w.linear.Comments("SEC-1")[0].ID[:8]
	m := say(w, w.carol, general, mixed+" "+closed+" "+comment)
	w.sees(w.carol, general, "Audit, Hush and SEC-1 are in private teams")
	w.unseen(w.alice, general, "private teams")
	unknown := say(w, w.alice, general, closed+" "+comment)
	w.handled()
	for _, m := range []slacktest.Message{m, unknown} {
		if got := current(w, m).Unfurls; len(got) != 0 {
			t.Errorf("%q shows %v", m.Text, got)
		}
	}
}

// TestUnfurlInTheComposer: a preview while a message is written goes by its own id,
// and only where admins allow previews wherever the message may go.
func TestUnfurlInTheComposer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.carol)
	paste := func(link string) string {
		t.Helper()
		id, err := w.alice.PasteLink(t.Context(), general, link)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	id := paste(link98)
	w.handled()
	if got := w.alice.Preview(id); len(got) != 0 {
		t.Errorf("it is not known where the message goes, and its link shows %v", got)
	}
	w.rules("Preview links in channels shared with other companies", "Read plain words")
	w.until("the rule", func() bool {
		text, _ := w.db.Setting(t.Context(), teamID, "", "policy")
		return strings.Contains(string(text), `"shared":true`)
	})
	id = paste(link98)
	w.await("the preview", func() bool { return len(w.alice.Preview(id)) == 1 })
	if got := fmt.Sprint(w.alice.Preview(id)); !strings.Contains(got, "Payment retries loop") {
		t.Errorf("the preview holds %s", got)
	}
	again := paste(link98)
	w.await("the preview once more", func() bool { return len(w.alice.Preview(again)) == 1 })
	private := paste("https://linear.app/acme/issue/SEC-1/x")
	m := say(w, w.alice, general, link98) // what was composed counts for nothing: the message is previewed
	w.await("the preview of the message", func() bool { return len(current(w, m).Unfurls) == 1 })
	w.handled()
	if got := w.alice.Preview(private); len(got) != 0 {
		t.Errorf("a private issue is previewed: %v", got)
	}
	if _, err := w.bob.PasteLink(t.Context(), general, link98); err != nil {
		t.Fatal(err)
	}
	w.handled()
	w.unseen(w.bob, general, "Connect Linear and I'll show")
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
		return strings.Contains(fmt.Sprint(current(w, m).Unfurls[link98]), "<@U0BOB> reassigned")
	})
	if got := w.issue("ENG-98").Assignee; got != "bob@acme.test" && got != "Bob Diaz" {
		t.Errorf("ENG-98 is assigned to %q", got)
	}
	if now := current(w, m); now.Text != m.Text || now.User != "U0ALICE" {
		t.Errorf("the message above the preview became %q by %s", now.Text, now.User)
	}
}
