package slackapp_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"linearbot/linear/lineartest"
	"linearbot/slackapp/slacktest"
)

// TestThreadToIssue: the long incident thread, with files, edits, a bot, a person
// from another company and two secrets, becomes one issue.
func TestThreadToIssue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	thread := w.slack.Thread(payments, "Payment retries loop")
	shortcut(w, w.alice, "create_issue_from_message", thread[0])
	v := w.form(w.alice, "44 messages")
	for _, words := range []string{"5 people", "2 files", "2 secrets will be hidden", "Includes messages from Globex", "Payment retries loop since 18:05"} {
		if !strings.Contains(slacktest.Text(v), words) {
			t.Errorf("the form does not show %q:\n%s", words, slacktest.Text(v))
		}
	}
	w.clicks(w.alice, v, "Preview thread")
	preview := w.form(w.alice, "From Slack")
	if text := slacktest.Text(preview); strings.Contains(text, "ghp_") || strings.Contains(text, "not-a-real-password") {
		t.Errorf("the preview shows a secret:\n%s", text)
	}
	if err := w.alice.CloseView(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.picks(w.alice, w.alice.View(), "team", "eng")
	w.form(w.alice, "2 files")
	w.submits(w.alice, nil)
	w.form(w.alice, "ENG-98") // it looks like one that is there
	w.submits(w.alice, nil)
	made := w.announced(w.alice, payments, thread[0].TS)
	i := w.titled("Payment retries loop since 18:05")
	if len(i) != 1 {
		t.Fatalf("%d issues were made, want 1", len(i))
	}
	body := i[0].Description
	for _, words := range []string{
		"**From Slack** [#payments](", "44 messages", "Alice Chen", "Erin Vale** · Globex", "Deploy Bot** (bot)", "(edited)",
		"[hidden: GitHub token]", "[hidden: password]", "/assets/", "```",
	} {
		if !strings.Contains(body, words) {
			t.Errorf("the description lacks %q", words)
		}
	}
	if strings.Contains(body, "ghp_") || strings.Contains(body, "not-a-real-password") {
		t.Error("a secret is in the description")
	}
	if n := strings.Count(body, "/assets/"); n != 2 {
		t.Errorf("%d files are attached, want 2", n)
	}
	if len(i[0].Attachments) != 1 || !strings.Contains(i[0].Attachments[0].URL, "/archives/"+payments) {
		t.Errorf("attachments = %+v, want the thread", i[0].Attachments)
	}
	if !strings.Contains(slacktest.Text(made), i[0].Identifier) || made.EphemeralTo != "" {
		t.Errorf("the thread got %s", slacktest.Text(made))
	}
	shortcut(w, w.alice, "create_issue_from_message", thread[0])
	linked := w.form(w.alice, "This thread is already")
	w.clicks(w.alice, linked, "Create another")
	w.form(w.alice, "44 messages")
}

