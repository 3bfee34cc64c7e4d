package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"linearbot/accounts"
	"linearbot/store"
)

// backupCmd copies the database.
type backupCmd struct {
	File string `arg:"" help:"Where to write; it must not exist." type:"path"`
}

// restoreCmd puts a backup in place.
type restoreCmd struct {
	File string `arg:"" help:"A file that bot backup wrote." type:"existingfile"`
}

// Run copies while the bot runs.
func (v *backupCmd) Run(ctx context.Context, c *config, to *console) (err error) {
	db, err := c.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Backup(ctx, v.File); errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists and was not touched: name a new file", v.File)
	} else if err != nil {
		return err
	}
	fmt.Fprintf(to.out, "The database was copied to %s.\nNext: keep it apart from the keyset (%s); each is worthless without the other, and both are needed to restore.\n", v.File, c.keysetFile())
	return nil
}

// Run puts the backup in the place of a database that is gone, marks every grant
// as to be proven, and refreshes one to see whether the backup is young enough.
func (v *restoreCmd) Run(ctx context.Context, c *config, to *console) (err error) {
	if err := c.finish(c.readSecretFiles()...); err != nil {
		return err
	}
	if err := c.placeBackup(v.File); err != nil {
		return err
	}
	s, err := c.openStored(ctx, to)
	if err != nil {
		return fmt.Errorf("%s was put in place but does not open: remove %s before trying again: %w", v.File, c.sqlitePath(), err)
	}
	defer func() { err = errors.Join(err, s.close()) }()
	marked, err := s.accounts.MarkSuspect(ctx)
	if err != nil {
		return fmt.Errorf("remove %s and restore again: %w", c.sqlitePath(), err)
	}
	fmt.Fprintf(to.out, "%s is now %s; %d grants will be proven before their next use.\n", v.File, c.sqlitePath(), marked)
	canary, err := s.accounts.Canary(ctx)
	switch {
	case errors.Is(err, store.ErrNotFound):
		fmt.Fprintln(to.out, "No grant can be tried by refreshing it.\nNext: start the bot.")
		return nil
	case errors.Is(err, accounts.ErrExpired), errors.Is(err, accounts.ErrRevoked):
		fmt.Fprintf(to.out, "Linear no longer takes the newest grant, that of %s: the backup is too old for it, and likely for all.\nNext: restore a younger backup if there is one; else start the bot, and people will be asked to reconnect.\n", canary.Key)
		return nil
	case err != nil:
		return fmt.Errorf("one grant was tried and could not be proven: %w; start the bot, it tries again", err)
	}
	fmt.Fprintf(to.out, "One grant was tried, that of %s, and works.\nNext: start the bot; it proves the others.\n", canary.Key)
	return nil
}

// placeBackup copies file to where the database belongs, never over anything. The
// keyset must be there: a new one could read nothing.
func (c *config) placeBackup(file string) error {
	path := c.sqlitePath()
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is there and was not touched: stop the bot and move the database with its -wal and -shm files away first, or set DATABASE_URL", name)
		}
	}
	if _, err := os.Stat(c.keysetFile()); c.EncryptionKeyset == "" && err != nil {
		return fmt.Errorf("put the keyset that belongs to the backup to %s first, or set ENCRYPTION_KEYSET or ENCRYPTION_KEYSET_FILE: %w", c.keysetFile(), err)
	}
	return copyNew(file, path)
}

// copyNew copies a file to a name that is free; whole or not there.
func copyNew(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()                                       // only read
	part, err := os.CreateTemp(filepath.Dir(to), ".restore-*") // 0600
	if err != nil {
		return fmt.Errorf("DATABASE_URL: %w", err)
	}
	defer os.Remove(part.Name()) // its other name stays
	_, err = io.Copy(part, source)
	if err := errors.Join(err, part.Sync(), part.Close()); err != nil {
		return err
	}
	return os.Link(part.Name(), to)
}
