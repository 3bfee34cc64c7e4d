package main

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linearbot/slackapp/slacktest"
	"linearbot/store"
)

// The acting mode that the admins chose comes before LINEAR_ACTOR, and check says so.
func TestCheckSaysTheActingMode(t *testing.T) {
	o := operate(t)
	if status, out := o.does(o.db, "check"); status != 0 || !strings.Contains(out, "✓ acting mode: user, from LINEAR_ACTOR") {
		t.Errorf("check = %d:\n%s", status, out)
	}
	carol := store.Key{TeamID: "T0ACME", UserID: "U0CAROL"}
	b, err := build(t.Context(), o.s.cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.accounts.SwitchActor(t.Context(), carol.TeamID, "app", carol)
	if err := errors.Join(err, b.close()); err != nil {
		t.Fatal(err)
	}
	if status, out := o.does(o.db, "check"); status != 0 || !strings.Contains(out, "✓ acting mode: app, chosen in the admin view: LINEAR_ACTOR=user does not count") {
		t.Errorf("check after a choice = %d:\n%s", status, out)
	}
	if status, out := o.does(o.db, "check", "--linear-actor=app", "--linear-scopes=read,admin"); status != exitUsage || !strings.Contains(out, "LINEAR_SCOPES holds admin") {
		t.Errorf("check of the admin scope for the app = %d:\n%s", status, out)
	}
}

// Whatever does not fit is named with the setting and what to do, in a line of its own.
func TestCheckNamesWhatDoesNotFit(t *testing.T) {
	o := operate(t)
	dir := t.TempDir()
	keyset := filepath.Join(dir, "other.keyset.json")
	if _, err := (&config{DatabaseURL: "sqlite:" + filepath.Join(dir, "other.db"), EncryptionKeysetFile: keyset}).keyring(); err != nil {
		t.Fatal(err)
	}
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.WriteString(w, "<html>Blocked</html>"); err != nil {
			t.Error(err)
		}
	}))
	defer page.Close()
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		if _, err := io.WriteString(w, `{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}`); err != nil {
			t.Error(err)
		}
	}))
	defer refusing.Close()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for _, c := range []struct {
		name, want string
		fault      slacktest.Fault
		flags      []string
	}{
		{"another database's keyset", "✗ database: the keyset (ENCRYPTION_KEYSET or ENCRYPTION_KEYSET_FILE) lacks the key", slacktest.Fault{}, []string{"--encryption-keyset-file=" + keyset}},
		{"no directory", "✗ database: DATABASE_URL (the keyset is kept beside the database): nothing can be made beside", slacktest.Fault{}, []string{"--database-url=sqlite:" + dir + "/none/bot.db"}},
		{"a bot token Slack does not know", "✗ Slack bot token: SLACK_BOT_TOKEN: Slack refuses it (invalid_auth): copy the token again", slacktest.Fault{}, []string{"--slack-bot-token=xoxb-wrong"}},
		{"a removed app", "SLACK_BOT_TOKEN: Slack refuses it (account_inactive): the token is no more: install the app again", slacktest.Fault{Method: "auth.test", Code: "account_inactive"}, nil},
		{"an app token Slack does not know", "✗ Slack app token: SLACK_APP_TOKEN: Slack refuses it (invalid_auth): copy the token again from the app's settings, Basic Information", slacktest.Fault{}, []string{"--slack-app-token=xapp-wrong"}},
		{"an app token without its scope", "SLACK_APP_TOKEN: Slack refuses it (missing_scope): the token lacks the scope connections:write", slacktest.Fault{Method: "apps.connections.open", Code: "missing_scope"}, nil},
		{"Socket Mode off", "SLACK_APP_TOKEN: Slack refuses it (forbidden_team): is Socket Mode on", slacktest.Fault{Method: "apps.connections.open", Code: "forbidden_team"}, nil},
		{"no Slack there", "✗ Slack bot token: SLACK_API_URL answered HTTP 404", slacktest.Fault{}, []string{"--slack-api-url=" + o.s.cfg.SlackAPIURL + "nowhere/"}},
		{"a proxy's page for Slack", "✗ Slack bot token: SLACK_API_URL does not answer as Slack does (a proxy in between", slacktest.Fault{}, []string{"--slack-api-url=" + page.URL}},
		{"no way to Slack", "✗ Slack bot token: SLACK_API_URL does not answer as Slack does", slacktest.Fault{}, []string{"--slack-api-url=" + closed.URL}},
		{"an admin nobody knows", "✗ admins: ADMIN_USERS: there is nobody U0NOBODY in this Slack", slacktest.Fault{}, []string{"--admin-users=U0ALICE,U0NOBODY"}},
		{"a proxy's page for Linear", "✗ Linear API: LINEAR_API_URL: " + page.URL + "/graphql answered HTTP 200 and not as Linear does", slacktest.Fault{}, []string{"--linear-api-url=" + page.URL}},
		{"a token endpoint that is none", "✗ Linear OAuth app: LINEAR_API_URL: " + page.URL + "/oauth/token answered HTTP 200 and not as Linear does", slacktest.Fault{}, []string{"--linear-api-url=" + page.URL}},
		{"no way to Linear", "✗ Linear API: LINEAR_API_URL: no way to it", slacktest.Fault{}, []string{"--linear-api-url=" + closed.URL}},
		{"a wrong secret", "✗ Linear OAuth app: LINEAR_CLIENT_ID or LINEAR_CLIENT_SECRET is wrong", slacktest.Fault{}, []string{"--linear-client-secret=wrong"}},
		{"no sign-in page", "✗ Linear sign-in page: LINEAR_AUTH_URL: " + o.s.cfg.LinearAuthURL + "/nowhere/oauth/authorize answered HTTP 404", slacktest.Fault{}, []string{"--linear-auth-url=" + o.s.cfg.LinearAuthURL + "/nowhere"}},
		{"a model's key that is refused", "✗ language model: ANTHROPIC_API_KEY: the provider refuses it", slacktest.Fault{}, []string{"--anthropic-api-key=sk-wrong", "--anthropic-base-url=" + refusing.URL}},
		{"no way to the model", "✗ language model: ANTHROPIC_BASE_URL: the model cannot be reached", slacktest.Fault{}, []string{"--anthropic-api-key=sk-test", "--anthropic-base-url=" + closed.URL}},
	} {
		disarm := func() {}
		if c.fault.Method != "" {
			disarm = o.s.slack.Inject(c.fault)
		}
		status, out := o.does(o.db, append(c.flags, "check")...)
		disarm()
		if status != exitFailed || !strings.Contains(out, c.want) {
			t.Errorf("%s: check = %d, want %q:\n%s", c.name, status, c.want, out)
		}
	}
	o.s.slack.WithdrawScope("links:read")
	if status, out := o.does(o.db, "check"); status != exitFailed || !strings.Contains(out, "SLACK_BOT_TOKEN: it lacks scopes of manifest.yaml (links:read)") {
		t.Errorf("check without a scope = %d:\n%s", status, out)
	}
	o.s.slack.MixApps()
	if status, out := o.does(o.db, "check"); status != exitFailed || !strings.Contains(out, "✗ Slack app token: SLACK_APP_TOKEN: Slack refuses it (other_app): it is of another Slack app") {
		t.Errorf("check of two apps' tokens = %d:\n%s", status, out)
	}
}

// Before the first start check makes nothing: it may run as another user than the bot.
func TestCheckMakesNothing(t *testing.T) {
	o := operate(t)
	dir := t.TempDir()
	if status, out := o.does(filepath.Join(dir, "bot.db"), "check"); status != 0 || !strings.Contains(out, "will be made at the first start") {
		t.Errorf("check before the first start = %d:\n%s", status, out)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("check left %v, %v", files, err)
	}
}

// A clock that is far off is named; a few seconds of a slow answer are not.
func TestCheckComparesClocks(t *testing.T) {
	for _, c := range []struct {
		off  time.Duration
		want string
	}{{0, ""}, {-10 * time.Minute, "10m0s before Slack's"}, {10 * time.Minute, "10m0s behind Slack's"}} {
		slack := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", time.Now().Add(c.off).UTC().Format(http.TimeFormat))
			if _, err := io.WriteString(w, `{"ok":true}`); err != nil {
				t.Error(err)
			}
		}))
		_, err := (&config{SlackAPIURL: slack.URL + "/"}).checkClock(t.Context())
		slack.Close()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("a clock of Slack's that is %s off: %v, want %q", c.off, err, c.want)
		}
	}
}
