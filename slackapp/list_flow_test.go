package slackapp_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"linearbot/linear/lineartest"
	"linearbot/slackapp/slacktest"
)

// TestListPages: the pages edit the same message; forward and back show the same rows.
func TestListPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear list team:ENG state:all")
	first := w.sees(w.alice, general, "1–10 · more available")
	if n := w.requests(func() {
		w.clicks(w.alice, first, "Next")
		w.sees(w.alice, general, "11–20")
	}); n != 1 {
		t.Errorf("the next page takes %d requests, want 1", n)
	}
	second := w.sees(w.alice, general, "11–20")
	if second.TS != first.TS {
		t.Error("the next page is another message")
	}
	w.clicks(w.alice, second, "Previous")
	again := w.sees(w.alice, general, "1–10")
	if slacktest.Text(again) != slacktest.Text(first) {
		t.Errorf("back on the first page:\n%s\nwas:\n%s", slacktest.Text(again), slacktest.Text(first))
	}
}

// TestEmptyList offers to drop a filter, and the list without it fills the message.
func TestEmptyList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, `/linear list assignee:alice team:ENG label:"infra" p:urgent`)
	m := w.sees(w.alice, general, "No open issues match `assignee:alice team:ENG label:\"infra\" p:urgent`")
	w.clicks(w.alice, m, "Remove a filter")
	w.sees(w.alice, general, "No open issues match `assignee:alice team:ENG label:\"infra\"`")
	m = w.sees(w.alice, general, "No open issues match")
	w.clicks(w.alice, m, "Remove a filter")
	full := w.sees(w.alice, general, "/linear list assignee:alice team:ENG`")
	if full.TS != m.TS {
		t.Error("the list is another message")
	}
}

// TestEditFilters is filled in from the list it was opened from.
func TestEditFilters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, `/linear list team:ENG state:"In Review" p:high assignee:me sort:updated`)
	m := w.sees(w.alice, general, "Sign-in link opens the wrong browser")
	w.clicks(w.alice, m, "Edit filters")
	v := w.form(w.alice, "Show issues")
	text := slacktest.Text(v)
	for _, words := range []string{"external select: Engineering (ENG)", "static select: In Review", "external select: Me", "static select: High", "static select: Last updated", "Same as"} {
		if !strings.Contains(text, words) {
			t.Errorf("the form lacks %q:\n%s", words, text)
		}
	}
	w.submits(w.alice, map[string]any{"Priority": "Medium", "State": "Open"})
	list := w.sees(w.alice, general, "Login test is flaky on Safari")
	if list.TS != m.TS {
		t.Error("the list is another message")
	}
}

// TestSharedListHidesPrivateTeams: rows of private teams never reach the channel.
func TestSharedListHidesPrivateTeams(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.carol)
	w.types(w.carol, general, "/linear list assignee:carol state:open sort:priority")
	own := w.sees(w.carol, general, "Penetration test findings")
	w.clicks(w.carol, own, "Share to channel")
	shared := w.sees(w.bob, general, "hidden here because")
	if text := slacktest.Text(shared); strings.Contains(text, "Penetration") || strings.Contains(shared.Text, "Penetration") {
		t.Errorf("the channel sees:\n%s", text)
	}
	w.unseen(w.bob, general, "Penetration")
	w.clicks(w.carol, w.sees(w.carol, general, "hidden here because"), "Edit filters")
	w.form(w.carol, "Show issues")
	w.submits(w.carol, map[string]any{"Priority": "Urgent"})
	w.sees(w.bob, general, "hidden here because")
	w.unseen(w.bob, general, "Penetration")
}

// TestSlowPressLeavesWhatIsShared: what a press on a shared list shows is for who pressed,
// also when it takes so long that it is said to be under way; the list stays as it is.
func TestSlowPressLeavesWhatIsShared(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear list team:ENG label:infra p:high")
	w.clicks(w.alice, w.sees(w.alice, general, "Backups are not tested"), "Share to channel")
	shared := w.sees(w.bob, general, "shared by")
	w.linear.Fault(lineartest.Fault{Op: "Issue", Hold: 1500 * time.Millisecond})
	w.clicks(w.alice, shared, "row_more", "Show ENG-126")
	w.sees(w.alice, general, "Working on it…")
	card := w.sees(w.alice, general, "by Carol Okafor")
	if now := w.sees(w.bob, general, "shared by"); card.EphemeralTo != w.alice.ID || slacktest.Text(now) != slacktest.Text(shared) {
		t.Errorf("everybody sees:\n%s", w.bob.Screen(general))
	}
}

