package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"

	"linearbot/linear"
	"linearbot/store"
)

// errNoMigration says that Linear no longer trades old tokens.
var errNoMigration = errors.New("accounts: Linear does not migrate old tokens (any more)")

// migrate trades a token of the old, non-expiring kind for a pair. A trade cannot
// be repeated, so it is claimed like a refresh and sent once; when the answer is
// lost, the intent stays and the next probe tells whether the old token lives.
func (m *Manager) migrate(ctx context.Context, seen store.Account) error {
	if err := m.passBreaker(ctx); err != nil {
		return err
	}
	now := at(time.Now())
	a, err := m.DB.ClaimRefresh(ctx, seen.ID, m.Owner, now, leaseLife)
	if err != nil {
		return err
	}
	never := now.Add(legacyLife) // an account without a refresh token is not swept
	if a.Version != seen.Version {
		return m.release(ctx, a, false, never)
	}
	old, err := m.Keyring.openPair(a.Sealed, accountAD(a, a.Version))
	if err != nil {
		return errors.Join(err, m.release(ctx, a, false, never))
	}
	tok, err := m.trade(ctx, old.access)
	if err != nil {
		unanswered := errors.Is(err, linear.ErrTransient) || !a.RefreshStartedAt.Equal(now)
		return errors.Join(err, m.release(ctx, a, unanswered, never))
	}
	return m.saveRefreshed(ctx, a, pairOf(tok, old, time.Now()), scopesOf(tok))
}

// trade is one POST to migrate_old_token.
func (m *Manager) trade(ctx context.Context, access Secret) (*oauth2.Token, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tokenCap)
	defer cancel()
	status, body, err := m.post(ctx, "/oauth/migrate_old_token", url.Values{
		"access_token": {access.Reveal()}, "client_id": {m.ClientID}, "client_secret": {m.ClientSecret.Reveal()},
	})
	if err != nil {
		return nil, fmt.Errorf("migrate old token: %w", &tokenError{})
	}
	switch {
	case status == http.StatusOK:
		return readMigrated(body)
	case status >= http.StatusInternalServerError:
		return nil, fmt.Errorf("migrate old token: %w", &tokenError{status: status})
	}
	return nil, fmt.Errorf("%w: status %d", errNoMigration, status)
}

// readMigrated reads the ordinary body of a token endpoint; an answer without a
// refresh token is none.
func readMigrated(body []byte) (*oauth2.Token, error) {
	var fields map[string]any
	var t struct {
		Access  string          `json:"access_token"`
		Refresh string          `json:"refresh_token"`
		Life    json.RawMessage `json:"expires_in"`
	}
	if json.Unmarshal(body, &t) != nil || json.Unmarshal(body, &fields) != nil || t.Access == "" || t.Refresh == "" {
		return nil, fmt.Errorf("migrate old token: %w", &tokenError{status: http.StatusOK})
	}
	tok := &oauth2.Token{AccessToken: t.Access, RefreshToken: t.Refresh}
	if life, ok := seconds(t.Life); ok {
		tok.Expiry = time.Now().Add(time.Duration(life) * time.Second)
	}
	return tok.WithExtra(fields), nil
}
