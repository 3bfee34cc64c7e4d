package slackapp_test

import (
	"testing"

	"linearbot/slackapp/slacktest"
)

// switchActing changes the acting mode as Carol, an admin.
func (w *world) switchActing(button, question, submit string) {
	w.t.Helper()
	v := w.admin(w.carol, "Policy", "Acting mode")
	w.clicks(w.carol, v, button)
	w.form(w.carol, question)
	if v := w.carol.View(); v.Submit != submit {
		w.t.Errorf("the form's button is %q, want %q", v.Submit, submit)
	}
	w.submits(w.carol, nil)
	w.form(w.carol, "Chosen here.")
	if err := w.carol.CloseView(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// TestActingMode: switching asks first, changes nobody's connection, tells once those
// who can reconnect, and new grants act the new way.
func TestActingMode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.carol)
	w.switchActing("Change to the app…", "New actions will appear as *the app*. 2 people must reconnect; until then they keep the old mode.", "Switch and notify")
	dm := w.sees(w.carol, w.carol.DM(), "New actions appear as the app now")
	w.types(w.carol, general, "/linear status")
	mustSay(t, slacktest.Text(w.sees(w.carol, general, "Connected as *Carol Okafor*")), "New connections act as *the app*. Yours keeps its mode until you reconnect.")
	w.types(w.alice, general, "/linear create Written by a person team:ENG")
	w.sees(w.alice, general, "Created *<")
	w.restart()
	for range 3 {
		w.app.SendNotices(t.Context())
	}
	if n := count(w.carol, w.carol.DM(), "New actions appear as the app now"); n != 1 {
		t.Errorf("Carol was told %d times, want once", n)
	}
	w.unseen(w.alice, w.alice.DM(), "New actions appear") // she is no admin: she could not reconnect
	w.clicks(w.carol, dm, "Reconnect")
	page := w.browse(w.link(w.carol, w.form(w.carol, "I act in Linear as the app"), "Reconnect"), mailOf(w.carol))
	w.clicks(w.carol, w.form(w.carol, "One step left"), "Enter code")
	w.form(w.carol, "Type the code")
	w.submits(w.carol, map[string]any{"Code": codeOnPage.FindStringSubmatch(page)[1]})
	if now := w.sees(w.carol, w.carol.DM(), "Reconnected"); now.TS != dm.TS {
		t.Error("the message that asked was not edited")
	}
	w.types(w.carol, general, "/linear create Written by the app team:ENG")
	w.sees(w.carol, general, "Created *<")
	for title, by := range map[string]string{"Written by a person": "", "Written by the app": "Linearbot"} {
		if all := w.titled(title); len(all) != 1 || all[0].CreatedBy != by {
			t.Errorf("%q = %+v, want created by %q", title, all, by)
		}
	}
	w.switchActing("Change to each person…", "New actions will appear as *each person*. 1 person must reconnect; until then they keep the old mode.", "Switch and notify")
	w.sees(w.carol, w.carol.DM(), "New actions appear as you now")
	w.unseen(w.alice, w.alice.DM(), "New actions appear")
}

// TestActingModeIsForAdmins: the right is asked again when the form is sent.
func TestActingModeIsForAdmins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	v := w.admin(w.carol, "Policy", "Acting mode")
	w.clicks(w.carol, v, "Change to the app…")
	w.form(w.carol, "New actions will appear as *the app*.")
	w.slack.ChangeUser(w.carol.ID, func(u *slacktest.User) { u.Admin = false })
	w.submits(w.carol, nil)
	w.form(w.carol, "Only workspace admins can do this. Nothing was changed.")
	if actor, err := w.accounts.ActorFor(t.Context(), teamID); actor != "user" || err != nil {
		t.Errorf("ActorFor = %q, %v, want user", actor, err)
	}
}
