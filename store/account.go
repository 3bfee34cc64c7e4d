package store

import "time"

// Key names a person: the Slack user in their enterprise or, outside Enterprise
// Grid, their workspace (TeamID is the E… id if there is one, else the T… id).
type Key struct {
	TeamID string
	UserID string
}

// String is the key in logs: T024/U061.
func (k Key) String() string { return k.TeamID + "/" + k.UserID }

// State is where a connected account stands. accounts.Move holds the legal moves.
type State string

// The states of a connected account.
const (
	Pending      State = "PENDING"      // link issued, nothing granted yet
	Verifying    State = "VERIFYING"    // granted in Linear, identity not proven
	Active       State = "ACTIVE"       // usable
	Expired      State = "EXPIRED"      // sign-in lost: our side, or age
	Revoked      State = "REVOKED"      // removed in Linear
	Blocked      State = "BLOCKED"      // by an admin
	Disconnected State = "DISCONNECTED" // by the person
)

// Grant is what Linear gave one person: whose it is, what it may do, and the
// token pair in one sealed cell.
type Grant struct {
	Actor  string // "user" or "app": fixed by the authorization URL
	Scopes []string

	OrgID       string
	OrgName     string
	OrgURLKey   string
	ViewerID    string
	ViewerName  string
	ViewerEmail string

	Sealed      []byte    // access token, refresh token and expiry in one AEAD cell
	Refreshable bool      // a refresh token is in it
	ExpiresAt   time.Time // of the access token
}

// Holds reports whether a sealed pair is stored.
func (g Grant) Holds() bool { return len(g.Sealed) > 0 }

// Account is one row of accounts. Times are UTC; the zero time is NULL.
type Account struct {
	ID         string // random, stable; part of the sealed cell's associated data
	Key        Key
	HomeTeamID string // the Slack team_id, also on Enterprise Grid
	State      State
	Cause      string // why it is in this state: a fixed word, never user text
	Grant             // the proven grant; empty unless one is held

	DueAt   time.Time // when the cron job refreshes it
	ProbeAt time.Time // when the slow probe looks at it
	Suspect bool      // came out of a restored backup; prove before use
	Shared  bool      // an admin allowed this Linear identity for a second Slack user

	Version          int64 // of Sealed: one up for each pair saved
	Epoch            int64 // of the refresh lease: one up for each claim
	LeaseOwner       string
	LeaseUntil       time.Time
	RefreshStartedAt time.Time // first try of the refresh under way: the intent

	CreatedAt   time.Time
	ConnectedAt time.Time
	ChangedAt   time.Time // of State
	LastUsedAt  time.Time // hour precision
	RefreshedAt time.Time // when the pair was last refreshed
}

// Candidate is a grant that is not in use yet: its owner is not proven, or has not
// said whether it may replace one of another workspace. It lives beside the account,
// so that a working grant stays in use until then.
type Candidate struct {
	AccountID string
	Grant
	CodeMAC   []byte // of the code the person types in Slack; empty: the owner is proven
	CodeTries int
	CodeUntil time.Time // how long the code, or the answer, is waited for
	CreatedAt time.Time
}
