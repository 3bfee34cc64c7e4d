// Package storetest holds a database to the contract of package store, and
// lends a fresh one to the tests of other packages.
//
//	func TestSQLite(t *testing.T) { storetest.Run(t, freshFile) }
//	db := storetest.Open(t)
package storetest

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3" // for connections beside the store's own

	"linearbot/store"
)

// Open returns a new empty database that is closed when the test ends. In a
// synctest bubble call it with the bubble's own t.
func Open(t testing.TB) *store.DB {
	t.Helper()
	return openAt(t, FreshFile(t))
}

// FreshFile returns the DSN of a SQLite file that is not there yet.
func FreshFile(t testing.TB) (dsn string) {
	return "sqlite:" + filepath.Join(t.TempDir(), "store.db")
}

// Run runs the whole suite. Each test asks fresh for the DSN of an empty
// database of its own; some open it twice, some reach behind the store's back.
func Run(t *testing.T, fresh func(t testing.TB) (dsn string)) {
	tests := []struct {
		name string
		test func(t *testing.T, dsn string)
	}{
		{"an account is made once", accountMadeOnce},
		{"an update keeps every field", updateKeepsFields},
		{"an update that fails changes nothing", updateFails},
		{"an update cannot turn back counters or change identity", updateGuards},
		{"an account without a pair has no lease and no due time", updateSettles},
		{"an account is touched once an hour", touchHourly},
		{"accounts are filtered and paged", accountsFiltered},
		{"accounts are counted by state", accountsCounted},
		{"one Linear identity serves one person", identityOnce},
		{"a candidate waits beside the account", candidateBeside},
		{"updates from many sides all count", updatesContend},

		{"due accounts come in order", dueInOrder},
		{"refreshes that were begun come first", begunFirst},
		{"a clock set back keeps nobody waiting", clockSetBack},
		{"accounts to probe come in order", probeInOrder},
		{"a claim excludes others until it is over", claimExcludes},
		{"one of many claims wins", claimsContend},
		{"a save stores the pair and nothing else", saveStores},
		{"a save keeps the pair of a blocked account", saveBlocked},
		{"a stale save writes nothing", saveFenced},
		{"a release keeps or clears the intent", releaseIntent},
		{"any history of refreshes matches the model", refreshModel},

		{"a ticket is good for one use", ticketOnce},
		{"a ticket expires", ticketExpires},
		{"fifty takers get one ticket", ticketContended},
		{"held tickets come oldest first", ticketsOfPerson},

		{"an envelope is received once", envelopeOnce},
		{"unfinished envelopes come back when their lease is over", envelopeUnfinished},
		{"an envelope that was put off comes back then", envelopeDeferred},
		{"what a gone process held is free at once", leasesEnd},
		{"a change queues one notice", noticeOnce},
		{"a notice is claimed by one of two owners", noticesContend},
		{"a notice is retried, sent, or given up", noticeLife},
		{"sent notices are listed by kind", noticesSent},

		{"a proposal moves once", proposalMoves},
		{"a proposal moves for its owner before it expires", proposalGuards},
		{"the latest proposal is found", proposalLatest},
		{"memory expires", memoryExpires},
		{"changes of a memory from many sides all count", memoryContends},
		{"settings belong to their subject", settingsBySubject},
		{"settings of several subjects change together", settingsTogether},
		{"purge removes what is over", purgeRemoves},

		{"the audit log is filtered and paged", auditFiltered},
		{"the audit log is whole after many writers", auditContended},
		{"the audit log refuses changes", auditRefuses},
		{"tampering with the audit log is named", auditTampered},

		{"bad rows are refused", badRowsRefused},
		{"two handles see each other's changes", twoHandles},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.test(t, fresh(t))
		})
	}
}

// noon is the moment at which most tests play.
var noon = time.Date(2026, time.March, 5, 12, 0, 0, 123456000, time.UTC)

var (
	alice = store.Key{TeamID: "T024", UserID: "U061"}
	bob   = store.Key{TeamID: "T024", UserID: "U062"}
)

func openAt(t testing.TB, dsn string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatalf("Open(%s) = %v", dsn, err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
	return db
}

// behind opens a plain connection to the same database: a bad program, or
// somebody with the file in their hands.
func behind(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	path := strings.TrimPrefix(dsn, "sqlite:")
	raw, err := sql.Open("sqlite3", "file:"+path+"?_busy_timeout=10000&_foreign_keys=on&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := raw.Close(); err != nil {
			t.Errorf("close plain connection: %v", err)
		}
	})
	return raw
}

// grantOf is a grant of the Linear user who belongs to key in these tests.
func grantOf(key store.Key) store.Grant {
	return store.Grant{
		Actor: "user", Scopes: []string{"read", "write"},
		OrgID: "org-1", OrgName: "Acme", OrgURLKey: "acme",
		ViewerID: "viewer-" + key.UserID, ViewerName: "Viewer of " + key.UserID, ViewerEmail: strings.ToLower(key.UserID) + "@acme.test",
		Sealed: []byte("sealed pair 1"), Refreshable: true, ExpiresAt: noon.Add(24 * time.Hour),
	}
}

// connect makes key's account ACTIVE and due at dueAt.
func connect(t testing.TB, db *store.DB, key store.Key, dueAt time.Time) store.Account {
	t.Helper()
	ensure(t, db, key)
	return change(t, db, key, func(a *store.Account) {
		a.State, a.Grant = store.Active, grantOf(key)
		a.DueAt, a.ProbeAt = dueAt, dueAt
		a.Version++
		a.ConnectedAt, a.ChangedAt = noon, noon
	})
}

func ensure(t testing.TB, db *store.DB, key store.Key) store.Account {
	t.Helper()
	a, _, err := db.EnsureAccount(t.Context(), key, "T024")
	if err != nil {
		t.Fatalf("EnsureAccount(%s) = %v", key, err)
	}
	return a
}

// change applies set to key's account.
func change(t testing.TB, db *store.DB, key store.Key, set func(*store.Account)) store.Account {
	t.Helper()
	a, err := db.UpdateAccount(t.Context(), key, func(_ *store.Tx, a store.Account) (store.Account, error) {
		set(&a)
		return a, nil
	})
	if err != nil {
		t.Fatalf("UpdateAccount(%s) = %v", key, err)
	}
	return a
}

func read(t testing.TB, db *store.DB, key store.Key) store.Account {
	t.Helper()
	a, err := db.Account(t.Context(), key)
	if err != nil {
		t.Fatalf("Account(%s) = %v", key, err)
	}
	return a
}