// announced waits for the app's reply in a thread.
func (w *world) announced(p *slacktest.Person, channel, root string) slacktest.Message {
	w.t.Helper()
	var found slacktest.Message
	w.await("the card in the thread", func() bool {
		for _, m := range p.Thread(channel, root) {
			if m.AppID != "" && m.TS != root {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

func shortcut(w *world, p *slacktest.Person, id string, m slacktest.Message) {
	w.t.Helper()
	if err := p.MessageShortcut(w.t.Context(), id, m); err != nil {
		w.t.Fatalf("%s picks %s: %v", p.ID, id, err)
	}
}

// TestThreadWhereTheBotIsNot: one message is what can be had; it says so and the
// person gets the confirmation.
func TestThreadWhereTheBotIsNot(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ channel, says string }{
		{leads, "/invite @linear"},
		{"D0ALICEBOB", "Threads in DMs stay private"},
	} {
		t.Run(c.channel, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.connect(w.alice)
			m, err := w.alice.Say(t.Context(), c.channel, "The *export* is broken since Monday. Can somebody look?")
			if err != nil {
				t.Fatal(err)
			}
			shortcut(w, w.alice, "create_issue_from_message", m)
			w.form(w.alice, c.says)
			w.picks(w.alice, w.alice.View(), "team", "eng")
			w.form(w.alice, c.says)
			w.submits(w.alice, nil)
			w.sees(w.alice, w.alice.DM(), "Created")
			made := w.titled("The export is broken since Monday")
			if len(made) != 1 || !strings.Contains(made[0].Description, "Can somebody look?") {
				t.Errorf("made %+v", made)
			}
		})
	}
}

// TestLinkToIssue: the thread is attached and said in the thread, once.
func TestLinkToIssue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.bob)
	thread := w.slack.Thread(engineering, "Login fails on Safari 26")
	shortcut(w, w.bob, "link_issue", thread[2])
	v := w.form(w.bob, "Link to issue")
	found, err := w.bob.Suggest(t.Context(), v, "issue", "eng-142")
	if err != nil || len(found) != 1 || !strings.HasPrefix(found[0].Text, "ENG-142 · Safari login") {
		t.Fatalf("ENG-142 offers %v, %v", found, err)
	}
	if found, err = w.bob.Suggest(t.Context(), v, "issue", "safari"); err != nil || len(found) < 2 {
		t.Errorf("“safari” offers %v, %v", found, err)
	}
	w.picks(w.bob, v, "issue", "ENG-142")
	w.submits(w.bob, map[string]any{"Options": []string{"Add the thread as a comment"}})
	m := w.announced(w.bob, engineering, thread[0].TS)
	if text := slacktest.Text(m); !strings.Contains(text, "Linked to *<https://linear.app/acme/issue/ENG-142") || m.EphemeralTo != "" {
		t.Errorf("the thread got:\n%s", text)
	}
	comments := w.linear.Comments("ENG-142")
	if len(comments) != 2 || comments[1].Author != "bob@acme.test" || !strings.Contains(comments[1].Body, "private window too") {
		t.Errorf("comments = %+v", comments)
	}
	if a := w.issue("ENG-142").Attachments; len(a) != 1 {
		t.Errorf("attachments = %+v", a)
	}
}

// TestShowFromMessage: anybody sees the issues of a message with their own eyes.
func TestShowFromMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	m, err := w.bob.Say(t.Context(), general, "See https://linear.app/acme/issue/ENG-98/payment-retries-loop and (ENG-12).")
	if err != nil {
		t.Fatal(err)
	}
	shortcut(w, w.alice, "show_issue", m)
	shown := w.sees(w.alice, general, "Login test is flaky")
	if shown.EphemeralTo != w.alice.ID || !strings.Contains(slacktest.Text(shown), "Payment retries loop") {
		t.Errorf("shown:\n%s", slacktest.Text(shown))
	}
	w.unseen(w.bob, general, "Login test is flaky")
}

// TestGlobalShortcuts open the form and the list.
func TestGlobalShortcuts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	if err := w.alice.GlobalShortcut(t.Context(), "new_issue"); err != nil {
		t.Fatal(err)
	}
	w.form(w.alice, "New Linear issue")
	if err := w.alice.GlobalShortcut(t.Context(), "my_issues"); err != nil {
		t.Fatal(err)
	}
	w.sees(w.alice, w.alice.DM(), "Your open issues")
}

// TestLongThread: 412 messages keep the first 20 and the latest 180, and say so.
func TestLongThread(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	root := say(w, w.bob, engineering, "The nightly import is slow")
	for n := 2; n <= 412; n++ {
		if _, err := w.bob.ReplyInThread(t.Context(), root, fmt.Sprintf("Line number %d of it", n)); err != nil {
			t.Fatal(err)
		}
	}
	shortcut(w, w.alice, "create_issue_from_message", root)
	w.form(w.alice, "412 messages")
	w.form(w.alice, "I included the first 20 and latest 180 messages.")
	w.picks(w.alice, w.alice.View(), "team", "eng")
	w.form(w.alice, "(default)")
	w.await("the thread again", func() bool { return strings.Contains(slacktest.Text(w.alice.View()), "412 messages") })
	w.submits(w.alice, nil)
	w.announced(w.alice, engineering, root.TS)
	made := w.titled("The nightly import is slow")
	if len(made) != 1 {
		t.Fatalf("%d issues were made", len(made))
	}
	body := made[0].Description
	for n, want := range map[int]bool{2: true, 20: true, 21: false, 232: false, 233: true, 412: true} {
		if got := strings.Contains(body, fmt.Sprintf("Line number %d of it", n)); got != want {
			t.Errorf("message %d is in the description: %v, want %v", n, got, want)
		}
	}
	if !strings.Contains(body, "… 212 messages left out, see Slack") {
		t.Error("the description does not say what is left out")
	}
}

