package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"linearbot/linear"
	"linearbot/store"
)

const (
	leaseLife   = 90 * time.Second
	flightCap   = leaseLife - 10*time.Second
	writeCap    = 10 * time.Second // of a write that must not be given up with its caller
	graceReplay = 30 * time.Minute // Linear returns the successor to a replay this long
)

// refreshOnce is one flight for an account in this process, however many wait for
// it. The work goes on when its first caller gives up: an answer must be saved. It
// waits for a turn before each request.
func (m *Manager) refreshOnce(ctx context.Context, a store.Account, t turns) error {
	done := m.flight.DoChan(a.ID, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flightCap)
		defer cancel()
		err := m.refresh(ctx, a, t)
		m.tellRefreshed(err)
		return nil, err
	})
	select {
	case r := <-done:
		return r.Err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// refresh is the protocol: claim, send, save. A crash anywhere leaves the intent
// in the row, and the next claim replays the same refresh token.
func (m *Manager) refresh(ctx context.Context, seen store.Account, t turns) error {
	if err := m.passBreaker(ctx); err != nil {
		return err
	}
	now := at(time.Now())
	a, err := m.DB.ClaimRefresh(ctx, seen.ID, m.Owner, now, leaseLife)
	if err != nil {
		return err
	}
	fresh := a.RefreshStartedAt.Equal(now)
	if a.Version != seen.Version { // renewed since the caller looked
		due := dueAt(now, a.ExpiresAt)
		if !fresh {
			due = now // the next refresh was begun as well, and is to go on
		}
		return m.release(ctx, a, !fresh, due)
	}
	old, err := m.Keyring.openPair(a.Sealed, accountAD(a, a.Version))
	if err != nil {
		err = fmt.Errorf("open the grant of %s: %w", a.Key, err)
		return errors.Join(err, m.release(ctx, a, !fresh, now.Add(time.Hour)))
	}
	tok, err := m.renew(ctx, old.refresh, t)
	if err != nil {
		return m.refused(ctx, a, old, fresh, tokenErrorOf(err))
	}
	return m.saveRefreshed(ctx, a, pairOf(tok, old, time.Now()), scopesOf(tok))
}

// saveRefreshed saves what the token endpoint gave. The client is accepted, so an
// open breaker closes.
func (m *Manager) saveRefreshed(ctx context.Context, a store.Account, p pair, scopes []string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeCap)
	defer cancel()
	if err := m.save(ctx, a, p, scopes); err != nil {
		return err
	}
	if err := m.closeBreaker(ctx); err != nil {
		m.Log.WarnContext(ctx, "breaker not closed", "err", err)
	}
	return nil
}

// save writes the new pair if nobody else has written since the claim. A pair
// that was fenced out is dropped; when its grant is no longer this account's, it
// is removed at Linear too.
func (m *Manager) save(ctx context.Context, a store.Account, p pair, scopes []string) error {
	g, now := a.Grant, time.Now()
	sealed, err := m.Keyring.sealPair(p, accountAD(a, a.Version+1))
	if err != nil {
		return err
	}
	g.Sealed, g.ExpiresAt, g.Refreshable, g.Scopes = sealed, p.expires, !p.refresh.Empty(), scopes
	err = m.DB.SaveRefresh(ctx, a.ID, a.Version, a.Epoch, g, dueAt(now, p.expires), now)
	if errors.Is(err, store.ErrFenced) {
		return errors.Join(err, m.dropFenced(ctx, a, p))
	}
	if err != nil {
		return fmt.Errorf("save refreshed account %s: %w", a.Key, err)
	}
	m.tokens.forget(a.ID)
	m.Log.InfoContext(ctx, "account refreshed", "team", a.Key.TeamID, "user", a.Key.UserID)
	return nil
}

// dropFenced removes a pair at Linear unless the account still lives on the same
// consent: then another process holds it, or will get it by replaying.
func (m *Manager) dropFenced(ctx context.Context, a store.Account, p pair) error {
	now, err := m.DB.AccountByID(ctx, a.ID)
	if err != nil {
		return err
	}
	if now.Holds() {
		held, err := m.Keyring.openPair(now.Sealed, accountAD(now, now.Version))
		if err != nil || held.grant == p.grant {
			return err
		}
	}
	m.discard(ctx, p)
	return nil
}

// refused decides what an error of the token endpoint means. Only proof that the
// grant is dead changes a state. fresh: nothing was sent for this intent before.
func (m *Manager) refused(ctx context.Context, a store.Account, old pair, fresh bool, cause *tokenError) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeCap)
	defer cancel()
	now, begun := time.Now(), !fresh || cause.before
	failed := fmt.Errorf("refresh %s: %w", a.Key, cause)
	switch cause.fault {
	case faultClient:
		return errors.Join(failed, m.openBreaker(ctx), m.release(ctx, a, begun, retryAt(now, a.RefreshStartedAt)))
	case faultLimited:
		return errors.Join(failed, m.release(ctx, a, begun, retryAt(now, a.RefreshStartedAt)))
	case faultTransient:
		return errors.Join(failed, m.release(ctx, a, true, retryAt(now, a.RefreshStartedAt)))
	case faultGrant:
	}
	again, err := m.DB.AccountByID(ctx, a.ID)
	switch {
	case err != nil:
		return err
	case again.Version != a.Version:
		return nil // somebody has saved a newer pair: that one counts
	case again.Epoch != a.Epoch:
		return fmt.Errorf("refresh %s: %w", a.Key, store.ErrFenced) // who took over decides
	case a.Suspect:
		return m.lose(ctx, a, store.Expired, CauseBackup)
	case now.Sub(a.RefreshStartedAt) > graceReplay:
		return m.lose(ctx, a, store.Expired, CauseOurs)
	case now.Sub(old.expires) > dayLife:
		return m.lose(ctx, a, store.Expired, causeAge)
	case !now.Before(old.expires):
		return m.lose(ctx, a, store.Revoked, causeRevoked)
	}
	return m.askViewer(ctx, a, old)
}

// askViewer settles a refused refresh while the access token has time left: when
// it works, access was not removed, and the refresh is tried again later.
func (m *Manager) askViewer(ctx context.Context, a store.Account, old pair) error {
	_, err := m.Linear.Session("", bearer{old.access}, nil).Viewer(ctx)
	switch {
	case errors.Is(err, linear.ErrUnauthenticated):
		return m.lose(ctx, a, store.Revoked, causeRevoked)
	case err != nil:
		return errors.Join(err, m.release(ctx, a, true, retryAt(time.Now(), a.RefreshStartedAt)))
	}
	err = fmt.Errorf("refresh %s: refused, but access still works: %w", a.Key, linear.ErrTransient)
	return errors.Join(err, m.release(ctx, a, false, time.Now().Add(refusedPause)))
}

// release gives the lease back; the account is due again at a time.
func (m *Manager) release(ctx context.Context, a store.Account, keepIntent bool, due time.Time) error {
	err := m.DB.ReleaseRefresh(ctx, a.ID, a.Epoch, keepIntent, due)
	if errors.Is(err, store.ErrFenced) {
		return nil // taken over meanwhile
	}
	return err
}
