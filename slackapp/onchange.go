package slackapp

import (
	"context"
	"errors"
	"strings"
	"time"

	"linearbot/assistant"
	"linearbot/linear"
)

// apply runs a fully spelled plan at once and shows what became of it, with the
// way back.
func (a *App) apply(ctx context.Context, r *request, s *linear.Session, p assistant.Plan) (Message, error) {
	out, err := a.run(ctx, r, s, sourceOfRequest(r), r.ID, p)
	if err != nil {
		return Message{}, err
	}
	if len(out.Results) <= 1 {
		return a.oneResult(ctx, r, s, out)
	}
	return a.results(r, out), nil
}

// run carries a plan out. When the answer to a change got lost, the person is told
// that it is being looked up, and it is: what went through is found, what did not
// is sent again. Ids and values are frozen, so nothing can be done twice.
func (a *App) run(ctx context.Context, r *request, s *linear.Session, source, seed string, p assistant.Plan) (assistant.Outcome, error) {
	out, err := a.Engine.Run(ctx, asker(r, source), s, p, assistant.RunOptions{Seed: seed})
	a.touch(ctx, r, out)
	a.explain(ctx, s, out.Results)
	if err != nil || !outcomeUnknown(out) {
		return out, err
	}
	if r.Command != nil || r.Interaction != nil && r.Interaction.View.ID == "" {
		if err := a.reply(ctx, r, checking()); err != nil {
			a.Log.InfoContext(ctx, "no sign of progress", "ref", r.Ref, "err", err)
		}
		r.Checked = true
	}
	again, err := a.Engine.RetryFailed(ctx, asker(r, source), s, out.ProposalID)
	a.touch(ctx, r, again)
	a.explain(ctx, s, again.Results)
	if err != nil && !errors.Is(err, assistant.ErrAlready) {
		a.Log.WarnContext(ctx, "outcome not found out", "ref", r.Ref, "err", err)
		return out, nil
	}
	return again, nil
}

func outcomeUnknown(out assistant.Outcome) bool {
	for _, res := range out.Results {
		if errors.Is(res.Err, linear.ErrOutcomeUnknown) {
			return true
		}
	}
	return false
}

// oneResult is the card of the one issue that was changed.
func (a *App) oneResult(ctx context.Context, r *request, s *linear.Session, out assistant.Outcome) (Message, error) {
	viewer := ""
	if d, ok := s.CachedDirectory(); ok {
		viewer = d.Viewer.ID
	}
	if len(out.Results) == 0 {
		return unchangedMessage(out.Unchanged, viewer), nil
	}
	res := out.Results[0]
	if res.Err != nil {
		r.refused(s, res.Change)
		if r.Checked && errors.Is(res.Err, linear.ErrTransient) {
			return Message{}, &didNotError{Change: res.Change.Kind, Err: res.Err}
		}
		return Message{}, res.Err
	}
	c := card{Issue: res.Issue, ViewerID: viewer}
	switch {
	case res.Issue.ID == "": // it was not read again: what was done is all there is to show
		return a.results(r, out), nil
	case res.Skipped != "":
		c.Lines = []outcome{{Text: inline(res.Skipped, 200)}}
	case res.Change.Kind == "create":
		a.rememberTeam(ctx, r.Key, res.Issue.Team.ID)
		c.Head = cardHead{Kind: headCreated, UndoID: out.ProposalID}
		if own, channel := a.savedDefaults(ctx, r.Key, r.Channel); (own.Post || channel.Post) && !res.Issue.Team.Private() {
			c.Public, c.ViewerID = true, ""
		}
	default:
		c.Lines = []outcome{{Text: changedWords(res.Change), UndoID: out.ProposalID}}
	}
	if r.Checked {
		c.Head.Kind = headFound
	}
	return c.full(), nil
}

// refused notes what a failed change was about, for the words of the failure.
func (r *request) refused(s *linear.Session, c assistant.Change) {
	r.Issue, r.URL, r.Doing = firstOf(r.Issue, c.Issue.Identifier), c.Issue.URL, "edit issues"
	switch c.Kind {
	case assistant.ChangeCreate:
		r.Doing = "create issues"
	case assistant.ChangeComment:
		r.Doing = "comment on issues"
	case assistant.ChangeUpdate, assistant.ChangeQuery:
	}
	if d, ok := s.CachedDirectory(); ok {
		if team, ok := d.TeamByID(c.Issue.TeamID); ok {
			r.Team = team.Name
			r.Doing += " in " + team.Name
		}
	}
}

