package linear

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNamesResolveInOrder(t *testing.T) {
	t.Parallel()
	d := testDirectory()
	user := func(name string) (string, error) { u, err := d.User(name); return u.ID, err }
	team := func(name string) (string, error) { x, err := d.Team(name); return x.ID, err }
	state := func(name string) (string, error) { x, err := d.State("t-eng", name); return x.ID, err }
	label := func(name string) (string, error) { x, err := d.Label("t-eng", name); return x.ID, err }
	project := func(name string) (string, error) { x, err := d.Project("t-eng", name); return x.ID, err }
	cycle := func(name string) (string, error) { x, err := d.Cycle("t-eng", name); return x.ID, err }
	for _, c := range []struct {
		find       func(string) (string, error)
		name, want string
	}{
		{user, "me", "u-alice"}, {user, "ME", "u-alice"}, {user, "u-bob", "u-bob"}, {user, "Alice Chen", "u-alice"},
		{user, "alice@acme.test", "u-alice"}, {user, "ALICE@ACME.TEST", "u-alice"}, {user, "@bob", "u-bob"}, {user, "achen", "u-alice"},
		{user, "alice", "u-alice"}, {user, "Car", "u-carol"}, {user, "okafor", "u-carol"}, {user, "alice-chen", "u-alice"},
		{user, "Ａｌｉｃｅ", "u-alice"}, {user, " alice  chen ", "u-alice"}, {user, "Alicia", ""}, {user, "", ""}, {user, "alic e", ""}, {user, "iaz", ""},
		{team, "ENG", "t-eng"}, {team, "eng", "t-eng"}, {team, "Engineering", "t-eng"}, {team, "des", "t-des"}, {team, "Enginering", ""},
		{state, "in review", "ENG-s4"}, {state, "in-review", "ENG-s4"}, {state, "IN_REVIEW", "ENG-s4"}, {state, "review", "ENG-s4"},
		{state, "done", "ENG-s5"}, {state, "DES-s5", ""}, {state, "QA", ""}, {state, "in", ""}, {state, "doen", ""},
		{label, "Bug", "l-bug"}, {label, "Area / API", "l-api"}, {label, "area/api", "l-api"}, {label, "api", "l-api"}, {label, "area", ""}, {label, "ios", ""},
		{project, "auth revamp", "p-auth"}, {project, "auth", "p-auth"}, {project, "mobile", "p-mobile"}, {project, "launch", "p-mobile"},
		{cycle, "current", "c12"}, {cycle, "next", "c13"}, {cycle, "13", "c13"}, {cycle, "#12", "c12"}, {cycle, "Cycle 13", "c13"}, {cycle, "sprint 12", "c12"}, {cycle, "99", ""},
	} {
		got, err := c.find(c.name)
		if _, isName := errors.AsType[*NameError](err); got != c.want || isName != (c.want == "") {
			t.Errorf("%q = %q, %v; want %q", c.name, got, err, c.want)
		}
	}
}

func TestTwoAlices(t *testing.T) {
	t.Parallel()
	d := testDirectory()
	d.Users = append(d.Users, User{"u-alice2", "Alice Ng", "ang", "ng@acme.test", true, false})
	_, err := d.User("Alice")
	e, ok := errors.AsType[*NameError](err)
	if !ok || !e.Ambiguous || len(e.Candidates) != 2 || e.Candidates[1].Detail != "ng@acme.test" {
		t.Fatalf("User(Alice) = %+v, want both as candidates", err)
	}
	if u, err := d.User("Alice Ng"); err != nil || u.ID != "u-alice2" {
		t.Errorf("User(Alice Ng) = %v, %v", u.ID, err)
	}
}

func TestUnknownNamesSuggest(t *testing.T) {
	t.Parallel()
	d := testDirectory()
	_, err := d.State("t-eng", "QA")
	if e, _ := errors.AsType[*NameError](err); e == nil || len(e.Candidates) != 6 || e.Team != "Engineering" {
		t.Errorf("State(QA) = %+v, want every state of the team", err)
	}
	_, err = d.Team("Engg")
	if e, _ := errors.AsType[*NameError](err); e == nil || e.Ambiguous || e.Candidates[0].ID != "t-eng" || len(e.Candidates) > 3 {
		t.Errorf("Team(Engg) = %+v, want Engineering first of at most three", err)
	}
	_, err = d.Label("t-eng", "ios")
	if e, _ := errors.AsType[*NameError](err); e == nil || e.Elsewhere != "Design" {
		t.Errorf("Label(ios) in Engineering = %+v, want to hear that Design has it", err)
	}
	_, err = d.Label("t-eng", "Area")
	if e, _ := errors.AsType[*NameError](err); e == nil || !e.Ambiguous || len(e.Candidates) != 2 {
		t.Errorf("Label(Area) = %+v, want the labels of the group", err)
	}
	_, _, err = ResolveCreate(d, map[string]any{"team": "ENG", "title": "x", "labels": []string{"api", "web"}})
	if e, _ := errors.AsType[*ToolError](err); e == nil || e.Field != "labels" {
		t.Errorf("two labels of one group = %v, want an error about labels", err)
	}
}

