package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"linearbot/accounts"
	"linearbot/assistant"
)

// checkLinearAPI asks without a token: Linear refuses in its own words.
func (c *config) checkLinearAPI(ctx context.Context) (string, error) {
	status, answer, err := tryOnce(ctx, http.MethodPost, c.LinearAPIURL+"/graphql", "application/json", `{"query":"{viewer{id}}"}`)
	if err != nil {
		return "", fmt.Errorf("LINEAR_API_URL: no way to it: %w", err)
	}
	var refusal struct {
		Errors []json.RawMessage `json:"errors"`
	}
	if json.Unmarshal(answer, &refusal) != nil || len(refusal.Errors) == 0 || status >= http.StatusInternalServerError {
		return "", fmt.Errorf("LINEAR_API_URL: %s/graphql answered HTTP %d and not as Linear does: it is https://api.linear.app unless you have a stand-in (or a proxy is in between)",
			c.LinearAPIURL, status)
	}
	return c.LinearAPIURL + " answers", nil
}

// checkLinearPage tries the page that people are sent to.
func (c *config) checkLinearPage(ctx context.Context) (string, error) {
	page := c.LinearAuthURL + "/oauth/authorize"
	status, _, err := tryOnce(ctx, http.MethodHead, page, "text/html", "")
	if err != nil {
		return "", fmt.Errorf("LINEAR_AUTH_URL: no way to it: %w", err)
	}
	if status == http.StatusNotFound || status >= http.StatusInternalServerError {
		return "", fmt.Errorf("LINEAR_AUTH_URL: %s answered HTTP %d: it is https://linear.app unless you have a stand-in", page, status)
	}
	return page + " answers", nil
}

// checkLinearApp asks for a token with a code that cannot exist: Linear answers
// invalid_grant when it knows the client, invalid_client when it does not.
func (c *config) checkLinearApp(ctx context.Context) (string, error) {
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {"linearbot-check"},
		"redirect_uri": {c.PublicURL + "/oauth/callback"}, "client_id": {c.LinearClientID}, "client_secret": {c.LinearClientSecret},
	}
	status, answer, err := tryOnce(ctx, http.MethodPost, c.LinearAPIURL+"/oauth/token", "application/x-www-form-urlencoded", form.Encode())
	if err != nil {
		return "", fmt.Errorf("LINEAR_API_URL: no way to it: %w", err)
	}
	var refusal struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(answer, &refusal) != nil || refusal.Error == "" || status >= http.StatusInternalServerError {
		return "", fmt.Errorf("LINEAR_API_URL: %s/oauth/token answered HTTP %d and not as Linear does: nothing is known of the client", c.LinearAPIURL, status)
	}
	if refusal.Error == "invalid_client" || refusal.Error == "unauthorized_client" {
		return "", errors.New("LINEAR_CLIENT_ID or LINEAR_CLIENT_SECRET is wrong: Linear does not know this client; copy both from the OAuth application in Linear's settings under API")
	}
	found := "client known; its callback URL must be " + c.PublicURL + "/oauth/callback"
	if c.LinearWebhook != "" {
		found += ", its webhook URL " + c.PublicURL + "/webhooks/linear"
	}
	return found, nil
}

// checkModel asks the language model for a word, which costs a few tokens.
func (c *config) checkModel(ctx context.Context) (string, error) {
	if !c.usesModel() {
		return "none: the built-in parser reads plain words (ASSISTANT=" + c.Assistant + ")", nil
	}
	model := assistant.NewAnthropic(assistant.AnthropicConfig{
		Key: accounts.NewSecret(c.AnthropicAPIKey), BaseURL: c.AnthropicBaseURL, Model: c.AssistantModel,
	})
	ask := assistant.ModelRequest{
		MaxTokens: 1,
		Messages:  []assistant.ModelMessage{{Blocks: []assistant.ModelBlock{{Text: "Say yes."}}}},
	}
	_, err := model.Turn(ctx, ask, func(string) {})
	failed, ok := errors.AsType[*assistant.ModelError](err)
	switch {
	case err == nil:
		return c.AssistantModel + " answers", nil
	case !ok:
		return "", fmt.Errorf("ANTHROPIC_BASE_URL: %w", err)
	}
	switch failed.Kind {
	case assistant.ModelAuth:
		return "", errors.New("ANTHROPIC_API_KEY: the provider refuses it: make a new key")
	case assistant.ModelBilling:
		return "", errors.New("ANTHROPIC_API_KEY: its account has no credit left")
	case assistant.ModelBadRequest:
		return "", fmt.Errorf("ASSISTANT_MODEL: the provider does not take %s: is there such a model?", c.AssistantModel)
	case assistant.ModelRateLimited:
		return c.AssistantModel + " is there, and busy", nil
	}
	return "", fmt.Errorf("ANTHROPIC_BASE_URL: the model cannot be reached: %w", err)
}
