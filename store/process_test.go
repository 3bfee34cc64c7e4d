package store_test

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"linearbot/store"
	"linearbot/store/storetest"
)

// childDSN is set for the test processes that TestProcesses starts.
const childDSN = "STORE_TEST_CHILD_DSN"

const children, rounds = 4, 25

// Four processes find no file, make it, bring up its schema and count on one
// account. No count is lost.
func TestProcesses(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dsn := storetest.FreshFile(t)
	var running []*exec.Cmd
	for range children {
		child := exec.CommandContext(t.Context(), program, "-test.run=^TestChild$", "-test.count=1")
		child.Env = append(os.Environ(), childDSN+"="+dsn)
		child.Stdout, child.Stderr = t.Output(), t.Output()
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		running = append(running, child)
	}
	for _, child := range running {
		if err := child.Wait(); err != nil {
			t.Errorf("child = %v", err)
		}
	}
	db, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() // not what is tested
	a, err := db.Account(t.Context(), alice)
	if err != nil || a.Epoch != children*rounds {
		t.Errorf("final count = %d, %v, want %d", a.Epoch, err, children*rounds)
	}
	if broken, err := db.VerifyAudit(t.Context()); broken != 0 || err != nil {
		t.Errorf("VerifyAudit = %d, %v, want 0", broken, err)
	}
}

// TestChild is the work of one process of TestProcesses.
func TestChild(t *testing.T) {
	dsn := os.Getenv(childDSN)
	if dsn == "" {
		t.Skip("runs in the processes that TestProcesses starts")
	}
	db, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() // not what is tested
	if _, _, err := db.EnsureAccount(t.Context(), alice, "T024"); err != nil {
		t.Fatal(err)
	}
	for i := range rounds {
		_, err := db.UpdateAccount(t.Context(), alice, func(tx *store.Tx, a store.Account) (store.Account, error) {
			a.Epoch++
			return a, tx.AppendAudit(store.Entry{At: time.Now(), Action: "count", Target: fmt.Sprint(i)})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
