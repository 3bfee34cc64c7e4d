package assistant

import (
	"context"
	"errors"
	"slices"
	"time"

	"linearbot/linear"
	"linearbot/store"
)

// Apply carries out a proposal: once, for its asker, on issues that still are as
// they were shown. A second call gives the stored outcome with ErrAlready, also
// while the first is at work; after a crash it goes on where the first stopped.
// Errors: ErrNotAsker, ErrExpired, ErrAlready, ErrMustEdit, *StaleError, and linear's when the
// issues could not be read again (nothing was changed, the proposal stays open).
func (e *Engine) Apply(ctx context.Context, a Asker, s *linear.Session, id string) (Outcome, error) {
	return e.once(id, func() (Outcome, error) { return e.apply(ctx, a, s, id) })
}

// once lets one caller at a time work on a proposal; those who come meanwhile
// get its outcome with ErrAlready.
func (e *Engine) once(id string, work func() (Outcome, error)) (Outcome, error) {
	mine := false
	v, err, _ := e.running.Do(id, func() (any, error) {
		mine = true
		return work()
	})
	o, _ := v.(Outcome) // the zero Outcome beside an error
	if !mine && err == nil {
		err = ErrAlready
	}
	return o, err
}

func (e *Engine) apply(ctx context.Context, a Asker, s *linear.Session, id string) (Outcome, error) {
	stored, err := e.load(ctx, a, id)
	if err != nil {
		return Outcome{}, err
	}
	switch {
	case stored.Status == store.Applying:
		return e.resume(ctx, a, s, &stored)
	case stored.Status == store.Dropped, stored.Status == store.Proposed && stored.expired(time.Now()):
		return Outcome{}, ErrExpired
	case stored.Status != store.Proposed:
		return stored.outcome(id, undoUntil(stored)), ErrAlready
	case slices.ContainsFunc(stored.changes(), func(c Change) bool { return c.MustEdit }):
		return Outcome{}, ErrMustEdit
	}
	if err := e.claim(ctx, a, &stored, store.Applying); err != nil {
		return Outcome{}, err
	}
	for n := range stored.Items { // an earlier try that changed nothing
		stored.Items[n].State, stored.Items[n].Failure = itemWaiting, nil
	}
	now, err := e.targets(ctx, s, stored.record)
	if err != nil {
		return Outcome{}, errors.Join(err, e.move(ctx, a, &stored, store.Proposed, stored.record.ExpiresAt))
	}
	if stale := staleIssues(stored.record, now); len(stale) > 0 {
		return Outcome{}, e.proposeAgain(ctx, a, &stored, stale, now)
	}
	return e.execute(ctx, a, s, &stored)
}

func undoUntil(s storedRecord) time.Time {
	if s.Status != store.Applied {
		return time.Time{}
	}
	return s.ExpiresAt
}

// claim moves a proposal for this caller alone. ErrAlready: somebody was faster,
// or it expired this moment.
func (e *Engine) claim(ctx context.Context, a Asker, s *storedRecord, to store.ProposalStatus) error {
	err := e.move(ctx, a, s, to, time.Time{})
	if errors.Is(err, store.ErrFenced) {
		return ErrAlready
	}
	return err
}

// targets reads every issue that the unfinished updates are about, with one request.
func (e *Engine) targets(ctx context.Context, s *linear.Session, r *record) (map[string]linear.Issue, error) {
	var refs []string
	for _, it := range r.Items {
		if it.Change.Kind == ChangeUpdate && (it.State == itemWaiting || it.State == itemStarted) {
			refs = append(refs, it.Change.Issue.ID)
		}
	}
	return readIssues(ctx, s, refs)
}

// readIssues reads issues by UUID with one request, none when refs is empty.
func readIssues(ctx context.Context, s *linear.Session, refs []string) (map[string]linear.Issue, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	found, err := s.IssuesByRef(ctx, refs)
	if err != nil {
		return nil, err
	}
	byID := map[string]linear.Issue{}
	for _, i := range found {
		byID[i.ID] = i
	}
	return byID, nil
}

// staleIssues are the targets with a shown value that changed, or that are gone.
func staleIssues(r *record, now map[string]linear.Issue) []linear.Issue {
	var stale []linear.Issue
	for _, it := range r.Items {
		if it.Change.Kind != ChangeUpdate {
			continue
		}
		i, ok := now[it.Change.Issue.ID]
		if !ok {
			i = linear.Issue{ID: it.Change.Issue.ID, Identifier: it.Change.Issue.Identifier, Title: it.Change.Issue.Title, Trashed: true}
		}
		if !ok || i.Trashed || slices.ContainsFunc(it.Change.Fields, func(f FieldChange) bool { return !has(i, f.Field, f.FromID) }) {
			stale = append(stale, i)
		}
	}
	return stale
}

// proposeAgain drops a stale proposal and freezes the same wishes over the
// values of now. It returns a *StaleError.
func (e *Engine) proposeAgain(ctx context.Context, a Asker, stored *storedRecord, stale []linear.Issue, now map[string]linear.Issue) error {
	if err := e.move(ctx, a, stored, store.Dropped, time.Now().Add(previewLife)); err != nil {
		return err
	}
	again, err := e.freeze(ctx, a, overNow(stored.record, now))
	if err != nil {
		return err
	}
	return &StaleError{Issues: stale, Proposal: again}
}

