package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"linearbot"
	"linearbot/assistant/modeltest"
	"linearbot/linear/lineartest"
	linearpage "linearbot/linear/lineartest/page"
	"linearbot/slackapp/slacktest"
)

// stage is the whole product on one machine: the local Slack, the local Linear,
// and the real bot between them over real sockets.
//
//	people ─▶ slacktest ═ WebSocket ═▶ bot ─ HTTP ─▶ lineartest ◀─ people's browsers
//	             ▲                     ││ ▲                │
//	             └───── Web API ───────┘│ └── webhooks ────┘
//	                    modeltest ◀─────┘ what the parser cannot read, when the model is scripted
type stage struct {
	slack  *slacktest.Server
	linear *lineartest.Server
	model  *modeltest.Server // nil unless scripted
	bot    *bot
	keeper *keeper // nil unless everything is kept

	cfg   config
	log   *slog.Logger
	stop  context.CancelFunc
	ended chan error

	restarting sync.Mutex
}

// stageOptions shape a stage.
type stageOptions struct {
	Dir   string // where the database and its keyset live
	Keep  bool   // Dir holds everything: it is taken up again, and kept as it changes
	Log   *slog.Logger
	Model stageModel
}

// stageModel is what answers words that the parser cannot read.
type stageModel struct {
	Kind                  string // modelScripted, modelLive, or "" for none
	Key, BaseURL, Version string // of the live one
}

const (
	modelScripted = "scripted"
	modelLive     = "live"
)

// modelPace is the pause between the pieces of a scripted answer, so that people
// see it grow.
const modelPace = 60 * time.Millisecond

const stageWebhookSecret = "local-webhook-secret"

// newStage starts all three and waits until the bot's socket is up. The caller
// closes what it returns.
func newStage(ctx context.Context, o stageOptions) (*stage, error) {
	s := &stage{log: o.Log}
	if err := s.start(ctx, o); err != nil {
		return nil, errors.Join(err, s.closeStandIns())
	}
	return s, nil
}

func (s *stage) start(ctx context.Context, o stageOptions) (err error) {
	var last demoFile
	if o.Keep {
		if s.keeper, last, err = openState(o.Dir); err != nil {
			return err
		}
	}
	public, err := freeLoopback(ctx, last.Public)
	if err != nil {
		return err
	}
	s.slack = slacktest.NewServer(slacktest.Options{Manifest: linearbot.Manifest, Seed: true})
	if err := s.startLinear("http://"+public, last.Linear); err != nil {
		return err
	}
	if s.keeper != nil {
		s.keeper.slack, s.keeper.linear = s.slack, s.linear
		if err := s.keeper.restore(); err != nil {
			return err // nothing is written over what could not be read
		}
		if err := s.keeper.start(public); err != nil {
			return err
		}
	}
	s.cfg = s.config(o.Dir, public)
	s.useModel(o.Model)
	return s.startBot(ctx)
}

// useModel gives the bot a model: a script on this machine, or the real one.
func (s *stage) useModel(m stageModel) {
	switch m.Kind {
	case modelScripted:
		key := rand.Text()
		s.model = modeltest.NewServer(modeltest.Options{Key: key, Respond: modeltest.Demo, Pace: modelPace})
		s.cfg.AnthropicAPIKey, s.cfg.AnthropicBaseURL, s.cfg.AssistantModel = key, s.model.URL, "script"
	case modelLive:
		s.cfg.AnthropicAPIKey, s.cfg.AnthropicBaseURL, s.cfg.AssistantModel = m.Key, m.BaseURL, m.Version
	default:
		return
	}
	s.cfg.Assistant = "model"
}

// startLinear starts the local Linear with the bot registered as an OAuth app, at
// the address it had last when that is free.
func (s *stage) startLinear(public, last string) error {
	app := lineartest.DefaultApp
	app.Name, app.RedirectURIs, app.AnyLoopback = "Linear in Slack", []string{public + "/oauth/callback"}, true
	app.WebhookURL, app.WebhookSecret = public+"/webhooks/linear", stageWebhookSecret
	o := lineartest.Options{Seed: true, App: app, Pages: linearpage.New}
	if s.keeper != nil {
		o.Keep = s.keeper.keepTokens
	}
	s.linear = lineartest.New(o)
	if last != "" && s.linear.Start(last) == nil {
		return nil
	}
	if err := s.linear.Start("127.0.0.1:0"); err != nil {
		return fmt.Errorf("local Linear: %w", err)
	}
	return nil
}

