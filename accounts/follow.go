package accounts

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// reloadPause is how long a key that the source lacks is not looked for again.
const reloadPause = time.Second

// ErrForeignKeyset says that a keyset has no key in common with the one in use: it
// belongs to another database.
var ErrForeignKeyset = errors.New("accounts: the keyset has no key in common with the one in use, which stays")

// Follow lets the keyring take up changes of its source, a keyset in Tink's JSON
// form: at once when it meets data sealed with a key it lacks, and with Reload. To
// be called before the keyring is shared.
func (k *Keyring) Follow(source func() ([]byte, error)) { k.source = source }

// Reload takes the keyset at the source into use and reports whether it differs
// from before. What cannot be read or is another database's leaves the keyring as
// it was. Without a source it does nothing.
func (k *Keyring) Reload() (changed bool, err error) {
	if k.source == nil {
		return false, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.reload()
}

func (k *Keyring) reload() (changed bool, err error) {
	k.read = time.Now()
	text, err := k.source()
	if err != nil {
		return false, fmt.Errorf("read keyset: %w", err)
	}
	next, err := LoadKeyring(text)
	if err != nil {
		return false, fmt.Errorf("read keyset: %w", err)
	}
	if next.Primary() == k.Primary() && slices.Equal(next.Keys(), k.Keys()) {
		return false, nil
	}
	if !slices.ContainsFunc(next.Keys(), k.has) {
		return false, ErrForeignKeyset
	}
	k.now.Store(next.now.Load())
	return true, nil
}

// find looks for a key at the source, not more often than each reloadPause.
func (k *Keyring) find(id uint32) bool {
	if k.source == nil {
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.has(id) {
		return true
	}
	if since := time.Since(k.read); since >= 0 && since < reloadPause {
		return false
	}
	_, err := k.reload()
	return err == nil && k.has(id)
}
