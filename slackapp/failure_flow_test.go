package slackapp_test

import (
	"strings"
	"testing"
	"time"

	"linearbot/linear/lineartest"
	"linearbot/slackapp/slacktest"
)

// TestNamesThatMeanNothing: nothing is created; a suggestion goes on with it, the
// form opens with the rest.
func TestNamesThatMeanNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear create Coupons expire early team:Enginering p:high")
	m := w.sees(w.alice, general, "No team called “Enginering”. Did you mean Engineering (ENG)")
	w.clicks(w.alice, m, "Engineering")
	w.sees(w.alice, general, "Created")
	if made := w.titled("Coupons expire early"); len(made) != 1 || made[0].TeamKey != "ENG" || made[0].Priority != 2 {
		t.Fatalf("made %+v", made)
	}
	w.types(w.alice, general, "/linear create Another one team:ENG assignee:zzz p:low")
	m = w.sees(w.alice, general, "No person called “zzz”")
	w.clicks(w.alice, m, "Open form")
	v := w.form(w.alice, "Another one")
	if text := slacktest.Text(v); !strings.Contains(text, "Engineering (ENG)") || !strings.Contains(text, "static select: Low") {
		t.Errorf("the form shows:\n%s", text)
	}
}

// TestUnknownState offers the team's states; a press moves.
func TestUnknownState(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear move ENG-135 QA")
	m := w.sees(w.alice, general, "has no “QA”. Its states: Backlog, Todo, In Progress")
	w.clicks(w.alice, m, "In Review")
	w.sees(w.alice, general, "Moved")
	if i := w.issue("ENG-135"); i.State != "In Review" {
		t.Errorf("ENG-135 is %s", i.State)
	}
}

// TestTryAgain: a command that failed is made again by its button, once.
func TestTryAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	undo := w.linear.Fault(lineartest.Fault{Path: "/graphql", Cut: true})
	w.types(w.alice, general, "/linear create Kept while down team:ENG")
	m := w.sees(w.alice, general, "Try again")
	undo()
	w.clicks(w.alice, m, "Try again")
	done := w.sees(w.alice, general, "Created")
	if done.TS != m.TS {
		t.Error("the answer is another message")
	}
	if n := len(w.titled("Kept while down")); n != 1 {
		t.Errorf("%d issues were made, want 1", n)
	}
	w.handled()
	w.halt()
	left, err := w.db.ClaimEnvelopes(t.Context(), "test/look", time.Now().Add(time.Hour), time.Minute, 10)
	if err != nil || len(left) != 0 {
		t.Errorf("a next process would work on %d envelopes again: %+v, %v", len(left), left, err)
	}
}

// TestLostAnswers: a change whose answer is lost is looked up, done, and never
// done twice.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ op, line, shows string }{
		{"IssueCreate", "/linear create Answer lost team:ENG", "Created"},
		{"IssueUpdate", "/linear move ENG-135 In Review", "Moved"},
		{"CommentCreate", "/linear comment ENG-135 Once only", "Comment added"},
	} {
		t.Run(c.op, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.connect(w.alice)
			w.linear.Fault(lineartest.Fault{Op: c.op, Lose: true, Times: 1})
			w.types(w.alice, general, c.line)
			w.sees(w.alice, general, c.shows)
			if n := len(w.titled("Answer lost")) + len(w.linear.Comments("ENG-135")); c.op != "IssueUpdate" && n != 1 {
				t.Errorf("%s was done %d times", c.op, n)
			}
			if i := w.issue("ENG-135"); c.op == "IssueUpdate" && i.State != "In Review" {
				t.Errorf("ENG-135 is %s", i.State)
			}
		})
	}
}

// TestLookedUp: neither the answer nor the look-up came back, so the person is told
// that it is looked up, and then how it was.
func TestLookedUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		op, line string
		fault    lineartest.Fault // of the change, twice
		shows    []string
		made     int
	}{
		"it did":              {"IssueCreate", "/linear create Answer lost team:ENG", lineartest.Fault{Lose: true}, []string{"It did: *ENG-", "Answer lost", "Undo"}, 1},
		"it didn't":           {"IssueCreate", "/linear create Answer lost team:ENG", lineartest.Fault{Cut: true}, []string{"It didn't. Nothing was created.", "Try again"}, 0},
		"a comment, it did":   {"CommentCreate", "/linear comment ENG-135 Once only", lineartest.Fault{Lose: true}, []string{"It did: *ENG-135*.", "Comment added"}, 1},
		"a comment, it didnt": {"CommentCreate", "/linear comment ENG-135 Once only", lineartest.Fault{Cut: true}, []string{"It didn't. Nothing was changed.", "Try again"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.connect(w.alice)
			c.fault.Op, c.fault.Times = c.op, 2
			w.linear.Fault(c.fault)
			looked := w.linear.Fault(lineartest.Fault{Op: map[string]string{"IssueCreate": "Issue", "CommentCreate": "Comment"}[c.op], Reply: &lineartest.Reply{Status: 503}})
			w.types(w.alice, general, c.line)
			w.sees(w.alice, general, "Linear didn't answer in time. Checking whether it went through…")
			looked()
			mustSay(t, slacktest.Text(w.sees(w.alice, general, c.shows[0])), c.shows...)
			if n := len(w.titled("Answer lost")) + len(w.linear.Comments("ENG-135")); n != c.made {
				t.Errorf("it was done %d times, want %d", n, c.made)
			}
		})
	}
}

