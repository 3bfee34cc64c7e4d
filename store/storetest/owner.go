package storetest

import (
	"slices"
	"testing"
	"time"

	"linearbot/store"
)

// leasesEnd: what a process held is free at once when its leases are ended; what
// others hold stays theirs, and a refresh stays begun.
func leasesEnd(t *testing.T, dsn string) {
	db, ctx := openAt(t, dsn), t.Context()
	now := time.Now()
	for id, owner := range map[string]string{"e1": "dead", "e2": "alive"} {
		e := store.Envelope{ID: id, Kind: "slash_commands", Body: []byte("x"), ReceivedAt: now, Owner: owner, DueAt: now.Add(time.Hour)}
		if _, err := db.Receive(ctx, e); err != nil {
			t.Fatal(err)
		}
	}
	a := connect(t, db, store.Key{TeamID: "T1", UserID: "U1"}, now)
	begun := claim(t, db, a.ID, "dead", now)
	if err := db.QueueNotice(ctx, store.Notice{Key: a.Key, Kind: "revoked", At: now}); err != nil {
		t.Fatal(err)
	}
	if got := claimNotices(t, db, "dead", now); len(got) != 1 {
		t.Fatalf("claimed %d notices, want 1", len(got))
	}
	owners, err := db.LeaseOwners(ctx)
	slices.Sort(owners)
	if err != nil || !slices.Equal(owners, []string{"alive", "dead"}) {
		t.Fatalf("owners = %q (%v)", owners, err)
	}
	if err := db.EndLeases(ctx, "dead", now); err != nil {
		t.Fatal(err)
	}
	if got, err := db.ClaimEnvelopes(ctx, "next", now, time.Minute, 5); err != nil || len(got) != 1 || got[0].ID != "e1" {
		t.Errorf("the next process gets %v (%v), want e1", got, err)
	}
	if got := claimNotices(t, db, "next", now); len(got) != 1 {
		t.Errorf("the next process gets %d notices, want 1", len(got))
	}
	if got := claim(t, db, a.ID, "next", now); !got.RefreshStartedAt.Equal(begun.RefreshStartedAt) || got.Epoch <= begun.Epoch {
		t.Errorf("the refresh goes on from %v in epoch %d, want %v and more than %d", got.RefreshStartedAt, got.Epoch, begun.RefreshStartedAt, begun.Epoch)
	}
}