// TestShortcutNotConnected: the wish is held; after connecting one press opens the
// form of that thread.
func TestShortcutNotConnected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	thread := w.slack.Thread(engineering, "Login fails on Safari 26")
	shortcut(w, w.bob, "create_issue_from_message", thread[0])
	prompt := w.sees(w.bob, engineering, "Connect your Linear account")
	link, err := w.bob.Link(prompt, "Connect Linear")
	if err != nil {
		t.Fatal(err)
	}
	w.browse(link, "bob@acme.test")
	w.warm(w.bob)
	w.clicks(w.bob, w.sees(w.bob, engineering, "Finish creating"), "resume")
	v := w.form(w.bob, "4 messages")
	if !strings.Contains(slacktest.Text(v), "Login fails on Safari 26") {
		t.Errorf("the form shows:\n%s", slacktest.Text(v))
	}
}

// TestThreadLostAtSubmit: the form promised a thread that Slack then did not give.
// The issue is made, its card says what is missing, and one press adds it.
func TestThreadLostAtSubmit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.bob)
	thread := w.slack.Thread(engineering, "Login fails on Safari 26")
	shortcut(w, w.alice, "create_issue_from_message", thread[0])
	w.form(w.alice, "4 messages")
	w.picks(w.alice, w.alice.View(), "team", "des")
	w.form(w.alice, "4 messages")
	mend := w.slack.Inject(slacktest.Fault{Method: "conversations.replies", Code: "fatal_error"})
	w.submits(w.alice, map[string]any{"title": "Quite another matter here"})
	m := w.announced(w.alice, engineering, thread[0].TS)
	mustSay(t, slacktest.Text(m), "Only one message is in it: I couldn't read the thread.")
	made := w.titled("Quite another matter here")
	if len(made) != 1 || strings.Contains(made[0].Description, "private window too") {
		t.Fatalf("made %+v", made)
	}
	w.clicks(w.bob, m, "Add the thread")
	w.sees(w.bob, engineering, "Press *Add the thread* again in a moment")
	mend()
	w.clicks(w.bob, m, "Assign to me") // a press of another button keeps the offer
	w.await("the assignee", func() bool {
		m = w.announced(w.alice, engineering, thread[0].TS)
		return strings.Contains(slacktest.Text(m), "assigned")
	})
	w.clicks(w.bob, m, "Add the thread")
	w.await("the thread to be added", func() bool {
		return strings.Contains(slacktest.Text(w.announced(w.alice, engineering, thread[0].TS)), "added the thread as a comment")
	})
	if text := slacktest.Text(w.announced(w.alice, engineering, thread[0].TS)); strings.Contains(text, "Only one message") {
		t.Errorf("the card still offers the thread:\n%s", text)
	}
	comments := w.linear.Comments(made[0].Identifier)
	if len(comments) != 1 || comments[0].Author != "bob@acme.test" || !strings.Contains(comments[0].Body, "private window too") {
		t.Errorf("comments = %+v", comments)
	}
}

// TestThreadLostInTheForm: the form says that it could not read, and reads again.
func TestThreadLostInTheForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	thread := w.slack.Thread(engineering, "Login fails on Safari 26")
	mend := w.slack.Inject(slacktest.Fault{Method: "conversations.replies", Code: "fatal_error"})
	shortcut(w, w.alice, "create_issue_from_message", thread[0])
	v := w.form(w.alice, "I couldn't read the thread just now. Only this message will be included.")
	w.fills(w.alice, map[string]any{"description": "As typed"})
	mend()
	w.clicks(w.alice, v, "Try again")
	w.form(w.alice, "4 messages")
	w.picks(w.alice, w.alice.View(), "team", "eng")
	w.form(w.alice, "(default)")
	w.submits(w.alice, map[string]any{"title": "Quite another matter here"})
	w.announced(w.alice, engineering, thread[0].TS)
	made := w.titled("Quite another matter here")
	if len(made) != 1 || !strings.Contains(made[0].Description, "private window too") || !strings.HasPrefix(made[0].Description, "As typed") {
		t.Errorf("made %+v", made)
	}
}

