package store

import "time"

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
