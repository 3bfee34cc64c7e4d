package store

import (
	"context"
	"database/sql"
	"time"
)

// keepDone is how long finished envelopes and expired proposals stay. Slack
// delivers an event again within the hour, and a click on a preview of
// yesterday still finds out that it has expired.
const keepDone = 24 * time.Hour

// Purge removes what nobody will ask for: expired tickets and memory, envelopes
// finished and proposals expired for a day. It returns how many rows went.
func (db *DB) Purge(ctx context.Context, now time.Time) (rows int64, err error) {
	old := now.Add(-keepDone)
	deletions := []struct {
		statement string
		before    time.Time
	}{
		{`DELETE FROM tickets WHERE expires_at <= $1`, now},
		{`DELETE FROM memory WHERE expires_at <= $1`, now},
		{`DELETE FROM inbox WHERE done AND received_at <= $1`, old},
		{`DELETE FROM proposals WHERE expires_at <= $1`, old},
	}
	err = db.transact(ctx, "purge", func(tx *sql.Tx) error {
		for _, d := range deletions {
			result, err := tx.ExecContext(ctx, d.statement, micros(d.before))
			if err != nil {
				return err
			}
			n, err := result.RowsAffected()
			if err != nil {
				return err
			}
			rows += n
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return rows, nil
}
