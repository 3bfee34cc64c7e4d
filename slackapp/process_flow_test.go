package slackapp_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"linearbot/linear/lineartest"
	"linearbot/slackapp"
	"linearbot/slackapp/slacktest"
	"linearbot/store"
)

// count is how many messages with these words a person sees in a channel.
func count(p *slacktest.Person, channel, words string) int {
	n := 0
	for _, m := range p.Sees(channel) {
		if strings.Contains(slacktest.Text(m), words) {
			n++
		}
	}
	return n
}

// TestTwoProcesses on one database, each with a socket: what one works on is left
// alone by the other, also when Slack delivers it again to either.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{App: func(c *slackapp.Config) { c.Lease = 600 * time.Millisecond }})
	w.connect(w.alice)
	w.linear.Fault(lineartest.Fault{Op: "IssueCreate", Hold: 2 * time.Second, Times: 1})
	w.types(w.alice, general, "/linear create Worked on by one process team:ENG")
	envelopes := w.slack.Envelopes()
	second := w.launch(nil)
	t.Cleanup(func() {
		second.stop()
		if err := <-second.ended; err != nil {
			t.Errorf("second process: %v", err)
		}
	})
	for range 8 { // sockets are chosen at random
		if err := w.slack.Redeliver(t.Context(), envelopes[len(envelopes)-1].ID); err != nil {
			t.Fatal(err)
		}
	}
	w.sees(w.alice, general, "Created")
	w.types(w.alice, engineering, "/linear ENG-98")
	w.sees(w.alice, engineering, "Payment retries loop")
	if n := w.linear.CountRequests("/graphql"); n == 0 || len(w.titled("Worked on by one process")) != 1 {
		t.Errorf("%d issues were made, want 1", len(w.titled("Worked on by one process")))
	}
	creates := 0
	for _, r := range w.linear.Requests() {
		if r.Op == "IssueCreate" {
			creates++
		}
	}
	if creates != 1 || count(w.alice, general, "Created") != 1 {
		t.Errorf("%d create requests, %d answers, want one of each:\n%s", creates, count(w.alice, general, "Created"), w.alice.Screen(general))
	}
}

// TestTwoProcessesKeepEveryTitle: what one person changes at the same time in two
// processes, each with the database open by itself, is all named on Home.
func TestTwoProcessesKeepEveryTitle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	db, err := store.Open(t.Context(), "sqlite:"+w.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, db.Close()) })
	second := w.launch(func(c *slackapp.Config) { c.DB = db })
	t.Cleanup(func() {
		second.stop()
		if err := <-second.ended; err != nil {
			t.Errorf("second process: %v", err)
		}
	})
	const many = 16
	for n := range many { // sockets are chosen at random
		w.types(w.alice, general, fmt.Sprintf("/linear create Kept title %02d team:ENG", n))
	}
	w.await("every title", func() bool {
		row, err := w.db.Memory(t.Context(), key(w.alice), "recent", time.Now())
		if err != nil {
			return false
		}
		kept, err := w.keyring.Open(row.Body, []byte("memory/"+key(w.alice).String()+"/recent"))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Count(string(kept), "Kept title") == many
	})
	w.await("every answer", func() bool { return count(w.alice, general, "Created") >= many }) // it follows the title
	if n := count(w.alice, general, "Created"); n != many {
		t.Errorf("%d answers to %d commands", n, many)
	}
}

// leftBehind puts a command into the inbox as a process leaves it that was killed.
func (w *world) leftBehind(p *slacktest.Person, id, line string, begun int, due time.Time) {
	w.t.Helper()
	w.types(p, general, "/linear help") // a real envelope to copy
	sent := w.slack.Envelopes()
	payload := strings.Replace(string(sent[len(sent)-1].Payload), `"text":"help"`, `"text":"`+line+`"`, 1)
	body, err := w.keyring.Seal([]byte(payload), []byte("inbox/"+id))
	if err != nil {
		w.t.Fatal(err)
	}
	e := store.Envelope{ID: id, Kind: "slash_commands", Body: body, ReceivedAt: time.Now(), Owner: "killed", DueAt: due}
	if _, err := w.db.Receive(w.t.Context(), e); err != nil {
		w.t.Fatal(err)
	}
	for range begun - 1 {
		if _, err := w.db.ClaimEnvelopes(w.t.Context(), "killed", due, 0, 10); err != nil {
			w.t.Fatal(err)
		}
	}
}

// TestKilledProcess: what a killed process had acknowledged is done by one that
// lives, when the lease is over and not before; what was begun too often is told.
func TestKilledProcess(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{App: func(c *slackapp.Config) { c.Lease = 600 * time.Millisecond }})
	w.connect(w.alice)
	began := time.Now()
	w.leftBehind(w.alice, "killed/1", "create Left by a killed process team:ENG", 1, began.Add(1500*time.Millisecond))
	w.sees(w.alice, general, "Created")
	if d := time.Since(began); d < 1500*time.Millisecond {
		t.Errorf("it was taken up after %v, while its lease ran", d)
	}
	if n := len(w.titled("Left by a killed process")); n != 1 {
		t.Errorf("%d issues were made, want 1", n)
	}
	w.leftBehind(w.alice, "killed/2", "create Begun too often team:ENG", 3, time.Now())
	w.sees(w.alice, general, "I was restarted while I worked on this.")
	if n := len(w.titled("Begun too often")); n != 0 {
		t.Errorf("%d issues were made, want none", n)
	}
}

// TestSlackUnwellAtTheStart: trouble of Slack's own is waited out, a refusal is not.
func TestSlackUnwellAtTheStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.halt()
	w.slack.Inject(slacktest.Fault{Method: "auth.test", Code: "internal_error", Times: 1})
	w.start()
	w.types(w.alice, general, "/linear show ENG-98")
	w.sees(w.alice, general, "Payment retries loop")
}

// TestFormGoesOnAfterARestart: whoever was told “You can close this. I'll tell you when
// it is done” is told, also when the process that said so is gone.
func TestFormGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{Log: quiet}) // what the old process still does may outlive the test
	w.connect(w.alice)
	w.openForm(w.alice, "eng")
	const held = 12 * time.Second
	w.linear.Fault(lineartest.Fault{Op: "IssueCreate", Hold: held, Times: 1})
	began := time.Now()
	w.submits(w.alice, map[string]any{"title": "Promised before the restart"})
	w.form(w.alice, "I'll tell you when it is done")
	w.restart()
	w.sees(w.alice, general, "Promised before the restart")
	if took := time.Since(began); took > held {
		t.Errorf("she was told after %v: by the process that is gone", took)
	}
	if n := len(w.titled("Promised before the restart")); n != 1 {
		t.Errorf("%d issues were made, want 1", n)
	}
}
