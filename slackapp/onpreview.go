package slackapp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"linearbot/assistant"
	"linearbot/linear"
)

// propose freezes a plan and shows it; nothing has changed yet.
func (a *App) propose(ctx context.Context, r *request, s *linear.Session, p assistant.Plan) (Message, error) {
	prop, err := a.Engine.Propose(ctx, asker(r, sourceOfRequest(r)), s, p)
	if err != nil {
		return Message{}, err
	}
	return a.preview(ctx, r, prop), nil
}

// pagePlan shows another page of a preview: "proposal:2".
func (a *App) pagePlan(ctx context.Context, r *request, value string) error {
	id, number, _ := strings.Cut(value, ":")
	n, err := strconv.Atoi(number)
	if err != nil {
		return fmt.Errorf("page of a preview: %w", err)
	}
	prop, err := a.Engine.Proposed(ctx, asker(r, sourceButton), id)
	if err != nil {
		return a.refusedPress(ctx, r, id, err)
	}
	return a.replace(ctx, r, a.previewPage(ctx, r, prop, n))
}

// readByOthers reports whether a press was made on a message that others read: what
// takes its place tells nothing of private teams.
func (r *request) readByOthers() bool {
	i := r.Interaction
	return i != nil && i.Container.Type == "message" && !i.Container.IsEphemeral && r.Channel != "" && r.Channel[0] != 'D'
}

// openFields are the fields whose values everybody in a channel may read: no name of
// a private project, cycle or parent can be among them.
var openFields = []string{fieldState, fieldPriority, fieldAssignee, fieldLabels, fieldEstimate, fieldDue, fieldTitle, fieldDescription}

// previewOpen reports whether the answer to a mention may hold a preview, where
// everybody in the thread reads it and only the asker can confirm it. Otherwise it
// is for the asker's eyes.
func (a *App) previewOpen(ctx context.Context, r *request, prop assistant.Proposal) bool {
	if !r.Public || a.external(ctx, r.Channel, false) {
		return false
	}
	return !slices.ContainsFunc(prop.Changes, func(c assistant.Change) bool {
		return c.Issue.Private || c.Kind == assistant.ChangeQuery ||
			slices.ContainsFunc(c.Fields, func(f assistant.FieldChange) bool { return !slices.Contains(openFields, f.Field) })
	})
}

func (a *App) preview(ctx context.Context, r *request, prop assistant.Proposal) Message {
	a.noteWaiting(ctx, r, prop)
	return a.previewPage(ctx, r, prop, 0)
}

func (a *App) previewPage(ctx context.Context, r *request, prop assistant.Proposal, page int) Message {
	if len(prop.Changes) == 0 {
		return sayText("Nothing to change: everything is that way already.")
	}
	shown := plan{ID: prop.ID, Page: page, Until: prop.ExpiresAt, Public: r.readByOthers()}
	if account, err := a.Accounts.Status(ctx, r.Key); err == nil {
		shown.Actor = account.Actor
	}
	for _, c := range prop.Changes {
		shown.Items = append(shown.Items, itemOf(c))
	}
	return shown.message()
}

// pressApply applies a frozen proposal: only its asker, only once.
func (a *App) pressApply(ctx context.Context, r *request, id string) error {
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return err
	}
	out, err := a.Engine.Apply(ctx, asker(r, sourceButton), s, id)
	a.touch(ctx, r, out)
	a.explain(ctx, s, out.Results)
	if stale, ok := errors.AsType[*assistant.StaleError](err); ok {
		return a.replace(ctx, r, staleMessage(stale).with(a.preview(ctx, r, stale.Proposal).Blocks...))
	}
	if errors.Is(err, assistant.ErrAlready) {
		return nil // a second click does nothing
	}
	if err != nil {
		return a.refusedPress(ctx, r, id, err)
	}
	a.countTurns(ctx, r.Key.TeamID, func(d *turnsDay) { d.Confirmed++ })
	return a.replace(ctx, r, a.results(r, out))
}

// refusedPress says whose preview it is, and how to see it again.
func (a *App) refusedPress(ctx context.Context, r *request, id string, err error) error {
	if errors.Is(err, assistant.ErrExpired) {
		return a.replace(ctx, r, expired(r, id))
	}
	if !errors.Is(err, assistant.ErrNotAsker) {
		return err
	}
	p, dbErr := a.DB.Proposal(ctx, id)
	if dbErr != nil {
		return err
	}
	return &notAskerError{UserID: p.Key.UserID}
}

// expired stands in the place of a preview that is too old.
func expired(r *request, id string) Message {
	return sayAbout(assistant.ErrExpired, about{Ref: r.Ref, Held: id}).message()
}

// pressShowAgain shows a preview again that still waits, and an expired one over the
// values of now.
func (a *App) pressShowAgain(ctx context.Context, r *request, id string) error {
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return err
	}
	prop, err := a.Engine.Proposed(ctx, asker(r, sourceButton), id)
	if errors.Is(err, assistant.ErrExpired) {
		prop, err = a.Engine.Renew(ctx, asker(r, sourceButton), s, id)
	}
	if errors.Is(err, assistant.ErrExpired) {
		return a.replace(ctx, r, sayText("That preview is older than a day, so I don't have it any more. Nothing was changed. Ask again."))
	}
	if err != nil {
		return a.refusedPress(ctx, r, id, err)
	}
	return a.replace(ctx, r, a.preview(ctx, r, prop))
}

func staleMessage(e *assistant.StaleError) Message {
	var names []string
	for _, i := range e.Issues {
		names = append(names, inline(i.Identifier, 40)+" (now "+inline(i.State.Name, 60)+")")
	}
	return sayText(strings.Join(names, ", ") + " changed since I showed you this. Nothing was changed.")
}

func (a *App) pressRetryFailed(ctx context.Context, r *request, id string) error {
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return err
	}
	out, err := a.Engine.RetryFailed(ctx, asker(r, sourceButton), s, id)
	a.touch(ctx, r, out)
	a.explain(ctx, s, out.Results)
	if err != nil && !errors.Is(err, assistant.ErrAlready) {
		return a.refusedPress(ctx, r, id, err)
	}
	return a.replace(ctx, r, a.results(r, out))
}
