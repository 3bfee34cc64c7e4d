package main

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"linearbot/store"
)

// The acting mode that the admins chose comes before LINEAR_ACTOR, and check says so.
func TestCheckSaysTheActingMode(t *testing.T) {
	o := operate(t)
	if status, out := o.does(o.db, "check"); status != 0 || !strings.Contains(out, "✓ acting mode: user, from LINEAR_ACTOR") {
		t.Errorf("check = %d:\n%s", status, out)
	}
	carol := store.Key{TeamID: "T0ACME", UserID: "U0CAROL"}
	b, err := build(t.Context(), o.s.cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.accounts.SwitchActor(t.Context(), carol.TeamID, "app", carol)
	if err := errors.Join(err, b.close()); err != nil {
		t.Fatal(err)
	}
	if status, out := o.does(o.db, "check"); status != 0 || !strings.Contains(out, "✓ acting mode: app, chosen in the admin view: LINEAR_ACTOR=user does not count") {
		t.Errorf("check after a choice = %d:\n%s", status, out)
	}
	if status, out := o.does(o.db, "check", "--linear-actor=app", "--linear-scopes=read,admin"); status != exitUsage || !strings.Contains(out, "LINEAR_SCOPES holds admin") {
		t.Errorf("check of the admin scope for the app = %d:\n%s", status, out)
	}
}
