package slackapp_test

import (
	"testing"
	"time"

	"linearbot/linear/lineartest"
	"linearbot/slackapp/slacktest"
)

// TestRevokedInTheMiddleOfAPlan: what was changed is said to be, what was not is
// said not to be; one message says why; after reconnecting one press does the rest,
// each once.
func TestRevokedInTheMiddleOfAPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	moved := []string{"ENG-135", "ENG-104", "ENG-121", "ENG-12", "ENG-98", "ENG-142"}
	done := func() (n int) {
		for _, ref := range moved {
			if w.issue(ref).State == "Canceled" {
				n++
			}
		}
		return n
	}
	w.types(w.alice, general, "/linear move ENG-135 ENG-104 ENG-121 ENG-12 ENG-98 ENG-142 Canceled")
	m := w.sees(w.alice, general, "Ready to make 6 changes")
	w.linear.Fault(lineartest.Fault{Op: "IssueUpdate", Skip: 2, Delay: time.Second, Reply: lineartest.Unauthenticated()})
	before := w.linear.CountRequests("IssueUpdate")
	w.clicks(w.alice, m, "Apply 6 changes")
	w.until("a third change on its way", func() bool { return w.linear.CountRequests("IssueUpdate")-before >= 3 })
	w.linear.RevokeAccess("alice@acme.test")
	m = w.sees(w.alice, general, "2 of 6 changed. 4 failed:")
	mustSay(t, slacktest.Text(m), "your access was removed", "Retry failed (4)")
	if n := done(); n != 2 {
		t.Errorf("%d issues were moved, 2 were said to be", n)
	}
	for range 3 {
		w.app.SendNotices(t.Context())
	}
	w.sees(w.alice, w.alice.DM(), "Your Linear connection stopped working")
	if n := count(w.alice, w.alice.DM(), "stopped working"); n != 1 {
		t.Errorf("%d messages say that the connection stopped, want 1", n)
	}
	w.linear.ClearFaults()
	w.connect(w.alice)
	w.clicks(w.alice, m, "Retry failed (4)")
	w.sees(w.alice, general, "6 changes made.")
	if n := done(); n != 6 {
		t.Errorf("%d issues were moved, want 6", n)
	}
	for _, ref := range moved {
		n := 0
		for _, c := range w.issue(ref).History {
			if c.Field == "state" && c.To == "Canceled" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s was moved %d times", ref, n)
		}
	}
}
