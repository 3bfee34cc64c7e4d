package assistant_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"linearbot/assistant"
)

// part is a piece of a sentence and what it says.
type part struct {
	text  string
	key   string
	value any
}

// Pieces of lists: before the noun, the noun, after it.
var (
	listOpenings = []string{"", "show me ", "list ", "give me ", "can you show me ", "which ", "find all ", "pls list the ", "I'd like to see ", "how many ", "are there any ", "Show all the ", "I need ", "I want ", "I want all the ", "do we have ", "what are the ", "let me see ", "I need to see ", "can I see "}
	adjectives   = []part{
		{"urgent", "priority", "1"}, {"high priority", "priority", "2"}, {"high-priority", "priority", "2"}, {"P3", "priority", "3"}, {"low prio", "priority", "4"},
		{"open", "stateType", "open"}, {"unresolved", "stateType", "open"}, {"my", "assignee", "me"}, {"Bob's", "assignee", "Bob"}, {"unassigned", "assignee", "none"}, {"unestimated", "estimate", "none"}, {"ENG", "team", "ENG"}, {"Design", "team", "DES"},
	}
	listNouns  = []part{{"issues", "", nil}, {"tickets", "", nil}, {"bugs", "labels", []string{"bug"}}, {"infra issues", "labels", []string{"infra"}}, {"features", "labels", []string{"feature"}}}
	qualifiers = []part{
		{"assigned to Carol", "assignee", "Carol"}, {"for Bob Diaz", "assignee", "Bob Diaz"}, {"owned by <@U7>", "assignee", "<@U7>"}, {"that nobody owns", "assignee", "none"}, {"without an assignee", "assignee", "none"},
		{"in Engineering", "team", "ENG"}, {"in the Design team", "team", "DES"}, {"for ENG", "team", "ENG"}, {"in Auth revamp", "project", "Auth revamp"}, {"in the Mobile launch project", "project", "Mobile launch"}, {"that have no project", "project", "none"},
		{"in review", "state", "In Review"}, {"in the Todo column", "state", "Todo"}, {"that are in progress", "state", "In Progress"}, {"with status Backlog", "state", "Backlog"},
		{"with high priority", "priority", "2"}, {"with priority urgent", "priority", "1"}, {"without priority", "priority", "0"},
		{"labelled infra", "labels", []string{"infra"}}, {"with the feature label", "labels", []string{"feature"}},
		{"created by Alice", "creator", "Alice"}, {"created since Monday", "createdAfter", "2026-11-23"}, {"created in the last 2 weeks", "createdAfter", "-P2W"}, {"updated in the last 3 days", "updatedAfter", "-P3D"}, {"updated today", "updatedAfter", "2026-11-24"}, {"not updated in 30 days", "updatedBefore", "-P30D"}, {"older than 2 weeks", "createdBefore", "-P2W"},
		{"due by friday", "dueBefore", "2026-11-28"}, {"due before 2026-12-24", "dueBefore", "2026-12-24"}, {"with no due date", "dueDate", "none"}, {"due this week", "dueBefore", "2026-11-30"},
		{"with no estimate", "estimate", "none"}, {"estimated at 5 points", "estimate", "5"}, {"in the current cycle", "cycle", "current"}, {"from last sprint", "cycle", "previous"},
		{"not assigned to Bob", "not", map[string]any{"assignee": []any{"Bob"}}}, {"without label bug", "not", map[string]any{"labels": []any{"bug"}}}, {"not in Auth revamp", "not", map[string]any{"project": []any{"Auth revamp"}}},
		{"sorted by priority", "sort", "priority"}, {"newest first", "sort", "newest"}, {"ordered by due date", "sort", "due"},
	}
)

// Filters mean the same in every order, and a description of issues is never a
// change of them.
func TestParseReadsFiltersInEveryOrder(t *testing.T) {
	t.Parallel()
	d := demo()
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(from []part) part { return from[r.IntN(len(from))] }
	n := 2000
	if *allVariants {
		n = 40_000
	}
	missed := 0
	for range n {
		input := map[string]any{}
		var words []string
		add := func(p part) {
			_, twice := input[p.key]
			_, dueTwice := input["dueBefore"]
			clash := p.key == "dueDate" && dueTwice || p.key == "dueBefore" && input["dueDate"] != nil || p.key == "state" && input["stateType"] != nil
			if p.key == "labels" && input["not"] != nil || p.key == "not" && (input["labels"] != nil || input["assignee"] != nil || input["project"] != nil) || (p.key == "assignee" || p.key == "project") && input["not"] != nil {
				clash = true
			}
			if twice || clash {
				return
			}
			if p.key != "" {
				input[p.key] = p.value
			}
			words = append(words, p.text)
		}
		opening := listOpenings[r.IntN(len(listOpenings))]
		for range r.IntN(3) {
			add(pick(adjectives))
		}
		noun := pick(listNouns)
		if _, twice := input[noun.key]; twice {
			noun = listNouns[0]
		}
		add(noun)
		for range r.IntN(4) {
			add(pick(qualifiers))
		}
		text := opening + strings.Join(words, " ")
		want := []assistant.Step{{Tool: "linear_issues_list", Input: input}}
		got := assistant.Parse(text, d, assistant.Thread{Issues: []string{"ENG-7"}}, now)
		err := samePlan(d, got.Plan.Steps, want)
		switch {
		case got.Plan.Writes():
			t.Errorf("WRONG WRITE: Parse(%q) = %s", text, asJSON(t, got.Plan))
		case err != nil && len(got.Plan.Steps) > 0:
			t.Errorf("Parse(%q): %v\n got %s\nwant %s", text, err, asJSON(t, got.Plan), asJSON(t, want))
		case err != nil:
			missed++
			if missed < 30 {
				t.Logf("not read: %q", text)
			}
		}
	}
	t.Logf("%d of %d not read", missed, n)
	if missed > n/50 {
		t.Errorf("%d of %d sentences were not read", missed, n)
	}
}

