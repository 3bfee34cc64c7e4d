package assistant

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"linearbot/linear"
	"linearbot/store"
)

// execution carries out the waiting items of one record, at most four at once.
type execution struct {
	engine *Engine
	asker  Asker
	s      *linear.Session
	stored *storedRecord

	mu     sync.Mutex
	halted error // the account cannot go on: the items that remain fail with it
}

// execute carries out what is left to do and stores the end. When ctx ends on
// the way the record stays in applying: the next Apply goes on from there.
func (e *Engine) execute(ctx context.Context, a Asker, s *linear.Session, stored *storedRecord) (Outcome, error) {
	if stored.Source != "" { // whoever confirms it: what it was asked for by stays
		a.Source = stored.Source
	}
	x := &execution{engine: e, asker: a, s: s, stored: stored}
	var g errgroup.Group
	g.SetLimit(parallel)
	for n := range stored.Items {
		if state := stored.Items[n].State; state != itemWaiting && state != itemStarted {
			continue
		}
		g.Go(func() error { return x.item(ctx, n) })
	}
	err := g.Wait()
	if ctxErr := context.Cause(ctx); ctxErr != nil {
		return Outcome{}, ctxErr
	}
	if err != nil {
		return Outcome{}, err
	}
	return e.finish(ctx, a, stored)
}

// finish makes an executed record undoable. When nothing at all was changed it
// is an open proposal again, so that it can be tried again.
func (e *Engine) finish(ctx context.Context, a Asker, stored *storedRecord) (Outcome, error) {
	if !stored.touched() {
		if err := e.move(ctx, a, stored, store.Proposed, stored.record.ExpiresAt); err != nil {
			return Outcome{}, err
		}
		return stored.outcome(stored.ID, time.Time{}), nil
	}
	until := time.Now().Add(undoLife)
	if err := e.move(ctx, a, stored, store.Applied, until); err != nil {
		return Outcome{}, err
	}
	return stored.outcome(stored.ID, until), nil
}

// item carries out one item and notes what became of it. Its error is about
// keeping the record; a failed change is a note like any other.
func (x *execution) item(ctx context.Context, n int) error {
	x.mu.Lock()
	it, halted := x.stored.Items[n], x.halted
	x.mu.Unlock()
	if context.Cause(ctx) != nil {
		return nil
	}
	if halted != nil {
		it.State, it.Failure = itemFailed, newFailure(halted)
		return x.note(ctx, n, it)
	}
	if it.Change.Kind == ChangeQuery && it.State == itemWaiting {
		it.State = itemStarted // it has no id of ours: sending it twice would do it twice
		if err := x.note(ctx, n, it); err != nil {
			return err
		}
		it.State = itemWaiting
	}
	err := x.perform(ctx, &it)
	if err != nil && context.Cause(ctx) != nil {
		return nil // nobody knows; whoever takes it up looks first
	}
	it.State, it.Failure = itemDone, nil
	if err != nil {
		it.State, it.Failure = itemFailed, newFailure(err)
	}
	x.engine.audit(ctx, x.asker, it.Change.Tool, it.target(), err)
	if errors.Is(err, linear.ErrUnauthenticated) || errors.Is(err, linear.ErrRateLimited) {
		x.halt(err)
	}
	return x.note(ctx, n, it)
}

func (x *execution) halt(err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.halted = err
}

// note keeps how far an item has come. A record of one item is stored once, at
// the end: until then there is nothing that could be told apart.
func (x *execution) note(ctx context.Context, n int, it item) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.stored.Items[n] = it
	if len(x.stored.Items) == 1 && it.State != itemStarted {
		return nil
	}
	return x.engine.move(ctx, x.asker, x.stored, x.stored.Status, time.Time{})
}

// perform sends one change.
func (x *execution) perform(ctx context.Context, it *item) error {
	c := &it.Change
	switch c.Kind {
	case ChangeCreate:
		in := *c.Create
		in.ID = it.ID // creating again gives the issue that is there
		issue, err := x.s.CreateIssue(ctx, in)
		if err != nil {
			return err
		}
		it.Issue, c.Issue = &issue, about(issue)
	case ChangeUpdate:
		issue, err := x.s.UpdateIssue(ctx, c.Issue.ID, updateTo(c.Fields))
		if err != nil {
			return err
		}
		it.Issue = &issue
		c.arrived(issue)
	case ChangeComment:
		comment, err := x.s.CreateComment(ctx, linear.CommentCreate{ID: it.ID, IssueID: c.Issue.ID, Body: c.Body})
		if err != nil {
			return err
		}
		if comment.Issue != nil {
			it.Issue, c.Issue = comment.Issue, about(*comment.Issue)
			comment.Issue = nil // kept once
		}
		it.Comment = &comment
	case ChangeQuery:
		if it.State == itemStarted {
			return linear.ErrOutcomeUnknown
		}
		_, err := x.s.Query(ctx, c.Query.Document, c.Query.Variables, c.Query.Operation)
		return err
	}
	return nil
}

// arrived notes what Linear made of the values, which is what an undo will look
// for: it may have tidied a text.
func (c *Change) arrived(i linear.Issue) {
	c.Fields = slices.Clone(c.Fields) // another item may be storing the record just now
	for n, f := range c.Fields {
		v := valueOf(i, f.Field)
		c.Fields[n].To, c.Fields[n].ToID = v.text, v.id
	}
}

// target is how the audit log names what the item is about.
func (it item) target() string {
	if it.Change.Issue.Identifier != "" {
		return it.Change.Issue.Identifier
	}
	return it.Change.Issue.ID
}
