package store

import (
	"context"
	"fmt"
	"time"
)

// Candidate returns the grant that waits beside the account for its owner to be
// proven, or ErrNotFound.
func (t *Tx) Candidate(accountID string) (Candidate, error) {
	const query = `SELECT ` + candidateColumns + ` FROM candidates WHERE account_id = $1`
	return scanCandidate(t.tx.QueryRowContext(t.ctx, query, accountID))
}

// PutCandidate stores c, in the place of the candidate the account may have.
func (t *Tx) PutCandidate(c Candidate) error {
	const upsert = `INSERT INTO candidates (` + candidateColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (account_id) DO UPDATE SET
		actor = excluded.actor, scopes = excluded.scopes,
		org_id = excluded.org_id, org_name = excluded.org_name, org_url_key = excluded.org_url_key,
		viewer_id = excluded.viewer_id, viewer_name = excluded.viewer_name, viewer_email = excluded.viewer_email,
		sealed = excluded.sealed, refreshable = excluded.refreshable, expires_at = excluded.expires_at,
		code_mac = excluded.code_mac, code_tries = excluded.code_tries, code_until = excluded.code_until,
		created_at = excluded.created_at`
	values := append([]any{c.AccountID}, grantValues(c.Grant)...)
	values = append(values, cell(c.CodeMAC), c.CodeTries, micros(c.CodeUntil), micros(c.CreatedAt))
	_, err := t.tx.ExecContext(t.ctx, upsert, values...)
	return err
}

// DropCandidate removes the candidate of an account, if there is one.
func (t *Tx) DropCandidate(accountID string) error {
	_, err := t.tx.ExecContext(t.ctx, `DELETE FROM candidates WHERE account_id = $1`, accountID)
	return err
}

// Candidate returns the grant that waits beside an account, or ErrNotFound.
func (db *DB) Candidate(ctx context.Context, accountID string) (Candidate, error) {
	const query = `SELECT ` + candidateColumns + ` FROM candidates WHERE account_id = $1`
	c, err := scanCandidate(db.read.QueryRowContext(ctx, query, accountID))
	if err != nil {
		return Candidate{}, fmt.Errorf("read waiting grant of %s: %w", accountID, err)
	}
	return c, nil
}

// Candidates returns up to limit candidates in the order of their accounts' ids,
// those that come after the given id.
func (db *DB) Candidates(ctx context.Context, after string, limit int) ([]Candidate, error) {
	const query = `SELECT ` + candidateColumns + ` FROM candidates WHERE account_id > $1 ORDER BY account_id LIMIT $2`
	rows, err := db.read.QueryContext(ctx, query, after, limit)
	page, err := collect(rows, err, scanCandidate)
	if err != nil {
		return nil, fmt.Errorf("list candidates: %w", err)
	}
	return page, nil
}

// LapsedCandidates returns candidates whose code was not typed, or whose question
// was not answered, in time, the longest over first: their grants are to be revoked
// at Linear and dropped.
func (db *DB) LapsedCandidates(ctx context.Context, now time.Time, limit int) ([]Candidate, error) {
	const query = `SELECT ` + candidateColumns + ` FROM candidates
		WHERE code_until <= $1 ORDER BY code_until, account_id LIMIT $2`
	rows, err := db.read.QueryContext(ctx, query, micros(now), limit)
	lapsed, err := collect(rows, err, scanCandidate)
	if err != nil {
		return nil, fmt.Errorf("list lapsed candidates: %w", err)
	}
	return lapsed, nil
}
