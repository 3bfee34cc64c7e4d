package store_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mattn/go-sqlite3"

	"linearbot/store"
)

// commits counts the write transactions of every connection opened from now on.
func commits(t *testing.T) *atomic.Int64 {
	t.Helper()
	probe, err := sql.Open("sqlite3", "")
	if err != nil {
		t.Fatal(err)
	}
	defer probe.Close() // it never has a connection
	n := new(atomic.Int64)
	driver := probe.Driver().(*sqlite3.SQLiteDriver) // the one that store uses
	driver.ConnectHook = func(c *sqlite3.SQLiteConn) error {
		c.RegisterCommitHook(func() int { n.Add(1); return 0 })
		return nil
	}
	t.Cleanup(func() { driver.ConnectHook = nil })
	return n
}

// crowdAtTheWriter claims and saves many accounts at once while the writer is
// busy; spoil is one whose save breaks a rule of the table. It returns how many
// commits that took.
func crowdAtTheWriter(t *testing.T, many, spoil int) int64 {
	n := commits(t)
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() // not what is tested
	var claimed []store.Account
	for i := range many {
		a := connect(t, db, store.Key{TeamID: "T024", UserID: fmt.Sprint("U", i)})
		c, err := db.ClaimRefresh(t.Context(), a.ID, "a", noon, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		claimed = append(claimed, c)
	}
	busy, free := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		_, err := db.UpdateAccount(t.Context(), claimed[0].Key, func(_ *store.Tx, a store.Account) (store.Account, error) {
			close(busy)
			<-free
			return a, nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-busy
	var done atomic.Int64
	for i, c := range claimed {
		g := c.Grant
		g.Sealed = []byte("new pair")
		if i == spoil {
			g.Sealed = nil // an ACTIVE account holds a pair
		}
		all.Go(func() {
			err := db.SaveRefresh(t.Context(), c.ID, c.Version, c.Epoch, g, noon.Add(time.Hour), noon)
			done.Add(1)
			if (err != nil) != (i == spoil) {
				t.Errorf("save %d = %v", i, err)
			}
		})
	}
	synctest.Wait()
	if done.Load() != 0 {
		t.Errorf("%d saves were answered before they could be on the disk", done.Load())
	}
	before := n.Load()
	close(free)
	all.Wait()
	for i, c := range claimed {
		a, err := db.AccountByID(t.Context(), c.ID)
		if err != nil || (a.Version == c.Version+1) != (i != spoil) {
			t.Errorf("account %d has version %d after %d, %v", i, a.Version, c.Version, err)
		}
	}
	return n.Load() - before
}

func TestChangesWaitForTheDiskTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// One for the update that was under way, one for all who waited.
		if n := crowdAtTheWriter(t, 50, -1); n > 2 {
			t.Errorf("%d commits for 50 saves that came together, want 2", n)
		}
	})
}

func TestAChangeThatFailsSpoilsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { crowdAtTheWriter(t, 10, 4) })
}
