package assistant

import (
	"context"
	"sync"

	"linearbot/store"
)

const maxPerWorkspace = 8

// gate lets one request of a person work and one wait, and at most eight people of a
// workspace at a time.
type gate struct {
	mu      sync.Mutex
	people  map[store.Key]*turnstile
	working map[string]int // people, by workspace
}

// turnstile is one person's queue of two.
type turnstile struct {
	turn  chan struct{} // holds one token while somebody works
	count int           // who works and who waits
}

func newGate() *gate {
	return &gate{people: map[store.Key]*turnstile{}, working: map[string]int{}}
}

// enter waits for the person's turn. ErrBusy: there is no place to wait. Call
// leave when done.
func (g *gate) enter(ctx context.Context, key store.Key) (leave func(), err error) {
	g.mu.Lock()
	t := g.people[key]
	if t == nil && g.working[key.TeamID] == maxPerWorkspace || t != nil && t.count == 2 {
		g.mu.Unlock()
		return nil, ErrBusy
	}
	if t == nil {
		t = &turnstile{turn: make(chan struct{}, 1)}
		g.people[key] = t
		g.working[key.TeamID]++
	}
	t.count++
	g.mu.Unlock()
	select {
	case t.turn <- struct{}{}:
		return func() { <-t.turn; g.forget(key, t) }, nil
	case <-ctx.Done():
		g.forget(key, t)
		return nil, context.Cause(ctx)
	}
}

func (g *gate) forget(key store.Key, t *turnstile) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if t.count--; t.count > 0 {
		return
	}
	delete(g.people, key)
	if g.working[key.TeamID]--; g.working[key.TeamID] == 0 {
		delete(g.working, key.TeamID)
	}
}
