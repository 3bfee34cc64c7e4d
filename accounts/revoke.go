package accounts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"linearbot/store"
)

const (
	revokeCap  = 10 * time.Second // both tokens of one pair
	revokeLife = 24 * time.Hour   // how long a failed revocation is repeated

	// revokeTicket holds a pair, sealed, until Linear has been told to forget it:
	// no crash and no outage leaves the app listed as connected.
	revokeTicket store.TicketKind = "revoke"
)

// revocations is whom the tickets of all pairs to be removed belong to.
var revocations = store.Key{TeamID: "linear", UserID: "revoke"}

// revocation is a pair that Linear is to forget, and the ticket it is noted in.
type revocation struct {
	pair pair
	hash []byte // nil: not noted
}

// note makes the ticket of a pair to be removed, with put.
func (m *Manager) note(p pair, put func(store.Ticket) error) (revocation, error) {
	plain, err := p.write()
	if err != nil {
		return revocation{pair: p}, err
	}
	t, err := m.sealTicket(revokeTicket, revocations, random(), plain, revokeLife)
	if err == nil {
		err = put(t)
	}
	if err != nil {
		return revocation{pair: p}, err
	}
	return revocation{pair: p, hash: t.Hash}, nil
}

// change is store.DB.UpdateAccount for a change that gives pairs up: they are noted
// in the same transaction and removed at Linear once it is kept. Caches forget.
func (m *Manager) change(
	ctx context.Context, key store.Key, fn func(*store.Tx, store.Account) (store.Account, []pair, error),
) (store.Account, error) {
	var noted []revocation
	a, err := m.DB.UpdateAccount(ctx, key, func(tx *store.Tx, a store.Account) (store.Account, error) {
		a, gone, err := fn(tx, a)
		if err != nil {
			return a, err
		}
		noted = nil
		for _, p := range gone {
			r, err := m.note(p, tx.PutTicket)
			if err != nil {
				return a, err
			}
			noted = append(noted, r)
		}
		return a, nil
	})
	if err != nil {
		return a, err
	}
	m.tokens.forget(a.ID)
	m.Linear.Forget(a.ID)
	for _, r := range noted {
		m.remove(ctx, r)
	}
	return a, nil
}

// discard removes a pair that no account holds, or ever held, at Linear.
func (m *Manager) discard(ctx context.Context, p pair) {
	if p.empty() {
		return
	}
	r, err := m.note(p, func(t store.Ticket) error { return m.DB.PutTicket(context.WithoutCancel(ctx), t) })
	if err != nil {
		m.Log.WarnContext(ctx, "revocation not noted, tried once only", "err", err)
	}
	m.remove(ctx, r)
}

// remove never fails for its caller: what does not work now is repeated by the
// sweep, for a day.
func (m *Manager) remove(ctx context.Context, r revocation) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), revokeCap)
	defer cancel()
	if err := m.revoke(ctx, r.pair); err != nil {
		m.Log.WarnContext(ctx, "grant not removed at Linear yet", "err", err)
		return
	}
	if err := m.tickOff(ctx, r.hash); err != nil {
		m.Log.WarnContext(ctx, "revocation not ticked off", "err", err)
	}
}

// repeatRevocations tries again what remove could not do, in random order, until one
// fails: the next sweep begins elsewhere. A ticket is used up when Linear has answered.
func (m *Manager) repeatRevocations(ctx context.Context) error {
	pending, err := m.DB.Tickets(ctx, revokeTicket, revocations, time.Now())
	if err != nil {
		return err
	}
	rand.Shuffle(len(pending), func(i, j int) { pending[i], pending[j] = pending[j], pending[i] })
	for _, t := range pending {
		if err := m.repeatRevocation(ctx, t); err != nil {
			return err
		}
		if err := m.tickOff(ctx, t.Hash); err != nil {
			return err
		}
	}
	return nil
}

// tickOff uses a ticket up; another process may have been at it too.
func (m *Manager) tickOff(ctx context.Context, hash []byte) error {
	_, err := m.DB.TakeTicket(context.WithoutCancel(ctx), revokeTicket, hash, time.Now())
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

func (m *Manager) repeatRevocation(ctx context.Context, t store.Ticket) error {
	var plain []byte
	if err := m.readTicket(t, &plain); err != nil {
		m.Log.WarnContext(ctx, "revocation given up", "err", err)
		return nil
	}
	p, err := readTokens(plain)
	if err != nil {
		m.Log.WarnContext(ctx, "revocation given up", "err", err)
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, revokeCap)
	defer cancel()
	return m.revoke(ctx, p)
}

// revoke removes a pair at Linear: the refresh token first, then the access token.
// 400 and 401 mean that it is gone already (facts: §1.9).
func (m *Manager) revoke(ctx context.Context, p pair) error {
	var all []error
	if !p.refresh.Empty() {
		all = append(all, m.revokeToken(ctx, p.refresh, "refresh_token"))
	}
	if !p.access.Empty() {
		all = append(all, m.revokeToken(ctx, p.access, "access_token"))
	}
	return errors.Join(all...)
}

func (m *Manager) revokeToken(ctx context.Context, token Secret, hint string) error {
	form := url.Values{"token": {token.Reveal()}, "token_type_hint": {hint}}
	status, _, err := m.post(ctx, "/oauth/revoke", form)
	if err != nil {
		return fmt.Errorf("revoke %s: %w", hint, err)
	}
	switch status {
	case http.StatusOK, http.StatusNoContent, http.StatusBadRequest, http.StatusUnauthorized:
		return nil
	}
	return fmt.Errorf("revoke %s: status %d", hint, status)
}

// post sends a form to one of Linear's OAuth endpoints that x/oauth2 does not know.
func (m *Manager) post(ctx context.Context, path string, form url.Values) (status int, body []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.APIURL+path, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := m.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = res.Body.Close() }() // nothing more to learn from it
	body, err = io.ReadAll(io.LimitReader(res.Body, 1<<16))
	return res.StatusCode, body, err
}
