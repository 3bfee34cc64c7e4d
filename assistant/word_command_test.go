package assistant_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"linearbot/assistant"
)

var updateGolden = flag.Bool("update-commands", false, "write testdata/commands.golden.json anew")

// commands covers the grammar: each verb, alias, field, quoting rule and mistake.
var commands = []string{
	"", "   ", "ENG-142", "eng-142 DES-7", "https://linear.app/acme/issue/DES-7/new-icons", "<https://linear.app/acme/issue/DES-7/new-icons|DES-7>",
	"create Fix login team:ENG p:high",
	"create Login fails on Safari team:ENG p:high assignee:@bob label:bug due:friday",
	"new Fix login", "ADD Fix login TEAM:eng", "create",
	"create Fix: crash at 10:30 see https://x.y/z?a=b team:ENG",
	"create Fix <https://x.y/z> for <@U1|bob> in <#C1|general> &amp; &lt;b&gt; team:ENG",
	`create \team: is shown twice team:ENG`,
	`create "team:DES stays text" team:ENG`,
	`create Fix the "team:" field team:ENG`,
	`create “Curly title” team:“Engineering”`,
	"create Fix login --team ENG —priority high –label bug",
	"create Fix login -- team",
	"create Fix login team:ENG team:DES",
	"create Fix login team:ENG label:bug label:infra",
	"create Fix login team:ENG label:bug,infra state:in-review project:auth-revamp cycle:next estimate:3 parent:eng-10 template:incident",
	"create Fix login team:ENG p:enormous", "create Fix login team:ENG estimate:lots", "create Fix login team:ENG due:someday", "create Fix login team:ENG due:tomorrow", "create Fix login team:ENG due:2026-12-01", "create Fix login team:ENG due:3d",
	"create Fix login team:ENG sort:newest limit:5",
	"create Fix login team:ENG\nFirst line\nsecond team:DES line",
	"create C:\\temp is full team:ENG", `create Say \"hi\" team:ENG`,
	"create team:ENG", "create Fix login team:", "create 🔥 مرحبا fire team:ENG", "create Fix login team:ENG assignee:<@U123|bob>",
	"show ENG-1 ENG-2", "view eng-1", "show", "show ENG-1 ENG-2 ENG-3 ENG-4 ENG-5 ENG-6", "show me the bugs",
	"mine", "my", "mine p:urgent,high", "my open bugs", "mine state:all",
	"list team:ENG state:\"In Review\"", "list state:In Review team:ENG", "ls assignee:alice updated:<7d", "list updated:&lt;7d created:>2w", "list updated:>2026-11-01 due:<friday", "list estimate:>3", "list estimate:&gt;3",
	"list state:open", "list state:all", "list state:closed", "list state:backlog", `list state:"backlog"`, "list state:todo,done", "list -state:done", "list -label:bug -assignee:bob", "list label:bug,infra", "list label:bug label:infra", "list assignee:me,none",
	"list team:ENG team:DES", "list sort:priority limit:10", "list sort:color", "list limit:500", "list creator:me parent:ENG-1 cycle:current project:none",
	"list due:none", "list due:friday", "list created:yesterday", "list completed:<7d", "list urgent bugs", "list", "list template:x",
	"search login timeout", "find \"token refresh\" team:ENG", "search login state:all", "search", "search team:ENG", "search a:b c:d",
	"set ENG-142 p:high estimate:3", "update ENG-1 ENG-2 state:Done", "edit ENG-142", "set ENG-142 label:+bug,-triage", "set ENG-142 label:bug", "set ENG-142 -label:bug", "set ENG-142 state: In Review p:low", "set ENG-142 assignee:none due:none", "set ENG-142 p:high p:low", "set ENG-142 team:DES", "set ENG-142 state:a,b", "set ENG-142 -state:Done", "set p:high", "set", "set ENG-142 to done", "set ENG-1 p:>2",
	"set ENG-1 parent:ENG-10", "set ENG-1 parent:none", "set ENG-1 parent:x", "set ENG-1 label:none", "create X team:ENG label:none", "list -parent:none", "list -parent:ENG-1", "list label:none", "list label:>bug", "list estimate:>none", "list estimate:<=3", `list team:""`, "list -cycle:Foo", "list -cycle:current", "list -assignee:none",
	"move ENG-142 In Review", "move ENG-1 ENG-2, ENG-3 in review", "move ENG-1 and ENG-2 to Done", "move ENG-142 \"In Review\"", "move ENG-142", "move", "move it to done",
	"assign ENG-142 @bob", "assign ENG-142 <@U123|bob>", "assign ENG-142 me", "assign ENG-142 nobody", "assign ENG-142 to Bob Diaz", "assign ENG-142", "assign Bob to ENG-1",
	"done ENG-142", "done ENG-1 DES-2", "done ABC-1", "done", "done ENG-1 please",
	"comment ENG-142 deployed to staging", "comment ENG-142 see <https://x.y|x.y> &amp; ask <@U1|bob>\nsecond line", "comment ENG-142", "comment on ENG-142: hi", "comment",
	"undo", "undo everything", "ask close it", "ask", "connect", "disconnect", "status", "defaults", "settings channel", "defaults nonsense", "admin", "help", "help create", "help P",
	"crate Fix login", "lsit team:ENG", "mvoe ENG-1 Done", "asign ENG-1 bob", "serach login", "how many bugs are open", "what am I working on", "remind ENG-1 tomorrow", "subscribe team:ENG", "digest off", "notify off", "mark ENG-1 done", "hello", "x",
}

