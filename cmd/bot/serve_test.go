package main

import (
	"testing"
	"time"

	"linearbot/slackapp/slacktest"
)

func TestCommandsBeforeConnecting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "http://127.0.0.1:1", "http://"+freeAddress(t))
	alice := w.slack.Person("alice")
	const channel = "C0GENERAL"

	for _, c := range []struct{ command, answer string }{
		{"/linear status", "Not connected"},
		{"/linear help", "What you can do"},
		{"/linear create Fix login team:ENG", "Connect your Linear account"},
		{"/linear crate Fix login", "Did you mean"},
		{"/linear admin", "Only workspace admins can open this."},
	} {
		if err := alice.Command(t.Context(), channel, c.command); err != nil {
			t.Fatalf("%s: %v", c.command, err)
		}
		w.sees(alice, channel, c.answer)
	}
	if f := alice.Failure(); f != "" {
		t.Errorf("Slack showed %q", f)
	}
}

// Who waits because Slack limits us does not keep the process from ending, whether
// Slack says for how long or not.
func TestStoppingEndsWaitsForSlack(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]slacktest.Fault{
		"for a minute":       {Method: "users.info", RetryAfter: 60},
		"it is not said how": {Method: "users.info", Status: 429},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "http://127.0.0.1:1", "http://"+freeAddress(t))
			w.slack.Inject(fault)
			asked := w.slack.CountCalls("users.info")
			if err := w.slack.Person("alice").Command(t.Context(), general, "/linear connect"); err != nil {
				t.Fatal(err)
			}
			w.await("Slack to be asked about her", func() bool { return w.slack.CountCalls("users.info") > asked })
			began := time.Now()
			if w.stop(); time.Since(began) > 10*time.Second {
				t.Errorf("the end took %s", time.Since(began))
			}
		})
	}
}