// Renew shows an expired proposal again: a new one with the same wishes, over the
// values of now, the same one however often it is asked for. It takes at most one
// request. Errors: ErrNotAsker, ErrAlready when it was applied, ErrExpired when it is
// kept no longer, and linear's.
func (e *Engine) Renew(ctx context.Context, a Asker, s *linear.Session, id string) (Proposal, error) {
	stored, err := e.load(ctx, a, id)
	if err != nil {
		return Proposal{}, err
	}
	if stored.Status != store.Proposed {
		return Proposal{}, ErrAlready
	}
	next := hexID("again/" + id)
	again, err := e.load(ctx, a, next)
	if err == nil && again.Status == store.Proposed && again.expired(time.Now()) {
		return e.Renew(ctx, a, s, next)
	}
	if err == nil {
		return e.Proposed(ctx, a, next)
	}
	if !errors.Is(err, ErrExpired) {
		return Proposal{}, err
	}
	now, err := e.targets(ctx, s, stored.record)
	if err != nil {
		return Proposal{}, err
	}
	prop, err := e.freezeAs(ctx, a, next, overNow(stored.record, now))
	if err != nil {
		if first, loadErr := e.Proposed(ctx, a, next); loadErr == nil {
			return first, nil // two presses at once: the other one was faster
		}
	}
	return prop, err
}

// overNow are the changes of a record over the values of now; issues that are gone
// are left out.
func overNow(r *record, now map[string]linear.Issue) (p Prepared) {
	for _, it := range r.Items {
		c := it.Change
		if c.Kind != ChangeUpdate {
			p.Changes = append(p.Changes, c)
			continue
		}
		i, ok := now[c.Issue.ID]
		if !ok || i.Trashed {
			continue
		}
		if c.Issue, c.Fields = about(i), rebased(c.Fields, i); len(c.Fields) == 0 {
			p.Unchanged = append(p.Unchanged, i)
			continue
		}
		p.Changes = append(p.Changes, c)
	}
	return p
}

// rebased is the same wish over the values of now. Labels keep what was to be
// added and removed; any other field keeps the value it was to get.
func rebased(fields []FieldChange, i linear.Issue) []FieldChange {
	var again []FieldChange
	for _, f := range fields {
		from := valueOf(i, f.Field)
		to := fieldValue{f.ToID, f.To}
		if f.Field == fieldLabels {
			added, removed := without(idSet(f.ToID), idSet(f.FromID)), without(idSet(f.FromID), idSet(f.ToID))
			to = labelsAfter(i, from.id, f.Names, wanted{add: labelsNamed(added, f), remove: labelsNamed(removed, f)})
		}
		again = append(again, FieldChange{Field: f.Field, From: from.text, FromID: from.id, To: to.text, ToID: to.id, Tainted: f.Tainted})
	}
	return settled(again)
}

// resume goes on with a proposal whose execution was cut off.
func (e *Engine) resume(ctx context.Context, a Asker, s *linear.Session, stored *storedRecord) (Outcome, error) {
	if err := e.recheck(ctx, s, stored); err != nil {
		return Outcome{}, err
	}
	return e.execute(ctx, a, s, stored)
}

// recheck looks at the updates that may or may not have been made: those that
// were are done, those whose issue somebody changed since are not done any more.
func (e *Engine) recheck(ctx context.Context, s *linear.Session, stored *storedRecord) error {
	now, err := e.targets(ctx, s, stored.record)
	if err != nil {
		return err
	}
	for n := range stored.Items {
		it := &stored.Items[n]
		if it.Change.Kind != ChangeUpdate || it.State != itemWaiting && it.State != itemStarted {
			continue
		}
		i, ok := now[it.Change.Issue.ID]
		switch {
		case !ok:
			it.State, it.Failure = itemFailed, newFailure(&MissingIssueError{Ref: it.Change.Issue.Identifier})
		case holds(it.Change.Fields, i, func(f FieldChange) string { return f.ToID }):
			it.State, it.Issue = itemDone, &i
		case !holds(it.Change.Fields, i, func(f FieldChange) string { return f.FromID }):
			it.State, it.Failure = itemFailed, newFailure(ErrChangedSince)
		}
	}
	return nil
}

// holds reports whether every field of the issue has the value that of gives.
func holds(fields []FieldChange, i linear.Issue, of func(FieldChange) string) bool {
	return !slices.ContainsFunc(fields, func(f FieldChange) bool { return !has(i, f.Field, of(f)) })
}

// RetryFailed tries the failed items of an applied proposal again, within the
// ten minutes it can be undone. Items whose issue changed since fail again.
// ErrAlready: nothing failed. Other errors as Apply.
func (e *Engine) RetryFailed(ctx context.Context, a Asker, s *linear.Session, id string) (Outcome, error) {
	return e.once(id, func() (Outcome, error) {
		stored, err := e.load(ctx, a, id)
		if err != nil {
			return Outcome{}, err
		}
		switch {
		case stored.Status == store.Proposed, stored.Status == store.Applying:
			return e.apply(ctx, a, s, id)
		case stored.Status == store.Applied && !stored.failed():
			return stored.outcome(id, stored.ExpiresAt), ErrAlready
		case stored.Status != store.Applied, stored.expired(time.Now()):
			return Outcome{}, ErrExpired
		}
		if err := e.claim(ctx, a, &stored, store.Applying); err != nil {
			return Outcome{}, err
		}
		for n := range stored.Items {
			if it := &stored.Items[n]; it.State == itemFailed && it.Change.Kind != ChangeQuery {
				it.State, it.Failure = itemWaiting, nil
			}
		}
		return e.resume(ctx, a, s, &stored)
	})
}
