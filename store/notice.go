package store

import "time"

// Notice is a message owed to a person because of one change of state. It is
// queued in the transaction that changes the state and sent from there, so that
// it goes out once however often the process restarts.
type Notice struct {
	ID        string // random; travels in the Slack message's metadata
	Key       Key
	Kind      string // revoked, expired, blocked, disconnected_by_admin, code_failed, welcome, operator
	Cause     string
	At        time.Time // of the change
	Attempts  int
	Channel   string // where it was sent, and
	Timestamp string // Slack's ts of it: set once sent
}
