package main

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"net"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"linearbot/accounts"
	"linearbot/assistant"
)

// config is everything that can be configured, by flag or environment variable.
// The names are a contract (README).
type config struct {
	SlackBotToken string `env:"SLACK_BOT_TOKEN" group:"Slack:" help:"Slack bot token, xoxb-…"`
	SlackAppToken string `env:"SLACK_APP_TOKEN" group:"Slack:" help:"Slack app-level token with connections:write, xapp-…"`
	SlackAPIURL   string `name:"slack-api-url" env:"SLACK_API_URL" group:"Slack:" default:"https://slack.com/api/" help:"base of Slack's Web API"`

	LinearClientID     string `env:"LINEAR_CLIENT_ID" group:"Linear:" help:"client id of your OAuth app in Linear"`
	LinearClientSecret string `env:"LINEAR_CLIENT_SECRET" group:"Linear:" help:"its client secret"`
	LinearAuthURL      string `name:"linear-auth-url" env:"LINEAR_AUTH_URL" group:"Linear:" default:"https://linear.app" help:"where /oauth/authorize is"`
	LinearAPIURL       string `name:"linear-api-url" env:"LINEAR_API_URL" group:"Linear:" default:"https://api.linear.app" help:"where /graphql and /oauth/token are"`
	LinearActor        string `env:"LINEAR_ACTOR" group:"Linear:" default:"user" help:"user: act as each person; app: act as the app"`
	LinearScopes       string `env:"LINEAR_SCOPES" group:"Linear:" default:"read,write" help:"comma-separated OAuth scopes"`
	LinearWebhook      string `name:"linear-webhook-secret" env:"LINEAR_WEBHOOK_SECRET" group:"Linear:" help:"enables POST /webhooks/linear"`

	PublicURL  string `name:"public-url" env:"PUBLIC_URL" group:"This process:" help:"where browsers reach this process: https://…, with or without a path, or http:// on a loopback host"`
	ListenAddr string `env:"LISTEN_ADDR" group:"This process:" default:"127.0.0.1:8080" help:"address of the HTTP listener"`

	DatabaseURL          string `name:"database-url" env:"DATABASE_URL" group:"Storage:" default:"sqlite:linearbot.db" help:"sqlite:PATH"`
	EncryptionKeyset     string `env:"ENCRYPTION_KEYSET" group:"Storage:" help:"Tink JSON keyset"`
	EncryptionKeysetFile string `env:"ENCRYPTION_KEYSET_FILE" group:"Storage:" help:"file with the keyset; made on first start (default: beside the database)"`

	RefreshSchedule string `env:"REFRESH_SCHEDULE" group:"Behaviour:" default:"@every 1m" help:"cron spec of the token refresh"`
	ProbeSchedule   string `env:"PROBE_SCHEDULE" group:"Behaviour:" default:"@every 15m" help:"cron spec of the probe that notices a removed access; every idle connection is asked about once a turn"`
	AdminUsers      string `env:"ADMIN_USERS" group:"Behaviour:" help:"comma-separated Slack ids (default: Slack's admins and owners)"`
	Command         string `env:"COMMAND" group:"Behaviour:" default:"/linear" help:"the slash command"`
	Verify          string `env:"VERIFY" group:"Behaviour:" default:"email" help:"how a connection is proven: email, code or off"`

	Assistant        string `env:"ASSISTANT" group:"Assistant:" default:"auto" help:"off, parser, model, or auto: model when a key is set"`
	AnthropicAPIKey  string `name:"anthropic-api-key" env:"ANTHROPIC_API_KEY" group:"Assistant:" help:"enables the model"`
	AnthropicBaseURL string `name:"anthropic-base-url" env:"ANTHROPIC_BASE_URL" group:"Assistant:" help:"another provider of the Messages API"`
	AssistantModel   string `env:"ASSISTANT_MODEL" group:"Assistant:" default:"claude-sonnet-5-5" help:"model name"`

	AssistantPersonTokens    string `env:"ASSISTANT_PERSON_TOKENS" group:"Assistant:" default:"1000000" help:"tokens of the model that one person may use in a day (UTC); 0: no limit"`
	AssistantWorkspaceTokens string `env:"ASSISTANT_WORKSPACE_TOKENS" group:"Assistant:" default:"20000000" help:"tokens that a workspace may use in a day (UTC); 0: no limit"`
	AssistantTurns           string `env:"ASSISTANT_TURNS" group:"Assistant:" default:"8" help:"turns of the model that one request may take, 1 to 32"`

	LogLevel  string `env:"LOG_LEVEL" group:"Logging:" default:"info" help:"debug, info, warn or error"`
	LogFormat string `env:"LOG_FORMAT" group:"Logging:" help:"text or json (default: text on a terminal, else json)"`
}

