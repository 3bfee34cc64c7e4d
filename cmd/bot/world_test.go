package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"linearbot/slackapp/slacktest"
)

// world is the real bot over real sockets in a local Slack.
type world struct {
	t     *testing.T
	slack *slacktest.Server
	bot   *bot
	stop  func() // as SIGTERM does, and waits for the end
}

// patience bounds every wait of these tests.
const patience = 20 * time.Second

// newWorld starts the bot against a local Slack and the Linear at linearURL.
func newWorld(t *testing.T, linearURL, publicURL string, more ...func(*config)) *world {
	t.Helper()
	manifest, err := os.ReadFile("../../manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	slack := slacktest.NewServer(slacktest.Options{Manifest: manifest, Seed: true})
	t.Cleanup(slack.Close)
	cfg := config{
		SlackBotToken: slack.BotToken, SlackAppToken: slack.AppToken, SlackAPIURL: slack.APIURL,
		LinearClientID: "client", LinearClientSecret: "secret", LinearAuthURL: linearURL, LinearAPIURL: linearURL,
		LinearActor: "user", LinearScopes: "read,write", PublicURL: publicURL, ListenAddr: strings.TrimPrefix(publicURL, "http://"),
		DatabaseURL: "sqlite:" + filepath.Join(t.TempDir(), "bot.db"), RefreshSchedule: "@every 1m", ProbeSchedule: "@every 15m",
		Command: "/linear", Verify: "email", Assistant: "parser", LogLevel: "debug",
		AssistantPersonTokens: "1000000", AssistantWorkspaceTokens: "20000000", AssistantTurns: "8",
	}
	for _, change := range more {
		change(&cfg)
	}
	if err := cfg.finish(); err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, slack: slack}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	w.bot, err = build(t.Context(), cfg, log)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.bot.serve(ctx) }()
	w.stop = sync.OnceFunc(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
		if err := w.bot.close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	t.Cleanup(w.stop)
	w.await("the socket to be up", func() bool { return slack.Sockets() > 0 })
	return w
}

// freeAddress is a loopback address nobody listens on now.
func freeAddress(t *testing.T) string {
	t.Helper()
	addr, err := freeLoopback(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return addr
}

func (w *world) await(what string, cond func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	if err := w.slack.Await(ctx, cond); err != nil {
		w.t.Fatalf("waiting for %s: %v", what, err)
	}
}

// sees waits until a person sees words in a channel.
func (w *world) sees(p *slacktest.Person, channel, words string) slacktest.Message {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	m, err := p.AwaitWords(ctx, channel, words)
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}
