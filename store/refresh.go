package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Due returns up to limit accounts whose refresh is to begin or to go on: ACTIVE,
// refreshable, due and under no live lease. What was begun and not ended comes
// first, longest begun first: Linear's replay window runs. The rest is longest due
// first. A claim moves the due time to the end of its lease, so an account whose
// refresh broke off is due again when the lease is over, and not before. No
// refresh that was begun waits longer than patience: a due time later than that
// says that the clock was set back, and counts as come.
func (db *DB) Due(ctx context.Context, now time.Time, patience time.Duration, limit int) ([]Account, error) {
	begun, err := db.listAccounts(ctx, "list begun refreshes", begunQuery, micros(now), micros(now.Add(patience)), limit)
	if err != nil {
		return nil, err
	}
	rest, err := db.listAccounts(ctx, "list due accounts", dueQuery, micros(now), limit-len(begun))
	return append(begun, rest...), err
}

// Each is served by a partial index, which names its conditions word for word.
const (
	begunQuery = `SELECT ` + accountColumns + ` FROM accounts
		WHERE state = 'ACTIVE' AND refreshable AND refresh_started_at IS NOT NULL
		AND (due_at <= $1 OR due_at > $2) AND (lease_until IS NULL OR lease_until <= $1 OR lease_until > $2)
		ORDER BY refresh_started_at LIMIT $3`
	dueQuery = `SELECT ` + accountColumns + ` FROM accounts
		WHERE state = 'ACTIVE' AND refreshable AND due_at <= $1 AND refresh_started_at IS NULL
		ORDER BY due_at LIMIT $2`
	probeQuery = `SELECT ` + accountColumns + ` FROM accounts
		WHERE state = 'ACTIVE' AND probe_at <= $1 ORDER BY probe_at LIMIT $2`
)

// ProbeDue returns up to limit ACTIVE accounts that the slow probe is to look
// at, longest due first.
func (db *DB) ProbeDue(ctx context.Context, now time.Time, limit int) ([]Account, error) {
	return db.listAccounts(ctx, "list accounts to probe", probeQuery, micros(now), limit)
}

func (db *DB) listAccounts(ctx context.Context, doing, query string, args ...any) ([]Account, error) {
	rows, err := db.read.QueryContext(ctx, query, args...)
	accounts, err := collect(rows, err, scanAccount)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	return accounts, nil
}

// ClaimRefresh takes the lease on an ACTIVE account for owner until now+lease
// and returns the account as it is then: Epoch is one up, RefreshStartedAt is
// the first try of the refresh under way. ErrHeld: the lease of somebody else
// (or of owner itself) still runs; one that would run twice as long was taken
// before the clock was set back, and is over. (Once would be too sharp: who waited
// for the write lock read the clock before the holder did.) ErrFenced: the account is no longer ACTIVE.
func (db *DB) ClaimRefresh(ctx context.Context, id, owner string, now time.Time, lease time.Duration) (Account, error) {
	const claim = `UPDATE accounts SET lease_owner = $1, lease_until = $2, due_at = $2,
		refresh_started_at = COALESCE(refresh_started_at, $3), epoch = epoch + 1
		WHERE id = $4 AND state = 'ACTIVE' AND (lease_until IS NULL OR lease_until <= $3 OR lease_until > $5)
		RETURNING ` + accountColumns
	var a Account
	err := db.together(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		a, err = scanAccount(tx.QueryRowContext(ctx, claim, owner, micros(now.Add(lease)), micros(now), id, micros(now.Add(2*lease))))
		return err
	})
	if errors.Is(err, ErrNotFound) {
		err = db.whyUnclaimed(ctx, id)
	}
	if err != nil {
		return Account{}, fmt.Errorf("claim refresh of account %s: %w", id, err)
	}
	return a, nil
}

// whyUnclaimed says why a claim matched no row.
func (db *DB) whyUnclaimed(ctx context.Context, id string) error {
	a, err := db.AccountByID(ctx, id)
	if err != nil {
		return err
	}
	if a.State != Active {
		return ErrFenced
	}
	return ErrHeld
}

// SaveRefresh stores the pair that a refresh brought: Sealed, Refreshable,
// ExpiresAt and, if there are any, Scopes of g. Whose grant it is stays as it
// was: a refresh cannot change that. Version goes one up; intent and lease are
// cleared; an account from a restored backup is proven. State stays, and need
// not be ACTIVE any more: whoever blocked the account meanwhile kept its grant,
// and Linear now knows only the new pair. ErrFenced: version or epoch have moved
// on, or the grant is gone; nothing was written and the new pair is not to be used.
func (db *DB) SaveRefresh(ctx context.Context, id string, version, epoch int64, g Grant, dueAt, now time.Time) error {
	const save = `UPDATE accounts SET sealed = $1, refreshable = $2, expires_at = $3,
		scopes = CASE WHEN $4 = '' THEN scopes ELSE $4 END,
		due_at = $5, refreshed_at = $6, suspect = FALSE, version = version + 1,
		lease_owner = '', lease_until = NULL, refresh_started_at = NULL
		WHERE id = $7 AND version = $8 AND epoch = $9 AND lease_until IS NOT NULL`
	err := db.executeTogether(ctx, ErrFenced, save, cell(g.Sealed), g.Refreshable, micros(g.ExpiresAt), joinScopes(g.Scopes),
		micros(dueAt), micros(now), id, version, epoch)
	if err != nil {
		return fmt.Errorf("save refresh of account %s: %w", id, err)
	}
	return nil
}

// ReleaseRefresh gives the lease of this epoch back without a new pair; the
// account is due again at dueAt. keepIntent says that the token was sent and may
// have been used up: the next claim continues this refresh. Without it the
// intent is cleared: Linear has certainly not acted. ErrFenced: the lease is
// another's by now, or was given back.
func (db *DB) ReleaseRefresh(ctx context.Context, id string, epoch int64, keepIntent bool, dueAt time.Time) error {
	const release = `UPDATE accounts SET due_at = $1,
		refresh_started_at = CASE WHEN $2 THEN refresh_started_at ELSE NULL END,
		lease_owner = '', lease_until = NULL
		WHERE id = $3 AND epoch = $4 AND lease_until IS NOT NULL`
	err := db.executeTogether(ctx, ErrFenced, release, micros(dueAt), keepIntent, id, epoch)
	if err != nil {
		return fmt.Errorf("release refresh of account %s: %w", id, err)
	}
	return nil
}
