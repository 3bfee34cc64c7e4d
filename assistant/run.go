package assistant

import (
	"context"
	"errors"
	"time"

	"linearbot/linear"
	"linearbot/store"
)

// RunOptions belong to one fully spelled command.
type RunOptions struct {
	// Seed names the command: an envelope or modal id. The same seed of the same
	// person is carried out once, however often Run is called with it.
	Seed string
}

// Run carries out a plan without a preview: only for what a person spelled out
// themselves. With warm names, a create, an update of an issue seen in the last
// five minutes and a comment are one request each. The outcome can be undone
// like an applied proposal. A plan that changes nothing has an Outcome without
// ProposalID. Errors are those of Prepare.
func (e *Engine) Run(ctx context.Context, a Asker, s *linear.Session, p Plan, o RunOptions) (Outcome, error) {
	id := newProposalID()
	if o.Seed != "" {
		id = hexID("run/" + a.Key.String() + "/" + o.Seed)
	}
	out, err := e.once(id, func() (Outcome, error) { return e.run(ctx, a, s, p, id) })
	if errors.Is(err, ErrAlready) {
		return out, nil // the same command: its outcome is the answer
	}
	return out, err
}

func (e *Engine) run(ctx context.Context, a Asker, s *linear.Session, p Plan, id string) (Outcome, error) {
	stored, err := e.load(ctx, a, id)
	switch {
	case err == nil && stored.Status == store.Proposed:
		return e.apply(ctx, a, s, id) // an earlier try that changed nothing
	case err == nil && stored.Status == store.Applying:
		return e.resume(ctx, a, s, &stored)
	case err == nil:
		return stored.outcome(id, undoUntil(stored)), nil
	case !errors.Is(err, ErrExpired):
		return Outcome{}, err
	}
	prepared, err := e.prepare(ctx, s, p, lastSeen, nil)
	if err != nil {
		return Outcome{}, err
	}
	if len(prepared.Changes) == 0 {
		return Outcome{Unchanged: prepared.Unchanged}, nil
	}
	now := time.Now()
	stored = storedRecord{ID: id, Status: store.Applying, record: newRecord(id, a.Source, prepared.Changes, now.Add(previewLife))}
	if err := e.put(ctx, id, a.Key, store.Applying, stored.record, now, time.Time{}); err != nil {
		return Outcome{}, err
	}
	out, err := e.execute(ctx, a, s, &stored)
	out.Unchanged = prepared.Unchanged
	return out, err
}