// tidy takes the space around each setting away, such as the newline of a secret that
// was pasted, and puts the default in the place of what is empty: a variable set to
// the empty string is one that is not set.
func (c *config) tidy() {
	v := reflect.ValueOf(c).Elem()
	for i := range v.NumField() {
		text := strings.TrimSpace(v.Field(i).String())
		v.Field(i).SetString(cmp.Or(text, v.Type().Field(i).Tag.Get("default")))
	}
}

// secretFiles are the settings that may come from a file named by NAME_FILE. The
// keyset's own file is another matter: it is made on the first start (keyset.go).
func (c *config) secretFiles() map[string]*string {
	return map[string]*string{
		"SLACK_BOT_TOKEN":       &c.SlackBotToken,
		"SLACK_APP_TOKEN":       &c.SlackAppToken,
		"LINEAR_CLIENT_ID":      &c.LinearClientID,
		"LINEAR_CLIENT_SECRET":  &c.LinearClientSecret,
		"LINEAR_WEBHOOK_SECRET": &c.LinearWebhook,
		"ANTHROPIC_API_KEY":     &c.AnthropicAPIKey,
	}
}

// finish sets what follows from something else and reports every problem at once,
// each with the name to set, those already found included.
func (c *config) finish(problems ...error) error {
	problems = append(problems, c.required()...)
	problems = append(problems, c.urls()...)
	problems = append(problems, c.listener()...)
	problems = append(problems, c.stored()...)
	problems = append(problems, c.choices()...)
	return problemsOf(problems)
}

// finishStored is finish for a verb that needs only the database, its keyset and,
// to remove a grant there, Linear's address.
func (c *config) finishStored() error {
	return problemsOf(append(c.urls(), c.stored()...))
}

// configError is a configuration that cannot work.
type configError struct{ problems []error }

func (e *configError) Error() string {
	return "the configuration cannot work:\n  " + strings.ReplaceAll(errors.Join(e.problems...).Error(), "\n", "\n  ")
}

func problemsOf(problems []error) error {
	if len(problems) == 0 {
		return nil
	}
	slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return &configError{problems}
}

// readSecretFiles reads the secrets whose NAME_FILE is in the environment.
func (c *config) readSecretFiles() []error {
	var problems []error
	for name, value := range c.secretFiles() {
		path := strings.TrimSpace(os.Getenv(name + "_FILE"))
		switch {
		case path == "":
			continue
		case *value != "":
			problems = append(problems, fmt.Errorf("%s and %s_FILE are both set: keep one", name, name))
			continue
		}
		text, err := os.ReadFile(path)
		*value = strings.TrimSpace(string(text))
		switch {
		case err != nil:
			problems = append(problems, fmt.Errorf("%s_FILE: %w", name, err))
			*value = unreadable
		case *value == "":
			problems = append(problems, fmt.Errorf("%s_FILE: %s is empty", name, path))
			*value = unreadable
		}
	}
	return problems
}

// unreadable stands in for a secret whose file was reported already.
const unreadable = "\x00"

func (c *config) required() []error {
	var problems []error
	for _, s := range []struct{ name, value, prefix, hint string }{
		{"SLACK_BOT_TOKEN", c.SlackBotToken, "xoxb-", "the bot token of your Slack app, xoxb-…"},
		{"SLACK_APP_TOKEN", c.SlackAppToken, "xapp-", "an app-level token with connections:write, xapp-…"},
		{"LINEAR_CLIENT_ID", c.LinearClientID, "", "the client id of your OAuth app in Linear"},
		{"LINEAR_CLIENT_SECRET", c.LinearClientSecret, "", "the client secret of your OAuth app in Linear"},
		{"PUBLIC_URL", c.PublicURL, "", "where browsers reach this process, such as https://linearbot.example.com"},
	} {
		switch {
		case s.value == unreadable:
		case s.value == "":
			problems = append(problems, fmt.Errorf("%s is not set: %s", s.name, s.hint))
		case !strings.HasPrefix(s.value, s.prefix):
			problems = append(problems, fmt.Errorf("%s does not begin with %s: %s", s.name, s.prefix, s.hint))
		}
	}
	return problems
}

