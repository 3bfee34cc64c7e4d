package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// LeaseOwners names the processes that hold work: envelopes, refreshes, notices.
func (db *DB) LeaseOwners(ctx context.Context) ([]string, error) {
	const query = `SELECT owner FROM inbox WHERE NOT done AND owner <> ''
		UNION SELECT lease_owner FROM accounts WHERE lease_owner <> ''
		UNION SELECT owner FROM notices WHERE status = 'due' AND owner <> ''`
	rows, err := db.read.QueryContext(ctx, query)
	owners, err := collect(rows, err, func(r row) (owner string, err error) {
		err = r.Scan(&owner)
		return owner, err
	})
	if err != nil {
		return nil, fmt.Errorf("list owners of leases: %w", err)
	}
	return owners, nil
}

// EndLeases lets others take at once what owner, a process that is gone, held:
// as if the leases had run out now. A refresh stays begun.
func (db *DB) EndLeases(ctx context.Context, owner string, now time.Time) error {
	return db.transact(ctx, "end leases of "+owner, func(tx *sql.Tx) error {
		for _, update := range []string{
			`UPDATE inbox SET due_at = $1 WHERE owner = $2 AND NOT done AND due_at > $1`,
			`UPDATE accounts SET lease_until = $1, due_at = $1 WHERE lease_owner = $2 AND lease_until > $1`,
			`UPDATE notices SET due_at = $1 WHERE owner = $2 AND status = 'due' AND due_at > $1`,
		} {
			if _, err := tx.ExecContext(ctx, update, micros(now), owner); err != nil {
				return err
			}
		}
		return nil
	})
}
