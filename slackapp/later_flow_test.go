package slackapp_test

import (
	"strings"
	"testing"
	"time"

	"linearbot/linear/lineartest"
	"linearbot/slackapp"
	"linearbot/slackapp/slacktest"
)

// hasty looks for what is due several times a second.
func hasty(c *slackapp.Config) { c.Lease = 600 * time.Millisecond }

// limits makes Linear refuse one create for some seconds.
func (w *world) limits(op string, after time.Duration) {
	w.linear.Fault(lineartest.Fault{Op: op, Reply: lineartest.Limited(400, after), Times: 1})
}

// TestRateLimitedGoesOnByItself: a create that Linear limits is made when Linear
// takes requests again, once, also when the bot was restarted meanwhile; the answer
// takes the place of the notice.
func TestRateLimitedGoesOnByItself(t *testing.T) {
	t.Parallel()
	for _, restarted := range []bool{false, true} {
		w := newWorld(t, worldOptions{App: hasty})
		t.Run(map[bool]string{false: "running", true: "restarted"}[restarted], func(t *testing.T) {
			t.Parallel()
			w.connect(w.alice)
			w.limits("IssueCreate", 4*time.Second)
			w.types(w.alice, general, "/linear create Made after the limit team:ENG")
			m := w.sees(w.alice, general, "I'll retry at")
			if text := slacktest.Text(m); !strings.Contains(text, "Linear is limiting requests for your account.") || !strings.Contains(text, "you can close this.") {
				t.Errorf("it says:\n%s", text)
			}
			if n := len(w.titled("Made after the limit")); n != 0 {
				t.Fatalf("%d issues were made at once", n)
			}
			if restarted {
				w.restart()
			}
			done := w.sees(w.alice, general, "Created")
			if done.TS != m.TS || count(w.alice, general, "Created") != 1 {
				t.Errorf("the answer does not take the place of the notice:\n%s", w.alice.Screen(general))
			}
			if n := len(w.titled("Made after the limit")); n != 1 {
				t.Errorf("%d issues were made, want 1", n)
			}
		})
	}
}

// TestRateLimitedCanceled: Cancel means that nothing is made later.
func TestRateLimitedCanceled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{App: hasty})
	w.connect(w.alice)
	w.limits("IssueUpdate", 4*time.Second)
	w.types(w.alice, general, "/linear move ENG-135 In Review")
	w.clicks(w.alice, w.sees(w.alice, general, "I'll retry at"), "Cancel")
	w.sees(w.alice, general, "Canceled. Nothing was changed.")
	w.limits("IssueUpdate", 5*time.Second)
	w.types(w.alice, general, "/linear move ENG-104 In Review") // due after the one canceled
	w.sees(w.alice, general, "Moved")
	if i := w.issue("ENG-135"); i.State == "In Review" {
		t.Error("ENG-135 was moved all the same")
	}
	if i := w.issue("ENG-104"); i.State != "In Review" {
		t.Errorf("ENG-104 is %s", i.State)
	}
}

// TestRateLimitedForm: what was written in a form is created later, also when the
// form is closed; Cancel in the form ends that.
func TestRateLimitedForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{App: hasty})
	w.connect(w.alice)
	w.openForm(w.alice, "eng")
	w.limits("IssueCreate", 5*time.Second)
	w.submits(w.alice, map[string]any{"title": "Canceled in the form"})
	w.clicks(w.alice, w.form(w.alice, "I'll retry at"), "Cancel")
	w.form(w.alice, "Canceled. Nothing was changed.")
	w.openForm(w.alice, "eng")
	w.limits("IssueCreate", 5*time.Second)
	w.submits(w.alice, map[string]any{"title": "Written before the limit"})
	v := w.form(w.alice, "I'll retry at")
	if text := slacktest.Text(v); strings.Contains(text, "Try again") || !strings.Contains(text, "Copy text") {
		t.Errorf("the form shows:\n%s", text)
	}
	if err := w.alice.CloseView(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.sees(w.alice, general, "Written before the limit")
	if n, no := len(w.titled("Written before the limit")), len(w.titled("Canceled in the form")); n != 1 || no != 0 {
		t.Errorf("%d and %d issues were made, want 1 and 0", n, no)
	}
}

// TestRateLimitedRead: a list offers what was seen before, and says how old it is.
func TestRateLimitedRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear list team:DES")
	shown := w.sees(w.alice, general, "DES-")
	w.linear.Fault(lineartest.Fault{Path: "/graphql", Reply: lineartest.Limited(400, time.Hour)})
	w.types(w.alice, engineering, "/linear list team:DES")
	m := w.sees(w.alice, engineering, "I'll retry at")
	w.clicks(w.alice, m, "Show what I had a moment ago")
	saved := w.sees(w.alice, engineering, "as of")
	row := strings.SplitN(slacktest.Text(shown), "\n", 4)[2]
	if saved.TS != m.TS || !strings.Contains(slacktest.Text(saved), row) {
		t.Errorf("want %q in\n%s", row, slacktest.Text(saved))
	}
	w.types(w.alice, engineering, "/linear list team:DES p:urgent")
	m = w.sees(w.alice, engineering, "I'll retry at")
	if strings.Contains(slacktest.Text(m), "Show what I had") {
		t.Errorf("it offers a list that was never shown:\n%s", slacktest.Text(m))
	}
}
