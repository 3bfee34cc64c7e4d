package slackapp_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"linearbot/accounts"
	"linearbot/slackapp/slacktest"
	"linearbot/store"
)

// link is the address behind a link button.
func (w *world) link(p *slacktest.Person, on slacktest.Surface, name string) string {
	w.t.Helper()
	link, err := p.Link(on, name)
	if err != nil {
		w.t.Fatalf("%s follows %q: %v; it shows:\n%s", p.ID, name, err, slacktest.Text(on))
	}
	return link
}

// state is where a person's account stands.
func (w *world) state(p *slacktest.Person) store.State {
	a, err := w.accounts.Status(w.t.Context(), key(p))
	if err != nil {
		return ""
	}
	return a.State
}

func mustSay(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, s := range words {
		if !strings.Contains(text, s) {
			t.Errorf("%q is not in:\n%s", s, text)
		}
	}
}

// The prompt becomes "Connected", the held create happens once, one welcome comes.
func TestConnectGoldenPath(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types(w.alice, general, "/linear create Fix the login page team:ENG")
	m := w.sees(w.alice, general, "Connect your Linear account")
	mustSay(t, slacktest.Text(m), "You act in Linear as yourself", "Link works once, for you only, for 15 minutes.", "I'll finish creating “Fix the login page” as soon as you're connected.")
	w.clicks(w.alice, m, "What will this access?")
	w.form(w.alice, "Create and change issues and comments for you")
	page := w.browse(w.link(w.alice, m, "Connect Linear"), mailOf(w.alice))
	mustSay(t, page, "You&#39;re connected.", "Go back to Slack.")
	now := w.sees(w.alice, general, "Connected as *Alice Chen* (alice@acme.test) in *Acme*.")
	if now.TS != m.TS {
		t.Error("the prompt stays, and a second message says Connected")
	}
	mustSay(t, slacktest.Text(now), "I'm finishing creating “Fix the login page” now.", "New issue", "My issues")
	w.sees(w.alice, general, "Created *<")
	w.sees(w.alice, w.alice.DM(), "write to me here")
	if n := len(w.titled("Fix the login page")); n != 1 {
		t.Errorf("%d issues were created, want 1", n)
	}
}

// A restart between prompt and approval loses neither the place nor the wish.
func TestConnectAcrossRestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types(w.alice, general, "/linear create Survive the restart team:ENG")
	m := w.sees(w.alice, general, "Connect your Linear account")
	link := w.link(w.alice, m, "Connect Linear")
	w.restart()
	w.browse(link, mailOf(w.alice))
	if now := w.sees(w.alice, general, "Connected as *Alice Chen*"); now.TS != m.TS {
		t.Error("the prompt stays, and a second message says Connected")
	}
	w.sees(w.alice, general, "Created *<")
	w.restart()
	if n := len(w.titled("Survive the restart")); n != 1 {
		t.Errorf("%d issues were created, want 1", n)
	}
}

// What needs a form waits for a press, which brings the trigger; a second press
// does nothing.
func TestHeldFormIsFinishedByAPress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types(w.alice, general, "/linear")
	m := w.sees(w.alice, general, "Connect your Linear account")
	w.browse(w.link(w.alice, m, "Connect Linear"), mailOf(w.alice))
	m = w.sees(w.alice, general, "Connected as *Alice Chen*")
	w.clicks(w.alice, m, "Finish your new issue")
	w.form(w.alice, "New Linear issue")
	if err := w.alice.Click(t.Context(), m, "Finish your new issue"); err == nil { // the button goes soon after
		w.sees(w.alice, general, "That was finished already")
	} else if !strings.Contains(err.Error(), "there is no") {
		t.Error(err)
	}
}

