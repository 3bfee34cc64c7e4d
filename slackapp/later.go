package slackapp

import (
	"context"
	"errors"
	"strings"
	"time"

	"linearbot/assistant"
	"linearbot/linear"
	"linearbot/store"
)

// Of what goes on by itself when Linear takes requests again: how far off that
// may be, and how long after it was asked for a request is still tried.
const (
	laterMax = 2 * time.Hour
	laterAge = 3 * time.Hour
)

// putOff keeps a request that Linear limited until Linear takes requests again,
// over restarts, and returns the name to cancel it by; "" when it does not go on
// by itself. Its ids stay, so what is done then is done once.
func (a *App) putOff(ctx context.Context, r *request, err error) string {
	at, name := assistant.RetryAt(err), keptLater+"/"+r.ID
	if r.putOff {
		return name
	}
	if !errors.Is(err, linear.ErrRateLimited) || time.Until(at) > laterMax || at.IsZero() ||
		time.Since(r.came) > laterAge || r.raw.Payload == nil || r.ID == "" || r.needsTrigger() {
		return ""
	}
	if a.keepFor(ctx, r, name, true, laterAge) == "" {
		return ""
	}
	at = at.Add(time.Second) // clocks differ
	err = a.DB.Defer(ctx, r.ID, a.Owner, at)
	if errors.Is(err, store.ErrFenced) && isForm(r) { // forms are answered, not written down
		err = a.writeDown(ctx, r, at)
	}
	if err != nil {
		a.Log.WarnContext(ctx, "request not put off", "ref", r.Ref, "err", err)
		return ""
	}
	r.putOff = true
	return name
}

// writeDown puts a submitted form into the inbox, to be gone on with at a moment.
func (a *App) writeDown(ctx context.Context, r *request, at time.Time) error {
	body, err := a.Sealer.Seal(r.raw.Payload, inboxAD(r.ID))
	if err != nil {
		return err
	}
	first, err := a.DB.Receive(ctx, store.Envelope{ID: r.ID, Kind: r.raw.Type, Body: body, ReceivedAt: r.came, DueAt: at})
	if err == nil && !first {
		return store.ErrHeld
	}
	return err
}

// resubmit goes on with a form that was put off: there is nobody to answer.
func (a *App) resubmit(ctx context.Context, r *request) error {
	a.ackPayload(ctx, r)
	return r.raced
}

// cancelLater follows Cancel on what would go on by itself.
func (a *App) cancelLater(ctx context.Context, r *request, name string) error {
	var mine bool
	if err := a.kept(ctx, r.Key, name, &mine); err != nil {
		return a.gone(ctx, r, err)
	}
	m := planDropped()
	err := a.DB.CancelDeferred(ctx, strings.TrimPrefix(name, keptLater+"/"))
	if errors.Is(err, store.ErrFenced) {
		m, err = sayText("I have gone on with it already, so there is nothing to cancel."), nil
	}
	if err != nil {
		return err
	}
	if view := r.modalID(); view != "" {
		_, err := a.API.UpdateViewContext(ctx, loading(r.Interaction.View.Title.Text, m.fitted().Text), "", "", view)
		return wrapSlack("views.update", err)
	}
	return a.replace(ctx, r, m)
}

// isLater reports whether a button's value names something put off.
func isLater(value string) bool { return strings.HasPrefix(value, keptLater+"/") }
