package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestPlanPrintsSteps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, args, want string }{
		{"a list and a change of its oldest", "show me all high-priority open issues assigned to Alice and move the oldest one to In Review",
			`[{"tool":"linear_issues_list","input":{"assignee":"Alice","priority":"2","stateType":"open"}},{"tool":"linear_issue_update","input":{"issueId":"$0.oldest","state":"In Review"}}]`},
		{"the thread's issue", "--context=ENG-12 close it", `[{"tool":"linear_issue_update","input":{"issueId":"ENG-12","state":"Done"}}]`},
		{"nothing is guessed", "delete everything", `[]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out, trouble bytes.Buffer
			if status := run(t.Context(), append([]string{"plan"}, strings.Fields(c.args)...), &out, &trouble); status != 0 {
				t.Fatalf("status %d: %s", status, trouble.String())
			}
			if got := strings.TrimSpace(out.String()); got != c.want {
				t.Errorf("bot plan %s\n got %s\nwant %s", c.args, got, c.want)
			}
		})
	}
}

func TestPlanReadsLines(t *testing.T) {
	t.Parallel()
	in := strings.NewReader(`{"text":"my open issues"}` + "\n" + `{"text":"cancel it","context":{"issues":["DES-3"]}}` + "\n")
	var out, trouble bytes.Buffer
	p := planCmd{Text: []string{"-"}, Explain: true}
	if err := p.run(t.Context(), in, &out, &trouble); err != nil {
		t.Fatal(err)
	}
	want := `[{"tool":"linear_issues_list","input":{"assignee":"me","stateType":"open"}}]` + "\n" +
		`[{"tool":"linear_issue_update","input":{"issueId":"DES-3","state":"Canceled"}}]` + "\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}
