// Package store keeps what must survive a restart: rows in one SQLite file, and
// each SQL statement of the program. It knows nothing of Slack, of Linear or of
// encryption; what is private arrives sealed and leaves sealed.
//
//	accounts 1─┬─0..1 candidates   a grant whose owner is not proven yet
//	           ├─ * tickets        links, OAuth states, held actions: good for one use
//	           ├─ * notices        outbox: one message per change of state
//	           ├─ * proposals      frozen plans: open → applying → applied → undoing → undone
//	           └─ * memory         what the assistant remembers of a thread
//	inbox      Slack envelopes: de-duplication, and work that survives a crash
//	settings   (workspace, subject, name) → JSON
//	audit ───── audit_head         append-only, each entry hashed onto the one before
//
// A refresh goes through one row of accounts like this. Who does not match the
// row's version and epoch writes nothing, so one refresh saves one pair:
//
//	              version epoch lease        started  due
//	idle                4     7 –            –        14:00     Due lists it at 14:00
//	ClaimRefresh        4     8 a, 14:01:30  14:00    14:01:30  due again when the lease is over
//	├─ SaveRefresh(4,8) 5     8 –            –        next day  the new pair, in one statement
//	├─ ReleaseRefresh(8) 4    8 –            14:00    14:05     nothing came; the intent is kept
//	└─ a is killed: at 14:01:30 Due lists it again and b claims epoch 9; started stays
//	   14:00, the same token is replayed; should a wake up, SaveRefresh(4,8) is ErrFenced
//
// What was begun goes first: Due lists it before all that is merely due.
//
// Each change is one conditional statement or one transaction that holds the
// write lock from its start; envelopes, claims, saves and releases that come together
// share a transaction, and each is answered when it is on the disk (group.go).
// Statements use $1…$n, first appearances ascending, which SQLite and PostgreSQL read
// alike. Times are UTC microseconds; the zero time is NULL. Several processes may open
// one file; [DB] is safe for concurrent use. The suite in store/storetest holds a
// database to all of this.
package store
