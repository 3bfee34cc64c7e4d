package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linearbot/store"
)

func propose(t *testing.T, db *store.DB, id string, key store.Key, made time.Time) store.Proposal {
	t.Helper()
	p := store.Proposal{
		ID: id, Key: key, Status: store.Proposed, Body: []byte("plan " + id),
		CreatedAt: made, ChangedAt: made, ExpiresAt: made.Add(15 * time.Minute),
	}
	if err := db.PutProposal(t.Context(), p); err != nil {
		t.Fatalf("PutProposal = %v", err)
	}
	return p
}

func proposalMoves(t *testing.T, dsn string) {
	handles := []*store.DB{openAt(t, dsn), openAt(t, dsn)}
	want := propose(t, handles[0], "p1", alice, noon)
	if got, err := handles[1].Proposal(t.Context(), "p1"); !cmp.Equal(want, got) || err != nil {
		t.Errorf("Proposal: %v (-want +got):\n%s", err, cmp.Diff(want, got))
	}
	if err := handles[0].PutProposal(t.Context(), want); err == nil {
		t.Error("PutProposal stored an id twice")
	}
	now, until := noon.Add(time.Minute), noon.Add(10*time.Minute)
	var moved atomic.Int32
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			_, err := handles[i%2].MoveProposal(t.Context(), "p1", alice, store.Proposed, store.Applying, nil, until, now)
			if err == nil {
				moved.Add(1)
				return
			}
			if !errors.Is(err, store.ErrFenced) {
				t.Errorf("MoveProposal = %v, want ErrFenced", err)
			}
		})
	}
	all.Wait()
	if moved.Load() != 1 {
		t.Errorf("%d moves won, want 1", moved.Load())
	}
	want.Status, want.Body, want.ChangedAt, want.ExpiresAt = store.Applied, []byte("outcome"), now, time.Time{}
	got, err := handles[0].MoveProposal(t.Context(), "p1", alice, store.Applying, store.Applied, []byte("outcome"), time.Time{}, now)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("MoveProposal: %v (-want +got):\n%s", err, diff)
	}
}

func proposalGuards(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	p := propose(t, db, "p1", alice, noon)
	tests := []struct {
		name, id string
		key      store.Key
		from     store.ProposalStatus
		now      time.Time
	}{
		{"somebody else's", "p1", bob, store.Proposed, noon},
		{"in another status", "p1", alice, store.Applied, noon},
		{"expired", "p1", alice, store.Proposed, p.ExpiresAt},
		{"unknown", "p2", alice, store.Proposed, noon},
	}
	for _, test := range tests {
		_, err := db.MoveProposal(t.Context(), test.id, test.key, test.from, store.Applying, nil, time.Time{}, test.now)
		if !errors.Is(err, store.ErrFenced) {
			t.Errorf("MoveProposal of one %s = %v, want ErrFenced", test.name, err)
		}
	}
	if got, err := db.Proposal(t.Context(), "p1"); !cmp.Equal(p, got) || err != nil {
		t.Errorf("Proposal after refused moves: %v (-want +got):\n%s", err, cmp.Diff(p, got))
	}
	if _, err := db.Proposal(t.Context(), "p2"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Proposal(p2) = %v, want ErrNotFound", err)
	}
	moved, err := db.MoveProposal(t.Context(), "p1", alice, store.Proposed, store.Applying, nil, time.Time{}, noon)
	if err != nil || string(moved.Body) != "plan p1" {
		t.Errorf("MoveProposal = body %q, %v, want the body kept", moved.Body, err)
	}
}

func proposalLatest(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	for i := range 3 {
		propose(t, db, fmt.Sprint("p", i), alice, noon.Add(time.Duration(i)*time.Minute))
	}
	propose(t, db, "bobs", bob, noon.Add(time.Hour))
	now := noon.Add(5 * time.Minute)
	if _, err := db.MoveProposal(t.Context(), "p2", alice, store.Proposed, store.Applied, nil, now.Add(10*time.Minute), now); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		status store.ProposalStatus
		now    time.Time
		want   string
	}{
		{store.Proposed, now, "p1"},
		{store.Applied, now, "p2"},
		{store.Proposed, noon.Add(16 * time.Minute), ""}, // all have expired
		{store.Undone, now, ""},
	} {
		got, err := db.LatestProposal(t.Context(), alice, test.status, test.now)
		if got.ID != test.want || (test.want == "") != errors.Is(err, store.ErrNotFound) {
			t.Errorf("LatestProposal(%s, %v) = %q, %v, want %q", test.status, test.now, got.ID, err, test.want)
		}
	}
}

