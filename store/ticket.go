package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// TicketKind says what a ticket is good for.
type TicketKind string

// The kinds of ticket.
const (
	LinkTicket  TicketKind = "link"  // GET /connect/{token}
	StateTicket TicketKind = "state" // the OAuth state parameter
	HeldTicket  TicketKind = "held"  // an action waiting for its person to connect
)

// Ticket is something good for one use before it expires: a connect link, an
// OAuth state, a held action. Only the hash of its secret is stored. Body is
// opaque here (sealed by the caller when it holds anything private).
type Ticket struct {
	Kind      TicketKind
	Hash      []byte // SHA-256 of the secret; the primary key with Kind
	Key       Key
	Body      []byte
	CreatedAt time.Time
	ExpiresAt time.Time
}

const ticketColumns = `kind, hash, team_id, user_id, body, created_at, expires_at`

func scanTicket(r row) (Ticket, error) {
	var t Ticket
	err := r.Scan(&t.Kind, &t.Hash, &t.Key.TeamID, &t.Key.UserID, &t.Body, instant{&t.CreatedAt}, instant{&t.ExpiresAt})
	return t, found(err)
}

// PutTicket stores a new ticket. A second one of the same kind and hash is an error.
func (db *DB) PutTicket(ctx context.Context, t Ticket) error {
	return putTicket(ctx, db.write.ExecContext, t)
}

// PutTicket stores a new ticket, which need not be the account's, in the transaction.
func (t *Tx) PutTicket(ticket Ticket) error { return putTicket(t.ctx, t.tx.ExecContext, ticket) }

func putTicket(ctx context.Context, execute func(context.Context, string, ...any) (sql.Result, error), t Ticket) error {
	const insert = `INSERT INTO tickets (` + ticketColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	_, err := execute(ctx, insert, t.Kind, t.Hash, t.Key.TeamID, t.Key.UserID, cell(t.Body),
		micros(t.CreatedAt), micros(t.ExpiresAt))
	if err != nil {
		return fmt.Errorf("store %s ticket for %s: %w", t.Kind, t.Key, err)
	}
	return nil
}

// PeekTicket returns a ticket without using it up. ErrNotFound: there is none,
// it was used, or it has expired.
func (db *DB) PeekTicket(ctx context.Context, kind TicketKind, hash []byte, now time.Time) (Ticket, error) {
	const query = `SELECT ` + ticketColumns + ` FROM tickets WHERE kind = $1 AND hash = $2 AND expires_at > $3`
	t, err := scanTicket(db.read.QueryRowContext(ctx, query, kind, hash, micros(now)))
	if err != nil {
		return Ticket{}, fmt.Errorf("read %s ticket: %w", kind, err)
	}
	return t, nil
}

// Tickets returns the tickets of one kind that a person has and that have not
// expired, oldest first, without using them up; none is no error.
func (db *DB) Tickets(ctx context.Context, kind TicketKind, key Key, now time.Time) ([]Ticket, error) {
	const query = `SELECT ` + ticketColumns + ` FROM tickets
		WHERE kind = $1 AND team_id = $2 AND user_id = $3 AND expires_at > $4 ORDER BY created_at, hash`
	rows, err := db.read.QueryContext(ctx, query, kind, key.TeamID, key.UserID, micros(now))
	tickets, err := collect(rows, err, scanTicket)
	if err != nil {
		return nil, fmt.Errorf("list %s tickets of %s: %w", kind, key, err)
	}
	return tickets, nil
}

// TakeTicket uses a ticket up: of many callers at once exactly one gets it, the
// others get ErrNotFound, as for one that is unknown or has expired.
func (db *DB) TakeTicket(ctx context.Context, kind TicketKind, hash []byte, now time.Time) (Ticket, error) {
	const take = `DELETE FROM tickets WHERE kind = $1 AND hash = $2 AND expires_at > $3 RETURNING ` + ticketColumns
	t, err := scanTicket(db.write.QueryRowContext(ctx, take, kind, hash, micros(now)))
	if err != nil {
		return Ticket{}, fmt.Errorf("take %s ticket: %w", kind, err)
	}
	return t, nil
}

// DropTickets removes all tickets of one kind that a person has; none is no error.
func (db *DB) DropTickets(ctx context.Context, kind TicketKind, key Key) error {
	const drop = `DELETE FROM tickets WHERE kind = $1 AND team_id = $2 AND user_id = $3`
	if _, err := db.write.ExecContext(ctx, drop, kind, key.TeamID, key.UserID); err != nil {
		return fmt.Errorf("drop %s tickets of %s: %w", kind, key, err)
	}
	return nil
}
