package slackapp

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"linearbot/assistant"
	"linearbot/linear"
)

// TestPrivateTeamsStayOutOfPublicPosts renders everything public with issues of a
// private team and looks for their title anywhere in the JSON.
func TestPrivateTeamsStayOutOfPublicPosts(t *testing.T) {
	t.Parallel()
	w := newWorld("hush-hush", 1, 1)
	w.issue.Team = w.dir.Teams[1].TeamRef
	item := itemOf(changeOf(w.issue, assistant.FieldChange{Field: fieldState, From: "hush-hush", To: "hush-hush"}))
	create := planItem{Title: "hush-hush", Action: "Create", Body: "hush-hush", Private: true}
	for name, m := range map[string]Message{
		"card":    card{Issue: w.issue, Public: true, Head: cardHead{Kind: headCreated}, Lines: []outcome{{Text: "hush-hush"}}}.full(),
		"compact": card{Issue: w.issue, Public: true}.compact(),
		"list":    issueList{Title: "Issues", Issues: []linear.Issue{w.issue}, Shared: true}.message(),
		"preview": plan{Items: []planItem{item, create}, Public: true}.message(),
		"applied": applied{Results: []result{{Item: item}, {Item: create}}, Public: true}.message(),
	} {
		if raw := string(pretty(t, m)); strings.Contains(raw, "hush-hush") {
			t.Errorf("%s shows the title of a private issue: %s", name, raw)
		}
		if !m.Public {
			t.Errorf("%s is not public, so it proves nothing", name)
		}
	}
	if raw := string(pretty(t, issueList{Issues: []linear.Issue{w.issue, w.issue}, Shared: true}.message())); !strings.Contains(raw, "2 issues hidden here because their team is private.") {
		t.Errorf("the shared list does not say what it hides: %s", raw)
	}
}

func TestEveryMessageHasText(t *testing.T) {
	t.Parallel()
	for name, v := range surfaces() {
		m, ok := v.(Message)
		if !ok {
			continue
		}
		text := m.fitted().Text
		if strings.TrimSpace(text) == "" || strings.Contains(text, zeroWidth) && !strings.Contains(name, "specials") {
			t.Errorf("%s has text %q", name, text)
		}
	}
}

func TestLongMessageKeepsItsButtons(t *testing.T) {
	t.Parallel()
	m := Message{}
	for range 80 {
		m = m.with(section("line"))
	}
	m = m.with(actions("", button("Press me", actRetry, "v"))).fitted()
	last, ok := m.Blocks[len(m.Blocks)-1].(*slack.ActionBlock)
	if len(m.Blocks) != maxBlocks || !ok || len(last.Elements.ElementSet) != 1 {
		t.Errorf("%d blocks ending in %T", len(m.Blocks), m.Blocks[len(m.Blocks)-1])
	}
}

func TestCardBlockRoundTrip(t *testing.T) {
	t.Parallel()
	i := linear.Issue{ID: "11111111-2222-4333-8444-555555555555", Team: linear.TeamRef{ID: "99999999-2222-4333-8444-555555555555"}}
	for _, c := range []card{
		{}, {Several: true}, {Public: true, Head: cardHead{Kind: headShared, By: "U0ALICE0123"}},
		{Several: true, Public: true, Head: cardHead{Kind: headCreated, UndoID: strings.Repeat("f", 32)}},
	} {
		c.Issue = i
		for _, full := range []bool{false, true} {
			block := c.block(full)
			want := cardID{Issue: i.ID, Team: i.Team.ID, Head: c.Head, Several: c.Several, Full: full && c.Public}
			if got, ok := cardOf(block); got != want || !ok || len(block) > 255 {
				t.Errorf("cardOf(%q) = %+v %v, want %+v", block, got, ok, want)
			}
		}
	}
	if _, ok := cardOf("title"); ok {
		t.Error("another block id was read as a card's")
	}
}

func TestAssignButtonKnowsWhoLooks(t *testing.T) {
	t.Parallel()
	w := plainWorld()
	for viewer, want := range map[string]string{"user-0": actUnassignMe, "user-1": actAssignMe, "": actAssignMe} {
		raw := string(pretty(t, card{Issue: w.issue, ViewerID: viewer}.full()))
		if !strings.Contains(raw, `"action_id": "`+want+`"`) {
			t.Errorf("viewer %q does not get %s", viewer, want)
		}
	}
}

