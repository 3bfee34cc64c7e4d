package slackapp

import (
	"context"
	"errors"
	"slices"
	"strings"

	"linearbot/assistant"
)

// undo takes one change back; "" is the person's last one.
func (a *App) undo(ctx context.Context, r *request, id string) (Message, error) {
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return Message{}, err
	}
	out, err := a.Engine.Undo(ctx, asker(r, sourceOfRequest(r)), s, id)
	if err == nil && outcomeUnknown(out) { // once more: what went through is found as it was before
		out, err = a.Engine.Undo(ctx, asker(r, sourceOfRequest(r)), s, out.ProposalID)
	}
	if err != nil && !errors.Is(err, assistant.ErrAlready) {
		return Message{}, a.refusedPress(ctx, r, id, err)
	}
	if len(out.Results) == 1 && out.Results[0].Err != nil {
		return Message{}, out.Results[0].Err
	}
	var lines []string
	for _, res := range out.Results {
		r.wrote = r.wrote || res.Undone
		line := inline(firstOf(firstOf(res.Change.Issue.Identifier, res.Issue.Identifier), "That change"), 40)
		switch {
		case res.Err != nil:
			line += ": not taken back, " + problemWords(res.Err)
		case len(res.Kept) > 0:
			line = keptWords(line, res)
		case res.Skipped != "":
			line += ": " + inline(res.Skipped, 300)
		case res.Change.Kind == "create":
			line += ": moved to Linear's trash, where it can be restored for 30 days"
		case res.Change.Kind == assistant.ChangeComment:
			line += ": the comment is deleted"
		default:
			line += ": as it was before"
		}
		lines = append(lines, line)
	}
	said := strings.Join(lines, "\n")
	if !slices.ContainsFunc(out.Results, func(res assistant.Result) bool { return res.Undone }) {
		return sayText(said), nil
	}
	return undone(said), nil
}

// keptWords says which fields an undo left alone, and whose they are now.
func keptWords(identifier string, res assistant.Result) string {
	var parts []string
	for _, k := range res.Kept {
		who := ""
		if k.By != "" {
			who = " by " + inline(k.By, 60)
		}
		if !k.At.IsZero() {
			who += " at " + clock(k.At)
		}
		parts = append(parts, identifier+"'s "+strings.ToLower(fieldLabel(k.Field))+" was changed again"+who+", so I left it as it is.")
	}
	if len(res.Kept) < len(res.Change.Fields) {
		parts = append(parts, "The rest is as it was before.")
	}
	return strings.Join(parts, " ")
}
