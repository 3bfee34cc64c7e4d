package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"linearbot/store"
)

// refreshMachine is a model of one account's refreshes beside the real rows. It
// draws any history of claims, saves, releases, crashes (a claim nobody ends),
// disconnects and reconnects; each step must do to the row what it does to the
// model, and answer the same.
type refreshMachine struct {
	t   *testing.T
	db  *store.DB
	key store.Key

	now    time.Time
	want   store.Account
	claims []store.Account // each answer to a claim, live and stale: any may come back late
	pairs  int             // sealed so far
}

func refreshModel(t *testing.T, dsn string) {
	db := openAt(t, dsn)
	histories := 0
	rapid.Check(t, func(rt *rapid.T) {
		histories++
		key := store.Key{TeamID: "T024", UserID: fmt.Sprint("U", histories)}
		m := &refreshMachine{t: t, db: db, key: key, now: noon, want: connect(t, db, key, noon), pairs: 1}
		rt.Repeat(map[string]func(*rapid.T){
			"":           m.check,
			"wait":       m.wait,
			"clock back": m.clockBack,
			"claim":      m.claim,
			"save":       m.save,
			"release":    m.release,
			"disconnect": m.disconnect,
			"reconnect":  m.reconnect,
		})
	})
}

func (m *refreshMachine) check(rt *rapid.T) {
	got, err := m.db.Account(m.t.Context(), m.key)
	if err != nil {
		rt.Fatal(err)
	}
	if diff := cmp.Diff(m.want, got); diff != "" {
		rt.Fatalf("row differs from the model (-model +row):\n%s", diff)
	}
	accounts, err := m.db.Due(m.t.Context(), m.now, patience, 1<<20)
	if err != nil {
		rt.Fatal(err)
	}
	listed := false
	for _, a := range accounts {
		listed = listed || a.Key == m.key
	}
	due := m.want.State == store.Active && (!m.want.DueAt.After(m.now) ||
		!m.want.RefreshStartedAt.IsZero() && m.want.DueAt.After(m.now.Add(patience)))
	if listed != due {
		rt.Fatalf("due = %t, want %t at %v: %+v", listed, due, m.now, m.want)
	}
}

func (m *refreshMachine) wait(rt *rapid.T) {
	m.now = m.now.Add(time.Duration(rapid.IntRange(1, 200).Draw(rt, "seconds")) * time.Second)
}

func (m *refreshMachine) clockBack(rt *rapid.T) {
	m.now = m.now.Add(-time.Duration(rapid.IntRange(1, 400).Draw(rt, "seconds back")) * time.Second)
}

func (m *refreshMachine) claim(rt *rapid.T) {
	owner := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "owner")
	got, err := m.db.ClaimRefresh(m.t.Context(), m.want.ID, owner, m.now, lease)
	switch {
	case m.want.State != store.Active:
		m.expect(rt, err, store.ErrFenced)
	case m.now.Before(m.want.LeaseUntil) && !m.want.LeaseUntil.After(m.now.Add(2*lease)):
		m.expect(rt, err, store.ErrHeld)
	default:
		m.expect(rt, err, nil)
		m.want.Epoch++
		m.want.LeaseOwner, m.want.LeaseUntil, m.want.DueAt = owner, m.now.Add(lease), m.now.Add(lease)
		if m.want.RefreshStartedAt.IsZero() {
			m.want.RefreshStartedAt = m.now
		}
		if diff := cmp.Diff(m.want, got); diff != "" {
			rt.Fatalf("ClaimRefresh (-want +got):\n%s", diff)
		}
		m.claims = append(m.claims, got)
	}
}

func (m *refreshMachine) save(rt *rapid.T) {
	c := m.anyClaim(rt)
	m.pairs++
	g := m.want.Grant
	g.Sealed, g.Refreshable, g.ExpiresAt = fmt.Appendf(nil, "sealed pair %d", m.pairs), true, m.now.Add(24*time.Hour)
	dueAt := m.now.Add(20 * time.Hour)
	err := m.db.SaveRefresh(m.t.Context(), m.want.ID, c.Version, c.Epoch, g, dueAt, m.now)
	if !m.live(c) || c.Version != m.want.Version {
		m.expect(rt, err, store.ErrFenced)
		return
	}
	m.expect(rt, err, nil)
	m.want.Grant, m.want.DueAt, m.want.RefreshedAt = g, dueAt, m.now
	m.want.Version++
	m.want.LeaseOwner, m.want.LeaseUntil, m.want.RefreshStartedAt = "", time.Time{}, time.Time{}
}

func (m *refreshMachine) release(rt *rapid.T) {
	c := m.anyClaim(rt)
	keep := rapid.Bool().Draw(rt, "keep intent")
	dueAt := m.now.Add(time.Minute)
	err := m.db.ReleaseRefresh(m.t.Context(), m.want.ID, c.Epoch, keep, dueAt)
	if !m.live(c) {
		m.expect(rt, err, store.ErrFenced)
		return
	}
	m.expect(rt, err, nil)
	m.want.LeaseOwner, m.want.LeaseUntil, m.want.DueAt = "", time.Time{}, dueAt
	if !keep {
		m.want.RefreshStartedAt = time.Time{}
	}
}

func (m *refreshMachine) disconnect(*rapid.T) {
	m.want.State, m.want.Grant = store.Disconnected, store.Grant{}
	m.want.DueAt, m.want.ProbeAt = time.Time{}, time.Time{}
	m.want.LeaseOwner, m.want.LeaseUntil, m.want.RefreshStartedAt = "", time.Time{}, time.Time{}
	change(m.t, m.db, m.key, func(a *store.Account) { a.State, a.Grant = store.Disconnected, store.Grant{} })
}

func (m *refreshMachine) reconnect(*rapid.T) {
	m.pairs++
	g := grantOf(m.key)
	g.Sealed = fmt.Appendf(nil, "sealed pair %d", m.pairs)
	set := func(a *store.Account) {
		a.State, a.Grant, a.DueAt = store.Active, g, m.now.Add(20*time.Hour)
		a.LeaseOwner, a.LeaseUntil, a.RefreshStartedAt = "", time.Time{}, time.Time{}
		a.Version++
	}
	set(&m.want)
	change(m.t, m.db, m.key, set)
}

// anyClaim draws a claim made so far; steps that need one are skipped without.
func (m *refreshMachine) anyClaim(rt *rapid.T) store.Account {
	if len(m.claims) == 0 {
		rt.Skip("nothing claimed yet")
	}
	return m.claims[rapid.IntRange(0, len(m.claims)-1).Draw(rt, "claim")]
}

// live reports whether c is the claim that holds the lease. A lease that is over
// but was taken by nobody still does: a late answer is a good answer.
func (m *refreshMachine) live(c store.Account) bool {
	return c.Epoch == m.want.Epoch && !m.want.LeaseUntil.IsZero()
}

func (m *refreshMachine) expect(rt *rapid.T, got, want error) {
	if !errors.Is(got, want) {
		rt.Fatalf("answer = %v, want %v", got, want)
	}
}
