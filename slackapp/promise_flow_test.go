package slackapp_test

import (
	"strings"
	"testing"

	"linearbot/slackapp/slacktest"
)

// A label of another team is named with both teams; the issue can be created
// without it, or in the form.
func TestLabelOfAnotherTeam(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.linear.AddLabel("DES", "pixel")
	w.connect(w.alice)
	w.types(w.alice, general, "/linear create Blurry logo team:ENG label:bug,pixel p:high")
	m := w.sees(w.alice, general, "“pixel” belongs to Design, not Engineering.")
	if len(w.titled("Blurry logo")) > 0 {
		t.Fatal("created in spite of the label")
	}
	mustSay(t, slacktest.Text(m), "Pick labels")
	w.clicks(w.alice, m, "Create without it")
	w.sees(w.alice, general, "Created")
	made := w.titled("Blurry logo")
	if len(made) != 1 || strings.Join(made[0].Labels, ",") != "bug" || made[0].Priority != 2 {
		t.Errorf("made %+v", made)
	}
}

// A state that a team lacks is said with the team's name.
func TestStateNotInTeam(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear move ENG-142 QA")
	w.sees(w.alice, general, "Engineering has no “QA”. Its states: Backlog, Todo, In Progress")
}

// Lists lead to a page of Linear that holds all of their issues, and name it where
// it holds more; an empty one says what was looked for.
func TestListsLeadToLinear(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	const site = "https://linear.app/acme/"
	for command, to := range map[string][2]string{
		"mine":                                {"Open in Linear", site + "my-issues/assigned"},
		"list team:eng":                       {"Open in Linear", site + "team/ENG/all"},
		"mine p:high":                         {"Open my issues in Linear", site + "my-issues/assigned"},
		"list team:ENG state:\"In Progress\"": {"Open ENG in Linear", site + "team/ENG/all"},
		"search login team:ENG":               {"Open ENG in Linear", site + "team/ENG/all"},
		"list creator:me p:high":              {"Open my issues in Linear", site + "my-issues/created"},
		"list p:urgent":                       {},
		"list -team:ENG":                      {},
		"list team:ENG,DES":                   {},
	} {
		w.types(w.alice, engineering, "/linear "+command)
		m := w.sees(w.alice, engineering, "`/linear "+command+"`")
		var got [2]string
		for _, name := range []string{"Open in Linear", "Open my issues in Linear", "Open ENG in Linear"} {
			if address, err := w.alice.Link(m, name); err == nil {
				got = [2]string{name, address}
			}
		}
		if got != to {
			t.Errorf("%s leads to %q, want %q", command, got, to)
		}
	}
	w.types(w.alice, general, "/linear list p:urgent label:infra state:backlog")
	m := w.sees(w.alice, general, "No issues match `p:urgent label:infra state:backlog`.")
	mustSay(t, slacktest.Text(m), "Remove a filter", "New issue")
}

// The form says which channel its defaults are from; saving sums up all of them.
func TestChannelDefaultsAreNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, engineering, "/linear defaults channel")
	w.picks(w.alice, w.form(w.alice, "Channel defaults"), "team", "eng")
	w.form(w.alice, "Engineering")
	w.submits(w.alice, map[string]any{"Instructions for the assistant": "Answer briefly"})
	w.sees(w.alice, engineering, "are saved: team *Engineering*, instructions for the assistant.")
	w.types(w.alice, engineering, "/linear")
	w.form(w.alice, "defaults from #engineering")
}

// A comment counts among the issues a person touched.
func TestCommentsAreRecent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear comment ENG-12 Looks good to me")
	w.sees(w.alice, general, "Comment added")
	if err := w.alice.OpenHome(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.await("Recent with the comment", func() bool {
		_, recent, _ := strings.Cut(slacktest.Text(w.alice.Home()), "*Recent*")
		return strings.Contains(recent, "ENG-12") && strings.Contains(recent, "Comment added")
	})
	w.types(w.alice, general, "/linear undo")
	w.sees(w.alice, general, "ENG-12: the comment is deleted")
}
