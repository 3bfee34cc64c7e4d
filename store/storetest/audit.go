package storetest

import (
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linearbot/store"
)

func entry(i int) store.Entry {
	return store.Entry{
		At: noon.Add(time.Duration(i) * time.Minute), Key: alice, Action: "linear_issue_update",
		Target: fmt.Sprint("ENG-", i), Result: "ok", Ref: fmt.Sprint("ref-", i), Source: "command",
	}
}

func wantWhole(t *testing.T, db *store.DB, want int64) {
	t.Helper()
	if broken, err := db.VerifyAudit(t.Context()); broken != want || err != nil {
		t.Errorf("VerifyAudit = %d, %v, want %d", broken, err, want)
	}
}

func auditFiltered(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	wantWhole(t, db, 0)
	for i := 1; i <= 6; i++ {
		e := entry(i)
		if i == 2 {
			e.Key, e.Action, e.Result = bob, "connect", "denied"
		}
		if err := db.AppendAudit(t.Context(), e); err != nil {
			t.Fatalf("AppendAudit = %v", err)
		}
	}
	_, err := db.UpdateAccount(t.Context(), ensure(t, db, alice).Key, func(tx *store.Tx, a store.Account) (store.Account, error) {
		return a, tx.AppendAudit(store.Entry{At: noon.Add(7 * time.Minute), Action: "disconnect", Target: "ENG-7"})
	})
	if err != nil {
		t.Fatalf("AppendAudit in a change = %v", err)
	}
	tests := []struct {
		name   string
		filter store.AuditFilter
		want   string
	}{
		{"all", store.AuditFilter{}, "7 6 5 4 3 2 1"},
		{"by person", store.AuditFilter{Key: bob}, "2"},
		{"by action", store.AuditFilter{Action: "disconnect", Key: alice}, "7"},
		{"by result", store.AuditFilter{Result: "denied"}, "2"},
		{"from", store.AuditFilter{From: noon.Add(5 * time.Minute)}, "7 6 5"},
		{"to", store.AuditFilter{To: noon.Add(3 * time.Minute)}, "2 1"},
		{"a page", store.AuditFilter{Before: 6, Limit: 2}, "5 4"},
	}
	for _, test := range tests {
		entries, err := db.Audit(t.Context(), test.filter)
		var targets []string
		for _, e := range entries {
			targets = append(targets, strings.TrimPrefix(e.Target, "ENG-"))
		}
		if got := strings.Join(targets, " "); got != test.want || err != nil {
			t.Errorf("Audit %s = %q, %v, want %q", test.name, got, err, test.want)
		}
	}
	last, err := db.Audit(t.Context(), store.AuditFilter{Before: 2})
	if err != nil || len(last) != 1 {
		t.Fatalf("Audit = %v, %v, want one entry", last, err)
	}
	want := entry(1)
	want.Seq, want.Hash = 1, last[0].Hash
	if diff := cmp.Diff(want, last[0]); diff != "" || len(want.Hash) != 32 {
		t.Errorf("first entry (-want +got):\n%s", diff)
	}
	wantWhole(t, db, 0)
}

func auditContended(t *testing.T, dsn string) {
	handles := []*store.DB{openAt(t, dsn), openAt(t, dsn)}
	const writers, entries = 6, 10
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() {
			for j := range entries {
				if err := handles[i%2].AppendAudit(t.Context(), entry(100*i+j)); err != nil {
					t.Errorf("AppendAudit = %v", err)
				}
			}
		})
	}
	all.Wait()
	got, err := handles[0].Audit(t.Context(), store.AuditFilter{Limit: 1000})
	if len(got) != writers*entries || err != nil {
		t.Errorf("Audit = %d entries, %v, want %d", len(got), err, writers*entries)
	}
	wantWhole(t, handles[0], 0)
}

func appendFive(t *testing.T, db *store.DB) {
	t.Helper()
	for i := 1; i <= 5; i++ {
		if err := db.AppendAudit(t.Context(), entry(i)); err != nil {
			t.Fatalf("AppendAudit = %v", err)
		}
	}
}

func auditRefuses(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	appendFive(t, db)
	raw := behind(t, dsn)
	for _, statement := range []string{
		`UPDATE audit SET result = 'ok' WHERE seq = 2`,
		`DELETE FROM audit WHERE seq = 5`,
		`DELETE FROM audit`,
		`UPDATE audit_head SET seq = 4`,
		`DELETE FROM audit_head`,
	} {
		if _, err := raw.ExecContext(t.Context(), statement); err == nil {
			t.Errorf("%s was allowed", statement)
		}
	}
	wantWhole(t, db, 0)
}

func auditTampered(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	appendFive(t, db)
	raw := behind(t, dsn)
	removeTriggers(t, raw)
	tests := []struct {
		name, statement string
		want            int64
	}{
		{"a changed field", `UPDATE audit SET result = 'error' WHERE seq = 3`, 3},
		{"a changed time", `UPDATE audit SET at = at + 1 WHERE seq = 2`, 2},
		{"text moved to the next field", `UPDATE audit SET action = action || target, target = '' WHERE seq = 4`, 4},
		{"a changed hash", `UPDATE audit SET hash = (SELECT hash FROM audit WHERE seq = 1) WHERE seq = 4`, 4},
		{"a removed entry", `DELETE FROM audit WHERE seq = 3`, 3},
		{"the first removed", `DELETE FROM audit WHERE seq = 1`, 1},
		{"the last removed", `DELETE FROM audit WHERE seq = 5`, 5},
		{"two removed at the end", `DELETE FROM audit WHERE seq >= 4`, 4},
		{"all removed", `DELETE FROM audit`, 1},
		{"an entry too many", `INSERT INTO audit SELECT 6, at, team_id, user_id, action, target, result, ref, source, hash FROM audit WHERE seq = 5`, 6},
		{"the head turned back", `UPDATE audit_head SET seq = 3`, 4},
		{"the head's hash changed", `UPDATE audit_head SET hash = (SELECT hash FROM audit WHERE seq = 1)`, 5},
		{"the head removed", `DELETE FROM audit_head`, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { // one after the other: each undoes its damage
			keep := []string{
				`CREATE TABLE kept AS SELECT * FROM audit`, `CREATE TABLE kept_head AS SELECT * FROM audit_head`,
			}
			restore := []string{
				`DELETE FROM audit`, `INSERT INTO audit SELECT * FROM kept`, `DROP TABLE kept`,
				`DELETE FROM audit_head`, `INSERT INTO audit_head SELECT * FROM kept_head`, `DROP TABLE kept_head`,
			}
			exec(t, raw, append(keep, test.statement)...)
			wantWhole(t, db, test.want)
			exec(t, raw, restore...)
			wantWhole(t, db, 0)
		})
	}
}

func removeTriggers(t *testing.T, raw *sql.DB) {
	t.Helper()
	exec(t, raw, `DROP TRIGGER audit_no_update`, `DROP TRIGGER audit_no_delete`,
		`DROP TRIGGER audit_head_forward`, `DROP TRIGGER audit_head_stays`)
}

func exec(t *testing.T, raw *sql.DB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := raw.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}
