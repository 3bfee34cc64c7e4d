package store

import "time"

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
