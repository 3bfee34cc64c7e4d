package main

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"linearbot/slackapp/slacktest"
)

// TestTour plays the golden path on a stage of its own, as "bot demo --tour" does.
func TestTour(t *testing.T) {
	t.Parallel()
	var out, trouble bytes.Buffer
	if status := run(t.Context(), []string{"demo", "--tour"}, &out, &trouble); status != 0 {
		t.Fatalf("bot demo --tour ends with %d: %s\n%s", status, trouble.String(), out.String())
	}
	for _, words := range []string{"Ready to make 1 change", "stopped working", "scenes held"} {
		if !strings.Contains(out.String(), words) {
			t.Errorf("the transcript does not show %q", words)
		}
	}
}

// TestDemoSurvivesARestartOfTheBot types a command, restarts the bot under the
// page, and types again.
func TestDemoSurvivesARestartOfTheBot(t *testing.T) {
	t.Parallel()
	s, err := newStage(t.Context(), stageOptions{Dir: t.TempDir(), Log: stageLog(t.Output(), slog.LevelWarn)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}()
	alice := s.slack.Person("alice")
	for range 2 {
		if err := alice.Command(t.Context(), general, "/linear help"); err != nil {
			t.Fatal(err)
		}
		waiting, cancel := context.WithTimeout(t.Context(), stagePatience)
		err := s.slack.Await(waiting, func() bool { _, ok := alice.Find(general, "What you can do"); return ok })
		cancel()
		if err != nil {
			t.Fatalf("no help: %v; Alice sees %q", err, slacktest.Text(alice.Last(general)))
		}
		if err := s.restartBot(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
