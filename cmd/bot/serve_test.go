package main

import "testing"

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
