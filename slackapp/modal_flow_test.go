package slackapp_test

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"linearbot/linear/lineartest"
	"linearbot/slackapp/slacktest"
)

// openForm opens the New issue form and picks a team.
func (w *world) openForm(p *slacktest.Person, team string) slacktest.View {
	w.t.Helper()
	w.types(p, general, "/linear")
	v := w.form(p, "Create issue")
	w.picks(p, v, "team", team)
	w.await("the form of the team", func() bool { return strings.Contains(slacktest.Text(p.View()), "(default)") })
	return p.View()
}

// TestFormFollowsTheTeam: what was typed stays, what the new team does not have is
// cleared and said, and never submitted.
func TestFormFollowsTheTeam(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.openForm(w.alice, "eng")
	w.clicks(w.alice, w.alice.View(), "More fields")
	w.form(w.alice, "Template")
	w.fills(w.alice, map[string]any{"title": "Dark mode flickers on resize", "description": "On every page"})
	v := w.alice.View()
	state := suggested(w, w.alice, v, "Status", "review")
	label := suggested(w, w.alice, v, "Labels", "infra")
	w.fills(w.alice, map[string]any{"Status": state, "Labels": []string{label}})
	w.picks(w.alice, w.alice.View(), "team", "des")
	v = w.form(w.alice, "(not in Design)")
	text := slacktest.Text(v)
	if !strings.Contains(text, "Cleared: Status") || !strings.Contains(text, "Dark mode flickers") || !strings.Contains(text, "On every page") {
		t.Errorf("the form shows:\n%s", text)
	}
	w.submits(w.alice, nil)
	w.sees(w.alice, general, "Created")
	made := w.titled("Dark mode flickers on resize")
	if len(made) != 1 || made[0].TeamKey != "DES" || made[0].Description != "On every page" {
		t.Fatalf("made %+v", made)
	}
}

// suggested is the first option of a menu that asks the app.
func suggested(w *world, p *slacktest.Person, v slacktest.View, menu, words string) string {
	w.t.Helper()
	found, err := p.Suggest(w.t.Context(), v, menu, words)
	if err != nil || len(found) == 0 {
		w.t.Fatalf("%s typed %q into %s: %d options, %v", p.ID, words, menu, len(found), err)
	}
	return found[0].Text
}

// TestFormExactlyOnce: a double submit, a lost answer, a slow Linear and a redelivered
// envelope each end in one issue.
func TestFormExactlyOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		fault lineartest.Fault
	}{
		{"answer lost", lineartest.Fault{Op: "IssueCreate", Lose: true, Times: 1}},
		{"slower than the form waits", lineartest.Fault{Op: "IssueCreate", Hold: 3 * time.Second, Times: 1}},
		{"refused at first", lineartest.Fault{Op: "IssueCreate", Reply: lineartest.Unavailable(), Times: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.connect(w.alice)
			w.openForm(w.alice, "eng")
			w.linear.Fault(c.fault)
			w.submits(w.alice, map[string]any{"title": "Exactly once please"})
			if v := w.alice.View(); strings.Contains(slacktest.Text(v), "Try again") {
				w.clicks(w.alice, v, "Try again")
			}
			w.sees(w.alice, general, "Created")
			if n := len(w.titled("Exactly once please")); n != 1 {
				t.Errorf("%d issues were made, want 1", n)
			}
		})
	}
}

// TestLinearDown: nothing typed is lost: Try again creates, Copy text shows it.
func TestLinearDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.openForm(w.alice, "eng")
	undo := w.linear.Fault(lineartest.Fault{Path: "/graphql", Reply: lineartest.Unavailable()})
	w.submits(w.alice, map[string]any{"title": "Written while Linear is down", "description": "All of it"})
	v := w.form(w.alice, "Try again")
	w.clicks(w.alice, v, "Copy text")
	w.form(w.alice, "All of it")
	if err := w.alice.CloseView(t.Context()); err != nil {
		t.Fatal(err)
	}
	undo()
	w.clicks(w.alice, w.alice.View(), "Try again")
	w.sees(w.alice, general, "Created")
	if n := len(w.titled("Written while Linear is down")); n != 1 {
		t.Errorf("%d issues were made, want 1", n)
	}
}