// Pieces of changes, as they follow a target or "it".
var changeParts = []part{
	{"move %s to In Review", "state", "In Review"}, {"set %s to Todo", "state", "Todo"}, {"close %s", "state", "Done"}, {"assign %s to Carol", "assignee", "Carol"}, {"give %s to <@U7>", "assignee", "<@U7>"}, {"unassign %s", "assignee", "none"},
	{"make %s urgent", "priority", "1"}, {"set the priority of %s to low", "priority", "4"}, {"add the infra label to %s", "addLabels", []string{"infra"}}, {"label %s as bug", "addLabels", []string{"bug"}}, {"remove label feature from %s", "removeLabels", []string{"feature"}},
	{"estimate %s at 3 points", "estimate", "3"}, {"set the due date of %s to 2026-12-24", "dueDate", "2026-12-24"}, {"put %s in Auth revamp", "project", "Auth revamp"}, {"move %s to the next cycle", "cycle", "next"},
}

// Changes of one issue in several clauses are one call, in every order.
func TestParseJoinsChangesInEveryOrder(t *testing.T) {
	t.Parallel()
	d := demo()
	r := rand.New(rand.NewPCG(3, 4))
	missed, n := 0, 1000
	if *allVariants {
		n = 20_000
	}
	for range n {
		input := map[string]any{"issueId": "ENG-12"}
		var clauses []string
		for range 1 + r.IntN(3) {
			p := changeParts[r.IntN(len(changeParts))]
			if _, twice := input[p.key]; twice {
				continue
			}
			input[p.key] = p.value
			target := "it"
			if len(clauses) == 0 || r.IntN(3) == 0 {
				target = []string{"ENG-12", "eng-12", "<https://linear.app/acme/issue/ENG-12/x|ENG-12>", "issue ENG-12"}[r.IntN(4)]
			}
			clauses = append(clauses, strings.ReplaceAll(p.text, "%s", target))
		}
		text := strings.Join(clauses, []string{" and ", ", ", ", and ", " then ", ". ", "; ", "\n"}[r.IntN(7)])
		text = []string{"", "please ", "can you ", "Could you please ", "hey, ", "I want you to "}[r.IntN(6)] + text + []string{"", " please", ", thanks", "!", " 🙏"}[r.IntN(5)]
		want := []assistant.Step{{Tool: "linear_issue_update", Input: input}}
		got := assistant.Parse(text, d, assistant.Thread{}, now)
		err := samePlan(d, got.Plan.Steps, want)
		switch {
		case err != nil && len(got.Plan.Steps) > 0:
			t.Errorf("Parse(%q): %v\n got %s\nwant %s", text, err, asJSON(t, got.Plan), asJSON(t, want))
		case err != nil:
			if missed++; missed < 30 {
				t.Logf("not read: %q", text)
			}
		}
	}
	t.Logf("%d of %d not read", missed, n)
	if missed > n/50 {
		t.Errorf("%d of %d sentences were not read", missed, n)
	}
}

// A sentence with words taken out, doubled or swapped may be understood or not,
// but what it changes was named in it: nothing is made up.
func TestParseMakesNothingUp(t *testing.T) {
	t.Parallel()
	d := demo()
	r := rand.New(rand.NewPCG(5, 6))
	bare := strings.NewReplacer("-", "", " ", "")
	for i, u := range utterances(t) {
		words := strings.Fields(u.Text)
		if len(words) < 2 || len(words) > 40 || !sampled(i) {
			continue
		}
		var meant []string // also what ENG-3 to ENG-5 leaves unsaid
		for _, s := range u.Expect {
			ref, _ := s.Input["issueId"].(string)
			meant = append(meant, ref)
		}
		for range 12 {
			w := slices.Clone(words)
			a, b := r.IntN(len(w)), r.IntN(len(w))
			switch r.IntN(3) {
			case 0:
				w = slices.Delete(w, a, a+1)
			case 1:
				w[a], w[b] = w[b], w[a]
			default:
				w = slices.Insert(w, a, w[b])
			}
			text := strings.Join(w, " ")
			got := assistant.Parse(text, d, assistant.Thread{Issues: u.Context.Issues}, now)
			for _, s := range got.Plan.Steps {
				ref, _ := s.Input["issueId"].(string)
				if ref != "" && !strings.HasPrefix(ref, "$") && !slices.Contains(u.Context.Issues, ref) && !slices.Contains(meant, ref) && !strings.Contains(bare.Replace(strings.ToUpper(text)), bare.Replace(ref)) {
					t.Errorf("Parse(%q) changes %s", text, ref)
				}
			}
		}
	}
}
