package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Hint is a word from outside that grants may be gone.
type Hint struct {
	ID       string // of the inbox row that keeps it from counting twice; empty: none is kept
	OrgID    string // Linear's
	ViewerID string // whose grants; empty: those of the whole organization
	// Before leaves out who connected at this moment or later: what was said
	// is of an earlier grant.
	Before time.Time
}

// TakeHint makes the ACTIVE accounts that a hint is about due for the slow probe,
// and notes that it was taken, in one transaction: a hint that comes again after a
// failure counts, and one that was taken does not count twice. It returns how many
// accounts are due for it. Grants of the app are always meant: who installed
// an app is not known of them.
func (db *DB) TakeHint(ctx context.Context, h Hint, now time.Time) (due int64, err error) {
	const insert = `INSERT INTO inbox (id, kind, body, received_at, attempts, owner, due_at, done)
		VALUES ($1, 'webhook', NULL, $2, 1, '', NULL, TRUE) ON CONFLICT (id) DO NOTHING`
	const probe = `UPDATE accounts SET probe_at = $1 WHERE state = 'ACTIVE' AND org_id = $2
		AND ($3 = '' OR viewer_id = $3 OR actor = 'app') AND (connected_at IS NULL OR connected_at < $4)`
	err = db.transact(ctx, "take hint "+h.ID, func(tx *sql.Tx) error {
		if h.ID != "" {
			result, err := tx.ExecContext(ctx, insert, h.ID, micros(now))
			if err == nil {
				err = changed(result, errKnown)
			}
			if err != nil {
				return err
			}
		}
		result, err := tx.ExecContext(ctx, probe, micros(now), h.OrgID, h.ViewerID, micros(h.Before))
		if err != nil {
			return err
		}
		due, err = result.RowsAffected()
		return err
	})
	if errors.Is(err, errKnown) {
		return 0, nil
	}
	return due, err
}
