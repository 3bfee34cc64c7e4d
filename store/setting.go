package store

import (
	"context"
	"database/sql"
	"errors"
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

const upsertSetting = `INSERT INTO settings (team_id, subject, name, value) VALUES ($1, $2, $3, $4)
	ON CONFLICT (team_id, subject, name) DO UPDATE SET value = excluded.value`

// PutSetting stores a setting in the place of the one there may be.
func (db *DB) PutSetting(ctx context.Context, teamID, subject, name string, json []byte) error {
	if _, err := db.write.ExecContext(ctx, upsertSetting, teamID, subject, name, json); err != nil {
		return fmt.Errorf("store setting %s: %w", name, err)
	}
	return nil
}

// SettingChange is what becomes of a setting, and what the change owes.
type SettingChange struct {
	JSON    []byte // nil: nothing is changed
	Notices []Notice
	Audit   Entry // without an Action nothing is written to the audit log
}

// ChangeSetting changes one setting in one transaction: change sees what is stored
// (nil: nothing is) and says what becomes of it; its notices are queued and its audit
// entry is written with it. Nobody else writes meanwhile, so change calls no method of
// DB. Of many callers at once each sees what the one before has stored.
func (db *DB) ChangeSetting(ctx context.Context, teamID, subject, name string, change func(old []byte) (SettingChange, error)) error {
	return db.ChangeSettings(ctx, teamID, []string{subject}, name, change)
}

// ChangeSettings is ChangeSetting for one setting of several subjects, one after the
// other in one transaction: all of them are changed or none.
func (db *DB) ChangeSettings(ctx context.Context, teamID string, subjects []string, name string, change func(old []byte) (SettingChange, error)) error {
	return db.transact(ctx, "change setting "+name, func(tx *sql.Tx) error {
		for _, subject := range subjects {
			if err := changeSetting(ctx, tx, teamID, subject, name, change); err != nil {
				return err
			}
		}
		return nil
	})
}

func changeSetting(ctx context.Context, tx *sql.Tx, teamID, subject, name string, change func(old []byte) (SettingChange, error)) error {
	const read = `SELECT value FROM settings WHERE team_id = $1 AND subject = $2 AND name = $3`
	var old []byte
	err := tx.QueryRowContext(ctx, read, teamID, subject, name).Scan(&old)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	next, err := change(old)
	if err != nil || next.JSON == nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, upsertSetting, teamID, subject, name, next.JSON); err != nil {
		return err
	}
	for _, n := range next.Notices {
		if err := queueNotice(ctx, tx, n); err != nil {
			return err
		}
	}
	if next.Audit.Action == "" {
		return nil
	}
	return appendAudit(ctx, tx, next.Audit)
}

// DropSetting removes a setting; none is no error.
func (db *DB) DropSetting(ctx context.Context, teamID, subject, name string) error {
	const drop = `DELETE FROM settings WHERE team_id = $1 AND subject = $2 AND name = $3`
	if _, err := db.write.ExecContext(ctx, drop, teamID, subject, name); err != nil {
		return fmt.Errorf("drop setting %s: %w", name, err)
	}
	return nil
}
