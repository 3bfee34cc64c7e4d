package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ProposalStatus is where a proposed change to Linear stands.
type ProposalStatus string

// The statuses of a proposal. Each move is one conditional update.
const (
	Proposed ProposalStatus = "open"
	Applying ProposalStatus = "applying"
	Applied  ProposalStatus = "applied" // fully or in part; the body says what
	Undoing  ProposalStatus = "undoing"
	Undone   ProposalStatus = "undone"
	Dropped  ProposalStatus = "dropped" // canceled, stale or expired
)

// Proposal is one frozen plan: what will change, for whom, until when. Body is
// sealed; only the assistant package reads it.
type Proposal struct {
	ID        string // 128 random bits
	Key       Key    // the asker: nobody else may apply it
	Status    ProposalStatus
	Body      []byte
	CreatedAt time.Time
	ChangedAt time.Time
	ExpiresAt time.Time // of the current status: preview 15 min, undo 10 min
}

const proposalColumns = `id, team_id, user_id, status, body, created_at, changed_at, expires_at`

func scanProposal(r row) (Proposal, error) {
	var p Proposal
	err := r.Scan(&p.ID, &p.Key.TeamID, &p.Key.UserID, &p.Status, &p.Body,
		instant{&p.CreatedAt}, instant{&p.ChangedAt}, instant{&p.ExpiresAt})
	return p, found(err)
}

// PutProposal stores a new proposal. A zero ChangedAt is CreatedAt; a zero
// ExpiresAt is never. An id that exists is an error.
func (db *DB) PutProposal(ctx context.Context, p Proposal) error {
	const insert = `INSERT INTO proposals (` + proposalColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	if p.ChangedAt.IsZero() {
		p.ChangedAt = p.CreatedAt
	}
	_, err := db.write.ExecContext(ctx, insert, p.ID, p.Key.TeamID, p.Key.UserID, p.Status, cell(p.Body),
		micros(p.CreatedAt), micros(p.ChangedAt), micros(p.ExpiresAt))
	if err != nil {
		return fmt.Errorf("store proposal %s: %w", p.ID, err)
	}
	return nil
}

// Proposal returns a proposal, expired or not, or ErrNotFound.
func (db *DB) Proposal(ctx context.Context, id string) (Proposal, error) {
	const query = `SELECT ` + proposalColumns + ` FROM proposals WHERE id = $1`
	p, err := scanProposal(db.read.QueryRowContext(ctx, query, id))
	if err != nil {
		return Proposal{}, fmt.Errorf("read proposal %s: %w", id, err)
	}
	return p, nil
}

// MoveProposal moves a proposal of key from one status to another and returns
// it as it is then; a nil body keeps the old one, a zero expiresAt is never. Of
// many callers at once exactly one moves it. ErrFenced: it is not in from (any
// more), not key's, expired, or unknown.
func (db *DB) MoveProposal(ctx context.Context, id string, key Key, from, to ProposalStatus, body []byte, expiresAt, now time.Time) (Proposal, error) {
	const move = `UPDATE proposals SET status = $1, body = COALESCE($2, body), changed_at = $3, expires_at = $4
		WHERE id = $5 AND team_id = $6 AND user_id = $7 AND status = $8 AND (expires_at IS NULL OR expires_at > $3)
		RETURNING ` + proposalColumns
	p, err := scanProposal(db.write.QueryRowContext(ctx, move, to, cell(body), micros(now), micros(expiresAt),
		id, key.TeamID, key.UserID, from))
	if errors.Is(err, ErrNotFound) {
		err = ErrFenced
	}
	if err != nil {
		return Proposal{}, fmt.Errorf("move proposal %s from %s to %s: %w", id, from, to, err)
	}
	return p, nil
}

// LatestProposal returns the proposal of key that came into this status last and
// has not expired, or ErrNotFound.
func (db *DB) LatestProposal(ctx context.Context, key Key, status ProposalStatus, now time.Time) (Proposal, error) {
	const query = `SELECT ` + proposalColumns + ` FROM proposals
		WHERE team_id = $1 AND user_id = $2 AND status = $3 AND (expires_at IS NULL OR expires_at > $4)
		ORDER BY changed_at DESC, id DESC LIMIT 1`
	p, err := scanProposal(db.read.QueryRowContext(ctx, query, key.TeamID, key.UserID, status, micros(now)))
	if err != nil {
		return Proposal{}, fmt.Errorf("read latest %s proposal of %s: %w", status, key, err)
	}
	return p, nil
}
