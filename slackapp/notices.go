package slackapp

import (
	"context"
	"time"

	"github.com/slack-go/slack"

	"linearbot/accounts"
	"linearbot/store"
)

const (
	noticeLease = time.Minute
	noticeBatch = 20
	noticeEvent = "linearbot_notice" // metadata event_type; its payload is the notice id, nothing else
)

// SendNotices sends what is owed to people because of a change of state. Each
// notice is claimed first; after a crash between sending and noting it, the
// message is found again by its metadata instead of being sent twice.
func (a *App) SendNotices(ctx context.Context) {
	for !a.removed.Load() {
		batch, err := a.DB.ClaimNotices(ctx, a.Owner, time.Now(), noticeLease, noticeBatch)
		if err != nil {
			if ctx.Err() == nil { // else the process stops
				a.Log.ErrorContext(ctx, "notices not read", "err", err)
			}
			return
		}
		if len(batch) == 0 {
			return
		}
		for _, n := range batch {
			a.sendNotice(ctx, n)
		}
	}
}

func (a *App) sendNotice(ctx context.Context, n store.Notice) {
	channel, ts, err := a.deliver(ctx, n)
	if err != nil {
		retry := time.Now().Add(min(time.Duration(1<<min(n.Attempts, 10))*10*time.Second, time.Hour))
		a.Log.WarnContext(ctx, "notice not sent", "user", n.Key.UserID, "kind", n.Kind, "err", err)
		if err := a.DB.NoticeFailed(ctx, n.ID, retry); err != nil {
			a.Log.ErrorContext(ctx, "notice not put back", "id", n.ID, "err", err)
		}
		return
	}
	if err := a.DB.NoticeSent(ctx, n.ID, channel, ts, time.Now()); err != nil {
		a.Log.ErrorContext(ctx, "notice not marked as sent", "id", n.ID, "err", err)
	}
}

func (a *App) deliver(ctx context.Context, n store.Notice) (channel, ts string, err error) {
	if n.Kind == "operator" && !isUserID(n.Key.UserID) {
		return "", "", a.spread(ctx, n)
	}
	account, err := a.DB.Account(ctx, n.Key)
	if err != nil && n.Kind != "operator" {
		return "", "", err
	}
	if n.Kind == accounts.NoticeActor {
		if stale, err := a.staleActing(ctx, n, account); stale || err != nil {
			return "", "", err
		}
	}
	if who, err := a.people.get(ctx, n.Key, account.HomeTeamID); err == nil && who.Gone {
		a.Log.InfoContext(ctx, "notice to nobody", "user", n.Key.UserID, "kind", n.Kind)
		return "", "", nil
	}
	m, ok := notice(n, account, a.Word, a.bot.UserID, noticeRef(n))
	if !ok {
		a.Log.ErrorContext(ctx, "notice of a kind without words", "kind", n.Kind)
		return "", "", nil
	}
	dm, _, _, err := a.API.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{n.Key.UserID}})
	if err != nil {
		return "", "", wrapSlack("conversations.open", err)
	}
	if n.Attempts > 1 {
		if ts, ok := a.alreadySent(ctx, dm.ID, n.ID); ok {
			return dm.ID, ts, nil
		}
	}
	err = m.sent(func(opts ...slack.MsgOption) (err error) {
		channel, ts, err = a.API.PostMessageContext(ctx, dm.ID, append(opts, slack.MsgOptionMetadata(slack.SlackMetadata{
			EventType: noticeEvent, EventPayload: map[string]any{"id": n.ID},
		}))...)
		return err
	})
	a.refreshHome(ctx, n.Key, account.HomeTeamID)
	return channel, ts, wrapSlack("chat.postMessage", err)
}

// alreadySent looks for the notice among the last messages of the DM.
func (a *App) alreadySent(ctx context.Context, channel, id string) (ts string, ok bool) {
	h, err := a.API.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
		ChannelID: channel, Limit: 30, IncludeAllMetadata: true,
	})
	if err != nil {
		return "", false
	}
	for _, m := range h.Messages {
		if m.Metadata.EventType == noticeEvent && m.Metadata.EventPayload["id"] == id {
			return m.Timestamp, true
		}
	}
	return "", false
}

// spread queues a notice for each admin: the configured ones, or everybody who is
// one in Slack. Queued twice, it is still one for each.
func (a *App) spread(ctx context.Context, n store.Notice) error {
	ids := a.Admins
	if len(ids) == 0 {
		users, err := a.API.GetUsersContext(ctx)
		if err != nil {
			return wrapSlack("users.list", err)
		}
		for _, u := range users {
			if readPerson(&u, a.bot.Tenant, a.bot.TeamID).Admin {
				ids = append(ids, u.ID)
			}
		}
	}
	for _, id := range ids {
		one := store.Notice{Key: store.Key{TeamID: a.bot.Tenant, UserID: id}, Kind: n.Kind, Cause: n.Cause, At: n.At}
		if err := a.DB.QueueNotice(ctx, one); err != nil {
			return err
		}
	}
	return nil
}

// noticeRef is the reference a notice shows: the first letters of its id.
func noticeRef(n store.Notice) string { return n.ID[:min(8, len(n.ID))] }