// unchangedMessage answers a change that changed nothing.
func unchangedMessage(same []linear.Issue, viewer string) Message {
	const text = "Nothing to change: it is that way already."
	if len(same) != 1 {
		return sayText(text)
	}
	return card{Issue: same[0], ViewerID: viewer, Lines: []outcome{{Text: text}}}.full()
}

// results is one line for each issue of a plan.
func (a *App) results(r *request, out assistant.Outcome) Message {
	m := applied{ID: out.ProposalID, Public: r.readByOthers()}
	for _, res := range out.Results {
		m.Undoable = m.Undoable || res.Err == nil && res.Change.Kind != assistant.ChangeQuery && time.Now().Before(out.UndoUntil)
		m.Results = append(m.Results, result{Item: itemOf(res.Change), Problem: problemWords(res.Err)})
	}
	return m.message()
}

// problemWords is a failed item's reason in a few words.
func problemWords(err error) string {
	if why := refusalWords(err); why != "" {
		return why
	}
	switch {
	case err == nil:
		return ""
	case errors.Is(err, linear.ErrForbidden):
		return "no permission"
	case errors.Is(err, linear.ErrUnauthenticated):
		return "your access was removed"
	case errors.Is(err, linear.ErrNotFound):
		return "not found"
	case errors.Is(err, linear.ErrRateLimited):
		return "Linear is limiting requests"
	case errors.Is(err, linear.ErrOutcomeUnknown):
		return "Linear didn't answer, look before you retry"
	case errors.Is(err, linear.ErrTransient):
		return "Linear isn't responding"
	}
	return "refused by Linear"
}

// changedWords is "Moved *Triage → In Review*" for one changed item.
func changedWords(c assistant.Change) string {
	if c.Kind == "comment" {
		return commented(c.Issue.URL)
	}
	var parts []string
	for _, f := range c.Fields {
		parts = append(parts, changedField(f))
	}
	return strings.Join(parts, " · ")
}

func changedField(f assistant.FieldChange) string {
	verb := sentenceWord(fieldLabel(f.Field)) + ":"
	switch f.Field {
	case fieldState:
		verb = "Moved"
		if f.From == "" {
			return "Moved to " + bold(inline(f.To, 80))
		}
	case fieldAssignee:
		verb = "Reassigned"
		switch {
		case f.From == "":
			return "Assigned to " + bold(inline(f.To, 80))
		case f.To == "":
			return "Unassigned " + bold(inline(f.From, 80))
		}
	}
	return moved(verb, firstOf(f.From, "none"), firstOf(f.To, "none"))
}

// itemOf is a change as the preview shows it.
func itemOf(c assistant.Change) planItem {
	item := planItem{Identifier: c.Issue.Identifier, Title: c.Issue.Title, URL: c.Issue.URL, Private: c.Issue.Private, Action: actionOf(c)}
	if c.Kind == assistant.ChangeCreate && c.Issue.Team != "" {
		item.Changes = append(item.Changes, planChange{Field: "team", To: c.Issue.Team})
	}
	for _, f := range c.Fields {
		item.Changes = append(item.Changes, planChange{Field: f.Field, From: f.From, To: f.To, Tainted: f.Tainted})
	}
	item.Body, item.Comment = c.Body, c.Kind == assistant.ChangeComment
	item.Taint, item.MustEdit = c.Taint, c.MustEdit
	if c.Query != nil {
		item.Title, item.Operation = strings.Join(c.Query.Fields, ", "), c.Query.Document
		if len(c.Query.Variables) > 0 {
			item.Variables = c.Query.VariablesText()
		}
	}
	return item
}

func actionOf(c assistant.Change) string {
	switch c.Kind {
	case "create":
		return "Create"
	case "comment":
		return "Comment on"
	case assistant.ChangeQuery:
		return "Run"
	}
	if len(c.Fields) == 1 && c.Fields[0].Field == "state" {
		return "Move"
	}
	return "Change"
}

func sourceOfRequest(r *request) string {
	switch {
	case r.Spoken:
		return sourceWords
	case r.Command != nil:
		return sourceCommand
	}
	return sourceButton
}
