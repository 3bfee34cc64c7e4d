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

// heldMax is how many actions of one person may wait.
const heldMax = 20

// heldAction is a request that waits: the envelope as it came.
type heldAction struct {
	ID      string          `json:"id"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"`
	What    string          `json:"what,omitempty"` // "creating “Fix login”"
	Reads   bool            `json:"reads,omitempty"`
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
	body, err := json.Marshal(heldAction{ID: r.ID, Type: r.raw.Type, Payload: r.raw.Payload, What: r.What, Reads: r.Reads})
	if err != nil {
		return err
	}
	sealed, err := a.Sealer.Seal(body, heldAD(r.Key))
	if err != nil {
		return err
	}
	a.holding.Lock()
	defer a.holding.Unlock()
	if err := a.makeRoom(ctx, r); err != nil {
		return err
	}
	hash := sha256.Sum256([]byte(r.ID))
	now := time.Now()
	return a.DB.PutTicket(ctx, store.Ticket{
		Kind: store.HeldTicket, Hash: hash[:], Key: r.Key, Body: sealed,
		CreatedAt: now, ExpiresAt: now.Add(heldFor),
	})
}

// makeRoom drops what a newer wish takes the place of: the same wish again, an
// older question, an older form. What would change something keeps waiting.
func (a *App) makeRoom(ctx context.Context, r *request) error {
	waiting := a.heldOf(ctx, r.Key)
	for _, h := range waiting {
		same := h.request.wish() == r.wish()
		if !same && !(h.request.Reads && r.Reads) && !(h.request.needsTrigger() && r.needsTrigger()) {
			continue
		}
		if _, err := a.DB.TakeTicket(ctx, store.HeldTicket, h.hash, time.Now()); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	if len(waiting) >= heldMax {
		return errors.New("too much is held")
	}
	return nil
}

// wish is what a request asks for: equal for one that is made twice.
func (r *request) wish() string {
	said := ""
	switch {
	case r.Command != nil:
		said = strings.TrimSpace(r.Command.Text)
	case r.Interaction != nil:
		said = firstOf(r.Interaction.Message.Timestamp, r.Interaction.Container.MessageTs)
		for _, act := range r.Interaction.ActionCallback.BlockActions {
			said += "/" + act.ActionID + "/" + act.BlockID + "/" + act.Value + "/" + act.SelectedOption.Value
		}
	default:
		said = r.ID
	}
	return r.Op + "/" + r.Channel + "/" + said
}

// heldRequest is a request that waited, as it can be taken up.
type heldRequest struct {
	request *request
	hash    []byte
}

// heldOf is what waits for its person to connect, oldest first.
func (a *App) heldOf(ctx context.Context, key store.Key) []heldRequest {
	tickets, err := a.DB.Tickets(ctx, store.HeldTicket, key, time.Now())
	if err != nil {
		a.Log.ErrorContext(ctx, "held actions not read", "user", key.UserID, "err", err)
		return nil
	}
	var held []heldRequest
	for _, t := range tickets {
		r, err := a.readHeld(t)
		if err != nil {
			a.Log.ErrorContext(ctx, "held action not readable", "user", key.UserID, "err", err)
			continue
		}
		held = append(held, heldRequest{request: r, hash: t.Hash})
	}
	return held
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
	r.ID, r.Resumed, r.What, r.Reads = "held/"+h.ID, true, h.What, h.Reads
	return r, nil
}

// takeUp goes on with what waited, once and one after the other: each is written
// down as an envelope of its own before its ticket goes, so that neither a crash
// nor a second process can lose or repeat it.
func (a *App) takeUp(ctx context.Context, held []heldRequest) {
	goOn := func() {}
	for _, h := range slices.Backward(held) {
		r := h.request
		first, journaled := a.journal(ctx, r.raw, r)
		if _, err := a.DB.TakeTicket(ctx, store.HeldTicket, h.hash, time.Now()); err != nil && !errors.Is(err, store.ErrNotFound) {
			a.Log.ErrorContext(ctx, "held action not taken", "user", r.Key.UserID, "err", err)
		}
		if first {
			next := goOn
			goOn = func() { a.enqueueThen(ctx, r, journaled, next) }
		}
	}
	goOn()
}

// heldWaiting words what waits, for "I'll finish …".
func heldWaiting(held []heldRequest) string {
	var all []string
	for _, h := range held {
		if what := firstOf(h.request.What, "what you asked"); !slices.Contains(all, what) {
			all = append(all, what)
		}
	}
	if n := len(all); n > 3 {
		all = append(all[:2], plural(n-2, "more request", "more requests"))
	}
	return listed(all)
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
		return a.replace(ctx, r, connected(account, "", "", ""))
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
