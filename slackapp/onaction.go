package slackapp

import (
	"context"
	"errors"
	"strings"

	"github.com/slack-go/slack"

	"linearbot/assistant"
	"linearbot/linear"
)

// onAction handles one press or choice, in a message, a form or on Home.
func (a *App) onAction(ctx context.Context, r *request) error {
	if len(r.Interaction.ActionCallback.BlockActions) == 0 {
		return nil
	}
	act := r.Interaction.ActionCallback.BlockActions[0]
	value := act.Value
	if act.SelectedOption.Value != "" {
		value = act.SelectedOption.Value
	}
	switch baseAction(act.ActionID) {
	case actConnect, actReconnect:
		return a.pressConnect(ctx, r)
	case actAccess:
		return a.pressAccess(ctx, r)
	case actEnterCode:
		return a.pressEnterCode(ctx, r)
	case actCancelCode:
		return a.pressCancelCode(ctx, r)
	case actReplaceOrg:
		return a.pressReplaceOrg(ctx, r, value)
	case actKeepOrg:
		return a.pressKeepOrg(ctx, r, value)
	case actResume:
		return a.pressResume(ctx, r, value)
	case actDisconnect:
		return a.pressDisconnect(ctx, r)
	case actKeep:
		return a.replace(ctx, r, kept())
	case actLeaveOff:
		return a.replace(ctx, r, leftOff(a.Word))
	case actStatus:
		return a.commandStatus(ctx, r)
	case actNewIssue:
		return a.openForm(ctx, r, draft{}, nil)
	case actOpenForm:
		return a.pressOpenForm(ctx, r, value)
	case actMyIssues, actRunCommand, actAskInstead, actHelp:
		return a.pressText(ctx, r, baseAction(act.ActionID), value)
	case actHelpAll:
		_, err := a.Quick.OpenViewContext(ctx, r.Trigger, help{Word: a.Word}.all())
		return a.opened(err)
	case actAnswer:
		return a.pressAnswer(ctx, r, value)
	case actShowMine:
		return a.pressShowMine(ctx, r, value)
	case actStopTurn:
		return a.pressStopTurn(ctx, r)
	case actFeedback:
		return a.pressFeedback(ctx, r, value)
	case actSettings:
		return a.openSettings(ctx, r, false)
	case actAdmin, actAdminTab, actAdminFilter, actAdminName, actAdminMore, actAdminPage, actAdminExport, actAdminPolicy, actAdminActing:
		return a.onAdmin(ctx, r, baseAction(act.ActionID), value)
	case actHomeMore, actHomeView, actHomeNext, actHomePrev:
		return a.onHome(ctx, r, baseAction(act.ActionID), value)
	}
	return a.onFormAction(ctx, r, act, value)
}

// onFormAction handles what is pressed or chosen inside forms, and the next steps
// that failures offer.
func (a *App) onFormAction(ctx context.Context, r *request, act *slack.BlockAction, value string) error {
	switch baseAction(act.ActionID) {
	case actTeam:
		switch r.Interaction.View.CallbackID {
		case viewFilters:
			return a.redrawFilters(ctx, r, value)
		case viewSettings, viewChannel:
			return a.redrawSettings(ctx, r)
		}
		return a.redrawForm(ctx, r, func(m *formMeta, d *draft) { d.TeamID = value })
	case actTitle:
		return a.typesTitle(ctx, r)
	case actTemplate:
		if r.Interaction.View.CallbackID != viewNewIssue {
			return nil // a default: read when the form is saved
		}
		return a.redrawForm(ctx, r, func(m *formMeta, d *draft) { d.TemplateID = value })
	case actMoreFields:
		return a.redrawForm(ctx, r, func(m *formMeta, d *draft) { m.More = true })
	case actRetry:
		return a.pressRetry(ctx, r, value)
	case actCopyText:
		return a.pressCopy(ctx, r, value)
	case actPick:
		held, id := pickOf(value)
		return a.pressPick(ctx, r, held, id)
	case actCreateWithout:
		held, left := pickOf(value)
		return a.pressPick(ctx, r, held, firstOf(left, pickNone))
	case actPickSelect:
		return a.pressPick(ctx, r, waitingIn(act.BlockID), value)
	case actReadAgain:
		return a.readAgain(ctx, r)
	case actPreviewThread:
		return a.previewThread(ctx, r)
	case actCreateAnother:
		return a.createAnother(ctx, r)
	case actUseThis:
		return a.useSimilar(ctx, r, value)
	case actReplaceText:
		return a.redrawForm(ctx, r, func(m *formMeta, d *draft) { d.Description, m.Redrawn = "", true })
	}
	return a.onIssueAction(ctx, r, act, value)
}

