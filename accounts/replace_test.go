package accounts_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"linearbot/accounts"
	"linearbot/store"
)

// twoWorkspaces is a Linear in which Alice is a member of Acme and of Globex.
func twoWorkspaces(c *setup) { c.linear.Globex = true }

// approveIn is approve with another workspace chosen on Linear's page.
func (w *world) approveIn(to accounts.Redirect, workspace, email string) accounts.Callback {
	w.t.Helper()
	back, err := w.s.ApproveIn(w.t.Context(), to.URL, workspace, email)
	if err != nil {
		w.t.Fatalf("ApproveIn(%s, %s) = %v", workspace, email, err)
	}
	return callbackOf(w.t, back, to.Cookie.Value)
}

// asks connects a person to Acme, lets them approve Globex, and returns the question.
func (w *world) asks(p accounts.Person) accounts.Replacement {
	w.t.Helper()
	w.connect(p, p.Email)
	return w.asksAgain(p)
}

func (w *world) asksAgain(p accounts.Person) accounts.Replacement {
	w.t.Helper()
	done, err := w.m.Complete(w.t.Context(), w.approveIn(w.begin(p), "globex", p.Email))
	if err != nil || done.Asks == nil {
		w.t.Fatalf("Complete with another workspace = %+v, %v, want a question", done, err)
	}
	return *done.Asks
}

// wantAlive checks which grants live at Linear, by workspace.
func (w *world) wantAlive(acme, globex int) {
	w.t.Helper()
	n := map[string]int{}
	for _, g := range w.s.Grants() {
		if !g.Ended {
			n[g.Workspace]++
		}
	}
	if n["acme"] != acme || n["globex"] != globex {
		w.t.Errorf("grants that live at Linear: %v, want %d of acme and %d of globex", n, acme, globex)
	}
}

func (w *world) wantWorkspace(key store.Key, state store.State, name string) {
	w.t.Helper()
	if a := w.account(key); a.State != state || a.OrgName != name {
		w.t.Errorf("account is %s in %q, want %s in %q", a.State, a.OrgName, state, name)
	}
}

func TestAnotherWorkspaceWaitsForAnAnswer(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"replace", "keep"} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, twoWorkspaces)
			q := w.asks(alice())
			if q.From.OrgName != "Acme" || q.To.OrgName != "Globex" || q.From.Holds() || q.To.Holds() {
				t.Errorf("the question is from %q to %q", q.From.OrgName, q.To.OrgName)
			}
			w.wantWorkspace(alice().Key, store.Active, "Acme")
			w.wantAlive(1, 1)
			if v, err := w.viewer(alice().Key); err != nil || v.Organization.Name != "Acme" {
				t.Errorf("while the question waits the viewer is in %q, %v", v.Organization.Name, err)
			}
			if again, err := w.m.Asked(t.Context(), alice().Key); err != nil || again.Ref != q.Ref {
				t.Errorf("Asked = %+v, %v", again, err)
			}
			// The answer comes to a process that was started since.
			_, other := w.process("another process", accounts.Config{})
			want := "Acme"
			var err error
			if answer == "replace" {
				want = "Globex"
				_, err = other.Replace(t.Context(), alice().Key, q.Ref)
				w.wantAlive(0, 1)
			} else {
				_, err = other.Keep(t.Context(), alice().Key, q.Ref)
				w.wantAlive(1, 0)
			}
			if err != nil {
				t.Fatal(err)
			}
			w.wantWorkspace(alice().Key, store.Active, want)
			if v, err := w.viewer(alice().Key); err != nil || v.Organization.Name != want {
				t.Errorf("viewer is in %q, %v, want %q", v.Organization.Name, err, want)
			}
			for _, again := range []func() (store.Account, error){
				func() (store.Account, error) { return w.m.Replace(t.Context(), alice().Key, q.Ref) },
				func() (store.Account, error) { return w.m.Keep(t.Context(), alice().Key, q.Ref) },
			} {
				if _, err := again(); !errors.Is(err, accounts.ErrChoiceGone) {
					t.Errorf("a second answer = %v, want ErrChoiceGone", err)
				}
			}
			w.wantWorkspace(alice().Key, store.Active, want)
		})
	}
}

func TestOneOfManyAnswersCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, twoWorkspaces)
	q := w.asks(alice())
	var wg sync.WaitGroup
	var counted atomic.Int64
	for i := range 30 {
		answer := w.m.Replace
		if i%2 == 1 {
			answer = w.m.Keep
		}
		wg.Go(func() {
			_, err := answer(t.Context(), alice().Key, q.Ref)
			if err == nil {
				counted.Add(1)
			} else if !errors.Is(err, accounts.ErrChoiceGone) {
				t.Errorf("answer = %v, want ErrChoiceGone", err)
			}
		})
	}
	wg.Wait()
	if n := counted.Load(); n != 1 || w.alive() != 1 {
		t.Errorf("%d answers counted, %d grants live, want 1 and 1", n, w.alive())
	}
	if v, err := w.viewer(alice().Key); err != nil || v.Organization.Name != w.account(alice().Key).OrgName {
		t.Errorf("viewer is in %q, %v", v.Organization.Name, err)
	}
}

