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

// completeCap bounds the way from Linear's redirect to the page that says how it went.
const completeCap = time.Minute

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
	Asks    *Replacement // set while the person has to say which of two workspaces they want
}

// Complete ends the consent: the state is used up, the cookie must be that of the
// browser that began, the code is exchanged, and the identity is proven by e-mail
// or waits for a code. A proven grant of another workspace than the one connected
// waits for Replace or Keep. A grant that is not taken is removed at Linear. Errors:
// ErrStateGone, ErrCodeRefused, ErrWrongBrowser, ErrDenied, ErrBlocked, ErrAdminOnly,
// ErrOperator, *IdentityHeldError, and those of linear.
func (m *Manager) Complete(ctx context.Context, cb Callback) (Completion, error) {
	// The code is burnt by the first try: what was begun is finished, also when
	// the browser goes away.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), completeCap)
	defer cancel()
	s, err := m.takeState(ctx, cb)
	if err != nil {
		return Completion{}, err
	}
	tok, err := m.exchange(ctx, cb.Code, NewSecret(s.Verifier))
	if err != nil {
		return Completion{}, m.exchangeError(ctx, err)
	}
	p := pairOf(tok, pair{grant: random()}, time.Now())
	g, err := m.identify(ctx, p)
	if err != nil {
		m.discard(ctx, p)
		return Completion{}, err
	}
	g.Actor, g.Scopes = s.Actor, scopesOf(tok)
	if len(g.Scopes) == 0 {
		g.Scopes = slices.Clone(m.Scopes) // OAuth (RFC 6749 §5.1): left out when they are what was asked for
	}
	c, err := m.take(ctx, s, g, p)
	if err != nil {
		m.discard(ctx, p)
		return Completion{}, err
	}
	return c, nil
}

// takeState uses the state up, whatever else is wrong with the callback.
func (m *Manager) takeState(ctx context.Context, cb Callback) (consentState, error) {
	var s consentState
	t, err := m.DB.TakeTicket(ctx, store.StateTicket, hashOf(cb.State), time.Now())
	if errors.Is(err, store.ErrNotFound) {
		return s, ErrStateGone
	}
	if err != nil {
		return s, err
	}
	if err := m.readTicket(t, &s); err != nil {
		return s, err
	}
	if subtle.ConstantTimeCompare(hashOf(cb.Cookie), s.Cookie) != 1 {
		return s, ErrWrongBrowser
	}
	if cb.Error != "" || cb.Code == "" {
		return s, &DeniedError{Key: s.Person.Key, Said: clip(cb.Error)}
	}
	return s, nil
}

// exchangeError says whether Linear was unwell, the code was no good, or the
// operator has to act.
func (m *Manager) exchangeError(ctx context.Context, err error) error {
	switch e := tokenErrorOf(err); e.fault {
	case faultGrant:
		return ErrCodeRefused
	case faultClient:
		return errors.Join(ErrOperator, m.openBreaker(ctx))
	default:
		return fmt.Errorf("exchange code: %w", e)
	}
}

// identify asks Linear whose grant it is.
func (m *Manager) identify(ctx context.Context, p pair) (store.Grant, error) {
	v, err := m.Linear.Session("", bearer{p.access}, nil).Viewer(ctx)
	if err != nil {
		return store.Grant{}, fmt.Errorf("read viewer of a new grant: %w", err)
	}
	if v.ID == "" || v.Organization.ID == "" {
		return store.Grant{}, fmt.Errorf("viewer without id: %w", linear.ErrTransient)
	}
	return store.Grant{
		OrgID: v.Organization.ID, OrgName: v.Organization.Name, OrgURLKey: v.Organization.URLKey,
		ViewerID: v.ID, ViewerName: v.Name, ViewerEmail: v.Email,
		Refreshable: !p.refresh.Empty(), ExpiresAt: p.expires,
	}, nil
}

// take makes the grant the account's own, or a candidate that waits for the code.
func (m *Manager) take(ctx context.Context, s consentState, g store.Grant, p pair) (Completion, error) {
	c := Completion{Person: s.Person}
	if s.Actor == actorApp {
		if !s.Person.Admin {
			return c, ErrAdminOnly
		}
		if err := m.rememberAuthor(ctx, s.Person); err != nil {
			return c, err
		}
	}
	if !m.proven(s, g) {
		var err error
		c.Code, c.Account, err = m.await(ctx, s.Person.Key, g, p)
		return c, err
	}
	var err error
	c.Account, err = m.change(ctx, s.Person.Key, func(tx *store.Tx, a store.Account) (_ store.Account, replaced []pair, err error) {
		if c.Asks = nil; elsewhere(a, g) {
			c.Asks, replaced, err = m.ask(tx, a, g, p)
			return a, replaced, err
		}
		return m.adopt(tx, a, g, p)
	})
	return c, err
}

// proven reports whether the Linear identity is the Slack person's without a code:
// the addresses are equal. A grant of the app proves nothing of a person.
func (m *Manager) proven(s consentState, g store.Grant) bool {
	if s.Actor == actorApp {
		return false
	}
	switch m.Verify {
	case VerifyOff:
		return true
	case VerifyCode:
		return false
	}
	return g.ViewerEmail != "" && foldEmail(g.ViewerEmail) == foldEmail(s.Person.Email)
}

// foldEmail folds the case of ASCII alone: under Unicode folding a long s or a
// Kelvin sign would equal the letter it resembles.
func foldEmail(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, strings.TrimSpace(s))
}

// clip shortens an error word that came in a URL.
func clip(s string) string { return strings.ToValidUTF8(s[:min(len(s), 60)], "") }