// TestTeamPickedWhileTheThreadIsRead: what is drawn late in the background never
// takes back what was chosen meanwhile.
func TestTeamPickedWhileTheThreadIsRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, engineering, "/linear defaults channel")
	w.picks(w.alice, w.form(w.alice, "Channel defaults"), "team", "eng")
	w.form(w.alice, "Engineering")
	w.submits(w.alice, nil)
	w.sees(w.alice, engineering, "are saved")
	thread := w.slack.Thread(engineering, "Login fails on Safari 26")
	w.slack.Inject(slacktest.Fault{Method: "conversations.replies", Times: 1, Delay: 1500 * time.Millisecond})
	shortcut(w, w.alice, "create_issue_from_message", thread[0])
	v := w.form(w.alice, "Reading the thread…")
	drawn := func() (n, conflicts int) {
		for _, c := range w.slack.Calls() {
			if c.Method == "views.update" {
				n++
				if c.Error == "hash_conflict" {
					conflicts++
				}
			}
		}
		return n, conflicts
	}
	before, _ := drawn()
	w.picks(w.alice, v, "team", "des")
	w.until("the form to be drawn twice for the press and once in the background", func() bool { n, _ := drawn(); return n == before+3 })
	if _, conflicts := drawn(); conflicts != 1 {
		t.Errorf("%d drawings gave way, want the one in the background", conflicts)
	}
	w.form(w.alice, "4 messages")
	w.submits(w.alice, map[string]any{"title": "Quite another matter here"})
	w.announced(w.alice, engineering, thread[0].TS)
	if made := w.titled("Quite another matter here"); len(made) != 1 || made[0].TeamKey != "DES" {
		t.Errorf("made %+v", made)
	}
}

// TestTeamPickedBeforeTheLinkIsFound: that a thread has an issue already is said in
// the form when something was chosen there before it was known.
func TestTeamPickedBeforeTheLinkIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	thread := w.slack.Thread(engineering, "Login fails on Safari 26")
	shortcut(w, w.alice, "create_issue_from_message", thread[0])
	w.form(w.alice, "4 messages")
	w.picks(w.alice, w.alice.View(), "team", "eng")
	w.form(w.alice, "(default)")
	w.submits(w.alice, map[string]any{"title": "Quite another matter here"})
	w.announced(w.alice, engineering, thread[0].TS)
	w.linear.Fault(lineartest.Fault{Path: "/graphql", Op: "IssuesForURL", Times: 1, Delay: time.Second})
	shortcut(w, w.alice, "create_issue_from_message", thread[0])
	v := w.form(w.alice, "Reading the thread…")
	w.picks(w.alice, v, "team", "des")
	v = w.form(w.alice, "This thread is already")
	mustSay(t, slacktest.Text(v), "4 messages", "Design", "Create issue")
	w.clicks(w.alice, v, "Open card")
	w.sees(w.alice, engineering, "Quite another matter here")
}

// TestLastPressWins: of two choices in a form the later one is drawn, although the
// first is drawn late.
func TestLastPressWins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear")
	v := w.form(w.alice, "Team")
	w.slack.Inject(slacktest.Fault{Method: "views.update", Times: 1, Delay: 600 * time.Millisecond})
	w.picks(w.alice, v, "team", "des")
	w.picks(w.alice, v, "team", "eng")
	w.until("both to be drawn", func() bool {
		n := 0
		for _, c := range w.slack.Calls() {
			if c.Method == "views.update" {
				n++
			}
		}
		return n == 2
	})
	w.handled()
	session, err := w.accounts.Session(t.Context(), key(w.alice))
	if err != nil {
		t.Fatal(err)
	}
	dir, err := session.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	shown := fmt.Sprint(w.alice.View().Blocks)
	for _, team := range dir.Teams {
		if got := strings.Contains(shown, "state."+team.ID); got != (team.Key == "ENG") {
			t.Errorf("the form shows the states of %s: %v\n%s", team.Key, got, slacktest.Text(w.alice.View()))
		}
	}
	w.submits(w.alice, map[string]any{"title": "Where does this go at last"})
	w.sees(w.alice, general, "Where does this go at last")
	if made := w.titled("Where does this go at last"); len(made) != 1 || made[0].TeamKey != "ENG" {
		t.Errorf("made %+v", made)
	}
}
