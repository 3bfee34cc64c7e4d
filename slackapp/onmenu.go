package slackapp

import (
	"context"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"linearbot/assistant"
	"linearbot/linear"
)

// The small forms behind the menus of cards and rows: a state, a priority, a
// channel to share to, words to search for.

// openMenu opens one of them for an issue: at once when the issue was seen just
// now, else after reading it.
func (a *App) openMenu(ctx context.Context, r *request, ref, title string, view func(meta string, dir *linear.Directory, i linear.Issue) slack.ModalViewRequest) error {
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return err
	}
	if r.Resumed {
		return a.reply(ctx, r, sayText("You're connected. Press the button again."))
	}
	issue, _, seen := s.Seen(ref)
	dir, warm := s.CachedDirectory()
	meta := func() string {
		return formMeta{ID: linear.NewID(), Issue: issue.ID, Team: issue.Team.ID, Channel: r.Channel, Response: r.Response, HomeTeam: r.HomeTeam}.text()
	}
	if seen && warm {
		_, err := a.Quick.OpenViewContext(ctx, r.Trigger, view(meta(), dir, issue))
		return a.opened(err)
	}
	opened, err := a.Quick.OpenViewContext(ctx, r.Trigger, loading(title, "Reading the issue…"))
	if err := a.opened(err); err != nil {
		return err
	}
	if dir, err = s.Directory(ctx); err == nil {
		issue, err = s.Issue(ctx, ref)
	}
	var next slack.ModalViewRequest
	if err != nil {
		next = failedView(title, a.failure(ctx, r, err), "")
	} else {
		next = view(meta(), dir, issue)
	}
	_, err = a.API.UpdateViewContext(ctx, next, "", "", opened.ID)
	return wrapSlack("views.update", err)
}

func (a *App) openMove(ctx context.Context, r *request, ref string) error {
	return a.openMenu(ctx, r, ref, "Move issue", moveIssue)
}

func (a *App) openPriority(ctx context.Context, r *request, ref string) error {
	return a.openMenu(ctx, r, ref, "Set priority", func(meta string, _ *linear.Directory, i linear.Issue) slack.ModalViewRequest {
		return priorityOf(meta, i)
	})
}

func (a *App) openShare(ctx context.Context, r *request, ref string) error {
	return a.openMenu(ctx, r, ref, "Share issue", func(meta string, _ *linear.Directory, i linear.Issue) slack.ModalViewRequest {
		if i.Team.Private() {
			return loading("Share issue", inline(i.Identifier, 40)+" is in a private team, so I don't post it in a channel.")
		}
		return shareIssue(meta, i)
	})
}

// submitMenu changes the one field of a small form.
func (a *App) submitMenu(ctx context.Context, r *request, field, input string) any {
	v := r.Interaction.View
	meta := readMeta(v.PrivateMetadata)
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return a.submitFailed(ctx, r, "Edit issue", err, draft{})
	}
	value := fieldText(v.State, field)
	if value == "" {
		return a.wrongFields(map[string]string{field: "Pick one."}, v.State)
	}
	return a.race(ctx, r, savingView("Edit issue", meta.text()), func(ctx context.Context) (linear.Issue, error) {
		return a.runOne(ctx, r, s, meta, map[string]any{"issueId": meta.Issue, input: value})
	}, a.endOfEdit(r))
}

// submitShare posts the card into the chosen channel. Whether the issue may be
// shown there is asked of Linear now, not when the form was opened.
func (a *App) submitShare(ctx context.Context, r *request) any {
	v := r.Interaction.View
	meta := readMeta(v.PrivateMetadata)
	channel := fieldText(v.State, fieldChannel)
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return a.submitFailed(ctx, r, "Share issue", err, draft{})
	}
	return a.race(ctx, r, loading("Share issue", "Sharing…"), func(ctx context.Context) (linear.Issue, error) {
		issue, err := s.Issue(ctx, meta.Issue)
		if err != nil {
			return issue, err
		}
		if issue.Team.Private() {
			return issue, &privateTeamError{Identifier: issue.Identifier}
		}
		m := card{Issue: issue, Public: true, Head: cardHead{Kind: headShared, By: r.Key.UserID}}.compact()
		return issue, a.post(ctx, channel, "", m)
	}, func(ctx context.Context, i linear.Issue, err error) slack.ModalViewRequest {
		if err != nil {
			return failedView("Share issue", a.failure(ctx, r, err), "")
		}
		return loading("Share issue", "Shared "+inline(i.Identifier, 40)+".")
	})
}

// openSearch asks for words; what a button carries is filled in.
func (a *App) openSearch(ctx context.Context, r *request, words string) error {
	if _, err := a.Accounts.Session(ctx, r.Key); err != nil {
		return err
	}
	meta := formMeta{Channel: r.Channel, Response: r.Response, HomeTeam: r.HomeTeam}
	_, err := a.Quick.OpenViewContext(ctx, r.Trigger, searchIssues(meta.text(), words))
	return a.opened(err)
}

// submitSearch shows one issue for an identifier, else what the words find.
func (a *App) submitSearch(ctx context.Context, r *request) any {
	v := r.Interaction.View
	meta := readMeta(v.PrivateMetadata)
	words := strings.TrimSpace(fieldText(v.State, fieldWords))
	if words == "" {
		return a.wrongFields(map[string]string{fieldWords: "Write what to search for."}, v.State)
	}
	to := *r
	to.Channel, to.Response = meta.Channel, meta.Response
	return a.race(ctx, r, loading("Search issues", "Looking…"), func(ctx context.Context) (linear.Issue, error) {
		var m Message
		var err error
		if _, ok := linear.ParseRef(words); ok {
			m, err = a.show(ctx, &to, []string{words})
		} else {
			m, err = a.list(ctx, &to, page{Command: assistant.VerbSearch + " " + words, At: time.Now(), First: 1})
		}
		if err != nil {
			return linear.Issue{}, err
		}
		return linear.Issue{}, a.reply(ctx, &to, m)
	}, func(ctx context.Context, _ linear.Issue, err error) slack.ModalViewRequest {
		if err != nil {
			return failedView("Search issues", a.failure(ctx, r, err), "")
		}
		return loading("Search issues", "Done. The result is in the conversation.")
	})
}
