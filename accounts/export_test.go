package accounts

import (
	"context"
	"net/http"

	"linearbot/store"
)

// AuthorizeForTest is what every call of a person goes through.
func AuthorizeForTest(m *Manager, a store.Account) func(context.Context, http.Header) error {
	return (&authorizer{m: m, key: a.Key, org: a.OrgID}).Authorize
}

// RefreshTokenForTest is the refresh token that an account holds.
func RefreshTokenForTest(k *Keyring, a store.Account) (string, error) {
	p, err := k.openPair(a.Sealed, accountAD(a, a.Version))
	return p.refresh.Reveal(), err
}
