package accounts

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linearbot/store"
)

// pair is what Linear gave: both tokens and the expiry, always sealed together,
// so that a row can never hold the access token of one grant and the refresh
// token of another.
type pair struct {
	access  Secret
	refresh Secret // empty for a legacy, non-expiring token
	expires time.Time
}

// pairJSON is the plaintext of a cell.
type pairJSON struct {
	Access  string    `json:"a"`
	Refresh string    `json:"r,omitempty"`
	Expires time.Time `json:"e"`
}

// errBadCell says that a cell opened but holds no pair.
var errBadCell = errors.New("accounts: sealed cell holds no token pair")

func readPair(plain []byte) (pair, error) {
	var p pairJSON
	if err := json.Unmarshal(plain, &p); err != nil || p.Access == "" {
		return pair{}, errBadCell
	}
	return pair{access: NewSecret(p.Access), refresh: NewSecret(p.Refresh), expires: p.Expires}, nil
}

// accountAD binds a cell to its row and version: a cell moved to another row, or
// an old cell put back, does not open.
func accountAD(a store.Account, version int64) []byte {
	return fmt.Appendf(nil, "accounts/%s/%s/%s/%d", a.ID, a.Key.TeamID, a.Key.UserID, version)
}

func candidateAD(a store.Account) []byte {
	return fmt.Appendf(nil, "candidates/%s/%s/%s", a.ID, a.Key.TeamID, a.Key.UserID)
}

func (k *Keyring) sealPair(p pair, ad []byte) ([]byte, error) {
	plain, err := json.Marshal(pairJSON{Access: p.access.Reveal(), Refresh: p.refresh.Reveal(), Expires: p.expires})
	if err != nil {
		return nil, fmt.Errorf("seal pair: %w", err)
	}
	return k.Seal(plain, ad)
}

func (k *Keyring) openPair(sealed, ad []byte) (pair, error) {
	plain, err := k.Open(sealed, ad)
	if err != nil {
		return pair{}, err
	}
	return readPair(plain)
}
