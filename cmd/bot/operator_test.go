package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"linearbot/slackapp/slacktest"
	"linearbot/store"
)

// operated is a stage on which Alice has connected, with the bot stopped, and the
// hands of an operator on its database.
type operated struct {
	t  *testing.T
	s  *stage
	db string
}

func operate(t *testing.T) *operated {
	t.Helper()
	dir := t.TempDir()
	s, err := newStage(t.Context(), stageOptions{Dir: dir, Log: stageLog(t.Output(), slog.LevelWarn)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.linear.Close(); s.slack.Close() })
	tr := &tour{stage: s, out: io.Discard, alice: s.slack.Person("alice"), browsers: map[string]*browser{}, shown: map[string]bool{}}
	if err := tr.connecting(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.stopBot(); err != nil {
		t.Fatal(err)
	}
	return &operated{t: t, s: s, db: filepath.Join(dir, "linearbot.db")}
}

// does runs one verb and returns its exit status and everything it printed.
func (o *operated) does(db string, args ...string) (int, string) {
	o.t.Helper()
	return o.doesIn(o.t.Context(), db, args...)
}

// doesIn is does with a context that may end.
func (o *operated) doesIn(ctx context.Context, db string, args ...string) (int, string) {
	o.t.Helper()
	var out bytes.Buffer
	c := o.s.cfg
	flags := []string{
		"--database-url=sqlite:" + db, "--slack-bot-token=" + c.SlackBotToken, "--slack-app-token=" + c.SlackAppToken,
		"--slack-api-url=" + c.SlackAPIURL, "--linear-client-id=" + c.LinearClientID, "--linear-client-secret=" + c.LinearClientSecret,
		"--linear-auth-url=" + c.LinearAuthURL, "--linear-api-url=" + c.LinearAPIURL, "--public-url=" + c.PublicURL,
		"--listen-addr=" + c.ListenAddr, "--log-level=error",
	}
	status := run(ctx, append(flags, args...), &out, &out)
	return status, out.String()
}

// wants runs a verb that has to work and to print words.
func (o *operated) wants(words string, args ...string) string {
	o.t.Helper()
	status, out := o.does(o.db, args...)
	if status != 0 || !strings.Contains(out, words) {
		o.t.Fatalf("bot %s = %d, want 0 with %q:\n%s", strings.Join(args, " "), status, words, out)
	}
	return out
}

func TestOperatorKeys(t *testing.T) {
	t.Parallel()
	o := operate(t)
	before := o.wants("1", "keys", "status")
	o.wants("", "keys", "rotate")
	if after := o.wants("", "keys", "status"); after == before {
		t.Errorf("status is the same before and after a rotation:\n%s", after)
	}
	o.wants("", "keys", "reseal")
	if err := o.s.startBot(t.Context()); err != nil {
		t.Fatalf("the bot does not start after rotate and reseal: %v", err)
	}
	defer func() {
		if err := o.s.stopBot(); err != nil {
			t.Error(err)
		}
	}()
	alice := o.s.slack.Person("alice")
	if err := alice.Command(t.Context(), general, "/linear show ENG-98"); err != nil {
		t.Fatal(err)
	}
	waiting, cancel := context.WithTimeout(t.Context(), stagePatience)
	defer cancel()
	if err := o.s.slack.Await(waiting, func() bool { _, ok := alice.Find(general, "Payment retries loop"); return ok }); err != nil {
		t.Errorf("her grant does not open any more: %q", slacktest.Text(alice.Last(general)))
	}
}

func TestOperatorAccounts(t *testing.T) {
	t.Parallel()
	o := operate(t)
	if out := o.wants("ACTIVE", "accounts", "list"); !strings.Contains(out, "U0ALICE") {
		t.Errorf("list does not name U0ALICE:\n%s", out)
	}
	o.wants("alice@acme.test", "accounts", "show", "T0ACME/U0ALICE")
	o.wants("", "accounts", "block", "T0ACME/U0ALICE")
	o.wants("BLOCKED", "accounts", "list")
	o.wants("", "accounts", "unblock", "T0ACME/U0ALICE")
	for _, g := range o.s.linear.Grants() {
		if !g.Ended {
			t.Errorf("a grant of %s lives on at Linear after block", g.User)
		}
	}
}

// A verb that did not do its work says so in its status: a wrong state, nobody of that
// name, a result that could not be written, an interruption.
func TestOperatorIsToldWhatWasNotDone(t *testing.T) {
	t.Parallel()
	o := operate(t)
	for _, c := range []struct{ args, want string }{
		{"accounts list --state=sleepy", "--state: there is no state sleepy; it can be one of [PENDING VERIFYING ACTIVE"},
		{"accounts show U0NOBODY", `nobody has the Slack user id "U0NOBODY" here`},
	} {
		if status, out := o.does(o.db, strings.Fields(c.args)...); status != exitFailed || !strings.Contains(out, c.want) {
			t.Errorf("bot %s = %d, want %q:\n%s", c.args, status, c.want, out)
		}
	}
	for _, verb := range []string{"accounts list", "keys status", "audit verify", "version", "check"} {
		var said bytes.Buffer
		args := append([]string{"--database-url=sqlite:" + o.db}, strings.Fields(verb)...)
		if status := run(t.Context(), args, fullDisk{}, &said); status == 0 {
			t.Errorf("bot %s with nowhere to write = 0: %s", verb, &said)
		}
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	var said bytes.Buffer
	copied := filepath.Join(t.TempDir(), "backup.db")
	status := run(stopped, []string{"--database-url=sqlite:" + o.db, "backup", copied}, &said, &said)
	if _, err := os.Stat(copied); status != exitStopped || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an interrupted backup = %d, %v:\n%s", status, err, &said)
	}
}

// fullDisk takes nothing.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestOperatorBackupAndAudit(t *testing.T) {
	t.Parallel()
	o := operate(t)
	o.wants("", "audit", "verify")
	o.wants("connect", "audit", "export")
	copied := filepath.Join(t.TempDir(), "backup.db")
	o.wants(copied, "backup", copied)
	if status, out := o.does(o.db, "restore", copied); status == 0 {
		t.Errorf("restore overwrote a database that is there:\n%s", out)
	}
	db, err := store.Open(t.Context(), "sqlite:"+copied)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	a, err := db.Account(t.Context(), store.Key{TeamID: "T0ACME", UserID: "U0ALICE"})
	if err != nil || a.State != store.Active {
		t.Errorf("the backup holds Alice as %s, %v", a.State, err)
	}
}
