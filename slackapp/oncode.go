package slackapp

import (
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"linearbot/accounts"
	"linearbot/store"
)

// codeLife is how long a code is good for (ux: 10 minutes).
const codeLife = 10 * time.Minute

// codeShown turns the prompt into "One step left" while the browser shows a code.
func (a *App) codeShown(ctx context.Context, key store.Key) {
	until := time.Now().Add(codeLife)
	a.answerPrompt(ctx, key, oneStepLeft(until, heldWaiting(a.heldOf(ctx, key))), oneStepView(until), false)
}

// pressEnterCode opens the form for the code.
func (a *App) pressEnterCode(ctx context.Context, r *request) error {
	return a.openOver(ctx, r, codeView(""))
}

// pressCancelCode gives the waiting grant up.
func (a *App) pressCancelCode(ctx context.Context, r *request) error {
	if err := a.Accounts.CancelVerification(ctx, r.Key); err != nil {
		return err
	}
	a.forgetPrompt(ctx, r.Key)
	a.refreshHome(ctx, r.Key, r.HomeTeam)
	if id := r.modalID(); id != "" {
		_, err := a.API.UpdateViewContext(ctx, loading("Connect Linear", "Canceled. Nothing was connected."), "", "", id)
		return wrapSlack("views.update", err)
	}
	return a.replace(ctx, r, canceledConnecting())
}

// submitCode proves a connection with the code the browser showed.
func (a *App) submitCode(ctx context.Context, r *request) any {
	v := r.Interaction.View
	done, err := a.Accounts.Confirm(ctx, r.Key, fieldText(v.State, fieldCode))
	if wrong, ok := errors.AsType[*accounts.WrongCodeError](err); ok && wrong.Left > 0 {
		return a.wrongFields(map[string]string{fieldCode: wrongCode(wrong.Left)}, v.State)
	}
	if err != nil {
		go a.afterAck(ctx, func(ctx context.Context) {
			a.SendNotices(ctx)
			a.refreshHome(ctx, r.Key, r.HomeTeam)
		})
		view := failedView("Enter code", a.failure(ctx, r, err), "")
		return slack.NewUpdateViewSubmissionResponse(&view)
	}
	if done.Asks != nil {
		go a.afterAck(ctx, func(ctx context.Context) { a.workspaceAsked(ctx, done.Account, *done.Asks) })
		view := otherWorkspace{Replacement: *done.Asks, Account: done.Account}.view()
		return slack.NewUpdateViewSubmissionResponse(&view)
	}
	go a.afterAck(ctx, func(ctx context.Context) { a.connectionMade(ctx, done.Account) })
	view := connectedView(done.Account)
	return slack.NewUpdateViewSubmissionResponse(&view)
}
