package accounts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"linearbot/store"
)

// The breaker is one row for all processes: open while Linear does not accept our
// client id or secret. That is the operator's mistake, so no account is touched.
const (
	breakerSetting = "oauth_breaker"
	breakerPause   = 5 * time.Minute // then one refresh tries again
	breakerRetell  = time.Hour       // the admins hear of a new trouble once in this time,
	breakerRemind  = 24 * time.Hour  // and of one that lasts again after this
)

// operators is whom a notice to the admins is addressed to.
var operators = store.Key{TeamID: "linear", UserID: "operators"}

type breakerState struct {
	For   string    `json:"for,omitempty"` // the client it is about: with another id or secret it is closed
	Since time.Time `json:"since"`         // zero: closed
	Next  time.Time `json:"next"`          // when one may try
	Told  time.Time `json:"told"`          // when the admins were told last
}

func (b breakerState) open() bool { return !b.Since.IsZero() }

// shut reports whether nobody may try now.
func (b breakerState) shut(now time.Time) bool {
	wait := b.Next.Sub(now)
	return b.open() && wait > 0 && wait <= breakerPause // longer: the clock went back
}

// Trouble is since when Linear has not accepted our client id or secret; the zero
// time when it does.
func (m *Manager) Trouble(ctx context.Context) (time.Time, error) {
	b, err := m.readBreaker(ctx)
	return b.Since, err
}

// breakerShut reports whether a sweep is of no use now.
func (m *Manager) breakerShut(ctx context.Context) (bool, error) {
	b, err := m.readBreaker(ctx)
	return b.shut(time.Now()), err
}

// passBreaker lets a refresh through, or answers ErrOperator: while the breaker is
// open one refresh of all processes passes each pause.
func (m *Manager) passBreaker(ctx context.Context) error {
	b, err := m.readBreaker(ctx)
	if err != nil || !b.open() {
		return err
	}
	passes := true
	err = m.changeBreaker(ctx, func(b *breakerState) []store.Notice {
		now := time.Now()
		if passes = !b.shut(now); b.open() && passes {
			b.Next = now.Add(breakerPause)
		}
		return nil
	})
	if err == nil && !passes {
		return ErrOperator
	}
	return err
}

// openBreaker pauses refreshing and tells the admins, in one transaction: a crash or
// a second process can neither lose nor double the notice.
func (m *Manager) openBreaker(ctx context.Context) error {
	told := false
	err := m.changeBreaker(ctx, func(b *breakerState) []store.Notice {
		now, retell := time.Now(), breakerRemind
		if !b.open() {
			b.Since, retell = now, breakerRetell
		}
		b.Next = now.Add(breakerPause)
		if told = now.Sub(b.Told).Abs() > retell; !told {
			return nil
		}
		b.Told = now
		return []store.Notice{{Key: operators, Kind: "operator", Cause: "invalid_client", At: now}}
	})
	if err == nil && told {
		m.Log.ErrorContext(ctx, "Linear does not accept LINEAR_CLIENT_ID or LINEAR_CLIENT_SECRET; refreshing is paused, no account is touched")
	}
	return err
}

// closeBreaker ends the pause after a trial went through.
func (m *Manager) closeBreaker(ctx context.Context) error {
	b, err := m.readBreaker(ctx)
	if err != nil || !b.open() {
		return err
	}
	err = m.changeBreaker(ctx, func(b *breakerState) []store.Notice {
		*b = breakerState{Told: b.Told}
		return nil
	})
	if err == nil {
		m.Log.InfoContext(ctx, "Linear accepts the client id and secret again", "took", time.Since(b.Since))
	}
	return err
}

// changeBreaker changes the breaker and queues what change returns, in one transaction.
func (m *Manager) changeBreaker(ctx context.Context, change func(*breakerState) []store.Notice) error {
	return m.DB.ChangeSetting(ctx, "", "", breakerSetting, func(old []byte) (next store.SettingChange, err error) {
		b, err := m.breakerIn(old)
		if err != nil {
			return next, err
		}
		next.Notices = change(&b)
		b.For = m.client()
		next.JSON, err = json.Marshal(b)
		return next, err
	})
}

// client names our id and secret without telling them: a start with another
// secret is a new trial, not the old trouble.
func (m *Manager) client() string {
	sum := sha256.Sum256([]byte(m.ClientID + "\x00" + m.ClientSecret.Reveal()))
	return hex.EncodeToString(sum[:8])
}

// readBreaker is the breaker as it stands for our client.
func (m *Manager) readBreaker(ctx context.Context) (breakerState, error) {
	text, err := m.DB.Setting(ctx, "", "", breakerSetting)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return breakerState{}, err
	}
	return m.breakerIn(text)
}

// breakerIn reads what is stored of the breaker; nil is closed. Of another client's
// trouble only the time stays that the admins were told.
func (m *Manager) breakerIn(stored []byte) (b breakerState, err error) {
	if stored == nil {
		return b, nil
	}
	err = json.Unmarshal(stored, &b)
	if b.For != m.client() {
		b = breakerState{Told: b.Told}
	}
	return b, err
}
