package linear

import "time"

// Directory is an immutable snapshot of the names one viewer can see in one
// workspace: what turns "In Review" or "alice" into a UUID without a request.
// It is safe for concurrent use; nobody may change it after it was built.
type Directory struct {
	Viewer       User
	Organization Organization
	Teams        []Team
	Users        []User  // active members, without app users
	Labels       []Label // workspace and team labels, groups included
	Projects     []Project
	FetchedAt    time.Time
	Truncated    bool // the workspace holds more names than were read
}

// Team is a team with what belongs to it alone.
type Team struct {
	TeamRef
	States         []State // in board order
	DefaultStateID string  // where a new issue starts; empty: Linear decides
	Cycles         []Cycle // current and later
	MemberIDs      []string
	EstimationType string // notUsed, exponential, fibonacci, linear, tShirt
	EstimateZero   bool
	EstimateMore   bool // the extended scale
	Templates      []Ref
}

// The resolution methods of Directory are in resolve.go.
