package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Tx is one open change of one account, as UpdateAccount lends it. It is good
// only until the function it was lent to returns.
type Tx struct {
	// A transaction lives exactly as long as the call whose context this is,
	// as it does in *sql.Tx.
	ctx context.Context
	tx  *sql.Tx
	key Key
}

// UpdateAccount changes the account of key in one transaction: it reads the
// row, lets fn say what becomes of it, and writes that together with what fn
// did through tx. Nobody else writes meanwhile, so fn does no I/O and calls no
// method of DB. If fn returns an error, nothing is written and that error comes
// back. The identity of the account (ID, Key, CreatedAt) stays; Version and
// Epoch may not fall, which is ErrFenced; an account that holds no sealed pair
// after fn loses its lease, its intent and its due times.
func (db *DB) UpdateAccount(ctx context.Context, key Key, fn func(tx *Tx, a Account) (Account, error)) (Account, error) {
	var updated Account
	err := db.transact(ctx, "update account "+key.String(), func(tx *sql.Tx) error {
		const query = `SELECT ` + accountColumns + ` FROM accounts WHERE team_id = $1 AND user_id = $2`
		old, err := scanAccount(tx.QueryRowContext(ctx, query, key.TeamID, key.UserID))
		if err != nil {
			return err
		}
		next, err := fn(&Tx{ctx: ctx, tx: tx, key: key}, old)
		if err != nil {
			return err
		}
		if next.Version < old.Version || next.Epoch < old.Epoch {
			return fmt.Errorf("version %d to %d, epoch %d to %d: %w",
				old.Version, next.Version, old.Epoch, next.Epoch, ErrFenced)
		}
		next.ID, next.Key, next.CreatedAt = old.ID, old.Key, old.CreatedAt
		updated, err = writeAccount(ctx, tx, settle(next))
		return err
	})
	if err != nil {
		return Account{}, err
	}
	return updated, nil
}

// settle takes from an account without a sealed pair what only a pair has.
func settle(a Account) Account {
	if a.Holds() {
		return a
	}
	a.Refreshable = false
	a.ExpiresAt, a.DueAt, a.ProbeAt = time.Time{}, time.Time{}, time.Time{}
	a.LeaseOwner, a.LeaseUntil, a.RefreshStartedAt = "", time.Time{}, time.Time{}
	return a
}

func writeAccount(ctx context.Context, tx *sql.Tx, a Account) (Account, error) {
	const update = `UPDATE accounts SET home_team_id = $1, state = $2, cause = $3,
		actor = $4, scopes = $5, org_id = $6, org_name = $7, org_url_key = $8,
		viewer_id = $9, viewer_name = $10, viewer_email = $11, sealed = $12, refreshable = $13, expires_at = $14,
		due_at = $15, probe_at = $16, suspect = $17, shared = $18, version = $19, epoch = $20,
		lease_owner = $21, lease_until = $22, refresh_started_at = $23,
		connected_at = $24, changed_at = $25, last_used_at = $26, refreshed_at = $27
		WHERE id = $28 RETURNING ` + accountColumns
	return scanAccount(tx.QueryRowContext(ctx, update, accountValues(a)...))
}

// QueueNotice queues a message that this change owes to a person. A zero Key is
// the account's own, a zero At is now, an empty ID is made up. One change (same
// person, kind and At) queues one notice, however often it is noticed.
func (t *Tx) QueueNotice(n Notice) error {
	if n.Key == (Key{}) {
		n.Key = t.key
	}
	return queueNotice(t.ctx, t.tx, n)
}

// AppendAudit appends to the audit log if the change is kept. A zero Key is the
// account's own, a zero At is now.
func (t *Tx) AppendAudit(e Entry) error {
	if e.Key == (Key{}) {
		e.Key = t.key
	}
	return appendAudit(t.ctx, t.tx, e)
}

// DropWork takes from the account's person what was made with the grant so far:
// previews and undos that are open are dropped, and what was remembered is forgotten.
func (t *Tx) DropWork() error {
	const drop = `UPDATE proposals SET status = 'dropped', changed_at = $1
		WHERE team_id = $2 AND user_id = $3 AND status IN ('open', 'applied')`
	if _, err := t.tx.ExecContext(t.ctx, drop, micros(time.Now()), t.key.TeamID, t.key.UserID); err != nil {
		return err
	}
	_, err := t.tx.ExecContext(t.ctx, `DELETE FROM memory WHERE team_id = $1 AND user_id = $2`, t.key.TeamID, t.key.UserID)
	return err
}

// Holders returns whose accounts hold a sealed pair of this Linear identity,
// the account being changed included.
func (t *Tx) Holders(orgID, viewerID string) ([]Key, error) {
	const query = `SELECT team_id, user_id FROM accounts
		WHERE org_id = $1 AND viewer_id = $2 AND sealed IS NOT NULL ORDER BY team_id, user_id`
	rows, err := t.tx.QueryContext(t.ctx, query, orgID, viewerID)
	return collect(rows, err, func(r row) (k Key, err error) {
		return k, r.Scan(&k.TeamID, &k.UserID)
	})
}
