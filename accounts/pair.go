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
	grant   string // names the consent it came from, through all refreshes; ours, random
	access  Secret
	refresh Secret // empty for a legacy, non-expiring token
	expires time.Time
}

func (p pair) empty() bool { return p.access.Empty() && p.refresh.Empty() }

// same reports whether both are the same tokens.
func (p pair) same(q pair) bool {
	return p.access.Reveal() == q.access.Reveal() && p.refresh.Reveal() == q.refresh.Reveal()
}

// pairJSON is the plaintext of a cell.
type pairJSON struct {
	Grant   string    `json:"g,omitempty"`
	Access  string    `json:"a"`
	Refresh string    `json:"r,omitempty"`
	Expires time.Time `json:"e"`
}

// errBadCell says that a cell opened but holds no pair.
var errBadCell = errors.New("accounts: sealed cell holds no token pair")

func readPair(plain []byte) (pair, error) {
	p, err := readTokens(plain)
	if err == nil && p.access.Empty() {
		return pair{}, errBadCell
	}
	return p, err
}

// readTokens reads what write wrote, also of a pair that lacks a token.
func readTokens(plain []byte) (pair, error) {
	var p pairJSON
	if err := json.Unmarshal(plain, &p); err != nil {
		return pair{}, errBadCell // the cause may quote the plaintext
	}
	return pair{grant: p.Grant, access: NewSecret(p.Access), refresh: NewSecret(p.Refresh), expires: p.Expires}, nil
}

func (p pair) write() ([]byte, error) {
	return json.Marshal(pairJSON{Grant: p.grant, Access: p.access.Reveal(), Refresh: p.refresh.Reveal(), Expires: p.expires.UTC()})
}

// accountAD binds a cell to its row and version: a cell moved to another row, or
// an old cell put back, does not open.
func accountAD(a store.Account, version int64) []byte {
	return fmt.Appendf(nil, "accounts %q %q %q %d", a.ID, a.Key.TeamID, a.Key.UserID, version)
}

// candidateAD binds a candidate's cell; the moment it was made is its version.
func candidateAD(a store.Account, created time.Time) []byte {
	return fmt.Appendf(nil, "candidates %q %q %q %d", a.ID, a.Key.TeamID, a.Key.UserID, created.UnixMicro())
}

func (k *Keyring) sealPair(p pair, ad []byte) ([]byte, error) {
	plain, err := p.write()
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
