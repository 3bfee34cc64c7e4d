package slackapp

import (
	"context"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"linearbot/assistant"
	"linearbot/linear"
)

// openEdit opens the Edit form of one issue: a loading view first, because the
// issue has to be read and a trigger lives 3 s.
func (a *App) openEdit(ctx context.Context, r *request, ref string) error {
	return a.openEditWith(ctx, r, ref, func(d draft) draft { return d })
}

// openEditWith opens the form with values that differ from the issue's own.
func (a *App) openEditWith(ctx context.Context, r *request, ref string, filled func(draft) draft) error {
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return err
	}
	if r.Resumed {
		return a.reply(ctx, r, sayText("Type "+code(a.Word+" set "+ref, 80)+" again to open the form."))
	}
	opened, err := a.Quick.OpenViewContext(ctx, r.Trigger, loading("Edit issue", "Reading "+inline(ref, 40)+"…"))
	if err := a.opened(err); err != nil {
		return err
	}
	issue, err := s.Issue(ctx, ref)
	var dir *linear.Directory
	if err == nil {
		dir, err = s.Directory(ctx)
	}
	view := failedView("Edit issue", a.failure(ctx, r, err), "")
	if err == nil {
		meta := formMeta{ID: linear.NewID(), Issue: issue.ID, Team: issue.Team.ID, Channel: r.Channel, Response: r.Response, HomeTeam: r.HomeTeam}
		meta.Shown = a.keep(ctx, r, keptDraft, heldDraft{Draft: draftOf(issue)})
		view = editIssue(meta.text(), dir, issue, filled(draftOf(issue)))
	}
	_, err = a.API.UpdateViewContext(ctx, view, "", "", opened.ID)
	return wrapSlack("views.update", err)
}

// submitEdit sends only what was changed in the form.
func (a *App) submitEdit(ctx context.Context, r *request) any {
	v := r.Interaction.View
	meta := readMeta(v.PrivateMetadata)
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return a.submitFailed(ctx, r, "Edit issue", err, draft{})
	}
	return a.race(ctx, r, savingView("Edit issue", meta.text()), func(ctx context.Context) (linear.Issue, error) {
		shown, err := a.shownDraft(ctx, r, s, meta)
		if err != nil {
			return linear.Issue{}, err
		}
		input := editInput(shown, readDraft(shown, v.State))
		if len(input) == 0 {
			return linear.Issue{Identifier: "the issue"}, nil
		}
		input["issueId"] = meta.Issue
		return a.runOne(ctx, r, s, meta, input)
	}, a.endOfEdit(r))
}

// shownDraft is the issue as the form showed it when it was opened: only what the
// person changed since is sent, so that nobody else's change is taken back.
func (a *App) shownDraft(ctx context.Context, r *request, s *linear.Session, meta formMeta) (draft, error) {
	var h heldDraft
	if err := a.kept(ctx, r.Key, meta.Shown, &h); err == nil {
		return h.Draft, nil
	}
	issue, err := s.Issue(ctx, meta.Issue)
	return draftOf(issue), err
}

func (a *App) endOfEdit(r *request) func(context.Context, linear.Issue, error) slack.ModalViewRequest {
	return func(ctx context.Context, i linear.Issue, err error) slack.ModalViewRequest {
		if err != nil {
			return failedDraft(r.Interaction.View.Title.Text, a.failure(ctx, r, err), "", typedIn(r.Interaction.View.State))
		}
		return loading("Edit issue", "Saved "+inline(i.Identifier, 40)+".")
	}
}

// typedIn is the text of a submitted edit or comment, to be shown when it failed.
func typedIn(state *slack.ViewState) draft {
	d := readDraft(draft{}, state)
	if comment := fieldText(state, fieldComment); comment != "" {
		d.Description = comment
	}
	return draft{Title: d.Title, Description: d.Description}
}

// runOne applies one update from a form and shows the card where it was opened.
func (a *App) runOne(ctx context.Context, r *request, s *linear.Session, meta formMeta, input map[string]any) (linear.Issue, error) {
	plan := assistant.Plan{Steps: []assistant.Step{{Tool: linear.ToolUpdate, Input: input}}}
	out, err := a.run(ctx, r, s, sourceForm, meta.ID, plan)
	if err != nil {
		return linear.Issue{}, err
	}
	to := *r
	to.Channel, to.Response = meta.Channel, meta.Response
	m, err := a.oneResult(ctx, &to, s, out)
	if err != nil {
		return linear.Issue{}, err
	}
	if err := a.reply(ctx, &to, m); err != nil {
		a.Log.WarnContext(ctx, "card not shown", "ref", r.Ref, "err", err)
	}
	if len(out.Results) == 0 {
		return linear.Issue{Identifier: "the issue"}, nil
	}
	return out.Results[0].Issue, nil
}

// openComment opens the comment form.
func (a *App) openComment(ctx context.Context, r *request, ref string) error {
	return a.openCommentWith(ctx, r, ref, "")
}

func (a *App) openCommentWith(ctx context.Context, r *request, ref, text string) error {
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return err
	}
	issue, _, ok := s.Seen(ref)
	if !ok {
		if issue, err = s.Issue(ctx, ref); err != nil {
			return err
		}
	}
	meta := formMeta{ID: linear.NewID(), Issue: issue.ID, Channel: r.Channel, Response: r.Response, HomeTeam: r.HomeTeam}
	_, err = a.Quick.OpenViewContext(ctx, r.Trigger, commentOn(meta.text(), issue, text))
	return a.opened(err)
}

func (a *App) submitComment(ctx context.Context, r *request) any {
	v := r.Interaction.View
	meta := readMeta(v.PrivateMetadata)
	text := strings.TrimSpace(fieldText(v.State, fieldComment))
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return a.submitFailed(ctx, r, "Comment", err, draft{})
	}
	return a.race(ctx, r, savingView("Comment", meta.text()), func(ctx context.Context) (linear.Issue, error) {
		p, err := commentPlan(meta.Issue, toMarkdown(text, slackNames{}))
		if err != nil {
			return linear.Issue{}, err
		}
		out, err := a.run(ctx, r, s, sourceForm, meta.ID, p)
		if err != nil {
			return linear.Issue{}, err
		}
		to := *r
		to.Channel, to.Response = meta.Channel, meta.Response
		m, err := a.oneResult(ctx, &to, s, out)
		if err == nil {
			err = a.reply(ctx, &to, m)
		}
		return out.Results[0].Issue, err
	}, a.endOfEdit(r))
}

// commentPlan is the plan of one comment, as the command makes it.
func commentPlan(ref, body string) (assistant.Plan, error) {
	return assistant.Compile(assistant.Command{Verb: assistant.VerbComment, Issues: []string{ref}, Text: body}, nil, assistant.Defaults{Now: time.Now()})
}
