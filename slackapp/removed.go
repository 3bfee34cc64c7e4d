package slackapp

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/slack-go/slack/slackevents"

	"linearbot/store"
)

// How Slack answers the bot's own token once the app is gone.
var goneCodes = []string{"account_inactive", "token_revoked", "invalid_auth", "token_expired"}

// removalSetting is there while the app is removed.
const removalSetting = "slack.removed"

// removalTries is how often Slack is asked whether the app is really gone.
const removalTries = 3

// onRevoked follows tokens_revoked. Tokens of people are none of ours: only the loss
// of the bot's own is a removal.
func (a *App) onRevoked(ctx context.Context, e *slackevents.TokensRevokedEvent) {
	if !slices.Contains(e.Tokens.Bot, a.bot.UserID) {
		a.Log.InfoContext(ctx, "tokens revoked in Slack, not the bot's", "people", len(e.Tokens.Oauth), "bots", len(e.Tokens.Bot))
		return
	}
	a.onRemoved(ctx, "tokens_revoked")
}

// onRemoved follows the removal of the app from Slack: no more calls to Slack, and
// every grant is deleted here and removed at Linear. An event is a hint, it may come
// late, after the app was installed again: the last call asks Slack itself.
func (a *App) onRemoved(ctx context.Context, event string) {
	if gone, known := a.goneFromSlack(ctx); !gone {
		a.Log.WarnContext(ctx, "Slack says that the app was removed, and answers it all the same: nothing was deleted", "event", event)
		if known {
			a.forgetRemoval(ctx)
		}
		return
	}
	first := !a.removed.Swap(true)
	a.leave()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeCap)
	defer cancel()
	if err := a.DB.PutSetting(ctx, a.bot.Tenant, "", removalSetting, []byte("true")); err != nil {
		a.Log.ErrorContext(ctx, "removal not noted for other processes", "team", a.bot.Tenant, "err", err)
	}
	purged, err := a.Accounts.Purge(ctx, a.bot.Tenant)
	if err != nil {
		a.Log.ErrorContext(ctx, "not all grants were deleted", "team", a.bot.Tenant, "event", event, "err", err)
	}
	dropped, err := a.DB.DropNotices(ctx, a.bot.Tenant)
	if err != nil {
		a.Log.ErrorContext(ctx, "notices not dropped", "team", a.bot.Tenant, "err", err)
	}
	if first || purged > 0 {
		a.Log.ErrorContext(ctx, "the app was removed from Slack: its grants were deleted and are removed at Linear, and Slack is not called any more; install it again and start with its new token",
			"team", a.bot.Tenant, "event", event, "grants", purged, "notices", dropped)
	}
}

// hearRemoval follows a removal that another process on the same database was told
// of: Slack tells one. What is noted is a hint too, Slack itself is asked.
func (a *App) hearRemoval(ctx context.Context) {
	if a.removed.Load() || !a.hearing.CompareAndSwap(false, true) {
		return
	}
	_, err := a.DB.Setting(ctx, a.bot.Tenant, "", removalSetting)
	if err == nil {
		err = a.queue.put(job{
			name: "removal", log: a.Log, cap: probeCap, done: func(error) { a.hearing.Store(false) },
			run: func(ctx context.Context) error { a.onRemoved(ctx, "noted by another process"); return nil },
		})
		if err == nil {
			return
		}
	}
	a.hearing.Store(false)
	if !errors.Is(err, store.ErrNotFound) && ctx.Err() == nil {
		a.Log.WarnContext(ctx, "removal not looked for", "err", err)
	}
}

// forgetRemoval takes back what was noted: Slack answers the bot.
func (a *App) forgetRemoval(ctx context.Context) {
	if err := a.DB.DropSetting(ctx, a.bot.Tenant, "", removalSetting); err != nil {
		a.Log.WarnContext(ctx, "removal not forgotten", "err", err)
	}
}

// goneFromSlack reports whether Slack refuses the bot's token; known is false when
// Slack did not say.
func (a *App) goneFromSlack(ctx context.Context) (gone, known bool) {
	if a.removed.Load() {
		return true, true
	}
	for try := range removalTries {
		if try > 0 {
			select {
			case <-ctx.Done():
				return false, false
			case <-time.After(time.Duration(try) * time.Second):
			}
		}
		_, err := a.Quick.AuthTestContext(ctx)
		if code, refused := slackCode(err); err == nil || refused {
			return slices.Contains(goneCodes, code), true
		}
	}
	return false, false
}
