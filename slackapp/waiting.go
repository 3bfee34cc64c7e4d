package slackapp

import (
	"sync"
	"time"

	"github.com/slack-go/slack"

	"linearbot/store"
)

// responseLife is how long a response_url answers (Slack: 30 minutes).
const responseLife = 30 * time.Minute

// waiting remembers which prompt a person's browser is about to answer, so that
// the prompt itself becomes the result. Lost at a restart: then the DM says it.
type waiting struct {
	mu   sync.Mutex
	open map[store.Key]waitingFor
}

type waitingFor struct {
	request *request
	until   time.Time
}

func (w *waiting) put(key store.Key, r *request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open == nil {
		w.open = make(map[store.Key]waitingFor)
	}
	now := time.Now()
	for k, f := range w.open {
		if now.After(f.until) {
			delete(w.open, k)
		}
	}
	w.open[key] = waitingFor{request: r, until: now.Add(responseLife)}
}

func (w *waiting) take(key store.Key) (*request, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f, ok := w.open[key]
	delete(w.open, key)
	return f.request, ok && time.Now().Before(f.until)
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
