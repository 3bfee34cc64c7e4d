package slackapp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"linearbot/assistant"
	"linearbot/linear"
)

// triageWords answers "triage ENG-142" and "triage this". Where the conversation has
// shown no single issue, the thread says which one it is about.
func (a *App) triageWords(ctx context.Context, r *request, s *linear.Session, d *linear.Directory, ref string) (Message, error) {
	if ref == "" {
		ref = a.issueOfThread(ctx, r, s, d)
	}
	if ref == "" {
		return questionMessage(assistant.Question{Kind: assistant.AskIssue}, ""), nil
	}
	return a.triage(ctx, r, ref)
}

// issueOfThread is the issue that a thread is linked to, else the only one that is
// named in it; "" for none.
func (a *App) issueOfThread(ctx context.Context, r *request, s *linear.Session, d *linear.Directory) string {
	if r.Thread == "" || r.Thread == r.Said {
		return ""
	}
	from := &formFrom{Channel: r.Channel, Root: r.Thread}
	if i, ok := a.linked(ctx, s, from); ok {
		return i.Identifier
	}
	said, err := a.replies(ctx, from)
	if err != nil {
		a.Log.InfoContext(ctx, "thread not read", "ref", r.Ref, "err", err)
	}
	var named []string
	for _, m := range said {
		for _, word := range issuesIn(m.Text) {
			ref, ours := d.ParseRef(word)
			if _, known := d.TeamOf(ref); ours && known && !slices.Contains(named, ref) {
				named = append(named, ref)
			}
		}
	}
	if len(named) != 1 {
		return ""
	}
	return named[0]
}

// triage shows what similar issues say about one, each with its reason and a
// button of its own. Nothing is changed.
func (a *App) triage(ctx context.Context, r *request, ref string) (Message, error) {
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return Message{}, err
	}
	t, err := a.Engine.Triage(ctx, asker(r, sourceOfRequest(r)), s, ref)
	if errors.Is(err, linear.ErrNotFound) {
		return Message{}, &issueGoneError{Ref: ref}
	}
	if err != nil {
		return Message{}, err
	}
	r.shows(t.Issue)
	m := triageMessage(t)
	if len(t.Suggestions) > 0 {
		a.keepAs(ctx, r, triageName(t.Suggestions[0].ID), slack.Blocks{BlockSet: m.Blocks})
	}
	return m, nil
}

// triageName is what a triage is kept under, so that a suggestion can be shown as
// applied: Slack does not send an ephemeral message back with a press.
func triageName(first string) string { return keptTriage + "/" + first }

// untouched ends a triage of which nothing was applied.
const untouched = "Nothing was changed"

// suggestBlock begins the block id of each suggestion; the first one's id and the
// own number follow.
const suggestBlock = "suggest|"

func triageMessage(t assistant.Triage) Message {
	m := sayText("*Triage of* " + issueLink(t.Issue) + " " + inline(t.Issue.Title, 150))
	if len(t.Suggestions) == 0 && t.Team == nil {
		return m.with(section("I have nothing to suggest: no similar issue says more than this one does."))
	}
	for n, one := range t.Suggestions {
		text := suggestionReason(one, t.Alike)
		for _, c := range itemOf(one.Changes[0]).Changes {
			text = c.text(280) + "\n" + text
		}
		row := section(text, button(suggestionLabel(one.Kind), actApplyOne, one.ID))
		row.BlockID = suggestBlock + t.Suggestions[0].ID + "|" + strconv.Itoa(n)
		m = m.with(row)
	}
	if t.Team != nil {
		m = m.with(section(teamHint(t), linkButton("Open in Linear", actOpenLink, t.Issue.URL)))
	}
	return m.with(contextLine(dotted(untouched, "Suggested from "+plural(t.Alike, "similar issue", "similar issues"))))
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

// suggestionReason is mrkdwn.
func suggestionReason(s assistant.Suggestion, alike int) string {
	if s.Kind == assistant.SuggestDuplicate {
		return "Duplicate of " + issueLink(s.Same) + " " + inline(s.Same.Title, 150) + "? Both say: " + inline(strings.Join(s.Shared, " "), 150)
	}
	names := firstThree(s.Agree)
	if alike == 1 {
		return "The one similar issue has it: " + names
	}
	return fmt.Sprintf("%d of %d similar issues have it: %s", len(s.Agree), alike, names)
}

// teamHint says where similar issues are. There is nothing to press for it.
func teamHint(t assistant.Triage) string {
	h := t.Team
	return fmt.Sprintf("Team: %s → %s?\n%d of %d similar issues are there: %s. I don't move issues to another team; you can do that in Linear.",
		inline(t.Issue.Team.Name, 60), bold(inline(h.Team.Name, 60)), len(h.Agree), t.Alike, firstThree(h.Agree))
}

func firstThree(identifiers []string) string {
	return inline(strings.Join(identifiers[:min(len(identifiers), 3)], ", "), 150)
}

// pressApplyOne applies one suggestion; the others stay where they are.
func (a *App) pressApplyOne(ctx context.Context, r *request, id string) error {
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return err
	}
	out, err := a.Engine.Apply(ctx, asker(r, sourceButton), s, id)
	a.touch(ctx, r, out)
	a.explain(ctx, s, out.Results)
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
	if len(out.Results) == 1 && out.Results[0].Err == nil {
		if err := a.showApplied(ctx, r); err != nil {
			a.Log.InfoContext(ctx, "suggestion not shown as applied", "ref", r.Ref, "err", err)
		}
	}
	return a.reply(ctx, r, a.results(r, out))
}

// showApplied draws the triage again with the pressed suggestion as done.
func (a *App) showApplied(ctx context.Context, r *request) error {
	block := r.Interaction.ActionCallback.BlockActions[0].BlockID
	first, _, ok := strings.Cut(strings.TrimPrefix(block, suggestBlock), "|")
	if !ok {
		return nil
	}
	a.triages.Lock() // a second press draws what the first one drew
	defer a.triages.Unlock()
	var shown slack.Blocks
	if err := a.kept(ctx, r.Key, triageName(first), &shown); err != nil {
		return err
	}
	for n, b := range shown.BlockSet {
		switch row := b.(type) {
		case *slack.SectionBlock:
			if row.BlockID == block && row.Accessory != nil {
				row.Accessory = nil
				row.Text.Text = ":white_check_mark: Done: " + row.Text.Text
			}
		case *slack.ContextBlock:
			if said, ok := strings.CutPrefix(blockText(row), untouched+" · "); ok {
				shown.BlockSet[n] = contextLine(said)
			}
		}
	}
	a.keepAs(ctx, r, triageName(first), shown)
	return a.replace(ctx, r, Message{Blocks: shown.BlockSet})
}
