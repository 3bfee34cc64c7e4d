package assistant

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"linearbot/store"
)

// Eight people of a workspace have a request at work; each has room for one that waits,
// which takes nobody's place.
func TestTheGateCountsThoseAtWork(t *testing.T) {
	t.Parallel()
	synctest.Test(t, gateOfEight)
}

func gateOfEight(t *testing.T) {
	g := newGate()
	person := func(n int) store.Key { return store.Key{TeamID: "T1", UserID: fmt.Sprint(n)} }
	var leave []func()
	enter := func(n int) {
		done, err := g.enter(t.Context(), person(n))
		if err != nil {
			t.Fatalf("person %d: %v", n, err)
		}
		leave = append(leave, done)
	}
	for n := range maxPerWorkspace - 1 {
		enter(n)
	}
	waiting := make(chan func())
	for n := range maxPerWorkspace - 1 {
		go func() {
			done, err := g.enter(t.Context(), person(n))
			if err != nil {
				t.Errorf("person %d does not wait: %v", n, err)
			}
			waiting <- done
		}()
	}
	synctest.Wait()
	enter(maxPerWorkspace - 1)
	for _, n := range []int{maxPerWorkspace, maxPerWorkspace + 1} {
		if _, err := g.enter(t.Context(), person(n)); !errors.Is(err, ErrBusy) {
			t.Errorf("person %d beside eight at work: %v, want %v", n, err, ErrBusy)
		}
	}
	if done, err := g.enter(t.Context(), store.Key{TeamID: "T2", UserID: "0"}); err != nil {
		t.Errorf("another workspace: %v", err)
	} else {
		done()
	}
	for _, done := range leave {
		done()
	}
	for range maxPerWorkspace - 1 {
		(<-waiting)()
	}
	if len(g.people) != 0 || len(g.working) != 0 {
		t.Errorf("after all have left there are %d people and %d workspaces", len(g.people), len(g.working))
	}
}
