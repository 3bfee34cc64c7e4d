package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
)

// group gathers the changes of many callers into one transaction: one wait for
// the disk serves all who came while the one before was under way. Each caller
// hears of its change when that is on the disk, and not before.
type group struct {
	mu      sync.Mutex
	waiting []*change
	running bool
}

// change is one statement of one caller.
type change struct {
	ctx    context.Context // the caller's: a change not begun when it ends is not made
	make   func(context.Context, *sql.Tx) error
	result error
	done   chan struct{}
}

// together makes a change in one transaction with those of other callers. It is
// one statement that writes whole or not at all, and answers ErrNotFound, ErrFenced
// or errKnown when it wrote nothing.
func (db *DB) together(ctx context.Context, do func(context.Context, *sql.Tx) error) error {
	c := &change{ctx: ctx, make: do, done: make(chan struct{})}
	db.group.mu.Lock()
	db.group.waiting = append(db.group.waiting, c)
	if !db.group.running {
		db.group.running = true
		go db.commitGroups(context.WithoutCancel(ctx))
	}
	db.group.mu.Unlock()
	select {
	case <-c.done:
	case <-ctx.Done():
		if db.group.leave(c) {
			return ctx.Err()
		}
		<-c.done // it is being made: only its outcome is an answer
	}
	return c.result
}

// executeTogether is execute for a statement that waits with others.
func (db *DB) executeTogether(ctx context.Context, missing error, query string, args ...any) error {
	return db.together(ctx, func(ctx context.Context, tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, query, args...)
		if err != nil {
			return err
		}
		return changed(result, missing)
	})
}

// commitGroups commits until nobody waits.
func (db *DB) commitGroups(ctx context.Context) {
	for db.group.more() {
		tx, err := db.write.BeginTx(ctx)
		all := db.group.take() // also those who came while the writer was busy
		if err != nil {
			end(all, err)
			continue
		}
		if err := commitAll(ctx, tx, all); err != nil {
			db.commitEach(ctx, all)
		}
		end(all, nil)
	}
}

// commitAll makes all changes in tx. On an error none is made: SQLite may have
// given the whole transaction up.
func commitAll(ctx context.Context, tx *sql.Tx, all []*change) error {
	for _, c := range all {
		if c.result = c.ctx.Err(); c.result != nil {
			continue
		}
		c.result = c.make(ctx, tx)
		if c.result != nil && !wroteNothing(c.result) {
			_ = tx.Rollback() // the transaction is void either way
			return c.result
		}
	}
	return tx.Commit()
}

// wroteNothing reports whether err is the answer of a statement that found no row to
// change.
func wroteNothing(err error) bool {
	return errors.Is(err, ErrNotFound) || errors.Is(err, ErrFenced) || errors.Is(err, errKnown)
}

// commitEach repeats changes one by one, so that each has its own outcome.
func (db *DB) commitEach(ctx context.Context, all []*change) {
	for _, c := range all {
		if c.result = c.ctx.Err(); c.result == nil {
			c.result = db.transact(ctx, "alone", func(tx *sql.Tx) error { return c.make(ctx, tx) })
		}
	}
}

// end tells each caller how its change went, or err to all.
func end(all []*change, err error) {
	for _, c := range all {
		if err != nil {
			c.result = err
		}
		close(c.done)
	}
}

func (g *group) more() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running = len(g.waiting) > 0
	return g.running
}

// leave takes a change back, unless it is being made.
func (g *group) leave(c *change) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.waiting, c)
	if i >= 0 {
		g.waiting = slices.Delete(g.waiting, i, i+1)
	}
	return i >= 0
}

func (g *group) take() []*change {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := g.waiting
	g.waiting = nil
	return all
}
