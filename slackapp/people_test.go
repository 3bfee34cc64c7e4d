package slackapp_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"linearbot/slackapp/slacktest"
	"linearbot/store"
)

// admin opens the admin view on a tab.
func (w *world) admin(p *slacktest.Person, tab, words string) slacktest.View {
	w.t.Helper()
	w.types(p, general, "/linear admin")
	v := w.form(p, "Linear admin")
	w.clicks(p, v, tab)
	return w.form(p, words)
}

// Force-disconnect asks once more, tells the person, and their next command
// reaches no Linear call.
func TestForceDisconnect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	v := w.admin(w.carol, "People", "1 connected")
	w.clicks(w.carol, v, "admin_more", "Force disconnect…")
	w.form(w.carol, "Linear data is not changed.")
	if w.state(w.alice) != store.Active {
		t.Fatal("the access was taken before the second question was answered")
	}
	w.submits(w.carol, nil)
	w.form(w.carol, "1 disconnected")
	w.sees(w.alice, w.alice.DM(), "Your Linear connection was removed")
	before := w.linear.CountRequests("/graphql")
	w.types(w.alice, general, "/linear mine")
	w.sees(w.alice, general, "Connect your Linear account")
	if n := w.linear.CountRequests("/graphql") - before; n != 0 {
		t.Errorf("%d requests reached Linear, want none", n)
	}
}

func TestBarAndAllow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	v := w.admin(w.carol, "People", "1 connected")
	w.clicks(w.carol, v, "admin_more", "Bar from using…")
	w.form(w.carol, "refuses new connections")
	w.submits(w.carol, nil)
	v = w.form(w.carol, "1 barred")
	w.sees(w.alice, w.alice.DM(), "Linear was turned off for you")
	w.types(w.alice, general, "/linear connect")
	w.sees(w.alice, general, "A Slack admin turned Linear off for you")
	w.clicks(w.carol, v, "admin_more", "Allow again")
	w.form(w.carol, "may use Linear here again")
	w.types(w.alice, general, "/linear connect")
	w.sees(w.alice, general, "Connect your Linear account")
}

// The right to see the admin view is asked at every press: who lost it stops.
func TestAdminRightIsAskedAtEveryPress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear admin")
	w.sees(w.alice, general, "Only workspace admins can open this.")
	v := w.admin(w.carol, "People", "1 connected")
	w.clicks(w.carol, v, "admin_more", "Force disconnect…")
	w.form(w.carol, "Linear data is not changed.")
	w.slack.ChangeUser(w.carol.ID, func(u *slacktest.User) { u.Admin = false })
	w.submits(w.carol, nil)
	w.form(w.carol, "Only workspace admins can do this.")
	if s := w.state(w.alice); s != store.Active {
		t.Errorf("the account is %s, want it untouched", s)
	}
	defer w.slack.Inject(slacktest.Fault{Method: "users.info", Code: "fatal_error"})()
	w.types(w.carol, general, "/linear admin")
	w.await("a refusal", func() bool { // by what Slack said a moment ago, or because it says nothing
		_, asked := w.carol.Find(general, "Only workspace admins can open this.")
		_, unknown := w.carol.Find(general, "Slack didn't tell me who you are, so I did nothing.")
		return asked || unknown
	})
}

