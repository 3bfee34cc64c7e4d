package slackapp_test

import (
	"strings"
	"testing"
	"time"

	"linearbot/linear/lineartest"
	"linearbot/slackapp/slacktest"
)

// TestTwoPeopleOneCard: on a card that everybody sees, each press carries its
// presser's identity, and both lines show.
func TestTwoPeopleOneCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.bob)
	w.types(w.alice, general, "/linear ENG-142")
	own := w.sees(w.alice, general, "Safari login")
	w.clicks(w.alice, own, "card_more", "Share to channel")
	w.form(w.alice, "Share ENG-142")
	w.submits(w.alice, map[string]any{"channel": general})
	shared := w.sees(w.bob, general, "shared")
	w.clicks(w.alice, shared, "Assign to me")
	w.sees(w.bob, general, "just now")
	w.picks(w.bob, w.sees(w.bob, general, "just now"), "set_state", "review")
	both := w.sees(w.bob, general, "In Review*")
	if n := strings.Count(slacktest.Text(both), "just now"); n != 2 {
		t.Errorf("%d outcomes are shown, want 2:\n%s", n, slacktest.Text(both))
	}
	actors := map[string]string{}
	for _, c := range w.issue("ENG-142").History {
		actors[c.Field] = c.Actor
	}
	if actors["assignee"] != "alice@acme.test" || actors["state"] != "bob@acme.test" {
		t.Errorf("actors = %v", actors)
	}
}

// TestTwoPressesAtOnce: presses made on the same card before either is drawn both
// show, and the card is the newest there is.
func TestTwoPressesAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.bob)
	w.types(w.alice, general, "/linear ENG-142")
	w.clicks(w.alice, w.sees(w.alice, general, "Safari login"), "card_more", "Share to channel")
	w.form(w.alice, "Share ENG-142")
	w.submits(w.alice, map[string]any{"channel": general})
	shared := w.sees(w.bob, general, "shared")
	w.linear.Fault(lineartest.Fault{Path: "/graphql", Field: "issueUpdate", User: "alice@acme.test", Times: 1, Hold: 500 * time.Millisecond})
	w.clicks(w.alice, shared, "Assign to me")
	w.until("the first change", func() bool { return w.issue("ENG-142").Assignee == "alice@acme.test" })
	w.picks(w.bob, shared, "set_state", "review")
	both := w.sees(w.bob, general, "reassigned")
	if text := slacktest.Text(both); strings.Count(text, "just now") != 2 || !strings.Contains(text, "In Review · Alice Chen") {
		t.Errorf("the card shows:\n%s", text)
	}
}

// TestPressNotConnected: the press of somebody who is not connected is held and
// done after connecting, as them.
func TestPressNotConnected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear ENG-98")
	w.clicks(w.alice, w.sees(w.alice, general, "Payment retries"), "card_more", "Share to channel")
	w.form(w.alice, "Share ENG-98")
	w.submits(w.alice, map[string]any{"channel": general})
	w.clicks(w.bob, w.sees(w.bob, general, "shared"), "Assign to me")
	prompt := w.sees(w.bob, general, "Connect your Linear account")
	w.unseen(w.alice, general, "Connect your Linear account")
	link, err := w.bob.Link(prompt, "Connect Linear")
	if err != nil {
		t.Fatal(err)
	}
	w.browse(link, "bob@acme.test")
	w.sees(w.alice, general, "just now")
	if i := w.issue("ENG-98"); i.Assignee != "bob@acme.test" {
		t.Errorf("ENG-98 is assigned to %q", i.Assignee)
	}
}

// TestCardCounts: with warm names each thing people do costs one request or none.
func TestCardCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	for _, c := range []struct {
		what string
		do   func()
		most int
	}{
		{"show", func() { w.types(w.alice, general, "/linear ENG-12"); w.sees(w.alice, general, "Login test is flaky") }, 1},
		{"list", func() { w.types(w.alice, general, "/linear mine"); w.sees(w.alice, general, "Your open issues") }, 1},
		{"move", func() { w.types(w.alice, general, "/linear move ENG-12 In Review"); w.sees(w.alice, general, "Moved") }, 1},
		{"assign", func() {
			w.types(w.alice, general, "/linear assign ENG-12 bob")
			w.sees(w.alice, general, "ssigned ")
		}, 1},
		{"comment", func() {
			w.types(w.alice, general, "/linear comment ENG-12 Looks good to me")
			w.sees(w.alice, general, "Comment added")
		}, 1},
		{"form", func() { w.types(w.alice, general, "/linear"); w.form(w.alice, "Create issue") }, 0},
		{"typeahead", func() {
			if _, err := w.alice.Suggest(t.Context(), w.alice.View(), "team", "eng"); err != nil {
				t.Fatal(err)
			}
		}, 0},
	} {
		if n := w.requests(c.do); n > c.most {
			t.Errorf("a warm %s takes %d requests to Linear, want at most %d", c.what, n, c.most)
		}
	}
}

