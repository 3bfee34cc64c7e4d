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

// Run marks every grant of a copy as to be proven, puts that in the place of a
// database that is gone, and refreshes one to see whether the backup is young enough.
// Stopped before the copy is in place it has done nothing.
func (v *restoreCmd) Run(ctx context.Context, c *config, to *console) (err error) {
	if err := c.finish(c.readSecretFiles()...); err != nil {
		return err
	}
	if err := c.mayRestore(); err != nil {
		return err
	}
	marked, err := c.placeBackup(ctx, v.File, to)
	if err != nil {
		return fmt.Errorf("nothing was put in place: %w", err)
	}
	fmt.Fprintf(to.out, "%s is now %s; %d grants will be proven before their next use.\n", v.File, c.sqlitePath(), marked)
	s, err := c.openStored(ctx, to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
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

// mayRestore refuses to restore over anything, or without the keyset: a new one could
// read nothing.
func (c *config) mayRestore() error {
	path := c.sqlitePath()
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is there and was not touched: stop the bot and move the database with its -wal and -shm files away first, or set DATABASE_URL", name)
		}
	}
	if _, err := os.Stat(c.keysetFile()); c.EncryptionKeyset == "" && err != nil {
		return fmt.Errorf("put the keyset that belongs to the backup to %s first, or set ENCRYPTION_KEYSET or ENCRYPTION_KEYSET_FILE: %w", c.keysetFile(), err)
	}
	return nil
}

// placeBackup copies file beside where the database belongs, marks the grants in the
// copy, and gives it its name when all of them are. It returns how many there are.
func (c *config) placeBackup(ctx context.Context, file string, to *console) (marked int, err error) {
	part, err := copyBeside(file, c.sqlitePath())
	if err != nil {
		return 0, err
	}
	defer func() { // its other name stays
		for _, end := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(part + end) // a stray copy at worst
		}
	}()
	beside := *c
	beside.DatabaseURL = "sqlite:" + part
	if c.EncryptionKeyset == "" {
		beside.EncryptionKeysetFile = c.keysetFile()
	}
	s, err := beside.openStored(ctx, to)
	if err != nil {
		return 0, err
	}
	marked, err = s.accounts.MarkSuspect(ctx)
	if err := errors.Join(err, s.close()); err != nil { // the last to close leaves one file
		return 0, err
	}
	return marked, os.Link(part, c.sqlitePath())
}

// copyBeside copies a file to a name of its own in the directory of another.
func copyBeside(from, other string) (part string, err error) {
	source, err := os.Open(from)
	if err != nil {
		return "", err
	}
	defer source.Close()                                        // only read
	to, err := os.CreateTemp(filepath.Dir(other), ".restore-*") // 0600
	if err != nil {
		return "", fmt.Errorf("DATABASE_URL: %w", err)
	}
	_, err = io.Copy(to, source)
	if err := errors.Join(err, to.Sync(), to.Close()); err != nil {
		return "", errors.Join(err, os.Remove(to.Name()))
	}
	return to.Name(), nil
}
