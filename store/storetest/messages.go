package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linearbot/store"
)

func envelopeOnce(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	e := store.Envelope{ID: "Ev1", Kind: "events_api", Body: []byte("sealed"), ReceivedAt: noon}
	for _, want := range []bool{true, false} {
		if first, err := db.Receive(t.Context(), e); first != want || err != nil {
			t.Errorf("Receive = %t, %v, want %t", first, err, want)
		}
	}
	for range 2 {
		if err := db.Finish(t.Context(), "Ev1"); err != nil {
			t.Errorf("Finish = %v", err)
		}
	}
	if first, err := db.Receive(t.Context(), e); first || err != nil {
		t.Errorf("Receive of a finished envelope = %t, %v, want false", first, err)
	}
	if err := db.Finish(t.Context(), "Ev2"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Finish of what was never received = %v, want ErrNotFound", err)
	}
}

func envelopeUnfinished(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	at := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Second) }
	claimed := func(owner string, now time.Time, limit int) []string {
		t.Helper()
		found, err := db.ClaimEnvelopes(t.Context(), owner, now, time.Minute, limit)
		if err != nil {
			t.Fatalf("ClaimEnvelopes = %v", err)
		}
		var ids []string
		for _, e := range found {
			if e.Owner != owner || !e.DueAt.Equal(now.Add(time.Minute)) || string(e.Body) != e.ID {
				t.Errorf("claimed %+v", e)
			}
			ids = append(ids, fmt.Sprint(e.ID, " ", e.Attempts))
		}
		return ids
	}
	same := func(what string, got []string, want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s = %v, want %v", what, got, want)
		}
	}
	for i := range 4 {
		id := fmt.Sprint("Ev", i)
		e := store.Envelope{ID: id, Kind: "slash_commands", Body: []byte(id), ReceivedAt: at(i), Owner: "a", DueAt: at(i).Add(time.Minute)}
		if _, err := db.Receive(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Finish(t.Context(), "Ev0"); err != nil {
		t.Fatal(err)
	}
	same("while a lives, b", claimed("b", at(59), 10))
	same("when two leases are over, b", claimed("b", at(62), 10), "Ev1 2", "Ev2 2")
	if err := db.HoldEnvelopes(t.Context(), "a", at(300)); err != nil {
		t.Fatal(err)
	}
	same("while a holds on, c", claimed("c", at(100), 10))
	if err := db.ReleaseEnvelopes(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	same("what b left, one at a time, c", claimed("c", at(100), 1), "Ev1 3")
	same("and the next, c", claimed("c", at(100), 1), "Ev2 3")
}

func envelopeDeferred(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	for _, id := range []string{"Ev1", "Ev2"} {
		e := store.Envelope{ID: id, Kind: "slash_commands", ReceivedAt: noon, Owner: "a", DueAt: noon.Add(time.Minute)}
		if _, err := db.Receive(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if err := db.CancelDeferred(t.Context(), id); !errors.Is(err, store.ErrFenced) {
			t.Errorf("CancelDeferred of what is worked on = %v, want ErrFenced", err)
		}
		if err := db.Defer(t.Context(), id, "b", noon.Add(time.Hour)); !errors.Is(err, store.ErrFenced) {
			t.Errorf("Defer by another = %v, want ErrFenced", err)
		}
		if err := db.Defer(t.Context(), id, "a", noon.Add(time.Hour)); err != nil {
			t.Errorf("Defer = %v", err)
		}
	}
	if err := db.HoldEnvelopes(t.Context(), "a", noon.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := db.CancelDeferred(t.Context(), "Ev2"); err != nil {
		t.Errorf("CancelDeferred = %v", err)
	}
	for after, want := range map[time.Duration]int{59 * time.Minute: 0, time.Hour: 1} {
		found, err := db.ClaimEnvelopes(t.Context(), "b", noon.Add(after), time.Minute, 10)
		if err != nil || len(found) != want || want == 1 && (found[0].ID != "Ev1" || found[0].Attempts != 1) {
			t.Errorf("after %v ClaimEnvelopes = %+v, %v, want %d", after, found, err, want)
		}
	}
}

// queue queues a notice in a change of alice's account.
func queue(t *testing.T, db *store.DB, n store.Notice) {
	t.Helper()
	_, err := db.UpdateAccount(t.Context(), alice, func(tx *store.Tx, a store.Account) (store.Account, error) {
		return a, tx.QueueNotice(n)
	})
	if err != nil {
		t.Fatalf("QueueNotice = %v", err)
	}
}

func claimNotices(t *testing.T, db *store.DB, owner string, now time.Time) []store.Notice {
	t.Helper()
	notices, err := db.ClaimNotices(t.Context(), owner, now, time.Minute, 100)
	if err != nil {
		t.Fatalf("ClaimNotices = %v", err)
	}
	return notices
}

func noticeOnce(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	ensure(t, db, alice)
	n := store.Notice{ID: "n1", Kind: "revoked", Cause: "in_linear", At: noon}
	queue(t, db, n)
	n.ID = "n2"
	queue(t, db, n) // the same change, noticed a second time
	if err := db.QueueNotice(t.Context(), store.Notice{Key: bob, Kind: "operator", At: noon}); err != nil {
		t.Errorf("QueueNotice = %v", err)
	}
	got := claimNotices(t, db, "a", noon)
	slices.SortFunc(got, func(a, b store.Notice) int { return strings.Compare(a.Key.UserID, b.Key.UserID) })
	if len(got) != 2 || got[1].ID == "" {
		t.Fatalf("notices = %+v, want two with an ID each", got)
	}
	want := []store.Notice{
		{ID: "n1", Key: alice, Kind: "revoked", Cause: "in_linear", At: noon, Attempts: 1},
		{ID: got[1].ID, Key: bob, Kind: "operator", At: noon, Attempts: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
}

func noticesContend(t *testing.T, dsn string) {
	handles := []*store.DB{openAt(t, dsn), openAt(t, dsn)}
	ensure(t, handles[0], alice)
	const changes = 30
	for i := range changes {
		queue(t, handles[0], store.Notice{Kind: "expired", At: noon.Add(time.Duration(i) * time.Second)})
	}
	var mu sync.Mutex
	claims := map[string]int{}
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			for range changes {
				notices, err := handles[i%2].ClaimNotices(t.Context(), fmt.Sprint("owner-", i), noon.Add(time.Hour), time.Minute, 2)
				if err != nil {
					t.Errorf("ClaimNotices = %v", err)
				}
				mu.Lock()
				for _, n := range notices {
					claims[n.ID]++
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if len(claims) != changes {
		t.Errorf("%d notices were claimed, want %d", len(claims), changes)
	}
	for id, n := range claims {
		if n != 1 {
			t.Errorf("notice %s was claimed %d times, want once", id, n)
		}
	}
}

func noticeLife(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	ensure(t, db, alice)
	queue(t, db, store.Notice{ID: "n1", Kind: "revoked", At: noon})
	if early := claimNotices(t, db, "a", noon.Add(-time.Second)); len(early) != 0 {
		t.Errorf("claimed %v before the change", early)
	}
	steps := []struct {
		now      time.Time
		attempts int // 0: nobody gets it
		failed   time.Time
	}{
		{now: noon, attempts: 1}, // its owner is killed
		{now: noon.Add(59 * time.Second)},
		{now: noon.Add(time.Minute), attempts: 2, failed: noon.Add(10 * time.Minute)},
		{now: noon.Add(9 * time.Minute)},
		{now: noon.Add(10 * time.Minute), attempts: 3},
	}
	for _, step := range steps {
		attempts := 0
		for _, n := range claimNotices(t, db, "a", step.now) {
			attempts = n.Attempts
		}
		if attempts != step.attempts {
			t.Errorf("attempts at %v = %d, want %d", step.now, attempts, step.attempts)
		}
		if step.failed.IsZero() {
			continue
		}
		if err := db.NoticeFailed(t.Context(), "n1", step.failed); err != nil {
			t.Errorf("NoticeFailed = %v", err)
		}
	}
	if err := db.NoticeSent(t.Context(), "n1", "D1", "1.1", noon); err != nil {
		t.Errorf("NoticeSent = %v", err)
	}
	queue(t, db, store.Notice{ID: "n2", Kind: "expired", At: noon})
	if err := db.NoticeFailed(t.Context(), "n2", time.Time{}); err != nil {
		t.Errorf("NoticeFailed for good = %v", err)
	}
	if late := claimNotices(t, db, "a", noon.Add(1000*time.Hour)); len(late) != 0 {
		t.Errorf("claimed %v: one was sent, one given up", late)
	}
	for _, id := range []string{"n1", "n2", "n3"} {
		if err := db.NoticeSent(t.Context(), id, "D1", "2.2", noon); !errors.Is(err, store.ErrFenced) {
			t.Errorf("NoticeSent(%s) after its end = %v, want ErrFenced", id, err)
		}
		if err := db.NoticeFailed(t.Context(), id, noon); !errors.Is(err, store.ErrFenced) {
			t.Errorf("NoticeFailed(%s) after its end = %v, want ErrFenced", id, err)
		}
	}
}

func noticesSent(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	ensure(t, db, alice)
	for i, kind := range []string{"revoked", "welcome", "expired", "revoked"} {
		n := store.Notice{ID: fmt.Sprint("n", i), Kind: kind, At: noon.Add(time.Duration(i) * time.Second)}
		queue(t, db, n)
		if kind == "welcome" {
			continue // not sent
		}
		if err := db.NoticeSent(t.Context(), n.ID, "D1", fmt.Sprint("1.", i), noon); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		key   store.Key
		kinds []string
		want  string
	}{
		{alice, nil, "1.0 1.2 1.3"},
		{alice, []string{"revoked"}, "1.0 1.3"},
		{alice, []string{"revoked", "expired", "welcome"}, "1.0 1.2 1.3"},
		{bob, nil, ""},
	} {
		notices, err := db.SentNotices(t.Context(), test.key, test.kinds...)
		var stamps []string
		for _, n := range notices {
			stamps = append(stamps, n.Timestamp)
		}
		if got := strings.Join(stamps, " "); got != test.want || err != nil {
			t.Errorf("SentNotices(%s, %v) = %q, %v, want %q", test.key, test.kinds, got, err, test.want)
		}
	}
}
