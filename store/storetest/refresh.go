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

const (
	lease    = 90 * time.Second
	patience = 5 * time.Minute
)

func claim(t *testing.T, db *store.DB, id, owner string, now time.Time) store.Account {
	t.Helper()
	a, err := db.ClaimRefresh(t.Context(), id, owner, now, lease)
	if err != nil {
		t.Fatalf("ClaimRefresh by %s at %v = %v", owner, now, err)
	}
	return a
}

func wantDue(t *testing.T, db *store.DB, now time.Time, want string) {
	t.Helper()
	due, err := db.Due(t.Context(), now, patience, 10)
	if got := userIDs(due); got != want || err != nil {
		t.Errorf("Due(%v) = %q, %v, want %q", now, got, err, want)
	}
}

func dueInOrder(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	for i, minutes := range []int{30, 10, 20, 50} {
		connect(t, db, store.Key{TeamID: "T024", UserID: fmt.Sprint("U", i)}, noon.Add(time.Duration(minutes)*time.Minute))
	}
	legacy := store.Key{TeamID: "T024", UserID: "legacy"}
	connect(t, db, legacy, noon)
	change(t, db, legacy, func(a *store.Account) { a.Refreshable = false })
	blocked := store.Key{TeamID: "T024", UserID: "blocked"}
	connect(t, db, blocked, noon)
	change(t, db, blocked, func(a *store.Account) { a.State = store.Blocked })

	wantDue(t, db, noon.Add(10*time.Minute-time.Microsecond), "")
	wantDue(t, db, noon.Add(10*time.Minute), "U1")
	wantDue(t, db, noon.Add(40*time.Minute), "U1 U2 U0")
	two, err := db.Due(t.Context(), noon.Add(time.Hour), patience, 2)
	if got := userIDs(two); got != "U1 U2" || err != nil {
		t.Errorf("Due with limit 2 = %q, %v, want U1 U2", got, err)
	}
}

// What was sent and not saved goes before what is merely due: its time runs.
func begunFirst(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	for i, minutes := range []int{0, 1, 2} {
		connect(t, db, store.Key{TeamID: "T024", UserID: fmt.Sprint("U", i)}, noon.Add(time.Duration(minutes)*time.Minute))
	}
	broken := claim(t, db, read(t, db, store.Key{TeamID: "T024", UserID: "U2"}).ID, "a", noon.Add(time.Hour))
	wantDue(t, db, noon.Add(time.Hour), "U0 U1")
	wantDue(t, db, broken.LeaseUntil, "U2 U0 U1")
	one, err := db.Due(t.Context(), broken.LeaseUntil, patience, 1)
	if got := userIDs(one); got != "U2" || err != nil {
		t.Errorf("Due with limit 1 = %q, %v, want U2", got, err)
	}
}

// A process dies with its lease taken, and the clock is set back by hours: nobody
// waits for that lease.
func clockSetBack(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	a := connect(t, db, alice, noon)
	first := claim(t, db, a.ID, "a", noon)
	back := noon.Add(-2 * time.Hour)
	wantDue(t, db, back, "U061")
	second := claim(t, db, a.ID, "b", back)
	if second.Epoch != first.Epoch+1 || second.RefreshStartedAt != noon {
		t.Errorf("claim after the clock went back = epoch %d, started %v, want %d, %v", second.Epoch, second.RefreshStartedAt, first.Epoch+1, noon)
	}
	if err := db.ReleaseRefresh(t.Context(), a.ID, second.Epoch, true, noon); err != nil {
		t.Fatalf("ReleaseRefresh = %v", err)
	}
	wantDue(t, db, noon.Add(-patience), "")
	wantDue(t, db, noon.Add(-patience-time.Microsecond), "U061")
}

func probeInOrder(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	connect(t, db, alice, noon.Add(time.Minute))
	connect(t, db, bob, noon)
	change(t, db, bob, func(a *store.Account) { a.Refreshable = false }) // legacy tokens are probed too
	for _, step := range []struct {
		now  time.Time
		want string
	}{
		{noon.Add(-time.Microsecond), ""}, {noon, "U062"}, {noon.Add(time.Minute), "U062 U061"},
	} {
		due, err := db.ProbeDue(t.Context(), step.now, 10)
		if got := userIDs(due); got != step.want || err != nil {
			t.Errorf("ProbeDue(%v) = %q, %v, want %q", step.now, got, err, step.want)
		}
	}
}