// TestListCommandRoundTrip: the command of a list means the same when it was written
// anew, with a name for "me".
func TestListCommandRoundTrip(t *testing.T) {
	t.Parallel()
	me := linear.User{Email: "alice@acme.test", DisplayName: "alice chen"}
	for from, want := range map[string]string{
		"mine":                                  `list assignee:"alice chen"`,
		"mine p:high,urgent -label:bug":         `list assignee:"alice chen" -label:bug priority:high,urgent`,
		"list assignee:ME,bob -creator:me":      `list -creator:"alice chen" assignee:"alice chen",bob`,
		`list assignee:"me"`:                    `list assignee:"me"`,
		`list state:in-review updated:<7d`:      `list state:in-review updated:<7d`,
		`search "team: login" label:"a b",c`:    `search "team: login" label:"a b",c`,
		`list project:"say \"hi\"" limit:5`:     `list limit:5 project:"say \"hi\""`,
		`search crash at 10:30 due:>2026-11-01`: `search crash at 10:30 due:>2026-11-01`,
	} {
		cmd, err := assistant.ParseCommand(from)
		if err != nil {
			t.Fatal(from, err)
		}
		got, err := named(cmd, me)
		if err != nil {
			t.Fatal(from, err)
		}
		expected, err := assistant.ParseCommand(want)
		if err != nil {
			t.Fatal(want, err)
		}
		byName := func(a, b assistant.Field) int { return strings.Compare(a.Name, b.Name) }
		slices.SortFunc(got.Fields, byName)
		slices.SortFunc(expected.Fields, byName)
		if diff := cmp.Diff(expected, got); diff != "" {
			t.Errorf("%s becomes %s (-want +got)\n%s", from, listCommand(got), diff)
		}
	}
}

// TestHelpFollowsTheGrammar holds help to the tables it is made from.
func TestHelpFollowsTheGrammar(t *testing.T) {
	t.Parallel()
	h := help{Word: "/lin"}
	raw := string(pretty(t, h.all()))
	for _, v := range assistant.Verbs() {
		if !strings.Contains(raw, "`/lin "+v.Name) {
			t.Errorf("All commands lacks %s", v.Name)
		}
		if m, ok := h.topic(v.Name, nil); !ok || len(m.Blocks) < 2 {
			t.Errorf("help %s is missing", v.Name)
		}
	}
	for _, f := range assistant.Fields() {
		if !strings.Contains(raw, "`"+f.Name+"`") {
			t.Errorf("All commands lacks %s", f.Name)
		}
		m, ok := h.topic(f.Name+":", []string{"Todo"})
		if text := m.fitted().Text; !ok || !strings.Contains(text, "Todo") || !strings.Contains(text, escape(f.Examples[0])) {
			t.Errorf("help %s = %q", f.Name, text)
		}
	}
	if _, ok := h.topic("nonsense", nil); ok {
		t.Error("help nonsense is a topic")
	}
	if strings.Contains(raw, "/linear") {
		t.Error("help does not print the configured word")
	}
}

// TestFilterCommandReadsBack holds the command shown in Edit filters to the
// parser.
func TestFilterCommandReadsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(`od"d la-bel`, 1, 1)
	f := filters{Words: "login", TeamID: "team-eng", State: `In "Review"`, Assignee: "user-0", Priority: "1", LabelIDs: []string{"label-0"}, Updated: "7d", Sort: "due"}
	cmd, err := assistant.ParseCommand(f.command(w.dir))
	if err != nil {
		t.Fatalf("%q: %v", f.command(w.dir), err)
	}
	got := map[string]string{}
	for _, field := range cmd.Fields {
		raw, err := json.Marshal(field)
		if err != nil {
			t.Fatal(err)
		}
		got[field.Name] = string(raw)
	}
	for name, want := range map[string]string{"team": "ENG", "state": `In \"Review\"`, "assignee": "me", "priority": "urgent", "label": `od\"d la-bel`, "updated": "7d", "sort": "due"} {
		if !strings.Contains(got[name], want) {
			t.Errorf("%s reads back as %s, want %s (of %q)", name, got[name], want, f.command(w.dir))
		}
	}
	if cmd.Verb != assistant.VerbSearch {
		t.Errorf("verb %q, want search", cmd.Verb)
	}
}

func TestListNeverInventsATotal(t *testing.T) {
	t.Parallel()
	for want, l := range map[string]issueList{
		"1–10 · more available": {First: 1, More: true},
		"11–20 of 34":           {First: 11, Total: 34, More: true},
		"1–10 · that's all":     {},
	} {
		if got := l.position(10); got != want {
			t.Errorf("position = %q, want %q", got, want)
		}
	}
}

func TestApplyNamesWhatItDoes(t *testing.T) {
	t.Parallel()
	w := manyWorld()
	one := string(pretty(t, plan{ID: "p", Items: []planItem{itemOf(changeOf(w.issue, assistant.FieldChange{Field: fieldState, To: "Done"}))}}.message()))
	if !strings.Contains(one, `"Move ENG-142"`) || !strings.Contains(one, "*Ready to make 1 change*") {
		t.Errorf("one change: %s", one)
	}
	seven := string(pretty(t, plan{ID: "p", Items: w.items()[:7]}.message()))
	if !strings.Contains(seven, `"Apply 7 changes"`) || !strings.Contains(seven, `"confirm"`) {
		t.Errorf("seven changes: %s", seven)
	}
	failed := string(pretty(t, applied{ID: "p", Results: append(w.results()[:2], w.results()[3]), Undoable: true}.message()))
	if !strings.Contains(failed, "1 of 3 changed. 2 failed: ENG-142 (no permission), ENG-145 (no permission).") || !strings.Contains(failed, "Retry failed (2)") {
		t.Errorf("partly: %s", failed)
	}
}
