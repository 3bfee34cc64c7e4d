package main

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// said runs the program with an environment and returns its status and all it printed.
func said(t *testing.T, env map[string]string, args ...string) (int, string) {
	t.Helper()
	for name, value := range env {
		t.Setenv(name, value)
	}
	var out bytes.Buffer
	return run(t.Context(), args, &out, &out), out.String()
}

// bare is an environment that holds nothing of a real one.
func bare(t *testing.T) map[string]string {
	t.Helper()
	env := map[string]string{"DATABASE_URL": "sqlite:" + filepath.Join(t.TempDir(), "bot.db")}
	for _, name := range []string{
		"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "LINEAR_CLIENT_ID", "LINEAR_CLIENT_SECRET", "PUBLIC_URL",
		"SLACK_BOT_TOKEN_FILE", "ENCRYPTION_KEYSET", "ENCRYPTION_KEYSET_FILE", "LINEAR_WEBHOOK_SECRET", "ANTHROPIC_API_KEY",
	} {
		env[name] = ""
	}
	return env
}

// Every verb explains itself and wants nothing for it.
func TestHelpOfEveryVerb(t *testing.T) {
	env := bare(t)
	for _, verb := range []string{
		"", "serve", "demo", "check", "plan", "accounts", "accounts list", "accounts show", "accounts disconnect", "accounts block",
		"accounts unblock", "keys", "keys status", "keys rotate", "keys reseal", "keys drop", "backup", "restore", "audit",
		"audit export", "audit verify", "version",
	} {
		status, out := said(t, env, append(strings.Fields(verb), "--help")...)
		if status != 0 || !strings.Contains(out, "Usage: bot "+verb) {
			t.Errorf("bot %s --help = %d:\n%s", verb, status, out)
		}
	}
}

// What people of other programs type works here too.
func TestCustomaryHelpAndVersion(t *testing.T) {
	env := bare(t)
	for args, want := range map[string]string{"help": "Usage: bot", "help keys drop": "Usage: bot keys drop", "--version": version() + "\n"} {
		if status, out := said(t, env, strings.Fields(args)...); status != 0 || !strings.Contains(out, want) {
			t.Errorf("bot %s = %d, want %q:\n%s", args, status, want, out)
		}
	}
}

// What is missing is said at once, each with the name to set, and the status tells
// a configuration that cannot work from work that failed.
func TestEveryProblemIsNamedAtOnce(t *testing.T) {
	env := bare(t)
	env["LINEAR_ACTOR"], env["VERIFY"], env["PUBLIC_URL"], env["LISTEN_ADDR"] = "robot", "maybe", "http://bot.example.com", "8080"
	env["LOG_LEVEL"], env["DATABASE_URL"] = "loud", "sqlite:"+t.TempDir()
	env["ANTHROPIC_API_KEY"], env["ASSISTANT_PERSON_TOKENS"], env["ASSISTANT_TURNS"] = "sk-test", "-1", "99"
	status, out := said(t, env, "serve")
	if status != exitUsage {
		t.Errorf("status %d, want %d", status, exitUsage)
	}
	for _, name := range []string{
		"SLACK_BOT_TOKEN is not set", "SLACK_APP_TOKEN is not set", "LINEAR_CLIENT_ID is not set", "LINEAR_CLIENT_SECRET is not set",
		"PUBLIC_URL must be https", "LISTEN_ADDR", `LINEAR_ACTOR is "robot"`, `VERIFY is "maybe"`, `LOG_LEVEL is "loud"`, "DATABASE_URL names a directory",
		`ASSISTANT_PERSON_TOKENS is "-1"`, `ASSISTANT_TURNS is "99"; it can be a number from 1 to 32`,
	} {
		if !strings.Contains(out, name) {
			t.Errorf("%q is not said:\n%s", name, out)
		}
	}
	for _, wrong := range [][]string{{"nonsense"}, {"keys", "drop"}, {"keys", "drop", "x"}, {"serve", "--no-such-flag"}} {
		if status, out := said(t, env, wrong...); status != exitUsage || !strings.Contains(out, "Try: bot --help") {
			t.Errorf("bot %s = %d:\n%s", strings.Join(wrong, " "), status, out)
		}
	}
	env = bare(t)
	if status, out := said(t, env, "accounts", "list"); status != exitFailed || !strings.Contains(out, "there is no database at") {
		t.Errorf("a verb without a database = %d:\n%s", status, out)
	}
}

// parsed is the configuration that the program reads from its environment.
func parsed(t *testing.T, env map[string]string, args ...string) config {
	t.Helper()
	for name, value := range env {
		t.Setenv(name, value)
		if value == unset {
			if err := os.Unsetenv(name); err != nil { // t.Setenv puts the old value back
				t.Fatal(err)
			}
		}
	}
	var c cli
	var out bytes.Buffer
	if verb, status := c.read(args, &out, &out); verb == nil {
		t.Fatalf("status %d:\n%s", status, out.String())
	}
	return c.config
}

const unset = "not set at all"

// settings are the names of all variables and an allowed value of each.
func settings(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[config]()) {
		name := f.Tag.Get("env")
		if name == "" || f.Type.Kind() != reflect.String {
			t.Fatalf("%s has no variable, or is no text", f.Name)
		}
		all[name] = "value-of-" + strings.ToLower(name)
	}
	if len(all) < 25 {
		t.Fatalf("only %d variables", len(all))
	}
	return all
}