func memoryExpires(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	m := store.Memory{Key: alice, Thread: "1.2", Body: []byte("one"), ExpiresAt: noon.Add(time.Hour)}
	for _, body := range []string{"one", "two"} {
		m.Body = []byte(body)
		if err := db.PutMemory(t.Context(), m); err != nil {
			t.Fatalf("PutMemory = %v", err)
		}
		got, err := db.Memory(t.Context(), alice, "1.2", noon)
		if diff := cmp.Diff(m, got); diff != "" || err != nil {
			t.Errorf("Memory: %v (-want +got):\n%s", err, diff)
		}
	}
	wantNone := func(when string, key store.Key, thread string, now time.Time) {
		t.Helper()
		if _, err := db.Memory(t.Context(), key, thread, now); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("Memory %s = %v, want ErrNotFound", when, err)
		}
	}
	wantNone("when it expires", alice, "1.2", m.ExpiresAt)
	wantNone("of another thread", alice, "1.3", noon)
	wantNone("of another person", bob, "1.2", noon)
	for range 2 {
		if err := db.DropMemory(t.Context(), alice, "1.2"); err != nil {
			t.Errorf("DropMemory = %v", err)
		}
	}
	wantNone("after it was dropped", alice, "1.2", noon)
}

func settingsBySubject(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	subjects := []string{"", "C1", "U061"}
	for _, subject := range subjects {
		for _, value := range []string{`"old"`, `"of ` + subject + `"`} {
			if err := db.PutSetting(t.Context(), "T024", subject, "team", []byte(value)); err != nil {
				t.Fatalf("PutSetting = %v", err)
			}
		}
	}
	for _, subject := range subjects {
		value, err := db.Setting(t.Context(), "T024", subject, "team")
		if want := `"of ` + subject + `"`; string(value) != want || err != nil {
			t.Errorf("Setting(%q) = %s, %v, want %s", subject, value, err, want)
		}
	}
	for range 2 {
		if err := db.DropSetting(t.Context(), "T024", "C1", "team"); err != nil {
			t.Errorf("DropSetting = %v", err)
		}
	}
	for _, absent := range [][3]string{{"T024", "C1", "team"}, {"T025", "", "team"}, {"T024", "", "project"}} {
		if _, err := db.Setting(t.Context(), absent[0], absent[1], absent[2]); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("Setting(%q) = %v, want ErrNotFound", absent, err)
		}
	}
}

func purgeRemoves(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	now := noon.Add(48 * time.Hour)
	putTicket(t, db, store.LinkTicket, "old", alice, noon)
	ticket := putTicket(t, db, store.LinkTicket, "new", alice, now)
	propose(t, db, "old", alice, noon)
	propose(t, db, "expired an hour ago", alice, now.Add(-time.Hour-15*time.Minute))
	memory := store.Memory{Key: alice, Thread: "old", ExpiresAt: noon}
	if err := db.PutMemory(t.Context(), memory); err != nil {
		t.Fatal(err)
	}
	for id, at := range map[string]time.Time{"done long ago": noon, "done now": now, "not done": noon} {
		if _, err := db.Receive(t.Context(), store.Envelope{ID: id, Kind: "events_api", ReceivedAt: at}); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"done long ago", "done now"} {
		if err := db.Finish(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []int64{4, 0} {
		if rows, err := db.Purge(t.Context(), now); rows != want || err != nil {
			t.Errorf("Purge = %d, %v, want %d", rows, err, want)
		}
	}
	if _, err := db.PeekTicket(t.Context(), ticket.Kind, ticket.Hash, now); err != nil {
		t.Errorf("PeekTicket of a live ticket = %v", err)
	}
	if _, err := db.Proposal(t.Context(), "expired an hour ago"); err != nil {
		t.Errorf("Proposal that expired an hour ago = %v", err)
	}
	for id, want := range map[string]bool{"done long ago": true, "done now": false, "not done": false} {
		if first, err := db.Receive(t.Context(), store.Envelope{ID: id, ReceivedAt: now}); first != want || err != nil {
			t.Errorf("Receive(%s) after Purge = %t, %v, want %t", id, first, err, want)
		}
	}
}
