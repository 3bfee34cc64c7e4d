package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"linearbot/store"
	"linearbot/store/storetest"
)

var (
	noon  = time.Date(2026, time.March, 5, 12, 0, 0, 0, time.UTC)
	alice = store.Key{TeamID: "T024", UserID: "U061"}
)

// crowd opens a database of n+1 ACTIVE accounts; account i is due i minutes
// after noon, alice with the first.
func crowd(tb testing.TB, n int) (*store.DB, *sql.DB) {
	tb.Helper()
	dsn := storetest.FreshFile(tb)
	db, err := store.Open(tb.Context(), dsn)
	if err != nil {
		tb.Fatal(err)
	}
	raw, err := sql.Open("sqlite3", strings.TrimPrefix(dsn, "sqlite:"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := raw.Close(); err != nil {
			tb.Error(err)
		}
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	connect(tb, db, alice)
	const multiply = `WITH RECURSIVE series (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM series WHERE i < ?1)
		INSERT INTO accounts SELECT 'A' || i, team_id, 'U9' || i, home_team_id, state, cause,
		actor, scopes, org_id, org_name, org_url_key, 'viewer-' || i, viewer_name, viewer_email, sealed, refreshable, expires_at,
		due_at + i * 60000000, probe_at + i * 60000000, suspect, shared, version, epoch, lease_owner, lease_until, refresh_started_at,
		created_at, connected_at, changed_at, last_used_at, refreshed_at FROM accounts, series`
	if _, err := raw.ExecContext(tb.Context(), multiply, n); err != nil {
		tb.Fatal(err)
	}
	return db, raw
}

const patience = 5 * time.Minute

func connect(tb testing.TB, db *store.DB, key store.Key) store.Account {
	tb.Helper()
	if _, _, err := db.EnsureAccount(tb.Context(), key, "T024"); err != nil {
		tb.Fatal(err)
	}
	a, err := db.UpdateAccount(tb.Context(), key, func(_ *store.Tx, a store.Account) (store.Account, error) {
		a.State, a.DueAt, a.ProbeAt = store.Active, noon, noon
		a.Grant = store.Grant{
			Actor: "user", Scopes: []string{"read", "write"}, OrgID: "org-1", OrgName: "Acme", OrgURLKey: "acme",
			ViewerID: "viewer of " + key.UserID, ViewerName: "Alice", ViewerEmail: "alice@acme.test",
			Sealed: make([]byte, 400), Refreshable: true, ExpiresAt: noon.Add(24 * time.Hour),
		}
		return a, nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

func TestDueScansUseTheirIndex(t *testing.T) {
	t.Parallel()
	db, raw := crowd(t, 10_000)
	for index, query := range map[string]string{
		"accounts_begun": store.BegunQuery, "accounts_due": store.DueQuery, "accounts_probe": store.ProbeQuery,
	} {
		plan := explain(t, raw, query)
		if want := "SEARCH accounts USING INDEX " + index; !strings.HasPrefix(plan, want) || strings.Contains(plan, "SORT") ||
			strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("plan = %q, want one %s and no sorting", plan, want)
		}
	}
	due, err := db.Due(t.Context(), noon.Add(49*time.Minute), patience, 100)
	if len(due) != 50 || err != nil {
		t.Errorf("Due = %d accounts, %v, want 50 of 10,001", len(due), err)
	}
}

// explain is SQLite's plan of a query, one step after the other.
func explain(tb testing.TB, raw *sql.DB, query string) string {
	tb.Helper()
	rows, err := raw.QueryContext(tb.Context(), "EXPLAIN QUERY PLAN "+query, 0, 0, 100) // as many as the longest takes
	if err != nil {
		tb.Fatal(err)
	}
	defer rows.Close() // rows.Err has told all there is
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			tb.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	return strings.Join(steps, "; ")
}

// A request's context can be canceled, which costs SQLite's driver something.
func BenchmarkAccount(b *testing.B) {
	db, _ := crowd(b, 10_000)
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	for b.Loop() {
		if _, err := db.Account(ctx, alice); err != nil {
			b.Fatal(err)
		}
	}
}

// Of 10,001 accounts none, ten or a hundred are due.
func BenchmarkDue(b *testing.B) {
	db, _ := crowd(b, 10_000)
	for _, want := range []int{0, 10, 100} {
		b.Run(fmt.Sprint(want), func(b *testing.B) {
			now := noon.Add(time.Duration(want)*time.Minute - time.Second)
			for b.Loop() {
				due, err := db.Due(b.Context(), now, patience, 1000)
				if len(due) != want || err != nil {
					b.Fatalf("Due = %d accounts, %v, want %d", len(due), err, want)
				}
			}
		})
	}
}

// One refresh is two commits, each on the disk when it returns.
func BenchmarkRefresh(b *testing.B) {
	db, _ := crowd(b, 10_000)
	a, err := db.Account(b.Context(), alice)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		c, err := db.ClaimRefresh(b.Context(), a.ID, "a", noon, time.Minute)
		if err != nil {
			b.Fatal(err)
		}
		if err := db.SaveRefresh(b.Context(), c.ID, c.Version, c.Epoch, c.Grant, noon, noon); err != nil {
			b.Fatal(err)
		}
	}
}
