package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linearbot/store"
)

// auditCmd are the verbs on the audit log.
type auditCmd struct {
	Export auditExportCmd `cmd:"" help:"Write the log as JSON lines, newest first."`
	Verify auditVerifyCmd `cmd:"" help:"Follow the hash chain and name the first entry that was changed or removed."`
}

type (
	auditExportCmd struct{}
	auditVerifyCmd struct{}
)

// auditLine is an entry as it is exported.
type auditLine struct {
	Seq    int64     `json:"seq"`
	At     time.Time `json:"at"`
	Team   string    `json:"team"`
	User   string    `json:"user"`
	Action string    `json:"action"`
	Target string    `json:"target,omitempty"`
	Result string    `json:"result"`
	Ref    string    `json:"ref,omitempty"`
	Source string    `json:"source"`
	Hash   string    `json:"hash"`
}

// Run exports.
func (*auditExportCmd) Run(ctx context.Context, c *config, to *console) (err error) {
	db, err := c.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	lines := json.NewEncoder(to.out)
	for filter := (store.AuditFilter{}); ; {
		page, err := db.Audit(ctx, filter)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, e := range page {
			line := auditLine{e.Seq, e.At, e.Key.TeamID, e.Key.UserID, e.Action, e.Target, e.Result, e.Ref, e.Source, hex.EncodeToString(e.Hash)}
			if err := lines.Encode(line); err != nil {
				return err
			}
		}
		filter.Before = page[len(page)-1].Seq
	}
}

// Run verifies.
func (*auditVerifyCmd) Run(ctx context.Context, c *config, to *console) (err error) {
	db, err := c.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	broken, err := db.VerifyAudit(ctx)
	if err != nil {
		return err
	}
	if broken != 0 {
		return fmt.Errorf("the audit log breaks at entry %d: it was changed, removed or added by hand; what comes before it is intact: compare with a backup", broken)
	}
	fmt.Fprintln(to.out, "The audit log is whole: every entry is chained to the one before.")
	return nil
}
