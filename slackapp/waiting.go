package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"linearbot/store"
)

// responseLife is how long a response_url answers (Slack: 30 minutes).
const responseLife = 30 * time.Minute

// prompted is where a person was asked to connect, so that the prompt itself
// becomes the result. It is stored: the browser may come back to another process.
type prompted struct {
	Response string `json:"response,omitempty"` // response_url of the prompt: a secret
	Channel  string `json:"channel,omitempty"`
	Thread   string `json:"thread,omitempty"`
	View     string `json:"view,omitempty"` // the modal that holds the link
	Home     string `json:"home,omitempty"` // Slack team
}

const promptedThread = "connect"

func promptedAD(key store.Key) []byte { return []byte("memory/" + key.String() + "/" + promptedThread) }

// rememberPrompt keeps where the prompt of a person stands. Its loss costs only
// the place of the answer, so trouble is logged.
func (a *App) rememberPrompt(ctx context.Context, key store.Key, p prompted) {
	body, err := json.Marshal(p)
	if err == nil {
		body, err = a.Sealer.Seal(body, promptedAD(key))
	}
	if err == nil {
		err = a.DB.PutMemory(ctx, store.Memory{Key: key, Thread: promptedThread, Body: body, ExpiresAt: time.Now().Add(responseLife)})
	}
	if err != nil {
		a.Log.WarnContext(ctx, "connect prompt not remembered", "user", key.UserID, "err", err)
	}
}

// prompt reads where a person was asked to connect; ok is false when that is not
// known (any more).
func (a *App) prompt(ctx context.Context, key store.Key) (p prompted, ok bool) {
	m, err := a.DB.Memory(ctx, key, promptedThread, time.Now())
	if errors.Is(err, store.ErrNotFound) {
		return p, false
	}
	var body []byte
	if err == nil {
		body, err = a.Sealer.Open(m.Body, promptedAD(key))
	}
	if err == nil {
		err = json.Unmarshal(body, &p)
	}
	if err != nil {
		a.Log.WarnContext(ctx, "connect prompt not read", "user", key.UserID, "err", err)
		return p, false
	}
	return p, true
}

// forgetPrompt ends the wait for a person's browser.
func (a *App) forgetPrompt(ctx context.Context, key store.Key) {
	if err := a.DB.DropMemory(ctx, key, promptedThread); err != nil {
		a.Log.WarnContext(ctx, "connect prompt not forgotten", "user", key.UserID, "err", err)
	}
}

// linkBases remembers, for each channel, what its permalinks begin with.
type linkBases struct {
	mu    sync.Mutex
	known map[string]string
}

func (l *linkBases) get(channel string) (string, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	base, ok := l.known[channel]
	return base, ok
}

func (l *linkBases) put(channel, base string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil || len(l.known) > 1000 {
		l.known = make(map[string]string)
	}
	l.known[channel] = base
}

// channels remembers what Slack said of conversations, for a few minutes: whether
// one is shared with another company may change.
type channels struct {
	mu    sync.Mutex
	known map[string]knownChannel
}

type knownChannel struct {
	info *slack.Channel
	at   time.Time
}

func (c *channels) get(id string) (*slack.Channel, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.known[id]
	return k.info, ok && time.Since(k.at) < peopleFresh
}

func (c *channels) put(id string, info *slack.Channel) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) > 1000 {
		c.known = make(map[string]knownChannel)
	}
	c.known[id] = knownChannel{info: info, at: time.Now()}
}
