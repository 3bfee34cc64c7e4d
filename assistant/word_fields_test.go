package assistant_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"linearbot/assistant"
	"linearbot/linear"
)

// found runs a command and lists the identifiers it brings. A command that the
// grammar refuses brings its error.
func (b *bench) found(command string) ([]string, error) {
	b.t.Helper()
	s := b.session(aliceMail)
	d, err := s.Directory(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	cmd, err := assistant.ParseCommand(command)
	if err != nil {
		return nil, err
	}
	plan, err := assistant.Compile(cmd, d, assistant.Defaults{Now: now})
	if err != nil {
		return nil, err
	}
	out, err := b.engine.Prepare(b.t.Context(), alice, s, plan)
	if err != nil {
		b.t.Fatalf("%s: %v", command, err)
	}
	var refs []string
	for _, r := range out.Reads {
		for _, i := range r.Page {
			refs = append(refs, i.Identifier)
		}
	}
	slices.Sort(refs)
	return refs, nil
}

// A filter and its negation share the issues among them: none is in both, none
// is in neither.
func TestFiltersAndTheirNegationsPart(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	all, err := b.found("list state:all limit:50")
	if err != nil || len(all) == 0 || len(all) == 50 {
		t.Fatalf("%d issues, %v; the page must hold all of them", len(all), err)
	}
	told := 0
	for _, pair := range [][]string{
		{"team:ENG", "-team:ENG"}, {"team:ENG,DES", "-team:ENG,DES"},
		{"state:done", "-state:done"}, {`state:"In Review",todo`, `-state:"In Review",todo`}, {"state:open", "state:closed"},
		{"assignee:bob", "-assignee:bob"}, {"assignee:me", "-assignee:me"}, {"assignee:none", "-assignee:none"}, {"assignee:me,none", "-assignee:me,none"}, {"assignee:me,none,bob", "-assignee:me,none,bob"},
		{"creator:alice", "-creator:alice"}, {"creator:me,bob", "-creator:me,bob"},
		{"p:high", "-p:high"}, {"p:none", "-p:none"}, {"p:urgent,high", "-p:1,2"},
		{"label:bug", "-label:bug"}, {"label:bug,infra", "-label:bug,infra"},
		{"project:auth-revamp", "-project:auth-revamp"}, {"project:none", "-project:none"}, {"project:none,auth-revamp", "-project:none,auth-revamp"},
		{"cycle:current", "-cycle:current"}, {"cycle:none", "-cycle:none"}, {"cycle:current,none", "-cycle:current,none"},
		{"parent:ENG-1", "-parent:ENG-1"}, {"parent:none", "-parent:none"},
		{"estimate:none", "estimate:>=0"}, {"due:none", "due:>=2000-01-01"},
		{"created:<7d", "created:>7d"}, {"created:<2026-11-01", "created:>=2026-11-01"}, {"updated:<=2026-11-01", "updated:>2026-11-01"},
	} {
		first, err := b.found("list state:all limit:50 " + pair[0])
		second, err2 := b.found("list state:all limit:50 " + pair[1])
		if strings.HasPrefix(pair[0], "state") {
			first, err = b.found("list limit:50 " + pair[0])
			second, err2 = b.found("list limit:50 " + pair[1])
		}
		if err != nil || err2 != nil {
			t.Errorf("%s: %v; %s: %v", pair[0], err, pair[1], err2)
			continue
		}
		both := slices.Concat(first, second)
		slices.Sort(both)
		if !slices.Equal(both, all) {
			t.Errorf("%s: %v\n%s: %v\ntogether are not all issues", pair[0], first, pair[1], second)
		}
		if len(first) > 0 && len(second) > 0 {
			told++
		}
	}
	if told < 15 {
		t.Errorf("only %d pairs had issues on both sides", told)
	}
}

// Every field with every form of a value: a command does what it says, or the
// error names the field and what it takes. Nothing fails at Linear.
func TestEveryFieldInEveryForm(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	values := map[string][]string{
		"team": {"ENG", "design"}, "state": {"todo", `"In Review"`}, "assignee": {"bob", "<@U1>"}, "priority": {"high", "3"}, "label": {"bug", "infra"}, "project": {"auth-revamp", `"Mobile launch"`},
		"cycle": {"next", "1"}, "estimate": {"3", "5"}, "due": {"friday", "2026-12-01"}, "parent": {"ENG-1", "eng-2"}, "creator": {"alice", "me"}, "created": {"7d", "2026-11-01"}, "updated": {"24h", "yesterday"}, "completed": {"2w", "monday"},
		"sort": {"newest", "due"}, "limit": {"5", "50"}, "template": {"incident", "x"},
	}
	ran, refused := 0, 0
	for _, f := range assistant.Fields() {
		v := values[f.Name]
		for _, form := range []string{v[0], v[1], v[0] + "," + v[1], "none", "me", "<" + v[1], ">" + v[1], "<=" + v[1], ">=" + v[1], ">none", "<" + v[0] + "," + v[1], "+" + v[0], "-" + v[0], `""`, "all", "open", "nonsense-nobody-has"} {
			for _, sign := range []string{"", "-"} {
				text := sign + f.Name + ":" + form
				for _, verb := range []string{"create X team:ENG ", "set ENG-1 ", "list "} {
					cmd, err := assistant.ParseCommand(verb + text)
					if err == nil && cmd.Verb == assistant.VerbAsk {
						t.Errorf("%s%s goes to the assistant", verb, text)
					}
					if err != nil {
						refused++
						continue
					}
					plan, err := assistant.Compile(cmd, demo(), assistant.Defaults{Now: now})
					if err != nil {
						refused++
						continue
					}
					if len(plan.Steps) == 0 {
						t.Errorf("%s%s does nothing and says nothing", verb, text)
						continue
					}
					if plan.Writes() {
						continue
					}
					ran++
					s := b.session(aliceMail)
					var missing *linear.NameError // asked about, with what there is
					if _, err := b.engine.Prepare(t.Context(), alice, s, plan); err != nil && !errors.As(err, &missing) {
						t.Errorf("%s%s: %v", verb, text, err)
					}
				}
			}
		}
	}
	t.Logf("%d lists ran, %d commands were refused", ran, refused)
}
