package main

import (
	"context"
	"errors"
	"fmt"

	"linearbot/accounts"
)

// keysCmd are the verbs on the keyset.
type keysCmd struct {
	Status keysStatusCmd `cmd:"" help:"Say which keys there are and how many grants each has sealed."`
	Rotate keysRotateCmd `cmd:"" help:"Add a fresh key that seals from the bot's next start on."`
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
		fmt.Fprintf(to.out, "key %d %s, %d grants\n", id, role, seals[id])
		delete(seals, id)
	}
	for id, n := range seals {
		fmt.Fprintf(to.out, "key %d is missing, %d grants cannot be read: put it back, or let these people reconnect\n", id, n)
	}
	return nil
}

// errKeysetInEnvironment says why a verb cannot change the keyset.
var errKeysetInEnvironment = errors.New("ENCRYPTION_KEYSET is set, and this program cannot change its own environment: put the keyset into a file and set ENCRYPTION_KEYSET_FILE instead")

// Run adds a key.
func (*keysRotateCmd) Run(ctx context.Context, c *config, to *console) (err error) {
	if c.EncryptionKeyset != "" {
		return errKeysetInEnvironment
	}
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
	fmt.Fprintf(to.out, "Key %d was added to %s and seals from now on.\nNext: back the keyset up, restart every bot on this database, then run bot keys reseal.\n", next.Primary(), c.keysetFile())
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
	s, err := c.openStored(ctx, to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	seals, err := s.accounts.Seals(ctx)
	if err != nil {
		return err
	}
	if n := seals[v.ID]; n > 0 {
		return fmt.Errorf("key %d still seals %d grants: run bot keys reseal first; nothing was changed", v.ID, n)
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
	fmt.Fprintf(to.out, "Key %d was removed from %s.\nNext: restart every bot on this database; keep old keysets only as long as backups that need them.\n", v.ID, c.keysetFile())
	return nil
}

// fits tries a changed keyring on the database before it replaces the old one.
func (c *config) fits(s *stored, next *accounts.Keyring, to *console) error {
	if _, err := c.manage(s.db, next, to); err != nil {
		return fmt.Errorf("the database still needs this key: run bot keys reseal first; nothing was changed: %w", err)
	}
	return nil
}
