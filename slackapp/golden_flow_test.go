package slackapp_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"linearbot/accounts"
	"linearbot/assistant/modeltest"
	"linearbot/linear"
	"linearbot/slackapp/slacktest"
)

// renamed is a world in which Linear calls somebody by another name.
func renamed(t *testing.T, from, to string) *world {
	t.Helper()
	return newWorld(t, worldOptions{Accounts: func(c *accounts.Config) {
		real, err := url.Parse(c.APIURL)
		if err != nil {
			t.Fatal(err)
		}
		proxy := httputil.NewSingleHostReverseProxy(real)
		proxy.ModifyResponse = func(r *http.Response) error {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return err
			}
			body = bytes.ReplaceAll(body, []byte(from), []byte(to))
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			r.Header.Del("Content-Length")
			return nil
		}
		front := httptest.NewServer(proxy)
		t.Cleanup(front.Close)
		c.Linear = linear.New(linear.Config{APIURL: front.URL})
	}})
}

func TestTwoAlicesAreAskedAboutOnce(t *testing.T) {
	t.Parallel()
	w := renamed(t, "Bob Diaz", "Alice Diaz")
	w.connect(w.alice)
	w.says(w.alice, w.alice.DM(), golden)
	q := w.sees(w.alice, w.alice.DM(), "Which Alice?")
	if text := slacktest.Text(q); !strings.Contains(text, "alice@acme.test") || !strings.Contains(text, "bob@acme.test") || !strings.Contains(text, "I'll remember your choice") {
		t.Errorf("the question does not tell them apart:\n%s", text)
	}
	name := "Alice Chen"
	for _, line := range strings.Split(slacktest.Text(q), "[") {
		if label, _, ok := strings.Cut(line, "]"); ok && strings.Contains(label, "alice@acme.test") {
			name = label
		}
	}
	w.clicks(w.alice, q, name)
	w.sees(w.alice, w.alice.DM(), "Ready to make 1 change")
	second := w.says(w.alice, w.alice.DM(), "show open issues assigned to Alice")
	w.await("the second answer", func() bool { return len(w.alice.Thread(w.alice.DM(), second.TS)) > 1 })
	if m := w.alice.Thread(w.alice.DM(), second.TS)[1]; strings.Contains(slacktest.Text(m), "Which Alice?") {
		t.Errorf("the choice was forgotten:\n%s", slacktest.Text(m))
	}
}

func TestNobodyCalledAlice(t *testing.T) {
	t.Parallel()
	w := renamed(t, "Alice Chen", "Dora Chen")
	w.connect(w.bob)
	w.says(w.bob, w.bob.DM(), strings.ReplaceAll(golden, "Alice", "Alicia"))
	w.sees(w.bob, w.bob.DM(), "I know nobody called “Alicia”. Nothing was changed.")
	w.unseen(w.bob, w.bob.DM(), "Ready to make")
}

func TestTheGoldenPathWithoutInReview(t *testing.T) {
	t.Parallel()
	w := renamed(t, "In Review", "Checking")
	w.connect(w.alice)
	w.says(w.alice, w.alice.DM(), golden)
	q := w.sees(w.alice, w.alice.DM(), "has no “In Review”")
	w.clicks(w.alice, q, "Checking")
	w.clicks(w.alice, w.sees(w.alice, w.alice.DM(), "Ready to make 1 change"), "Move ENG-98")
	w.await("ENG-98 to be moved", func() bool { return w.issue("ENG-98").State == "In Review" })
}

// previewed is the preview of the golden path.
func (w *world) previewed() slacktest.Message {
	w.t.Helper()
	w.says(w.alice, w.alice.DM(), golden)
	return w.sees(w.alice, w.alice.DM(), "Ready to make 1 change")
}

func TestAPreviewThatIsNoLongerTrueIsShownAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.bob)
	preview := w.previewed()
	w.types(w.bob, general, "/linear move ENG-98 Todo")
	w.sees(w.bob, general, "Moved")
	w.clicks(w.alice, preview, "Move ENG-98")
	again := w.sees(w.alice, w.alice.DM(), "ENG-98 (now Todo) changed since I showed you this.")
	if got := w.issue("ENG-98").State; got != "Todo" {
		t.Fatalf("ENG-98 is %s after a press on a stale preview", got)
	}
	if text := slacktest.Text(again); !strings.Contains(text, "Todo → *In Review*") {
		t.Errorf("the new preview is not of now:\n%s", text)
	}
	w.clicks(w.alice, again, "Move ENG-98")
	w.await("ENG-98 to be in review", func() bool { return w.issue("ENG-98").State == "In Review" })
}

