package accounts_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"linearbot/accounts"
	"linearbot/store"
)

// edit changes a row as somebody with the database file could.
func (w *world) edit(key store.Key, change func(*store.Account)) {
	w.t.Helper()
	_, err := w.db.UpdateAccount(w.t.Context(), key, func(_ *store.Tx, a store.Account) (store.Account, error) {
		change(&a)
		return a, nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestAlteredCellsDoNotOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mine := w.connect(alice(), "alice@acme.test")
	other := w.connect(bob(), "bob@acme.test")
	changes := map[string]func(*store.Account){
		"tampered":    func(a *store.Account) { a.Sealed[len(a.Sealed)-1] ^= 1 },
		"truncated":   func(a *store.Account) { a.Sealed = a.Sealed[:len(a.Sealed)-1] },
		"cut short":   func(a *store.Account) { a.Sealed = a.Sealed[:3] },
		"row swapped": func(a *store.Account) { a.Sealed, a.Version = other.Sealed, max(a.Version, other.Version) },
		"rolled back": func(a *store.Account) { a.Version++ },
	}
	for name, change := range changes {
		w.edit(mine.Key, func(a *store.Account) { a.Sealed = append([]byte(nil), mine.Sealed...); change(a) })
		before := w.s.CountRequests("Viewer")
		if _, err := w.viewer(mine.Key); !errors.Is(err, accounts.ErrWrongKey) {
			t.Errorf("%s: viewer = %v, want ErrWrongKey", name, err)
		}
		if n := w.s.CountRequests("Viewer") - before; n != 0 {
			t.Errorf("%s: %d requests sent", name, n)
		}
		w.wantState(mine.Key, store.Active, "")
	}
}

// A waiting grant that is put beside another account, or in the place of a later one,
// is nobody's.
func TestMovedCandidatesDoNotOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *setup) { c.accounts.Verify = accounts.VerifyCode })
	waiting := func(p accounts.Person) (code string, c store.Candidate) {
		t.Helper()
		done, err := w.m.Complete(t.Context(), w.approve(w.begin(p), p.Email))
		if err != nil {
			t.Fatal(err)
		}
		if c, err = w.db.Candidate(t.Context(), done.Account.ID); err != nil {
			t.Fatal(err)
		}
		return done.Code, c
	}
	put := func(c store.Candidate) {
		t.Helper()
		_, err := w.db.UpdateAccount(t.Context(), alice().Key, func(tx *store.Tx, a store.Account) (store.Account, error) {
			return a, tx.PutCandidate(c)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	_, others := waiting(bob())
	_, earlier := waiting(alice())
	code, mine := waiting(alice())
	moved, back := mine, mine
	moved.Sealed, moved.CreatedAt, back.Sealed = others.Sealed, others.CreatedAt, earlier.Sealed
	for name, c := range map[string]store.Candidate{"another account's": moved, "an earlier one": back} {
		put(c)
		if _, err := w.m.Confirm(t.Context(), alice().Key, code); !errors.Is(err, accounts.ErrWrongKey) {
			t.Errorf("%s: Confirm = %v, want ErrWrongKey", name, err)
		}
		w.wantState(alice().Key, store.Verifying, "code")
	}
	put(mine)
	if _, err := w.m.Confirm(t.Context(), alice().Key, code); err != nil {
		t.Errorf("its own: Confirm = %v", err)
	}
}

// A link or a consent that is put under another person's name, or another's content
// put under it, leads nowhere.
func TestMovedTicketsDoNotOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	link := func(p accounts.Person) (token string) {
		t.Helper()
		l, err := w.m.AuthorizationLink(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		return l.URL[len(public+"/connect/"):]
	}
	// altered takes the only ticket of Alice and puts it back changed.
	altered := func(kind store.TicketKind, change func(mine *store.Ticket, bobs store.Ticket)) {
		t.Helper()
		mine, err := w.db.Tickets(t.Context(), kind, alice().Key, time.Now())
		if err != nil || len(mine) != 1 {
			t.Fatalf("Tickets = %d, %v", len(mine), err)
		}
		if _, err := w.db.TakeTicket(t.Context(), kind, mine[0].Hash, time.Now()); err != nil {
			t.Fatal(err)
		}
		bobs, err := w.db.Tickets(t.Context(), kind, bob().Key, time.Now())
		if err != nil || len(bobs) == 0 {
			t.Fatalf("Tickets = %d, %v", len(bobs), err)
		}
		change(&mine[0], bobs[0])
		if err := w.db.PutTicket(t.Context(), mine[0]); err != nil {
			t.Fatal(err)
		}
	}
	for name, change := range map[string]func(*store.Ticket, store.Ticket){
		"under another's name":   func(mine *store.Ticket, bobs store.Ticket) { mine.Key = bobs.Key },
		"with another's content": func(mine *store.Ticket, bobs store.Ticket) { mine.Body = bobs.Body },
	} {
		token, _ := link(alice()), link(bob())
		altered(store.LinkTicket, change)
		if _, err := w.m.Begin(t.Context(), token); !errors.Is(err, accounts.ErrWrongKey) {
			t.Errorf("a link %s: Begin = %v, want ErrWrongKey", name, err)
		}
		w.begin(bob())
		cb := w.approve(w.begin(alice()), "alice@acme.test")
		altered(store.StateTicket, change)
		if _, err := w.m.Complete(t.Context(), cb); !errors.Is(err, accounts.ErrWrongKey) {
			t.Errorf("a consent %s: Complete = %v, want ErrWrongKey", name, err)
		}
	}
	w.wantState(alice().Key, store.Pending, "")
	w.wantState(bob().Key, store.Pending, "")
}

func TestKeysMissingWrongAndTwo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.connect(alice(), "alice@acme.test")
	first := w.ring
	stranger, err := accounts.NewKeyring()
	if err != nil {
		t.Fatal(err)
	}
	_, err = accounts.New(accounts.Config{DB: w.db, Keyring: stranger, HTTP: w.m.HTTP, Log: w.m.Log})
	if !errors.Is(err, accounts.ErrKeyMissing) {
		t.Errorf("New with another keyset = %v, want ErrKeyMissing", err)
	}
	if w.ring, err = first.Rotate(); err != nil {
		t.Fatal(err)
	}
	w.db, w.m = w.process("two keys", accounts.Config{})
	if _, err := w.viewer(a.Key); err != nil {
		t.Errorf("viewer with two keys: %v", err)
	}
	if r, err := w.m.Reseal(t.Context()); err != nil || r.Resealed != 1 {
		t.Errorf("Reseal = %+v, %v", r, err)
	}
	if r, err := w.m.Reseal(t.Context()); err != nil || r.Resealed != 0 || r.Seen != 1 {
		t.Errorf("second Reseal = %+v, %v", r, err)
	}
	if w.ring, err = w.ring.Drop(first.Primary()); err != nil {
		t.Fatal(err)
	}
	w.db, w.m = w.process("new key only", accounts.Config{})
	if _, err := w.viewer(a.Key); err != nil {
		t.Errorf("viewer after the old key was dropped: %v", err)
	}
}

func TestResealBesideLiveTraffic(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *setup) { c.accounts.Verify = accounts.VerifyOff })
	for i := range 20 {
		w.connectShared(person(fmt.Sprintf("U%d", i), "alice@acme.test"))
	}
	var err error
	if w.ring, err = w.ring.Rotate(); err != nil {
		t.Fatal(err)
	}
	w.db, w.m = w.process("rotated", accounts.Config{})
	done := make(chan error, 1)
	go func() { _, err := w.m.Reseal(t.Context()); done <- err }()
	for i := range 20 {
		key := person(fmt.Sprintf("U%d", i), "").Key
		w.due(key)
		if _, err := w.m.RefreshDue(t.Context()); err != nil {
			t.Error(err)
		}
		if _, err := w.viewer(key); err != nil {
			t.Error(err)
		}
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	counts, err := w.m.Seals(t.Context())
	if err != nil || counts[w.ring.Primary()].Grants != 20 {
		t.Errorf("Seals = %v, %v, want all under the new key", counts, err)
	}
}
