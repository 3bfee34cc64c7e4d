package accounts

import (
	"slices"

	"linearbot/store"
)

// moves lists, for each state, the states an account may go to. What is not
// listed is refused by Move.
var moves = map[store.State][]store.State{
	store.Pending:      {store.Verifying, store.Active, store.Blocked, store.Disconnected},
	store.Verifying:    {store.Pending, store.Active, store.Blocked, store.Disconnected},
	store.Active:       {store.Expired, store.Revoked, store.Blocked, store.Disconnected},
	store.Expired:      {store.Verifying, store.Active, store.Revoked, store.Blocked, store.Disconnected},
	store.Revoked:      {store.Verifying, store.Active, store.Blocked, store.Disconnected},
	store.Disconnected: {store.Pending, store.Verifying, store.Active, store.Blocked},
	store.Blocked:      {store.Disconnected},
}

// Move reports whether an account may go from one state to another.
func Move(from, to store.State) bool { return from == to || slices.Contains(moves[from], to) }
