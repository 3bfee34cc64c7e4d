package slackapp

import (
	"context"
	"sync"
	"time"

	"linearbot/linear"
	"linearbot/store"
)

// savedMax bounds the remembered pages; then they are forgotten.
const savedMax = 2000

// savedLists remembers the pages people saw last, for when Linear takes no more
// requests. Nobody is shown a page of somebody else.
type savedLists struct {
	mu    sync.Mutex
	known map[savedAs]savedPage
}

type savedAs struct {
	key           store.Key
	command       string
	after, before string
}

type savedPage struct {
	found linear.IssuePage
	at    time.Time
}

func (l *savedLists) get(key store.Key, p page) (savedPage, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, ok := l.known[savedAs{key, p.Command, p.After, p.Before}]
	return s, ok && time.Since(s.at) < listLife
}

func (l *savedLists) put(key store.Key, p page, found linear.IssuePage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil || len(l.known) >= savedMax {
		l.known = map[savedAs]savedPage{}
	}
	l.known[savedAs{key, p.Command, p.After, p.Before}] = savedPage{found: found, at: time.Now()}
}

// pressSaved answers a read with what its person saw before, and says how old it is.
func (a *App) pressSaved(ctx context.Context, r *request, name string) error {
	k, err := a.takeKept(ctx, r, name)
	if err != nil {
		return a.gone(ctx, r, err)
	}
	if err := a.become(r, k); err != nil {
		return err
	}
	r.Saved = true
	return a.dispatch(ctx, r)
}
