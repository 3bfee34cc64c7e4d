package assistant_test

import (
	"testing"

	"linearbot/assistant"
	"linearbot/linear"
)

// A workspace may call a state Open or Closed. "Open issues" are still all that are
// not done; the state is meant where it is named as one.
func TestOpenIsAClassAlsoWhereAStateHasThatName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]map[string]any{
		"show my open issues": {"stateType": "open", "assignee": "me"},
		"Show me all high-priority open issues assigned to Alice": {"stateType": "open"},
		"how many open issues does Engineering have?":             {"stateType": "open"},
		"list closed bugs":              {"stateType": "closed"},
		"show issues that are open":     {"stateType": "open"},
		"show open and urgent issues":   {"stateType": "open"},
		"show issues with status open":  {"state": "Open"},
		"show issues in the Open state": {"state": "Open"},
		"show issues in Open":           {"state": "Open"},
		"show issues in state Closed":   {"state": "Closed"},
	} {
		d := demo()
		d.Teams[0].States = append(d.Teams[0].States,
			linear.State{ID: "s-open", Name: "Open", Type: "unstarted"}, linear.State{ID: "s-closed", Name: "Closed", Type: "completed"})
		r := assistant.Parse(text, d, assistant.Thread{}, now)
		if len(r.Plan.Steps) != 1 {
			t.Errorf("Parse(%q) has %d steps:\n%s", text, len(r.Plan.Steps), asJSON(t, r))
			continue
		}
		in := r.Plan.Steps[0].Input
		for k, v := range want {
			if in[k] != v {
				t.Errorf("Parse(%q): %s = %v, want %v\n%s", text, k, in[k], v, asJSON(t, in))
			}
		}
		if _, both := in["state"]; both && want["state"] == nil {
			t.Errorf("Parse(%q) asks for a state: %s", text, asJSON(t, in))
		}
	}
}
