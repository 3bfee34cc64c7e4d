package slackapp_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"linearbot/linear/lineartest"
	"linearbot/slackapp/slacktest"
	"linearbot/store"
)

// stuck keeps the database locked, as another process can, until free is called.
func (w *world) stuck() (free func()) {
	w.t.Helper()
	other, err := store.Open(w.t.Context(), "sqlite:"+w.path)
	if err != nil {
		w.t.Fatal(err)
	}
	locked, let, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		_, err := other.UpdateAccount(context.WithoutCancel(w.t.Context()), key(w.alice), func(_ *store.Tx, a store.Account) (store.Account, error) {
			close(locked)
			<-let
			return a, nil
		})
		ended <- err
	}()
	<-locked
	free = sync.OnceFunc(func() {
		close(let)
		if err := <-ended; err != nil {
			w.t.Errorf("the other process: %v", err)
		}
		closed(w.t, other.Close())
	})
	w.t.Cleanup(free)
	return free
}

// A burst that comes while another process keeps the database locked: each command is
// acknowledged in time, and each is answered.
func TestBurstWhileTheDatabaseIsStuck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	free := w.stuck()
	var typed sync.WaitGroup
	for n := range 16 {
		typed.Go(func() {
			if err := w.alice.Command(t.Context(), general, fmt.Sprintf("/linear create Burst %d team:ENG", n)); err != nil {
				t.Errorf("command %d: %v", n, err)
			}
		})
	}
	typed.Wait()
	free()
	w.await("each to be answered", func() bool { return count(w.alice, general, "Created *<") == 16 })
	for n := range 16 {
		if made := len(w.titled(fmt.Sprintf("Burst %d", n))); made != 1 {
			t.Errorf("Burst %d was created %d times, want once", n, made)
		}
	}
}

// What went wrong is told also while nothing can be kept for another try.
func TestFailureIsToldWhileTheDatabaseIsStuck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.linear.Fault(lineartest.Fault{Op: "Issue", Reply: lineartest.Unavailable()})
	defer w.stuck()()
	w.types(w.alice, general, "/linear show ENG-98")
	w.sees(w.alice, general, "Linear isn't responding. Nothing was changed.")
}

// A comment that could not be made is shown, so that nobody types it twice.
func TestFailedCommentShowsItsText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear show ENG-98")
	w.clicks(w.alice, w.sees(w.alice, general, "Payment retries loop"), "Comment")
	w.form(w.alice, "Add comment")
	w.linear.Fault(lineartest.Fault{Op: "CommentCreate", Reply: lineartest.Unavailable()})
	w.submits(w.alice, map[string]any{"Comment": "Seen it on *three* phones"})
	mustSay(t, slacktest.Text(w.form(w.alice, "Your text, as you typed it.")), "Nothing was", "Seen it on *three* phones")
}

// A form whose draft cannot be kept shows its text below what went wrong.
func TestFailedFormShowsItsText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.openForm(w.alice, "eng")
	w.linear.RevokeAccess(mailOf(w.alice))
	w.app.SendNotices(t.Context())
	defer w.stuck()()
	w.submits(w.alice, map[string]any{"title": "Typed with care", "description": "Line by line"})
	mustSay(t, slacktest.Text(w.form(w.alice, "Your text, as you typed it.")), "Typed with care", "Line by line")
}
