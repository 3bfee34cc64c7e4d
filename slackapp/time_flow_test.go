package slackapp_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"
	"time"

	"linearbot/linear/lineartest"
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
	w.clicks(w.alice, w.sees(w.alice, general, "This preview is older"), "Show again")
	again := w.sees(w.alice, general, "Ready to make 3 changes")
	w.clicks(w.alice, again, "apply")
	w.until("the new preview to be applied", func() bool { return w.issue("ENG-135").State == "In Review" })
	w.types(w.alice, engineering, "/linear move ENG-135 Todo")
	w.sees(w.alice, engineering, "Moved")
	if i := w.issue("ENG-135"); i.State != "Todo" {
		t.Fatalf("ENG-135 is %s", i.State)
	}
	w.types(w.alice, engineering, "/linear move ENG-135 In Review")
	done := w.sees(w.alice, engineering, "Todo → In Review")
	w.ages(valueOf(t, done, "undo"), store.Applied)
	w.clicks(w.alice, done, "Undo")
	w.sees(w.alice, engineering, "There's nothing from the last 10 minutes to undo.")
	if i := w.issue("ENG-135"); i.State != "In Review" {
		t.Errorf("ENG-135 is %s again", i.State)
	}
}

// TestOldPreviewOfWords: a preview that words led to is shown again over the values
// of now, for a day.
func TestOldPreviewOfWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	say(w, w.alice, w.alice.DM(), "set the priority of DES-5 to urgent")
	m := w.sees(w.alice, w.alice.DM(), "Ready to make 1 change")
	id := valueOf(t, m, "apply")
	w.ages(id, store.Proposed)
	w.types(w.alice, general, "/linear set DES-5 p:medium")
	w.sees(w.alice, general, "Medium")
	w.clicks(w.alice, m, "Change DES-5")
	w.clicks(w.alice, w.sees(w.alice, w.alice.DM(), "This preview is older than 15 minutes. Nothing was changed."), "Show again")
	again := w.sees(w.alice, w.alice.DM(), "Priority: Medium → *Urgent*")
	if now := valueOf(t, again, "apply"); again.TS != m.TS || now == id {
		t.Errorf("it is shown again as %s in %s, not anew in its place", now, again.TS)
	}
	w.ages(valueOf(t, again, "apply"), store.Proposed)
	w.clicks(w.alice, again, "Change DES-5")
	old := w.sees(w.alice, w.alice.DM(), "This preview is older than 15 minutes. Nothing was changed.")
	if _, err := w.db.Purge(t.Context(), time.Now().Add(25*time.Hour)); err != nil {
		t.Fatal(err)
	}
	w.clicks(w.alice, old, "Show again")
	w.sees(w.alice, w.alice.DM(), "That preview is older than a day")
	if i := w.issue("DES-5"); i.Priority != 3 {
		t.Errorf("DES-5 has priority %v", i.Priority)
	}
}

// backdate makes the buttons of a list say that it was made at another moment.
func backdate(t *testing.T, m slacktest.Message, at time.Time) {
	t.Helper()
	n := 0
	for _, b := range m.Blocks {
		elements, _ := b["elements"].([]any)
		for _, e := range elements {
			one, _ := e.(slacktest.Object)
			var page map[string]any
			if value, ok := one["value"].(string); ok && json.Unmarshal([]byte(value), &page) == nil && page["t"] != nil {
				page["t"] = at
				text, err := json.Marshal(page)
				if err != nil {
					t.Fatal(err)
				}
				one["value"] = string(text)
				n++
			}
		}
	}
	if n == 0 {
		t.Fatalf("no button with a moment in:\n%s", slacktest.Text(m))
	}
}

// TestOldList: the buttons of a list work for a day; then they say from when it is,
// nothing is posted to the channel, and Refresh reads it anew.
func TestOldList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	for press, channel := range map[string]string{"Previous": general, "Share to channel": engineering} {
		w.types(w.alice, channel, "/linear list team:ENG")
		m := w.sees(w.alice, channel, "1–10")
		backdate(t, m, time.Now().Add(-23*time.Hour-59*time.Minute))
		w.clicks(w.alice, m, "Next")
		m = w.sees(w.alice, channel, "11–")
		backdate(t, m, time.Now().Add(-24*time.Hour-time.Minute))
		before := w.linear.CountRequests("/graphql")
		w.clicks(w.alice, m, press)
		m = w.sees(w.alice, channel, "This list is from ")
		if n := w.linear.CountRequests("/graphql") - before; n != 0 || m.EphemeralTo != w.alice.ID {
			t.Errorf("%s of an old list takes %d requests and is shown to %q", press, n, m.EphemeralTo)
		}
		w.clicks(w.alice, m, "Refresh list")
		w.sees(w.alice, channel, "1–10")
		w.unseen(w.alice, channel, "This list is from ")
	}
}

// TestKeptForHalfAnHour: what failed can be tried again for 30 minutes; after that
// it is said, and nothing is done.
func TestKeptForHalfAnHour(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	mend := w.linear.Fault(lineartest.Fault{Path: "/graphql", Cut: true})
	w.types(w.alice, general, "/linear create Kept while down team:ENG")
	m := w.sees(w.alice, general, "Try again")
	command := valueOf(t, m, "retry")
	w.types(w.alice, engineering, "/linear")
	w.form(w.alice, "New Linear issue")
	w.picks(w.alice, w.alice.View(), "team", "eng")
	w.form(w.alice, "(default)")
	w.submits(w.alice, map[string]any{"title": "Kept in the form"})
	v := w.form(w.alice, "Try again")
	form := valueOf(t, slacktest.Message{Blocks: v.Blocks}, "retry")
	mend()
	for _, name := range []string{command, form} {
		if _, err := w.db.Memory(t.Context(), key(w.alice), name, time.Now().Add(29*time.Minute)); err != nil {
			t.Fatalf("%s is forgotten within 30 minutes: %v", name, err)
		}
		kept, err := w.db.Memory(t.Context(), key(w.alice), name, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if kept.ExpiresAt.After(time.Now().Add(30 * time.Minute)) {
			t.Errorf("%s is kept until %s", name, kept.ExpiresAt)
		}
		kept.ExpiresAt = time.Now().Add(-time.Second)
		if err := w.db.PutMemory(t.Context(), kept); err != nil {
			t.Fatal(err)
		}
	}
	w.clicks(w.alice, m, "Try again")
	w.sees(w.alice, general, "That is older than 30 minutes, so I don't have it any more. Nothing was changed.")
	w.clicks(w.alice, v, "Try again")
	w.form(w.alice, "That is older than 30 minutes")
	if n := len(w.titled("Kept while down")) + len(w.titled("Kept in the form")); n != 0 {
		t.Errorf("%d issues were made of what is too old", n)
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
