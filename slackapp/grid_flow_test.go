package slackapp_test

import (
	"strings"
	"testing"

	"linearbot/slackapp/slacktest"
	"linearbot/store"
)

// TestEnterpriseGrid: inside an organisation one account serves its person in
// commands, menus, forms and on Home, whatever workspace an envelope names.
func TestEnterpriseGrid(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{Slack: func(o *slacktest.Options) { o.EnterpriseID = "E0ACME" }})
	w.types(w.alice, general, "/linear create Made in an organisation team:ENG")
	link, err := w.alice.Link(w.sees(w.alice, general, "Connect your Linear account"), "Connect Linear")
	if err != nil {
		t.Fatal(err)
	}
	w.browse(link, "alice@acme.test")
	made := w.sees(w.alice, general, "Created")
	w.clicks(w.alice, made, "Assign to me")
	w.await("the assignment", func() bool {
		return w.issue(w.titled("Made in an organisation")[0].Identifier).Assignee == "alice@acme.test"
	})
	w.openForm(w.alice, "eng") // with a menu that asks the app
	w.submits(w.alice, map[string]any{"title": "Written in an organisation"})
	w.sees(w.alice, general, "Written in an organisation")
	if err := w.alice.OpenHome(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.await("Home", func() bool { return strings.Contains(slacktest.Text(w.alice.Home()), "My issues") })
	if a, err := w.accounts.Status(t.Context(), store.Key{TeamID: "E0ACME", UserID: w.alice.ID}); err != nil || a.State != store.Active || a.HomeTeamID != teamID {
		t.Errorf("the account is %+v, %v", a, err)
	}
	if _, err := w.accounts.Status(t.Context(), key(w.alice)); err == nil {
		t.Error("the workspace has an account of its own")
	}
	w.slack.ChangeUser(w.bob.ID, func(u *slacktest.User) { u.TeamID = "T0GLOBEX" }) // a colleague from another workspace
	w.types(w.bob, general, "/linear mine")
	w.sees(w.bob, general, "Connect your Linear account")
	erin := w.slack.Person("erin") // from another company
	w.types(erin, payments, "/linear mine")
	w.sees(erin, payments, "People from other companies can't use Linear here.")
}
