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
// open one refresh passes each pause.
func (m *Manager) passBreaker(ctx context.Context) error {
	b, err := m.readBreaker(ctx)
	if err != nil || !b.open() {
		return err
	}
	m.breaker.Lock()
	defer m.breaker.Unlock()
	b, err = m.readBreaker(ctx)
	if err != nil || !b.open() {
		return err
	}
	if b.shut(time.Now()) {
		return ErrOperator
	}
	b.Next = time.Now().Add(breakerPause)
	return m.writeBreaker(ctx, b)
}

// openBreaker pauses refreshing and tells the admins. The notice is queued first
// and is the same one for all who notice in the same minute, so that a crash or a
// second process can neither lose nor double it.
func (m *Manager) openBreaker(ctx context.Context) error {
	m.breaker.Lock()
	defer m.breaker.Unlock()
	b, err := m.readBreaker(ctx)
	if err != nil {
		return err
	}
	now, retell := time.Now(), breakerRemind
	if !b.open() {
		b.Since, retell = now, breakerRetell
	}
	if now.Sub(b.Told).Abs() > retell {
		m.Log.ErrorContext(ctx, "Linear does not accept LINEAR_CLIENT_ID or LINEAR_CLIENT_SECRET; refreshing is paused, no account is touched")
		n := store.Notice{Key: operators, Kind: "operator", Cause: "invalid_client", At: now.Truncate(time.Minute)}
		if err := m.DB.QueueNotice(ctx, n); err != nil {
			return err
		}
		b.Told = now
	}
	b.Next = now.Add(breakerPause)
	return m.writeBreaker(ctx, b)
}

// closeBreaker ends the pause after a trial went through.
func (m *Manager) closeBreaker(ctx context.Context) error {
	m.breaker.Lock()
	defer m.breaker.Unlock()
	b, err := m.readBreaker(ctx)
	if err != nil || !b.open() {
		return err
	}
	m.Log.InfoContext(ctx, "Linear accepts the client id and secret again", "took", time.Since(b.Since))
	return m.writeBreaker(ctx, breakerState{Told: b.Told})
}

// client names our id and secret without telling them: a start with another
// secret is a new trial, not the old trouble.
func (m *Manager) client() string {
	sum := sha256.Sum256([]byte(m.ClientID + "\x00" + m.ClientSecret.Reveal()))
	return hex.EncodeToString(sum[:8])
}

// readBreaker is the breaker as it stands for our client. Of another client's
// trouble only the time stays that the admins were told.
func (m *Manager) readBreaker(ctx context.Context) (breakerState, error) {
	var b breakerState
	text, err := m.DB.Setting(ctx, "", "", breakerSetting)
	if errors.Is(err, store.ErrNotFound) {
		return b, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &b)
	}
	if b.For != m.client() {
		b = breakerState{Told: b.Told}
	}
	return b, err
}

func (m *Manager) writeBreaker(ctx context.Context, b breakerState) error {
	b.For = m.client()
	text, err := json.Marshal(b)
	if err != nil {
		return err
	}
	return m.DB.PutSetting(ctx, "", "", breakerSetting, text)
}
