package main

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"linearbot/slackapp"
)

// slackWords says to an operator which setting Slack refuses, why, and what to do.
// Anything but a refusal comes back as it is.
func slackWords(err error) error {
	e, ok := errors.AsType[*slackapp.RefusedError](err)
	if !ok {
		return err
	}
	setting := "SLACK_BOT_TOKEN"
	if e.Call == "apps.connections.open" {
		setting = "SLACK_APP_TOKEN"
	}
	return &configError{[]error{refusalWords(setting, e.Code, e.Needed)}}
}

// answerWords is slackWords for an answer to a call of our own with the token of setting.
func answerWords(setting string, err error) error {
	if e, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return refusalWords(setting, e.Err, e.Needed)
	}
	if e, ok := errors.AsType[slack.StatusCodeError](err); ok {
		return fmt.Errorf("SLACK_API_URL answered HTTP %d: it is https://slack.com/api/ unless you have another Slack", e.Code)
	}
	return fmt.Errorf("SLACK_API_URL does not answer as Slack does (a proxy in between, or no way to it): %w", err)
}

func refusalWords(setting, code, needed string) error {
	page := "OAuth & Permissions"
	if setting == "SLACK_APP_TOKEN" {
		page = "Basic Information → App-Level Tokens"
	}
	advice := "see this code at https://docs.slack.dev"
	switch code {
	case "invalid_auth", "not_authed":
		advice = "copy the token again from the app's settings, " + page
	case "account_inactive", "token_revoked", "token_expired":
		advice = "the token is no more: install the app again and copy its new token from " + page
	case "missing_scope":
		scope := cmp.Or(needed, "connections:write")
		advice = "the token lacks the scope " + scope + ": add it under " + page + " and copy the new token"
	case "not_allowed_token_type":
		advice = "this is another kind of token: take the one under " + page
	case "forbidden_team", "not_there":
		advice = "is Socket Mode on in the app's settings, and the app installed in this workspace?"
	case "other_app":
		advice = "it is of another Slack app than SLACK_BOT_TOKEN: take both from one app"
	case "access_denied", "team_access_not_granted", "invalid_team":
		advice = "the app may not be used in this workspace: ask its admins"
	}
	return fmt.Errorf("%s: Slack refuses it (%s): %s", setting, code, advice)
}
