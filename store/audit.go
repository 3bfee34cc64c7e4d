package store

import "time"

// Entry is one line of the append-only audit log: who did what to which
// identifier with which result. It never holds titles, message text or tokens.
type Entry struct {
	Seq    int64
	At     time.Time
	Key    Key
	Action string // a tool name, connect, disconnect, refresh, block, …
	Target string // ENG-142, or empty
	Result string // ok, or an error code
	Ref    string // the reference a person was shown
	Source string // command, modal, shortcut, button, assistant, cron, webhook, cli
	Hash   []byte // of this entry chained to the one before
}
