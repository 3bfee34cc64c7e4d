package store

import (
	"context"
	"fmt"
)

// Setting returns the JSON of one setting, or ErrNotFound. subject is whose it
// is: a user id, a channel id, or empty for the workspace.
func (db *DB) Setting(ctx context.Context, teamID, subject, name string) ([]byte, error) {
	const query = `SELECT value FROM settings WHERE team_id = $1 AND subject = $2 AND name = $3`
	var value []byte
	err := found(db.read.QueryRowContext(ctx, query, teamID, subject, name).Scan(&value))
	if err != nil {
		return nil, fmt.Errorf("read setting %s: %w", name, err)
	}
	return value, nil
}

// PutSetting stores a setting in the place of the one there may be.
func (db *DB) PutSetting(ctx context.Context, teamID, subject, name string, json []byte) error {
	const upsert = `INSERT INTO settings (team_id, subject, name, value) VALUES ($1, $2, $3, $4)
		ON CONFLICT (team_id, subject, name) DO UPDATE SET value = excluded.value`
	if _, err := db.write.ExecContext(ctx, upsert, teamID, subject, name, json); err != nil {
		return fmt.Errorf("store setting %s: %w", name, err)
	}
	return nil
}

// DropSetting removes a setting; none is no error.
func (db *DB) DropSetting(ctx context.Context, teamID, subject, name string) error {
	const drop = `DELETE FROM settings WHERE team_id = $1 AND subject = $2 AND name = $3`
	if _, err := db.write.ExecContext(ctx, drop, teamID, subject, name); err != nil {
		return fmt.Errorf("drop setting %s: %w", name, err)
	}
	return nil
}
