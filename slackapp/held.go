package slackapp

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	"linearbot/accounts"
	"linearbot/store"
)

// heldFor is how long an action waits for its person to connect, and a failed
// submission for its Try again.
const heldFor = 30 * time.Minute

// heldAction is a request that waits: the envelope as it came.
type heldAction struct {
	ID      string          `json:"id"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"`
	What    string          `json:"what,omitempty"` // "creating “Fix login”"
}

func heldAD(k store.Key) []byte { return []byte("held/" + k.String()) }

// needsConnection turns "not connected" in any of its forms into the prompt that
// connects, with the request held until then. ok is false for other errors.
func (a *App) needsConnection(ctx context.Context, r *request, err error) (Message, bool) {
	if !anyOf(err, accounts.ErrNotConnected, accounts.ErrPending, accounts.ErrVerifying, accounts.ErrExpired, accounts.ErrRevoked) {
		return Message{}, false
	}
	what := ""
	if r.Op != "command.connect" {
		if err := a.hold(ctx, r); err != nil {
			a.Log.WarnContext(ctx, "request not held", "ref", r.Ref, "err", err)
		} else {
			what = r.What
		}
	}
	m, linkErr := a.connectMessage(ctx, r, what)
	if linkErr != nil {
		f := say(linkErr, r.Ref)
		return f.message(), true
	}
	return m, true
}

func anyOf(err error, targets ...error) bool {
	for _, t := range targets {
		if errors.Is(err, t) {
			return true
		}
	}
	return false
}

// hold keeps a request until its person has connected. Only what can be taken up
// without a live trigger is worth holding: a command or a press on a card.
func (a *App) hold(ctx context.Context, r *request) error {
	if r.raw.Payload == nil || r.Event != nil && r.Op == "event.app_home_opened" {
		return errors.New("nothing to hold")
	}
	body, err := json.Marshal(heldAction{ID: r.ID, Type: r.raw.Type, Payload: r.raw.Payload, What: r.What})
	if err != nil {
		return err
	}
	sealed, err := a.Sealer.Seal(body, heldAD(r.Key))
	if err != nil {
		return err
	}
	hash := sha256.Sum256([]byte(r.ID))
	if err := a.DB.DropTickets(ctx, store.HeldTicket, r.Key); err != nil {
		return err // one at a time: the newest wish counts
	}
	now := time.Now()
	return a.DB.PutTicket(ctx, store.Ticket{
		Kind: store.HeldTicket, Hash: hash[:], Key: r.Key, Body: sealed,
		CreatedAt: now, ExpiresAt: now.Add(heldFor),
	})
}

// release takes up what waited for its person to connect.
func (a *App) release(ctx context.Context, key store.Key) {
	tickets, err := a.DB.TakeTickets(ctx, store.HeldTicket, key, time.Now())
	if err != nil {
		a.Log.ErrorContext(ctx, "held action not taken", "user", key.UserID, "err", err)
		return
	}
	for _, t := range tickets {
		body, err := a.Sealer.Open(t.Body, heldAD(key))
		if err != nil {
			a.Log.ErrorContext(ctx, "held action not readable", "user", key.UserID, "err", err)
			continue
		}
		var h heldAction
		if err := json.Unmarshal(body, &h); err != nil {
			a.Log.ErrorContext(ctx, "held action not readable", "user", key.UserID, "err", err)
			continue
		}
		r, err := readRequest(inbound{Type: h.Type, Payload: h.Payload})
		if err != nil {
			continue
		}
		r.ID, r.Resumed, r.What = h.ID, true, h.What
		a.enqueue(ctx, r, false)
	}
}
