package accounts_test

import (
	"errors"
	"testing"
	"time"

	"linearbot/accounts"
	"linearbot/store"
)

func TestRestoreProvesBeforeUse(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, key store.Key) {
		if n, err := w.m.MarkSuspect(t.Context()); n != 1 || err != nil {
			t.Fatalf("MarkSuspect = %d, %v", n, err)
		}
		a, err := w.m.Canary(t.Context())
		if err != nil || a.Suspect || a.State != store.Active {
			t.Errorf("Canary = %v (suspect %v), %v", a.State, a.Suspect, err)
		}
	})
}

func TestBackupTooOldIsSaidSo(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, key store.Key) {
		old := t.TempDir() + "/old.db"
		if err := w.db.Backup(t.Context(), old); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			w.due(key)
			w.sweepFor(time.Minute)
		}
		w.path = old
		w.db, w.m = w.process("restored", accounts.Config{})
		if _, err := w.m.MarkSuspect(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := w.m.Canary(t.Context()); !errors.Is(err, accounts.ErrExpired) {
			t.Errorf("Canary = %v, want ErrExpired", err)
		}
		w.wantState(key, store.Expired, "backup")
	})
}
