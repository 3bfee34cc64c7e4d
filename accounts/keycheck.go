package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linearbot/store"
)

// The check row is sealed once and opened at each start, before anything is
// written with a key that does not fit the database.
const (
	keyCheckSetting = "key_check"
	keyCheckText    = "linearbot keyring check"
	keyCheckAD      = "settings key_check"
	keyCheckCap     = 10 * time.Second
)

// checkKey proves that the keyring belongs to the database. On the first start
// it writes the row; of two processes that start with different keysets, the
// second one fails here.
func (m *Manager) checkKey(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, keyCheckCap)
	defer cancel()
	err := m.openKeyCheck(ctx)
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err := m.openAnyCell(ctx); err != nil {
		return err
	}
	if err := m.writeKeyCheck(ctx); err != nil {
		return err
	}
	return m.openKeyCheck(ctx)
}

func (m *Manager) writeKeyCheck(ctx context.Context) error {
	sealed, err := m.Keyring.Seal([]byte(keyCheckText), []byte(keyCheckAD))
	if err != nil {
		return err
	}
	text, err := json.Marshal(sealed)
	if err != nil {
		return err
	}
	return m.DB.PutSetting(ctx, "", "", keyCheckSetting, text)
}

func (m *Manager) openKeyCheck(ctx context.Context) error {
	text, err := m.DB.Setting(ctx, "", "", keyCheckSetting)
	if err != nil {
		return fmt.Errorf("read the key check: %w", err)
	}
	var sealed []byte
	if err := json.Unmarshal(text, &sealed); err != nil {
		return fmt.Errorf("read the key check: %w", err)
	}
	_, err = m.Keyring.Open(sealed, []byte(keyCheckAD))
	return keyWords(err)
}

// openAnyCell stands in for a check row that is gone from a database in use.
func (m *Manager) openAnyCell(ctx context.Context) error {
	page, _, err := m.DB.Accounts(ctx, store.AccountFilter{State: store.Active, Limit: 1})
	if err != nil || len(page) == 0 {
		return err
	}
	_, err = m.Keyring.openPair(page[0].Sealed, accountAD(page[0], page[0].Version))
	return keyWords(err)
}

// keyWords says to an operator what is wrong with the keyset.
func keyWords(err error) error {
	switch {
	case errors.Is(err, ErrKeyMissing):
		return fmt.Errorf("the keyset (ENCRYPTION_KEYSET or ENCRYPTION_KEYSET_FILE) lacks the key that sealed this database; give the keyset that was used with it: %w", err)
	case errors.Is(err, ErrWrongKey):
		return fmt.Errorf("the keyset (ENCRYPTION_KEYSET or ENCRYPTION_KEYSET_FILE) belongs to another database, or the check row was altered: %w", err)
	}
	return err
}