// reading is how the golden file shows one command.
type reading struct {
	Text    string
	Command *assistant.Command `json:",omitempty"`
	Plan    *assistant.Plan    `json:",omitempty"`
	Error   string             `json:",omitempty"`
}

func TestCommandGrammar(t *testing.T) {
	t.Parallel()
	d := demo()
	var all []reading
	for _, text := range commands {
		r := reading{Text: text}
		cmd, err := assistant.ParseCommand(text)
		if err != nil {
			r.Error = err.Error()
			all = append(all, r)
			continue
		}
		r.Command = &cmd
		plan, err := assistant.Compile(cmd, d, assistant.Defaults{Now: now})
		switch {
		case err != nil:
			r.Error = err.Error()
		case len(plan.Steps) > 0:
			r.Plan = &plan
		}
		all = append(all, r)
	}
	var got bytes.Buffer
	enc := json.NewEncoder(&got)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(all); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/commands.golden.json"
	if *updateGolden {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("the grammar reads differently than %s: run with -update-commands and look at the difference", golden)
	}
}

func TestCommandErrorsCarryWhatToSay(t *testing.T) {
	t.Parallel()
	_, err := assistant.ParseCommand("crate Fix login")
	unknown, ok := errors.AsType[*assistant.UnknownVerbError](err)
	if !ok || unknown.Word != "crate" || unknown.Suggestion != "create" || unknown.Rewritten != "create Fix login" {
		t.Errorf("ParseCommand(crate Fix login) = %v, want a suggestion of create Fix login", err)
	}
	_, err = assistant.ParseCommand("create Fix team:ENG team:DES")
	repeated, ok := errors.AsType[*assistant.RepeatedFieldError](err)
	if !ok || repeated.Field != "team" || repeated.First != "ENG" || repeated.Second != "DES" {
		t.Errorf("two teams give %v, want both named", err)
	}
	cmd, err := assistant.ParseCommand("create Fix team:ENG p:enormous")
	if err != nil {
		t.Fatal(err)
	}
	_, err = assistant.Compile(cmd, demo(), assistant.Defaults{Now: now})
	bad, ok := errors.AsType[*assistant.BadValueError](err)
	if !ok || bad.Field != "priority" || bad.Value != "enormous" || !slices.Contains(bad.Valid, "urgent") {
		t.Errorf("priority enormous gives %v, want the valid ones", err)
	}
	cmd, err = assistant.ParseCommand("create Fix")
	if err != nil {
		t.Fatal(err)
	}
	_, err = assistant.Compile(cmd, demo(), assistant.Defaults{Now: now})
	missing, ok := errors.AsType[*assistant.MissingArgumentError](err)
	if !ok || missing.Argument != "team" {
		t.Errorf("no team gives %v, want team missing", err)
	}
}

