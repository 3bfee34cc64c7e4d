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
// inbox row that de-duplicates it and survives a restart until it is done.
type Envelope struct {
	ID         string // event_id, trigger_id, … : Slack's own id of the thing
	Kind       string // the envelope type: events_api, interactive, slash_commands
	Body       []byte // sealed payload
	ReceivedAt time.Time
	Attempts   int // how many processes have begun on it
}

// Receive puts e into the inbox and reports whether it is new. An id that was
// received within the last day is not: Slack delivers again what it believes
// lost. The caller counts as the first attempt, whatever e.Attempts says.
func (db *DB) Receive(ctx context.Context, e Envelope) (first bool, err error) {
	const insert = `INSERT INTO inbox (id, kind, body, received_at, attempts, done)
		VALUES ($1, $2, $3, $4, 1, FALSE) ON CONFLICT (id) DO NOTHING`
	err = db.execute(ctx, errKnown, insert, e.ID, e.Kind, cell(e.Body), micros(e.ReceivedAt))
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
	if err := db.execute(ctx, ErrNotFound, update, envelopeID); err != nil {
		return fmt.Errorf("finish envelope %s: %w", envelopeID, err)
	}
	return nil
}

// Unfinished returns up to limit envelopes received before a moment (this
// process's start) and not finished, oldest first. Each counts one more attempt.
func (db *DB) Unfinished(ctx context.Context, receivedBefore time.Time, limit int) ([]Envelope, error) {
	const claim = `UPDATE inbox SET attempts = attempts + 1
		WHERE id IN (SELECT id FROM inbox WHERE NOT done AND received_at < $1 ORDER BY received_at, id LIMIT $2)
		RETURNING id, kind, body, received_at, attempts`
	rows, err := db.write.QueryContext(ctx, claim, micros(receivedBefore), limit)
	envelopes, err := collect(rows, err, func(r row) (e Envelope, err error) {
		return e, r.Scan(&e.ID, &e.Kind, &e.Body, instant{&e.ReceivedAt}, &e.Attempts)
	})
	if err != nil {
		return nil, fmt.Errorf("list unfinished envelopes: %w", err)
	}
	slices.SortFunc(envelopes, func(a, b Envelope) int {
		return cmp.Or(a.ReceivedAt.Compare(b.ReceivedAt), cmp.Compare(a.ID, b.ID))
	})
	return envelopes, nil
}
