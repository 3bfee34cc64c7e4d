package slackapp

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"linearbot/assistant"
	"linearbot/linear"
)

// triage shows what similar issues say about one, each with its reason and a
// button of its own. Nothing is changed.
func (a *App) triage(ctx context.Context, r *request, s *linear.Session, ref string) (Message, error) {
	if ref == "" {
		return questionMessage(assistant.Question{Kind: assistant.AskIssue}, ""), nil
	}
	t, err := a.Engine.Triage(ctx, asker(r, sourceOfRequest(r)), s, ref)
	if errors.Is(err, linear.ErrNotFound) {
		return Message{}, &issueGoneError{Ref: ref}
	}
	if err != nil {
		return Message{}, err
	}
	r.shows(t.Issue)
	return triageMessage(t), nil
}

func triageMessage(t assistant.Triage) Message {
	m := sayText("*Triage of* " + issueLink(t.Issue) + " " + inline(t.Issue.Title, 150))
	if len(t.Suggestions) == 0 {
		return m.with(section("I have nothing to suggest: no similar issue says more than this one does."))
	}
	for _, one := range t.Suggestions {
		text := inline(suggestionReason(one, t.Alike), 300)
		for _, c := range itemOf(one.Changes[0]).Changes {
			text = c.text(280) + "\n" + text
		}
		m = m.with(section(text, button(suggestionLabel(one.Kind), actApplyOne, one.ID)))
	}
	return m.with(contextLine(dotted("Nothing was changed", "Suggested from "+plural(t.Alike, "similar issue", "similar issues"))))
}

func suggestionLabel(kind string) string {
	switch kind {
	case assistant.SuggestPriority:
		return "Set priority"
	case assistant.SuggestAssignee:
		return "Assign"
	case assistant.SuggestLabel:
		return "Add label"
	}
	return "Mark as duplicate"
}

func suggestionReason(s assistant.Suggestion, alike int) string {
	if s.Kind == assistant.SuggestDuplicate {
		return "Duplicate of " + s.Same.Identifier + " " + s.Same.Title + "? Both say: " + strings.Join(s.Shared, " ")
	}
	return fmt.Sprintf("%d of %d similar issues have it: %s", len(s.Agree), alike, strings.Join(s.Agree[:min(len(s.Agree), 3)], ", "))
}

// pressApplyOne applies one suggestion; the others stay where they are.
func (a *App) pressApplyOne(ctx context.Context, r *request, id string) error {
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return err
	}
	out, err := a.Engine.Apply(ctx, asker(r, sourceButton), s, id)
	a.touch(ctx, r, out)
	stale, changed := errors.AsType[*assistant.StaleError](err)
	switch {
	case changed:
		return a.reply(ctx, r, staleMessage(stale).with(a.preview(ctx, r, stale.Proposal).Blocks...))
	case errors.Is(err, assistant.ErrAlready):
		return nil // a second click does nothing
	case errors.Is(err, assistant.ErrExpired):
		return a.reply(ctx, r, expired(r, id)) // the other suggestions stay
	case err != nil:
		return a.refusedPress(ctx, r, id, err)
	}
	a.countTurns(ctx, r.Key.TeamID, func(d *turnsDay) { d.Confirmed++ })
	return a.reply(ctx, r, a.results(out))
}
