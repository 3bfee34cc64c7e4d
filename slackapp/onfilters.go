package slackapp

import (
	"context"
	"time"

	"github.com/slack-go/slack"

	"linearbot/assistant"
	"linearbot/linear"
)

// openFilters opens the Edit filters form of a list.
func (a *App) openFilters(ctx context.Context, r *request, value string) error {
	p, err := readPage(value)
	if err != nil {
		return err
	}
	cmd, err := assistant.ParseCommand(p.Command)
	if err != nil {
		return err
	}
	_, dir, err := a.names(ctx, r.Key)
	if err != nil {
		return err
	}
	meta := formMeta{Channel: r.Channel, Response: r.Response, HomeTeam: r.HomeTeam}
	if i := r.Interaction; i.Container.Type == "message" && !i.Container.IsEphemeral {
		meta.Message = i.Container.MessageTs
	}
	f := filtersOf(dir, cmd)
	meta.Team = f.TeamID
	_, err = a.Quick.OpenViewContext(ctx, r.Trigger, editFilters(meta.text(), a.Word, dir, f))
	return a.opened(err)
}

// redrawFilters follows the choice of a team: its states, labels and people.
func (a *App) redrawFilters(ctx context.Context, r *request, teamID string) error {
	v := r.Interaction.View
	a.notePress(ctx, r)
	_, dir, err := a.names(ctx, r.Key)
	if err != nil {
		return err
	}
	f := readFilters(filters{}, v.State)
	f.TeamID = teamID
	meta := readMeta(v.PrivateMetadata)
	meta.Team = teamID
	_, _, err = a.redraw(ctx, r, editFilters(meta.text(), a.Word, dir, f))
	return err
}

// submitFilters closes the form and shows the list where it was opened.
func (a *App) submitFilters(ctx context.Context, r *request) any {
	v := r.Interaction.View
	meta := readMeta(v.PrivateMetadata)
	f := readFilters(filters{}, v.State)
	return a.race(ctx, r, loading("Edit filters", "Looking…"), func(ctx context.Context) (linear.Issue, error) {
		_, dir, err := a.names(ctx, r.Key)
		if err != nil {
			return linear.Issue{}, err
		}
		p := page{Command: f.command(dir), At: time.Now(), First: 1, Public: meta.Message != "" && meta.Channel[0] != 'D'}
		if p.Public {
			p.By = r.Key.UserID
		}
		m, err := a.list(ctx, r, p)
		if err != nil {
			return linear.Issue{}, err
		}
		return linear.Issue{}, a.showList(ctx, r, meta, m)
	}, func(ctx context.Context, _ linear.Issue, err error) slack.ModalViewRequest {
		if err != nil {
			return failedView("Edit filters", a.failure(ctx, r, err), "")
		}
		return loading("Edit filters", "Done. The list is in the conversation.")
	})
}

// showList puts the list where the one before was: into that very message where
// Slack allows it.
func (a *App) showList(ctx context.Context, r *request, meta formMeta, m Message) error {
	to := *r
	to.Channel, to.Response = meta.Channel, meta.Response
	to.answered = meta.Response != ""
	if meta.Message != "" {
		return a.edit(ctx, meta.Channel, meta.Message, m)
	}
	return a.reply(ctx, &to, m)
}