// An answer counts for the question it was given to: not for a later one, and not while
// the code is still waited for.
func TestAnAnswerIsToItsQuestion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, twoWorkspaces)
	first := w.asks(alice())
	second := w.asksAgain(alice())
	answers := map[string]func(context.Context, store.Key, string) (store.Account, error){"Replace": w.m.Replace, "Keep": w.m.Keep}
	for name, answer := range answers {
		if _, err := answer(t.Context(), alice().Key, first.Ref); !errors.Is(err, accounts.ErrChoiceGone) {
			t.Errorf("%s of the question before = %v, want ErrChoiceGone", name, err)
		}
	}
	if q, err := w.m.Asked(t.Context(), alice().Key); err != nil || q.Ref != second.Ref {
		t.Errorf("the second question is %q, %v, want %q", q.Ref, err, second.Ref)
	}
	w.m.Verify = accounts.VerifyCode
	done, err := w.m.Complete(t.Context(), w.approveIn(w.begin(alice()), "globex", "alice@acme.test"))
	if err != nil || done.Code == "" {
		t.Fatalf("Complete = code %q, %v", done.Code, err)
	}
	waiting, err := w.db.Candidate(t.Context(), done.Account.ID)
	if err != nil {
		t.Fatal(err)
	}
	for name, answer := range answers {
		ref := strconv.FormatInt(waiting.CreatedAt.UnixMicro(), 36) // as the question will be named
		if _, err := answer(t.Context(), alice().Key, ref); !errors.Is(err, accounts.ErrChoiceGone) {
			t.Errorf("%s before the code was typed = %v, want ErrChoiceGone", name, err)
		}
	}
	w.wantWorkspace(alice().Key, store.Active, "Acme")
	if done, err = w.m.Confirm(t.Context(), alice().Key, done.Code); err != nil || done.Asks == nil {
		t.Fatalf("Confirm = %+v, %v, want a question", done.Asks, err)
	}
	if _, err := w.m.Replace(t.Context(), alice().Key, done.Asks.Ref); err != nil {
		t.Error(err)
	}
	w.wantWorkspace(alice().Key, store.Active, "Globex")
}

func TestQuestionEndsInTime(t *testing.T) {
	for _, way := range []string{"sweep", "late answer"} {
		t.Run(way, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, twoWorkspaces)
				q := w.asks(alice())
				time.Sleep(15*time.Minute + time.Second)
				if way == "sweep" {
					if _, err := w.m.RefreshDue(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				if _, err := w.m.Replace(t.Context(), alice().Key, q.Ref); !errors.Is(err, accounts.ErrChoiceGone) {
					t.Errorf("Replace too late = %v, want ErrChoiceGone", err)
				}
				w.wantWorkspace(alice().Key, store.Active, "Acme")
				w.wantAlive(1, 0)
				told := 0
				notices, err := w.db.ClaimNotices(t.Context(), "test", time.Now(), time.Minute, 20)
				for _, n := range notices {
					if n.Kind == "not_replaced" {
						told++
					}
				}
				if err != nil || told != 1 {
					t.Errorf("%d notices, %v, want 1", told, err)
				}
			})
		})
	}
}

// A newer consent takes the place of the one that waits, whatever it is for.
func TestNewerConsentEndsTheQuestion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, twoWorkspaces)
	first := w.asks(alice())
	second := w.asksAgain(alice())
	w.wantAlive(1, 1)
	if _, err := w.m.Replace(t.Context(), alice().Key, first.Ref); !errors.Is(err, accounts.ErrChoiceGone) {
		t.Errorf("answer to the older question = %v, want ErrChoiceGone", err)
	}
	w.connect(alice(), "alice@acme.test")
	w.wantAlive(1, 0)
	if _, err := w.m.Replace(t.Context(), alice().Key, second.Ref); !errors.Is(err, accounts.ErrChoiceGone) {
		t.Errorf("answer after reconnecting = %v, want ErrChoiceGone", err)
	}
	third := w.asksAgain(alice())
	if err := w.m.Disconnect(t.Context(), alice().Key); err != nil {
		t.Fatal(err)
	}
	w.wantAlive(0, 0)
	if _, err := w.m.Replace(t.Context(), alice().Key, third.Ref); !errors.Is(err, accounts.ErrChoiceGone) {
		t.Errorf("answer after disconnecting = %v, want ErrChoiceGone", err)
	}
	w.wantState(alice().Key, store.Disconnected, "person")
}

