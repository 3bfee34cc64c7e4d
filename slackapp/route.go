package slackapp

import (
	"context"
	"strings"

	"github.com/slack-go/slack/slackevents"
)

// handle works one request off. Its error has been told to the person when it
// returns; the queue logs it.
func (a *App) handle(ctx context.Context, r *request) error {
	err := guarded(ctx, func(ctx context.Context) error { return a.dispatch(ctx, r) })
	if err != nil {
		a.fail(ctx, r, err)
	}
	return err
}

// dispatch finds the handler of a request.
func (a *App) dispatch(ctx context.Context, r *request) error {
	if a.removed.Load() && r.Op != "event.app_uninstalled" && r.Op != "event.tokens_revoked" {
		return nil // nobody can be answered
	}
	if r.Event != nil {
		return a.onEvent(ctx, r)
	}
	if err := a.mayUse(ctx, r); err != nil {
		return err
	}
	switch {
	case r.Command != nil:
		return a.onCommand(ctx, r)
	case isForm(r):
		return a.resubmit(ctx, r)
	case strings.HasPrefix(r.Op, "action."):
		return a.onAction(ctx, r)
	case strings.HasPrefix(r.Op, "message_action.") || strings.HasPrefix(r.Op, "shortcut."):
		return a.onShortcut(ctx, r)
	}
	return nil // view_closed and what is newer than this program: acknowledged, nothing to do
}

// mayUse refuses guests and people from other companies, and whoever is no person
// any more or never was.
func (a *App) mayUse(ctx context.Context, r *request) error {
	who, err := a.people.get(ctx, r.Key, r.HomeTeam)
	if err != nil {
		return err
	}
	rules := a.policy(ctx, r.Key.TeamID)
	switch {
	case who.Gone:
		return errGone
	case who.Stranger || who.Guest && !rules.Guests:
		return &notAllowedError{Who: whoWord(who)}
	case !rules.allows(r.Channel):
		return &notAllowedError{Who: "People in this channel"}
	}
	return nil
}

func whoWord(p person) string {
	if p.Stranger {
		return "People from other companies"
	}
	return "Guests"
}

// notAllowedError refuses somebody who may not use the bot at all.
type notAllowedError struct{ Who string }

func (e *notAllowedError) Error() string { return strings.ToLower(e.Who) + " may not use the bot" }

// onEvent handles the events the manifest subscribes to.
func (a *App) onEvent(ctx context.Context, r *request) error {
	switch e := r.Event.InnerEvent.Data.(type) {
	case *slackevents.AppHomeOpenedEvent:
		if e.Tab == "home" {
			if err := a.mayUse(ctx, r); err != nil {
				return a.paintRefusal(ctx, r, err)
			}
			return a.publishHome(ctx, r.Key, r.HomeTeam)
		}
		return a.suggestPrompts(ctx, r, e.Channel)
	case *slackevents.MessageEvent:
		return a.onMessage(ctx, r, e)
	case *slackevents.AppMentionEvent:
		return a.onMention(ctx, r, e)
	case *slackevents.LinkSharedEvent:
		return a.onLinks(ctx, r, e)
	case *slackevents.AgentSessionStoppedEvent:
		a.stops.stop(e.Channel+"/"+e.ThreadTimestamp, e.User)
	case *slackevents.AppUninstalledEvent:
		a.onRemoved(ctx, "app_uninstalled")
	case *slackevents.TokensRevokedEvent:
		a.onRevoked(ctx, e)
	case *slackevents.UserChangeEvent:
		a.people.forget(e.User.ID)
	}
	return nil
}
