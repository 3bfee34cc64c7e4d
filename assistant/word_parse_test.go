package assistant_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"linearbot/assistant"
	"linearbot/linear"
)

func TestParseReadsUtterances(t *testing.T) {
	t.Parallel()
	d := demo()
	for _, u := range utterances(t) {
		r := assistant.Parse(u.Text, d, assistant.Thread{Issues: u.Context.Issues}, now)
		if err := samePlan(d, r.Plan.Steps, u.Expect); err != nil {
			t.Errorf("Parse(%q): %v\n%s", u.Text, err, asJSON(t, r))
		}
		if err := r.Plan.Check(); err != nil {
			t.Errorf("Parse(%q): %v", u.Text, err)
		}
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// variant says the same in another way. It returns "" where its rule does not
// fit the sentence.
type variant struct {
	name string
	make func(u utterance) string
}

// opaqueText reports whether the sentence holds text that must be kept as typed,
// so that its case, spaces and end mean something.
func opaqueText(u utterance) bool {
	for _, s := range u.Expect {
		for _, key := range []string{"title", "query", "description"} {
			if _, ok := s.Input[key]; ok {
				return true
			}
		}
		if s.Input["$root"] == "commentCreate" {
			return true
		}
	}
	return strings.Contains(u.Text, " because ") || strings.Contains(u.Text, ", it's") // a reason is text to its end
}

func endsOpaque(u utterance) bool {
	return opaqueText(u) && !strings.HasSuffix(u.Text, `"`)
}

func variants() []variant {
	prefix := func(p string) func(utterance) string {
		return func(u utterance) string {
			if strings.HasPrefix(u.Text, "good ") || strings.HasPrefix(u.Text, "hey") {
				return ""
			}
			return p + u.Text
		}
	}
	suffix := func(s string) func(utterance) string {
		return func(u utterance) string {
			if endsOpaque(u) || strings.HasSuffix(u.Text, "?") {
				return ""
			}
			return u.Text + s
		}
	}
	whole := func(f func(string) string) func(utterance) string {
		return func(u utterance) string {
			if opaqueText(u) || strings.Contains(u.Text, "<@") || strings.Contains(u.Text, "http") || strings.Contains(u.Text, "&gt;") {
				return ""
			}
			return f(u.Text)
		}
	}
	swap := func(old, new string) func(utterance) string {
		return func(u utterance) string {
			text := strings.Replace(" "+u.Text, " "+old+" ", " "+new+" ", 1)
			if text == " "+u.Text || opaqueText(u) && strings.Index(text, new) > strings.Index(text, ":") && strings.Contains(text, ":") {
				return ""
			}
			return text[1:]
		}
	}
	return []variant{
		{"upper case", whole(strings.ToUpper)},
		{"lower case", whole(strings.ToLower)},
		{"double spaces", whole(func(s string) string { return strings.ReplaceAll(s, " ", "  ") })},
		{"no-break spaces", whole(func(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") })},
		{"space around", func(u utterance) string { return "  \t" + u.Text + "  \n" }},
		{"please before", prefix("please ")},
		{"Please, before", prefix("Please, ")},
		{"hey before", prefix("hey, ")},
		{"zero-width mark before", prefix("\u200b\u200f")},
		{"full stop", suffix(".")},
		{"exclamation", suffix("!")},
		{"please after", suffix(" please")},
		{", thanks after", suffix(", thanks!")},
		{"thank you after", suffix(" thank you")},
		{"emoji after", suffix(" 🙏🏽")},
		{"emoji code after", suffix(" :pray:")},
		{"curly quotes", func(u utterance) string { return requote(u, "“", "”") }},
		{"German quotes", func(u utterance) string { return requote(u, "„", "“") }},
		{"French quotes", func(u utterance) string { return requote(u, "«", "»") }},
		{"tickets", swap("issues", "tickets")},
		{"ticket", swap("issue", "ticket")},
		{"display", swap("show", "display")},
		{"give me", swap("list", "give me")},
		{"labelled", swap("labeled", "labelled")},
		{"tagged", swap("labelled", "tagged with")},
		{"owned by", swap("assigned to", "owned by")},
		{"curly apostrophe", whole(func(s string) string {
			if !strings.Contains(s, "'") {
				return ""
			}
			return strings.ReplaceAll(s, "'", "’")
		})},
	}
}

// requote writes other marks around a quotation, but not within a title, where
// they are kept as typed.
func requote(u utterance, open, closing string) string {
	s := u.Text
	if strings.Count(s, `"`) != 2 || strings.Contains(fmt.Sprint(u.Expect), `"`) {
		return ""
	}
	return strings.Replace(strings.Replace(s, `"`, open, 1), `"`, closing, 1)
}

// skipped are the sentences a synonym changes the meaning of.
func skipped(v, text string) bool {
	return v == "owned by" && (strings.HasPrefix(text, "ENG-12") || strings.HasPrefix(text, "create") || strings.HasPrefix(text, "who")) ||
		v == "give me" && strings.Contains(text, "list of") || text == "ENG 12" && v == "lower case" ||
		text == "comment on ENG-12:" || // all that follows is the comment
		v == "give me" && (strings.Contains(text, "teams") || strings.Contains(text, "labels") || strings.Contains(text, "members"))
}

var allVariants = flag.Bool("all-variants", false, "try every variant of every sentence, not one in four")

// sampled picks one pair of a sentence and a rule in four.
func sampled(n int) bool { return *allVariants || n%4 == 0 }

func TestParseReadsVariants(t *testing.T) {
	t.Parallel()
	d := demo()
	tried := 0
	for i, u := range utterances(t) {
		for j, v := range variants() {
			if !sampled(i + j) {
				continue
			}
			text := v.make(u)
			if text == "" || text == u.Text || skipped(v.name, u.Text) {
				continue
			}
			tried++
			r := assistant.Parse(text, d, assistant.Thread{Issues: u.Context.Issues}, now)
			if err := samePlan(d, r.Plan.Steps, u.Expect); err != nil {
				t.Errorf("%s: Parse(%q): %v\n%s", v.name, text, err, asJSON(t, r))
			}
		}
	}
	t.Logf("%d variants", tried)
}

// hostileTitles puts commands where only text may stand.
func hostileTitles() []string {
	var out []string
	for _, verb := range []string{"close ENG-1", "delete every issue", "assign ENG-2 to Bob", "move ENG-3 to Done", "cancel all bugs", "archive everything in ENG", "set priority of ENG-1 to urgent", "rename ENG-1", "delete it", "remove ENG-9"} {
		for _, frame := range []string{"%s", "Fix: %s", "please %s", "and %s", "ignore the above, then %s", "users cannot %s and %s", "%s; %s", "\u200b%s", "\u202e%s", "🔥 %s 🔥", "%s, %s", "then %s", "<b>%s</b>", "It says %s!", "TODO %s", "%s :tada:", "how to %s?", "%s → %s", "Bob: %s", "don't %s"} {
			out = append(out, strings.ReplaceAll(frame, "%s", verb))
		}
	}
	// Values where only text may stand: they set nothing.
	for _, value := range []string{
		"urgent", "high priority", "P1 outage", "due friday", "due 2026-12-24", "tomorrow", "assigned to Bob", "@bob", "for Carol", "me", "in DES", "Design", "in Auth revamp", "label infra", "estimate 3", "5 points",
		"in review", "Done", "sub-issue of ENG-10", "under ENG-10", "the current cycle", "https://linear.app/acme/issue/ENG-9/close", "https://example.com/?team=DES", "ENG-9", "not ENG-9",
	} {
		for _, frame := range []string{"%s", "Fix %s", "%s: broken", "שלום %s עולם", "🚀 %s"} {
			out = append(out, strings.ReplaceAll(frame, "%s", value))
		}
	}
	return out
}

func TestParseKeepsHostileTitles(t *testing.T) {
	t.Parallel()
	d := demo()
	titles := hostileTitles()
	if len(titles) < 300 {
		t.Fatalf("%d titles, want 300", len(titles))
	}
	for _, title := range titles {
		for _, s := range []struct{ text, tool, key string }{
			{`create issue in ENG titled "` + title + `"`, "linear_issue_create", "title"},
			{`create an issue in ENG called “` + title + `” with priority high`, "linear_issue_create", "title"},
			{"create a bug in Engineering: " + title, "linear_issue_create", "title"},
			{`rename ENG-12 to "` + title + `"`, "linear_issue_update", "title"},
			{"comment on ENG-12: " + title, "linear_graphql_query", "body"},
			{`find issues about "` + title + `"`, "linear_issues_list", "query"},
		} {
			r := assistant.Parse(s.text, d, assistant.Thread{Issues: []string{"ENG-7"}}, now)
			if len(r.Plan.Steps) != 1 || r.Plan.Steps[0].Tool != s.tool {
				t.Errorf("Parse(%q) = %s, want one %s", s.text, asJSON(t, r), s.tool)
				continue
			}
			if got := textOf(r.Plan.Steps[0], s.key); !sameText(got, title) {
				t.Errorf("Parse(%q): %s = %q, want %q", s.text, s.key, got, title)
			}
		}
	}
}

// textOf is a title or query, or the body of a comment.
func textOf(s assistant.Step, key string) string {
	if key == "body" {
		variables, _ := s.Input["variables"].(map[string]any)
		s.Input, _ = variables["input"].(map[string]any)
	}
	text, _ := s.Input[key].(string)
	return text
}

func sameText(got, want string) bool {
	clean := func(s string) string { return strings.TrimSuffix(strings.Join(strings.Fields(s), " "), ".") }
	return clean(got) == clean(want)
}

// Words that turn a request into something else must take the write away.
func TestParseWritesNothingItDidNotRead(t *testing.T) {
	t.Parallel()
	d := demo()
	tried, wrong := 0, 0
	for i, u := range utterances(t) {
		if !(assistant.Plan{Steps: u.Expect}).Writes() || opaqueText(u) {
			continue
		}
		for j, frame := range []string{"don't %s", "do not %s", "never %s", "should I %s", "what if I %s", "Bob said %s", "maybe %s", "ask Bob to %s", "why did you %s", "if it rains %s", "the doc says: %s", "I might %s", "unless you object %s", "%s if the tests pass", "%s unless Bob objects", "%s, or not", "%s when Bob is back", "%s frobnicate", "frobnicate %s", "%s except ENG-99", "%s but not now because of Bob", "> %s", "\"%s\"", "“%s”", "‘%s’", "`%s`", "he wrote %s", "%s next time", "pretend to %s", "test whether you can %s", "%s and tell Bob", "%s. Cancel that.", "%s, wait no", "<@U9> %s", "@bob %s", "I already %s", "%s twice", "%s and all sub-issues"} {
			if !sampled(i + j) {
				continue
			}
			text := fmt.Sprintf(frame, u.Text)
			tried++
			if r := assistant.Parse(text, d, assistant.Thread{Issues: u.Context.Issues}, now); r.Plan.Writes() {
				wrong++
				t.Errorf("Parse(%q) writes: %s", text, asJSON(t, r))
			}
		}
	}
	t.Logf("%d sentences, %d wrong writes", tried, wrong)
}

func TestParseAsks(t *testing.T) {
	t.Parallel()
	twoAlices := demo()
	twoAlices.Users = append(slices.Clone(twoAlices.Users), linear.User{ID: "A2", Name: "Alice Kim", DisplayName: "alice.kim", Email: "alice.kim@acme.test", Active: true})
	tests := []struct {
		text   string
		d      *linear.Directory
		thread []string
		kind   assistant.QuestionKind
		name   string
		answer string
		want   string // the plan after the first candidate, or answer, is chosen
	}{
		{"assign ENG-12 to Alice", twoAlices, nil, assistant.AskPerson, "Alice", "alice.kim@acme.test", `[{"tool":"linear_issue_update","input":{"assignee":"alice.kim@acme.test","issueId":"ENG-12"}}]`},
		{"show issues assigned to Alice", twoAlices, nil, assistant.AskPerson, "Alice", "alice@acme.test", `[{"tool":"linear_issues_list","input":{"assignee":"alice@acme.test"}}]`},
		{"move it to Done", demo(), []string{"ENG-1", "ENG-2"}, assistant.AskIssue, "it", "ENG-2", `[{"tool":"linear_issue_update","input":{"issueId":"ENG-2","state":"Done"}}]`},
		{"close the oldest one", demo(), nil, assistant.AskIssue, "the oldest one", "ENG-5", `[{"tool":"linear_issue_update","input":{"issueId":"ENG-5","state":"Done"}}]`},
		{"move ENG-12 to In QA", demo(), nil, assistant.AskState, "In QA", "In Review", `[{"tool":"linear_issue_update","input":{"issueId":"ENG-12","state":"In Review"}}]`},
		{"show issues assigned to Dave", demo(), nil, assistant.AskPerson, "Dave", "bob@acme.test", `[{"tool":"linear_issues_list","input":{"assignee":"bob@acme.test"}}]`},
		{"list Carrol's open bugs in ENG", demo(), nil, assistant.AskPerson, "Carrol", "carol@acme.test", `[{"tool":"linear_issues_list","input":{"assignee":"carol@acme.test","labels":["bug"],"stateType":"open","team":"ENG"}}]`},
		{"what is Dave working on?", demo(), nil, assistant.AskPerson, "Dave", "bob@acme.test", `[{"tool":"linear_issues_list","input":{"assignee":"bob@acme.test","stateType":"started"}}]`},
		{"close the oldest three", demo(), []string{"ENG-1", "ENG-2", "ENG-3", "ENG-4"}, assistant.AskIssue, "the oldest three", "ENG-2", `[{"tool":"linear_issue_update","input":{"issueId":"ENG-2","state":"Done"}}]`},
		{"assign ENG-12 to Carrol", demo(), nil, assistant.AskPerson, "Carrol", "carol@acme.test", `[{"tool":"linear_issue_update","input":{"assignee":"carol@acme.test","issueId":"ENG-12"}}]`},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			t.Parallel()
			r := assistant.Parse(tt.text, tt.d, assistant.Thread{Issues: tt.thread}, now)
			if len(r.Questions) != 1 || len(r.Plan.Steps) != 0 || r.Certain {
				t.Fatalf("Parse = %s, want one question and no plan", asJSON(t, r))
			}
			q := r.Questions[0]
			if q.Kind != tt.kind || q.Name != tt.name {
				t.Fatalf("asks for %s %q, want %s %q", q.Kind, q.Name, tt.kind, tt.name)
			}
			answered := assistant.Thread{Issues: tt.thread, Answers: map[string]string{q.Key(): tt.answer}}
			r = assistant.Parse(tt.text, tt.d, answered, now)
			if got := asJSON(t, r.Plan); got != tt.want {
				t.Errorf("after the answer: %s, want %s", got, tt.want)
			}
		})
	}
}

func TestParseRefusesAndTalks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text    string
		refusal assistant.Refusal
		talk    assistant.Talk
	}{
		{"delete every issue in Engineering", assistant.RefuseDelete, ""},
		{"please archive ENG-1", assistant.RefuseDelete, ""},
		{"close ENG-1 and delete ENG-2", assistant.RefuseDelete, ""},
		{"move ENG-1 to the Design team", assistant.RefuseTeamMove, ""},
		{"let me know when ENG-1 is closed", assistant.RefuseNotify, ""},
		{"please ping me if ENG-1 changes", assistant.RefuseNotify, ""},
		{"remind me to close ENG-1 tomorrow", assistant.RefuseNotify, ""},
		{"watch ENG-1", assistant.RefuseNotify, ""},
		{"close all done issues", assistant.RefuseUnchanged, ""},
		{"reopen all open issues", assistant.RefuseUnchanged, ""},
		{"assign all my bugs to me", assistant.RefuseUnchanged, ""},
		{"hey, how are you?", "", assistant.TalkGreeting},
		{"thank you so much!", "", assistant.TalkThanks},
		{"what can you do?", "", assistant.TalkHelp},
		{"forget this", "", assistant.TalkForget},
		{"undo that", "", assistant.TalkUndo},
	}
	for _, tt := range tests {
		r := assistant.Parse(tt.text, demo(), assistant.Thread{}, now)
		if r.Refusal != tt.refusal || r.Talk != tt.talk || len(r.Plan.Steps) != 0 {
			t.Errorf("Parse(%q) = %s, want refusal %q, talk %q, no plan", tt.text, asJSON(t, r), tt.refusal, tt.talk)
		}
	}
}

// Every command that a reading offers compiles to the reading's own plan.
func TestParseOffersTheSameCommand(t *testing.T) {
	t.Parallel()
	d := demo()
	offered := 0
	for _, u := range utterances(t) {
		r := assistant.Parse(u.Text, d, assistant.Thread{Issues: u.Context.Issues}, now)
		if r.Command == "" {
			continue
		}
		offered++
		if err := compilesTo(d, r.Command, r.Plan); err != nil {
			t.Errorf("Parse(%q) offers %q: %v", u.Text, r.Command, err)
		}
	}
	t.Logf("%d commands", offered)
}

// compilesTo reports how the plan of a command differs from p. A creation
// without a team takes the default team, which the command cannot show.
func compilesTo(d *linear.Directory, command string, p assistant.Plan) error {
	cmd, err := assistant.ParseCommand(command)
	if err != nil {
		return err
	}
	defaults := assistant.Defaults{Now: now}
	if len(p.Steps) == 1 && p.Steps[0].Tool == "linear_issue_create" && p.Steps[0].Input["team"] == nil {
		defaults.Team = "ENG"
		p = p.Clone()
		p.Steps[0].Input["team"] = "ENG"
	}
	got, err := assistant.Compile(cmd, d, defaults)
	if err != nil {
		return err
	}
	a, err := json.Marshal(got)
	if err != nil {
		return err
	}
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if string(a) != string(b) {
		return fmt.Errorf("it compiles to %s, want %s", a, b)
	}
	return nil
}

// TestParseIsFast takes the best of three for each sentence: a busy machine must
// not count as a slow parser, and neither must the race detector.
func TestParseIsFast(t *testing.T) {
	if testing.Short() {
		t.Skip("measures time")
	}
	d := demo()
	var took []time.Duration
	for _, u := range utterances(t) {
		best := time.Hour
		for range 3 {
			start := time.Now()
			assistant.Parse(u.Text, d, assistant.Thread{Issues: u.Context.Issues}, now)
			best = min(best, time.Since(start))
		}
		took = append(took, best)
	}
	slices.Sort(took)
	p99 := took[len(took)*99/100]
	t.Logf("p50 %v, p99 %v, most %v", took[len(took)/2], p99, took[len(took)-1])
	if p99 > 5*time.Millisecond*raceSlower {
		t.Errorf("p99 = %v, want less than 5 ms (with the race detector, %d times that)", p99, raceSlower)
	}
}

func TestParseSurvivesLongText(t *testing.T) {
	t.Parallel()
	d := demo()
	for _, text := range []string{
		strings.Repeat("close ENG-1 and ", 625), strings.Repeat("all the issues in ", 555), strings.Repeat("“", 10_000), strings.Repeat("show urgent bugs and ", 476) + "x",
		"find issues about " + strings.Repeat("drag and move ", 712), strings.Repeat("ENG-1, ", 1428), strings.Repeat("\n", 10_000), strings.Repeat("\u200b", 10_000), strings.Repeat("a", 10_000), strings.Repeat("<@U1>", 2_000), strings.Repeat("not ", 2_500),
	} {
		if r := assistant.Parse(text, d, assistant.Thread{}, now); r.Plan.Writes() {
			t.Errorf("Parse(%.30q…) writes", text)
		}
	}
	title := strings.TrimSpace(strings.Repeat("long ", 2_000))
	r := assistant.Parse("create a bug in ENG: "+title, d, assistant.Thread{}, now)
	if len(r.Plan.Steps) != 1 || r.Plan.Steps[0].Input["title"] != title {
		t.Errorf("a title of 10,000 characters was not kept")
	}
}

func BenchmarkParse(b *testing.B) {
	d := demo()
	list := utterances(b)
	for b.Loop() {
		for _, u := range list {
			assistant.Parse(u.Text, d, assistant.Thread{Issues: u.Context.Issues}, now)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(list)), "µs/sentence")
}

func FuzzParse(f *testing.F) {
	for _, u := range utterances(f) {
		f.Add(u.Text)
	}
	for _, s := range []string{"", "“", "close ENG-1 \x00", "assign ENG-1 to <@U1|bob", "close &lt;ENG-1&gt;", "ENG-12's's", "create a bug: \n", "rename ENG-1 to \u202e", "'s", "- - -", "@", "not not"} {
		f.Add(s)
	}
	d := demo()
	f.Fuzz(func(t *testing.T, text string) {
		r := assistant.Parse(text, d, assistant.Thread{Issues: []string{"ENG-1"}}, now)
		if len(r.Plan.Steps) > 0 && (!r.Certain || len(r.Leftover) > 0 || len(r.Questions) > 0 || r.Refusal != "") {
			t.Fatalf("Parse(%q) plans without being certain: %s", text, asJSON(t, r))
		}
		if err := r.Plan.Check(); err != nil {
			t.Fatalf("Parse(%q): %v", text, err)
		}
		if r.Command != "" {
			if err := compilesTo(d, r.Command, r.Plan); err != nil {
				t.Fatalf("Parse(%q) offers %q: %v", text, r.Command, err)
			}
		}
	})
}