// Everything that was promised meanwhile is done, once and in the order it was
// asked for: a later question does not take the place of a create.
func TestAllThatWaitedGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	holds := func(n int) {
		w.await("held requests", func() bool {
			held, err := w.db.Tickets(t.Context(), store.HeldTicket, key(w.alice), time.Now())
			return err == nil && len(held) == n
		})
	}
	for _, line := range []string{"create Asked first team:ENG", "create Asked first team:ENG", "list team:DES"} {
		w.types(w.alice, general, "/linear "+line)
	}
	holds(2)
	w.types(w.alice, general, "/linear create Asked second team:ENG")
	holds(3)
	w.types(w.alice, general, "/linear mine")
	w.await("the question", func() bool { return strings.Count(w.alice.Screen(general), "I'll finish what you asked") == 2 })
	m := w.sees(w.alice, general, "I'll finish what you asked")
	w.browse(w.link(w.alice, m, "Connect Linear"), mailOf(w.alice))
	w.sees(w.alice, general, "creating “Asked second” and what you asked now.")
	w.sees(w.alice, general, "Your open issues")
	for _, title := range []string{"Asked first", "Asked second"} {
		if n := len(w.titled(title)); n != 1 {
			t.Errorf("%d issues are titled %q, want 1", n, title)
		}
	}
	w.unseen(w.alice, general, "/linear list team:DES")
}

// Long-lived surfaces open a form with a fresh link, and the form becomes the result.
func TestConnectFromHome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.alice.OpenHome(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.await("Home", func() bool { return strings.Contains(slacktest.Text(w.alice.Home()), "Connect Linear") })
	w.clicks(w.alice, w.alice.Home(), "Connect Linear")
	v := w.form(w.alice, "Link works once")
	w.browse(w.link(w.alice, v, "Connect Linear"), mailOf(w.alice))
	w.form(w.alice, "Connected as *Alice Chen*")
	w.await("Home to show the connection", func() bool { return strings.Contains(slacktest.Text(w.alice.Home()), "My issues") })
}

var codeOnPage = regexp.MustCompile(`class="code">([A-Z0-9]{8})<`)

// E-mails that differ need the code of the browser, typed into Slack.
func TestConnectWithCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{Accounts: func(c *accounts.Config) { c.Verify = "code" }})
	w.types(w.alice, general, "/linear connect")
	m := w.sees(w.alice, general, "Connect your Linear account")
	page := w.browse(w.link(w.alice, m, "Connect Linear"), mailOf(w.alice))
	found := codeOnPage.FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("no code on the page:\n%s", page)
	}
	mustSay(t, page, "Type this in Slack only if", "Anyone you give it to can act as you in Linear.")
	w.sees(w.alice, general, "One step left")
	w.types(w.alice, general, "/linear create While verifying team:ENG")
	m = w.sees(w.alice, general, "I'll finish creating “While verifying” as soon as you're connected.")
	mustSay(t, slacktest.Text(m), "One step left", "Enter code")
	w.clicks(w.alice, m, "Enter code")
	w.form(w.alice, "Type the code your browser shows")
	if err := w.alice.Submit(t.Context(), w.alice.View(), map[string]any{"Code": "AAAAAAAA"}); err == nil || !strings.Contains(err.Error(), "4 tries left") {
		t.Errorf("a wrong code says %v, want 4 tries left", err)
	}
	w.submits(w.alice, map[string]any{"Code": found[1]})
	w.form(w.alice, "Connected as *Alice Chen*")
	if now := w.sees(w.alice, general, "Connected as *Alice Chen*"); now.TS != m.TS {
		t.Error("the prompt did not become the result")
	}
	w.sees(w.alice, general, "Created *<")
	if n := len(w.titled("While verifying")); n != 1 {
		t.Errorf("%d issues were created, want 1", n)
	}
}

