package linear

import (
	"context"
	"net/http"
)

// Authorizer puts one person's credentials on a request. The accounts package
// implements it, so that a plaintext token never becomes a value of this package.
type Authorizer interface {
	// Authorize writes the Authorization header. It may refresh first.
	Authorize(ctx context.Context, h http.Header) error
	// Rejected is called when Linear answered 401 to a request that carried the
	// headers h. Nil means that a newer token is there and the request, which
	// was not executed, may be sent once more.
	Rejected(ctx context.Context, h http.Header) error
}

// Attribution is the person in whose name an app-mode token writes
// (createAsUser, displayIconUrl). A user-mode token has none: Linear refuses it.
type Attribution struct {
	Name    string
	IconURL string
}
