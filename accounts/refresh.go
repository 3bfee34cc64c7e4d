package accounts

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"linearbot/linear"
	"linearbot/store"
)

const (
	leaseLife   = 90 * time.Second
	graceReplay = 30 * time.Minute // Linear returns the successor to a replay this long
	retryGap    = time.Minute
	sweepBatch  = 200
)

// RefreshReport counts what one sweep did.
type RefreshReport struct {
	Due, Refreshed, Held, Later, Lost int
}

// dueAt spreads refreshes: 2 to 6 hours before a 24-hour token ends, and in the
// same proportion for tokens that live shorter.
func dueAt(now, expires time.Time) time.Time {
	life := expires.Sub(now)
	lead := time.Duration((2 + 4*rand.Float64()) / 24 * float64(life))
	if most := 6 * time.Hour; lead > most {
		lead = most - rand.N(4*time.Hour)
	}
	return expires.Add(-lead)
}

// RefreshDue refreshes every account whose time has come, Parallel at a time.
// One account's failure does not stop the others.
func (m *Manager) RefreshDue(ctx context.Context) (RefreshReport, error) {
	var report RefreshReport
	if open, err := m.breakerOpen(ctx); err != nil || open {
		return report, err
	}
	for {
		due, err := m.DB.Due(ctx, time.Now(), sweepBatch)
		if err != nil {
			return report, err
		}
		before := report
		m.refreshAll(ctx, due, &report)
		progressed := report.Refreshed+report.Lost+report.Later > before.Refreshed+before.Lost+before.Later
		if len(due) < sweepBatch || !progressed || ctx.Err() != nil {
			return report, errors.Join(ctx.Err(), m.DropLapsed(ctx))
		}
	}
}

func (m *Manager) refreshAll(ctx context.Context, due []store.Account, report *RefreshReport) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	slots := make(chan struct{}, m.Parallel)
	for _, a := range due {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			err := m.refreshOnce(ctx, a)
			mu.Lock()
			defer mu.Unlock()
			report.Due++
			switch {
			case err == nil:
				report.Refreshed++
			case errors.Is(err, store.ErrHeld), errors.Is(err, store.ErrFenced):
				report.Held++
			case errors.Is(err, ErrRevoked), errors.Is(err, ErrExpired):
				report.Lost++
			default:
				report.Later++
				m.Log.WarnContext(ctx, "account not refreshed, later again", "team", a.Key.TeamID, "user", a.Key.UserID, "err", err)
			}
		})
	}
	wg.Wait()
}

