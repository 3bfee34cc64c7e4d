package assistant_test

import (
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"linearbot/assistant"
	"linearbot/linear"
	"linearbot/linear/lineartest"
	"linearbot/store"
)

// A preview can be applied for fifteen minutes and what was applied can be taken back
// for ten, by the clock.
func TestPreviewsAndUndoEndByTheClock(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		wait    time.Duration // before Apply
		applies bool
		later   time.Duration // before Undo
		undoes  bool
	}{
		{"at once", 0, true, 0, true},
		{"at the last moment", 15*time.Minute - time.Second, true, 10*time.Minute - time.Second, true},
		{"a preview too old", 15*time.Minute + time.Second, false, 0, false},
		{"an undo too late", time.Minute, true, 10*time.Minute + time.Second, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b, s := inABubble(t)
				p := b.propose(alice, s, update("ENG-98", "state", "In Review"))
				if got := time.Until(p.ExpiresAt).Round(time.Second); got != 15*time.Minute {
					t.Errorf("the preview says it lives %s", got)
				}
				time.Sleep(c.wait)
				out, err := b.engine.Apply(t.Context(), alice, s, p.ID)
				if !c.applies {
					b.oldPreview(s, p.ID, err)
					return
				}
				if err != nil || out.Failed() != 0 || b.state("ENG-98") != "In Review" {
					t.Fatalf("Apply = %+v, %v; ENG-98 is %s", out, err, b.state("ENG-98"))
				}
				if got := time.Until(out.UndoUntil).Round(time.Second); got != 10*time.Minute {
					t.Errorf("it can be undone for %s", got)
				}
				time.Sleep(c.later)
				want := "In Review"
				out, err = b.engine.Undo(t.Context(), alice, s, p.ID)
				if c.undoes {
					want = "In Progress"
				} else if !errors.Is(err, assistant.ErrNothingToUndo) {
					t.Errorf("Undo = %+v, %v; want nothing to undo", out, err)
				}
				if c.undoes && (err != nil || out.Failed() != 0) || b.state("ENG-98") != want {
					t.Errorf("Undo = %+v, %v; ENG-98 is %s, want %s", out, err, b.state("ENG-98"), want)
				}
				if _, err := b.engine.Undo(t.Context(), alice, s, ""); !c.undoes && !errors.Is(err, assistant.ErrNothingToUndo) {
					t.Errorf("Undo of the latest = %v, want nothing to undo", err)
				}
			})
		})
	}
}

// oldPreview changes nothing, is not shown as if it could, and can be shown anew.
func (b *bench) oldPreview(s *linear.Session, id string, err error) {
	b.t.Helper()
	if !errors.Is(err, assistant.ErrExpired) || b.state("ENG-98") != "In Progress" {
		b.t.Errorf("Apply = %v; ENG-98 is %s", err, b.state("ENG-98"))
	}
	if _, err := b.engine.Proposed(b.t.Context(), alice, id); !errors.Is(err, assistant.ErrExpired) {
		b.t.Errorf("Proposed = %v, want expired", err)
	}
	again, err := b.engine.Renew(b.t.Context(), alice, s, id)
	if err != nil || again.ID == id || len(again.Changes) != 1 {
		b.t.Fatalf("Renew = %+v, %v", again, err)
	}
	time.Sleep(14 * time.Minute)
	if out, err := b.engine.Apply(b.t.Context(), alice, s, again.ID); err != nil || out.Failed() != 0 || b.state("ENG-98") != "In Review" {
		b.t.Errorf("Apply of the new one = %+v, %v; ENG-98 is %s", out, err, b.state("ENG-98"))
	}
}

// inABubble is a bench without sockets, whose clock is the bubble's.
func inABubble(t *testing.T) (*bench, *linear.Session) {
	t.Helper()
	b := &bench{t: t, seal: newGCM(t)}
	var err error
	if b.db, err = store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "bot.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.db.Close() }) // the file goes with the test
	b.linear = lineartest.New(lineartest.Options{Seed: true})
	t.Cleanup(b.linear.Close)
	b.engine = assistant.NewEngine(b.db, b.seal, slog.New(slog.DiscardHandler))
	b.client = linear.New(linear.Config{APIURL: "http://linear.test", HTTP: &http.Client{Transport: b.linear.Transport()}})
	return b, b.session(aliceMail)
}
