package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Memory is what the assistant remembers of one thread with one person, until
// it expires. Body is sealed; only the assistant package reads it.
type Memory struct {
	Key       Key
	Thread    string
	Body      []byte
	ExpiresAt time.Time
}

// Memory returns what is remembered. ErrNotFound: nothing is, or it has expired.
func (db *DB) Memory(ctx context.Context, key Key, thread string, now time.Time) (Memory, error) {
	const query = `SELECT body, expires_at FROM memory
		WHERE team_id = $1 AND user_id = $2 AND thread = $3 AND expires_at > $4`
	m := Memory{Key: key, Thread: thread}
	err := found(db.read.QueryRowContext(ctx, query, key.TeamID, key.UserID, thread, micros(now)).
		Scan(&m.Body, instant{&m.ExpiresAt}))
	if err != nil {
		return Memory{}, fmt.Errorf("read memory of %s: %w", key, err)
	}
	return m, nil
}

const upsertMemory = `INSERT INTO memory (team_id, user_id, thread, body, expires_at) VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT (team_id, user_id, thread) DO UPDATE SET body = excluded.body, expires_at = excluded.expires_at`

// PutMemory stores m in the place of what was remembered of the thread.
func (db *DB) PutMemory(ctx context.Context, m Memory) error {
	_, err := db.write.ExecContext(ctx, upsertMemory, m.Key.TeamID, m.Key.UserID, m.Thread, cell(m.Body), micros(m.ExpiresAt))
	if err != nil {
		return fmt.Errorf("store memory of %s: %w", m.Key, err)
	}
	return nil
}

// ChangeMemory changes what is remembered of a thread in one transaction: change sees
// the stored body (nil: nothing is remembered, or it has expired) and returns the next
// one, which lives until expires; nil changes nothing. Nobody else writes meanwhile, so
// change calls no method of DB. Of many callers at once each sees what the one before
// has stored.
func (db *DB) ChangeMemory(
	ctx context.Context, key Key, thread string, now, expires time.Time, change func(old []byte) ([]byte, error),
) error {
	return db.transact(ctx, "change memory of "+key.String(), func(tx *sql.Tx) error {
		const read = `SELECT body FROM memory WHERE team_id = $1 AND user_id = $2 AND thread = $3 AND expires_at > $4`
		var old []byte
		err := tx.QueryRowContext(ctx, read, key.TeamID, key.UserID, thread, micros(now)).Scan(&old)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		next, err := change(old)
		if err != nil || next == nil {
			return err
		}
		_, err = tx.ExecContext(ctx, upsertMemory, key.TeamID, key.UserID, thread, next, micros(expires))
		return err
	})
}

// DropMemory forgets a thread; nothing remembered is no error.
func (db *DB) DropMemory(ctx context.Context, key Key, thread string) error {
	const drop = `DELETE FROM memory WHERE team_id = $1 AND user_id = $2 AND thread = $3`
	if _, err := db.write.ExecContext(ctx, drop, key.TeamID, key.UserID, thread); err != nil {
		return fmt.Errorf("drop memory of %s: %w", key, err)
	}
	return nil
}
