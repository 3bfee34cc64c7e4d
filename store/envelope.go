package store

import "time"

// Envelope is a Slack envelope that was accepted and must be worked off: the
// inbox row that de-duplicates it and survives a restart until it is done.
type Envelope struct {
	ID         string // event_id, trigger_id, … : Slack's own id of the thing
	Kind       string // the envelope type: events_api, interactive, slash_commands
	Body       []byte // sealed payload
	ReceivedAt time.Time
	Attempts   int // how many processes have begun on it
}
