package accounts

import (
	"context"
	"errors"
	"time"

	"linearbot/store"
)

// adopt puts a proven grant into the account's row, in the caller's transaction,
// and returns the pairs it replaces, for change. The old grant was usable until here.
func (m *Manager) adopt(tx *store.Tx, a store.Account, g store.Grant, p pair) (store.Account, []pair, error) {
	if err := free(tx, a, g); err != nil {
		return a, nil, err
	}
	now := time.Now()
	first := a.ConnectedAt.IsZero()
	replaced, action := m.pairsOf(tx, a, p), "connect"
	if elsewhere(a, g) {
		action = ActionReplace
		if err := tx.DropWork(); err != nil { // it is about the other workspace
			return a, nil, err
		}
	}
	a, err := move(a, store.Active, "", now)
	if err != nil {
		return a, nil, err
	}
	a = strip(a) // a refresh of the old grant under way is fenced out
	if g.Sealed, err = m.Keyring.sealPair(p, accountAD(a, a.Version)); err != nil {
		return a, nil, err
	}
	a.Grant, a.Suspect = g, false
	a.ProbeAt = now.Add(m.probeGap())
	if g.Refreshable {
		a.DueAt = dueAt(now, g.ExpiresAt)
	}
	a.ConnectedAt, a.LastUsedAt, a.RefreshedAt = now, now, time.Time{}
	if first {
		if err := tx.QueueNotice(noticeOf(a, "welcome", now)); err != nil {
			return a, nil, err
		}
	}
	if err := tx.DropCandidate(a.ID); err != nil {
		return a, nil, err
	}
	return a, replaced, tx.AppendAudit(store.Entry{At: now, Key: a.Key, Action: action, Result: "ok", Source: "browser"})
}

// free refuses a Linear identity that serves another Slack user, unless an admin
// allowed this one to share it. In app mode every account acts as the same app.
func free(tx *store.Tx, a store.Account, g store.Grant) error {
	if g.Actor == actorApp || a.Shared {
		return nil
	}
	holders, err := tx.Holders(g.OrgID, g.ViewerID)
	if err != nil {
		return err
	}
	for _, k := range holders {
		if k != a.Key {
			return &IdentityHeldError{By: k}
		}
	}
	return nil
}

// pairsOf are the pairs an account and its candidate hold, without those of keep.
// A cell that does not open stands in nobody's way: its grant stays listed in
// Linear, which is said in the log.
func (m *Manager) pairsOf(tx *store.Tx, a store.Account, keep pair) []pair {
	var all []pair
	add := func(sealed, ad []byte) {
		p, err := m.Keyring.openPair(sealed, ad)
		if err != nil {
			m.Log.Warn("stored grant not readable, it stays listed in Linear", "team", a.Key.TeamID, "user", a.Key.UserID, "err", err)
			return
		}
		if !p.same(keep) {
			all = append(all, p)
		}
	}
	if a.Holds() {
		add(a.Sealed, accountAD(a, a.Version))
	}
	switch c, err := tx.Candidate(a.ID); {
	case err == nil:
		add(c.Sealed, candidateAD(a, c.CreatedAt))
	case !errors.Is(err, store.ErrNotFound):
		m.Log.Warn("waiting grant not read", "team", a.Key.TeamID, "user", a.Key.UserID, "err", err)
	}
	return all
}

// Share lets a person connect a Linear identity that serves another Slack user.
func (m *Manager) Share(ctx context.Context, key store.Key, by string) error {
	_, err := m.DB.UpdateAccount(ctx, key, func(tx *store.Tx, a store.Account) (store.Account, error) {
		a.Shared = true
		return a, tx.AppendAudit(store.Entry{Key: key, Action: "share", Target: by, Result: "ok", Source: "admin"})
	})
	return err
}

func noticeOf(a store.Account, kind string, now time.Time) store.Notice {
	return store.Notice{Key: a.Key, Kind: kind, Cause: a.Cause, At: now}
}
