package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linearbot/linear/lineartest"
	"linearbot/store"
)

// TestEverythingOutlivesTheDemo runs a kept demo, ends it, and goes on in a second run.
func TestEverythingOutlivesTheDemo(t *testing.T) {
	t.Parallel()
	ctx, dir := t.Context(), filepath.Join(t.TempDir(), "state")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	const title = "Kept between runs"
	p := newTour(t, stageOptions{Dir: dir, Keep: true})
	must(p.connectAlice(ctx))
	must(p.types(ctx, p.alice, general, "/linear create "+title+" team:ENG"))
	_, err := p.sees(ctx, p.alice, general, title)
	must(err)
	_, err = p.bob.Say(ctx, engineering, "Before the restart")
	must(err)
	made, _ := p.titled(title)
	address := p.linear.URL
	if _, err := newStage(ctx, stageOptions{Dir: dir, Keep: true, Log: p.log}); err == nil || !strings.Contains(err.Error(), "another demo uses") {
		t.Errorf("a second demo on the same directory: %v", err)
	}
	must(p.close())

	p = newTour(t, stageOptions{Dir: dir, Keep: true})
	defer func() { must(p.close()) }()
	if p.linear.URL != address {
		t.Errorf("Linear moved from %s to %s", address, p.linear.URL)
	}
	if a, err := p.account(ctx, p.alice); err != nil || a.State != store.Active {
		t.Fatalf("Alice's account = %v, %v", a.State, err)
	}
	if _, ok := p.bob.Find(engineering, "Before the restart"); !ok {
		t.Error("what Bob said is gone")
	}
	card, ok := p.alice.Find(general, title)
	if !ok {
		t.Fatal("the card is gone")
	}
	must(p.alice.Click(ctx, card, "Assign to me"))
	must(p.holds(ctx, "the old card's button works", func() bool {
		i, _ := p.linear.Issue(made.ID)
		return i.Assignee == aliceMail
	}))

	p.linear.ExpireAccessTokens(aliceMail)
	must(p.types(ctx, p.alice, general, "/linear show "+made.Identifier))
	must(p.holds(ctx, "the token of the first run is refreshed", func() bool {
		return p.linear.CountRequests("refresh_token") == 1
	}))
	must(p.holds(ctx, "the account stays active with the new pair", func() bool {
		a, err := p.account(ctx, p.alice)
		return err == nil && a.State == store.Active && a.RefreshedAt.After(made.CreatedAt)
	}))
	// Killed here, the next run must know the pair that the bot has.
	raw, err := os.ReadFile(filepath.Join(dir, "linear.json"))
	must(err)
	next := lineartest.New(lineartest.Options{App: lineartest.OAuthApp{Name: "Linear in Slack"}})
	defer next.Close()
	must(next.Restore(raw))
	grants := p.linear.Grants()
	if now := grants[len(grants)-1]; !next.CurrentRefresh(now.Refresh) || now.Pairs < 2 {
		t.Errorf("the file does not know the newest refresh token (%d pairs)", now.Pairs)
	}
}

// TestAStateOfAnotherVersionIsRefused and left as it is.
func TestAStateOfAnotherVersionIsRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"demo.json", "linear.json", "slack.json"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, name)
			const foreign = `{"Version":99,"Future":"shape"}`
			if err := os.WriteFile(path, []byte(foreign), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := newStage(t.Context(), stageOptions{Dir: dir, Keep: true, Log: stageLog(t.Output(), 0)})
			if err == nil || !strings.Contains(err.Error(), "another version of the demo (99; this one reads 1)") {
				t.Errorf("newStage = %v", err)
			}
			if after, err := os.ReadFile(path); err != nil || string(after) != foreign {
				t.Errorf("the file is now %.80q, %v", after, err)
			}
		})
	}
}