// TestResolutionNeverGuesses: whatever is asked, an answer is the whole name, a
// handle, or begins or contains the asked words; and it is the only such one.
func TestResolutionNeverGuesses(t *testing.T) {
	t.Parallel()
	letters := rapid.SampledFrom([]rune("abAB -_é/"))
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfN(rapid.StringOfN(letters, 1, 8, -1), 1, 6).Draw(t, "names")
		asked := rapid.OneOf(rapid.StringOfN(letters, 0, 6, -1), rapid.SampledFrom(names)).Draw(t, "asked")
		entries := make([]entry, len(names))
		for i, n := range names {
			entries[i] = entry{Candidate: Candidate{Name: n}, names: folded(n)}
		}
		i, err := resolve("label", asked, "", entries)
		name := fold(asked)
		related := func(n string) bool {
			n = fold(n)
			return name != "" && n != "" && (strings.HasPrefix(n, name) || strings.Contains(" "+n+" ", " "+name+" "))
		}
		exact := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return fold(n) != name || name == "" })
		if err != nil {
			e, _ := errors.AsType[*NameError](err)
			if len(exact) == 1 {
				t.Fatalf("%q is exactly one of %q, got %v", asked, names, err)
			}
			if e.Ambiguous && (len(e.Candidates) < 2 || !related(e.Candidates[0].Name)) {
				t.Fatalf("%q among %q: ambiguous between %v", asked, names, e.Candidates)
			}
			if !e.Ambiguous && slices.ContainsFunc(names, related) {
				t.Fatalf("%q among %q: a match was missed", asked, names)
			}
			return
		}
		if !related(names[i]) {
			t.Fatalf("%q resolved to %q", asked, names[i])
		}
		if len(exact) > 1 || len(exact) == 1 && names[i] != exact[0] {
			t.Fatalf("%q resolved to %q although %q match exactly", asked, names[i], exact)
		}
	})
}

func TestFoldIsStable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "name")
		once := fold(s)
		if twice := fold(once); twice != once {
			t.Fatalf("fold(fold(%q)) = %q, fold = %q", s, twice, once)
		}
		if strings.HasPrefix(once, " ") || strings.HasSuffix(once, " ") || strings.Contains(once, "  ") {
			t.Fatalf("fold(%q) = %q has loose spaces", s, once)
		}
	})
	if got := fold("Cafe\u00ad\u0301"); got != "café" {
		t.Errorf("fold of an accent behind a soft hyphen = %q", got)
	}
	if got := fold("Cafe\u0301 ﬁx"); got != "café fix" {
		t.Errorf("fold of a decomposed accent and a ligature = %q", got)
	}
}

func TestParseRef(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"ENG-142": "ENG-142", "eng-142": "ENG-142", " ENG-007 ": "ENG-7",
		"https://linear.app/acme/issue/ENG-142/login-fails":     "ENG-142",
		"https://linear.app/acme/issue/eng-142":                 "ENG-142",
		"<https://linear.app/acme/issue/ENG-142/x|ENG-142>":     "ENG-142",
		"https://linear.app/acme/issue/ENG-142/x#comment-1?a=b": "ENG-142",
		"11111111-1111-4111-8111-11111111111A":                  "11111111-1111-4111-8111-11111111111a",
		"https://evil.test/acme/issue/ENG-142":                  "",
		"https://linear.app.evil.test/acme/issue/ENG-142":       "",
		"https://linear.app/acme/project/ENG-142":               "",
		"ENG-0":                    "",
		"ENG142":                   "",
		"1-2":                      "",
		"ENG-1; drop":              "",
		"":                         "",
		"ENG-99999999999999999999": "",
		"javascript://linear.app/acme/issue/ENG-142": "",
	} {
		if got, ok := ParseRef(text); got != want || ok != (want != "") {
			t.Errorf("ParseRef(%q) = %q, %v; want %q", text, got, ok, want)
		}
	}
}

