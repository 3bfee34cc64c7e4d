package accounts

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"linearbot/linear"
	"linearbot/store"
)

// freshEnough is how long before its end an access token is renewed on demand.
const freshEnough = time.Minute

// bearer is a token outside any account: of a grant that is not stored yet, or one
// that is being probed. A refusal is final.
type bearer struct{ token Secret }

func (b bearer) Authorize(_ context.Context, h http.Header) error {
	h.Set("Authorization", "Bearer "+b.token.Reveal())
	return nil
}

func (b bearer) Rejected(context.Context, http.Header) error { return linear.ErrUnauthenticated }

// authorizer puts one person's token on requests (linear.Authorizer).
type authorizer struct {
	m   *Manager
	key store.Key
	org string // the workspace the session was made for; its ids mean nothing in another
}

// Authorize writes the token of a live account: one read of the row, no write. An
// expired token is renewed first, in the one flight of the account.
func (z *authorizer) Authorize(ctx context.Context, h http.Header) error {
	a, p, err := z.live(ctx)
	if err != nil {
		return err
	}
	if a.Refreshable && (a.Suspect || time.Until(p.expires) < freshEnough) {
		if err := z.m.renewNow(ctx, a); err != nil && (!time.Now().Before(p.expires) || lost(err)) {
			return err
		}
		if _, p, err = z.live(ctx); err != nil {
			return err
		}
	}
	h.Set("Authorization", "Bearer "+p.access.Reveal())
	return nil
}

// Rejected handles a 401 on any call: a token that was replaced meanwhile, or one
// that Linear no longer takes. Then a refresh tells: it works, or access is gone.
func (z *authorizer) Rejected(ctx context.Context, h http.Header) error {
	a, p, err := z.live(ctx)
	if err != nil {
		return err
	}
	if h.Get("Authorization") != "Bearer "+p.access.Reveal() {
		return nil
	}
	if !a.Refreshable {
		return z.m.loseLegacy(ctx, a, p)
	}
	if err := z.m.renewNow(ctx, a); err != nil {
		return err
	}
	_, now, err := z.live(ctx)
	if err != nil {
		return err
	}
	if now.access.Reveal() == p.access.Reveal() {
		return linear.ErrUnauthenticated
	}
	return nil
}

// live is Manager.live for the workspace the session was made for.
func (z *authorizer) live(ctx context.Context) (store.Account, pair, error) {
	a, p, err := z.m.live(ctx, z.key)
	if err == nil && a.OrgID != z.org {
		return a, pair{}, ErrReplaced
	}
	return a, p, err
}

// renewNow refreshes on demand. Somebody else being at it is for the caller the
// same as Linear being slow.
func (m *Manager) renewNow(ctx context.Context, a store.Account) error {
	err := m.refreshOnce(ctx, a, nil)
	if errors.Is(err, store.ErrHeld) || errors.Is(err, store.ErrFenced) {
		again, readErr := m.DB.AccountByID(ctx, a.ID)
		if readErr == nil && again.Version != a.Version {
			return nil
		}
		return fmt.Errorf("another process renews %s: %w", a.Key, linear.ErrTransient)
	}
	return err
}

// live is an ACTIVE account with its opened pair.
func (m *Manager) live(ctx context.Context, key store.Key) (store.Account, pair, error) {
	a, err := m.DB.Account(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return a, pair{}, ErrNotConnected
	}
	if err != nil {
		return a, pair{}, err
	}
	if err := stateError(a.State); err != nil {
		return a, pair{}, err
	}
	if p, ok := m.tokens.get(a.ID, a.Version); ok {
		return a, p, nil
	}
	p, err := m.Keyring.openPair(a.Sealed, accountAD(a, a.Version))
	if err != nil {
		return a, pair{}, fmt.Errorf("open the grant of %s: %w", key, err)
	}
	m.tokens.put(a.ID, a.Version, p)
	return a, p, nil
}

// tokenCache keeps opened pairs, so that a fetch decrypts once per version. The
// row decides what is valid: another version never answers.
type tokenCache struct {
	mu   sync.Mutex
	open map[string]cachedPair
}

type cachedPair struct {
	version int64
	pair    pair
}

const tokensMax = 20000

func (c *tokenCache) get(id string, version int64) (pair, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.open[id]
	return e.pair, ok && e.version == version
}

func (c *tokenCache) put(id string, version int64, p pair) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil || len(c.open) >= tokensMax {
		c.open = make(map[string]cachedPair)
	}
	c.open[id] = cachedPair{version: version, pair: p}
}

func (c *tokenCache) forget(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.open, id)
}
