package accounts

import (
	"context"
	"errors"
	"time"

	"linearbot/store"
)

// Disconnect deletes the stored access at the person's wish, then removes it at
// Linear. A refresh under way is fenced out.
func (m *Manager) Disconnect(ctx context.Context, key store.Key) error {
	return m.end(ctx, key, store.Disconnected, "person", "disconnect", "")
}

// DisconnectBy is Disconnect by an admin; the person is told.
func (m *Manager) DisconnectBy(ctx context.Context, key store.Key, by string) error {
	return m.end(ctx, key, store.Disconnected, by, "force_disconnect", "disconnected_by_admin")
}

// Block bars a person by an admin's decision and deletes the stored access.
func (m *Manager) Block(ctx context.Context, key store.Key, by string) error {
	return m.end(ctx, key, store.Blocked, by, "block", "blocked")
}

// Unblock lets a barred person connect again.
func (m *Manager) Unblock(ctx context.Context, key store.Key, by string) error {
	_, err := m.DB.UpdateAccount(ctx, key, func(tx *store.Tx, a store.Account) (store.Account, error) {
		if a.State != store.Blocked {
			return a, nil
		}
		now := time.Now()
		a.State, a.Cause, a.ChangedAt = store.Disconnected, by, now
		if err := tx.QueueNotice(noticeOf(a, "unblocked", now)); err != nil {
			return a, err
		}
		return a, tx.AppendAudit(store.Entry{At: now, Key: key, Action: "unblock", Result: "ok", Source: "admin"})
	})
	return err
}

func (m *Manager) end(ctx context.Context, key store.Key, to store.State, cause, action, notice string) error {
	if err := m.CancelVerification(ctx, key); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	var old pair
	a, err := m.DB.UpdateAccount(ctx, key, func(tx *store.Tx, a store.Account) (store.Account, error) {
		old = pair{}
		if a.State == to && !a.Holds() || !Move(a.State, to) {
			return a, nil
		}
		if a.Holds() {
			p, err := m.Keyring.openPair(a.Sealed, accountAD(a, a.Version))
			if err != nil {
				m.Log.WarnContext(ctx, "grant not readable, it stays listed in Linear", "user", key.UserID, "err", err)
			}
			old = p
		}
		now := time.Now()
		a.State, a.Cause, a.ChangedAt, a.Grant = to, cause, now, store.Grant{}
		a.Version++
		a.Epoch++
		a.LeaseOwner, a.LeaseUntil, a.RefreshStartedAt, a.DueAt, a.ProbeAt = "", time.Time{}, time.Time{}, time.Time{}, time.Time{}
		if notice != "" {
			if err := tx.QueueNotice(noticeOf(a, notice, now)); err != nil {
				return a, err
			}
		}
		return a, tx.AppendAudit(store.Entry{At: now, Key: key, Action: action, Result: "ok", Source: "slack"})
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	m.settle(ctx, a, old)
	return nil
}
