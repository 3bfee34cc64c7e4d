package accounts

import (
	"fmt"
	"slices"
	"time"

	"linearbot/store"
)

// moves lists, for each state, the states an account may go to. What is not
// listed is refused by Move.
var moves = map[store.State][]store.State{
	store.Pending:      {store.Verifying, store.Active, store.Blocked, store.Disconnected},
	store.Verifying:    {store.Active, store.Blocked, store.Disconnected},
	store.Active:       {store.Expired, store.Revoked, store.Blocked, store.Disconnected},
	store.Expired:      {store.Verifying, store.Active, store.Blocked, store.Disconnected},
	store.Revoked:      {store.Verifying, store.Active, store.Blocked, store.Disconnected},
	store.Disconnected: {store.Pending, store.Verifying, store.Active, store.Blocked},
	store.Blocked:      {store.Disconnected},
}

// Move reports whether an account may go from one state to another. Staying is
// always legal: an ACTIVE account that reconnects stays ACTIVE.
func Move(from, to store.State) bool { return from == to || slices.Contains(moves[from], to) }

// move puts an account into a state, or says that the move is not legal.
func move(a store.Account, to store.State, cause string, now time.Time) (store.Account, error) {
	if !Move(a.State, to) {
		if a.State == store.Blocked {
			return a, ErrBlocked
		}
		return a, fmt.Errorf("accounts: %s cannot become %s", a.State, to)
	}
	a.State, a.Cause, a.ChangedAt = to, cause, now
	return a, nil
}

// strip takes the pair from an account, with what only a pair has, and fences out
// whoever holds an older version or epoch. Whose grant it was stays readable.
func strip(a store.Account) store.Account {
	a.Sealed, a.Refreshable, a.ExpiresAt = nil, false, time.Time{}
	a.Version++
	a.Epoch++
	return unlease(a)
}

// unlease clears lease, intent and due times.
func unlease(a store.Account) store.Account {
	a.LeaseOwner, a.LeaseUntil, a.RefreshStartedAt = "", time.Time{}, time.Time{}
	a.DueAt, a.ProbeAt = time.Time{}, time.Time{}
	return a
}
