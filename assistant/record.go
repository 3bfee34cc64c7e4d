package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linearbot/linear"
	"linearbot/store"
)

// record is the sealed body of a stored proposal: the frozen changes and how
// far each of them has come.
type record struct {
	Source    string
	ExpiresAt time.Time // of the preview
	Items     []item
}

// item is one change on its way.
type item struct {
	Change  Change
	ID      string // client-made, of the issue or comment it creates
	State   itemState
	Issue   *linear.Issue   `json:",omitempty"` // as it was after the change
	Comment *linear.Comment `json:",omitempty"`
	Failure *failure        `json:",omitempty"`
	Kept    []Kept          `json:",omitempty"` // after an undo: fields that were left alone
}

type itemState string

const (
	itemWaiting itemState = ""
	itemStarted itemState = "started" // sent, and nobody noted the answer
	itemDone    itemState = "done"
	itemFailed  itemState = "failed"
	itemUndone  itemState = "undone"
	itemKept    itemState = "kept" // undo found nothing it may take back
)

func newRecord(seed, source string, changes []Change, expires time.Time) *record {
	r := &record{Source: source, ExpiresAt: expires}
	for n, c := range changes {
		r.Items = append(r.Items, item{Change: c, ID: derivedID(seed, n)})
	}
	return r
}

func (r *record) changes() []Change {
	var all []Change
	for _, i := range r.Items {
		all = append(all, i.Change)
	}
	return all
}

// touched reports whether anything was changed in Linear, or may have been.
func (r *record) touched() bool {
	for _, i := range r.Items {
		if i.State == itemDone || i.State == itemStarted || i.Failure.unknown() {
			return true
		}
	}
	return false
}

// failed reports whether anything can be tried again.
func (r *record) failed() bool {
	for _, i := range r.Items {
		if i.State == itemFailed {
			return true
		}
	}
	return false
}

// outcome is the record as its person sees it.
func (r *record) outcome(id string, until time.Time) Outcome {
	o := Outcome{ProposalID: id, UndoUntil: until}
	for _, i := range r.Items {
		result := Result{Change: i.Change, Err: i.Failure.err(), Kept: i.Kept, Undone: i.State == itemUndone}
		if i.Issue != nil {
			result.Issue = *i.Issue
		}
		if i.Comment != nil {
			result.Comment = *i.Comment
		}
		if i.State == itemKept && len(i.Kept) == 0 {
			result.Skipped = "cannot be undone"
		}
		o.Results = append(o.Results, result)
	}
	return o
}

// storedRecord is a record with the row it lies in.
type storedRecord struct {
	*record
	ID        string
	Status    store.ProposalStatus
	ExpiresAt time.Time // of the status
}

func (s storedRecord) expired(now time.Time) bool {
	return !s.ExpiresAt.IsZero() && !now.Before(s.ExpiresAt)
}

func proposalAD(id string, key store.Key) []byte {
	return []byte("proposals/" + id + "/" + key.String())
}

func (e *Engine) sealed(id string, key store.Key, r *record) ([]byte, error) {
	plain, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode proposal %s: %w", id, err)
	}
	body, err := e.seal.Seal(plain, proposalAD(id, key))
	if err != nil {
		return nil, fmt.Errorf("seal proposal %s: %w", id, err)
	}
	return body, nil
}

func (e *Engine) put(ctx context.Context, id string, key store.Key, status store.ProposalStatus, r *record, now, expires time.Time) error {
	body, err := e.sealed(id, key, r)
	if err != nil {
		return err
	}
	return e.db.PutProposal(ctx, store.Proposal{ID: id, Key: key, Status: status, Body: body, CreatedAt: now, ExpiresAt: expires})
}

// load opens a proposal for its asker. Errors: ErrNotAsker, ErrExpired when it
// is gone altogether.
func (e *Engine) load(ctx context.Context, a Asker, id string) (storedRecord, error) {
	p, err := e.db.Proposal(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return storedRecord{}, ErrExpired
	}
	if err != nil {
		return storedRecord{}, err
	}
	return e.open(a, p)
}

func (e *Engine) open(a Asker, p store.Proposal) (storedRecord, error) {
	if p.Key != a.Key {
		return storedRecord{}, ErrNotAsker
	}
	plain, err := e.seal.Open(p.Body, proposalAD(p.ID, p.Key))
	if err != nil {
		return storedRecord{}, fmt.Errorf("open proposal %s: %w", p.ID, err)
	}
	var r record
	if err := json.Unmarshal(plain, &r); err != nil {
		return storedRecord{}, fmt.Errorf("decode proposal %s: %w", p.ID, err)
	}
	return storedRecord{record: &r, ID: p.ID, Status: p.Status, ExpiresAt: p.ExpiresAt}, nil
}

// move stores the record with a new status. It is finished even when ctx ends:
// what was done in Linear must be known here.
func (e *Engine) move(ctx context.Context, a Asker, s *storedRecord, to store.ProposalStatus, expires time.Time) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveWithin)
	defer cancel()
	body, err := e.sealed(s.ID, a.Key, s.record)
	if err != nil {
		return err
	}
	if _, err := e.db.MoveProposal(ctx, s.ID, a.Key, s.Status, to, body, expires, time.Now()); err != nil {
		return err
	}
	s.Status, s.ExpiresAt = to, expires
	return nil
}
