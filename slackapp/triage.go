package slackapp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"linearbot/assistant"
	"linearbot/linear"
)

// triageWords ask for help with an issue that has just come in.
var triageWords = regexp.MustCompile(`(?i)^\s*(?:please\s+|can you\s+|could you\s+)?triage\s+(\S+?)(?:\s+please)?\s*[.!?]*$`)

// likeIt are issues that look like the one to triage, the likest first.
type likeIt struct {
	issue  linear.Issue
	shared []string
}

// suggestion is one change that similar issues speak for, with why.
type suggestion struct {
	plan   assistant.Plan
	label  string // of its button
	reason string
}

// triage suggests fields for an issue from similar ones, and which of those may be
// the same: each with its reason and a button of its own. Nothing is changed.
func (a *App) triage(ctx context.Context, r *request, s *linear.Session, memory assistant.Memory, what string) (Message, error) {
	ref, ok := linear.ParseRef(what)
	if !ok && len(memory.Issues) == 1 {
		ref, ok = memory.Issues[0], true
	}
	if !ok {
		return questionMessage(assistant.Question{Kind: assistant.AskIssue}, ""), nil
	}
	issue, err := s.Issue(ctx, ref)
	if err != nil {
		return Message{}, err
	}
	r.shows(issue)
	alike, err := a.alike(ctx, s, issue)
	if err != nil {
		return Message{}, err
	}
	m := sayText("*Triage of* " + issueLink(issue) + " " + inline(issue.Title, 150))
	found := 0
	for _, one := range suggestions(issue, alike) {
		block, err := a.suggested(ctx, r, s, one)
		if err != nil {
			return Message{}, err
		}
		if block != nil {
			m, found = m.with(block), found+1
		}
	}
	if found == 0 {
		return m.with(section("I have nothing to suggest: no similar issue says more than this one does.")), nil
	}
	return m.with(contextLine(dotted("Nothing was changed", "Suggested from "+plural(len(alike), "similar issue", "similar issues")))), nil
}

// alike reads issues that share telling words of the title.
func (a *App) alike(ctx context.Context, s *linear.Session, issue linear.Issue) ([]likeIt, error) {
	words := tellingWords(issue.Title)
	if len(words) == 0 {
		return nil, nil
	}
	filter := openWithAny(words)
	delete(filter, "state") // what was done with finished ones tells as much
	page, err := s.Issues(ctx, linear.IssueQuery{Filter: filter, First: 50})
	if err != nil {
		return nil, err
	}
	var all []likeIt
	for _, i := range page.Issues {
		shared := sharedWords(words, tellingWords(i.Title))
		if i.ID != issue.ID && len(shared) >= min(2, len(words)) {
			all = append(all, likeIt{i, shared})
		}
	}
	slices.SortStableFunc(all, func(x, y likeIt) int { return cmp.Compare(len(y.shared), len(x.shared)) })
	return all[:min(len(all), 10)], nil
}

// suggestions are what at least half of the similar issues agree on where the
// issue says nothing, and the open ones that may be the same.
func suggestions(issue linear.Issue, alike []likeIt) []suggestion {
	var all []suggestion
	set := func(field, value, label string, names []string) {
		input := map[string]any{"issueId": issue.ID}
		switch field {
		case "addLabels":
			input[field] = []any{value}
		default:
			input[field] = value
		}
		all = append(all, suggestion{
			plan:  assistant.Plan{Steps: []assistant.Step{{Tool: linear.ToolUpdate, Input: input}}},
			label: label, reason: fmt.Sprintf("%d of %d similar issues have it: %s", len(names), len(alike), strings.Join(names[:min(len(names), 3)], ", ")),
		})
	}
	if issue.Priority == 0 {
		if value, names := agreed(alike, func(i linear.Issue) []string { return nonZero(strconv.Itoa(int(i.Priority))) }); value != "" {
			set("priority", value, "Set priority", names)
		}
	}
	if issue.Assignee == nil {
		if value, names := agreed(alike, func(i linear.Issue) []string {
			if i.Assignee == nil || i.Team.ID != issue.Team.ID {
				return nil
			}
			return []string{i.Assignee.ID}
		}); value != "" {
			set("assigneeId", value, "Assign", names)
		}
	}
	var has []string
	for _, l := range issue.Labels.Nodes {
		has = append(has, l.ID)
	}
	if value, names := agreed(alike, func(i linear.Issue) []string {
		var ids []string
		for _, l := range i.Labels.Nodes {
			if i.Team.ID == issue.Team.ID && !slices.Contains(has, l.ID) {
				ids = append(ids, l.ID)
			}
		}
		return ids
	}); value != "" {
		set("addLabels", value, "Add label", names)
	}
	return append(all, sameAs(issue, alike)...)
}

func nonZero(n string) []string {
	if n == "0" {
		return nil
	}
	return []string{n}
}

// agreed is the value that most similar issues have, when at least half of them
// do, and which ones.
func agreed(alike []likeIt, values func(linear.Issue) []string) (value string, names []string) {
	by := map[string][]string{}
	for _, l := range alike {
		for _, v := range values(l.issue) {
			by[v] = append(by[v], l.issue.Identifier)
		}
	}
	for _, v := range slices.Sorted(maps.Keys(by)) {
		if len(by[v]) > len(names) {
			value, names = v, by[v]
		}
	}
	if 2*len(names) < len(alike) {
		return "", nil
	}
	return value, names
}

// sameAs suggests the likest open issue as the one that this one repeats.
func sameAs(issue linear.Issue, alike []likeIt) []suggestion {
	words := len(tellingWords(issue.Title))
	for _, l := range alike {
		if !l.issue.State.Open() || 2*len(l.shared) < words {
			continue
		}
		const document = "mutation Duplicate($input: IssueRelationCreateInput!) { issueRelationCreate(input: $input) { success } }"
		return []suggestion{{
			plan: assistant.Plan{Steps: []assistant.Step{{Tool: linear.ToolQuery, Input: map[string]any{
				"query": document, "variables": map[string]any{"input": map[string]any{"type": "duplicate", "issueId": issue.ID, "relatedIssueId": l.issue.ID}},
			}}}},
			label:  "Mark as duplicate",
			reason: "Duplicate of " + l.issue.Identifier + " " + l.issue.Title + "? Both say: " + strings.Join(l.shared, " "),
		}}
	}
	return nil
}

// suggested freezes one suggestion and shows it with its button.
func (a *App) suggested(ctx context.Context, r *request, s *linear.Session, one suggestion) (slack.Block, error) {
	prop, err := a.Engine.Propose(ctx, asker(r, sourceOfRequest(r)), s, one.plan)
	if err != nil || prop.ID == "" {
		return nil, err
	}
	text := inline(one.reason, 300)
	for _, c := range itemOf(prop.Changes[0]).Changes {
		text = c.text(280) + "\n" + text
	}
	return section(text, button(one.label, actApplyOne, prop.ID)), nil
}

// pressApplyOne applies one suggestion; the others stay where they are.
func (a *App) pressApplyOne(ctx context.Context, r *request, id string) error {
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return err
	}
	out, err := a.Engine.Apply(ctx, asker(r, "button"), s, id)
	stale, changed := errors.AsType[*assistant.StaleError](err)
	switch {
	case changed:
		return a.reply(ctx, r, staleMessage(stale).with(a.preview(stale.Proposal).Blocks...))
	case errors.Is(err, assistant.ErrAlready):
		return nil // a second click does nothing
	case err != nil:
		return a.refusedPress(ctx, r, id, err)
	}
	return a.reply(ctx, r, a.results(out))
}
