package store

import (
	"context"
	"database/sql"
	"errors"
)

// errStranger says that the file holds a database that this program never made.
var errStranger = errors.New("it holds tables of another program")

// rewrite writes what is there already: the smallest change that reaches the disk.
// SQLite opens a file that it may not write without a word, and takes even the
// write lock of it.
const rewrite = `PRAGMA user_version = 0`

// inspect looks at a database before its tables are brought up to date: whether it
// can be read and written, and whether it is one of ours, or empty. What goose says
// of the same troubles does not tell what they are.
func inspect(ctx context.Context, db *sql.DB) error {
	tx, err := writer{db}.BeginTx(ctx)
	if err != nil {
		return err
	}
	err = inspectIn(ctx, tx)
	return errors.Join(err, tx.Rollback())
}

func inspectIn(ctx context.Context, tx *sql.Tx) error {
	const (
		tables = `SELECT COUNT(*) FILTER (WHERE name <> 'goose_db_version'), COUNT(*) FILTER (WHERE name = 'goose_db_version'),
		COUNT(*) FILTER (WHERE name = 'audit_head') FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
		latest = `SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version`
	)
	var data, versions, ours int
	if err := tx.QueryRowContext(ctx, tables).Scan(&data, &versions, &ours); err != nil {
		return err
	}
	if data > 0 && versions+ours < 2 {
		return errStranger
	}
	if versions > 0 { // whether it can be read: goose does not say what is wrong when it cannot
		var version int64
		if err := tx.QueryRowContext(ctx, latest).Scan(&version); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, rewrite)
	return err
}
