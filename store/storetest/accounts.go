package storetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linearbot/store"
)

func accountMadeOnce(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	if _, err := db.Account(t.Context(), alice); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("Account before it is made = %v, want ErrNotFound", err)
	}
	const callers = 20
	var made [callers]bool
	var ids [callers]string
	var all sync.WaitGroup
	for i := range callers {
		all.Go(func() {
			a, created, err := db.EnsureAccount(t.Context(), alice, "T900")
			if err != nil {
				t.Errorf("EnsureAccount = %v", err)
			}
			made[i], ids[i] = created, a.ID
		})
	}
	all.Wait()
	if n := len(slices.DeleteFunc(made[:], func(created bool) bool { return !created })); n != 1 {
		t.Errorf("%d callers made the account, want 1", n)
	}
	if distinct := slices.Compact(slices.Sorted(slices.Values(ids[:]))); len(distinct) != 1 {
		t.Errorf("callers saw ids %v, want one", distinct)
	}
	a := read(t, db, alice)
	if a.State != store.Pending || a.HomeTeamID != "T900" || a.Holds() || a.CreatedAt.IsZero() || !a.ChangedAt.Equal(a.CreatedAt) {
		t.Errorf("new account = %+v, want PENDING, of T900, holding nothing, with times", a)
	}
	byID, err := db.AccountByID(t.Context(), a.ID)
	if err != nil || byID.Key != alice {
		t.Errorf("AccountByID = %v, %v, want alice's", byID.Key, err)
	}
	if _, err := db.AccountByID(t.Context(), "unknown"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("AccountByID(unknown) = %v, want ErrNotFound", err)
	}
}

func updateKeepsFields(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	made := ensure(t, db, alice)
	want := store.Account{
		ID: made.ID, Key: alice, HomeTeamID: "T024", State: store.Active, Cause: "connected", Grant: grantOf(alice),
		DueAt: noon.Add(time.Hour), ProbeAt: noon.Add(2 * time.Hour), Suspect: true, Shared: true, Version: 7, Epoch: 8,
		LeaseOwner: "process-1", LeaseUntil: noon.Add(3 * time.Hour), RefreshStartedAt: noon.Add(4 * time.Hour),
		CreatedAt: made.CreatedAt, ConnectedAt: noon.Add(5 * time.Hour), ChangedAt: noon.Add(6 * time.Hour),
		LastUsedAt: noon.Add(7 * time.Hour), RefreshedAt: noon.Add(8 * time.Hour),
	}
	returned := change(t, db, alice, func(a *store.Account) { *a = want })
	if diff := cmp.Diff(want, returned); diff != "" {
		t.Errorf("UpdateAccount returned (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, read(t, db, alice)); diff != "" {
		t.Errorf("Account (-want +got):\n%s", diff)
	}
	local := change(t, db, alice, func(a *store.Account) {
		a.ChangedAt = noon.In(time.FixedZone("", 3600)).Add(999 * time.Nanosecond)
	})
	if local.ChangedAt != noon {
		t.Errorf("time in another zone comes back as %v, want %v: UTC, microseconds", local.ChangedAt, noon)
	}
}

func updateFails(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	before := connect(t, db, alice, noon)
	errStop := errors.New("stop")
	_, err := db.UpdateAccount(t.Context(), alice, func(tx *store.Tx, a store.Account) (store.Account, error) {
		writes := errors.Join(
			tx.QueueNotice(store.Notice{Kind: "revoked", At: noon}),
			tx.AppendAudit(store.Entry{Action: "revoke"}),
			tx.PutTicket(store.Ticket{Kind: store.HeldTicket, Hash: []byte{1}, Key: alice, CreatedAt: noon, ExpiresAt: noon.Add(time.Hour)}),
			tx.PutCandidate(store.Candidate{AccountID: a.ID, Grant: grantOf(alice), CreatedAt: noon}))
		if writes != nil {
			t.Errorf("writes in the transaction = %v", writes)
		}
		a.State = store.Revoked
		return a, errStop
	})
	if !errors.Is(err, errStop) {
		t.Errorf("UpdateAccount = %v, want the function's own error", err)
	}
	if diff := cmp.Diff(before, read(t, db, alice)); diff != "" {
		t.Errorf("account changed (-before +after):\n%s", diff)
	}
	notices, err := db.ClaimNotices(t.Context(), "a", noon.Add(time.Hour), time.Minute, 10)
	if len(notices) != 0 || err != nil {
		t.Errorf("ClaimNotices = %v, %v, want none", notices, err)
	}
	entries, err := db.Audit(t.Context(), store.AuditFilter{})
	if len(entries) != 0 || err != nil {
		t.Errorf("Audit = %v, %v, want none", entries, err)
	}
	tickets, err := db.Tickets(t.Context(), store.HeldTicket, alice, noon)
	if len(tickets) != 0 || err != nil {
		t.Errorf("Tickets = %v, %v, want none", tickets, err)
	}
	wantNoCandidate(t, db, alice)
	never := func(*store.Tx, store.Account) (store.Account, error) { panic("no account, no call") }
	if _, err := db.UpdateAccount(t.Context(), bob, never); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("UpdateAccount of nobody = %v, want ErrNotFound", err)
	}
}

