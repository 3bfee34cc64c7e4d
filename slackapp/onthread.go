package slackapp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"linearbot/linear"
	"linearbot/store"
)

// threadMax is how many messages of a thread are read: what the description can
// hold is fewer.
const threadMax = 1000

// readThread reads the thread a form is made from: all of it, or where it cannot
// be read, the one message the person pointed at, and why.
func (a *App) readThread(ctx context.Context, r *request, s *linear.Session, from *formFrom) (thread, gap) {
	messages, err := a.messages(ctx, from)
	missing := gapOf(from, err)
	if len(messages) == 0 {
		if err != nil {
			a.Log.InfoContext(ctx, "thread not readable", "ref", r.Ref, "err", err)
		}
		if text := a.textOf(ctx, r.Key, from); text != "" || from.User != "" {
			messages = []slack.Message{{Msg: slack.Msg{User: from.User, Text: text, Timestamp: from.TS}}}
		}
	}
	t := thread{
		Messages: messages, Author: func(id string) author { return a.authorOf(ctx, s, id) },
		LinkTo:      func(ts string) string { return a.permalink(ctx, from.Channel, ts) },
		ChannelName: func(id string) string { return a.nameOfChannel(ctx, id) },
		Permalink:   a.permalink(ctx, from.Channel, from.Root),
	}
	t.Channel = a.nameOfChannel(ctx, from.Channel)
	return t, missing
}

// messages are those of a thread that people and other apps wrote: its own cards say
// nothing new.
func (a *App) messages(ctx context.Context, from *formFrom) ([]slack.Message, error) {
	all, err := a.replies(ctx, from)
	return slices.DeleteFunc(all, func(m slack.Message) bool { return m.User == a.bot.UserID }), err
}

// replies reads a thread page by page, oldest first. The channel is the one of
// the signed payload, never one a person typed.
func (a *App) replies(ctx context.Context, from *formFrom) ([]slack.Message, error) {
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

// sourceOf is what the form says of the thread: how much there is, or why only one
// message can be had.
func (a *App) sourceOf(ctx context.Context, r *request, s *linear.Session, from *formFrom) *source {
	t, missing := a.readThread(ctx, r, s, from)
	if missing != gapNone {
		return &source{Messages: 1, People: 1, Gap: missing, Notice: missing.before(a.bot.Name)}
	}
	return t.transcribe().source("")
}

// authorOf is who a Slack user is: a Linear mention for people who are members
// there, and the company of people from elsewhere.
func (a *App) authorOf(ctx context.Context, s *linear.Session, id string) author {
	who, err := a.people.get(ctx, store.Key{TeamID: a.bot.Tenant, UserID: id}, a.bot.TeamID)
	if err != nil {
		return author{Name: "Someone"}
	}
	name := author{Name: firstOf(who.Name, who.Handle)}
	if who.Stranger {
		name.Company = a.company(ctx, who)
		return name
	}
	if s == nil {
		return name
	}
	if dir, ok := s.CachedDirectory(); ok && who.Email != "" && !who.Guest {
		for _, u := range dir.Users {
			if strings.EqualFold(u.Email, who.Email) {
				name.Name, name.Mention = firstOf(u.Name, name.Name), linearMention(dir, u)
			}
		}
	}
	return name
}

// linearMention mentions a person in Linear's Markdown: the plain address of their
// profile becomes a mention there (Linear: GraphQL API).
func linearMention(dir *linear.Directory, u linear.User) string {
	if dir.Organization.URLKey == "" || u.DisplayName == "" {
		return "@" + firstOf(u.DisplayName, u.Name)
	}
	return "https://linear.app/" + dir.Organization.URLKey + "/profiles/" + u.DisplayName
}

// company names where a stranger is from.
func (a *App) company(ctx context.Context, who person) string {
	if who.TeamOf != "" {
		if t, err := a.API.GetOtherTeamInfoContext(ctx, who.TeamOf); err == nil && t.Name != "" {
			return t.Name
		}
	}
	return "another company"
}

// channel is what Slack tells of a conversation; nil where the bot may not ask.
func (a *App) channel(ctx context.Context, id string) *slack.Channel {
	if c, ok := a.channels.get(id); ok {
		return c
	}
	c, err := a.API.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: id})
	if err != nil {
		return nil
	}
	a.channels.put(id, c)
	return c
}

func (a *App) nameOfChannel(ctx context.Context, id string) string {
	if c := a.channel(ctx, id); c != nil && !c.IsIM && !c.IsMpIM {
		return c.Name
	}
	return ""
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

// attached uploads the files of a thread to Linear, each once; what could not be
// uploaded is left out and becomes a link to Slack.
func (a *App) attached(ctx context.Context, r *request, s *linear.Session, t thread) map[string]string {
	done := map[string]string{}
	for _, m := range t.said() {
		for _, f := range m.Files {
			if f.Size > fileBytes || f.Size <= 0 || f.URLPrivate == "" || done[f.ID] != "" {
				continue
			}
			address, err := a.upload(ctx, s, f)
			if err != nil {
				a.Log.WarnContext(ctx, "file not attached", "ref", r.Ref, "err", err)
				continue
			}
			done[f.ID] = address
		}
	}
	return done
}

func (a *App) upload(ctx context.Context, s *linear.Session, f slack.File) (string, error) {
	body := &limited{left: fileBytes}
	if err := a.API.GetFileContext(ctx, firstOf(f.URLPrivateDownload, f.URLPrivate), body); err != nil {
		return "", fmt.Errorf("read file from Slack: %w", err)
	}
	return s.Upload(ctx, linear.File{Name: firstOf(f.Name, "file"), Type: f.Mimetype, Data: body.Bytes()})
}

// errTooLarge stops a download that is larger than Slack said.
var errTooLarge = errors.New("slackapp: file is larger than announced")

// limited is a buffer that refuses to grow beyond what may be uploaded.
type limited struct {
	bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		return 0, errTooLarge
	}
	return l.Buffer.Write(p)
}
