package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"
)

// defaultPage is how many rows a list returns when no limit is given.
const defaultPage = 100

// AccountFilter selects accounts; an empty field selects all.
type AccountFilter struct {
	State    State
	Name     string // part of the Linear name, the Linear e-mail or the Slack user id
	TeamID   string // of Key
	OrgID    string // Linear's
	ViewerID string // Linear's

	After string // the next of the page before
	Limit int    // rows per page; 100 if 0
}

// EnsureAccount returns the account of key and makes a PENDING one if there is
// none. Of many callers at once exactly one is told that it created it.
func (db *DB) EnsureAccount(ctx context.Context, key Key, homeTeamID string) (a Account, created bool, err error) {
	a, err = db.Account(ctx, key)
	if !errors.Is(err, ErrNotFound) {
		return a, false, err
	}
	const insert = `INSERT INTO accounts (id, team_id, user_id, home_team_id, state, cause, actor, scopes,
		org_id, org_name, org_url_key, viewer_id, viewer_name, viewer_email, refreshable, suspect, shared,
		version, epoch, lease_owner, created_at, changed_at)
		VALUES ($1, $2, $3, $4, $5, '', '', '', '', '', '', '', '', '', FALSE, FALSE, FALSE, 0, 0, '', $6, $6)
		ON CONFLICT (team_id, user_id) DO NOTHING RETURNING ` + accountColumns
	a, err = scanAccount(db.write.QueryRowContext(ctx, insert,
		rand.Text(), key.TeamID, key.UserID, homeTeamID, Pending, micros(time.Now())))
	if errors.Is(err, ErrNotFound) {
		a, err = db.Account(ctx, key)
		return a, false, err
	}
	if err != nil {
		return Account{}, false, fmt.Errorf("create account %s: %w", key, err)
	}
	return a, true, nil
}

// Account returns the account of key, or ErrNotFound.
func (db *DB) Account(ctx context.Context, key Key) (Account, error) {
	const query = `SELECT ` + accountColumns + ` FROM accounts WHERE team_id = $1 AND user_id = $2`
	a, err := scanAccount(db.read.QueryRowContext(ctx, query, key.TeamID, key.UserID))
	if err != nil {
		return Account{}, fmt.Errorf("read account %s: %w", key, err)
	}
	return a, nil
}

// AccountByID returns the account with this id, or ErrNotFound.
func (db *DB) AccountByID(ctx context.Context, id string) (Account, error) {
	const query = `SELECT ` + accountColumns + ` FROM accounts WHERE id = $1`
	a, err := scanAccount(db.read.QueryRowContext(ctx, query, id))
	if err != nil {
		return Account{}, fmt.Errorf("read account %s: %w", id, err)
	}
	return a, nil
}

// Accounts returns one page of accounts in the order of their keys. next is the
// AccountFilter.After of the page that follows, empty on the last one.
func (db *DB) Accounts(ctx context.Context, f AccountFilter) (page []Account, next string, err error) {
	const query = `SELECT ` + accountColumns + ` FROM accounts
		WHERE (team_id, user_id) > ($1, $2)
		AND ($3 = '' OR state = $3)
		AND ($4 = '' OR team_id = $4)
		AND ($5 = '' OR org_id = $5)
		AND ($6 = '' OR viewer_id = $6)
		AND (lower(viewer_name) LIKE lower($7) ESCAPE '\'
			OR lower(viewer_email) LIKE lower($7) ESCAPE '\'
			OR lower(user_id) LIKE lower($7) ESCAPE '\')
		ORDER BY team_id, user_id LIMIT $8`
	afterTeam, afterUser, _ := strings.Cut(f.After, "/")
	limit := cmp.Or(max(f.Limit, 0), defaultPage)
	rows, err := db.read.QueryContext(ctx, query, afterTeam, afterUser, f.State, f.TeamID, f.OrgID, f.ViewerID,
		containing(f.Name), limit+1)
	page, err = collect(rows, err, scanAccount)
	if err != nil {
		return nil, "", fmt.Errorf("list accounts: %w", err)
	}
	if len(page) > limit {
		page = page[:limit]
		next = page[limit-1].Key.String()
	}
	return page, next, nil
}

// containing is the LIKE pattern for texts that contain part.
func containing(part string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(part) + "%"
}

// CountAccounts returns how many accounts are in each state that occurs.
func (db *DB) CountAccounts(ctx context.Context) (map[State]int, error) {
	type tally struct {
		state State
		n     int
	}
	rows, err := db.read.QueryContext(ctx, `SELECT state, count(*) FROM accounts GROUP BY state`)
	tallies, err := collect(rows, err, func(r row) (t tally, err error) {
		return t, r.Scan(&t.state, &t.n)
	})
	if err != nil {
		return nil, fmt.Errorf("count accounts: %w", err)
	}
	counts := make(map[State]int, len(tallies))
	for _, t := range tallies {
		counts[t.state] = t.n
	}
	return counts, nil
}

// TouchAccount notes that the account was used in the hour of now. It writes
// once an hour; between that it costs a read. An unknown key is ErrNotFound.
func (db *DB) TouchAccount(ctx context.Context, key Key, now time.Time) error {
	hour := micros(now.UTC().Truncate(time.Hour))
	var stale bool
	const read = `SELECT last_used_at IS NULL OR last_used_at < $1 FROM accounts WHERE team_id = $2 AND user_id = $3`
	err := found(db.read.QueryRowContext(ctx, read, hour, key.TeamID, key.UserID).Scan(&stale))
	if err == nil && stale {
		const update = `UPDATE accounts SET last_used_at = $1
			WHERE team_id = $2 AND user_id = $3 AND (last_used_at IS NULL OR last_used_at < $1)`
		_, err = db.write.ExecContext(ctx, update, hour, key.TeamID, key.UserID)
	}
	if err != nil {
		return fmt.Errorf("touch account %s: %w", key, err)
	}
	return nil
}
