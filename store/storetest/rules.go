package storetest

import (
	"testing"

	"linearbot/store"
)

// badRowsRefused writes past all Go code what no row may ever be.
func badRowsRefused(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	connect(t, db, alice, noon)
	ensure(t, db, bob)
	propose(t, db, "p1", alice, noon)
	queue(t, db, store.Notice{ID: "n1", Kind: "revoked", At: noon})
	putTicket(t, db, store.LinkTicket, "secret", alice, noon)
	raw := behind(t, dsn)

	const ofAlice, ofBob = ` WHERE user_id = 'U061'`, ` WHERE user_id = 'U062'`
	for name, statement := range map[string]string{
		"an unknown state":                   `UPDATE accounts SET state = 'MAYBE'` + ofAlice,
		"an unknown actor":                   `UPDATE accounts SET actor = 'root'` + ofAlice,
		"ACTIVE without a pair":              `UPDATE accounts SET state = 'ACTIVE'` + ofBob,
		"DISCONNECTED with a pair":           `UPDATE accounts SET state = 'DISCONNECTED'` + ofAlice,
		"PENDING with a pair":                `UPDATE accounts SET state = 'PENDING'` + ofAlice,
		"an empty pair":                      `UPDATE accounts SET sealed = ''` + ofAlice,
		"a pair of nobody":                   `UPDATE accounts SET viewer_id = ''` + ofAlice,
		"a pair without an organisation":     `UPDATE accounts SET org_id = ''` + ofAlice,
		"a pair without an actor":            `UPDATE accounts SET actor = ''` + ofAlice,
		"refreshable without a pair":         `UPDATE accounts SET refreshable = TRUE` + ofBob,
		"ACTIVE, refreshable, never due":     `UPDATE accounts SET due_at = NULL` + ofAlice,
		"a lease without an owner":           `UPDATE accounts SET lease_until = 1, refresh_started_at = 1` + ofAlice,
		"an owner without a lease":           `UPDATE accounts SET lease_owner = 'a'` + ofAlice,
		"a lease without an intent":          `UPDATE accounts SET lease_owner = 'a', lease_until = 1` + ofAlice,
		"a lease without a pair":             `UPDATE accounts SET lease_owner = 'a', lease_until = 1, refresh_started_at = 1` + ofBob,
		"an intent without a pair":           `UPDATE accounts SET refresh_started_at = 1` + ofBob,
		"a negative version":                 `UPDATE accounts SET version = -1` + ofAlice,
		"an account of nobody":               `UPDATE accounts SET user_id = ''` + ofAlice,
		"two accounts of one person":         `UPDATE accounts SET user_id = 'U061'` + ofBob,
		"a candidate of no account":          candidateRow(`'unknown'`, `'user'`, `'x'`),
		"a candidate with an unknown actor":  candidateRow(`(SELECT id FROM accounts`+ofBob+`)`, `''`, `'x'`),
		"a candidate with an empty pair":     candidateRow(`(SELECT id FROM accounts`+ofBob+`)`, `'user'`, `''`),
		"a ticket without a hash":            `UPDATE tickets SET hash = ''`,
		"a ticket that never expires":        `UPDATE tickets SET expires_at = NULL`,
		"a ticket of nobody":                 `UPDATE tickets SET user_id = ''`,
		"a finished envelope with a body":    `INSERT INTO inbox (id, kind, body, received_at, attempts, done) VALUES ('e', 'k', 'b', 1, 1, TRUE)`,
		"an envelope without an id":          `INSERT INTO inbox (id, kind, body, received_at, attempts, done) VALUES ('', 'k', NULL, 1, 1, TRUE)`,
		"a notice with an unknown status":    `UPDATE notices SET status = 'maybe'`,
		"a notice sent at no time":           `UPDATE notices SET status = 'sent'`,
		"a proposal with an unknown status":  `UPDATE proposals SET status = 'maybe'`,
		"a proposal of nobody":               `UPDATE proposals SET user_id = ''`,
		"a setting without a name":           `INSERT INTO settings (team_id, subject, name, value) VALUES ('T', '', '', '1')`,
		"a second audit head":                `INSERT INTO audit_head (id, seq, hash) VALUES (2, 0, '')`,
		"an audit entry without a hash":      `INSERT INTO audit VALUES (1, 1, 'T', 'U', 'a', '', '', '', '', '')`,
		"an audit entry that says nothing":   `INSERT INTO audit VALUES (1, 1, 'T', 'U', '', '', '', '', '', zeroblob(32))`,
		"an audit entry before the first":    `INSERT INTO audit VALUES (0, 1, 'T', 'U', 'a', '', '', '', '', zeroblob(32))`,
		"a migration that ran a second time": `INSERT INTO goose_db_version (version_id, is_applied) VALUES (1, 1)`,
	} {
		if _, err := raw.ExecContext(t.Context(), statement); err == nil {
			t.Errorf("%s was allowed: %s", name, statement)
		}
	}
}

func candidateRow(account, actor, sealed string) string {
	return `INSERT INTO candidates (account_id, actor, scopes, org_id, org_name, org_url_key, viewer_id, viewer_name,
		viewer_email, sealed, refreshable, code_tries, created_at)
		VALUES (` + account + `, ` + actor + `, '', 'o', '', '', 'v', '', '', ` + sealed + `, FALSE, 0, 1)`
}

func twoHandles(t *testing.T, dsn string) {
	one, two := openAt(t, dsn), openAt(t, dsn)
	a := connect(t, one, alice, noon)
	for i := range 20 {
		writer, reader := one, two
		if i%2 == 1 {
			writer, reader = two, one
		}
		c := claim(t, writer, a.ID, "a", noon)
		if got := read(t, reader, alice); got.Epoch != c.Epoch || got.LeaseOwner != "a" {
			t.Fatalf("the other handle reads epoch %d, owner %q, want %d, a", got.Epoch, got.LeaseOwner, c.Epoch)
		}
		if err := reader.ReleaseRefresh(t.Context(), a.ID, c.Epoch, false, noon); err != nil {
			t.Fatalf("ReleaseRefresh on the other handle = %v", err)
		}
	}
}