// TestSimilarIssues: a likely duplicate is asked about once; using it adds a
// comment, going on creates.
func TestSimilarIssues(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.openForm(w.alice, "eng")
	w.submits(w.alice, map[string]any{"title": "Safari login shows blank page again", "description": "Since 26.1"})
	v := w.form(w.alice, "Similar issues")
	if text := slacktest.Text(v); !strings.Contains(text, "ENG-142") || !strings.Contains(text, "matches: “safari login") {
		t.Errorf("the view shows:\n%s", text)
	}
	w.clicks(w.alice, v, "Use this one")
	w.form(w.alice, "Added to")
	if c := w.linear.Comments("ENG-142"); len(c) != 2 || !strings.Contains(c[1].Body, "Since 26.1") {
		t.Errorf("comments = %+v", c)
	}
	if n := len(w.titled("Safari login shows blank page again")); n != 0 {
		t.Errorf("%d issues were made, want none", n)
	}
	w.openForm(w.alice, "eng")
	w.submits(w.alice, map[string]any{"title": "Safari login shows blank page again"})
	w.form(w.alice, "Similar issues")
	w.submits(w.alice, nil)
	w.sees(w.alice, general, "Created")
	w.noForm(w.alice)
	if n := len(w.titled("Safari login shows blank page again")); n != 1 {
		t.Errorf("%d issues were made, want 1", n)
	}
}

// TestFormCreateIsOneRequest: likely duplicates are looked for while the title is
// written, or when the form opens with one; the submit asks Linear for the issue
// and nothing else, also where the title was changed a moment ago. A title that
// nothing is known of is looked up first.
func TestFormCreateIsOneRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	writeForm(w, 1)
	if n := w.requests(func() { w.submits(w.alice, nil); w.sees(w.alice, general, formTitle(1)) }); n != 1 {
		t.Errorf("a form that was written in peace takes %d requests, want 1", n)
	}
	before := w.linear.CountRequests("Issues")
	w.types(w.alice, engineering, "/linear create Widgets rotate backwards in winter")
	w.form(w.alice, "Widgets rotate")
	w.until("the title to be looked up", func() bool { return w.linear.CountRequests("Issues") > before })
	w.picks(w.alice, w.alice.View(), "team", "des")
	w.form(w.alice, "Design (DES)")
	if n := w.requests(func() { w.submits(w.alice, nil); w.sees(w.alice, engineering, "Created") }); n != 1 {
		t.Errorf("a form that opened with its title takes %d requests, want 1", n)
	}
	writeForm(w, 2)
	if n := w.requests(func() {
		w.submits(w.alice, map[string]any{"title": formTitle(2) + " today"})
		w.sees(w.alice, general, formTitle(2)+" today")
	}); n != 1 {
		t.Errorf("a title that was changed a moment ago takes %d requests, want 1", n)
	}
	before = w.linear.CountRequests("Issues")
	w.openForm(w.alice, "eng")
	w.fills(w.alice, map[string]any{"title": "Safari login shows blank"})
	w.until("the title to be looked up", func() bool { return w.linear.CountRequests("Issues") > before })
	if n := w.requests(func() {
		w.submits(w.alice, map[string]any{"title": "Safari login shows blank page again"})
		w.form(w.alice, "Similar issues")
	}); n != 0 {
		t.Errorf("a title that became a duplicate a moment ago takes %d requests before the question, want 0", n)
	}
	closeModal(w)
	closeModal(w)
	w.openForm(w.alice, "eng")
	n := w.requests(func() {
		w.submits(w.alice, map[string]any{"title": "Safari login spins"})
		w.form(w.alice, "Similar issues")
	})
	if n != 1 {
		t.Errorf("a title that was written a moment ago takes %d requests before the question, want 1", n)
	}
}

// TestFormRefusesHere: what can be seen without Linear stands under its field.
func TestFormRefusesHere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear")
	w.form(w.alice, "Create issue")
	err := w.alice.Submit(t.Context(), w.alice.View(), map[string]any{"title": "  "})
	if !errors.As(err, new(slacktest.FieldErrors)) {
		t.Errorf("submitting without a team: %v", err)
	}
}

// TestTemplate fills what is empty; a description that was written stays unless it
// is replaced on purpose.
func TestTemplate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.openForm(w.alice, "eng")
	w.clicks(w.alice, w.alice.View(), "More fields")
	v := w.form(w.alice, "Template")
	w.fills(w.alice, map[string]any{"title": "From a template", "description": "My own words"})
	name := suggested(w, w.alice, v, "template", "")
	w.clicks(w.alice, w.alice.View(), "template", name)
	v = w.form(w.alice, "Template not applied to your description")
	w.clicks(w.alice, v, "Replace description")
	w.await("the description to be empty", func() bool { return !strings.Contains(slacktest.Text(w.alice.View()), "My own words") })
	w.submits(w.alice, nil)
	w.sees(w.alice, general, "Created")
	made := w.titled("From a template")
	if len(made) != 1 || made[0].Description == "" || made[0].Description == "My own words" {
		t.Errorf("made %+v", made)
	}
}

