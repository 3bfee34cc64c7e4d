package slackapp_test

import (
	"context"
	"strings"
	"testing"

	"linearbot/accounts"
	"linearbot/linear/lineartest"
	"linearbot/slackapp/slacktest"
	"linearbot/store"
)

// twoWorkspaces is a Linear in which Alice and Carol are members of Acme and of Globex.
func twoWorkspaces(more ...func(*accounts.Config)) worldOptions {
	return worldOptions{
		Linear: func(o *lineartest.Options) { o.Globex = true },
		Accounts: func(c *accounts.Config) {
			for _, f := range more {
				f(c)
			}
		},
	}
}

// browseIn is browse with another workspace chosen on Linear's page.
func (w *world) browseIn(link, workspace, mail string) string {
	w.t.Helper()
	return w.answers(link, mail, func(ctx context.Context, to, mail string) (string, error) {
		return w.linear.ApproveIn(ctx, to, workspace, mail)
	})
}

// living are the grants that live at Linear, by workspace.
func (w *world) living() string {
	var all []string
	for _, g := range w.linear.Grants() {
		if !g.Ended {
			all = append(all, g.Workspace)
		}
	}
	return strings.Join(all, " ")
}

func (w *world) workspace(p *slacktest.Person) string {
	a, err := w.accounts.Status(w.t.Context(), key(p))
	if err != nil {
		return ""
	}
	return a.OrgName
}

// reconnectIn presses Reconnect on Alice's status and approves another workspace.
func (w *world) reconnectIn(workspace string) {
	w.t.Helper()
	w.types(w.alice, general, "/linear status")
	w.clicks(w.alice, w.sees(w.alice, general, "Connected as *Alice Chen*"), "Reconnect")
	link := w.link(w.alice, w.form(w.alice, "Connecting again replaces that connection"), "Reconnect")
	page := w.browseIn(link, workspace, mailOf(w.alice))
	if !strings.Contains(page, "One question left") || !strings.Contains(page, "replace Acme with Globex, or keep Acme") {
		w.t.Errorf("the browser shows:\n%s", page)
	}
}

func TestReplaceWorkspace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, twoWorkspaces())
	w.connect(w.alice)
	w.reconnectIn("globex")
	v := w.form(w.alice, "Replace Acme with Globex?")
	mustSay(t, slacktest.Text(v), "You are connected as *Alice Chen* (alice@acme.test) in *Acme*.", "You have just approved *Globex*", "Keep Acme")
	w.types(w.alice, general, "/linear show ENG-12")
	w.sees(w.alice, general, "Login test is flaky on Safari")
	w.restart()
	w.clicks(w.alice, v, "Replace Acme")
	w.form(w.alice, "Connected as *Alice Chen* (alice@acme.test) in *Globex*.")
	w.until("the other grant to be gone", func() bool { return w.living() == "globex" })
	w.types(w.alice, general, "/linear show ENG-12")
	w.sees(w.alice, general, "Order new turbines")
	w.types(w.alice, general, "/linear create Paint the fence team:Energy")
	w.sees(w.alice, general, "Created *<")
	if n := len(w.linear.IssuesIn("globex")); n != 3 {
		t.Errorf("%d issues are in Globex, want 3", n)
	}
	if err := w.alice.Click(t.Context(), v, "Keep Acme"); err == nil { // of the form as it was
		t.Error("the question can still be answered")
	}
}

func TestKeepWorkspace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, twoWorkspaces())
	w.connect(w.alice)
	w.reconnectIn("globex")
	v := w.form(w.alice, "Replace Acme with Globex?")
	w.types(w.alice, general, "/linear connect") // the same question, in a message
	m := w.sees(w.alice, general, "Replace Acme with Globex?")
	w.clicks(w.alice, v, "Keep Acme")
	mustSay(t, slacktest.Text(w.form(w.alice, "Kept. You are still connected as *Alice Chen* in *Acme*.")), "The access to *Globex* was removed in Linear.")
	w.clicks(w.alice, m, "Replace Acme")
	w.sees(w.alice, general, "That was answered already")
	if w.workspace(w.alice) != "Acme" || w.living() != "acme" {
		t.Errorf("connected to %q, living: %s", w.workspace(w.alice), w.living())
	}
}

// What waits says where it will be done, and is done there once.
func TestHeldActionAndAnotherWorkspace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, twoWorkspaces())
	w.connect(w.alice)
	w.linear.RevokeAccess(mailOf(w.alice))
	w.types(w.alice, general, "/linear create Check the boilers team:ENG")
	m := w.sees(w.alice, general, "Reconnect your Linear account")
	w.browseIn(w.link(w.alice, m, "Reconnect"), "globex", mailOf(w.alice))
	m = w.sees(w.alice, general, "Replace Acme with Globex?")
	mustSay(t, slacktest.Text(m), "You were connected as", "If you replace it, I'll finish creating “Check the boilers” in *Globex*.")
	if n := len(w.titled("Check the boilers")); n != 0 {
		t.Errorf("%d issues were created before the answer", n)
	}
	w.clicks(w.alice, m, "Replace Acme")
	w.sees(w.alice, general, "in *Globex*.")
	w.sees(w.alice, general, "Created *<")
	there := 0
	for _, i := range w.linear.IssuesIn("globex") {
		if i.Title == "Check the boilers" {
			there++
		}
	}
	if there != 1 || len(w.titled("Check the boilers")) != 0 {
		t.Errorf("%d issues in Globex, %d in Acme, want 1 and 0", there, len(w.titled("Check the boilers")))
	}
}

// The code comes first, then the question; both over a restart.
func TestCodeThenWorkspace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, twoWorkspaces())
	w.connect(w.alice)
	w.restart()
	w.opts.Accounts = func(c *accounts.Config) { c.Verify = accounts.VerifyCode }
	w.restart()
	w.types(w.alice, general, "/linear status")
	w.clicks(w.alice, w.sees(w.alice, general, "Connected as *Alice Chen*"), "Reconnect")
	page := w.browseIn(w.link(w.alice, w.form(w.alice, "Connecting again replaces"), "Reconnect"), "globex", mailOf(w.alice))
	w.clicks(w.alice, w.form(w.alice, "One step left"), "Enter code")
	w.form(w.alice, "Type the code")
	w.submits(w.alice, map[string]any{"Code": codeOnPage.FindStringSubmatch(page)[1]})
	v := w.form(w.alice, "Replace Acme with Globex?")
	if w.workspace(w.alice) != "Acme" || w.state(w.alice) != store.Active {
		t.Errorf("before the answer: %s in %q", w.state(w.alice), w.workspace(w.alice))
	}
	w.clicks(w.alice, v, "Replace Acme")
	w.form(w.alice, "in *Globex*.")
	w.until("the other grant to be gone", func() bool { return w.living() == "globex" })
}