// onIssueAction handles what is pressed on cards, lists and previews.
func (a *App) onIssueAction(ctx context.Context, r *request, act *slack.BlockAction, value string) error {
	switch baseAction(act.ActionID) {
	case actAssignMe:
		return a.pressChange(ctx, r, value, "assignee", "me")
	case actUnassignMe:
		return a.pressChange(ctx, r, value, "assignee", "none")
	case actSetState:
		id, ok := cardOf(act.BlockID)
		if !ok || value == "" || value == noMatch {
			return nil // the line that says nothing matches is no choice
		}
		return a.pressChange(ctx, r, id.Issue, "stateId", value)
	case actComment:
		return a.openComment(ctx, r, value)
	case actAddThread:
		return a.addThread(ctx, r, value)
	case actCardMore, actRowMore:
		return a.pressMore(ctx, r, value)
	case actSeeIssue, actOpenCard:
		return a.withProgress(ctx, r, func(ctx context.Context) (Message, error) { return a.show(ctx, r, []string{value}) })
	case actUndo:
		m, err := a.undo(ctx, r, value)
		if err != nil {
			return err
		}
		return a.replace(ctx, r, m)
	case actPagePrev, actPageNext:
		return a.turnPage(ctx, r, value, false)
	case actRefresh:
		return a.turnPage(ctx, r, value, true)
	case actEditFilters:
		return a.openFilters(ctx, r, value)
	case actShare:
		return a.shareList(ctx, r, value)
	case actStopOffer:
		return a.stopOffering(ctx, r)
	case actDropFilter:
		return a.dropFilter(ctx, r, value)
	case actSearch:
		return a.openSearch(ctx, r, value)
	case actPlanPage:
		return a.pagePlan(ctx, r, value)
	case actShowAgain:
		return a.pressShowAgain(ctx, r, value)
	case actApplyOne:
		return a.pressApplyOne(ctx, r, value)
	case actEditPlan:
		return a.pressEditPlan(ctx, r, value)
	case actApply:
		return a.pressApply(ctx, r, value)
	case actSaved:
		return a.pressSaved(ctx, r, value)
	case actDiscard, actCancel:
		if isLater(value) {
			return a.cancelLater(ctx, r, value)
		}
		if value != "" && !isKept(value) {
			if err := a.Engine.Cancel(ctx, asker(r, sourceButton), value); err != nil {
				return err
			}
			a.countTurns(ctx, r.Key.TeamID, func(d *turnsDay) { d.Canceled++ })
		}
		return a.replace(ctx, r, planDropped())
	case actRetryFailed:
		return a.pressRetryFailed(ctx, r, value)
	}
	return nil // link buttons: the press needs no answer
}

// pressText runs what a button stands for, as if it had been typed.
func (a *App) pressText(ctx context.Context, r *request, action, value string) error {
	switch action {
	case actMyIssues:
		value = assistant.VerbMine
	case actHelp:
		value = assistant.VerbHelp
	case actAskInstead:
		value = assistant.VerbAsk + " " + value
	}
	if r.Interaction.View.Type == slack.VTHomeTab {
		r.Response = ""
	}
	return a.runText(ctx, r, strings.TrimSpace(strings.TrimPrefix(value, a.Word)))
}

// pressChange makes one change to one issue with the presser's own connection and
// shows the card as it is now.
func (a *App) pressChange(ctx context.Context, r *request, issueID, field string, value any) error {
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return err
	}
	plan := assistant.Plan{Steps: []assistant.Step{{Tool: linear.ToolUpdate, Input: map[string]any{"issueId": issueID, field: value}}}}
	out, err := a.run(ctx, r, s, sourceButton, r.ID, plan)
	if errors.Is(err, linear.ErrNotFound) || errors.Is(err, linear.ErrForbidden) {
		return errNoAccess
	}
	if err != nil {
		return err
	}
	if len(out.Results) == 0 {
		if len(out.Unchanged) == 1 {
			return a.redrawCard(ctx, r, s, out.Unchanged[0], outcome{Text: "Nothing to change: it is that way already."})
		}
		return a.reply(ctx, r, unchangedMessage(out.Unchanged, ""))
	}
	res := out.Results[0]
	if errors.Is(res.Err, linear.ErrNotFound) || errors.Is(res.Err, linear.ErrForbidden) {
		return errNoAccess
	}
	if res.Err != nil {
		return res.Err
	}
	line := outcome{Text: pressed(r.Key.UserID, lowerFirst(changedWords(res.Change))), UndoID: out.ProposalID}
	return a.redrawCard(ctx, r, s, res.Issue, line)
}

// pressMore follows an overflow menu: "edit:ENG-142".
func (a *App) pressMore(ctx context.Context, r *request, value string) error {
	what, ref, _ := strings.Cut(value, ":")
	switch what {
	case moreEdit:
		return a.openEdit(ctx, r, ref)
	case moreMove:
		return a.openMove(ctx, r, ref)
	case morePriority:
		return a.openPriority(ctx, r, ref)
	case moreTriage:
		return a.withProgress(ctx, r, func(ctx context.Context) (Message, error) { return a.triage(ctx, r, ref) })
	case moreShow:
		return a.withProgress(ctx, r, func(ctx context.Context) (Message, error) { return a.show(ctx, r, []string{ref}) })
	case moreAssignMe:
		s, err := a.Accounts.Session(ctx, r.Key)
		if err != nil {
			return err
		}
		plan := assistant.Plan{Steps: []assistant.Step{{Tool: linear.ToolUpdate, Input: map[string]any{"issueId": ref, "assignee": "me"}}}}
		return a.withProgress(ctx, r, func(ctx context.Context) (Message, error) { return a.apply(ctx, r, s, plan) })
	case moreComment:
		return a.openComment(ctx, r, ref)
	case moreUndo:
		return a.withProgress(ctx, r, func(ctx context.Context) (Message, error) { return a.undo(ctx, r, "") })
	case moreShare:
		return a.openShare(ctx, r, ref)
	}
	return nil
}

// shareList posts a list for the channel, without rows of private teams.
func (a *App) shareList(ctx context.Context, r *request, value string) error {
	p, err := readPage(value)
	if err != nil {
		return err
	}
	p.Public, p.By = true, r.Key.UserID
	m, err := a.list(ctx, r, p)
	if err != nil {
		return err
	}
	m.Public = !p.stale()
	return a.reply(ctx, r, m)
}
