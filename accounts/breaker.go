package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"linearbot/store"
)

// The breaker is one row for all processes: open while Linear does not accept our
// client id or secret. That is the operator's mistake, so no account is touched.
const (
	breakerSetting = "oauth_breaker"
	breakerRetry   = 5 * time.Minute // one sweep tries again after this
)

type breakerState struct {
	Since time.Time `json:"since"`
	Next  time.Time `json:"next"`
}

// breakerOpen reports whether refreshing is paused. When its time has come, one
// caller is let through.
func (m *Manager) breakerOpen(ctx context.Context) (bool, error) {
	b, err := m.readBreaker(ctx)
	if err != nil || b.Since.IsZero() {
		return false, err
	}
	if time.Now().Before(b.Next) {
		return true, nil
	}
	b.Next = time.Now().Add(breakerRetry)
	return false, m.writeBreaker(ctx, b)
}

func (m *Manager) readBreaker(ctx context.Context) (breakerState, error) {
	var b breakerState
	text, err := m.DB.Setting(ctx, "", "", breakerSetting)
	if errors.Is(err, store.ErrNotFound) {
		return b, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &b)
	}
	return b, err
}

func (m *Manager) writeBreaker(ctx context.Context, b breakerState) error {
	text, err := json.Marshal(b)
	if err != nil {
		return err
	}
	return m.DB.PutSetting(ctx, "", "", breakerSetting, text)
}

// openBreaker pauses refreshing and tells the admins, once per opening.
func (m *Manager) openBreaker(ctx context.Context) error {
	b, err := m.readBreaker(ctx)
	if err != nil {
		return err
	}
	now := time.Now()
	first := b.Since.IsZero()
	if first {
		b.Since = now
	}
	b.Next = now.Add(breakerRetry)
	if err := m.writeBreaker(ctx, b); err != nil || !first {
		return err
	}
	m.Log.ErrorContext(ctx, "Linear does not accept LINEAR_CLIENT_ID or LINEAR_CLIENT_SECRET; refreshing is paused, no account is touched")
	return m.DB.QueueNotice(ctx, store.Notice{ID: random()[:26], Kind: "operator", Cause: "invalid_client", At: now})
}

// closeBreaker ends the pause after a refresh went through.
func (m *Manager) closeBreaker(ctx context.Context) error {
	b, err := m.readBreaker(ctx)
	if err != nil || b.Since.IsZero() {
		return err
	}
	return m.DB.DropSetting(ctx, "", "", breakerSetting)
}
