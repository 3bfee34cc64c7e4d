package slackapp

import (
	"context"
	"strings"

	"github.com/slack-go/slack"

	"linearbot/assistant"
)

// mostQuotes is how many messages of a thread a model is shown: the latest.
const mostQuotes = 15

// quotes are what was said in the thread of a mention: data for the model. Secrets
// are hidden, and Slack's markup is rendered as people see it.
func (a *App) quotes(ctx context.Context, r *request) []assistant.Quote {
	if r.Event == nil || r.Thread == "" || r.Channel == "" || r.Channel[0] == 'D' {
		return nil
	}
	messages, err := a.messages(ctx, &formFrom{Channel: r.Channel, Root: r.Thread})
	if err != nil {
		a.Log.InfoContext(ctx, "thread not read", "ref", r.Ref, "err", err)
		return nil
	}
	zone := a.clockOf(ctx, r).Location()
	var all []assistant.Quote
	for _, m := range messages[max(0, len(messages)-mostQuotes):] {
		text := a.quoted(ctx, m)
		if m.Timestamp == r.Said || text == "" {
			continue
		}
		at := ""
		if sent, ok := slackTime(m.Timestamp); ok {
			at = sent.In(zone).Format("15:04")
		}
		all = append(all, assistant.Quote{From: a.speaker(ctx, m), At: at, Text: text, Own: m.User != "" && m.User == r.Key.UserID})
	}
	return all
}

// quoted is one message in words: its text, what an app attached, names of files.
func (a *App) quoted(ctx context.Context, m slack.Message) string {
	h, names := newHider(), a.namesIn(ctx)
	text := toMarkdown(h.hide(unsplit(m.Text)), names)
	if text == "" {
		text = attachmentText(m, names, h)
	}
	lines := []string{text}
	for _, f := range m.Files {
		lines = append(lines, "[file: "+oneLine(unsplit(firstOf(firstOf(f.Name, f.Title), "file")))+"]")
	}
	return strings.TrimSpace(h.hide(strings.Join(lines, "\n")))
}

// spoken is what a person typed, as a model may see it.
func (a *App) spoken(ctx context.Context, text string) string {
	h := newHider()
	return strings.TrimSpace(h.hide(toMarkdown(h.hide(unsplit(text)), a.namesIn(ctx))))
}

func (a *App) namesIn(ctx context.Context) slackNames {
	return slackNames{
		person:  func(id string) string { return a.authorOf(ctx, nil, id).Name },
		channel: func(id string) string { return a.nameOfChannel(ctx, id) },
	}
}

// speaker names who wrote a message: a person, or an app by what it calls itself.
func (a *App) speaker(ctx context.Context, m slack.Message) string {
	name := firstOf(m.Username, "An app")
	if m.User != "" {
		name = a.authorOf(ctx, nil, m.User).Name
	}
	return cut(oneLine(unsplit(newHider().hide(name))), 80)
}