// config is what an operator would set to run against these two servers.
func (s *stage) config(dir, public string) config {
	return config{
		SlackBotToken: s.slack.BotToken, SlackAppToken: s.slack.AppToken, SlackAPIURL: s.slack.APIURL,
		LinearClientID: lineartest.DefaultApp.ClientID, LinearClientSecret: lineartest.DefaultApp.ClientSecret,
		LinearAuthURL: s.linear.URL, LinearAPIURL: s.linear.URL, LinearActor: "user", LinearScopes: "read,write",
		LinearWebhook: stageWebhookSecret, PublicURL: "http://" + public, ListenAddr: public,
		DatabaseURL:     "sqlite:" + filepath.Join(dir, "linearbot.db"),
		RefreshSchedule: "@every 1m", ProbeSchedule: "@every 15m", Command: "/linear", Verify: "email",
		Assistant: "parser", AssistantPersonTokens: "1000000", AssistantWorkspaceTokens: "20000000", AssistantTurns: "8", LogLevel: "info",
	}
}

// startBot builds and runs the bot, and returns once its socket is up.
func (s *stage) startBot(ctx context.Context) error {
	if err := s.cfg.finish(); err != nil {
		return fmt.Errorf("the stage's own configuration: %w", err)
	}
	b, err := build(ctx, s.cfg, s.log)
	if err != nil {
		return err
	}
	opened := s.slack.CountCalls("apps.connections.open")
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.bot, s.stop, s.ended = b, stop, make(chan error, 1)
	go func() { s.ended <- b.serve(serving) }()
	waiting, cancel := context.WithTimeout(ctx, stagePatience)
	defer cancel()
	up := func() bool { return s.slack.Sockets() > 0 && s.slack.CountCalls("apps.connections.open") > opened }
	if err := s.slack.Await(waiting, up); err != nil {
		return errors.Join(fmt.Errorf("the bot's socket did not come up: %w", err), s.stopBot())
	}
	return nil
}

// stagePatience bounds every wait for something that people would see at once.
const stagePatience = 20 * time.Second

// stopBot ends the bot as SIGTERM does; the stand-ins stay up.
func (s *stage) stopBot() error {
	s.stop()
	err := <-s.ended
	if errors.Is(err, context.Canceled) {
		err = nil // it was stopped before it was up
	}
	return errors.Join(err, s.bot.close())
}

// restartBot is a deployment: the old process drains, a new one takes over.
func (s *stage) restartBot(ctx context.Context) error {
	s.restarting.Lock()
	defer s.restarting.Unlock()
	if err := s.stopBot(); err != nil {
		return err
	}
	return s.startBot(ctx)
}

func (s *stage) close() error { return errors.Join(s.stopBot(), s.closeStandIns()) }

// closeStandIns ends what was started, the last change kept.
func (s *stage) closeStandIns() error {
	var err error
	if s.keeper != nil {
		err = s.keeper.close()
	}
	if s.linear != nil {
		s.linear.Close()
	}
	if s.slack != nil {
		s.slack.Close()
	}
	if s.model != nil {
		s.model.Close()
	}
	return err
}

// freeLoopback is a loopback address nobody listens on now: last, when it can be
// had again.
func freeLoopback(ctx context.Context, last string) (string, error) {
	var lc net.ListenConfig
	if host, _, err := net.SplitHostPort(last); err == nil && loopback(host) {
		if l, err := lc.Listen(ctx, "tcp", last); err == nil {
			return last, l.Close()
		}
	}
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// stageDir is a directory for the stage's database, and what removes it.
func stageDir() (dir string, remove func() error, err error) {
	dir, err = os.MkdirTemp("", "linearbot-demo-")
	return dir, func() error { return os.RemoveAll(dir) }, err
}

// stageLog keeps the bot's own log out of the way of what people see.
func stageLog(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// indented is text as a transcript shows it.
func indented(text string) string {
	return "    │ " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    │ ")
}