func TestDefaultsFillWhatWasNotTyped(t *testing.T) {
	t.Parallel()
	defaults := assistant.Defaults{Team: "ENG", Project: "Auth revamp", Labels: []string{"infra"}, AssignToMe: true, Now: now}
	tests := []struct{ text, want string }{
		{"create Fix login", `[{"tool":"linear_issue_create","input":{"assignee":"me","labels":["infra"],"project":"Auth revamp","team":"ENG","title":"Fix login"}}]`},
		{"create Fix login label:bug assignee:none project:none", `[{"tool":"linear_issue_create","input":{"assignee":"none","labels":["bug"],"project":"none","team":"ENG","title":"Fix login"}}]`},
		{"create Fix login label:none", `[{"tool":"linear_issue_create","input":{"assignee":"me","labels":[],"project":"Auth revamp","team":"ENG","title":"Fix login"}}]`},
		{"create Fix login team:DES", `[{"tool":"linear_issue_create","input":{"assignee":"me","team":"DES","title":"Fix login"}}]`},
	}
	for _, tt := range tests {
		cmd, err := assistant.ParseCommand(tt.text)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := assistant.Compile(cmd, demo(), defaults)
		if err != nil {
			t.Fatal(err)
		}
		if got := asJSON(t, plan); got != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

// Every example in the tables is a command that reads without a mistake.
func TestTablesShowCommandsThatWork(t *testing.T) {
	t.Parallel()
	for _, v := range assistant.Verbs() {
		for _, example := range v.Examples {
			cmd, err := assistant.ParseCommand(example)
			if err != nil || cmd.Verb != v.Name {
				t.Errorf("example %q of %s reads as %q, %v", example, v.Name, cmd.Verb, err)
			}
			if _, err := assistant.Compile(cmd, demo(), assistant.Defaults{Team: "ENG", Now: now}); err != nil {
				t.Errorf("example %q of %s: %v", example, v.Name, err)
			}
		}
		if !strings.HasPrefix(v.Usage("/linear"), "/linear "+v.Name) || v.Does == "" {
			t.Errorf("%s has no usage line", v.Name)
		}
	}
	for _, f := range assistant.Fields() {
		verb := "create X team:ENG "
		switch {
		case f.Name == "team":
			verb = "create X "
		case f.List:
			verb = "list "
		}
		for _, example := range f.Examples {
			if strings.Contains(example, "+") {
				verb = "set ENG-1 "
			}
			cmd, err := assistant.ParseCommand(verb + example)
			if err != nil {
				t.Errorf("example %q of %s: %v", example, f.Name, err)
				continue
			}
			if _, err := assistant.Compile(cmd, demo(), assistant.Defaults{Now: now}); err != nil {
				t.Errorf("example %q of %s: %v", example, f.Name, err)
			}
		}
	}
}

func TestSelectors(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"$0.oldest", "$1.newest", "$0.first", "$0.last", "$12.3", "$0.only", "$0.all"} {
		sel, ok := assistant.ParseSelector(text)
		if !ok || sel.String() != text {
			t.Errorf("ParseSelector(%q) = %v, %v", text, sel, ok)
		}
	}
	for _, text := range []string{"", "ENG-1", "$", "$0", "$x.all", "$0.every", "$-1.all", "$0.0", "$0.-1", "$+1.all", "$0.all.all"} {
		if sel, ok := assistant.ParseSelector(text); ok {
			t.Errorf("ParseSelector(%q) = %v, want none", text, sel)
		}
	}
}

func FuzzParseCommand(f *testing.F) {
	for _, c := range commands {
		f.Add(c)
	}
	for _, s := range []string{"create “half", "list state:\"", "set ENG-1 label:,+,-", "create \\", "create <@U1", "list team:<@U1|x>,y", "—", "--team", "assign ENG-1 \"\"", "move ENG-1 to to", "create a\u0000b"} {
		f.Add(s)
	}
	d := demo()
	f.Fuzz(func(t *testing.T, text string) {
		cmd, err := assistant.ParseCommand(text)
		if err != nil {
			return
		}
		plan, err := assistant.Compile(cmd, d, assistant.Defaults{Team: "ENG", Now: now})
		if err != nil {
			return
		}
		if err := plan.Check(); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if spelled := assistant.Spell(plan); spelled != "" {
			if err := compilesTo(d, spelled, plan); err != nil {
				t.Fatalf("%q is spelled %q: %v", text, spelled, err)
			}
		}
	})
}

func TestCreateThatIsASentence(t *testing.T) {
	t.Parallel()
	d := demo()
	for text, want := range map[string]bool{
		"create a bug in Engineering: Login fails": true,
		"add label infra to ENG-12":                true,
		"new issue in DES: Icons":                  true,
		"create Fix login":                         false,
		"create a bug tracker":                     false,
		"create Fix login: close ENG-1":            false,
		"create a bug in Engineering: X team:DES":  false,
		"list team:ENG":                            false,
	} {
		cmd, err := assistant.ParseCommand(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := cmd.Sentence(assistant.Parse(text, d, assistant.Thread{}, now)); got != want {
			t.Errorf("ParseCommand(%q).Sentence = %v, want %v", text, got, want)
		}
	}
}
