package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"linearbot/store"
	"linearbot/store/storetest"
)

func opened(t *testing.T, dsn string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() }) // not what is tested
	return db
}

// Another process keeps the write lock: whoever waits for it gives up with its own
// deadline, and what was given up has done nothing.
func TestWaitForTheLockEndsWithItsContext(t *testing.T) {
	t.Parallel()
	dsn := storetest.FreshFile(t)
	db, other := opened(t, dsn), opened(t, dsn)
	key := store.Key{TeamID: "T1", UserID: "U1"}
	if _, _, err := db.EnsureAccount(t.Context(), key, "T1"); err != nil {
		t.Fatal(err)
	}
	locked, free, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		_, err := other.UpdateAccount(context.WithoutCancel(t.Context()), key, func(_ *store.Tx, a store.Account) (store.Account, error) {
			close(locked)
			<-free
			return a, nil
		})
		ended <- err
	}()
	<-locked
	e := store.Envelope{ID: "Ev1", Kind: "events_api", ReceivedAt: time.Now()}
	for name, change := range map[string]func(context.Context) error{
		"one statement": func(ctx context.Context) error { _, err := db.Receive(ctx, e); return err },
		"a transaction": func(ctx context.Context) error { return db.AppendAudit(ctx, store.Entry{Key: key, Action: "test"}) },
		"a statement with a row": func(ctx context.Context) error {
			_, err := db.TakeTicket(ctx, store.LinkTicket, []byte{1}, time.Now())
			return err
		},
		"one with many": func(ctx context.Context) error {
			_, err := db.ClaimNotices(ctx, "p1", time.Now(), time.Minute, 10)
			return err
		},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		began := time.Now()
		err := change(ctx)
		cancel()
		if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took > 2*time.Second {
			t.Errorf("%s: %v after %v, want the deadline's end after 200ms", name, err, took)
		}
	}
	waited := make(chan error, 1)
	go func() { _, err := db.Receive(context.WithoutCancel(t.Context()), e); waited <- err }()
	close(free)
	if err := errors.Join(<-ended, <-waited); err != nil {
		t.Fatal(err)
	}
	if first, err := db.Receive(t.Context(), e); first || err != nil {
		t.Errorf("Receive once more = %t, %v, want what waited to have been written once", first, err)
	}
}