// urls checks the addresses and gives each the trailing slash, or none, that the
// code which uses it expects.
func (c *config) urls() []error {
	var problems []error
	for name, value := range map[string]*string{
		"SLACK_API_URL": &c.SlackAPIURL, "LINEAR_AUTH_URL": &c.LinearAuthURL,
		"LINEAR_API_URL": &c.LinearAPIURL, "PUBLIC_URL": &c.PublicURL, "ANTHROPIC_BASE_URL": &c.AnthropicBaseURL,
	} {
		if *value == "" {
			continue
		}
		*value = strings.TrimRight(*value, "/")
		u, err := url.Parse(*value)
		switch {
		case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
			problems = append(problems, fmt.Errorf("%s is not an http or https address: %q", name, *value))
		case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
			problems = append(problems, fmt.Errorf("%s is more than an address: leave out user, query and fragment", name))
		case name == "PUBLIC_URL" && u.Scheme == "http" && !loopback(u.Hostname()):
			problems = append(problems, errors.New("PUBLIC_URL must be https: plain http is for loopback hosts only"))
		case name == "PUBLIC_URL" && !plainPath.MatchString(u.EscapedPath()):
			problems = append(problems, fmt.Errorf("PUBLIC_URL has the path %q; it can be names of letters, digits, - and _, such as /linearbot", u.EscapedPath()))
		case name == "PUBLIC_URL" && slices.Contains(ownPaths, firstName(u.Path)):
			problems = append(problems, fmt.Errorf("PUBLIC_URL has the path %q: leave out /%s, which is added to it", u.Path, firstName(u.Path)))
		}
	}
	if c.SlackAPIURL != "" {
		c.SlackAPIURL += "/"
	}
	return problems
}

// plainPath is a path that every proxy passes on as it is.
var plainPath = regexp.MustCompile(`^(/[A-Za-z0-9_-]+)*$`)

// ownPaths are where our own routes begin.
var ownPaths = []string{"connect", "oauth", "webhooks", "healthz", "readyz", "metrics"}

// firstName is the first name of a path.
func firstName(path string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return name
}

func (c *config) listener() []error {
	if _, _, err := net.SplitHostPort(c.ListenAddr); err != nil {
		return []error{fmt.Errorf("LISTEN_ADDR is not host:port: %q", c.ListenAddr)}
	}
	return nil
}

// stored checks where the database and its keyset are.
func (c *config) stored() []error {
	var problems []error
	if !strings.HasPrefix(c.DatabaseURL, "sqlite:") || c.sqlitePath() == "" {
		problems = append(problems, fmt.Errorf("DATABASE_URL is not sqlite:PATH: %q", c.DatabaseURL))
	} else if strings.ContainsAny(c.sqlitePath(), "?\x00") || strings.HasPrefix(c.sqlitePath(), ":memory:") {
		problems = append(problems, fmt.Errorf("DATABASE_URL names no file: write sqlite:PATH without options: %q", c.DatabaseURL))
	} else if info, err := os.Stat(c.sqlitePath()); err == nil && !info.Mode().IsRegular() {
		problems = append(problems, fmt.Errorf("DATABASE_URL names a directory or device, not a file: %q", c.DatabaseURL))
	}
	if c.EncryptionKeyset != "" && c.EncryptionKeysetFile != "" {
		problems = append(problems, errors.New("ENCRYPTION_KEYSET and ENCRYPTION_KEYSET_FILE are both set: keep one"))
	}
	return problems
}