func TestAdminTabs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice, w.bob)
	w.types(w.alice, general, "/linear create Seen by the audit team:ENG")
	w.sees(w.alice, general, "Seen by the audit")
	v := w.admin(w.carol, "Health", "Slack socket")
	mustSay(t, slacktest.Text(v), "Linear API", "Rate limit", "Auth service", "Store", "Queue", "Assistant")
	if n := strings.Count(slacktest.Text(v), "OK since"); n != 7 {
		t.Errorf("%d of 7 parts say since when they are OK:\n%s", n, slacktest.Text(v))
	}
	w.clicks(w.carol, v, "Usage")
	v = w.form(w.carol, "Active people")
	mustSay(t, slacktest.Text(v), "command 1")
	w.clicks(w.carol, v, "Audit")
	v = w.form(w.carol, "linear_issue_create")
	if strings.Contains(slacktest.Text(v), "Seen by the audit") {
		t.Error("the audit shows a title")
	}
	w.clicks(w.carol, v, "Action", "connect")
	w.await("connects alone", func() bool {
		text := slacktest.Text(w.carol.View())
		return strings.Contains(text, "`connect`") && !strings.Contains(text, "`linear_issue_create`")
	})
	v = w.carol.View()
	w.clicks(w.carol, v, "Action", "Any action")
	v = w.form(w.carol, "`linear_issue_create`")
	w.clicks(w.carol, v, "Export CSV")
	w.sees(w.carol, w.carol.DM(), "time,who,action,target,result,source,ref")
	w.clicks(w.carol, v, "People")
	w.form(w.carol, "2 connected")
	w.submits(w.carol, map[string]any{"Find a person": "bob"})
	v = w.form(w.carol, "Bob")
	if strings.Contains(slacktest.Text(v), "Alice Chen") {
		t.Error("the filter by name shows everybody")
	}
	w.clicks(w.carol, v, "State", "Revoked")
	w.form(w.carol, "Nobody matches")
}

// Guests and people from other companies are refused until an admin allows guests.
func TestGuestsAndStrangers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dave, erin := w.slack.Person("dave"), w.slack.Person("erin")
	w.types(dave, general, "/linear mine")
	w.sees(dave, general, "Guests can't use Linear here.")
	w.types(erin, payments, "/linear mine")
	w.sees(erin, payments, "People from other companies can't use Linear here.")
	v := w.admin(w.carol, "Policy", "Guests may use Linear here")
	w.clicks(w.carol, v, "admin_policy.rules", "Guests may use Linear here")
	w.await("the rule to count", func() bool {
		_, err := w.db.Setting(t.Context(), teamID, "", "policy")
		return err == nil
	})
	w.types(dave, general, "/linear mine")
	w.sees(dave, general, "Connect your Linear account")
}

// A wrong client secret reaches each admin once, whoever else looks and restarts.
func TestOperatorNoticeReachesAdminsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := store.Notice{Key: store.Key{TeamID: "linear", UserID: "operators"}, Kind: "operator", Cause: "invalid_client", At: time.Now().Truncate(time.Minute)}
	if err := w.db.QueueNotice(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	w.app.SendNotices(t.Context())
	w.restart()
	w.app.SendNotices(t.Context())
	w.sees(w.carol, w.carol.DM(), "Linear refuses this app's sign-in")
	if sent := len(w.carol.Sees(w.carol.DM())); sent != 1 {
		t.Errorf("%d messages, want 1", sent)
	}
	w.unseen(w.alice, w.alice.DM(), "Linear refuses")
}

// Bots are offered no connection, whatever they post, and who is deactivated is
// neither told nor asked anything.
func TestNobodyIsOfferedAConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	deploy := w.slack.Person("deploybot")
	for _, text := range []string{"See " + link98, "<@" + "U0LINEAR" + "> what's new?"} {
		if _, err := deploy.Say(t.Context(), engineering, text); err != nil {
			t.Fatal(err)
		}
	}
	w.slack.ChangeUser(w.alice.ID, func(u *slacktest.User) { u.Deleted = true })
	w.handled()
	if err := w.accounts.DisconnectBy(t.Context(), key(w.alice), w.carol.ID); err != nil {
		t.Fatal(err)
	}
	w.app.SendNotices(t.Context())
	v := w.admin(w.carol, "People", "1 disconnected")
	mustSay(t, slacktest.Text(v), "<@"+w.alice.ID+">", "deactivated in Slack")
	if text := slacktest.Text(v); strings.Contains(text, "Ask to reconnect") {
		t.Errorf("who is deactivated can be asked:\n%s", text)
	}
	for _, c := range w.slack.Calls() {
		to := fmt.Sprint(c.Args["user"], c.Args["users"], c.Args["channel"])
		if strings.HasPrefix(c.Method, "chat.post") || c.Method == "conversations.open" {
			t.Errorf("%s reaches %s", c.Method, to)
		}
	}
}
