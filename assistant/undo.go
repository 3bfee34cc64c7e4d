package assistant

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"linearbot/linear"
	"linearbot/store"
)

// Undo takes back an applied proposal within ten minutes; with an empty id, the
// person's latest. Updates get back exactly the fields they changed, except
// those that somebody changed since (Result.Kept says who and when); created
// issues go to the trash, comments are deleted. What Linear refused or did not
// answer can be undone again, the rest happens once. Errors: ErrNotAsker,
// ErrNothingToUndo, ErrAlready with the stored outcome.
func (e *Engine) Undo(ctx context.Context, a Asker, s *linear.Session, id string) (Outcome, error) {
	if id == "" {
		latest, err := e.db.LatestProposal(ctx, a.Key, store.Applied, time.Now())
		if errors.Is(err, store.ErrNotFound) {
			return Outcome{}, ErrNothingToUndo
		}
		if err != nil {
			return Outcome{}, err
		}
		id = latest.ID
	}
	return e.once(id, func() (Outcome, error) { return e.undo(ctx, a, s, id) })
}

func (e *Engine) undo(ctx context.Context, a Asker, s *linear.Session, id string) (Outcome, error) {
	stored, err := e.load(ctx, a, id)
	switch {
	case errors.Is(err, ErrExpired):
		return Outcome{}, ErrNothingToUndo
	case err != nil:
		return Outcome{}, err
	case stored.Status == store.Undone:
		return stored.outcome(id, time.Time{}), ErrAlready
	case stored.Status == store.Undoing:
		// cut off: what is already back is found to be so
	case stored.Status != store.Applied || stored.expired(time.Now()):
		return Outcome{}, ErrNothingToUndo
	default:
		stored.record.ExpiresAt = stored.ExpiresAt // for giving it back
		if err := e.claim(ctx, a, &stored, store.Undoing); err != nil {
			return Outcome{}, err
		}
	}
	now, err := readIssues(ctx, s, stored.undoable())
	if err != nil {
		return Outcome{}, errors.Join(err, e.move(ctx, a, &stored, store.Applied, stored.record.ExpiresAt))
	}
	u := &undoing{engine: e, asker: a, s: s, stored: &stored, now: now}
	if err := u.run(ctx); err != nil {
		return Outcome{}, err
	}
	return u.finish(ctx)
}

// undoable are the ids of the updated issues that have to be looked at.
func (r *record) undoable() []string {
	var ids []string
	for _, it := range r.Items {
		if it.Change.Kind == ChangeUpdate && it.mayBeDone() {
			ids = append(ids, it.Change.Issue.ID)
		}
	}
	return ids
}

// mayBeDone reports whether the change was made, or nobody knows.
func (it item) mayBeDone() bool {
	return it.State == itemDone || it.State == itemStarted || it.State == itemFailed && it.Failure.unknown()
}

// undoing takes back the items of one record, at most four at once.
type undoing struct {
	engine *Engine
	asker  Asker
	s      *linear.Session
	stored *storedRecord
	now    map[string]linear.Issue

	mu     sync.Mutex
	failed bool
}

func (u *undoing) run(ctx context.Context) error {
	var g errgroup.Group
	g.SetLimit(parallel)
	for n := range u.stored.Items {
		if it := u.stored.Items[n]; it.mayBeDone() {
			g.Go(func() error { return u.item(ctx, n, it) })
		}
	}
	err := g.Wait()
	if ctxErr := context.Cause(ctx); ctxErr != nil {
		return ctxErr
	}
	return err
}

func (u *undoing) item(ctx context.Context, n int, it item) error {
	if context.Cause(ctx) != nil {
		return nil
	}
	err := u.reverse(ctx, &it)
	if err != nil && context.Cause(ctx) != nil {
		return nil
	}
	u.engine.audit(ctx, u.asker, "undo", it.target(), err)
	it.Failure = nil
	if err != nil {
		it.Failure = newFailure(err)
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.failed = u.failed || err != nil
	u.stored.Items[n] = it
	if len(u.stored.Items) == 1 {
		return nil
	}
	return u.engine.move(ctx, u.asker, u.stored, store.Undoing, time.Time{})
}

// finish closes the record, or makes it undoable again when something failed.
func (u *undoing) finish(ctx context.Context) (Outcome, error) {
	s := u.stored
	if u.failed {
		until := s.record.ExpiresAt
		if err := u.engine.move(ctx, u.asker, s, store.Applied, until); err != nil {
			return Outcome{}, err
		}
		return s.outcome(s.ID, until), nil
	}
	if err := u.engine.move(ctx, u.asker, s, store.Undone, time.Now().Add(undoLife)); err != nil {
		return Outcome{}, err
	}
	return s.outcome(s.ID, time.Time{}), nil
}

// reverse takes one change back.
func (u *undoing) reverse(ctx context.Context, it *item) error {
	switch it.Change.Kind {
	case ChangeCreate:
		return u.deleted(it, u.s.DeleteIssue(ctx, it.ID))
	case ChangeComment:
		return u.deleted(it, u.s.DeleteComment(ctx, it.ID))
	case ChangeUpdate:
		return u.restore(ctx, it)
	}
	it.State = itemKept
	return nil
}

// deleted takes what is not there any more for deleted.
func (u *undoing) deleted(it *item, err error) error {
	if err != nil && !errors.Is(err, linear.ErrNotFound) {
		return err
	}
	it.State = itemUndone
	return nil
}

// restore gives back the fields that still are as the change left them.
func (u *undoing) restore(ctx context.Context, it *item) error {
	i, ok := u.now[it.Change.Issue.ID]
	if !ok {
		return &MissingIssueError{Ref: it.Change.Issue.Identifier}
	}
	back, kept := restorable(it.Change.Fields, i)
	it.Issue, it.Kept, it.State = &i, kept, itemUndone
	if len(kept) > 0 {
		u.engine.whoChanged(ctx, u.s, i, it.Kept)
	}
	if len(back) == 0 {
		if len(kept) > 0 {
			it.State = itemKept
		}
		return nil
	}
	issue, err := u.s.UpdateIssue(ctx, i.ID, updateTo(back))
	if err != nil {
		it.State = itemDone
		return err
	}
	it.Issue = &issue
	return nil
}

// restorable splits the changed fields into those to give back and those that
// somebody changed since. What already is as before is in neither.
func restorable(fields []FieldChange, i linear.Issue) (back []FieldChange, kept []Kept) {
	for _, f := range reversed(fields) {
		v := valueOf(i, f.Field)
		switch {
		case v.id == f.ToID:
		case f.Field == fieldLabels:
			// Others' labels stay: only ours are taken off and put back, where that is still to do.
			added, removed := without(idSet(f.FromID), idSet(f.ToID)), without(idSet(f.ToID), idSet(f.FromID))
			have := idSet(v.id)
			f.FromID = joinIDs(without(added, without(added, have)))
			f.ToID = joinIDs(without(removed, have))
			if f.FromID != f.ToID {
				back = append(back, f)
			}
		case v.id == f.FromID:
			back = append(back, f)
		default:
			kept = append(kept, Kept{Field: f.Field, Now: v.text, At: i.UpdatedAt})
		}
	}
	return back, kept
}
