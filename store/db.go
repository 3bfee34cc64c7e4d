package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"time"
)

// What the caller branches on. All are matched with errors.Is.
var (
	// ErrNotFound says that no such row exists, or that it has expired.
	ErrNotFound = errors.New("not found")
	// ErrHeld says that somebody else holds the lease and it is not over.
	ErrHeld = errors.New("held by another")
	// ErrFenced says that the row has moved on, so nothing was written.
	ErrFenced = errors.New("overtaken by another change")
)

// DB is the open database. All methods are safe for concurrent use, also by
// several processes on one file. A method that changes something changes it
// whole or not at all.
type DB struct {
	path  string
	write writer  // one connection; each transaction takes the write lock at once
	read  *sql.DB // a few connections that cannot write
	group group   // of small changes that wait for the disk together
}

// Open opens the database named by dsn, creates it if it is not there, and
// brings its tables up to date. The form is "sqlite:path", relative to the
// working directory or absolute ("sqlite:///var/lib/bot.db" works as well).
// A new file is readable by its owner only. The error names the file and what
// to do about it.
func Open(ctx context.Context, dsn string) (*DB, error) {
	path, err := pathOf(dsn)
	if err != nil {
		return nil, err
	}
	if err := create(path); err != nil {
		return nil, explain(path, err)
	}
	db := &DB{path: path}
	if err := prepare(ctx, path); err != nil {
		return nil, explain(path, err)
	}
	if db.write.db, err = sql.Open("sqlite3", writerDSN(path, lockSlice)); err != nil {
		return nil, explain(path, err)
	}
	db.write.db.SetMaxOpenConns(1)
	if err := whenUnlocked(ctx, func() error { return db.write.db.PingContext(ctx) }); err != nil {
		return nil, errors.Join(explain(path, err), db.write.Close())
	}
	if db.read, err = sql.Open("sqlite3", readerDSN(path)); err != nil {
		return nil, errors.Join(explain(path, err), db.write.Close())
	}
	readers := max(4, runtime.GOMAXPROCS(0))
	db.read.SetMaxOpenConns(readers)
	db.read.SetMaxIdleConns(readers)
	return db, nil
}

// Close closes all connections, after the statements under way have ended.
func (db *DB) Close() error {
	// Readers first: the last connection to go tidies the write-ahead log away.
	return errors.Join(db.read.Close(), db.write.Close())
}

// Ping reports whether the database can be read and written: it writes, to the disk.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.read.PingContext(ctx); err != nil {
		return fmt.Errorf("ping database: %w", err)
	}
	return db.transact(ctx, "ping database", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, rewrite)
		return err
	})
}

// transact runs fn in one write transaction and commits it if fn returns nil.
func (db *DB) transact(ctx context.Context, doing string, fn func(*sql.Tx) error) error {
	tx, err := db.write.BeginTx(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := fn(tx); err != nil {
		// The transaction is void either way; its cause is what matters.
		_ = tx.Rollback()
		return fmt.Errorf("%s: %w", doing, err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// execute runs one statement that must change a row; none is missing's turn.
func (db *DB) execute(ctx context.Context, missing error, query string, args ...any) error {
	result, err := db.write.ExecContext(ctx, query, args...)
	if err != nil {
		return err
	}
	return changed(result, missing)
}

// changed returns missing if the statement changed no row.
func changed(result sql.Result, missing error) error {
	n, err := result.RowsAffected()
	if err != nil {
		return err
	}
	if n == 0 {
		return missing
	}
	return nil
}

// row is one row to be read: *sql.Row, *sql.Rows or a changedRow.
type row interface{ Scan(dest ...any) error }

// changeAll runs one statement that changes any number of rows, and returns them
// in no order.
func changeAll[T any](ctx context.Context, db *DB, doing string, scan func(row) (T, error), query string, args ...any) (all []T, err error) {
	err = db.transact(ctx, doing, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, query, args...)
		all, err = collect(rows, err, scan)
		return err
	})
	return all, err
}

// found turns "no rows" into ErrNotFound.
func found(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// collect reads all rows with scan and closes them.
func collect[T any](rows *sql.Rows, err error, scan func(row) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close() // rows.Err has told all there is
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// micros is t as it is stored: UTC microseconds, NULL for the zero time.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// instant reads a stored time back into t.
type instant struct{ t *time.Time }

// Scan implements sql.Scanner.
func (i instant) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*i.t = time.Time{}
	case int64:
		*i.t = time.UnixMicro(v).UTC()
	default:
		return fmt.Errorf("stored time is a %T, want microseconds", src)
	}
	return nil
}

// cell is bytes as they are stored: NULL if there are none.
func cell(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}