// refreshOnce is one flight for an account in this process, however many wait for
// it. The work goes on when its first caller gives up: an answer must be saved.
func (m *Manager) refreshOnce(ctx context.Context, a store.Account) error {
	done := m.flight.DoChan(a.ID, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaseLife-10*time.Second)
		defer cancel()
		return nil, m.refresh(ctx, a.ID)
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
func (m *Manager) refresh(ctx context.Context, id string) error {
	a, err := m.DB.ClaimRefresh(ctx, id, m.Owner, time.Now(), leaseLife)
	if err != nil {
		return err
	}
	if a.State != store.Active {
		return errors.Join(stateError(a.State), m.DB.ReleaseRefresh(ctx, a.ID, a.Epoch, false, a.DueAt))
	}
	old, err := m.Keyring.openPair(a.Sealed, accountAD(a, a.Version))
	if err != nil {
		return errors.Join(err, m.DB.ReleaseRefresh(ctx, a.ID, a.Epoch, false, time.Now().Add(time.Hour)))
	}
	tok, err := m.renew(ctx, old.refresh)
	if err != nil {
		return m.refused(ctx, a, old, err)
	}
	if err := m.closeBreaker(ctx); err != nil {
		m.Log.WarnContext(ctx, "breaker not closed", "err", err)
	}
	return m.save(ctx, a, pairOf(tok, old.refresh, time.Now()))
}

// save writes the new pair if nobody else has written since the claim. A fenced
// pair is dropped; when the person left meanwhile, it is removed at Linear too.
func (m *Manager) save(ctx context.Context, a store.Account, p pair) error {
	g, now := a.Grant, time.Now()
	sealed, err := m.Keyring.sealPair(p, accountAD(a, a.Version+1))
	if err != nil {
		return err
	}
	g.Sealed, g.ExpiresAt, g.Refreshable = sealed, p.expires, !p.refresh.Empty()
	err = m.DB.SaveRefresh(ctx, a.ID, a.Version, a.Epoch, g, dueAt(now, p.expires), now)
	if errors.Is(err, store.ErrFenced) {
		again, readErr := m.DB.AccountByID(ctx, a.ID)
		if readErr == nil && !again.Holds() {
			m.revokeLater(ctx, a.Key, p)
		}
		return err
	}
	if err != nil {
		return fmt.Errorf("save refreshed account %s: %w", a.Key, err)
	}
	m.tokens.forget(a.ID)
	m.Log.InfoContext(ctx, "account refreshed", "team", a.Key.TeamID, "user", a.Key.UserID)
	return nil
}

// refused decides what an error of the token endpoint means. Only proof that the
// grant is dead changes a state.
func (m *Manager) refused(ctx context.Context, a store.Account, old pair, cause error) error {
	switch faultOf(cause) {
	case faultClient:
		return errors.Join(ErrOperator, m.openBreaker(ctx), m.release(ctx, a, false))
	case faultTransient:
		return errors.Join(fmt.Errorf("refresh %s: %w", a.Key, errors.Join(linear.ErrTransient, errNoSecrets(cause))), m.release(ctx, a, true))
	}
	now := time.Now()
	again, err := m.DB.AccountByID(ctx, a.ID)
	if err != nil {
		return err
	}
	if again.Version != a.Version || again.Epoch != a.Epoch {
		return nil // somebody else has saved or taken over: their row counts
	}
	if now.Sub(a.RefreshStartedAt) > graceReplay {
		return m.lose(ctx, a, store.Expired, "ours")
	}
	if !now.Before(old.expires) {
		return m.lose(ctx, a, store.Revoked, "revoked")
	}
	_, err = m.Linear.Session("", bearer{old.access}, nil).Viewer(ctx)
	switch {
	case err == nil:
		return errors.Join(fmt.Errorf("refresh %s: refused, but access still works: %w", a.Key, linear.ErrTransient), m.release(ctx, a, false))
	case errors.Is(err, linear.ErrUnauthenticated):
		return m.lose(ctx, a, store.Revoked, "revoked")
	}
	return errors.Join(err, m.release(ctx, a, true))
}

// release gives the lease back and tries again in a while.
func (m *Manager) release(ctx context.Context, a store.Account, keepIntent bool) error {
	err := m.DB.ReleaseRefresh(ctx, a.ID, a.Epoch, keepIntent, time.Now().Add(retryGap+rand.N(retryGap)))
	if errors.Is(err, store.ErrFenced) {
		return nil // taken over meanwhile
	}
	return err
}

// lose moves an account whose grant is gone, with one notice to its person, unless
// a newer pair was saved since it was read.
func (m *Manager) lose(ctx context.Context, seen store.Account, to store.State, cause string) error {
	now := time.Now()
	lost := false
	_, err := m.DB.UpdateAccount(ctx, seen.Key, func(tx *store.Tx, a store.Account) (store.Account, error) {
		lost = false
		if a.Version != seen.Version || a.State != store.Active {
			return a, nil
		}
		lost = true
		a.State, a.Cause, a.ChangedAt = to, cause, now
		a.LeaseOwner, a.LeaseUntil, a.RefreshStartedAt = "", time.Time{}, time.Time{}
		a.Epoch++
		if err := tx.AppendAudit(store.Entry{At: now, Key: a.Key, Action: "lost", Result: cause, Source: "refresh"}); err != nil {
			return a, err
		}
		kind := "revoked"
		if to == store.Expired {
			kind = "expired"
		}
		return a, tx.QueueNotice(noticeOf(a, kind, now))
	})
	if err != nil {
		return err
	}
	if !lost {
		return nil
	}
	m.tokens.forget(seen.ID)
	m.Log.WarnContext(ctx, "account lost", "team", seen.Key.TeamID, "user", seen.Key.UserID, "state", string(to), "cause", cause)
	return stateError(to)
}