// A variable set to the empty string, or to space, is one that is not set; space
// around a value does not count, in any of them.
func TestEmptyVariablesAreNotSet(t *testing.T) {
	names := settings(t)
	all := func(value func(name, is string) string) map[string]string {
		env := map[string]string{}
		for name, is := range names {
			env[name] = value(name, is)
		}
		return env
	}
	bare := parsed(t, all(func(string, string) string { return unset }))
	if bare.Verify != "email" || bare.LogLevel != "info" || bare.Command != "/linear" || bare.SlackBotToken != "" {
		t.Fatalf("without variables: %+v", bare)
	}
	for _, empty := range []string{"", " ", "\n", "\t \r\n"} {
		if diff := cmp.Diff(bare, parsed(t, all(func(string, string) string { return empty }))); diff != "" {
			t.Errorf("all variables %q (-not set +set):\n%s", empty, diff)
		}
		for name := range names { // each alone, beside others that are set
			got := parsed(t, all(func(other, is string) string {
				if other == name {
					return empty
				}
				return is
			}))
			want := parsed(t, map[string]string{name: unset})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s=%q (-not set +set):\n%s", name, empty, diff)
			}
		}
	}
	plain := parsed(t, all(func(_, is string) string { return is }))
	if diff := cmp.Diff(plain, parsed(t, all(func(_, is string) string { return " \t" + is + "\r\n" }))); diff != "" {
		t.Errorf("with space around every value (-without +with):\n%s", diff)
	}
	if plain.LinearClientSecret != "value-of-linear_client_secret" || plain.Verify != "value-of-verify" {
		t.Errorf("values are not read: %+v", plain)
	}
	if got := parsed(t, nil, "--verify=", "--command= "); got.Verify != "email" || got.Command != "/linear" {
		t.Errorf("empty flags: VERIFY %q, COMMAND %q, want the defaults", got.Verify, got.Command)
	}
}

// A secret may come from a file; twice, empty and unreadable are said by name, and
// no value is.
func TestSecretsFromFiles(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct{ name, path, value, want string }{
		{"unreadable", filepath.Join(dir, "nowhere"), "", "SLACK_BOT_TOKEN_FILE: open"},
		{"empty", file("empty", "\n"), "", "is empty"},
		{"twice", file("one", "xoxb-file\n"), "xoxb-value", "SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are both set"},
		{"wrong kind", file("app", "xapp-secret-in-file\n"), "", "SLACK_BOT_TOKEN does not begin with xoxb-"},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := bare(t)
			env["SLACK_BOT_TOKEN_FILE"], env["SLACK_BOT_TOKEN"] = c.path, c.value
			status, out := said(t, env, "serve")
			if status != exitUsage || !strings.Contains(out, c.want) || strings.Contains(out, "secret-in-file") || strings.Contains(out, "xoxb-value") {
				t.Errorf("status %d, want %q and no value:\n%s", status, c.want, out)
			}
		})
	}
	env := bare(t)
	env["SLACK_BOT_TOKEN_FILE"] = " " + file("good", " \txoxb-from-file\r\n\n") + "\n"
	for _, name := range []string{"SLACK_APP_TOKEN", "LINEAR_CLIENT_ID", "LINEAR_CLIENT_SECRET", "LINEAR_WEBHOOK_SECRET", "ANTHROPIC_API_KEY"} {
		env[name+"_FILE"] = "" // not set
	}
	if _, out := said(t, env, "serve"); strings.Contains(out, "SLACK_BOT_TOKEN") || !strings.Contains(out, "SLACK_APP_TOKEN is not set") {
		t.Errorf("a good file is not taken:\n%s", out)
	}
}

// An empty file, as it is made for a container to be given, is a database nobody used yet.
func TestKeysetBesideAnEmptyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bot.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (&config{DatabaseURL: "sqlite:" + path}).keyring(); err != nil {
		t.Error(err)
	}
}

// A keyset that does not fit is said in words, before anything is written.
func TestWrongKeysetIsNamed(t *testing.T) {
	o := operate(t)
	good, err := os.ReadFile(o.db + ".keyset.json")
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(o.db)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "other.db")
	first := config{DatabaseURL: "sqlite:" + other}
	if _, err := first.keyring(); err != nil {
		t.Fatal(err)
	}
	foreign := other + ".keyset.json"
	for _, c := range []struct{ name, keyset, want string }{
		{"of another database", foreign, "lacks the key that sealed this database"},
		{"missing", filepath.Join(t.TempDir(), "none"), "is missing, but the database"},
		{"no keyset", o.db, "not a Tink JSON keyset"},
	} {
		for _, verb := range [][]string{{"keys", "status"}, {"keys", "reseal"}, {"accounts", "block", "T0ACME/U0ALICE"}} {
			status, out := o.does(o.db, append([]string{"--encryption-keyset-file=" + c.keyset}, verb...)...)
			if status != exitFailed || !strings.Contains(out, c.want) {
				t.Errorf("keyset %s: bot %s = %d, want %q:\n%s", c.name, strings.Join(verb, " "), status, c.want, out)
			}
		}
	}
	after, err := os.ReadFile(o.db)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the database was changed under a wrong keyset (%v)", err)
	}
	status, out := o.does(o.db, "--encryption-keyset="+string(good), "keys", "rotate")
	if status != exitFailed || !strings.Contains(out, "restart the bot") {
		t.Errorf("rotating a keyset of the environment = %d:\n%s", status, out)
	}
}

// Home and the page of what is accessed name who reads plain words.
func TestProviderIsNamed(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"": "Anthropic", "https://api.anthropic.com/": "Anthropic", "https://llm.acme.test/v1": "llm.acme.test",
		"http://127.0.0.1:9000": "a language model on the bot's own machine",
	} {
		c := config{Assistant: "auto", AnthropicAPIKey: "sk-test", AnthropicBaseURL: base}
		if got := c.provider(); got != want {
			t.Errorf("of %q: %q, want %q", base, got, want)
		}
		if c.AnthropicAPIKey = ""; c.provider() != "" {
			t.Errorf("without a key %q is named", c.provider())
		}
	}
}
