package slackapp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"linearbot/accounts"
	"linearbot/assistant"
	"linearbot/linear"
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
	if !anyOf(err, accounts.ErrNotConnected, accounts.ErrPending, accounts.ErrVerifying, accounts.ErrExpired, accounts.ErrRevoked, linear.ErrUnauthenticated) {
		return Message{}, false
	}
	what := ""
	if r.Op != "command.connect" {
		if err := a.hold(ctx, r); err != nil {
			a.Log.WarnContext(ctx, "request not held", "ref", r.Ref, "err", err)
		} else {
			what = firstOf(r.What, "what you asked")
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

// heldRequest is a request that waited, as it can be taken up.
type heldRequest struct {
	request *request
	hash    []byte
}

// heldOf is what waits for its person to connect: at most one request, since a
// newer wish takes the place of an older one.
func (a *App) heldOf(ctx context.Context, key store.Key) (heldRequest, bool) {
	tickets, err := a.DB.Tickets(ctx, store.HeldTicket, key, time.Now())
	if err != nil {
		a.Log.ErrorContext(ctx, "held action not read", "user", key.UserID, "err", err)
		return heldRequest{}, false
	}
	for _, t := range slices.Backward(tickets) {
		r, err := a.readHeld(t)
		if err != nil {
			a.Log.ErrorContext(ctx, "held action not readable", "user", key.UserID, "err", err)
			continue
		}
		return heldRequest{request: r, hash: t.Hash}, true
	}
	return heldRequest{}, false
}

func (a *App) readHeld(t store.Ticket) (*request, error) {
	body, err := a.Sealer.Open(t.Body, heldAD(t.Key))
	if err != nil {
		return nil, err
	}
	var h heldAction
	if err := json.Unmarshal(body, &h); err != nil {
		return nil, err
	}
	r, err := readRequest(inbound{Type: h.Type, Payload: h.Payload})
	if err != nil {
		return nil, err
	}
	r.ID, r.Resumed, r.What = "held/"+h.ID, true, h.What
	return r, nil
}

// takeUp goes on with what waited, once: it is written down as an envelope of its
// own before its ticket goes, so that neither a crash nor a second process can
// lose or repeat it.
func (a *App) takeUp(ctx context.Context, h heldRequest) {
	r := h.request
	first, journaled := a.journal(ctx, r.raw, r)
	if _, err := a.DB.TakeTicket(ctx, store.HeldTicket, h.hash, time.Now()); err != nil && !errors.Is(err, store.ErrNotFound) {
		a.Log.ErrorContext(ctx, "held action not taken", "user", r.Key.UserID, "err", err)
	}
	if first {
		a.enqueue(ctx, r, journaled)
	}
}

// pressResume finishes what waited and needs a form: the press brings the trigger.
func (a *App) pressResume(ctx context.Context, r *request, value string) error {
	hash, err := hex.DecodeString(value)
	if err != nil {
		return fmt.Errorf("reference of a held action: %w", err)
	}
	t, err := a.DB.PeekTicket(ctx, store.HeldTicket, hash, time.Now())
	if err == nil && t.Key == r.Key {
		t, err = a.DB.TakeTicket(ctx, store.HeldTicket, hash, time.Now())
	} else if err == nil {
		return &notAskerError{UserID: t.Key.UserID}
	}
	if errors.Is(err, store.ErrNotFound) {
		return a.reply(ctx, r, sayText("That was finished already, or it is older than 30 minutes. Nothing more was changed."))
	}
	if err != nil {
		return err
	}
	held, err := a.readHeld(t)
	if err != nil {
		return err
	}
	held.Trigger, held.Resumed, held.Ref = r.Trigger, false, r.Ref
	if err := a.handle(ctx, held); err != nil {
		return nil //nolint:nilerr // handle has told the person of it
	}
	if account, err := a.Accounts.Status(ctx, r.Key); err == nil {
		return a.replace(ctx, r, connected(account, "", ""))
	}
	return nil
}

// needsTrigger reports whether a request opens a form, which only a live press or
// command can do.
func (r *request) needsTrigger() bool {
	switch r.Op {
	case "command":
		cmd, err := assistant.ParseCommand(r.Command.Text)
		return err == nil && (cmd.Verb == "" || cmd.Verb == assistant.VerbDefaults || cmd.Verb == assistant.VerbSet && len(cmd.Fields) == 0)
	case "message_action." + shortcutCreate, "message_action." + shortcutLink, "shortcut." + shortcutNew,
		"action." + actNewIssue, "action." + actOpenForm, "action." + actSettings, "action." + actComment,
		"action." + actSearch, "action." + actEditFilters:
		return true
	case "action." + actCardMore, "action." + actRowMore:
		what, _, _ := strings.Cut(r.Interaction.ActionCallback.BlockActions[0].SelectedOption.Value, ":")
		return slices.Contains([]string{moreEdit, moreMove, morePriority, moreComment}, what)
	}
	return false
}
