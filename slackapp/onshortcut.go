package slackapp

import (
	"context"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"linearbot/assistant"
	"linearbot/linear"
	"linearbot/store"
)

// threadMax is how many messages of a thread are read: what the description can
// hold is fewer.
const threadMax = 1000

// onShortcut handles the ⋯ menu of a message and the global shortcuts.
func (a *App) onShortcut(ctx context.Context, r *request) error {
	i := r.Interaction
	switch i.CallbackID {
	case shortcutNew:
		return a.openForm(ctx, r, draft{}, nil)
	case shortcutMine:
		return a.runText(ctx, r, assistant.VerbMine)
	case shortcutCreate:
		root := firstOf(i.Message.ThreadTimestamp, i.Message.Timestamp)
		r.Thread = root
		r.What = heldCreate(firstSentence(i.Message.Text))
		return a.openFromMessage(ctx, r, &formFrom{Channel: i.Channel.ID, TS: i.Message.Timestamp, Root: root})
	case shortcutShow:
		return a.showFromMessage(ctx, r)
	}
	return a.reply(ctx, r, sayText("That isn't available yet. Nothing was changed."))
}

// openFromMessage opens the form with the message's first sentence as the title,
// then reads the thread and says what it holds.
func (a *App) openFromMessage(ctx context.Context, r *request, from *formFrom) error {
	d := draft{Title: firstSentence(r.Interaction.Message.Text), Thread: true, Files: true}
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return err
	}
	if r.Resumed {
		return a.reply(ctx, r, offerForm(d))
	}
	meta := formMeta{ID: linear.NewID(), Channel: r.Channel, Response: r.Response, Source: from, HomeTeam: r.HomeTeam}
	d.ID = meta.ID
	dir, warm := s.CachedDirectory()
	view := newIssueLoading(d, meta.text())
	if warm {
		view = a.formView(ctx, r, dir, &d, &meta)
	}
	opened, err := a.Quick.OpenViewContext(ctx, r.Trigger, view)
	if err := a.opened(err); err != nil {
		return err
	}
	if !warm {
		if dir, err = s.Directory(ctx); err != nil {
			_, upErr := a.API.UpdateViewContext(ctx, failedView("New Linear issue", say(err, r.Ref), ""), "", "", opened.ID)
			return firstError(err, upErr)
		}
	}
	a.formView(ctx, r, dir, &d, &meta) // fills in the defaults
	n := newIssue{Meta: meta.text(), Dir: dir, Draft: d, As: dir.Viewer.Name, Workspace: dir.Organization.Name, Source: a.sourceOf(ctx, from)}
	_, err = a.API.UpdateViewContext(ctx, n.view(), "", "", opened.ID)
	return wrapSlack("views.update", err)
}

// sourceOf reads the thread for the form: how much there is, or why only one
// message can be had.
func (a *App) sourceOf(ctx context.Context, from *formFrom) *source {
	messages, err := a.thread(ctx, from)
	if err != nil {
		return &source{Messages: 1, People: 1, Notice: "I can only see this one message. Type " + code("/invite @"+a.bot.Name, 60) + " to include the thread."}
	}
	return a.slackThread(ctx, from, messages).transcribe().source("")
}

// slackThread is what was read, with the names of its people and its links.
func (a *App) slackThread(ctx context.Context, from *formFrom, messages []slack.Message) thread {
	t := thread{
		Messages: messages, Author: func(id string) author { return a.authorOf(ctx, id) },
		LinkTo:      func(ts string) string { return a.permalink(ctx, from.Channel, ts) },
		ChannelName: func(string) string { return "" },
	}
	t.Permalink = a.permalink(ctx, from.Channel, from.Root)
	if c, err := a.API.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: from.Channel}); err == nil && !c.IsIM && !c.IsMpIM {
		t.Channel = c.Name
	}
	return t
}

func (a *App) authorOf(ctx context.Context, id string) author {
	who, err := a.people.get(ctx, store.Key{TeamID: a.bot.TeamID, UserID: id}, a.bot.TeamID)
	if err != nil {
		return author{Name: id}
	}
	name := author{Name: firstOf(who.Name, who.Handle)}
	if who.Stranger {
		name.Company = "another company"
	}
	return name
}