func TestAStrangerAndASecondPressChangeNothing(t *testing.T) {
	t.Parallel()
	w, _ := withModel(t, modeltest.Script(modeltest.Say("Off it goes.").And(wantsDone)))
	w.connect(w.alice, w.bob)
	root := w.says(w.alice, general, "@linear ENG-98 has been finished for ages, hasn't it? do the needful")
	preview := w.sees(w.alice, general, "Ready to make 1 change")
	if _, seen := w.bob.Find(general, "Ready to make 1 change"); seen {
		w.clicks(w.bob, preview, "Move ENG-98")
		w.sees(w.bob, general, "can confirm this.")
	}
	if got := w.issue("ENG-98").State; got != "In Progress" {
		t.Fatalf("ENG-98 is %s after a stranger's press", got)
	}
	w.clicks(w.alice, preview, "Move ENG-98")
	w.await("ENG-98 to be done", func() bool { return w.issue("ENG-98").State == "Done" })
	n := w.linear.CountRequests("IssueUpdate")
	envelopes := w.slack.Envelopes()
	for _, e := range envelopes[max(0, len(envelopes)-3):] {
		if err := w.slack.Redeliver(t.Context(), e.ID); err != nil {
			t.Logf("not redelivered: %v", err)
		}
	}
	w.says(w.alice, w.alice.DM(), "show ENG-142")
	w.sees(w.alice, w.alice.DM(), "ENG-142")
	if got := w.linear.CountRequests("IssueUpdate"); got != n {
		t.Errorf("%d updates after the envelopes came again, want %d", got, n)
	}
	_ = root
}

func TestAPreviewOutlivesARestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	preview := w.previewed()
	w.restart()
	w.clicks(w.alice, preview, "Move ENG-98")
	w.await("ENG-98 to be in review", func() bool { return w.issue("ENG-98").State == "In Review" })
}

func TestAnEventThatComesTwiceIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.previewed()
	for _, e := range w.slack.Envelopes() {
		if err := w.slack.Redeliver(t.Context(), e.ID); err != nil {
			t.Logf("not redelivered: %v", err)
		}
	}
	w.says(w.alice, w.alice.DM(), "thanks")
	w.sees(w.alice, w.alice.DM(), "You're welcome.")
	previews := 0
	for _, m := range w.alice.Sees(w.alice.DM()) {
		for _, reply := range w.alice.Thread(w.alice.DM(), m.TS) {
			if strings.Contains(slacktest.Text(reply), "Ready to make 1 change") {
				previews++
			}
		}
	}
	if previews != 1 {
		t.Errorf("%d previews of one request", previews)
	}
}

func TestAccessThatEndsInTheMiddleIsTold(t *testing.T) {
	t.Parallel()
	var w *world
	w, _ = withModel(t, func(r modeltest.Request) modeltest.Reply {
		if len(r.Messages) > 1 {
			return modeltest.Say("Closing.").And(wantsDone)
		}
		w.linear.RevokeAccess(mailOf(w.alice))
		return modeltest.Call("linear_issues_list", map[string]any{"team": "ENG"})
	})
	w.connect(w.alice)
	w.says(w.alice, w.alice.DM(), wondering)
	w.sees(w.alice, w.alice.DM(), "Reconnect")
	w.unseen(w.alice, w.alice.DM(), "Ready to make")
	if got := w.issue("ENG-98").State; got != "In Progress" {
		t.Errorf("ENG-98 is %s", got)
	}
}

func TestTwoThreadsKeepApart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	one, two := w.says(w.alice, w.alice.DM(), "show ENG-98"), w.says(w.alice, w.alice.DM(), "show ENG-142")
	both := func(words string) func() bool {
		return func() bool {
			for _, q := range []slacktest.Message{one, two} {
				thread := w.alice.Thread(w.alice.DM(), q.TS)
				if !strings.Contains(slacktest.Text(thread[len(thread)-1]), words) {
					return false
				}
			}
			return true
		}
	}
	w.await("both cards", both("Assign"))
	for _, q := range []slacktest.Message{one, two} {
		if _, err := w.alice.ReplyInThread(t.Context(), q, "assign it to Carol"); err != nil {
			t.Fatal(err)
		}
	}
	w.await("both previews", both("Ready to make 1 change"))
	for q, ref := range map[string]string{one.TS: "ENG-98", two.TS: "ENG-142"} {
		thread := w.alice.Thread(w.alice.DM(), q)
		if text := slacktest.Text(thread[len(thread)-1]); !strings.Contains(text, ref) {
			t.Errorf("in the thread of %s “it” became:\n%s", ref, text)
		}
	}
}
