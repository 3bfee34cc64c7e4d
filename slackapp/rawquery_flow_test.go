package slackapp_test

import (
	"slices"
	"strings"
	"testing"

	"linearbot/assistant/modeltest"
	"linearbot/linear/lineartest"
	"linearbot/slackapp/slacktest"
)

// What no tool does is shown as the exact operation, and runs only after the press.
func TestARawMutationIsShownWholeAndRunsOnApply(t *testing.T) {
	t.Parallel()
	id := seeded(t, "ENG-98")
	w, model := withModel(t, modeltest.Script(modeltest.Call("linear_graphql_query", map[string]any{
		"query":     "mutation Follow($id: String!) {\n  issueUnsubscribe(id: $id, userEmail: \"bob@acme.test\") { success }\n} query Other { viewer { id } }",
		"variables": map[string]any{"id": id}, "operationName": "Follow",
	})))
	w.connect(w.alice)
	follows := func() bool { return slices.Contains(w.issue("ENG-98").Subscribers, "bob@acme.test") }
	w.says(w.alice, w.alice.DM(), "would you kindly spare Bob the news about whatever happens with the payment one")
	preview := w.sees(w.alice, w.alice.DM(), "Ready to make 1 change")
	text := slacktest.Text(preview)
	for _, words := range []string{"mutation Follow", "bob@acme.test", `"id": "` + id + `"`, "issueUnsubscribe", "Can't be undone from here"} {
		if !strings.Contains(text, words) {
			t.Errorf("the preview lacks %q:\n%s", words, text)
		}
	}
	if strings.Contains(text, "Other") {
		t.Errorf("the preview shows an operation that would not run:\n%s", text)
	}
	if !follows() {
		t.Fatalf("it ran before Apply: %v", w.issue("ENG-98").Subscribers)
	}
	w.clicks(w.alice, preview, "Run issueUnsubscribe")
	done := w.sees(w.alice, w.alice.DM(), "Ran ")
	if follows() {
		t.Errorf("after Apply the followers are %v", w.issue("ENG-98").Subscribers)
	}
	if strings.Contains(slacktest.Text(done), "Undo") {
		t.Errorf("an undo is offered that does nothing:\n%s", slacktest.Text(done))
	}
	if v := model.Violations(); len(v) > 0 {
		t.Errorf("the provider's rules were broken: %v", v)
	}
}

// seeded is the UUID of a seeded issue: the same in every local Linear, and all that
// this mutation takes.
func seeded(t *testing.T, ref string) string {
	t.Helper()
	s := lineartest.NewServer(lineartest.Options{Seed: true})
	defer s.Close()
	i, ok := s.Issue(ref)
	if !ok {
		t.Fatalf("there is no %s", ref)
	}
	return i.ID
}
