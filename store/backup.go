package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Backup writes a copy of the database, as it is at one moment, to path, which
// must not exist yet. Readers and writers go on meanwhile. The file is readable
// by its owner only, whole or not there, and on the disk when Backup returns.
func (db *DB) Backup(ctx context.Context, path string) error {
	if err := db.backup(ctx, path); err != nil {
		return fmt.Errorf("back up database to %s: %w", path, err)
	}
	return nil
}

func (db *DB) backup(ctx context.Context, path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, fs.ErrExist)
	}
	part, err := os.CreateTemp(filepath.Dir(path), ".linearbot-backup-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(part.Name()) // gone already if all went well
	defer part.Close()           // what counts is Sync
	if err := vacuumInto(ctx, db.path, part.Name()); err != nil {
		return err
	}
	if err := part.Sync(); err != nil {
		return err
	}
	if err := os.Rename(part.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// vacuumInto copies the database at path into the empty file at target. It is
// one statement and one read snapshot, on a connection of its own: SQLite counts
// it as a write, which the pooled readers refuse, and it must not hold the writer.
func vacuumInto(ctx context.Context, path, target string) error {
	source, err := sql.Open("sqlite3", fileURL(path, lockPatience, ""))
	if err != nil {
		return err
	}
	_, err = source.ExecContext(ctx, `VACUUM INTO $1`, target)
	return errors.Join(err, source.Close())
}

// syncDir makes a new name in dir survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
