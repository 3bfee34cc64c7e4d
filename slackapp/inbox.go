package slackapp

import (
	"context"
	"time"

	"linearbot/store"
)

// journalCap bounds the write that precedes an acknowledgement: a stuck disk
// must not cost the 3 s Slack waits and a trigger lives.
const journalCap = time.Second

// attemptsMax is how often an envelope is begun before its person is told that it
// was interrupted.
const attemptsMax = 3

// Of the inbox: how long a silent process keeps its envelopes, and how often
// each looks for what is due.
const (
	defaultLease = 10 * time.Second
	lookEvery    = 2 * time.Second
)

// inboxAD binds a sealed envelope to its row.
func inboxAD(id string) []byte { return []byte("inbox/" + id) }

// accept takes one envelope: written down, acknowledged, queued. What Slack waits
// for in the acknowledgement itself is answered there.
func (a *App) accept(ctx context.Context, in inbound, ack acker) {
	r, err := readRequest(in)
	if err != nil {
		a.Counters.UnknownFrames.Inc()
		a.Log.WarnContext(ctx, "envelope not understood", "envelope", in.EnvelopeID, "err", err)
		a.acknowledge(ctx, in, ack)
		return
	}
	if a.answersInAck(r) {
		a.answer(ctx, in, r, ack)
		return
	}
	if r.Op == "action."+actTitle { // each key that is pressed: worth no row
		a.acknowledge(ctx, in, ack)
		a.enqueue(ctx, r, false)
		return
	}
	a.intake.take(func() (then func()) {
		first, journaled := a.journal(ctx, in, r)
		a.acknowledge(ctx, in, ack)
		if !first {
			a.Counters.repeated.Inc()
			a.Log.InfoContext(ctx, "envelope repeated", "envelope", in.EnvelopeID, "id", r.ID, "retry", in.Retry)
			return func() {}
		}
		return func() { a.enqueue(ctx, r, journaled) }
	})
}

func (a *App) acknowledge(ctx context.Context, in inbound, ack acker) {
	if err := ack(ctx, nil); err != nil {
		a.Log.WarnContext(ctx, "acknowledge failed", "envelope", in.EnvelopeID, "err", err)
	}
}

// journal writes the envelope down. first is false for one that was seen before;
// journaled is false when the disk did not answer in time, and the envelope lives
// in memory only.
func (a *App) journal(ctx context.Context, in inbound, r *request) (first, journaled bool) {
	if r.ID == "" {
		return true, false
	}
	ctx, cancel := context.WithTimeout(ctx, journalCap)
	defer cancel()
	body, err := a.Sealer.Seal(in.Payload, inboxAD(r.ID))
	if err == nil {
		now := time.Now()
		first, err = a.DB.Receive(ctx, store.Envelope{
			ID: r.ID, Kind: in.Type, Body: body, ReceivedAt: now, Owner: a.Owner, DueAt: now.Add(a.Lease),
		})
	}
	if err != nil {
		a.Log.ErrorContext(ctx, "envelope not written down", "envelope", in.EnvelopeID, "err", err)
		return true, false
	}
	return first, true
}

// enqueue hands the request to the workers; when they are full its person is told.
func (a *App) enqueue(ctx context.Context, r *request, journaled bool) {
	a.enqueueThen(ctx, r, journaled, func() {})
}

// enqueueThen is enqueue with something that follows, however the request ends.
func (a *App) enqueueThen(ctx context.Context, r *request, journaled bool, then func()) {
	log := a.Log.With("team", r.Key.TeamID, "user", r.Key.UserID, "ref", r.Ref)
	j := job{
		name: r.Op, log: log, cap: r.cap(),
		run: func(ctx context.Context) error { return a.handle(ctx, r) },
		done: func(err error) {
			a.waited(r)
			a.finish(r, journaled)
			then()
		},
	}
	err := a.queue.put(j)
	if err != nil && r.Resumed && journaled {
		if err := a.DB.Defer(ctx, r.ID, a.Owner, time.Now().Add(lookEvery)); err != nil {
			log.ErrorContext(ctx, "envelope not put off", "err", err)
		}
		return // it waits already, so nobody is told
	}
	if err != nil {
		a.Counters.dropped.Inc()
		log.WarnContext(ctx, "queue full", "op", r.Op)
		go func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), handleCap)
			defer cancel()
			a.fail(ctx, r, err)
			a.finish(r, journaled)
			then()
		}()
	}
}

// finish marks the envelope as worked off, unless it was put off or the process is
// stopping in the middle of it: then the next one takes it up.
func (a *App) finish(r *request, journaled bool) {
	if !journaled || r.putOff || a.queue.base.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := a.DB.Finish(ctx, firstOf(r.row, r.ID)); err != nil {
		a.Log.ErrorContext(ctx, "envelope not marked as done", "ref", r.Ref, "err", err)
	}
}
