package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestPlanPrintsSteps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, args, want string }{
		{"a list and a change of its oldest", "show me all high-priority open issues assigned to Alice and move the oldest one to In Review",
			`[{"tool":"linear_issues_list","input":{"assignee":"Alice","priority":"2","stateType":"open"}},{"tool":"linear_issue_update","input":{"issueId":"$0.oldest","state":"In Review"}}]`},
		{"the thread's issue", "--context=ENG-12 close it", `[{"tool":"linear_issue_update","input":{"issueId":"ENG-12","state":"Done"}}]`},
		{"the thread's issues in their order", "--context=ENG-9,ENG-2,ENG-5 close the first and assign the last to Bob",
			`[{"tool":"linear_issue_update","input":{"issueId":"ENG-9","state":"Done"}},{"tool":"linear_issue_update","input":{"assignee":"Bob","issueId":"ENG-5"}}]`},
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

// What would be asked stands on standard error; the plan is [] and nothing failed.
func TestPlanSaysWhatItWouldAsk(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"close it":                  `which issue is "it"`,
		"assign ENG-12 to Dave":     `no person is called "Dave"`,
		"move ENG-12 to In QA":      `ENG has no state "In QA"; which one? (Backlog, Todo, In Progress, In Review, Done, Canceled)`,
		"delete ENG-12":             "refused",
		"move ENG-12 to Design":     "another team",
		"close ENG-12 if it rains":  "not understood",
		"thanks!":                   "no request",
		"close ENG-12 --frobnicate": "",
	} {
		var out, trouble bytes.Buffer
		status := run(t.Context(), append([]string{"plan"}, strings.Fields(text)...), &out, &trouble)
		if want == "" {
			if status == 0 {
				t.Errorf("bot plan %s: status 0, want a complaint", text)
			}
			continue
		}
		if status != 0 || out.String() != "[]\n" || !strings.Contains(trouble.String(), want) {
			t.Errorf("bot plan %s: status %d, %q, %q; want [] and %q", text, status, out.String(), trouble.String(), want)
		}
	}
}

// Lines may be plain text; days count from --now in its zone.
func TestPlanCountsDaysFromNow(t *testing.T) {
	t.Parallel()
	for zone, want := range map[string]string{"2026-11-24T23:30:00Z": "2026-11-25", "2026-11-25T01:30:00+02:00": "2026-11-26"} {
		now, err := time.Parse(time.RFC3339, zone)
		if err != nil {
			t.Fatal(err)
		}
		var out, trouble bytes.Buffer
		p := planCmd{Now: now, Context: []string{"eng-4"}}
		if err := p.run(t.Context(), strings.NewReader("make it due tomorrow\n\nclose it\n"), &out, &trouble); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(out.String(), "\n")
		if len(lines) != 4 || !strings.Contains(lines[0], want) || lines[1] != "[]" || !strings.Contains(lines[2], `"ENG-4"`) {
			t.Errorf("now %s: %q, want %s, nothing for the empty line, and ENG-4 closed", zone, lines, want)
		}
	}
}
