package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"linearbot/store"
)

// MarkSuspect follows the restore of a backup: every grant in use is to be proven
// before its next use, and is due for that now. Leases belong to processes of
// another time and are given back. It returns how many accounts were marked.
func (m *Manager) MarkSuspect(ctx context.Context) (int, error) {
	marked := 0
	err := m.eachAccount(ctx, func(a store.Account) error {
		if a.State != store.Active {
			return nil
		}
		_, err := m.DB.UpdateAccount(ctx, a.Key, func(_ *store.Tx, a store.Account) (store.Account, error) {
			if a.State != store.Active {
				return a, nil
			}
			now := time.Now()
			a = unlease(a)
			a.Suspect, a.ProbeAt = true, now
			a.Epoch++
			if a.Refreshable {
				a.DueAt = now
			}
			return a, nil
		})
		if err == nil {
			marked++
		}
		return err
	})
	return marked, err
}

// Canary refreshes the one suspect account that was refreshed last: if the backup
// is young enough for anybody, it is for this one. The error is nil when it was
// proven, ErrExpired when the backup is too old for it, store.ErrNotFound when no
// account can be tried.
func (m *Manager) Canary(ctx context.Context) (store.Account, error) {
	var canary store.Account
	err := m.eachAccount(ctx, func(a store.Account) error {
		if a.State == store.Active && a.Suspect && a.Refreshable && (canary.ID == "" || a.RefreshedAt.After(canary.RefreshedAt)) {
			canary = a
		}
		return nil
	})
	if err != nil {
		return canary, err
	}
	if canary.ID == "" {
		return canary, fmt.Errorf("canary: %w", store.ErrNotFound)
	}
	err = m.refreshOnce(ctx, canary, nil)
	again, readErr := m.DB.AccountByID(ctx, canary.ID)
	return again, errors.Join(err, readErr)
}