// TestTriggerExpired: the text is safe and a button opens the form.
func TestTriggerExpired(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	for i, f := range []slacktest.Fault{{RetryAfter: 2}, {Status: http.StatusBadGateway}, {Reset: true}, {Code: "internal_error"}} {
		f.Method, f.Times = "views.open", 1
		undo := w.slack.Inject(f)
		title := "Typed before trouble " + strconv.Itoa(i)
		where := []string{general, design, payments, security}[i]
		w.types(w.alice, where, "/linear create "+title)
		m := w.sees(w.alice, where, "Slack took too long to open the form. Your text is safe.")
		undo()
		w.clicks(w.alice, m, "Open form")
		w.form(w.alice, title)
		if err := w.alice.CloseView(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	undo := w.slack.Inject(slacktest.Fault{Method: "views.open", Code: "expired_trigger_id", Times: 1})
	defer undo()
	thread := w.slack.Thread(engineering, "Login fails on Safari 26")
	shortcut(w, w.alice, "create_issue_from_message", thread[0])
	m := w.sees(w.alice, engineering, "Slack took too long to open the form. Your text is safe.")
	w.clicks(w.alice, m, "Open form")
	w.form(w.alice, "Login fails on Safari 26")
	w.form(w.alice, "4 messages")
}

// TestSubmitTwice: the same form sent again, by a redelivered envelope, is the same issue.
func TestSubmitTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.openForm(w.alice, "eng")
	w.submits(w.alice, map[string]any{"title": "Sent twice by accident"})
	w.sees(w.alice, general, "Sent twice by accident")
	for _, e := range w.slack.Envelopes() {
		if e.Label == "view_submission" {
			if err := w.slack.Redeliver(t.Context(), e.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := len(w.titled("Sent twice by accident")); n != 1 {
		t.Errorf("%d issues were made, want 1", n)
	}
}

// TestNoTeam: without a team and without defaults the form opens with what was typed.
func TestNoTeam(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear create Which team is this for p:urgent")
	v := w.form(w.alice, "Which team is this for")
	if text := slacktest.Text(v); !strings.Contains(text, "static select: Urgent") {
		t.Errorf("the form shows:\n%s", text)
	}
}

// TestPostWhereTheBotIsNot: the person gets the card, and how to invite the bot.
func TestPostWhereTheBotIsNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, design, "/linear")
	w.picks(w.alice, w.form(w.alice, "Create issue"), "team", "eng")
	w.form(w.alice, "(default)")
	w.submits(w.alice, map[string]any{"title": "Posted from design", "Options": []string{"Post in #design"}})
	m := w.sees(w.alice, design, "I'm not in #design. Type `/invite @linear`.")
	if m.EphemeralTo != w.alice.ID || !strings.Contains(slacktest.Text(m), "Posted from design") {
		t.Errorf("shown:\n%s", slacktest.Text(m))
	}
}

// TestEditKeepsOthers: what somebody else changed while the form was open stays.
func TestEditKeepsOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.bob)
	w.types(w.alice, general, "/linear set ENG-104")
	w.form(w.alice, "Save changes")
	w.types(w.bob, general, "/linear move ENG-104 Done")
	w.sees(w.bob, general, "Moved")
	w.types(w.alice, engineering, "/linear ENG-104")
	w.sees(w.alice, engineering, "Login timeout")
	w.submits(w.alice, map[string]any{"Title": "Login timeout on trains"})
	w.sees(w.alice, general, "Login timeout on trains")
	if i := w.issue("ENG-104"); i.State != "Done" || i.Title != "Login timeout on trains" || i.Description == "" {
		t.Errorf("ENG-104 = %+v", i)
	}
}

// TestSettingsFollowTheTeam: choosing a team keeps the settings form, and the next
// new issue starts with it.
func TestSettingsFollowTheTeam(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear defaults")
	w.picks(w.alice, w.form(w.alice, "Save settings"), "team", "des")
	w.form(w.alice, "Design (DES)")
	w.submits(w.alice, map[string]any{"New issues": []string{"Assign to me"}})
	w.sees(w.alice, general, "Your settings are saved: team *Design*")
	w.types(w.alice, general, "/linear create Starts in Design")
	w.sees(w.alice, general, "Created")
	if made := w.titled("Starts in Design"); len(made) != 1 || made[0].TeamKey != "DES" || made[0].Assignee != "alice@acme.test" {
		t.Errorf("made %+v", made)
	}
}
