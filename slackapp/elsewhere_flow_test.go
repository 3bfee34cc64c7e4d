package slackapp_test

import (
	"encoding/json"
	"strings"
	"testing"

	"linearbot/slackapp/slacktest"
)

// Identifiers are the same in many workspaces: an address of another one never
// stands for the issue of one's own that has the same identifier.
func TestAddressOfAnotherWorkspace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, twoWorkspaces())
	w.connect(w.alice)
	w.warm(w.alice)
	all := func() string {
		text, err := json.Marshal([]any{w.linear.Issues(), w.linear.Comments("ENG-12")})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	before := all()
	const address = "https://linear.app/globex/issue/ENG-12"
	answers := func() (texts []string) {
		for _, m := range w.alice.Sees(general) {
			if text := slacktest.Text(m); strings.Contains(text, "I can't find") {
				texts = append(texts, text)
			}
		}
		return texts
	}
	given := 0
	for _, line := range []string{
		"show %s", "%s", "done %s", "move %s In Review", "assign %s me", "comment %s hello", "set %s priority:low",
		"ask close %s", "ask show me %s", "ask assign %s to Bob and close it", "done ENG-98 %s", "ask close ENG-98 and %s", "ask triage %s",
		"ask comment on %s: hello",
	} {
		for _, spelling := range []string{address, "<" + address + "/x|ENG-12>"} {
			typed := "/linear " + strings.ReplaceAll(line, "%s", spelling)
			w.types(w.alice, general, typed)
			given++
			w.await("an answer to "+typed, func() bool { return len(answers()) == given || len(w.alice.Views()) > 0 })
			if len(w.alice.Views()) > 0 {
				t.Fatalf("%s opens\n%s", typed, slacktest.Text(w.alice.View()))
			}
			if text := answers()[given-1]; !strings.Contains(text, "linear.app/globex") || strings.Contains(text, "Login test is flaky") {
				t.Errorf("%s is answered\n%s", typed, text)
			}
		}
	}
	w.types(w.alice, general, "/linear set "+address)
	w.form(w.alice, "I can't find")
	w.types(w.alice, general, "/linear ask make ENG-98 a sub-issue of "+address)
	w.sees(w.alice, general, "The parent is no issue of this Linear workspace.")
	if all() != before {
		t.Error("an issue was changed")
	}
}

// An old address still works when the workspace has got another name.
func TestAddressFromBeforeTheRenaming(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.linear.RenameWorkspace("acme-inc")
	w.connect(w.alice)
	w.warm(w.alice)
	for _, key := range []string{"acme", "acme-inc"} {
		w.types(w.alice, general, "/linear move https://linear.app/"+key+"/issue/ENG-12 "+map[string]string{"acme": "In Review", "acme-inc": "Done"}[key])
		w.sees(w.alice, general, map[string]string{"acme": "In Review", "acme-inc": "Done"}[key])
	}
	if got := w.issue("ENG-12").State; got != "Done" {
		t.Errorf("ENG-12 is %s", got)
	}
}
