package store

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
)

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

// AuditFilter selects audit entries; a zero field selects all.
type AuditFilter struct {
	Key      Key
	Action   string
	Result   string
	From, To time.Time // From ≤ At < To
	Before   int64     // Seq is below this: the last Seq of the page before
	Limit    int       // 100 if 0
}

const auditColumns = `seq, at, team_id, user_id, action, target, result, ref, source, hash`

func scanEntry(r row) (Entry, error) {
	var e Entry
	err := r.Scan(&e.Seq, instant{&e.At}, &e.Key.TeamID, &e.Key.UserID, &e.Action, &e.Target, &e.Result, &e.Ref, &e.Source, &e.Hash)
	return e, found(err)
}

// AppendAudit appends e to the audit log and chains it to the entry before. Seq
// and Hash are given by the log; a zero At is now.
func (db *DB) AppendAudit(ctx context.Context, e Entry) error {
	return db.transact(ctx, "append to audit log", func(tx *sql.Tx) error {
		return appendAudit(ctx, tx, e)
	})
}

func appendAudit(ctx context.Context, tx *sql.Tx, e Entry) error {
	if e.At.IsZero() {
		e.At = time.Now()
	}
	e.At = time.UnixMicro(e.At.UnixMicro()).UTC() // as it will be read when the chain is verified
	var previous []byte
	// Updating the head first makes writers wait for each other in any database.
	err := tx.QueryRowContext(ctx, `UPDATE audit_head SET seq = seq + 1 WHERE id = 1 RETURNING seq, hash`).Scan(&e.Seq, &previous)
	if err != nil {
		return fmt.Errorf("move audit head: %w", found(err))
	}
	e.Hash = chain(previous, e)
	const insert = `INSERT INTO audit (` + auditColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	_, err = tx.ExecContext(ctx, insert, e.Seq, micros(e.At), e.Key.TeamID, e.Key.UserID, e.Action, e.Target, e.Result,
		e.Ref, e.Source, e.Hash)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE audit_head SET hash = $1 WHERE id = 1`, e.Hash)
	return err
}

// chain is the hash of e after the entry whose hash is previous: SHA-256 over
// previous, Seq, At in microseconds, and each text with its length before it,
// all numbers as eight bytes, big end first.
func chain(previous []byte, e Entry) []byte {
	sum := append([]byte(nil), previous...)
	sum = binary.BigEndian.AppendUint64(sum, uint64(e.Seq))
	sum = binary.BigEndian.AppendUint64(sum, uint64(e.At.UnixMicro()))
	for _, text := range []string{e.Key.TeamID, e.Key.UserID, e.Action, e.Target, e.Result, e.Ref, e.Source} {
		sum = binary.BigEndian.AppendUint64(sum, uint64(len(text)))
		sum = append(sum, text...)
	}
	hash := sha256.Sum256(sum)
	return hash[:]
}

// Audit returns entries of the audit log, newest first.
func (db *DB) Audit(ctx context.Context, f AuditFilter) ([]Entry, error) {
	const query = `SELECT ` + auditColumns + ` FROM audit
		WHERE ($1 = '' OR team_id = $1) AND ($2 = '' OR user_id = $2)
		AND ($3 = '' OR action = $3) AND ($4 = '' OR result = $4)
		AND ($5 IS NULL OR at >= $5) AND ($6 IS NULL OR at < $6)
		AND seq < $7 ORDER BY seq DESC LIMIT $8`
	rows, err := db.read.QueryContext(ctx, query, f.Key.TeamID, f.Key.UserID, f.Action, f.Result,
		micros(f.From), micros(f.To), cmp.Or(f.Before, math.MaxInt64), cmp.Or(max(f.Limit, 0), defaultPage))
	entries, err := collect(rows, err, scanEntry)
	if err != nil {
		return nil, fmt.Errorf("read audit log: %w", err)
	}
	return entries, nil
}

// VerifyAudit follows the chain from its first entry and returns the sequence
// number of the first that is changed, missing or too much, 0 if the log is
// whole. Entries missing at the end are noticed by the head row. Somebody who
// may write the file can forge chain and head together: keep an exported Hash
// elsewhere to notice that too.
func (db *DB) VerifyAudit(ctx context.Context) (broken int64, err error) {
	tx, err := db.read.BeginTx(ctx, nil) // entries and head of one moment
	if err != nil {
		return 0, fmt.Errorf("verify audit log: %w", err)
	}
	defer tx.Rollback() // it only read
	broken, err = verify(ctx, tx)
	if err != nil {
		return 0, fmt.Errorf("verify audit log: %w", err)
	}
	return broken, nil
}

func verify(ctx context.Context, tx *sql.Tx) (broken int64, err error) {
	var last int64
	var hash, previous []byte
	err = tx.QueryRowContext(ctx, `SELECT seq, hash FROM audit_head WHERE id = 1`).Scan(&last, &hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT `+auditColumns+` FROM audit ORDER BY seq`)
	if err != nil {
		return 0, err
	}
	defer rows.Close() // rows.Err has told all there is
	expected := int64(1)
	for ; rows.Next(); expected++ {
		e, err := scanEntry(rows)
		if err != nil {
			return 0, err
		}
		if e.Seq != expected || e.Seq > last || !bytes.Equal(e.Hash, chain(previous, e)) {
			return expected, nil
		}
		previous = e.Hash
	}
	if err := rows.Err(); err != nil {
		return 0, err
	}
	if expected <= last {
		return expected, nil
	}
	if !bytes.Equal(previous, hash) {
		return max(last, 1), nil
	}
	return 0, nil
}