func claimExcludes(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	before := connect(t, db, alice, noon)
	first := claim(t, db, before.ID, "a", noon)
	want := before
	want.Epoch, want.LeaseOwner, want.LeaseUntil = before.Epoch+1, "a", noon.Add(lease)
	want.DueAt, want.RefreshStartedAt = noon.Add(lease), noon
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("claimed account (-want +got):\n%s", diff)
	}
	wantDue(t, db, noon.Add(lease-time.Microsecond), "")
	for _, owner := range []string{"a", "b"} {
		if _, err := db.ClaimRefresh(t.Context(), before.ID, owner, noon.Add(lease-time.Microsecond), lease); !errors.Is(err, store.ErrHeld) {
			t.Errorf("ClaimRefresh by %s under a live lease = %v, want ErrHeld", owner, err)
		}
	}
	// Who waited for the write lock read the clock a moment before the holder did.
	if _, err := db.ClaimRefresh(t.Context(), before.ID, "b", noon.Add(-time.Second), lease); !errors.Is(err, store.ErrHeld) {
		t.Errorf("ClaimRefresh of a moment ago under a live lease = %v, want ErrHeld", err)
	}
	wantDue(t, db, noon.Add(lease), "U061")
	second := claim(t, db, before.ID, "b", noon.Add(lease))
	if second.Epoch != first.Epoch+1 || second.LeaseOwner != "b" || second.RefreshStartedAt != noon {
		t.Errorf("claim after the lease = epoch %d, owner %s, started %v, want %d, b, %v (of the first try)",
			second.Epoch, second.LeaseOwner, second.RefreshStartedAt, first.Epoch+1, noon)
	}
	change(t, db, alice, func(a *store.Account) { a.State = store.Blocked })
	if _, err := db.ClaimRefresh(t.Context(), before.ID, "c", noon.Add(time.Hour), lease); !errors.Is(err, store.ErrFenced) {
		t.Errorf("ClaimRefresh of a BLOCKED account = %v, want ErrFenced", err)
	}
	if _, err := db.ClaimRefresh(t.Context(), "unknown", "c", noon, lease); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("ClaimRefresh of nobody = %v, want ErrNotFound", err)
	}
}