// Under VERIFY=code the question comes after the code, and the code answers it not.
func TestQuestionAfterTheCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t, twoWorkspaces, func(c *setup) { c.accounts.Verify = accounts.VerifyCode })
	w.connect(alice(), "alice@acme.test")
	done, err := w.m.Complete(t.Context(), w.approveIn(w.begin(alice()), "globex", "alice@acme.test"))
	if err != nil || done.Code == "" || done.Asks != nil {
		t.Fatalf("Complete = %+v, %v, want a code", done, err)
	}
	if _, err := w.m.Asked(t.Context(), alice().Key); !errors.Is(err, accounts.ErrChoiceGone) {
		t.Errorf("Asked before the code = %v, want ErrChoiceGone", err)
	}
	proven, err := w.m.Confirm(t.Context(), alice().Key, done.Code)
	if err != nil || proven.Asks == nil {
		t.Fatalf("Confirm = %+v, %v, want a question", proven, err)
	}
	w.wantWorkspace(alice().Key, store.Active, "Acme")
	if _, err := w.m.Confirm(t.Context(), alice().Key, done.Code); !errors.Is(err, accounts.ErrCodeGone) {
		t.Errorf("the code again = %v, want ErrCodeGone", err)
	}
	if _, err := w.m.Replace(t.Context(), alice().Key, proven.Asks.Ref); err != nil {
		t.Fatal(err)
	}
	w.wantWorkspace(alice().Key, store.Active, "Globex")
	w.wantAlive(0, 1)
}

// Somebody whose connection was lost is asked as well: what waits for them was
// meant for the workspace they had.
func TestLostConnectionIsAskedToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, twoWorkspaces)
	w.connect(alice(), "alice@acme.test")
	w.s.RevokeAccess("alice@acme.test")
	if _, err := w.viewer(alice().Key); !errors.Is(err, accounts.ErrRevoked) {
		t.Fatalf("viewer = %v, want ErrRevoked", err)
	}
	q := w.asksAgain(alice())
	if _, err := w.m.Keep(t.Context(), alice().Key, q.Ref); err != nil {
		t.Fatal(err)
	}
	w.wantState(alice().Key, store.Revoked, "revoked")
	w.wantAlive(0, 0)
	q = w.asksAgain(alice())
	if _, err := w.m.Replace(t.Context(), alice().Key, q.Ref); err != nil {
		t.Fatal(err)
	}
	w.wantWorkspace(alice().Key, store.Active, "Globex")
}

// Names and ids of two workspaces do not mix, also not in a process that has not
// heard of the change; a session made before it is refused.
func TestWorkspacesDoNotMix(t *testing.T) {
	t.Parallel()
	w := newWorld(t, twoWorkspaces)
	q := w.asks(alice())
	_, other := w.process("another process", accounts.Config{})
	before, err := other.Session(t.Context(), alice().Key)
	if err != nil {
		t.Fatal(err)
	}
	if d, err := before.Directory(t.Context()); err != nil || d.Organization.Name != "Acme" {
		t.Fatalf("names of %+v, %v", d, err)
	}
	if err := w.db.PutMemory(t.Context(), store.Memory{Key: alice().Key, Thread: "x", Body: []byte("ENG-12"), ExpiresAt: time.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	plan := store.Proposal{ID: "plan", Key: alice().Key, Status: store.Proposed, Body: []byte("ENG-12"), CreatedAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour)}
	if err := w.db.PutProposal(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	if _, err := w.m.Replace(t.Context(), alice().Key, q.Ref); err != nil {
		t.Fatal(err)
	}
	if _, err := before.Viewer(t.Context()); !errors.Is(err, accounts.ErrReplaced) {
		t.Errorf("a session of before = %v, want ErrReplaced", err)
	}
	now, err := other.Session(t.Context(), alice().Key)
	if err != nil {
		t.Fatal(err)
	}
	if d, held := now.CachedDirectory(); held {
		t.Errorf("names of %s are known before they were read", d.Organization.Name)
	}
	d, err := now.Directory(t.Context())
	if err != nil || d.Organization.Name != "Globex" || len(d.Teams) != 2 || d.Teams[0].Name != "Energy" {
		t.Errorf("names of %+v, %v, want Globex's", d, err)
	}
	if _, err := w.db.Memory(t.Context(), alice().Key, "x", time.Now()); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("what was remembered of Acme = %v, want ErrNotFound", err)
	}
	if p, err := w.db.Proposal(t.Context(), "plan"); err != nil || p.Status != store.Dropped {
		t.Errorf("a preview of Acme is %s, %v", p.Status, err)
	}
}

// Reseal also finds the grants that wait, however many.
func TestResealFindsEveryWaitingGrant(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *setup) { c.accounts.Verify = accounts.VerifyCode })
	const many = 230
	for i := range many {
		p := person("U"+string(rune('A'+i/26))+string(rune('A'+i%26)), "alice@acme.test")
		if _, err := w.m.Complete(t.Context(), w.approve(w.begin(p), "alice@acme.test")); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if w.ring, err = w.ring.Rotate(); err != nil {
		t.Fatal(err)
	}
	_, rotated := w.process("rotated", accounts.Config{})
	r, err := rotated.Reseal(t.Context())
	if err != nil || r.Seen != many || r.Resealed != many {
		t.Errorf("Reseal = %+v, %v, want %d", r, err, many)
	}
}