// Five wrong codes end it: nothing is connected, the grant goes at Linear, one DM.
func TestConnectFiveWrongCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{Accounts: func(c *accounts.Config) { c.Verify = "code" }})
	w.types(w.alice, general, "/linear connect")
	w.browse(w.link(w.alice, w.sees(w.alice, general, "Connect your Linear account"), "Connect Linear"), mailOf(w.alice))
	w.clicks(w.alice, w.sees(w.alice, general, "One step left"), "Enter code")
	w.form(w.alice, "Type the code")
	for range 4 {
		if err := w.alice.Submit(t.Context(), w.alice.View(), map[string]any{"Code": "AAAAAAAA"}); err == nil {
			t.Fatal("a wrong code was accepted")
		}
	}
	w.submits(w.alice, map[string]any{"Code": "AAAAAAAA"})
	w.sees(w.alice, w.alice.DM(), "Connecting Linear was stopped")
	if s := w.state(w.alice); s == store.Active || s == store.Verifying {
		t.Errorf("the account is %s", s)
	}
}

func TestCancelCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{Accounts: func(c *accounts.Config) { c.Verify = "code" }})
	w.types(w.alice, general, "/linear connect")
	w.browse(w.link(w.alice, w.sees(w.alice, general, "Connect your Linear account"), "Connect Linear"), mailOf(w.alice))
	w.clicks(w.alice, w.sees(w.alice, general, "One step left"), "Cancel connecting")
	w.sees(w.alice, general, "Canceled. Nothing was connected.")
	if s := w.state(w.alice); s == store.Active || s == store.Verifying {
		t.Errorf("the account is %s", s)
	}
}

// A lost connection is told once; the DM is edited after reconnecting, and the
// wish made meanwhile is done.
func TestRevokedAndReconnected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.linear.RevokeAccess(mailOf(w.alice))
	w.types(w.alice, general, "/linear create Wished meanwhile team:ENG")
	w.sees(w.alice, general, "Reconnect your Linear account")
	w.app.SendNotices(t.Context())
	dm := w.sees(w.alice, w.alice.DM(), "Your Linear connection stopped working")
	w.restart()
	w.app.SendNotices(t.Context())
	w.clicks(w.alice, dm, "Reconnect")
	w.browse(w.link(w.alice, w.form(w.alice, "Reconnect"), "Reconnect"), mailOf(w.alice))
	now := w.sees(w.alice, w.alice.DM(), "Reconnected")
	if now.TS != dm.TS {
		t.Error("the DM was not edited")
	}
	w.unseen(w.alice, w.alice.DM(), "stopped working")
	w.await("the wish to be done", func() bool { return len(w.titled("Wished meanwhile")) == 1 })
}

func TestDisconnect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear disconnect")
	m := w.sees(w.alice, general, "Disconnect Linear?")
	w.clicks(w.alice, m, "Keep connection")
	w.sees(w.alice, general, "You are still connected")
	w.types(w.alice, general, "/linear disconnect")
	w.clicks(w.alice, w.sees(w.alice, general, "Disconnect Linear?"), "Disconnect")
	m = w.sees(w.alice, general, "Disconnected. Your stored access was deleted.")
	if s := w.state(w.alice); s != store.Disconnected {
		t.Errorf("the account is %s", s)
	}
	w.clicks(w.alice, m, "Connect again")
	w.form(w.alice, "Connect your Linear account")
}

// TestDeniedAtLinear: the prompt in Slack says so and gives a new link; what waited
// is finished after it.
func TestDeniedAtLinear(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types(w.alice, general, "/linear create Waits for a second thought team:ENG")
	prompt := w.sees(w.alice, general, "Connect your Linear account")
	link, err := w.alice.Link(prompt, "Connect Linear")
	if err != nil {
		t.Fatal(err)
	}
	w.refuses(link, "alice@acme.test")
	m := w.sees(w.alice, general, "You haven't approved the connection yet.")
	if m.TS != prompt.TS {
		t.Errorf("the prompt stays:\n%s", w.alice.Screen(general))
	}
	w.clicks(w.alice, m, "Get a new link")
	if link, err = w.alice.Link(w.form(w.alice, "Connect"), "Connect Linear"); err != nil {
		t.Fatal(err)
	}
	w.browse(link, "alice@acme.test")
	w.sees(w.alice, general, "Waits for a second thought")
	w.until("the issue", func() bool { return len(w.titled("Waits for a second thought")) == 1 })
}
