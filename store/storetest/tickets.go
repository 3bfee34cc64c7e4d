package storetest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linearbot/store"
)

func putTicket(t *testing.T, db *store.DB, kind store.TicketKind, secret string, key store.Key, made time.Time) store.Ticket {
	t.Helper()
	hash := sha256.Sum256([]byte(secret))
	ticket := store.Ticket{
		Kind: kind, Hash: hash[:], Key: key, Body: []byte("body of " + secret),
		CreatedAt: made, ExpiresAt: made.Add(15 * time.Minute),
	}
	if err := db.PutTicket(t.Context(), ticket); err != nil {
		t.Fatalf("PutTicket = %v", err)
	}
	return ticket
}

func ticketOnce(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	want := putTicket(t, db, store.LinkTicket, "secret", alice, noon)
	if err := db.PutTicket(t.Context(), want); err == nil {
		t.Error("PutTicket stored the same secret twice")
	}
	if _, err := db.TakeTicket(t.Context(), store.StateTicket, want.Hash, noon); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("TakeTicket of another kind = %v, want ErrNotFound", err)
	}
	for range 2 { // looking does not use it up
		got, err := db.PeekTicket(t.Context(), want.Kind, want.Hash, noon)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("PeekTicket: %v (-want +got):\n%s", err, diff)
		}
	}
	got, err := db.TakeTicket(t.Context(), want.Kind, want.Hash, noon)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("TakeTicket: %v (-want +got):\n%s", err, diff)
	}
	if _, err := db.TakeTicket(t.Context(), want.Kind, want.Hash, noon); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("second TakeTicket = %v, want ErrNotFound", err)
	}
	if _, err := db.PeekTicket(t.Context(), want.Kind, want.Hash, noon); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("PeekTicket after it was taken = %v, want ErrNotFound", err)
	}
}

func ticketExpires(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	ticket := putTicket(t, db, store.StateTicket, "secret", alice, noon)
	if _, err := db.PeekTicket(t.Context(), ticket.Kind, ticket.Hash, ticket.ExpiresAt); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("PeekTicket when it expires = %v, want ErrNotFound", err)
	}
	if _, err := db.TakeTicket(t.Context(), ticket.Kind, ticket.Hash, ticket.ExpiresAt); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("TakeTicket when it expires = %v, want ErrNotFound", err)
	}
	if _, err := db.TakeTicket(t.Context(), ticket.Kind, ticket.Hash, ticket.ExpiresAt.Add(-time.Microsecond)); err != nil {
		t.Errorf("TakeTicket just before = %v", err)
	}
}

func ticketContended(t *testing.T, dsn string) {
	handles := []*store.DB{openAt(t, dsn), openAt(t, dsn)}
	ticket := putTicket(t, handles[0], store.StateTicket, "secret", alice, noon)
	var taken atomic.Int32
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			_, err := handles[i%2].TakeTicket(t.Context(), ticket.Kind, ticket.Hash, noon)
			if err == nil {
				taken.Add(1)
				return
			}
			if !errors.Is(err, store.ErrNotFound) {
				t.Errorf("TakeTicket = %v, want ErrNotFound", err)
			}
		})
	}
	all.Wait()
	if taken.Load() != 1 {
		t.Errorf("%d takers got the ticket, want 1", taken.Load())
	}
}

func ticketsOfPerson(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	var want []store.Ticket
	for i := range 3 {
		want = append(want, putTicket(t, db, store.HeldTicket, fmt.Sprint("held ", i), alice, noon.Add(time.Duration(i)*time.Second)))
	}
	putTicket(t, db, store.HeldTicket, "too old", alice, noon.Add(-time.Hour))
	putTicket(t, db, store.LinkTicket, "a link", alice, noon)
	bobs := putTicket(t, db, store.HeldTicket, "of bob", bob, noon)

	got, err := db.Tickets(t.Context(), store.HeldTicket, alice, noon)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Tickets: %v (-want +got):\n%s", err, diff)
	}
	if err := db.DropTickets(t.Context(), store.HeldTicket, alice); err != nil {
		t.Errorf("DropTickets = %v", err)
	}
	if got, err = db.Tickets(t.Context(), store.HeldTicket, alice, noon); len(got) != 0 || err != nil {
		t.Errorf("Tickets after they were dropped = %v, %v, want none", got, err)
	}
	if _, err := db.PeekTicket(t.Context(), store.HeldTicket, bobs.Hash, noon); err != nil {
		t.Errorf("bob's ticket after alice's were dropped = %v", err)
	}
	if err := db.DropTickets(t.Context(), store.HeldTicket, bob); err != nil {
		t.Errorf("DropTickets = %v", err)
	}
	if _, err := db.PeekTicket(t.Context(), store.HeldTicket, bobs.Hash, noon); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("bob's ticket after it was dropped = %v, want ErrNotFound", err)
	}
}
