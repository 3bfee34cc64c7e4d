package slackapp_test

import (
	"testing"
	"time"

	"linearbot/slackapp/slacktest"
	"linearbot/store"
)

// TestRemovedFromSlack: all grants go, here and at Linear, what waits included; Slack
// is not called any more, and the process stays to repeat what Linear could not be told.
func TestRemovedFromSlack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, twoWorkspaces())
	w.connect(w.alice, w.bob)
	w.reconnectIn("globex")
	if err := w.db.QueueNotice(t.Context(), store.Notice{Key: key(w.bob), Kind: "unblocked", At: time.Now().Add(time.Minute)}); err != nil {
		t.Fatal(err)
	}
	w.slack.Uninstall()
	w.until("every grant to be gone", func() bool {
		return w.living() == "" && w.state(w.alice) == store.Disconnected && w.state(w.bob) == store.Disconnected
	})
	w.until("the socket to be closed", func() bool { up, _ := w.app.Ready(); return !up && w.slack.Sockets() == 0 })
	calls := w.slack.CountCalls("auth.test")
	all := len(w.slack.Calls())
	w.app.SendNotices(t.Context())
	if _, err := w.accounts.RefreshDue(t.Context()); err != nil {
		t.Error(err)
	}
	if n := len(w.slack.Calls()); n != all {
		t.Errorf("%d calls to Slack after the removal: %+v", n-all, w.slack.Calls()[all:])
	}
	if calls < 2 {
		t.Errorf("auth.test was called %d times: the removal was not asked about", calls)
	}
	select {
	case err := <-w.ended:
		t.Fatalf("the process ended: %v", err)
	default:
	}
	left, err := w.db.ClaimNotices(t.Context(), "test", time.Now().Add(time.Hour), time.Minute, 20)
	if err != nil || len(left) != 0 {
		t.Errorf("%d notices are still owed, %v", len(left), err)
	}
}

// TestEveryProcessHearsOfTheRemoval: Slack tells one process, the other one learns it
// from the store and stops calling Slack too.
func TestEveryProcessHearsOfTheRemoval(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	other := w.launch(nil)
	w.slack.Inject(slacktest.Fault{Method: "auth.test", Code: "account_inactive"})
	w.slack.AnnounceRemoval() // one event, to one of them
	w.until("both processes to leave Slack", func() bool {
		first, _ := w.app.Ready()
		second, _ := other.app.Ready()
		return !first && !second && w.slack.Sockets() == 0 && w.state(w.alice) == store.Disconnected
	})
	calls := len(w.slack.Calls())
	w.app.SendNotices(t.Context())
	other.app.SendNotices(t.Context())
	for _, p := range []process{{ended: w.ended}, other} {
		select {
		case err := <-p.ended:
			t.Fatalf("a process ended: %v", err)
		default:
		}
	}
	if err := w.db.QueueNotice(t.Context(), store.Notice{Key: key(w.alice), Kind: "unblocked", At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	w.app.SendNotices(t.Context())
	other.app.SendNotices(t.Context())
	if n := len(w.slack.Calls()); n != calls {
		t.Errorf("%d calls to Slack after the removal: %+v", n-calls, w.slack.Calls()[calls:])
	}
	other.stop()
	if err := <-other.ended; err != nil {
		t.Error(err)
	}
}

// TestOtherRevocationsAreNoRemoval: tokens of people, and an event that comes after the
// app was installed again, take nothing away.
func TestOtherRevocationsAreNoRemoval(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.slack.RevokeUserTokens(w.alice.ID, w.bob.ID)
	asked := w.slack.CountCalls("auth.test")
	w.slack.AnnounceRemoval()
	w.until("Slack to be asked", func() bool { return w.slack.CountCalls("auth.test") > asked })
	w.types(w.alice, general, "/linear show ENG-12")
	w.sees(w.alice, general, "Login test is flaky on Safari")
	if w.state(w.alice) != store.Active || w.living() != "acme" {
		t.Errorf("Alice is %s, living: %s", w.state(w.alice), w.living())
	}
}
