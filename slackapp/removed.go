package slackapp

import (
	"context"
	"slices"
	"time"

	"github.com/slack-go/slack/slackevents"
)

// How Slack answers the bot's own token once the app is gone.
var goneCodes = []string{"account_inactive", "token_revoked", "invalid_auth", "token_expired"}

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
	if !a.removed.Load() && !a.goneFromSlack(ctx) {
		a.Log.WarnContext(ctx, "Slack says that the app was removed, and answers it all the same: nothing was deleted", "event", event)
		return
	}
	first := !a.removed.Swap(true)
	a.leave()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeCap)
	defer cancel()
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

// goneFromSlack reports whether Slack refuses the bot's token.
func (a *App) goneFromSlack(ctx context.Context) bool {
	for try := range removalTries {
		if try > 0 {
			select {
			case <-ctx.Done():
				return false
			case <-time.After(time.Duration(try) * time.Second):
			}
		}
		_, err := a.Quick.AuthTestContext(ctx)
		if code, refused := slackCode(err); err == nil || refused {
			return slices.Contains(goneCodes, code)
		}
	}
	return false
}
