package accounts

import (
	"context"
	"net/http"

	"linearbot/store"
)

// AuthorizeForTest is what every call of a person goes through.
func AuthorizeForTest(m *Manager, key store.Key) func(context.Context, http.Header) error {
	return (&authorizer{m: m, key: key}).Authorize
}