// TestSharedListMeansOnePerson: a list of one's own issues that was shared says whose
// they are, and stays the same list when somebody else turns its pages.
func TestSharedListMeansOnePerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.bob)
	w.types(w.alice, general, "/linear create One more team:ENG assignee:me")
	w.sees(w.alice, general, "Created")
	w.types(w.alice, general, "/linear mine state:all")
	w.clicks(w.alice, w.sees(w.alice, general, "Your"), "Share to channel")
	shared := w.sees(w.bob, general, "shared by")
	mustSay(t, slacktest.Text(shared), "shared by <@"+w.alice.ID+">", "`/linear list assignee:alice state:all`")
	if text := slacktest.Text(shared); strings.Contains(text, "Your") {
		t.Errorf("the channel reads:\n%s", text)
	}
	w.clicks(w.bob, shared, "Next")
	text := slacktest.Text(w.sees(w.bob, general, "· 11 ·"))
	if !strings.Contains(text, "shared by <@"+w.alice.ID+">") || strings.Contains(text, "Bob") {
		t.Errorf("turned by somebody else it shows:\n%s", text)
	}
}

// TestListLimit: limit is of the whole list, over its pages.
func TestListLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear list team:ENG limit:3")
	w.sees(w.alice, general, "1–3 · that's all")
	w.types(w.alice, engineering, "/linear list team:ENG limit:12")
	w.clicks(w.alice, w.sees(w.alice, engineering, "1–10 · more available"), "Next")
	second := w.sees(w.alice, engineering, "11–12 · that's all")
	w.clicks(w.alice, second, "Previous")
	w.sees(w.alice, engineering, "1–10 · more available")
}

// TestRowMenus move and comment from a list.
func TestRowMenus(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear list team:ENG label:infra p:high")
	m := w.sees(w.alice, general, "Backups are not tested")
	w.clicks(w.alice, m, "row_more", "Move…")
	v := w.form(w.alice, "Move issue")
	w.fills(w.alice, map[string]any{"Status": suggested(w, w.alice, v, "Status", "progress")})
	w.submits(w.alice, nil)
	w.sees(w.alice, general, "Moved")
	if i := w.issue("ENG-126"); i.State != "In Progress" {
		t.Errorf("ENG-126 is %s", i.State)
	}
}

// TestSearchForm finds by words and by identifier.
func TestSearchForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear ENG-9999")
	w.clicks(w.alice, w.sees(w.alice, general, "I can't find ENG-9999, or you don't have access to it."), "Search issues")
	w.form(w.alice, "Search for")
	w.submits(w.alice, map[string]any{"Search for": "payment retries"})
	w.sees(w.alice, general, "Payment retries loop")
}

// TestListOrder: priority first, then what was updated last, also page by page and
// over more issues than one request brings; each page is one request, and the list
// says that it was sorted in parts.
func TestListOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	for n := range 53 {
		w.types(w.alice, engineering, fmt.Sprintf("/linear create Ordered %d team:DES p:%d", n, n%5))
	}
	w.until("53 issues", func() bool {
		n := 0
		for _, i := range w.linear.Issues() {
			if strings.HasPrefix(i.Title, "Ordered ") {
				n++
			}
		}
		return n == 53
	})
	w.types(w.alice, general, "/linear list team:DES")
	m := w.sees(w.alice, general, "1–10 · more available · sorted 50 recently updated at a time")
	var shown []string
	for page := 1; ; page++ {
		text := slacktest.Text(m)
		if page <= 5 { // the first 50
			shown = append(shown, listed.FindAllString(text, -1)...)
		}
		if !strings.Contains(text, "more available") {
			break
		}
		at := fmt.Sprintf("· %d", page*10+1)
		if n := w.requests(func() { w.clicks(w.alice, m, "Next"); m = w.sees(w.alice, general, at) }); n != 1 {
			t.Errorf("page %d takes %d requests", page+1, n)
		}
	}
	rank := []string{"Urgent", "High", "Medium", "Low", "No priority"}
	if len(shown) != 50 || !slices.IsSortedFunc(shown, func(x, y string) int { return slices.Index(rank, x) - slices.Index(rank, y) }) {
		t.Errorf("%d rows in this order: %v", len(shown), shown)
	}
	for range 3 { // and back over the end of the first 50
		w.clicks(w.alice, m, "Previous")
		m = w.sees(w.alice, general, "more available")
	}
}

// listed finds the priority of each row.
var listed = regexp.MustCompile(`Urgent|High|Medium|Low|No priority`)