func TestParsePriority(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"urgent": 1, "High": 2, "p1": 1, "P0": 0, "3": 3, "none": 0, "no priority": 0, "low": 4} {
		if got, err := ParsePriority(text); got != want || err != nil {
			t.Errorf("ParsePriority(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "5", "-1", "p9", "critical", "highest"} {
		if _, err := ParsePriority(text); err == nil {
			t.Errorf("ParsePriority(%q) = nil error", text)
		}
	}
}

func TestEstimateScales(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		team Team
		want []int
		used bool
	}{
		{Team{EstimationType: "fibonacci"}, []int{1, 2, 3, 5, 8}, true},
		{Team{EstimationType: "fibonacci", EstimateMore: true, EstimateZero: true}, []int{0, 1, 2, 3, 5, 8, 13, 21}, true},
		{Team{EstimationType: "exponential"}, []int{1, 2, 4, 8, 16}, true},
		{Team{EstimationType: "linear"}, []int{1, 2, 3, 4, 5}, true},
		{Team{EstimationType: "notUsed"}, nil, false},
		{Team{}, nil, true},
	} {
		if got, used := c.team.Estimates(); !slices.Equal(got, c.want) || used != c.used {
			t.Errorf("%s: Estimates() = %v, %v; want %v, %v", c.team.EstimationType, got, used, c.want, c.used)
		}
	}
}

func TestUpdateLeavesOutWhatTheIssueHas(t *testing.T) {
	t.Parallel()
	d := testDirectory()
	estimate := 3.0
	current := Issue{
		Identifier: "ENG-1", Title: "T", Priority: 2, Estimate: &estimate, UpdatedAt: d.FetchedAt.AddDate(1, 0, 0), Team: d.Teams[1].TeamRef,
		State: State{ID: "ENG-s4"}, Assignee: &User{ID: "u-bob"}, Project: &Ref{ID: "p-auth"},
		Labels: Labels{[]Label{{ID: "l-api", Name: "API", Parent: &Ref{"g-area", "Area"}}, {ID: "l-bug", Name: "bug"}}},
	}
	same := map[string]any{"title": "T", "state": "In Review", "priority": "high", "estimate": 3, "assignee": "bob", "project": "auth", "addLabels": []string{"bug"}, "dueDate": "none", "cycle": "none"}
	u, _, err := ResolveUpdate(d, current, same)
	if err != nil || !u.Empty() {
		t.Errorf("an update to what is there = %+v, %v; want none", u, err)
	}
	u, _, err = ResolveUpdate(d, current, map[string]any{"addLabels": []string{"web"}})
	if err != nil || !slices.Equal(u.AddedLabelIDs, []string{"l-web"}) || !slices.Equal(u.RemovedLabelIDs, []string{"l-api"}) {
		t.Errorf("adding a label of an exclusive group = %+v, %v; want the other one removed", u, err)
	}
	u, _, err = ResolveUpdate(d, current, map[string]any{"labels": "none"})
	if err != nil || u.LabelIDs == nil || len(*u.LabelIDs) != 0 {
		t.Errorf("labels none = %+v, %v; want all removed", u, err)
	}
}

func TestDirectoryParseRef(t *testing.T) {
	t.Parallel()
	d := testDirectory()
	for text, want := range map[string]string{
		"eng-142": "ENG-142",
		"https://linear.app/ACME/issue/ENG-142/x":             "ENG-142",
		"https://linear.app/acme-labs/issue/ENG-142":          "ENG-142", // what the workspace was called
		"https://linear.app/globex/issue/ENG-142":             "",
		"<https://linear.app/globex/issue/ENG-142/x|ENG-142>": "",
		"11111111-1111-4111-8111-111111111111":                "11111111-1111-4111-8111-111111111111",
	} {
		if got, ok := d.ParseRef(text); got != want || ok != (want != "") {
			t.Errorf("ParseRef(%q) = %q, %v; want %q", text, got, ok, want)
		}
	}
	for _, input := range []map[string]any{{"parent": "https://linear.app/globex/issue/ENG-1"}, {"parent": []any{"https://linear.app/globex/issue/ENG-1"}}} {
		if _, _, err := ResolveList(d, input); err == nil || !NeedsNames(input) {
			t.Errorf("a list under %v: %v, names needed %v", input["parent"], err, NeedsNames(input))
		}
	}
	if _, _, err := ResolveCreate(d, map[string]any{"title": "x", "team": "ENG", "parent": "https://linear.app/globex/issue/ENG-1"}); err == nil {
		t.Error("a parent in another workspace was taken")
	}
}
