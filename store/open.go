package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ownerOnly is the mode of a new database file and of a backup.
const ownerOnly = 0o600

// pathOf returns the absolute path of the file that dsn names.
func pathOf(dsn string) (string, error) {
	name, ok := strings.CutPrefix(dsn, "sqlite:")
	if !ok {
		scheme, _, _ := strings.Cut(dsn, ":")
		return "", fmt.Errorf("database scheme %q is not known: write sqlite:path, as in sqlite:linearbot.db", scheme)
	}
	name = strings.TrimPrefix(name, "//")
	if name == "" || strings.HasPrefix(name, ":memory:") || strings.ContainsAny(name, "?\x00") {
		return "", fmt.Errorf("database %q names no file: write sqlite:path without options, as in sqlite:linearbot.db", dsn)
	}
	return filepath.Abs(name)
}

// The name of the database is that of something else.
var (
	errDirectory = errors.New("it is a directory")
	errNoFile    = errors.New("it is no regular file")
)

// create makes the empty file with its final mode, so that it is never wider.
// It appears under its name already closed: closing a file drops the locks that
// this process holds on it (https://sqlite.org/howtocorrupt.html §2.2).
func create(path string) error {
	if info, err := os.Stat(path); err == nil {
		return checkFile(info)
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".linearbot-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // a stray empty file at worst
	if err := file.Close(); err != nil {
		return err
	}
	if err = os.Link(file.Name(), path); err == nil {
		return nil
	}
	if _, err := os.Stat(path); err == nil {
		return nil // another process was faster
	}
	// A file system without hard links, or a symbolic link to a file that is not there.
	if file, err = os.OpenFile(path, os.O_CREATE, ownerOnly); err != nil {
		return err
	}
	return file.Close()
}

// checkFile tells a file from what SQLite cannot use.
func checkFile(info fs.FileInfo) error {
	switch {
	case info.IsDir():
		return errDirectory
	case !info.Mode().IsRegular():
		return errNoFile
	}
	return nil
}

// writerDSN and readerDSN carry the pragmas, so that each pooled connection has
// them. FULL: a saved token pair is on the disk when Commit returns.
func writerDSN(path string, wait time.Duration) string {
	return fileURL(path, wait, "_txlock=immediate&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=on")
}

func readerDSN(path string) string {
	return fileURL(path, lockPatience, "_query_only=on")
}

func fileURL(path string, wait time.Duration, options string) string {
	name := url.URL{Scheme: "file", Path: filepath.ToSlash(path)}
	return fmt.Sprintf("%s?_busy_timeout=%d&_stmt_cache_size=64&%s", &name, wait.Milliseconds(), options)
}

// prepare turns the file into a write-ahead-log database and brings its tables up
// to date.
func prepare(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite3", writerDSN(path, lockPatience))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	// A change of the journal mode does not wait for locks by itself.
	if err = whenUnlocked(ctx, func() error { return db.PingContext(ctx) }); err == nil {
		err = inspect(ctx, db)
	}
	if err == nil {
		err = migrate(ctx, db)
	}
	return errors.Join(err, db.Close())
}

// migrate brings the schema up to date. Several processes may try at once: who
// comes second fails (00001_tables.sql says how), sees that the schema has moved
// on, and goes on from there.
func migrate(ctx context.Context, db *sql.DB) error {
	for before := int64(-1); ; {
		err := migrateOnce(ctx, db)
		if err == nil {
			return nil
		}
		version := schemaVersion(ctx, db)
		if version <= before {
			return err
		}
		before = version
	}
}

func migrateOnce(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	current, latest, err := provider.GetVersions(ctx)
	if err != nil {
		return err
	}
	if current > latest {
		return &newerError{found: current, known: latest}
	}
	_, err = provider.Up(ctx)
	return err
}

// schemaVersion is the last migration applied, -1 if there is none to be seen.
func schemaVersion(ctx context.Context, db *sql.DB) int64 {
	var version int64
	err := db.QueryRowContext(ctx, `SELECT COALESCE(MAX(version_id), -1) FROM goose_db_version`).Scan(&version)
	if err != nil {
		return -1
	}
	return version
}
