package slackapp

import (
	"context"
	"errors"

	"linearbot/accounts"
	"linearbot/store"
)

// workspaceAsked turns the prompt into the question which workspace it shall be.
func (a *App) workspaceAsked(ctx context.Context, account store.Account, q accounts.Replacement) {
	o := otherWorkspace{Replacement: q, Account: account, Held: heldWaiting(a.heldOf(ctx, account.Key))}
	a.answerPrompt(ctx, account.Key, o.message(), o.view(), false)
	a.refreshHome(ctx, account.Key, account.HomeTeamID)
}

// workspaceQuestion is the question that waits for a person; ok is false without one.
func (a *App) workspaceQuestion(ctx context.Context, account store.Account, held string) (o otherWorkspace, ok bool) {
	q, err := a.Accounts.Asked(ctx, account.Key)
	if err != nil {
		if !errors.Is(err, accounts.ErrChoiceGone) && !errors.Is(err, store.ErrNotFound) {
			a.Log.WarnContext(ctx, "waiting grant not read", "user", account.Key.UserID, "err", err)
		}
		return o, false
	}
	return otherWorkspace{Replacement: q, Account: account, Held: held}, true
}

// pressReplaceOrg takes the workspace that was approved last into use.
func (a *App) pressReplaceOrg(ctx context.Context, r *request, ref string) error {
	account, err := a.Accounts.Replace(ctx, r.Key, ref)
	if errors.Is(err, accounts.ErrChoiceGone) {
		return a.answeredBefore(ctx, r)
	}
	if err != nil {
		return err
	}
	a.rememberPrompt(ctx, r.Key, prompted{View: r.modalID(), Response: r.Response, Channel: r.Channel, Thread: r.Thread, Home: r.HomeTeam})
	a.connectionMade(ctx, account)
	return nil
}

// pressKeepOrg leaves everything as it is; the approval is taken back at Linear.
func (a *App) pressKeepOrg(ctx context.Context, r *request, ref string) error {
	q, err := a.Accounts.Asked(ctx, r.Key)
	var account store.Account
	if err == nil {
		account, err = a.Accounts.Keep(ctx, r.Key, ref)
	}
	if errors.Is(err, accounts.ErrChoiceGone) {
		return a.answeredBefore(ctx, r)
	}
	if err != nil {
		return err
	}
	a.forgetPrompt(ctx, r.Key)
	a.refreshHome(ctx, r.Key, r.HomeTeam)
	return a.answerPress(ctx, r, keptWorkspace(account, q))
}

// answeredBefore says that a choice does not count (any more), and where things are.
func (a *App) answeredBefore(ctx context.Context, r *request) error {
	account, err := a.Accounts.Status(ctx, r.Key)
	if err != nil {
		return err
	}
	a.SendNotices(ctx) // it may have been too late
	return a.answerPress(ctx, r, answeredBefore(account))
}

// answerPress puts an answer in the place of the form or the message that was pressed on.
func (a *App) answerPress(ctx context.Context, r *request, m Message) error {
	if id := r.modalID(); id != "" {
		_, err := a.API.UpdateViewContext(ctx, modal(viewConnect, "Connect Linear", "", "Close", "", m.Blocks...), "", "", id)
		return wrapSlack("views.update", err)
	}
	return a.replace(ctx, r, m)
}