// TestUndoWithoutAnAnswer: what was taken back is found out, and what was not is
// never called undone.
func TestUndoWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear move ENG-135 In Review")
	w.sees(w.alice, general, "Moved")
	undo := w.linear.Fault(lineartest.Fault{Op: "IssueUpdate", Reply: &lineartest.Reply{Status: 503}})
	w.types(w.alice, general, "/linear undo")
	w.sees(w.alice, general, "couldn't check whether it went through")
	undo()
	if i := w.issue("ENG-135"); i.State != "In Review" {
		t.Errorf("ENG-135 is %s", i.State)
	}
	w.unseen(w.alice, general, "Undone")
	w.linear.Fault(lineartest.Fault{Op: "IssueUpdate", Lose: true, Times: 1})
	w.types(w.alice, general, "/linear undo")
	w.sees(w.alice, general, "Undone: ENG-135: as it was before")
	if i := w.issue("ENG-135"); i.State != "Todo" {
		t.Errorf("ENG-135 is %s", i.State)
	}
}

// TestSlowLinear: five seconds for every answer; Slack never shows a failure of its
// own, and each flow shows a sign of work and its end.
func TestSlowLinear(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.linear.Fault(lineartest.Fault{Path: "/graphql", Delay: 5 * time.Second})
	began := time.Now()
	w.types(w.alice, general, "/linear create Slow but sure team:ENG")
	w.sees(w.alice, general, "Working on it")
	if d := time.Since(began); d > 1500*time.Millisecond {
		t.Errorf("no sign of work for %v", d)
	}
	began = time.Now()
	w.types(w.alice, w.alice.DM(), "/linear status")
	w.sees(w.alice, w.alice.DM(), "Working on it")
	if d := time.Since(began); d > 1500*time.Millisecond {
		t.Errorf("no sign of status for %v", d)
	}
	w.sees(w.alice, w.alice.DM(), "Linear: not answering")
	w.openForm(w.alice, "eng")
	w.submits(w.alice, map[string]any{"title": "Slow in the form"})
	w.form(w.alice, "Creating your issue…")
	w.sees(w.alice, general, "Slow but sure")
	w.sees(w.alice, general, "Slow in the form")
	if f := w.alice.Failure(); f != "" {
		t.Errorf("Slack shows %q", f)
	}
	if n := len(w.titled("Slow but sure")) + len(w.titled("Slow in the form")); n != 2 {
		t.Errorf("%d issues were made, want 2", n)
	}
}

// TestErrorsBesideData are never shown as success.
func TestErrorsBesideData(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.linear.Fault(lineartest.Fault{Op: "IssueUpdate", Times: 1, Reply: lineartest.Errors(lineartest.GraphQLError{
		Message: "no <b>access</b>", Type: "forbidden", Code: "FORBIDDEN",
	})})
	w.types(w.alice, general, "/linear move ENG-135 In Review")
	m := w.sees(w.alice, general, "Linear says you can't")
	if text := slacktest.Text(m); strings.Contains(text, "<b>") || strings.Contains(text, "Moved") {
		t.Errorf("it says:\n%s", text)
	}
}

// TestRestartInTheMiddle: a create that was cut off by a restart is finished once.
func TestRestartInTheMiddle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	for _, e := range w.slack.Envelopes() {
		if e.Failed {
			t.Fatalf("%s failed", e.Label)
		}
	}
	w.types(w.alice, general, "/linear create Once over a restart team:ENG")
	w.restart()
	w.sees(w.alice, general, "Created")
	last := w.slack.Envelopes()[len(w.slack.Envelopes())-1]
	if err := w.slack.Redeliver(t.Context(), last.ID); err != nil {
		t.Fatal(err)
	}
	w.types(w.alice, general, "/linear ENG-98")
	w.sees(w.alice, general, "Payment retries loop")
	if n := len(w.titled("Once over a restart")); n != 1 {
		t.Errorf("%d issues were made, want 1", n)
	}
}

// TestPreviewButtons: nobody else confirms, a second click does nothing, and there
// is nothing to undo before anything was done.
func TestPreviewButtons(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.bob)
	w.types(w.alice, general, "/linear undo")
	w.sees(w.alice, general, "There's nothing from the last 10 minutes to undo.")
	if _, err := w.alice.Say(t.Context(), general, "@linear move ENG-104 to In Review"); err != nil {
		t.Fatal(err)
	}
	w.await("the preview in the thread", func() bool { m, ok := w.alice.Find(general, "Ready to make 1 change"); return ok && m.TS != "" })
	m, _ := w.alice.Find(general, "Ready to make 1 change")
	if m.EphemeralTo == "" {
		w.clicks(w.bob, m, "Move ENG-104")
		w.sees(w.bob, general, "Only <@"+w.alice.ID+"> can confirm this.")
	}
	w.clicks(w.alice, m, "Move ENG-104")
	w.sees(w.alice, general, "Moved")
	if i := w.issue("ENG-104"); i.State != "In Review" {
		t.Errorf("ENG-104 is %s", i.State)
	}
}

// TestPrivateTeamStaysPrivate: filing into a private team from a public thread
// shows the card to the person alone.
func TestPrivateTeamStaysPrivate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.carol)
	thread := w.slack.Thread(engineering, "Login fails on Safari 26")
	shortcut(w, w.carol, "create_issue_from_message", thread[0])
	w.form(w.carol, "4 messages")
	w.picks(w.carol, w.carol.View(), "team", "sec")
	w.form(w.carol, "Security (SEC)")
	w.await("the thread again", func() bool { return strings.Contains(slacktest.Text(w.carol.View()), "4 messages") })
	w.submits(w.carol, map[string]any{"title": "Hidden from the channel"})
	m := w.sees(w.carol, engineering, "Hidden from the channel")
	if m.EphemeralTo != w.carol.ID {
		t.Errorf("the card is public:\n%s", slacktest.Text(m))
	}
	w.unseen(w.bob, engineering, "Hidden from the channel")
	w.clicks(w.carol, m, "Undo")
	w.sees(w.carol, engineering, "Undone")
}
