package slackapp

import (
	"context"
	"time"

	"linearbot/store"
)

// keepUp holds on to the envelopes this process works on, and takes up what is
// due: what another process left behind, and what was put off until now. Meanwhile
// it keeps what was measured.
func (a *App) keepUp(ctx context.Context) {
	look, hold, figures := time.NewTicker(min(lookEvery, a.Lease/3)), time.NewTicker(a.Lease/3), time.NewTicker(figuresEvery)
	defer look.Stop()
	defer hold.Stop()
	defer figures.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
			a.takeDue(ctx)
			a.hearRemoval(ctx)
		case <-figures.C:
			a.keepFigures(ctx)
			a.health(ctx)
		case <-hold.C:
			if err := a.DB.HoldEnvelopes(ctx, a.Owner, time.Now().Add(a.Lease)); err != nil && ctx.Err() == nil {
				a.Log.ErrorContext(ctx, "inbox not held", "err", err)
			}
		}
	}
}

// takeDue takes up envelopes that nobody works on. Ids made for a write derive
// from the envelope, so a create that had already gone out is found again and not
// repeated.
func (a *App) takeDue(ctx context.Context) {
	room := queueRoom/2 - a.queue.depth()
	if room <= 0 {
		return
	}
	due, err := a.DB.ClaimEnvelopes(ctx, a.Owner, time.Now(), a.Lease, room)
	if err != nil {
		if ctx.Err() == nil {
			a.Log.ErrorContext(ctx, "inbox not read", "err", err)
		}
		return
	}
	for _, e := range due {
		a.takeAgain(ctx, e)
	}
}

func (a *App) takeAgain(ctx context.Context, e store.Envelope) {
	r, err := a.readStored(e)
	if err != nil {
		a.Log.ErrorContext(ctx, "envelope not readable", "id", e.ID, "err", err)
		if err := a.DB.Finish(ctx, e.ID); err != nil {
			a.Log.ErrorContext(ctx, "envelope not marked as done", "id", e.ID, "err", err)
		}
		return
	}
	if e.Attempts > attemptsMax {
		a.fail(ctx, r, errInterrupted)
		a.finish(r, true)
		return
	}
	a.enqueue(ctx, r, true)
}

// readStored reads an envelope of the inbox. Triggers are dead by now.
func (a *App) readStored(e store.Envelope) (*request, error) {
	payload, err := a.Sealer.Open(e.Body, inboxAD(e.ID))
	if err != nil {
		return nil, err
	}
	r, err := readRequest(inbound{Type: e.Kind, Payload: payload})
	if err != nil {
		return nil, err
	}
	r.ID, r.Resumed, r.came = e.ID, true, e.ReceivedAt
	if e.Attempts == 1 && r.Response != "" && !r.pressed() {
		r.answered = true // it was put off, and said so: the answer takes that place
	}
	return r, nil
}

// letGo gives back what this process leaves unfinished.
func (a *App) letGo(ctx context.Context) {
	if err := a.DB.ReleaseEnvelopes(ctx, a.Owner); err != nil {
		a.Log.ErrorContext(ctx, "inbox not released", "err", err)
	}
}