func updateGuards(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	before := connect(t, db, alice, noon)
	for _, back := range []func(*store.Account){
		func(a *store.Account) { a.Version-- },
		func(a *store.Account) { a.Epoch-- },
	} {
		_, err := db.UpdateAccount(t.Context(), alice, func(_ *store.Tx, a store.Account) (store.Account, error) {
			back(&a)
			return a, nil
		})
		if !errors.Is(err, store.ErrFenced) {
			t.Errorf("UpdateAccount with a counter turned back = %v, want ErrFenced", err)
		}
	}
	after := change(t, db, alice, func(a *store.Account) { a.ID, a.Key, a.CreatedAt = "other", bob, noon })
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("identity changed (-before +after):\n%s", diff)
	}
}

func updateSettles(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	a := connect(t, db, alice, noon)
	if _, err := db.ClaimRefresh(t.Context(), a.ID, "a", noon, time.Minute); err != nil {
		t.Fatal(err)
	}
	after := change(t, db, alice, func(a *store.Account) {
		a.State, a.Grant = store.Disconnected, store.Grant{}
		a.Version++
	})
	want := store.Account{
		ID: a.ID, Key: alice, HomeTeamID: a.HomeTeamID, State: store.Disconnected, Version: a.Version + 1, Epoch: a.Epoch + 1,
		CreatedAt: a.CreatedAt, ConnectedAt: a.ConnectedAt, ChangedAt: a.ChangedAt,
	}
	if diff := cmp.Diff(want, after); diff != "" {
		t.Errorf("disconnected account (-want +got):\n%s", diff)
	}
}

func touchHourly(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	ensure(t, db, alice)
	hour := noon.Truncate(time.Hour)
	for _, step := range []struct{ at, want time.Time }{
		{noon, hour},
		{noon.Add(47 * time.Minute), hour},
		{noon.Add(2 * time.Hour), hour.Add(2 * time.Hour)},
		{noon, hour.Add(2 * time.Hour)}, // a clock that goes back does not take it along
	} {
		if err := db.TouchAccount(t.Context(), alice, step.at); err != nil {
			t.Fatalf("TouchAccount = %v", err)
		}
		if got := read(t, db, alice).LastUsedAt; got != step.want {
			t.Errorf("LastUsedAt after a touch at %v = %v, want %v", step.at, got, step.want)
		}
	}
	if err := db.TouchAccount(t.Context(), bob, noon); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("TouchAccount of nobody = %v, want ErrNotFound", err)
	}
}

