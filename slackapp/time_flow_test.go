package slackapp_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"
	"time"

	"linearbot/slackapp/slacktest"
	"linearbot/store"
)

// valueOf is the value of the button with this action in a message.
func valueOf(t *testing.T, m slacktest.Message, action string) string {
	t.Helper()
	for _, b := range m.Blocks {
		elements, _ := b["elements"].([]any)
		for _, e := range append(elements, b["accessory"]) {
			one, _ := e.(slacktest.Object)
			if value, ok := one["value"].(string); ok && one["action_id"] == action {
				return value
			}
		}
	}
	t.Fatalf("no %s in:\n%s", action, slacktest.Text(m))
	return ""
}

// ages makes a stored plan of alice one that ran out a minute ago.
func (w *world) ages(id string, status store.ProposalStatus) {
	w.t.Helper()
	p, err := w.db.Proposal(w.t.Context(), id)
	if err == nil {
		now := time.Now()
		_, err = w.db.MoveProposal(w.t.Context(), id, key(w.alice), status, status, p.Body, now.Add(-time.Minute), now)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestOldPreview: a preview of a quarter of an hour ago changes nothing, and shows
// itself again; an old undo takes nothing back.
func TestOldPreview(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear move ENG-135 ENG-104 ENG-121 ENG-12 In Review")
	m := w.sees(w.alice, general, "Ready to make")
	w.ages(valueOf(t, m, "apply"), store.Proposed)
	w.clicks(w.alice, m, "apply")
	w.sees(w.alice, general, "This preview is older than 15 minutes. Nothing was changed.")
	if i := w.issue("ENG-135"); i.State == "In Review" {
		t.Error("an old preview was applied")
	}
	w.types(w.alice, engineering, "/linear move ENG-135 In Review")
	done := w.sees(w.alice, engineering, "Moved")
	w.ages(valueOf(t, done, "undo"), store.Applied)
	w.clicks(w.alice, done, "Undo")
	w.sees(w.alice, engineering, "There's nothing from the last 10 minutes to undo.")
	if i := w.issue("ENG-135"); i.State != "In Review" {
		t.Errorf("ENG-135 is %s again", i.State)
	}
}

// TestUnfurlAgain: after an hour the same link has a preview again, and after a week
// somebody without a connection is offered previews once more.
func TestUnfurlAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	first := say(w, w.alice, general, "Look at "+link98)
	w.await("the preview", func() bool { return len(current(w, first).Unfurls) == 1 })
	hash := sha256.Sum256([]byte(link98))
	place := store.Key{TeamID: teamID, UserID: general}
	noted := store.Memory{Key: place, Thread: "unfurl/" + hex.EncodeToString(hash[:12]), Body: []byte{0}, ExpiresAt: time.Now().Add(-time.Second)}
	if _, err := w.db.Memory(t.Context(), place, noted.Thread, time.Now().Add(59*time.Minute)); err != nil {
		t.Fatalf("the preview is forgotten within the hour: %v", err)
	}
	if err := w.db.PutMemory(t.Context(), noted); err != nil {
		t.Fatal(err)
	}
	second := say(w, w.alice, general, "Again "+link98)
	w.await("the second preview", func() bool { return len(current(w, second).Unfurls) == 1 })

	offers := func() int { return count(w.bob, general, "Connect Linear and I'll show") }
	say(w, w.bob, general, link98)
	w.await("the offer", func() bool { return offers() == 1 })
	for age, want := range map[time.Duration]int{6 * 24 * time.Hour: 1, 8 * 24 * time.Hour: 2} {
		at, err := json.Marshal(map[string]time.Time{"at": time.Now().Add(-age)})
		if err == nil {
			err = w.db.PutSetting(t.Context(), teamID, w.bob.ID, "unfurl_prompt", at)
		}
		if err != nil {
			t.Fatal(err)
		}
		before := offers()
		say(w, w.bob, general, "https://linear.app/acme/issue/ENG-12/x")
		if want == 2 {
			w.await("another offer", func() bool { return offers() == before+1 })
			continue
		}
		w.handled()
		if n := offers(); n != before {
			t.Errorf("after %v there are %d offers, want %d", age, n, before)
		}
	}
}
