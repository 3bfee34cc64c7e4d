package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/mattn/go-sqlite3"
)

const (
	// lockSlice is how long SQLite itself waits for the write lock: it does not
	// look at a context meanwhile, so the wait is cut into pieces.
	lockSlice = 50 * time.Millisecond
	lockPause = 5 * time.Millisecond
	// lockPatience is how long a change waits for another process in all, unless
	// its caller's context ends first.
	lockPatience = 10 * time.Second
)

// writer is the connection that changes things. Each of its methods waits for the
// write lock until the context ends; what was refused the lock has done nothing
// and is simply tried again.
type writer struct{ db *sql.DB }

// BeginTx opens a transaction that holds the write lock.
func (w writer) BeginTx(ctx context.Context) (tx *sql.Tx, err error) {
	err = whenUnlocked(ctx, func() error {
		tx, err = w.db.BeginTx(ctx, nil)
		return err
	})
	return tx, err
}

// ExecContext runs one statement.
func (w writer) ExecContext(ctx context.Context, query string, args ...any) (result sql.Result, err error) {
	err = whenUnlocked(ctx, func() error {
		result, err = w.db.ExecContext(ctx, query, args...)
		return err
	})
	return result, err
}

// QueryRowContext is one statement that returns a row; Scan runs it.
func (w writer) QueryRowContext(ctx context.Context, query string, args ...any) row {
	return changedRow{w, ctx, query, args}
}

// Close closes the connection.
func (w writer) Close() error { return w.db.Close() }

// changedRow is a statement that runs when its row is read, as often as the lock
// is refused.
type changedRow struct {
	w     writer
	ctx   context.Context // of the statement, as in *sql.Row
	query string
	args  []any
}

// Scan implements row.
func (r changedRow) Scan(dest ...any) error {
	return whenUnlocked(r.ctx, func() error {
		return r.w.db.QueryRowContext(r.ctx, r.query, r.args...).Scan(dest...)
	})
}

// whenUnlocked repeats try while another process holds the lock.
func whenUnlocked(ctx context.Context, try func() error) error {
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		err := try()
		if code := codeOf(err); err != nil && code != sqlite3.ErrBusy && code != sqlite3.ErrLocked {
			err = backoff.Permanent(err)
		}
		return struct{}{}, err
	}, backoff.WithBackOff(backoff.NewConstantBackOff(lockPause)), backoff.WithMaxElapsedTime(lockPatience))
	return err
}
