package slackapp

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
	"golang.org/x/time/rate"

	"linearbot/accounts"
	"linearbot/assistant"
	"linearbot/store"
)

const (
	workers   = 16
	queueRoom = 256

	handleCap = 30 * time.Second // one envelope's work
	drainCap  = 20 * time.Second // what a stop waits for
	endCap    = 2 * time.Second  // and what is written down after it
)

// Config is what an App is made of. Every field is required unless it says so.
type Config struct {
	API      *slack.Client // retries on 429
	Quick    *slack.Client // never retries: for triggers, which die after 3 s
	Socket   *socketmode.Client
	DB       *store.DB
	Sealer   assistant.Sealer
	Accounts *accounts.Manager
	Engine   *assistant.Engine
	Counters *Counters
	Log      *slog.Logger
	Word     string        // the command word, "/linear"
	Admins   []string      // Slack ids; empty: the workspace's admins and owners
	Webhook  webhookSecret // optional: enables POST /webhooks/linear
	Owner    string        // names this process in leases: unlike any other that ever ran
	Lease    time.Duration // optional: how long a silent process keeps its envelopes
	Version  string
	Words    bool // plain words are read (ASSISTANT is not off)
	Memories *assistant.Memories
	Loop     *assistant.Loop // optional: the language model
	Provider string          // with Loop: who reads what it is told, as people know them
	Pulse    *Pulse          // optional: what the Health tab knows of Linear
}

// webhookSecret is Linear's signing secret for webhooks.
type webhookSecret = accounts.Secret

// App is the bot. Safe for concurrent use after New.
type App struct {
	Config
	socket   *socket
	intake   *intake
	queue    *queue
	people   *people
	links    linkBases
	channels channels
	stops    stops
	starts   *rate.Limiter // of streams
	sync     chan struct{} // bounds the envelopes that are answered in their ack
	bot      identity
	removed  atomic.Bool        // from Slack: nothing is called there any more
	hearing  atomic.Bool        // whether another process was told so
	leave    context.CancelFunc // closes the socket
	holding  sync.Mutex         // one request is held at a time: what it replaces is settled

	triages   sync.Mutex // a triage is read, then drawn again
	incidents incidents
	figures   figures
	healths   healths
	presses   cardPresses
	homes     homes
	lists     savedLists
	looks     lookups
	sources   sources
}

// identity is the bot's own Slack identity.
type identity struct{ UserID, BotID, TeamID, Team, Name, Tenant string }

// New makes the bot; Run starts it.
func New(c Config) *App {
	a := &App{Config: c, queue: newQueue(queueRoom, c.Counters.done), sync: make(chan struct{}, 2*workers)}
	if a.Lease <= 0 {
		a.Lease = defaultLease
	}
	a.people, a.starts = newPeople(c.API), newStreamStarts()
	a.intake = newIntake()
	a.socket = &socket{client: c.Socket, log: c.Log, accept: a.accept, settle: a.intake.wait, seen: c.Counters}
	a.socket.since.Store(time.Now().UnixMilli())
	return a
}

// Run connects, takes up what an earlier process left, and works until ctx ends;
// then it drains. An error means that Slack refuses this process for good.
func (a *App) Run(ctx context.Context) error {
	me, err := a.whoAmI(ctx)
	if err != nil {
		return err
	}
	a.socket.app = a.ownApp(ctx, me.BotID)
	a.bot = identity{UserID: me.UserID, BotID: me.BotID, TeamID: me.TeamID, Team: me.Team, Name: me.User, Tenant: tenant(me.EnterpriseID, me.TeamID)}
	serving, leave := context.WithCancel(ctx)
	defer leave()
	a.leave = leave
	a.forgetRemoval(ctx)
	a.queue.start(workers)
	a.takeDue(ctx)
	holding, done := context.WithCancel(context.WithoutCancel(ctx))
	var keeper sync.WaitGroup
	a.health(ctx)
	keeper.Go(func() { a.keepUp(holding) })
	runErr := a.socket.run(serving)
	a.intake.wait()
	if a.removed.Load() {
		<-ctx.Done() // what Linear could not be told yet is repeated meanwhile
		runErr = nil
	}
	a.drain(ctx)
	a.looks.end()
	done()
	keeper.Wait()
	ending, ended := context.WithTimeout(context.WithoutCancel(ctx), endCap)
	defer ended()
	a.letGo(ending)
	a.keepFigures(ending)
	return runErr
}

// drain finishes what was taken, within bounds.
func (a *App) drain(ctx context.Context) {
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainCap)
	defer cancel()
	if !a.queue.drain(stop) {
		a.Log.WarnContext(stop, "stopped before all work was done", "waiting", a.queue.depth())
	}
}

// Waiting is how many envelopes wait for a worker now.
func (a *App) Waiting() int { return a.queue.depth() }

// whoAmI asks Slack until it answers; a refusal is for good, trouble of Slack's own
// is not one.
func (a *App) whoAmI(ctx context.Context) (*slack.AuthTestResponse, error) {
	const first, longest = time.Second, 30 * time.Second
	for wait := first; ; wait = min(2*wait, longest) {
		me, err := a.API.AuthTestContext(ctx)
		if err == nil {
			return me, nil
		}
		if no := refused(callTest, err); no != nil {
			return nil, no
		}
		a.Log.WarnContext(ctx, "Slack does not answer yet", "again_in", wait, "err", err)
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// ownApp is the id of the app whose bot this is; "" when Slack does not say.
func (a *App) ownApp(ctx context.Context, botID string) string {
	bot, err := a.Quick.GetBotInfoContext(ctx, slack.GetBotInfoParameters{Bot: botID})
	if err != nil {
		a.Log.InfoContext(ctx, "app of the bot not known", "err", wrapSlack("bots.info", err))
		return ""
	}
	return bot.AppID
}

// Ready reports whether the socket is up, and since when it has been that way.
func (a *App) Ready() (bool, time.Time) {
	return a.socket.ready.Load(), time.UnixMilli(a.socket.since.Load())
}