// permalink is a message's address: one request for the first message of a
// channel, the rest follow its form (https://{team}.slack.com/archives/{channel}/p{ts}).
func (a *App) permalink(ctx context.Context, channel, ts string) string {
	base, ok := a.links.get(channel)
	if !ok {
		full, err := a.API.GetPermalinkContext(ctx, &slack.PermalinkParameters{Channel: channel, Ts: ts})
		if err != nil {
			a.Log.InfoContext(ctx, "no permalink", "channel", channel, "err", err)
			return ""
		}
		base, _, _ = strings.Cut(full, "/p"+strings.ReplaceAll(ts, ".", ""))
		a.links.put(channel, base)
	}
	return base + "/p" + strings.ReplaceAll(ts, ".", "")
}

// transcript is a form's description with the thread below it.
func (a *App) transcript(ctx context.Context, from *formFrom, description string) (string, error) {
	messages, err := a.thread(ctx, from)
	if err != nil {
		return "", err
	}
	t := a.slackThread(ctx, from, messages)
	t.Description = description
	return t.transcribe().Body, nil
}

// thread reads the messages of a thread, oldest first.
func (a *App) thread(ctx context.Context, from *formFrom) ([]slack.Message, error) {
	var all []slack.Message
	cursor := ""
	for len(all) < threadMax {
		page, more, next, err := a.API.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
			ChannelID: from.Channel, Timestamp: from.Root, Cursor: cursor, Limit: 200,
		})
		if err != nil {
			return nil, fmt.Errorf("conversations.replies: %w", err)
		}
		all = append(all, page...)
		if !more || next == "" {
			break
		}
		cursor = next
	}
	return all, nil
}

// announceInThread posts the card into the thread the issue came from; where the
// bot cannot write, the person gets it.
func (a *App) announceInThread(ctx context.Context, r *request, from *formFrom, c card) {
	c.Public = true
	m := c.compact()
	m.Public = !c.Issue.Team.Private()
	if err := a.tell(ctx, r.Key, from.Channel, from.Root, m); err != nil {
		a.Log.WarnContext(ctx, "card not shown", "ref", r.Ref, "err", err)
	}
	if err := a.API.AddReactionContext(ctx, "ticket", slack.NewRefToMessage(from.Channel, from.TS)); err != nil {
		a.Log.DebugContext(ctx, "no reaction", "ref", r.Ref, "err", err)
	}
}

// showFromMessage shows the issues a message names, with the presser's own eyes.
func (a *App) showFromMessage(ctx context.Context, r *request) error {
	var refs []string
	for _, word := range strings.FieldsFunc(r.Interaction.Message.Text, func(c rune) bool { return strings.ContainsRune(" \n\t<>|,;()", c) }) {
		if ref, ok := linear.ParseRef(word); ok && len(refs) < 5 {
			refs = append(refs, ref)
		}
	}
	if len(refs) == 0 {
		return a.reply(ctx, r, sayText("I found no Linear issue in that message."))
	}
	return a.withProgress(ctx, r, func(ctx context.Context) (Message, error) { return a.show(ctx, r, refs) })
}

// issueTypeahead finds issues by identifier or words, most recent first.
func (a *App) issueTypeahead(ctx context.Context, r *request, s *linear.Session, query string) []*slack.OptionBlockObject {
	input := map[string]any{"sort": "updated", "first": 20}
	if ref, ok := linear.ParseRef(query); ok {
		if issue, err := s.Issue(ctx, ref); err == nil {
			return issueOptions([]linear.Issue{issue}, query)
		}
	}
	if query != "" {
		input["query"] = query
	} else {
		input["assignee"] = "me"
	}
	found, err := a.readList(ctx, s, input)
	if err != nil {
		a.Log.InfoContext(ctx, "typeahead without issues", "ref", r.Ref, "err", err)
		return nil
	}
	return issueOptions(found.Issues, query)
}

// firstSentence is a message's first sentence as a title: no markup, no trailing
// mention, at most 80 characters.
func firstSentence(text string) string {
	plain := strings.TrimSpace(unescape(fallback(text)))
	for strings.HasSuffix(plain, ">") && strings.Contains(plain, "<@") {
		plain = strings.TrimSpace(plain[:strings.LastIndex(plain, "<@")])
	}
	line, _, _ := strings.Cut(plain, "\n")
	for i, c := range line {
		if (c == '.' || c == '?' || c == '!') && (i+1 == len(line) || line[i+1] == ' ') {
			line = line[:i+1]
			break
		}
	}
	return cut(strings.TrimSuffix(strings.TrimSpace(line), "."), 80)
}