// TestChangesFromAndToNothing: a value that was not there is named, on both sides.
func TestChangesFromAndToNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear set ENG-104 estimate:3 due:2027-01-15 assignee:none")
	w.sees(w.alice, general, "Unassigned *Alice Chen*")
	w.sees(w.alice, general, "Due date: *none → 2027-01-15*")
	w.types(w.alice, general, "/linear set ENG-104 due:none")
	w.sees(w.alice, general, "Due date: *2027-01-15 → none*")
}

// TestUndoLeavesOthersChanges: what somebody else changed since stays.
func TestUndoLeavesOthersChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.bob)
	w.types(w.alice, general, "/linear set ENG-104 p:urgent state:in-progress")
	w.sees(w.alice, general, "Priority")
	w.types(w.bob, general, "/linear move ENG-104 In Review")
	w.sees(w.bob, general, "Moved")
	w.types(w.alice, general, "/linear undo")
	m := w.sees(w.alice, general, "so I left it as it is")
	if text := slacktest.Text(m); !strings.Contains(text, "ENG-104's status was changed again by Bob Diaz at") {
		t.Errorf("the undo says:\n%s", text)
	}
	if i := w.issue("ENG-104"); i.State != "In Review" || i.Priority != 2 {
		t.Errorf("ENG-104 is %s, priority %d", i.State, i.Priority)
	}
}

// TestBulkPreview: more than three issues are shown first, applied once by the
// asker only, and taken back together.
func TestBulkPreview(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.bob)
	w.types(w.alice, general, "/linear move ENG-101 ENG-104 ENG-126 ENG-133 ENG-135 In Progress")
	m := w.sees(w.alice, general, "Ready to make 5 changes")
	if w.issue("ENG-101").State != "Todo" {
		t.Fatal("changed before the press")
	}
	w.clicks(w.alice, m, "Apply 5 changes")
	done := w.sees(w.alice, general, "5 changes made")
	if w.issue("ENG-101").State != "In Progress" || w.issue("ENG-135").State != "In Progress" {
		t.Fatal("not changed by the press")
	}
	w.clicks(w.alice, done, "Undo all")
	w.sees(w.alice, general, "Undone")
	if w.issue("ENG-101").State != "Todo" || w.issue("ENG-135").State != "Todo" {
		t.Error("not taken back")
	}
}

// TestEditAndComment through the forms of a card.
func TestEditAndComment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear ENG-133")
	card := w.sees(w.alice, general, "Tidy the feature flags")
	w.clicks(w.alice, card, "card_more", "Edit fields")
	w.form(w.alice, "Save changes")
	w.submits(w.alice, map[string]any{"Title": "Tidy all feature flags", "Priority": "High"})
	w.sees(w.alice, general, "Tidy all feature flags")
	if i := w.issue("ENG-133"); i.Title != "Tidy all feature flags" || i.Priority != 2 || i.Assignee != "alice@acme.test" || i.State != "Todo" {
		t.Errorf("ENG-133 = %+v", i)
	}
	w.clicks(w.alice, w.sees(w.alice, general, "Tidy all feature flags"), "Comment")
	w.form(w.alice, "Add comment")
	w.submits(w.alice, map[string]any{"Comment": "Starting with the *old* ones"})
	added := w.sees(w.alice, general, "Comment added")
	if c := w.linear.Comments("ENG-133"); len(c) != 1 || c[0].Author != "alice@acme.test" {
		t.Fatalf("comments = %+v", c)
	}
	w.clicks(w.alice, added, "Undo")
	w.sees(w.alice, general, "Undone")
	if c := w.linear.Comments("ENG-133"); len(c) != 0 {
		t.Errorf("comments after undo = %+v", c)
	}
}

