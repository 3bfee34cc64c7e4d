package assistant

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/singleflight"

	"linearbot/linear"
	"linearbot/store"
)

const (
	previewLife = 15 * time.Minute
	undoLife    = 10 * time.Minute
	maxWrites   = 50 // changes of one plan (ux: bulk)
	parallel    = 4  // requests of one plan on their way at once
	saveWithin  = 5 * time.Second
)

// Asker is who wants something and through which door: the audit log names both.
type Asker struct {
	Key    store.Key
	Source string // command, modal, shortcut, button, assistant; of a preview: what it was asked for by
	Ref    string // the reference the person is shown; may be empty
}

// Sealer encrypts what is stored. What ad binds to a row opens only with the
// same ad.
type Sealer interface {
	Seal(plain, ad []byte) ([]byte, error)
	Open(sealed, ad []byte) ([]byte, error)
}

// Engine is the one way to change Linear: it prepares plans, keeps proposals,
// applies them once and takes them back. Safe for concurrent use.
type Engine struct {
	db      *store.DB
	seal    Sealer
	log     *slog.Logger
	running singleflight.Group // by proposal id: one process works on a proposal once
}

// NewEngine returns an engine that keeps its proposals in db, sealed.
func NewEngine(db *store.DB, seal Sealer, log *slog.Logger) *Engine {
	return &Engine{db: db, seal: seal, log: log}
}

// Proposal is a frozen plan as it is shown before it is applied.
type Proposal struct {
	ID        string // empty: there is nothing to apply
	ExpiresAt time.Time
	Prepared
}

// Propose prepares a plan and freezes its changes: what Apply will do is what
// the proposal shows, for 15 minutes. Without changes nothing is stored and the
// proposal has no ID. Errors are those of Prepare.
func (e *Engine) Propose(ctx context.Context, a Asker, s *linear.Session, p Plan) (Proposal, error) {
	prepared, err := e.Prepare(ctx, a, s, p)
	if err != nil {
		return Proposal{}, err
	}
	return e.freeze(ctx, a, prepared)
}

func (e *Engine) freeze(ctx context.Context, a Asker, p Prepared) (Proposal, error) {
	return e.freezeAs(ctx, a, newProposalID(), p)
}

func (e *Engine) freezeAs(ctx context.Context, a Asker, id string, p Prepared) (Proposal, error) {
	if len(p.Changes) == 0 || len(p.Questions) > 0 {
		return Proposal{Prepared: p}, nil
	}
	now := time.Now()
	r := newRecord(id, a.Source, p.Changes, now.Add(previewLife))
	if err := e.put(ctx, id, a.Key, store.Proposed, r, now, r.ExpiresAt); err != nil {
		return Proposal{}, err
	}
	return Proposal{ID: id, ExpiresAt: r.ExpiresAt, Prepared: p}, nil
}

// Cancel drops a proposal that was not applied. Dropping it twice is no error;
// ErrAlready: it was applied in the meantime, or is being applied.
func (e *Engine) Cancel(ctx context.Context, a Asker, id string) error {
	_, err := e.db.MoveProposal(ctx, id, a.Key, store.Proposed, store.Dropped, nil, time.Time{}, time.Now())
	if !errors.Is(err, store.ErrFenced) {
		return err
	}
	stored, err := e.load(ctx, a, id)
	if err != nil {
		return err
	}
	switch stored.Status {
	case store.Proposed, store.Dropped:
		return nil // expired or dropped: it will not be applied
	}
	return ErrAlready
}

// Proposed returns an open proposal as it was shown, for showing another page
// of it. Errors: ErrNotAsker, ErrExpired, ErrAlready.
func (e *Engine) Proposed(ctx context.Context, a Asker, id string) (Proposal, error) {
	stored, err := e.load(ctx, a, id)
	if err != nil {
		return Proposal{}, err
	}
	if stored.Status == store.Dropped || stored.expired(time.Now()) {
		return Proposal{}, ErrExpired
	}
	if stored.Status != store.Proposed {
		return Proposal{}, ErrAlready
	}
	return Proposal{ID: id, ExpiresAt: stored.ExpiresAt, Prepared: Prepared{Changes: stored.changes()}}, nil
}

// audit writes one line for one item. It never fails the change it tells about.
func (e *Engine) audit(ctx context.Context, a Asker, action, target string, result error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveWithin)
	defer cancel()
	err := e.db.AppendAudit(ctx, store.Entry{Key: a.Key, Action: action, Target: target, Result: resultCode(result), Ref: a.Ref, Source: a.Source})
	if err != nil {
		e.log.ErrorContext(ctx, "change not in audit log", "op", action, "team", a.Key.TeamID, "user", a.Key.UserID, "err", err)
	}
}

// newProposalID makes 128 random bits.
func newProposalID() string {
	return hexID(linear.NewID() + linear.NewID())
}

func hexID(seed string) string {
	sum := sha256.Sum256([]byte(seed))
	return hex.EncodeToString(sum[:16])
}

// derivedID makes the same UUIDv4 for the same seed and number, so that an item
// that is executed again after a crash carries the id of the first time.
func derivedID(seed string, n int) string {
	b := sha256.Sum256(fmt.Appendf(nil, "%s/%d", seed, n))
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
