package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"
	"go.yaml.in/yaml/v3"

	"linearbot"
)

// clockSlack is how far this machine's clock may be off: Linear's webhooks are
// refused when they seem older than a minute.
const clockSlack = 30 * time.Second

// slackAnswer is what Slack says of the bot token.
type slackAnswer struct {
	*slack.AuthTestResponse
	Scopes []string  // nil when Slack did not say
	Date   time.Time // of Slack's clock; zero when it did not say
}

// askSlack asks whose the bot token is.
func (c *config) askSlack(ctx context.Context) (a slackAnswer, err error) {
	api := slack.New(c.SlackBotToken, slack.OptionAPIURL(c.SlackAPIURL), slack.OptionHTTPClient(&http.Client{Timeout: checkCap}),
		slack.OptionOnResponseHeaders(func(_ string, h http.Header) {
			a.Scopes = commaList(h.Get("X-Oauth-Scopes"))
			a.Date, _ = http.ParseTime(h.Get("Date")) // the zero time when there is none
		}))
	a.AuthTestResponse, err = api.AuthTestContext(ctx)
	if err != nil {
		return a, answerWords("SLACK_BOT_TOKEN", err)
	}
	return a, nil
}

// checkBotToken tries the bot token, and whether it has every scope of the manifest.
func (c *config) checkBotToken(ctx context.Context) (string, error) {
	me, err := c.askSlack(ctx)
	if err != nil {
		return "", err
	}
	wanted, err := manifestScopes()
	if err != nil {
		return "", err
	}
	missing := slices.DeleteFunc(wanted, func(s string) bool { return slices.Contains(me.Scopes, s) })
	if me.Scopes != nil && len(missing) > 0 {
		return "", fmt.Errorf("SLACK_BOT_TOKEN: it lacks scopes of manifest.yaml (%s): put the manifest into the app's settings and install the app again",
			strings.Join(missing, ", "))
	}
	return fmt.Sprintf("@%s in %s", me.User, me.Team), nil
}

// manifestScopes are the bot scopes the app is made with.
func manifestScopes() ([]string, error) {
	var m struct {
		OAuth struct {
			Scopes struct {
				Bot []string `yaml:"bot"`
			} `yaml:"scopes"`
		} `yaml:"oauth_config"`
	}
	err := yaml.Unmarshal(linearbot.Manifest, &m)
	return m.OAuth.Scopes.Bot, err
}

// checkAppToken asks for a socket, without opening it, and whether it is the bot's.
func (c *config) checkAppToken(ctx context.Context) (string, error) {
	api, quick := c.slackClients(nil)
	_, socket, err := quick.StartSocketModeContext(ctx)
	if err != nil {
		return "", answerWords("SLACK_APP_TOKEN", err)
	}
	const found = "a socket may be opened"
	me, err := api.AuthTestContext(ctx)
	if err != nil {
		return found, nil //nolint:nilerr // said of the bot token already
	}
	bot, err := api.GetBotInfoContext(ctx, slack.GetBotInfoParameters{Bot: me.BotID})
	address, parseErr := url.Parse(socket)
	if err != nil || parseErr != nil {
		return found, nil //nolint:nilerr // whose socket it is cannot be told
	}
	if app := address.Query().Get("app_id"); app != "" && bot.AppID != "" && app != bot.AppID {
		return "", refusalWords("SLACK_APP_TOKEN", "other_app", "")
	}
	return found, nil
}

// checkAdmins asks Slack for each of ADMIN_USERS.
func (c *config) checkAdmins(ctx context.Context) (string, error) {
	if len(c.admins()) == 0 {
		return "Slack's admins and owners", nil
	}
	api, _ := c.slackClients(nil)
	for _, id := range c.admins() {
		u, err := api.GetUserInfoContext(ctx, id)
		switch {
		case err != nil && strings.HasPrefix(err.Error(), "user_not_"):
			return "", fmt.Errorf("ADMIN_USERS: there is nobody %s in this Slack: copy the member ID from the person's profile", id)
		case err != nil:
			return "", answerWords("SLACK_BOT_TOKEN", err)
		case u.Deleted || u.IsBot:
			return "", fmt.Errorf("ADMIN_USERS: %s is a bot or was deactivated in Slack: name somebody else", id)
		}
	}
	return strings.Join(c.admins(), ", "), nil
}

// checkClock holds this machine's clock to Slack's.
func (c *config) checkClock(ctx context.Context) (string, error) {
	me, err := c.askSlack(ctx)
	if err != nil || me.Date.IsZero() {
		return "not compared: Slack did not say the time", nil //nolint:nilerr // said of the bot token already
	}
	off := time.Since(me.Date).Round(10 * time.Second)
	if off.Abs() >= clockSlack {
		return "", fmt.Errorf("this machine's clock is %s %s Slack's: set it by NTP (Linear's webhooks are refused and grants seem expired)",
			off.Abs(), map[bool]string{true: "before", false: "behind"}[off > 0])
	}
	return "as Slack's", nil
}
