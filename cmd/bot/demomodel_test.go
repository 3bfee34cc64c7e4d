package main

import (
	"context"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"testing"

	"linearbot/slackapp/slacktest"
)

// newTour is a stage with people on it and Alice connected.
func newTour(t *testing.T, o stageOptions) *tour {
	t.Helper()
	o.Log = stageLog(t.Output(), slog.LevelWarn)
	s, err := newStage(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	p := &tour{stage: s, out: io.Discard, browsers: map[string]*browser{}, shown: map[string]bool{}}
	p.alice, p.bob, p.carol = s.slack.Person("alice"), s.slack.Person("bob"), s.slack.Person("carol")
	return p
}

func (t *tour) connectAlice(ctx context.Context) error {
	if err := t.types(ctx, t.alice, general, "/linear connect"); err != nil {
		return err
	}
	m, err := t.sees(ctx, t.alice, general, "Connect")
	if err != nil {
		return err
	}
	return t.approve(ctx, t.alice, m, "Connect Linear", aliceMail)
}

// TestTheScriptedModelWorksWithWhatItReads asks what the parser cannot read and
// holds the answers to the state of the local Linear.
func TestTheScriptedModelWorksWithWhatItReads(t *testing.T) {
	t.Parallel()
	p := newTour(t, stageOptions{Dir: t.TempDir(), Model: stageModel{Kind: modelScripted}})
	defer func() {
		if err := p.close(); err != nil {
			t.Error(err)
		}
	}()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(p.connectAlice(ctx))
	dm := p.alice.DM()

	must(p.says(ctx, p.alice, dm, "Summarise what the team is struggling with and file a follow-up"))
	m, err := p.sees(ctx, p.alice, dm, "Ready to make 1 change")
	must(err)
	bugs := 0
	for _, i := range p.linear.Issues() {
		open := i.StateType != "completed" && i.StateType != "canceled"
		if !i.Private && open && strings.Contains(strings.Join(i.Labels, " "), "bug") {
			bugs++
		}
	}
	if text := slacktest.Text(m); !strings.Contains(text, plural(bugs, "bug")) || !m.Streamed && m.Edited == "" {
		t.Errorf("the answer does not count the %d open bugs, or did not grow on the screen:\n%s", bugs, text)
	}
	must(p.alice.Click(ctx, m, "Create issue"))
	must(p.holds(ctx, "the follow-up is in Linear, by Alice", func() bool {
		for _, i := range p.linear.Issues() {
			if strings.HasPrefix(i.Title, "Follow up: ") && i.Creator == aliceMail && strings.Contains(i.Description, "- ENG-") {
				return true
			}
		}
		return false
	}))

	must(p.says(ctx, p.alice, dm, "Write me a poem"))
	_, err = p.sees(ctx, p.alice, dm, "I am a script")
	must(err)

	thread := p.slack.Thread(engineering, "Login fails on Safari 26")
	_, err = p.alice.ReplyInThread(ctx, thread[0], "@linear can you summarise this and file an issue?")
	must(err)
	m, err = p.sees(ctx, p.alice, engineering, "Ready to make 1 change")
	must(err)
	if text := slacktest.Text(m); !strings.Contains(text, "storage access check") || !m.Streamed {
		t.Errorf("the summary does not hold what Carol said, or was not streamed:\n%s", text)
	}
	if v := p.model.Violations(); len(v) > 0 {
		t.Errorf("the provider's rules were broken: %v", v)
	}
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strings.Join([]string{strconv.Itoa(n), noun + "s"}, " ")
}

func TestARealKeyIsUsedOnRequestOnly(t *testing.T) {
	t.Parallel()
	keyed := config{AnthropicAPIKey: "sk-real", AnthropicBaseURL: "https://model.test"}
	for _, kind := range []string{"scripted", "none"} {
		if m, err := (&demoCmd{Model: kind}).model(&keyed); err != nil || m.Key != "" || m.BaseURL != "" {
			t.Errorf("--model %s = %+v, %v", kind, m, err)
		}
	}
	if m, err := (&demoCmd{Model: "live"}).model(&keyed); err != nil || m.Key != "sk-real" || !strings.Contains(m.note(), "leave this machine") {
		t.Errorf("--model live = %+v, %v; it says %q", m, err, m.note())
	}
	if _, err := (&demoCmd{Model: "live"}).model(&config{}); err == nil || !strings.Contains(err.Error(), "ANTHROPIC_API_KEY is not set") {
		t.Errorf("--model live without a key: %v", err)
	}
}
