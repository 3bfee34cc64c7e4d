package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"linearbot/accounts"
	"linearbot/linear"
	"linearbot/store"
)

// stored is what a verb beside the running bot works on.
type stored struct {
	db       *store.DB
	accounts *accounts.Manager
}

// openDatabase opens a database that must be there: a verb on a mistyped path
// must not make a new one.
func (c *config) openDatabase(ctx context.Context) (*store.DB, error) {
	if err := c.finishStored(); err != nil {
		return nil, err
	}
	if _, err := os.Stat(c.sqlitePath()); errors.Is(err, fs.ErrNotExist) {
		path, _ := filepath.Abs(c.sqlitePath()) // "" without a working directory, where nothing is found anyway
		return nil, fmt.Errorf("there is no database at %s: set DATABASE_URL to the one the bot uses", path)
	}
	db, err := store.Open(ctx, c.DatabaseURL)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	return db, nil
}

// openStored opens the database with the keyring that belongs to it.
func (c *config) openStored(ctx context.Context, to *console) (*stored, error) {
	db, err := c.openDatabase(ctx)
	if err != nil {
		return nil, err
	}
	keyring, err := c.keyring()
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	m, err := c.manage(db, keyring, to)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &stored{db, m}, nil
}

// manage makes the manager of a verb. It checks that the keyring fits.
func (c *config) manage(db *store.DB, k *accounts.Keyring, to *console) (*accounts.Manager, error) {
	log, outside := c.newLog(to.err), &http.Client{Timeout: linearCap}
	return accounts.New(accounts.Config{
		DB: db, Keyring: k, Linear: linear.New(linear.Config{APIURL: c.LinearAPIURL, HTTP: outside, Log: log}),
		HTTP: outside, Log: log, ClientID: c.LinearClientID, ClientSecret: accounts.NewSecret(c.LinearClientSecret),
		AuthURL: c.LinearAuthURL, APIURL: c.LinearAPIURL, PublicURL: c.PublicURL,
		Actor: c.LinearActor, Scopes: c.scopes(), Verify: c.Verify, Owner: ownerName(),
	})
}

func (s *stored) close() error { return s.db.Close() }