func accountsFiltered(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	for i := range 5 {
		connect(t, db, store.Key{TeamID: "T024", UserID: fmt.Sprintf("U06%d", i)}, noon)
	}
	odd := store.Key{TeamID: "T777", UserID: "U_9%"}
	ensure(t, db, odd)
	change(t, db, odd, func(a *store.Account) { a.ViewerName, a.ViewerEmail = "Zoë 100%", `back\slash@acme.test` })

	tests := []struct {
		name   string
		filter store.AccountFilter
		want   string
	}{
		{"all", store.AccountFilter{}, "U060 U061 U062 U063 U064 U_9%"},
		{"by state", store.AccountFilter{State: store.Pending}, "U_9%"},
		{"by workspace", store.AccountFilter{TeamID: "T777"}, "U_9%"},
		{"by organisation", store.AccountFilter{OrgID: "org-1", Limit: 2}, "U060 U061"},
		{"by Linear user", store.AccountFilter{OrgID: "org-1", ViewerID: "viewer-U063"}, "U063"},
		{"by name in any case", store.AccountFilter{Name: "VIEWER OF u062"}, "U062"},
		{"by e-mail", store.AccountFilter{Name: "u064@ACME"}, "U064"},
		{"by user id", store.AccountFilter{Name: "u06"}, "U060 U061 U062 U063 U064"},
		{"by a percent sign", store.AccountFilter{Name: "0%"}, "U_9%"},
		{"by an underscore", store.AccountFilter{Name: "u_"}, "U_9%"},
		{"by a backslash", store.AccountFilter{Name: `\`}, "U_9%"},
		{"by what nobody has", store.AccountFilter{Name: "nobody"}, ""},
	}
	for _, test := range tests {
		page, _, err := db.Accounts(t.Context(), test.filter)
		if got := userIDs(page); got != test.want || err != nil {
			t.Errorf("Accounts %s = %q, %v, want %q", test.name, got, err, test.want)
		}
	}

	var pages []string
	for f := (store.AccountFilter{Limit: 2}); ; {
		page, next, err := db.Accounts(t.Context(), f)
		if err != nil {
			t.Fatalf("Accounts(%+v) = %v", f, err)
		}
		pages = append(pages, userIDs(page))
		if f.After = next; next == "" {
			break
		}
	}
	if diff := cmp.Diff([]string{"U060 U061", "U062 U063", "U064 U_9%"}, pages); diff != "" {
		t.Errorf("pages of two (-want +got):\n%s", diff)
	}
}

func userIDs(accounts []store.Account) string {
	var ids []string
	for _, a := range accounts {
		ids = append(ids, a.Key.UserID)
	}
	return strings.Join(ids, " ")
}

func accountsCounted(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	connect(t, db, alice, noon)
	connect(t, db, store.Key{TeamID: "T1", UserID: "U1"}, noon)
	ensure(t, db, bob)
	counts, err := db.CountAccounts(t.Context())
	if want := map[store.State]int{store.Active: 2, store.Pending: 1}; !maps.Equal(counts, want) || err != nil {
		t.Errorf("CountAccounts = %v, %v, want %v", counts, err, want)
	}
}

func identityOnce(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	a := connect(t, db, alice, noon)
	ensure(t, db, bob)
	take := func(shared bool, actor string) error {
		_, err := db.UpdateAccount(t.Context(), bob, func(tx *store.Tx, b store.Account) (store.Account, error) {
			holders, err := tx.Holders(a.OrgID, a.ViewerID)
			if diff := cmp.Diff([]store.Key{alice}, holders); diff != "" || err != nil {
				t.Errorf("Holders: %v (-want +got):\n%s", err, diff)
			}
			b.State, b.Grant, b.DueAt, b.Shared = store.Active, a.Grant, noon, shared
			b.Actor = actor
			return b, nil
		})
		return err
	}
	if err := take(false, "user"); err == nil {
		t.Error("a second account became ACTIVE with the same Linear identity")
	}
	if err := take(true, "user"); err != nil {
		t.Errorf("an admin allowed it, yet: %v", err)
	}
	change(t, db, bob, func(b *store.Account) { b.State, b.Shared, b.Grant = store.Disconnected, false, store.Grant{} })
	if err := take(false, "app"); err != nil {
		t.Errorf("all accounts in app mode act as the one app, yet: %v", err)
	}
}

func candidateBeside(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	before := connect(t, db, alice, noon)
	wantNoCandidate(t, db, alice)
	first := store.Candidate{
		AccountID: before.ID, Grant: grantOf(bob), CodeMAC: []byte("mac"), CodeTries: 1,
		CodeUntil: noon.Add(10 * time.Minute), CreatedAt: noon,
	}
	second := first
	second.Grant, second.CodeMAC, second.CodeTries, second.CodeUntil = grantOf(alice), []byte("mac 2"), 0, noon.Add(20*time.Minute)
	for _, c := range []store.Candidate{first, second} {
		_, err := db.UpdateAccount(t.Context(), alice, func(tx *store.Tx, a store.Account) (store.Account, error) {
			return a, tx.PutCandidate(c)
		})
		if err != nil {
			t.Fatalf("PutCandidate = %v", err)
		}
		_, err = db.UpdateAccount(t.Context(), alice, func(tx *store.Tx, a store.Account) (store.Account, error) {
			got, err := tx.Candidate(a.ID)
			if diff := cmp.Diff(c, got); diff != "" {
				t.Errorf("Candidate (-want +got):\n%s", diff)
			}
			return a, err
		})
		if err != nil {
			t.Fatalf("Candidate = %v", err)
		}
	}
	if diff := cmp.Diff(before, read(t, db, alice)); diff != "" {
		t.Errorf("a candidate changed the account (-before +after):\n%s", diff)
	}
	wantLapsed(t, db, second.CodeUntil.Add(-time.Microsecond), 0)
	wantLapsed(t, db, second.CodeUntil, 1)
	_, err := db.UpdateAccount(t.Context(), alice, func(tx *store.Tx, a store.Account) (store.Account, error) {
		return a, tx.DropCandidate(a.ID)
	})
	if err != nil {
		t.Fatalf("DropCandidate = %v", err)
	}
	wantNoCandidate(t, db, alice)
}

func wantLapsed(t *testing.T, db *store.DB, now time.Time, want int) {
	t.Helper()
	lapsed, err := db.LapsedCandidates(t.Context(), now, 10)
	if len(lapsed) != want || err != nil {
		t.Errorf("LapsedCandidates(%v) = %v, %v, want %d", now, lapsed, err, want)
	}
}

func wantNoCandidate(t *testing.T, db *store.DB, key store.Key) {
	t.Helper()
	_, err := db.UpdateAccount(t.Context(), key, func(tx *store.Tx, a store.Account) (store.Account, error) {
		_, err := tx.Candidate(a.ID)
		return a, err
	})
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Candidate = %v, want ErrNotFound", err)
	}
}

// updatesContend counts up from many goroutines on two handles: the final value
// is the number of successes, and no value was handed out twice.
func updatesContend(t *testing.T, dsn string) {
	handles := []*store.DB{openAt(t, dsn), openAt(t, dsn)}
	ensure(t, handles[0], alice)
	const workers, rounds = 8, 20
	var mu sync.Mutex
	written := map[int64]int{}
	var all sync.WaitGroup
	for i := range workers {
		all.Go(func() {
			for range rounds {
				a, err := handles[i%2].UpdateAccount(t.Context(), alice, func(_ *store.Tx, a store.Account) (store.Account, error) {
					a.Epoch++
					return a, nil
				})
				if err != nil {
					t.Errorf("UpdateAccount = %v", err)
					return
				}
				mu.Lock()
				written[a.Epoch]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if final := read(t, handles[0], alice).Epoch; final != workers*rounds || len(written) != workers*rounds {
		t.Errorf("final = %d, distinct values = %d, want %d each", final, len(written), workers*rounds)
	}
}
