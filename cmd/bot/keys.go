package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"linearbot/accounts"
)

// keysCmd are the verbs on the keyset.
type keysCmd struct {
	Status keysStatusCmd `cmd:"" help:"Say which keys there are and what each has sealed."`
	Rotate keysRotateCmd `cmd:"" help:"Add a fresh key; running bots seal with it within seconds."`
	Reseal keysResealCmd `cmd:"" help:"Bring every stored grant under the newest key, beside the running bot."`
	Drop   keysDropCmd   `cmd:"" help:"Remove a key that seals nothing any more."`
}

type (
	keysStatusCmd struct{}
	keysRotateCmd struct{}
	keysResealCmd struct{}
	keysDropCmd   struct {
		ID uint32 `arg:"" help:"Id of the key, as bot keys status shows it."`
	}
)

// Run shows the keys.
func (*keysStatusCmd) Run(ctx context.Context, c *config, to *console) (err error) {
	s, err := c.openStored(ctx, to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	seals, err := s.accounts.Seals(ctx)
	if err != nil {
		return err
	}
	k := s.accounts.Keyring
	for _, id := range k.Keys() {
		role := "opens"
		if id == k.Primary() {
			role = "seals"
		}
		fmt.Fprintf(to.out, "key %d %s, %d grants, %d other cells%s\n", id, role, seals[id].Grants, seals[id].Others, goneBy(seals[id]))
		delete(seals, id)
	}
	for id, n := range seals {
		fmt.Fprintf(to.out, "key %d is missing, %d grants cannot be read: put it back, or let these people reconnect\n", id, n.Grants)
	}
	return nil
}

// goneBy says when what is not resealed goes by itself.
func goneBy(s accounts.Seals) string {
	if s.Others == 0 || s.Until.IsZero() {
		return ""
	}
	return " (gone by " + moment(s.Until) + ")"
}

// errKeysetInEnvironment says why a verb cannot change the keyset.
var errKeysetInEnvironment = errors.New("ENCRYPTION_KEYSET is set, and this program cannot change its own environment, nor can a running bot see a change there: put the keyset into a file and set ENCRYPTION_KEYSET_FILE instead, or change ENCRYPTION_KEYSET yourself and restart the bot")

// Run adds a key.
func (*keysRotateCmd) Run(ctx context.Context, c *config, to *console) (err error) {
	if c.EncryptionKeyset != "" {
		return errKeysetInEnvironment
	}
	unlock, err := c.lockKeyset()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	s, err := c.openStored(ctx, to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	next, err := s.accounts.Keyring.Rotate()
	if err != nil {
		return err
	}
	if err := replaceKeyset(c.keysetFile(), next); err != nil {
		return err
	}
	fmt.Fprintf(to.out, "Key %d was added to %s and seals from now on; a running bot takes it up within %s, or at once on SIGHUP.\nNext: back the keyset up, then run bot keys reseal.\n", next.Primary(), c.keysetFile(), keysetPause)
	return nil
}

// Run reseals. Killed half-way, it goes on where it was when run again.
func (*keysResealCmd) Run(ctx context.Context, c *config, to *console) (err error) {
	s, err := c.openStored(ctx, to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	r, err := s.accounts.Reseal(ctx)
	if err != nil {
		return fmt.Errorf("after %d grants, run it again to go on: %w", r.Resealed, err)
	}
	fmt.Fprintf(to.out, "%d of %d grants were brought under key %d; the others were already.\n", r.Resealed, r.Seen, s.accounts.Keyring.Primary())
	if len(s.accounts.Keyring.Keys()) > 1 {
		fmt.Fprintln(to.out, "Next: a day from now, when links and held actions of the old key are over, run bot keys drop ID.")
	}
	return nil
}

// Run removes a key, unless something would no longer open.
func (v *keysDropCmd) Run(ctx context.Context, c *config, to *console) (err error) {
	if c.EncryptionKeyset != "" {
		return errKeysetInEnvironment
	}
	unlock, err := c.lockKeyset()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	s, err := c.openStored(ctx, to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := c.mayDrop(ctx, s, v.ID); err != nil {
		return err
	}
	next, err := s.accounts.Keyring.Drop(v.ID)
	if err != nil {
		return fmt.Errorf("%w; bot keys status shows the keys", err)
	}
	if err := c.fits(s, next, to); err != nil {
		return err
	}
	if err := replaceKeyset(c.keysetFile(), next); err != nil {
		return err
	}
	fmt.Fprintf(to.out, "Key %d was removed from %s.\nNext: keep old keysets only as long as backups that need them.\n", v.ID, c.keysetFile())
	return nil
}

// mayDrop refuses to drop a key that something stored still needs, or that a
// running bot may be sealing with: it takes a new key up a little later than the file.
func (c *config) mayDrop(ctx context.Context, s *stored, id uint32) error {
	seals, err := s.accounts.Seals(ctx)
	if err != nil {
		return err
	}
	switch n := seals[id]; {
	case n.Grants > 0:
		return fmt.Errorf("key %d still seals %d grants: run bot keys reseal first; nothing was changed", id, n.Grants)
	case n.Others > 0:
		return fmt.Errorf("key %d still seals %d links, plans, conversations or envelopes%s: they go by themselves, so drop it later; nothing was changed", id, n.Others, goneBy(n))
	}
	if info, err := os.Stat(c.keysetFile()); err == nil && time.Since(info.ModTime()) < 2*keysetPause {
		return fmt.Errorf("the keyset was changed a moment ago, and a running bot may still seal with key %d: try again in %s; nothing was changed", id, 2*keysetPause)
	}
	return nil
}

// fits tries a changed keyring on the database before it replaces the old one.
func (c *config) fits(s *stored, next *accounts.Keyring, to *console) error {
	if _, err := c.manage(s.db, next, to); err != nil {
		return fmt.Errorf("the database still needs this key: run bot keys reseal first; nothing was changed: %w", err)
	}
	return nil
}
