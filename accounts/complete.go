package accounts

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"linearbot/linear"
	"linearbot/store"
)

// Callback is what Linear's redirect brought, with the browser's cookie.
type Callback struct {
	State            string
	Code             string
	Error            string
	ErrorDescription string
	Cookie           string
}

// Completion is how connecting went on. Code is set while the person still has to
// type it into Slack; it is shown once and not stored.
type Completion struct {
	Account store.Account
	Person  Person
	Code    string
}

// Complete ends the consent: the state is used up, the cookie must be that of the
// browser that began, the code is exchanged, and the identity is proven by e-mail
// or waits for a code. Errors: ErrStateGone, ErrWrongBrowser, ErrDenied,
// ErrBlocked, ErrAdminOnly, *IdentityHeldError, and those of linear.
func (m *Manager) Complete(ctx context.Context, cb Callback) (Completion, error) {
	t, err := m.DB.TakeTicket(ctx, store.StateTicket, hashOf(cb.State), time.Now())
	if errors.Is(err, store.ErrNotFound) {
		return Completion{}, ErrStateGone
	}
	if err != nil {
		return Completion{}, err
	}
	var s consentState
	if err := m.readTicket(t, &s); err != nil {
		return Completion{}, err
	}
	if subtle.ConstantTimeCompare(hashOf(cb.Cookie), s.Cookie) != 1 {
		return Completion{}, ErrWrongBrowser
	}
	if cb.Error != "" || cb.Code == "" {
		return Completion{}, fmt.Errorf("%w: %q", ErrDenied, clip(cb.Error))
	}
	tok, err := m.exchange(ctx, cb.Code, NewSecret(s.Verifier))
	if err != nil {
		return Completion{}, exchangeError(err)
	}
	p := pairOf(tok, Secret{}, time.Now())
	viewer, err := m.Linear.Session("", bearer{p.access}, nil).Viewer(ctx)
	if err != nil {
		return Completion{}, errors.Join(err, m.revoke(ctx, p))
	}
	g := store.Grant{
		Actor: s.Actor, Scopes: scopesOf(tok), OrgID: viewer.Organization.ID, OrgName: viewer.Organization.Name,
		OrgURLKey: viewer.Organization.URLKey, ViewerID: viewer.ID, ViewerName: viewer.Name, ViewerEmail: viewer.Email,
		Refreshable: !p.refresh.Empty(), ExpiresAt: p.expires,
	}
	c, err := m.take(ctx, s, g, p)
	if err != nil {
		return Completion{}, errors.Join(err, m.revoke(ctx, p))
	}
	return c, nil
}

// exchangeError says whether Linear was unwell or the code was no good.
func exchangeError(err error) error {
	switch faultOf(err) {
	case faultGrant:
		return fmt.Errorf("%w: the code was refused", ErrStateGone)
	case faultClient:
		return ErrOperator
	}
	return fmt.Errorf("exchange code: %w", errors.Join(linear.ErrTransient, errNoSecrets(err)))
}

// errNoSecrets drops what a token endpoint answered: it may quote what was sent.
func errNoSecrets(err error) error {
	if faultOf(err) == faultTransient {
		return fmt.Errorf("token endpoint: %T", err)
	}
	return err
}

// proven reports whether the Linear identity is the Slack person's without a code.
func (m *Manager) proven(s consentState, g store.Grant) bool {
	if s.Actor == "app" {
		return false
	}
	switch m.Verify {
	case "off":
		return true
	case "code":
		return false
	}
	return g.ViewerEmail != "" && strings.EqualFold(strings.TrimSpace(g.ViewerEmail), strings.TrimSpace(s.Person.Email))
}

// take makes the grant the account's own, or a candidate that waits for the code.
func (m *Manager) take(ctx context.Context, s consentState, g store.Grant, p pair) (Completion, error) {
	c := Completion{Person: s.Person}
	if s.Actor == "app" && !s.Person.Admin {
		return c, ErrAdminOnly
	}
	if !m.proven(s, g) {
		var err error
		c.Code, c.Account, err = m.wait(ctx, s, g, p)
		return c, err
	}
	var old pair
	a, err := m.DB.UpdateAccount(ctx, s.Person.Key, func(tx *store.Tx, a store.Account) (store.Account, error) {
		var err error
		a, old, err = m.adopt(tx, a, g, p)
		return a, err
	})
	if err != nil {
		return c, err
	}
	m.settle(ctx, a, old)
	c.Account = a
	return c, nil
}

// adopt puts a proven grant into the account's row, in the caller's transaction,
// and returns the pair it replaces.
func (m *Manager) adopt(tx *store.Tx, a store.Account, g store.Grant, p pair) (store.Account, pair, error) {
	if !Move(a.State, store.Active) {
		return a, pair{}, ErrBlocked
	}
	holders, err := tx.Holders(g.OrgID, g.ViewerID)
	if err != nil {
		return a, pair{}, err
	}
	for _, k := range holders {
		if k != a.Key && k.TeamID == a.Key.TeamID && !a.Shared && g.Actor != "app" {
			return a, pair{}, &IdentityHeldError{By: k}
		}
	}
	var old pair
	if a.Holds() {
		if old, err = m.Keyring.openPair(a.Sealed, accountAD(a, a.Version)); err != nil {
			m.Log.Warn("replaced grant not readable, it stays listed in Linear", "user", a.Key.UserID, "err", err)
		}
	}
	now := time.Now()
	first := a.ConnectedAt.IsZero()
	a.Version++
	a.Epoch++ // a refresh under way is fenced out
	if g.Sealed, err = m.Keyring.sealPair(p, accountAD(a, a.Version)); err != nil {
		return a, pair{}, err
	}
	a.Grant, a.State, a.Cause, a.Suspect = g, store.Active, "", false
	a.LeaseOwner, a.LeaseUntil, a.RefreshStartedAt = "", time.Time{}, time.Time{}
	a.DueAt, a.ProbeAt = dueAt(now, g.ExpiresAt), now.Add(probeGap())
	a.ConnectedAt, a.ChangedAt, a.LastUsedAt = now, now, now
	if first {
		if err := tx.QueueNotice(noticeOf(a, "welcome", now)); err != nil {
			return a, pair{}, err
		}
	}
	if err := tx.DropCandidate(a.ID); err != nil {
		return a, pair{}, err
	}
	return a, old, tx.AppendAudit(store.Entry{At: now, Key: a.Key, Action: "connect", Result: "ok", Source: "browser"})
}

// settle follows a commit that replaced a grant: caches forget, and the old grant
// goes at Linear. Never the new one.
func (m *Manager) settle(ctx context.Context, a store.Account, old pair) {
	m.tokens.forget(a.ID)
	m.Linear.Forget(a.ID)
	if old.access.Empty() {
		return
	}
	if err := m.revoke(ctx, old); err != nil {
		m.Log.WarnContext(ctx, "replaced grant not revoked", "user", a.Key.UserID, "err", err)
	}
}

func noticeOf(a store.Account, kind string, now time.Time) store.Notice {
	return store.Notice{ID: random()[:26], Key: a.Key, Kind: kind, Cause: a.Cause, At: now}
}

func clip(s string) string {
	if i := slices.Index([]byte(s), '\n'); i >= 0 {
		s = s[:i]
	}
	return s[:min(len(s), 60)]
}
