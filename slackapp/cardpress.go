package slackapp

import (
	"slices"
	"sync"
	"time"

	"linearbot/linear"
)

// Of presses on one card at about the same time: each was made on the card without
// the other's line.
const (
	pressedFor = 10 * time.Second // a line of another press is missed at most that long
	pressedMax = 1000
)

// cardPresses remembers for a moment what presses did to the cards that several
// people see, so that no line and no newer state is written over.
type cardPresses struct {
	mu    sync.Mutex
	known map[string]*cardPressed // by channel and timestamp of the message
}

// cardPressed is one card; its lock is held while the card is drawn.
type cardPressed struct {
	mu    sync.Mutex
	lines []outcome
	issue linear.Issue
	at    time.Time
}

// of is the card of one message.
func (p *cardPresses) of(message string) *cardPressed {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, ok := p.known[message]
	if ok {
		return c
	}
	if p.known == nil || len(p.known) >= pressedMax {
		p.known = map[string]*cardPressed{}
	}
	c = &cardPressed{}
	p.known[message] = c
	return c
}

// joined adds what the presses of the last moments said and what Linear told them,
// where this one does not know it. The lock is held.
func (c *cardPressed) joined(i linear.Issue, shown []outcome, line outcome) (linear.Issue, []outcome) {
	if time.Since(c.at) > pressedFor || c.issue.ID != i.ID {
		c.lines = nil
	}
	if c.lines != nil && c.issue.UpdatedAt.After(i.UpdatedAt) {
		i = c.issue
	}
	for _, l := range c.lines {
		if !slices.ContainsFunc(shown, func(o outcome) bool { return o.Text == l.Text }) {
			shown = append(shown, l)
		}
	}
	told := line
	told.UndoID = "" // that belongs to who did it
	c.lines = append(c.lines[max(0, len(c.lines)-keptLines+1):], told)
	c.issue, c.at = i, time.Now()
	return i, append(shown[max(0, len(shown)-keptLines):], line)
}
