package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"slices"
	"time"
)

// Notice is a message owed to a person because of one change of state. It is
// queued in the transaction that changes the state and sent from there, so that
// it goes out once however often the process restarts.
type Notice struct {
	ID        string // random; travels in the Slack message's metadata
	Key       Key
	Kind      string // revoked, expired, blocked, disconnected_by_admin, code_failed, welcome, operator
	Cause     string
	At        time.Time // of the change
	Attempts  int
	Channel   string // where it was sent, and
	Timestamp string // Slack's ts of it: set once sent
}

const noticeColumns = `id, team_id, user_id, kind, cause, at, attempts, channel, ts`

func scanNotice(r row) (Notice, error) {
	var n Notice
	err := r.Scan(&n.ID, &n.Key.TeamID, &n.Key.UserID, &n.Kind, &n.Cause, instant{&n.At}, &n.Attempts, &n.Channel, &n.Timestamp)
	return n, found(err)
}

// QueueNotice queues a message that belongs to no change of an account, such as
// an alert to an admin. The rules are those of Tx.QueueNotice, but Key is required.
func (db *DB) QueueNotice(ctx context.Context, n Notice) error {
	return db.transact(ctx, "queue notice for "+n.Key.String(), func(tx *sql.Tx) error {
		return queueNotice(ctx, tx, n)
	})
}

func queueNotice(ctx context.Context, tx *sql.Tx, n Notice) error {
	const insert = `INSERT INTO notices (` + noticeColumns + `, status, owner, due_at)
		VALUES ($1, $2, $3, $4, $5, $6, 0, '', '', 'due', '', $6)
		ON CONFLICT (team_id, user_id, kind, at) DO NOTHING`
	if n.At.IsZero() {
		n.At = time.Now()
	}
	_, err := tx.ExecContext(ctx, insert, cmp.Or(n.ID, rand.Text()), n.Key.TeamID, n.Key.UserID, n.Kind, n.Cause, micros(n.At))
	return err
}

// ClaimNotices hands up to limit notices that are due to owner, oldest first,
// each with one more attempt. Until now+lease nobody else gets them; what is
// neither sent nor failed by then is due again, so a notice whose Attempts are
// above 1 may have been posted already: its ID is in the message's metadata.
func (db *DB) ClaimNotices(ctx context.Context, owner string, now time.Time, lease time.Duration, limit int) ([]Notice, error) {
	const claim = `UPDATE notices SET owner = $1, due_at = $2, attempts = attempts + 1
		WHERE status = 'due' AND due_at <= $3
		AND id IN (SELECT id FROM notices WHERE status = 'due' AND due_at <= $3 ORDER BY due_at, id LIMIT $4)
		RETURNING ` + noticeColumns
	notices, err := changeAll(ctx, db, "claim notices", scanNotice, claim, owner, micros(now.Add(lease)), micros(now), limit)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(notices, byChange)
	return notices, nil
}

// NoticeSent notes where a notice was posted. ErrFenced: it was sent before, was
// given up, or never was.
func (db *DB) NoticeSent(ctx context.Context, id, channel, ts string, now time.Time) error {
	const update = `UPDATE notices SET status = 'sent', channel = $1, ts = $2, sent_at = $3 WHERE id = $4 AND status = 'due'`
	if err := db.execute(ctx, ErrFenced, update, channel, ts, micros(now), id); err != nil {
		return fmt.Errorf("note notice %s as sent: %w", id, err)
	}
	return nil
}

// NoticeFailed makes a notice due again at retryAt; the zero time gives it up
// (nobody can be told). ErrFenced: it was sent, was given up, or never was.
func (db *DB) NoticeFailed(ctx context.Context, id string, retryAt time.Time) error {
	const update = `UPDATE notices SET due_at = COALESCE($1, due_at), status = CASE WHEN $1 IS NULL THEN 'dropped' ELSE 'due' END
		WHERE id = $2 AND status = 'due'`
	if err := db.execute(ctx, ErrFenced, update, micros(retryAt), id); err != nil {
		return fmt.Errorf("note notice %s as failed: %w", id, err)
	}
	return nil
}

// DropNotices gives up what is owed to the people of a team: nobody can be told. It
// returns how many notices that were.
func (db *DB) DropNotices(ctx context.Context, teamID string) (int64, error) {
	const drop = `UPDATE notices SET status = 'dropped' WHERE team_id = $1 AND status = 'due'`
	result, err := db.write.ExecContext(ctx, drop, teamID)
	if err != nil {
		return 0, fmt.Errorf("drop notices of %s: %w", teamID, err)
	}
	return result.RowsAffected()
}

// SentNotices returns what a person was sent, oldest first: all of it, or only
// these kinds.
func (db *DB) SentNotices(ctx context.Context, key Key, kinds ...string) ([]Notice, error) {
	const query = `SELECT ` + noticeColumns + ` FROM notices
		WHERE team_id = $1 AND user_id = $2 AND status = 'sent' ORDER BY at, id`
	rows, err := db.read.QueryContext(ctx, query, key.TeamID, key.UserID)
	notices, err := collect(rows, err, scanNotice)
	if err != nil {
		return nil, fmt.Errorf("list sent notices of %s: %w", key, err)
	}
	return slices.DeleteFunc(notices, func(n Notice) bool {
		return len(kinds) > 0 && !slices.Contains(kinds, n.Kind)
	}), nil
}

// byChange orders notices as the changes they tell of.
func byChange(a, b Notice) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
}
