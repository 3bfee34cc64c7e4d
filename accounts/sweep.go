package accounts

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"linearbot/store"
)

const (
	sweepBatch = 1000
	inHand     = 2 // flights for each request: while one waits for Linear, the other one's rows are written
)

// RefreshReport counts what one sweep did.
type RefreshReport struct {
	Due       int // accounts looked at
	Refreshed int
	Held      int // another process is at it
	Fenced    int // another process or change was faster: nothing was written
	Later     int // no proper answer: tried again later
	Lost      int
}

// RefreshDue refreshes every account whose time has come, Parallel requests at a time. One
// account's failure does not stop the others; a refusal of the client does, for
// it is nobody's fault but the operator's. It also gives up grants whose code was
// not typed in time and repeats revocations that failed.
func (m *Manager) RefreshDue(ctx context.Context) (RefreshReport, error) {
	report, err := m.sweep(ctx)
	return report, errors.Join(err, m.DropLapsed(ctx), m.repeatRevocations(ctx))
}

func (m *Manager) sweep(ctx context.Context) (RefreshReport, error) {
	var report RefreshReport
	for {
		if closed, err := m.breakerShut(ctx); err != nil || closed {
			return report, err
		}
		due, err := m.DB.Due(ctx, time.Now(), retryMost, sweepBatch)
		if err != nil {
			return report, err
		}
		before := report
		m.refreshAll(ctx, due, &report)
		progressed := report.Refreshed+report.Lost > before.Refreshed+before.Lost
		if len(due) < sweepBatch || !progressed || ctx.Err() != nil {
			return report, ctx.Err()
		}
	}
}

// refreshAll refreshes one batch: first what was begun and not ended, and nothing
// new until that is done, so that a process that dies again and again does not
// begin more than it ends. The rest goes in random order: processes that sweep
// the same file meet less often.
func (m *Manager) refreshAll(ctx context.Context, due []store.Account, report *RefreshReport) {
	begun := slices.IndexFunc(due, func(a store.Account) bool { return a.RefreshStartedAt.IsZero() })
	if begun < 0 {
		begun = len(due)
	}
	if begun > 0 && !m.refreshSome(ctx, due[:begun], report) {
		return
	}
	rest := due[begun:]
	rand.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	m.refreshSome(ctx, rest, report)
}

// refreshSome refreshes accounts in parallel, and reports whether it is of use to
// go on with others.
func (m *Manager) refreshSome(ctx context.Context, due []store.Account, report *RefreshReport) bool {
	var mu sync.Mutex
	stop, t := false, make(turns, m.Parallel)
	inParallel(ctx, inHand*m.Parallel, due, func(a store.Account) bool {
		err := m.refreshOnce(ctx, a, t)
		mu.Lock()
		defer mu.Unlock()
		report.count(err)
		if errors.Is(err, ErrOperator) {
			stop = true
		} else if err != nil && !overtaken(err) && !lost(err) {
			m.Log.WarnContext(ctx, "account not refreshed, later again", "team", a.Key.TeamID, "user", a.Key.UserID, "err", err)
		}
		return !stop
	})
	return !stop
}

func overtaken(err error) bool {
	return errors.Is(err, store.ErrHeld) || errors.Is(err, store.ErrFenced)
}

// tellRefreshed tells the one who counts how a refresh ended.
func (m *Manager) tellRefreshed(err error) {
	if m.Refreshed == nil {
		return
	}
	result := "later"
	switch {
	case err == nil:
		result = "ok"
	case overtaken(err):
		result = "held"
	case lost(err):
		result = "lost"
	case errors.Is(err, ErrOperator):
		result = "operator"
	}
	m.Refreshed(result)
}

func (r *RefreshReport) count(err error) {
	r.Due++
	switch {
	case err == nil:
		r.Refreshed++
	case errors.Is(err, store.ErrFenced):
		r.Fenced++
	case overtaken(err):
		r.Held++
	case lost(err):
		r.Lost++
	default:
		r.Later++
	}
}

// turns bounds how many requests of a sweep are under way; nil bounds nothing.
type turns chan struct{}

func (t turns) take(ctx context.Context) error {
	if t == nil {
		return nil
	}
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t turns) give() {
	if t != nil {
		<-t
	}
}

// inParallel runs do for each account, so many at a time, until ctx ends or one
// says that it is enough.
func inParallel(ctx context.Context, many int, all []store.Account, do func(store.Account) bool) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	next := make(chan store.Account)
	var workers sync.WaitGroup
	for range min(many, len(all)) {
		workers.Go(func() {
			for a := range next {
				if !do(a) {
					stop()
				}
			}
		})
	}
feed:
	for _, a := range all {
		select {
		case next <- a:
		case <-ctx.Done():
			break feed
		}
	}
	close(next)
	workers.Wait()
}
