package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"linearbot/accounts"
)

// keyring loads the keyset from the environment or its file. Without either a new
// one is made beside the database on the first start, readable by this user only;
// beside a database that is not empty, a missing keyset is an error: a new
// one could read nothing.
func (c *config) keyring() (*accounts.Keyring, error) {
	if c.EncryptionKeyset != "" {
		k, err := accounts.LoadKeyring([]byte(c.EncryptionKeyset))
		if err != nil {
			return nil, fmt.Errorf("ENCRYPTION_KEYSET: %w", err)
		}
		return k, nil
	}
	path := c.keysetFile()
	k, err := c.keyringAt(path)
	if err == nil {
		k.Follow(func() ([]byte, error) { return os.ReadFile(path) })
	}
	return k, err
}

func (c *config) keyringAt(path string) (*accounts.Keyring, error) {
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return c.newKeyring(path)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", c.keysetSetting(), err)
	}
	k, err := accounts.LoadKeyring(text)
	if err != nil {
		return nil, fmt.Errorf("keyset %s: %w", path, err)
	}
	return k, nil
}

func (c *config) newKeyring(path string) (*accounts.Keyring, error) {
	if info, err := os.Stat(c.sqlitePath()); err == nil && info.Size() > 0 {
		return nil, fmt.Errorf("the keyset %s is missing, but the database %s exists: put the keyset back or set ENCRYPTION_KEYSET (a new keyset could not read what is stored)", path, c.sqlitePath())
	}
	k, err := accounts.NewKeyring()
	if err != nil {
		return nil, err
	}
	text, err := k.MarshalJSON()
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%s: the directory must be there, and this user must be allowed to write to it: %w", c.keysetSetting(), err)
	}
	_, werr := f.Write(text)
	if err := errors.Join(werr, f.Sync(), f.Close()); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", c.keysetSetting(), err), os.Remove(path))
	}
	return k, nil
}

// lockKeyset lets one verb at a time change the keyset. The lock ends with the
// process, however that ends.
func (c *config) lockKeyset() (unlock func() error, err error) {
	unlock, err = lockFile(c.keysetFile() + ".lock")
	if _, unopened := errors.AsType[*fs.PathError](err); unopened {
		return nil, fmt.Errorf("%s: %w", c.keysetSetting(), err)
	}
	if err != nil {
		return nil, errors.New("another bot keys is changing the keyset; nothing was changed")
	}
	return unlock, nil
}

// replaceKeyset puts a changed keyset into the place of the file, readable by this
// user only: a reader finds the old one or the new one, also after a power cut.
func replaceKeyset(path string, k *accounts.Keyring) error {
	text, err := k.MarshalJSON()
	if err != nil {
		return err
	}
	if err := replaceFile(path, text); err != nil {
		return fmt.Errorf("keyset %s not changed: %w", path, err)
	}
	return nil
}
