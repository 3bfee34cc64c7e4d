package accounts

import (
	"context"
	"errors"
	"time"

	"linearbot/store"
)

// ending is how an account ends that its person or an admin wants to end.
type ending struct {
	to     store.State
	cause  string
	action string // in the audit log
	notice string // kind; empty: the person did it and needs no telling
	source string
}

// Disconnect deletes the stored access at the person's wish, then removes it at
// Linear. A refresh under way is fenced out; links and consents begun are void.
func (m *Manager) Disconnect(ctx context.Context, key store.Key) error {
	return m.end(ctx, key, ending{store.Disconnected, causePerson, "disconnect", "", "slack"})
}

// DisconnectBy is Disconnect by an admin; the person is told.
func (m *Manager) DisconnectBy(ctx context.Context, key store.Key, by string) error {
	return m.end(ctx, key, ending{store.Disconnected, by, "force_disconnect", "disconnected_by_admin", "admin"})
}

// Block bars a person by an admin's decision and deletes the stored access.
func (m *Manager) Block(ctx context.Context, key store.Key, by string) error {
	return m.end(ctx, key, ending{store.Blocked, by, "block", "blocked", "admin"})
}

// Unblock lets a barred person connect again.
func (m *Manager) Unblock(ctx context.Context, key store.Key, by string) error {
	_, err := m.DB.UpdateAccount(ctx, key, func(tx *store.Tx, a store.Account) (store.Account, error) {
		if a.State != store.Blocked {
			return a, nil
		}
		now := time.Now()
		a, err := move(a, store.Disconnected, by, now)
		if err != nil {
			return a, err
		}
		if err := tx.QueueNotice(noticeOf(a, "unblocked", now)); err != nil {
			return a, err
		}
		return a, tx.AppendAudit(store.Entry{At: now, Key: key, Action: "unblock", Result: "ok", Source: "admin"})
	})
	return err
}

func (m *Manager) end(ctx context.Context, key store.Key, e ending) error {
	err := errors.Join(m.DB.DropTickets(ctx, store.LinkTicket, key), m.DB.DropTickets(ctx, store.StateTicket, key))
	if err != nil {
		return err
	}
	_, err = m.change(ctx, key, func(tx *store.Tx, a store.Account) (store.Account, []pair, error) {
		if a.State == e.to || !Move(a.State, e.to) {
			return a, nil, nil
		}
		gone := m.pairsOf(tx, a, pair{})
		a, err := endIn(tx, a, e)
		return a, gone, err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// endIn takes everything that was granted from the row and writes it down.
func endIn(tx *store.Tx, a store.Account, e ending) (store.Account, error) {
	now := time.Now()
	a, err := move(strip(a), e.to, e.cause, now)
	if err != nil {
		return a, err
	}
	a.Grant = store.Grant{}
	if err := errors.Join(tx.DropCandidate(a.ID), tx.DropWork()); err != nil {
		return a, err
	}
	if e.notice != "" {
		if err := tx.QueueNotice(noticeOf(a, e.notice, now)); err != nil {
			return a, err
		}
	}
	return a, tx.AppendAudit(store.Entry{At: now, Key: a.Key, Action: e.action, Result: "ok", Source: e.source})
}
