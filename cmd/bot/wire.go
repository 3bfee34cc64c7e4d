package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
	"golang.org/x/time/rate"

	"linearbot/accounts"
	"linearbot/assistant"
	"linearbot/linear"
	"linearbot/slackapp"
	"linearbot/store"
)

// Outside calls never wait longer than this. slack-go's own client has no limit:
// a black-holed apps.connections.open would hang its reconnect loop for ever.
const (
	slackCap   = 20 * time.Second
	quickCap   = 2800 * time.Millisecond // a trigger lives 3 s
	linearCap  = 30 * time.Second
	retrySlack = 3

	openPause = 2 * time.Second // between two sockets, after the first few
	openBurst = 5
)

// bot is the running program: every part, built once.
type bot struct {
	cfg      config
	log      *slog.Logger
	db       *store.DB
	keyring  *accounts.Keyring
	accounts *accounts.Manager
	app      *slackapp.App
	owner    string        // names this process in leases
	stopping chan struct{} // closed when serve is to end: nobody waits for Slack any more
	metrics  *prometheus.Registry
	seen     *metrics
}

// build makes every part. The caller closes what it returns.
func build(ctx context.Context, cfg config, log *slog.Logger) (*bot, error) {
	keyring, err := cfg.keyring()
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, cfg.DatabaseURL)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	b := &bot{cfg: cfg, log: log, db: db, keyring: keyring, metrics: prometheus.NewRegistry()}
	if err := b.wire(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return b, nil
}

// sweepTransport keeps a connection for each request of a sweep; net/http keeps two.
func sweepTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 32
	return t
}

func (b *bot) wire(ctx context.Context) error {
	cfg := b.cfg
	b.owner = ownerName()
	outside := &http.Client{Timeout: linearCap, Transport: sweepTransport()}
	pulse := new(slackapp.Pulse)
	b.seen = newMetrics(b)
	b.seen.register(b.metrics)
	api := linear.New(linear.Config{
		APIURL: cfg.LinearAPIURL, HTTP: &http.Client{Timeout: linearCap, Transport: pulse}, Log: b.log, Seen: b.seen.asked,
	})
	manager, err := accounts.New(accounts.Config{
		DB: b.db, Keyring: b.keyring, Linear: api, HTTP: outside, Log: b.log,
		ClientID: cfg.LinearClientID, ClientSecret: accounts.NewSecret(cfg.LinearClientSecret),
		AuthURL: cfg.LinearAuthURL, APIURL: cfg.LinearAPIURL, PublicURL: cfg.PublicURL,
		Actor: cfg.LinearActor, Scopes: cfg.scopes(), Verify: cfg.Verify, Owner: b.owner,
		ProbeEvery: cfg.probeEvery(),
		Refreshed:  func(result string) { b.seen.refreshes.WithLabelValues(result).Inc() },
	})
	if err != nil {
		return err
	}
	b.accounts = manager
	b.stopping = make(chan struct{})
	retrying, quick := cfg.slackClients(b.stopping)
	counters := slackapp.NewCounters()
	counters.Register(b.metrics)
	engine := assistant.NewEngine(b.db, b.keyring, b.log)
	b.app = slackapp.New(slackapp.Config{
		API: retrying, Quick: quick, Socket: socketmode.New(cfg.socketClient()),
		DB: b.db, Sealer: b.keyring, Accounts: manager,
		Engine: engine, Memories: assistant.NewMemories(b.db, b.keyring), Loop: b.loop(engine), Provider: cfg.provider(),
		Counters: counters, Log: b.log, Word: cfg.Command, Admins: cfg.admins(),
		Webhook: cfg.webhookSecret(), Owner: b.owner, Version: version(), Pulse: pulse, Words: cfg.Assistant != "off",
	})
	return nil
}

// loop is the language model's part of the assistant; nil without one.
func (b *bot) loop(engine *assistant.Engine) *assistant.Loop {
	cfg := b.cfg
	if !cfg.usesModel() {
		return nil
	}
	model := assistant.NewAnthropic(assistant.AnthropicConfig{
		Key: accounts.NewSecret(cfg.AnthropicAPIKey), BaseURL: cfg.AnthropicBaseURL, Model: cfg.AssistantModel,
	})
	limits, turns, _ := cfg.limits() // choices has refused wrong ones
	loop := assistant.NewLoop(countedModel{model, b.seen}, engine, assistant.NewBudget(b.db, limits), b.log)
	loop.Turns = turns
	return loop
}

// slackClients are the two ways to call Slack: one that waits out a 429, and one
// that does not, for what must happen within 3 s. The waits end with stopping.
func (c *config) slackClients(stopping <-chan struct{}) (retrying, quick *slack.Client) {
	base := []slack.Option{slack.OptionAPIURL(c.SlackAPIURL), slack.OptionAppLevelToken(c.SlackAppToken)}
	retrying = slack.New(c.SlackBotToken, append(base,
		slack.OptionHTTPClient(&http.Client{Timeout: slackCap}), slack.OptionRetryConfig(slack.RetryConfig{
			MaxRetries: retrySlack, Handlers: []slack.RetryHandler{slackapp.RateLimits{Tries: retrySlack, Stopping: stopping}},
		}))...)
	quick = slack.New(c.SlackBotToken, append(base,
		slack.OptionHTTPClient(&http.Client{Timeout: quickCap}))...)
	return retrying, quick
}

// socketClient is the way to open sockets, at a pace that Slack allows (50 in a minute).
func (c *config) socketClient() *slack.Client {
	open := &http.Client{Timeout: slackCap, Transport: &paced{next: http.DefaultTransport, limit: rate.NewLimiter(rate.Every(openPause), openBurst)}}
	return slack.New(c.SlackBotToken, slack.OptionAPIURL(c.SlackAPIURL), slack.OptionAppLevelToken(c.SlackAppToken), slack.OptionHTTPClient(open))
}

func (b *bot) close() error {
	return b.db.Close()
}