// TestSeveralCards: a press on one of several cards leaves the others on screen.
func TestSeveralCards(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear show ENG-101 ENG-142 ENG-9999")
	m := w.sees(w.alice, general, "Invoices show the wrong time zone")
	if text := slacktest.Text(m); !strings.Contains(text, "Safari login") || !strings.Contains(text, "I can't find ENG-9999") {
		t.Errorf("shown:\n%s", text)
	}
	block := ""
	for _, b := range m.Blocks {
		if id, _ := b["block_id"].(string); strings.HasPrefix(id, "card|"+w.issue("ENG-142").ID) {
			block = id
		}
	}
	w.clicks(w.alice, m, block+"/assign_me")
	w.sees(w.alice, general, "just now")
	if i := w.issue("ENG-142"); i.Assignee != "alice@acme.test" {
		t.Errorf("ENG-142 is assigned to %q", i.Assignee)
	}
	w.sees(w.alice, general, "Invoices show the wrong time zone")
}

// TestPressWithoutAccess: who cannot see the issue in Linear changes nothing.
func TestPressWithoutAccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.bob)
	w.types(w.alice, general, "/linear ENG-98")
	w.clicks(w.alice, w.sees(w.alice, general, "Payment retries"), "card_more", "Share to channel")
	w.form(w.alice, "Share ENG-98")
	w.submits(w.alice, map[string]any{"channel": general})
	w.linear.Fault(lineartest.Fault{User: "bob@acme.test", Reply: lineartest.Errors(lineartest.GraphQLError{
		Message: "Entity not found: Issue", Type: "invalid input", Code: "INPUT_ERROR",
	})})
	w.clicks(w.bob, w.sees(w.bob, general, "shared"), "Assign to me")
	w.sees(w.bob, general, "You don't have access to this issue in Linear.")
	w.unseen(w.alice, general, "You don't have access")
	if i := w.issue("ENG-98"); i.Assignee != "alice@acme.test" {
		t.Errorf("ENG-98 is assigned to %q", i.Assignee)
	}
}

// TestHeadlineStays: what a card was posted for stays above it after a press, for
// the one person who sees it and for a whole channel, and so does the way back.
func TestHeadlineStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.bob)
	w.types(w.alice, general, "/linear create Kept headline team:ENG")
	w.clicks(w.alice, w.sees(w.alice, general, "Created"), "Assign to me")
	own := w.sees(w.alice, general, "just now")
	if text := slacktest.Text(own); !strings.Contains(text, "Created") || strings.Count(text, "Kept headline") != 1 {
		t.Errorf("after a press the card shows:\n%s", text)
	}
	w.clicks(w.alice, own, "card_more", "Share to channel")
	w.form(w.alice, "Share ENG-")
	w.submits(w.alice, map[string]any{"channel": general})
	w.clicks(w.bob, w.sees(w.bob, general, "shared"), "Assign to me")
	if text := slacktest.Text(w.sees(w.bob, general, "just now")); !strings.Contains(text, "<@"+w.alice.ID+"> shared") {
		t.Errorf("after a press the shared card shows:\n%s", text)
	}
	w.clicks(w.alice, own, "head|"+w.titled("Kept headline")[0].ID+"/undo")
	w.sees(w.alice, general, "moved to Linear's trash")
	if left := w.titled("Kept headline"); len(left) != 0 {
		t.Errorf("%d issues are left after Undo", len(left))
	}
}

// TestHeadlineOfWholeCard: a new issue that was posted for a channel stays a whole
// card below its headline.
func TestHeadlineOfWholeCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.bob)
	if err := w.alice.Command(t.Context(), general, "/linear"); err != nil {
		t.Fatal(err)
	}
	w.form(w.alice, "New Linear issue")
	w.picks(w.alice, w.alice.View(), "team", "Eng")
	w.form(w.alice, "Post in #general")
	w.submits(w.alice, map[string]any{"title": "For everybody", "options": []string{"Post in #general"}})
	w.clicks(w.bob, w.sees(w.bob, general, "Created"), "Assign to me")
	if text := slacktest.Text(w.sees(w.bob, general, "just now")); !strings.Contains(text, "Created") || !strings.Contains(text, "Priority") {
		t.Errorf("after a press the card shows:\n%s", text)
	}
}
