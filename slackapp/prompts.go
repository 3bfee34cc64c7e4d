package slackapp

import (
	"context"
	"errors"

	"github.com/slack-go/slack"
)

// prompts are those of the manifest: they hold in every workspace.
var prompts = []slack.AssistantThreadsPrompt{
	{Title: "My open issues", Message: "Show my open issues"},
	{Title: "Urgent and unassigned", Message: "Show urgent open issues that nobody is assigned to"},
	{Title: "New issue", Message: "Create an issue titled"},
	{Title: "What can you do?", Message: "help"},
}

// suggestPrompts offers the prompts when the conversation is opened.
func (a *App) suggestPrompts(ctx context.Context, r *request, channel string) error {
	err := a.API.SetAssistantThreadsSuggestedPromptsContext(ctx, slack.AssistantThreadsSetSuggestedPromptsParameters{
		ChannelID: channel, Title: "Try one of these",
		Prompts: prompts,
	})
	if e, ok := errors.AsType[slack.SlackErrorResponse](err); ok && e.Err == "not_agent_app" {
		return nil
	}
	if err != nil {
		a.Log.InfoContext(ctx, "prompts not set", "err", err)
	}
	return nil
}
