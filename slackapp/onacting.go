package slackapp

import (
	"context"
	"errors"

	"github.com/slack-go/slack"

	"linearbot/accounts"
	"linearbot/store"
)

// actingMode says how new connections act, and how many still act otherwise.
func (a *App) actingMode(ctx context.Context, team string) (acting, error) {
	chosen, err := accounts.ChosenActor(ctx, a.DB, team)
	if err != nil {
		return acting{}, err
	}
	m := acting{Actor: firstOf(chosen, a.Accounts.Actor), Chosen: chosen != ""}
	behind, err := a.Accounts.Behind(ctx, team, m.Actor)
	m.Behind = len(behind)
	return m, err
}

// pressActing asks before the acting mode is changed.
func (a *App) pressActing(ctx context.Context, r *request, actor string) error {
	behind, err := a.Accounts.Behind(ctx, r.Key.TeamID, actor)
	if err != nil {
		return err
	}
	return a.openOver(ctx, r, actingView(actor, len(behind)))
}

// submitActing changes the acting mode after the second question. Whoever is
// connected otherwise is told once, by a notice.
func (a *App) submitActing(ctx context.Context, r *request) any {
	v := r.Interaction.View
	if !a.isAdmin(ctx, r) {
		view := loading("Linear admin", "Only workspace admins can do this. Nothing was changed.")
		return slack.NewUpdateViewSubmissionResponse(&view)
	}
	actor := v.PrivateMetadata
	_, err := a.Accounts.SwitchActor(ctx, r.Key.TeamID, actor, r.Key)
	if errors.Is(err, accounts.ErrAdminScope) {
		view := loading("Linear admin", "The bot asks Linear for the admin scope, which the app cannot have (LINEAR_SCOPES). Nothing was changed.")
		return slack.NewUpdateViewSubmissionResponse(&view)
	}
	if err != nil {
		view := failedView("Linear admin", a.failure(ctx, r, err), "")
		return slack.NewUpdateViewSubmissionResponse(&view)
	}
	go a.afterAck(ctx, func(ctx context.Context) {
		if err := a.redrawAdmin(ctx, r, adminAt{Tab: tabPolicy}, switchedActing(actor), v.PreviousViewID); err != nil {
			a.Log.InfoContext(ctx, "admin view not redrawn", "ref", r.Ref, "err", err)
		}
		a.SendNotices(ctx)
	})
	return nil
}

// staleActing reports whether a notice about the acting mode has nothing to say to its
// person: they act that way already, it was changed again, or they may not connect so.
func (a *App) staleActing(ctx context.Context, n store.Notice, account store.Account) (bool, error) {
	actor, err := a.Accounts.ActorFor(ctx, n.Key.TeamID)
	if err != nil {
		return false, err
	}
	if account.State != store.Active || account.Actor == n.Cause || actor != n.Cause {
		return true, nil
	}
	if actor != "app" {
		return false, nil
	}
	who, err := a.people.get(ctx, n.Key, account.HomeTeamID)
	if err != nil {
		return false, err
	}
	return !a.admin(who), nil
}