func claimsContend(t *testing.T, dsn string) {
	handles := []*store.DB{openAt(t, dsn), openAt(t, dsn)}
	a := connect(t, handles[0], alice, noon)
	var won atomic.Int32
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			_, err := handles[i%2].ClaimRefresh(t.Context(), a.ID, fmt.Sprint("owner-", i), noon, lease)
			if err == nil {
				won.Add(1)
				return
			}
			if !errors.Is(err, store.ErrHeld) {
				t.Errorf("ClaimRefresh = %v, want ErrHeld", err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 || read(t, handles[0], alice).Epoch != a.Epoch+1 {
		t.Errorf("%d claims won, want 1", won.Load())
	}
}

func saveStores(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	connect(t, db, alice, noon)
	before := change(t, db, alice, func(a *store.Account) { a.Suspect = true })
	c := claim(t, db, before.ID, "a", noon)
	saved := noon.Add(time.Second)
	// Only the pair, its expiry and its scopes count: a refresh tells no identity.
	fresh := store.Grant{Sealed: []byte("sealed pair 2"), Refreshable: true, ExpiresAt: saved.Add(24 * time.Hour)}
	if err := db.SaveRefresh(t.Context(), c.ID, c.Version, c.Epoch, fresh, saved.Add(20*time.Hour), saved); err != nil {
		t.Fatalf("SaveRefresh = %v", err)
	}
	want := before
	want.Sealed, want.ExpiresAt, want.DueAt, want.RefreshedAt = fresh.Sealed, fresh.ExpiresAt, saved.Add(20*time.Hour), saved
	want.Version, want.Epoch, want.Suspect = before.Version+1, c.Epoch, false
	if diff := cmp.Diff(want, read(t, db, alice)); diff != "" {
		t.Errorf("account after SaveRefresh (-want +got):\n%s", diff)
	}
	c = claim(t, db, before.ID, "a", noon.Add(24*time.Hour))
	fresh.Scopes = []string{"read"}
	if err := db.SaveRefresh(t.Context(), c.ID, c.Version, c.Epoch, fresh, noon.Add(48*time.Hour), saved); err != nil {
		t.Fatalf("SaveRefresh = %v", err)
	}
	if got := read(t, db, alice).Scopes; !cmp.Equal(got, []string{"read"}) {
		t.Errorf("scopes = %v, want the new ones", got)
	}
}

// An admin blocks the account while its refresh is on the way: the grant is kept,
// so the pair that replaces it at Linear must be kept too.
func saveBlocked(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	a := connect(t, db, alice, noon)
	c := claim(t, db, a.ID, "a", noon)
	change(t, db, alice, func(a *store.Account) { a.State = store.Blocked })
	fresh := store.Grant{Sealed: []byte("sealed pair 2"), Refreshable: true, ExpiresAt: noon.Add(24 * time.Hour)}
	if err := db.SaveRefresh(t.Context(), a.ID, c.Version, c.Epoch, fresh, noon.Add(time.Hour), noon); err != nil {
		t.Fatalf("SaveRefresh = %v", err)
	}
	if got := read(t, db, alice); got.State != store.Blocked || string(got.Sealed) != "sealed pair 2" {
		t.Errorf("account = %s with %q, want BLOCKED with the new pair", got.State, got.Sealed)
	}
}

func saveFenced(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	a := connect(t, db, alice, noon)
	fresh := store.Grant{Sealed: []byte("stale pair"), Refreshable: true, ExpiresAt: noon.Add(time.Hour)}
	wantFenced := func(when string, version, epoch int64) {
		t.Helper()
		before := read(t, db, alice)
		err := db.SaveRefresh(t.Context(), a.ID, version, epoch, fresh, noon.Add(time.Hour), noon)
		if !errors.Is(err, store.ErrFenced) {
			t.Errorf("SaveRefresh %s = %v, want ErrFenced", when, err)
		}
		if diff := cmp.Diff(before, read(t, db, alice)); diff != "" {
			t.Errorf("SaveRefresh %s wrote (-before +after):\n%s", when, diff)
		}
	}
	wantFenced("without a claim", a.Version, a.Epoch)
	first := claim(t, db, a.ID, "a", noon)
	wantFenced("with an older epoch", first.Version, first.Epoch-1)
	wantFenced("with an older version", first.Version-1, first.Epoch)
	second := claim(t, db, a.ID, "b", noon.Add(lease))
	wantFenced("after another's claim", first.Version, first.Epoch)
	if err := db.SaveRefresh(t.Context(), a.ID, second.Version, second.Epoch, grantOf(alice), noon.Add(time.Hour), noon); err != nil {
		t.Errorf("SaveRefresh by the holder = %v", err)
	}
	wantFenced("a second time", second.Version, second.Epoch)
	third := claim(t, db, a.ID, "a", noon.Add(time.Hour))
	change(t, db, alice, func(a *store.Account) { a.State, a.Grant = store.Disconnected, store.Grant{} })
	wantFenced("after the person disconnected", third.Version, third.Epoch)
}

func releaseIntent(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	a := connect(t, db, alice, noon)
	first := claim(t, db, a.ID, "a", noon)
	if err := db.ReleaseRefresh(t.Context(), a.ID, first.Epoch, true, noon.Add(5*time.Minute)); err != nil {
		t.Fatalf("ReleaseRefresh = %v", err)
	}
	want := first
	want.LeaseOwner, want.LeaseUntil, want.DueAt = "", time.Time{}, noon.Add(5*time.Minute)
	if diff := cmp.Diff(want, read(t, db, alice)); diff != "" {
		t.Errorf("released with intent (-want +got):\n%s", diff)
	}
	wantDue(t, db, noon.Add(lease), "") // back-off holds although an intent is set
	wantDue(t, db, noon.Add(5*time.Minute), "U061")
	if err := db.ReleaseRefresh(t.Context(), a.ID, first.Epoch, false, noon); !errors.Is(err, store.ErrFenced) {
		t.Errorf("second ReleaseRefresh = %v, want ErrFenced", err)
	}
	second := claim(t, db, a.ID, "b", noon.Add(5*time.Minute))
	if second.RefreshStartedAt != noon {
		t.Errorf("started = %v, want %v: the intent was kept", second.RefreshStartedAt, noon)
	}
	if err := db.ReleaseRefresh(t.Context(), a.ID, first.Epoch, false, noon); !errors.Is(err, store.ErrFenced) {
		t.Errorf("ReleaseRefresh of another's lease = %v, want ErrFenced", err)
	}
	if err := db.ReleaseRefresh(t.Context(), a.ID, second.Epoch, false, noon.Add(time.Hour)); err != nil {
		t.Fatalf("ReleaseRefresh = %v", err)
	}
	if got := read(t, db, alice); !got.RefreshStartedAt.IsZero() || got.LeaseOwner != "" {
		t.Errorf("released without intent = started %v, owner %q, want neither", got.RefreshStartedAt, got.LeaseOwner)
	}
}
