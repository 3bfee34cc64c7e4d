package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"linearbot/accounts"
	"linearbot/store"
)

const checkCap = 10 * time.Second

// checkCmd tries the configuration.
type checkCmd struct{}

// Run checks every setting.
func (*checkCmd) Run(ctx context.Context, c *config, to *console) error {
	if err := c.finish(c.readSecretFiles()...); err != nil {
		return err
	}
	return c.check(ctx, to.out)
}

// unsureError is what a check could not find out from here.
type unsureError struct{ text string }

func (e *unsureError) Error() string { return e.text }

// check tries every setting against the service it is for, says what it found
// line by line, and fails when anything would not work.
func (c *config) check(ctx context.Context, w io.Writer) error {
	var failed error
	for _, item := range []struct {
		name string
		try  func(context.Context) (string, error)
	}{
		{"database", c.checkDatabase},
		{"Slack bot token", c.checkBotToken},
		{"acting mode", c.checkActor},
		{"Slack app token", c.checkAppToken},
		{"Linear API", c.checkLinearAPI},
		{"Linear OAuth app", c.checkLinearApp},
		{"public address", c.checkPublicURL},
	} {
		ctx, cancel := context.WithTimeout(ctx, checkCap)
		found, err := item.try(ctx)
		cancel()
		if unsure, ok := errors.AsType[*unsureError](err); ok {
			fmt.Fprintf(w, "? %s: %v\n", item.name, unsure)
			continue
		}
		if err != nil {
			fmt.Fprintf(w, "✗ %s: %v\n", item.name, err)
			failed = errors.New("some checks failed")
			continue
		}
		fmt.Fprintf(w, "✓ %s: %s\n", item.name, found)
	}
	return failed
}

func (c *config) checkDatabase(ctx context.Context) (string, error) {
	if _, err := c.keyring(); err != nil {
		return "", err
	}
	db, err := store.Open(ctx, c.DatabaseURL)
	if err != nil {
		return "", fmt.Errorf("DATABASE_URL: %w", err)
	}
	return c.sqlitePath() + " opens, keyset " + "readable", db.Close()
}

func (c *config) checkBotToken(ctx context.Context) (string, error) {
	api, _ := c.slackClients()
	me, err := api.AuthTestContext(ctx)
	if err != nil {
		return "", fmt.Errorf("SLACK_BOT_TOKEN at %s: %w", c.SlackAPIURL, err)
	}
	return fmt.Sprintf("@%s in %s", me.User, me.Team), nil
}

// checkActor says which acting mode counts: the admins' choice comes before LINEAR_ACTOR.
func (c *config) checkActor(ctx context.Context) (string, error) {
	api, _ := c.slackClients()
	me, err := api.AuthTestContext(ctx)
	if err != nil {
		return "", fmt.Errorf("not known without Slack: LINEAR_ACTOR=%s, unless the admins chose: %w", c.LinearActor, err)
	}
	db, err := store.Open(ctx, c.DatabaseURL)
	if err != nil {
		return "", fmt.Errorf("DATABASE_URL: %w", err)
	}
	chosen, err := accounts.ChosenActor(ctx, db, cmp.Or(me.EnterpriseID, me.TeamID))
	if err := errors.Join(err, db.Close()); err != nil {
		return "", err
	}
	switch chosen {
	case "":
		return c.LinearActor + ", from LINEAR_ACTOR", nil
	case c.LinearActor:
		return chosen + ", chosen in the admin view as in LINEAR_ACTOR", nil
	}
	return chosen + ", chosen in the admin view: LINEAR_ACTOR=" + c.LinearActor + " does not count", nil
}

func (c *config) checkAppToken(ctx context.Context) (string, error) {
	_, quick := c.slackClients()
	_, _, err := quick.StartSocketModeContext(ctx)
	if err != nil {
		return "", fmt.Errorf("SLACK_APP_TOKEN (Socket Mode on, scope connections:write): %w", err)
	}
	return "a socket may be opened", nil
}

func (c *config) checkLinearAPI(ctx context.Context) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.LinearAPIURL+"/graphql", strings.NewReader(`{"query":"{viewer{id}}"}`))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", fmt.Errorf("LINEAR_API_URL: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		return "", fmt.Errorf("LINEAR_API_URL: %s/graphql answered %d to a request without a token, 401 was expected", c.LinearAPIURL, resp.StatusCode)
	}
	return c.LinearAPIURL + " answers", nil
}

// checkLinearApp asks for a token with a code that cannot exist: Linear answers
// invalid_grant when it knows the client, invalid_client when it does not.
func (c *config) checkLinearApp(ctx context.Context) (string, error) {
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {"linearbot-check"},
		"redirect_uri": {c.PublicURL + "/oauth/callback"}, "client_id": {c.LinearClientID}, "client_secret": {c.LinearClientSecret},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.LinearAPIURL+"/oauth/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", fmt.Errorf("LINEAR_API_URL: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
	if err != nil {
		return "", err
	}
	if strings.Contains(string(body), "invalid_client") || strings.Contains(string(body), "unauthorized_client") {
		return "", errors.New("LINEAR_CLIENT_ID or LINEAR_CLIENT_SECRET is wrong: Linear does not know this client")
	}
	if resp.StatusCode >= http.StatusInternalServerError {
		return "", fmt.Errorf("the token endpoint answered %d", resp.StatusCode)
	}
	found := "client known; its callback URL must be " + c.PublicURL + "/oauth/callback"
	if c.LinearWebhook != "" {
		found += ", its webhook URL " + c.PublicURL + "/webhooks/linear"
	}
	return found, nil
}
