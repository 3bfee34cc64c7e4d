package slackapp

import (
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"linearbot/linear"
	"linearbot/store"
)

// publishHome paints the Home tab: at once from what is known, then with fresh
// rows. A failed refresh keeps what was there and says so.
func (a *App) publishHome(ctx context.Context, key store.Key, homeTeam string) error {
	account, err := a.Accounts.Status(ctx, key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	h := home{Account: account, Word: a.Word, Version: a.Version, View: "open", First: 1}
	if who, err := a.people.get(ctx, key, homeTeam); err == nil {
		h.Admin = a.admin(who)
	}
	if account.State != store.Active {
		return a.paint(ctx, key, h)
	}
	h.Reading = true
	if err := a.paint(ctx, key, h); err != nil {
		return err
	}
	page, err := a.homeRows(ctx, key)
	h.Reading = false
	if err != nil {
		h.Failed, h.Ref = time.Now(), newRef()
		a.Log.WarnContext(ctx, "home not refreshed", "user", key.UserID, "ref", h.Ref, "err", err)
		if again, stErr := a.Accounts.Status(ctx, key); stErr == nil {
			h.Account = again
		}
		return a.paint(ctx, key, h)
	}
	h.Issues, h.At = page.Issues, time.Now()
	return a.paint(ctx, key, h)
}

func (a *App) homeRows(ctx context.Context, key store.Key) (linear.IssuePage, error) {
	s, err := a.Accounts.Session(ctx, key)
	if err != nil {
		return linear.IssuePage{}, err
	}
	return a.readList(ctx, s, map[string]any{"assignee": "me", "stateType": "open", "sort": "priority", "first": listRows})
}

func (a *App) paint(ctx context.Context, key store.Key, h home) error {
	_, err := a.API.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: key.UserID, View: h.view()})
	return wrapSlack("views.publish", err)
}

// refreshHome repaints Home after something it shows has changed. It is a
// courtesy: its failure is only logged.
func (a *App) refreshHome(ctx context.Context, key store.Key, homeTeam string) {
	if err := a.publishHome(ctx, key, homeTeam); err != nil {
		a.Log.InfoContext(ctx, "home not repainted", "user", key.UserID, "err", err)
	}
}

// onHome handles what is pressed on Home.
func (a *App) onHome(ctx context.Context, r *request, action, value string) error {
	switch {
	case action == actHomeMore && value == moreStatus:
		r.Response = ""
		return a.commandStatus(ctx, r)
	case action == actHomeMore && value == moreReconnect:
		return a.pressConnect(ctx, r)
	case action == actHomeMore && value == moreDisconnect:
		r.Response = ""
		return a.commandDisconnect(ctx, r)
	}
	return a.publishHome(ctx, r.Key, r.HomeTeam)
}

// paintRefusal is Home for somebody who may not use the bot.
func (a *App) paintRefusal(ctx context.Context, r *request, refused error) error {
	view := slack.HomeTabViewRequest{
		Type: slack.VTHomeTab, CallbackID: viewHome,
		Blocks: slack.Blocks{BlockSet: append(blocks(header("Linear in Slack")), say(refused, "").blocks()...)},
	}
	_, err := a.API.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: r.Key.UserID, View: view})
	return wrapSlack("views.publish", err)
}
