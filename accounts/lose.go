package accounts

import (
	"context"
	"errors"
	"time"

	"linearbot/store"
)

// lost reports whether an error says that the connection is gone.
func lost(err error) bool {
	return errors.Is(err, ErrRevoked) || errors.Is(err, ErrExpired) || errors.Is(err, ErrNotConnected) || errors.Is(err, ErrBlocked)
}

// lose moves an account whose grant is gone, with one notice to its person, unless
// the row has moved on since it was read. It returns why the account cannot be
// used, or nil when a newer pair can.
func (m *Manager) lose(ctx context.Context, seen store.Account, to store.State, cause string) error {
	now, moved := time.Now(), false
	a, err := m.DB.UpdateAccount(ctx, seen.Key, func(tx *store.Tx, a store.Account) (store.Account, error) {
		moved = a.Version == seen.Version && a.Epoch == seen.Epoch && a.State == store.Active
		if !moved {
			return a, nil
		}
		a, err := move(a, to, cause, now)
		if err != nil {
			return a, err
		}
		a = unlease(a)
		a.Epoch++ // whoever still refreshes is fenced out
		if err := tx.AppendAudit(store.Entry{At: now, Key: a.Key, Action: "lost", Result: cause, Source: "refresh"}); err != nil {
			return a, err
		}
		return a, tx.QueueNotice(noticeOf(a, lostNotice(to), now))
	})
	if err != nil {
		return err
	}
	if moved {
		m.tokens.forget(seen.ID)
		m.Linear.Forget(seen.ID)
		m.Log.WarnContext(ctx, "account lost", "team", seen.Key.TeamID, "user", seen.Key.UserID, "state", string(to), "cause", cause)
	}
	return stateError(a.State)
}

func lostNotice(to store.State) string {
	if to == store.Expired {
		return "expired"
	}
	return "revoked"
}

// loseLegacy settles a 401 for a token that cannot be refreshed. An intent in the
// row says that its migration was sent and never answered.
func (m *Manager) loseLegacy(ctx context.Context, a store.Account, p pair) error {
	switch {
	case a.Suspect:
		return m.lose(ctx, a, store.Expired, CauseBackup)
	case !a.RefreshStartedAt.IsZero():
		return m.lose(ctx, a, store.Expired, CauseOurs)
	case !time.Now().Before(p.expires):
		return m.lose(ctx, a, store.Expired, causeAge)
	}
	return m.lose(ctx, a, store.Revoked, causeRevoked)
}
