package assistant_test

import (
	"encoding/json"
	"testing"

	"linearbot/assistant"
)

func TestUtterances(t *testing.T) {
	t.Parallel()
	d := demo()
	for _, u := range utterances(t) {
		t.Run(u.Text, func(t *testing.T) {
			t.Parallel()
			r := assistant.Parse(u.Text, d, assistant.Thread{Issues: u.Context.Issues}, now)
			if err := samePlan(d, r.Plan.Steps, u.Expect); err != nil {
				got, _ := json.Marshal(r)
				t.Errorf("Parse: %v\n%s", err, got)
			}
		})
	}
}
