package accounts_test

import (
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"linearbot/accounts"
	"linearbot/linear/lineartest"
	"linearbot/store"
)

// TestRandomHistories plays connects, refreshes, lost answers, crashes, takings
// over, revocations and disconnects in random order, and holds the account to
// Linear's ledger after each: a grant that lives there and is ours is not lost.
func TestRandomHistories(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		steps := rapid.SliceOfN(rapid.SampledFrom([]string{
			"connect", "sweep", "lose answer", "crash", "second process", "use", "revoke", "disconnect", "block", "day", "minutes",
		}), 1, 25).Draw(r, "steps")
		synctest.Test(t, func(t *testing.T) {
			h := &history{world: newWorld(t), r: r}
			for _, step := range steps {
				h.step(step)
				h.check(step)
			}
		})
	})
}

type history struct {
	*world
	r       *rapid.T
	revoked bool
	late    bool // a refresh token may have been used up without us, too long ago
}

func (h *history) step(name string) {
	key, ctx := alice().Key, h.t.Context()
	a, err := h.m.GetOrCreate(ctx, key, "T1")
	if err != nil {
		h.r.Fatal(err)
	}
	switch name {
	case "connect":
		if a.State == store.Blocked {
			_ = h.m.Unblock(ctx, key, "UADMIN") // fails only with the database, which connect tells
		}
		h.connect(alice(), "alice@acme.test")
		h.revoked, h.late = false, false
	case "lose answer":
		undo := h.s.Fault(refreshFault(lineartest.Fault{Lose: true}))
		h.sweepNow(a)
		undo()
	case "crash":
		h.crash(a)
	case "second process":
		mine := h.m
		_, h.m = h.process("second", accounts.Config{})
		h.sweepNow(a)
		h.m = mine
	case "sweep":
		h.sweepNow(a)
	case "use":
		_, err := h.viewer(key)
		if err == nil && a.State != store.Active {
			h.r.Fatalf("a call went through as %s", a.State)
		}
	case "revoke":
		h.s.RevokeAccess("alice@acme.test")
		h.revoked = true
	case "disconnect":
		err = h.m.Disconnect(ctx, key)
	case "block":
		err = h.m.Block(ctx, key, "UADMIN")
	case "minutes":
		h.pass(5 * time.Minute)
	case "day":
		h.pass(20 * time.Hour)
	}
	if err != nil {
		h.r.Fatalf("%s = %v", name, err)
	}
}

// pass lets time go by; a refresh that was sent and never saved may then be
// beyond Linear's replay window.
func (h *history) pass(d time.Duration) {
	time.Sleep(d)
	a := h.account(alice().Key)
	if !a.RefreshStartedAt.IsZero() && time.Since(a.RefreshStartedAt) > 29*time.Minute {
		h.late = true
	}
}

func (h *history) sweepNow(a store.Account) {
	if a.Refreshable && a.State == store.Active {
		h.edit(a.Key, func(a *store.Account) {
			if a.LeaseOwner == "" {
				a.DueAt = a.CreatedAt
			}
		})
	}
	if _, err := h.m.RefreshDue(h.t.Context()); err != nil {
		h.r.Fatalf("RefreshDue = %v", err)
	}
}

// crash is a process that is killed after Linear has answered and before it saved.
func (h *history) crash(a store.Account) {
	if a.State != store.Active {
		return
	}
	claimed, err := h.db.ClaimRefresh(h.t.Context(), a.ID, "killed", time.Now(), 90*time.Second)
	if err != nil {
		return // another crash's lease still runs
	}
	for _, g := range h.s.Grants() {
		if !g.Ended && claimed.Holds() {
			h.replay(g.Refresh)
			return
		}
	}
}

func (h *history) check(step string) {
	a := h.account(alice().Key)
	living := h.alive()
	switch a.State {
	case store.Active:
		if !a.Holds() || living > 1 {
			h.r.Fatalf("after %s: ACTIVE, holds %v, %d grants live", step, a.Holds(), living)
		}
	case store.Revoked:
		if !h.revoked {
			h.r.Fatalf("after %s: REVOKED though nobody removed access", step)
		}
	case store.Expired:
		if !h.late && !h.revoked {
			h.r.Fatalf("after %s: EXPIRED (%s): a grant was lost", step, a.Cause)
		}
	case store.Disconnected, store.Blocked:
		if a.Holds() || living != 0 {
			h.r.Fatalf("after %s: %s, holds %v, %d grants live", step, a.State, a.Holds(), living)
		}
	case store.Pending, store.Verifying:
		if living != 0 {
			h.r.Fatalf("after %s: %s with %d grants", step, a.State, living)
		}
	}
}
