package slackapp

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"linearbot/assistant"
	"linearbot/linear"
)

// onMessage reads what a person says in the DM. Edits, deletions, bots and the
// bot itself are no requests.
func (a *App) onMessage(ctx context.Context, r *request, e *slackevents.MessageEvent) error {
	if e.ChannelType != "im" || e.SubType != "" && e.SubType != "file_share" || e.BotID != "" || e.User == "" || e.User == a.bot.UserID {
		return nil
	}
	if err := a.mayUse(ctx, r); err != nil {
		return err
	}
	return a.words(ctx, r, e.Text)
}

// onMention answers a mention in its thread. People from other companies get no
// commands.
func (a *App) onMention(ctx context.Context, r *request, e *slackevents.AppMentionEvent) error {
	if e.BotID != "" || e.User == "" || e.User == a.bot.UserID {
		return nil
	}
	if err := a.mayUse(ctx, r); err != nil {
		return err
	}
	r.Thread = firstOf(e.ThreadTimeStamp, e.TimeStamp)
	text := strings.TrimSpace(strings.ReplaceAll(e.Text, "<@"+a.bot.UserID+">", ""))
	return a.words(ctx, r, text)
}

// words reads a plain sentence: reads are answered at once, writes are previewed.
func (a *App) words(ctx context.Context, r *request, text string) error {
	if !a.Words {
		return a.reply(ctx, r, sayText("The assistant is unavailable. Commands still work.").
			with(actions("", button("Help", actHelp, ""))))
	}
	return a.withProgress(ctx, r, func(ctx context.Context) (Message, error) {
		s, d, err := a.names(ctx, r.Key)
		if err != nil {
			return Message{}, err
		}
		reading := assistant.Parse(text, d, assistant.Thread{}, time.Now())
		return a.answerReading(ctx, r, s, reading)
	})
}

func (a *App) answerReading(ctx context.Context, r *request, s *linear.Session, reading assistant.Reading) (Message, error) {
	switch {
	case reading.Refusal == assistant.RefuseDelete:
		return sayText("I don't delete or archive issues. Nothing was changed. You can do that in Linear."), nil
	case reading.Refusal == assistant.RefuseTeamMove:
		return sayText("I don't move issues to another team. Nothing was changed. You can do that in Linear."), nil
	case reading.Talk == assistant.TalkUndo:
		return a.undo(ctx, r, "")
	case reading.Talk != "":
		return notUnderstood(a.Word), nil
	case len(reading.Questions) > 0:
		return questionMessage(reading.Questions[0], a.Word), nil
	case !reading.Certain || len(reading.Plan.Steps) == 0:
		return notUnderstood(a.Word), nil
	case reading.Plan.Writes():
		return a.propose(ctx, r, s, reading.Plan)
	}
	return a.readPlan(ctx, r, s, reading)
}

// readPlan answers a sentence that only reads.
func (a *App) readPlan(ctx context.Context, r *request, s *linear.Session, reading assistant.Reading) (Message, error) {
	if reading.Command != "" {
		if cmd, err := assistant.ParseCommand(reading.Command); err == nil {
			switch cmd.Verb {
			case assistant.VerbShow:
				return a.show(ctx, r, cmd.Issues)
			case assistant.VerbMine, assistant.VerbList, assistant.VerbSearch:
				return a.list(ctx, r, page{Command: reading.Command, At: time.Now(), First: 1})
			}
		}
	}
	step := reading.Plan.Steps[0]
	if step.Tool != linear.ToolList {
		return notUnderstood(a.Word), nil
	}
	found, err := a.readList(ctx, s, step.Input)
	if err != nil {
		return Message{}, err
	}
	return issueList{Title: "Issues", Filters: reading.Command, Issues: found.Issues, First: 1, More: found.HasMore, Word: a.Word}.message(), nil
}

// questionMessage asks the one thing that is missing.
func questionMessage(q assistant.Question, word string) Message {
	text := "Which issue do you mean? Name it, such as " + code("ENG-142", 20) + "."
	switch q.Kind {
	case assistant.AskPerson:
		text = "Which " + inline(q.Name, 80) + "? Say the full name or the e-mail address."
	case assistant.AskState:
		text = inline(firstOf(q.Team, "The team"), 80) + " has no " + quoted(q.Name, 60) + "."
	}
	m := sayText(text)
	var names []string
	for _, c := range q.Candidates[:min(len(q.Candidates), 10)] {
		names = append(names, dotted(inline(c.Label, 80), inline(c.Detail, 80)))
	}
	if len(names) > 0 {
		m = m.with(contextLine(strings.Join(names, "\n")))
	}
	return m
}

// suggestPrompts offers the manifest's prompts when the conversation is opened.
func (a *App) suggestPrompts(ctx context.Context, r *request, channel string) error {
	err := a.API.SetAssistantThreadsSuggestedPromptsContext(ctx, slack.AssistantThreadsSetSuggestedPromptsParameters{
		ChannelID: channel, Title: "Try one of these",
		Prompts: []slack.AssistantThreadsPrompt{
			{Title: "My open issues", Message: "Show my open issues"},
			{Title: "What is urgent", Message: "Show urgent open issues"},
			{Title: "File a bug", Message: "Create a bug in ENG: "},
		},
	})
	if e, ok := errors.AsType[slack.SlackErrorResponse](err); ok && e.Err == "not_agent_app" {
		return nil
	}
	if err != nil {
		a.Log.InfoContext(ctx, "prompts not set", "err", err)
	}
	return nil
}
