package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Envelope is a Slack envelope that was accepted and must be worked off: the
// inbox row that de-duplicates it and survives a restart until it is done. One
// process at a time works on it; the others look away while its lease runs.
type Envelope struct {
	ID         string // event_id, trigger_id, … : Slack's own id of the thing
	Kind       string // the envelope type: events_api, interactive, slash_commands
	Body       []byte // sealed payload
	ReceivedAt time.Time
	Attempts   int       // how many processes have begun on it
	Owner      string    // the process that works on it; "" for none
	DueAt      time.Time // from when on anybody may take it; zero: at once
}

const envelopeColumns = `id, kind, body, received_at, attempts, owner, due_at`

func scanEnvelope(r row) (e Envelope, err error) {
	return e, r.Scan(&e.ID, &e.Kind, &e.Body, instant{&e.ReceivedAt}, &e.Attempts, &e.Owner, instant{&e.DueAt})
}

// Receive puts e into the inbox and reports whether it is new. An id that was
// received within the last day is not: Slack delivers again what it believes
// lost. The caller counts as the first attempt, whatever e.Attempts says.
func (db *DB) Receive(ctx context.Context, e Envelope) (first bool, err error) {
	const insert = `INSERT INTO inbox (id, kind, body, received_at, attempts, owner, due_at, done)
		VALUES ($1, $2, $3, $4, 1, $5, $6, FALSE) ON CONFLICT (id) DO NOTHING`
	err = db.executeTogether(ctx, errKnown, insert, e.ID, e.Kind, cell(e.Body), micros(e.ReceivedAt), e.Owner, micros(e.DueAt))
	if errors.Is(err, errKnown) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("receive envelope %s: %w", e.ID, err)
	}
	return true, nil
}

// errKnown says that an envelope is in the inbox already.
var errKnown = errors.New("received before")

// Finish notes that an envelope is worked off: its body goes, its id stays, so
// that the same envelope is not taken twice. An unknown id is ErrNotFound;
// finishing twice is no error.
func (db *DB) Finish(ctx context.Context, envelopeID string) error {
	const update = `UPDATE inbox SET body = NULL, done = TRUE WHERE id = $1`
	if err := db.executeTogether(ctx, ErrNotFound, update, envelopeID); err != nil {
		return fmt.Errorf("finish envelope %s: %w", envelopeID, err)
	}
	return nil
}

// ClaimEnvelopes hands up to limit envelopes that are due to owner, oldest first,
// each with one more attempt: what a process left behind, and what was put off
// until now. Until now+lease nobody else gets them.
func (db *DB) ClaimEnvelopes(ctx context.Context, owner string, now time.Time, lease time.Duration, limit int) ([]Envelope, error) {
	const (
		waits = `SELECT EXISTS (SELECT 1 FROM inbox WHERE NOT done AND COALESCE(due_at, 0) <= $1)`
		claim = `UPDATE inbox SET owner = $1, due_at = $2, attempts = attempts + 1
		WHERE NOT done AND COALESCE(due_at, 0) <= $3
		AND id IN (SELECT id FROM inbox WHERE NOT done AND COALESCE(due_at, 0) <= $3 ORDER BY received_at, id LIMIT $4)
		RETURNING ` + envelopeColumns
	)
	var any bool
	if err := db.read.QueryRowContext(ctx, waits, micros(now)).Scan(&any); err != nil {
		return nil, fmt.Errorf("look for envelopes: %w", err)
	}
	if !any {
		return nil, nil
	}
	envelopes, err := changeAll(ctx, db, "claim envelopes", scanEnvelope, claim, owner, micros(now.Add(lease)), micros(now), limit)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(envelopes, func(a, b Envelope) int {
		return cmp.Or(a.ReceivedAt.Compare(b.ReceivedAt), cmp.Compare(a.ID, b.ID))
	})
	return envelopes, nil
}

// HoldEnvelopes renews the lease of everything owner works on.
func (db *DB) HoldEnvelopes(ctx context.Context, owner string, until time.Time) error {
	const update = `UPDATE inbox SET due_at = $1 WHERE owner = $2 AND NOT done`
	if _, err := db.write.ExecContext(ctx, update, micros(until), owner); err != nil {
		return fmt.Errorf("hold envelopes: %w", err)
	}
	return nil
}

// ReleaseEnvelopes lets others take at once what owner leaves unfinished.
func (db *DB) ReleaseEnvelopes(ctx context.Context, owner string) error {
	const update = `UPDATE inbox SET owner = '', due_at = NULL WHERE owner = $1 AND NOT done`
	if _, err := db.write.ExecContext(ctx, update, owner); err != nil {
		return fmt.Errorf("release envelopes: %w", err)
	}
	return nil
}

// Defer puts an envelope off: whoever lives at that moment takes it up, as for
// the first time. ErrFenced: it is finished, or somebody else took it.
func (db *DB) Defer(ctx context.Context, envelopeID, owner string, until time.Time) error {
	const update = `UPDATE inbox SET owner = '', due_at = $1, attempts = 0 WHERE id = $2 AND owner = $3 AND NOT done`
	if err := db.execute(ctx, ErrFenced, update, micros(until), envelopeID, owner); err != nil {
		return fmt.Errorf("put envelope %s off: %w", envelopeID, err)
	}
	return nil
}

// CancelDeferred finishes an envelope that was put off, before it is taken up.
// ErrFenced: somebody works on it or has done so.
func (db *DB) CancelDeferred(ctx context.Context, envelopeID string) error {
	const update = `UPDATE inbox SET body = NULL, done = TRUE WHERE id = $1 AND owner = '' AND NOT done`
	if err := db.execute(ctx, ErrFenced, update, envelopeID); err != nil {
		return fmt.Errorf("cancel envelope %s: %w", envelopeID, err)
	}
	return nil
}
