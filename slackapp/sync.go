package slackapp

import (
	"context"
	"strings"
	"time"

	"github.com/slack-go/slack"
)

// syncCap bounds an answer that travels in the acknowledgement (Slack: 3 s).
const syncCap = 2600 * time.Millisecond

// answersInAck reports whether Slack waits for content in the acknowledgement.
func (a *App) answersInAck(r *request) bool {
	if r.Interaction == nil {
		return false
	}
	return r.Interaction.Type == slack.InteractionTypeViewSubmission || r.Interaction.Type == slack.InteractionTypeBlockSuggestion
}

// answer computes the content in its own goroutine, bounded in number, so that
// the reader goes on. When too many are under way, a typeahead gets an empty list
// and a form stays open, with what was typed, and says so.
func (a *App) answer(ctx context.Context, in inbound, r *request, ack acker) {
	select {
	case a.sync <- struct{}{}:
	default:
		a.Counters.dropped.Inc()
		if err := ack(ctx, a.busyPayload(r)); err != nil {
			a.Log.WarnContext(ctx, "acknowledge failed", "envelope", in.EnvelopeID, "err", err)
		}
		return
	}
	go func() {
		defer func() { <-a.sync }()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), syncCap)
		defer cancel()
		began := time.Now()
		var payload any
		err := guarded(ctx, func(ctx context.Context) error {
			payload = a.ackPayload(ctx, r)
			return nil
		})
		if err != nil {
			payload = a.brokenPayload(r, err)
		}
		ackErr := ack(ctx, payload)
		if !r.late {
			a.waited(r)
		}
		a.Log.InfoContext(ctx, "envelope answered", "op", r.Op, "team", r.Key.TeamID, "user", r.Key.UserID,
			"ref", r.Ref, "took", time.Since(began), "err", firstError(err, ackErr))
	}()
}

// afterAck runs what follows an answer that travels in the acknowledgement.
func (a *App) afterAck(ctx context.Context, work func(context.Context)) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), handleCap)
	defer cancel()
	work(ctx)
}

func firstError(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// brokenPayload answers when our own code failed: a typeahead shows nothing, a
// form says so.
func (a *App) brokenPayload(r *request, err error) any {
	if r.Interaction.Type == slack.InteractionTypeBlockSuggestion {
		return answerOptions(nil)
	}
	view := failedView("Linear", say(err, r.Ref), "")
	return slack.NewUpdateViewSubmissionResponse(&view)
}

// busyPayload answers when too much is under way. An error beside a field keeps a
// form open; one without fields is replaced.
func (a *App) busyPayload(r *request) any {
	if r.Interaction.Type == slack.InteractionTypeBlockSuggestion {
		return answerOptions(nil)
	}
	f := say(errQueueFull, r.Ref)
	for _, b := range r.Interaction.View.Blocks.BlockSet {
		if field, ok := b.(*slack.InputBlock); ok {
			return slack.NewErrorsViewSubmissionResponse(map[string]string{field.BlockID: f.Text})
		}
	}
	view := failedView("Linear", f, "")
	return slack.NewUpdateViewSubmissionResponse(&view)
}

func (a *App) ackPayload(ctx context.Context, r *request) any {
	if r.Interaction.Type == slack.InteractionTypeBlockSuggestion {
		return answerOptions(a.typeahead(ctx, r))
	}
	if err := a.mayUse(ctx, r); err != nil {
		view := failedView("Linear", a.failure(ctx, r, err), "")
		return slack.NewUpdateViewSubmissionResponse(&view)
	}
	switch r.Interaction.View.CallbackID {
	case viewNewIssue:
		return a.submitForm(ctx, r)
	case viewEdit:
		return a.submitEdit(ctx, r)
	case viewFilters:
		return a.submitFilters(ctx, r)
	case viewSimilar:
		return a.submitAnyway(ctx, r)
	case viewLink:
		return a.submitLink(ctx, r)
	case viewStatus:
		return a.submitMenu(ctx, r, fieldState, "stateId")
	case viewPriority:
		return a.submitMenu(ctx, r, fieldPriority, "priority")
	case viewShare:
		return a.submitShare(ctx, r)
	case viewSearch:
		return a.submitSearch(ctx, r)
	case viewComment:
		return a.submitComment(ctx, r)
	case viewFeedback:
		return a.submitFeedback(ctx, r)
	case viewCode:
		return a.submitCode(ctx, r)
	case viewDisconnect:
		return a.submitDisconnect(ctx, r)
	case viewAdmin:
		return a.submitAdmin(ctx, r)
	case viewForce:
		return a.submitForce(ctx, r)
	case viewActing:
		return a.submitActing(ctx, r)
	case viewSettings, viewChannel:
		return a.submitSettings(ctx, r)
	}
	return nil
}

// typeahead answers the typing in a select from the cached names: never an error,
// never a raw id.
func (a *App) typeahead(ctx context.Context, r *request) []*slack.OptionBlockObject {
	i := r.Interaction
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return nil
	}
	if id, ok := cardOf(i.BlockID); ok {
		dir, err := s.Directory(ctx)
		if err != nil {
			return nil
		}
		t, _ := teamByID(dir, id.Team)
		return suggest(i.Value, stateChoices(t))
	}
	field, _, _ := strings.Cut(i.BlockID, ".")
	if field == fieldParent || field == fieldIssue {
		return a.issueTypeahead(ctx, r, s, i.Value)
	}
	dir, err := s.Directory(ctx)
	if err != nil {
		return nil
	}
	return optionsFor(dir, i.BlockID, readMeta(i.View.PrivateMetadata).Team, i.Value)
}
