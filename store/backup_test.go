package store_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"linearbot/store"
	"linearbot/store/storetest"
)

// Each change writes an epoch and an audit entry together. A copy made at any
// moment holds as many of the one as of the other.
func TestBackupIsOfOneMoment(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	connect(t, db, alice)
	var writers sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		writers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					changeAndAudit(t, db)
				}
			}
		})
	}
	for range 5 {
		path := filepath.Join(t.TempDir(), "backup.db")
		if err := db.Backup(t.Context(), path); err != nil {
			t.Errorf("Backup = %v", err)
			continue
		}
		wantConsistent(t, path)
	}
	close(stop)
	writers.Wait()
}

func changeAndAudit(t *testing.T, db *store.DB) {
	_, err := db.UpdateAccount(t.Context(), alice, func(tx *store.Tx, a store.Account) (store.Account, error) {
		a.Epoch++
		return a, tx.AppendAudit(store.Entry{Action: "refresh"})
	})
	if err != nil {
		t.Errorf("UpdateAccount during a backup = %v", err)
	}
}

func wantConsistent(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode of a backup = %v, %v, want 0600", info, err)
	}
	copied, err := store.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatalf("Open of the backup = %v", err)
	}
	defer copied.Close() // not what is tested
	a, err := copied.Account(t.Context(), alice)
	if err != nil {
		t.Fatalf("Account in the backup = %v", err)
	}
	var last int64
	entries, err := copied.Audit(t.Context(), store.AuditFilter{Limit: 1})
	if len(entries) > 0 {
		last = entries[0].Seq
	}
	if err != nil || a.Epoch != last {
		t.Errorf("backup has epoch %d and %d audit entries (%v), want as many", a.Epoch, last, err)
	}
	if broken, err := copied.VerifyAudit(t.Context()); broken != 0 || err != nil {
		t.Errorf("VerifyAudit of the backup = %d, %v", broken, err)
	}
}

func TestBackupKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "precious")
	if err := os.WriteFile(path, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := db.Backup(t.Context(), path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Backup onto a file = %v, want fs.ErrExist", err)
	}
	if text, err := os.ReadFile(path); string(text) != "text" || err != nil {
		t.Errorf("file = %q, %v, want it untouched", text, err)
	}
	if err := db.Backup(t.Context(), filepath.Join(dir, "none", "b.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Backup into a missing directory = %v, want fs.ErrNotExist", err)
	}
	if files, err := os.ReadDir(dir); len(files) != 1 || err != nil {
		t.Errorf("files = %v, %v, want nothing left behind", files, err)
	}
}