func (c *config) choices() []error {
	var problems []error
	for _, s := range []struct {
		name, value string
		valid       []string
	}{
		{"LINEAR_ACTOR", c.LinearActor, []string{"user", "app"}},
		{"VERIFY", c.Verify, []string{"email", "code", "off"}},
		{"ASSISTANT", c.Assistant, []string{"off", "parser", "model", "auto"}},
		{"LOG_LEVEL", c.LogLevel, []string{"debug", "info", "warn", "error"}},
		{"LOG_FORMAT", c.LogFormat, []string{"", "text", "json"}},
	} {
		if !slices.Contains(s.valid, s.value) {
			problems = append(problems, fmt.Errorf("%s is %q; it can be %s", s.name, s.value, strings.Join(s.valid, ", ")))
		}
	}
	for name, spec := range map[string]string{"REFRESH_SCHEDULE": c.RefreshSchedule, "PROBE_SCHEDULE": c.ProbeSchedule} {
		if schedule, err := parseSchedule(spec); err != nil {
			problems = append(problems, fmt.Errorf("%s is not a cron spec: %w", name, err))
		} else if schedule.Next(time.Now()).IsZero() {
			problems = append(problems, fmt.Errorf("%s is %q, which never comes", name, spec))
		}
	}
	if !strings.HasPrefix(c.Command, "/") || len(c.Command) < 2 || strings.ContainsAny(c.Command, " \t\n") {
		problems = append(problems, fmt.Errorf("COMMAND is not a slash command: %q", c.Command))
	}
	if c.Assistant == "model" && c.AnthropicAPIKey == "" {
		problems = append(problems, errors.New("ANTHROPIC_API_KEY is not set: ASSISTANT=model needs it"))
	}
	if c.LinearActor == "app" && slices.Contains(c.scopes(), "admin") {
		problems = append(problems, errors.New("LINEAR_SCOPES holds admin, which Linear refuses with LINEAR_ACTOR=app"))
	}
	_, _, wrong := c.limits()
	problems = append(problems, wrong...)
	for _, id := range c.admins() {
		if !strings.HasPrefix(id, "U") && !strings.HasPrefix(id, "W") {
			problems = append(problems, fmt.Errorf("ADMIN_USERS holds %q, which is no Slack user id", id))
		}
	}
	return problems
}

// parseSchedule is cron.ParseStandard, which panics on a time zone with nothing behind it.
func parseSchedule(spec string) (cron.Schedule, error) {
	if strings.Contains(spec, "TZ=") && !strings.Contains(spec, " ") {
		return nil, errors.New("only a time zone")
	}
	return cron.ParseStandard(spec)
}

// limits are the numbers that bound what the model may use: tokens of a day, and
// turns of one request.
func (c *config) limits() (tokens assistant.BudgetLimits, turns int, problems []error) {
	number := func(name, text string, least, most int64) int64 {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < least || n > most {
			problems = append(problems, fmt.Errorf("%s is %q; it can be a number from %d to %d", name, text, least, most))
		}
		return n
	}
	tokens.Person = number("ASSISTANT_PERSON_TOKENS", c.AssistantPersonTokens, 0, math.MaxInt64)
	tokens.Workspace = number("ASSISTANT_WORKSPACE_TOKENS", c.AssistantWorkspaceTokens, 0, math.MaxInt64)
	turns = int(number("ASSISTANT_TURNS", c.AssistantTurns, 1, 32))
	return tokens, turns, problems
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// usesModel reports whether words the parser is not certain of go to a language model.
func (c *config) usesModel() bool {
	return c.AnthropicAPIKey != "" && (c.Assistant == "model" || c.Assistant == "auto")
}

// provider names who reads what the language model is told; "" without one.
func (c *config) provider() string {
	base, err := url.Parse(c.AnthropicBaseURL)
	switch {
	case !c.usesModel():
		return ""
	case err != nil || base.Host == "" || base.Host == "api.anthropic.com":
		return "Anthropic"
	case loopback(base.Hostname()):
		return "a language model on the bot's own machine"
	}
	return base.Host
}

// probeEvery is the time between the next two turns of PROBE_SCHEDULE.
func (c *config) probeEvery() time.Duration {
	spec, err := parseSchedule(c.ProbeSchedule)
	if err != nil {
		return 0 // choices has said so
	}
	first := spec.Next(time.Now())
	return max(spec.Next(first).Sub(first), 0)
}

func (c *config) admins() []string { return commaList(c.AdminUsers) }

func (c *config) scopes() []string { return commaList(c.LinearScopes) }

func (c *config) webhookSecret() accounts.Secret { return accounts.NewSecret(c.LinearWebhook) }

// sqlitePath is the database's file.
func (c *config) sqlitePath() string {
	return strings.TrimPrefix(strings.TrimPrefix(c.DatabaseURL, "sqlite:"), "//")
}

// keysetFile is where the keyset lives when it is not in the environment.
func (c *config) keysetFile() string {
	if c.EncryptionKeysetFile != "" {
		return c.EncryptionKeysetFile
	}
	return c.sqlitePath() + ".keyset.json"
}

// keysetSetting is the setting that says where the keyset's file is.
func (c *config) keysetSetting() string {
	if c.EncryptionKeysetFile != "" {
		return "ENCRYPTION_KEYSET_FILE"
	}
	return "DATABASE_URL (the keyset is kept beside the database)"
}

func commaList(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
