package slackapp

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"linearbot/assistant"
	"linearbot/linear"
)

// similarCap bounds the search for likely duplicates; without an answer in time
// the issue is created.
const similarCap = 1200 * time.Millisecond

// similarTo finds open issues that look like the one being written: at least two
// telling words of the title in common, and half of all of them.
func (a *App) similarTo(ctx context.Context, r *request, s *linear.Session, d draft) []similar {
	words := assistant.TellingWords(d.Title)
	if len(words) < 2 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, similarCap)
	defer cancel()
	found, ok := a.looks.get(ctx, r.Interaction.View.ID, words)
	if !ok {
		found = a.looks.now(r.Interaction.View.ID, words, func() (linear.IssuePage, error) { return a.lookFor(ctx, r, s, words) })
	}
	type ranked struct {
		similar
		share int
	}
	var all []ranked
	for _, i := range found {
		shared := assistant.SharedWords(words, assistant.TellingWords(i.Title))
		itself := i.Title == d.Title && time.Since(i.CreatedAt) < time.Minute // the form was sent twice
		if itself || !i.State.Open() || len(shared) < sharedNeeded(words) {
			continue
		}
		all = append(all, ranked{similar{Issue: i, Matches: strings.Join(shared, " ")}, len(shared)})
	}
	slices.SortStableFunc(all, func(x, y ranked) int { return cmp.Compare(y.share, x.share) })
	var out []similar
	for _, x := range all[:min(len(all), 3)] {
		out = append(out, x.similar)
	}
	return out
}

// sharedNeeded is how many of the telling words a likely duplicate has.
func sharedNeeded(words []string) int { return max(2, (len(words)+1)/2) }

// askAboutSimilar is the view that comes before a likely duplicate; nil when there
// is none. The form stays below it, and its draft is kept.
func (a *App) askAboutSimilar(ctx context.Context, r *request, s *linear.Session, meta formMeta, d draft) any {
	if meta.Seen || r.Resumed {
		return nil
	}
	found := a.similarTo(ctx, r, s, d)
	if len(found) == 0 {
		return nil
	}
	meta.Seen = true
	held := a.keep(ctx, r, keptDraft, heldDraft{Meta: meta, Draft: d})
	if held == "" {
		return nil
	}
	view := similarIssues(held, found)
	return slack.NewPushViewSubmissionResponse(&view)
}

// submitAnyway creates the issue although others look alike.
func (a *App) submitAnyway(ctx context.Context, r *request) any {
	h, s, err := a.heldForm(ctx, r, r.Interaction.View.PrivateMetadata)
	if err != nil {
		return a.submitFailed(ctx, r, "New Linear issue", err, draft{})
	}
	return a.raceCreate(ctx, r, s, h.Meta, h.Draft)
}

func (a *App) heldForm(ctx context.Context, r *request, name string) (heldDraft, *linear.Session, error) {
	var h heldDraft
	if err := a.kept(ctx, r.Key, name, &h); err != nil {
		return h, nil, err
	}
	s, err := a.Accounts.Session(ctx, r.Key)
	return h, s, err
}

// useSimilar adds what was written to an issue that exists, instead of making one,
// and links the source message to it.
func (a *App) useSimilar(ctx context.Context, r *request, issueID string) error {
	v := r.Interaction.View
	h, s, err := a.heldForm(ctx, r, v.PrivateMetadata)
	if err != nil {
		return err
	}
	text, missing := h.Draft.Title, gapNone
	switch {
	case h.Meta.Source != nil && h.Draft.Thread:
		var body string
		body, missing = a.withThread(ctx, r, s, h.Meta.Source, h.Draft)
		text += "\n\n" + body
	case h.Draft.Description != "":
		text += "\n\n" + h.Draft.Description
	}
	issue, err := a.useIssue(ctx, r, s, h.Meta, issueID, text, missing)
	view := loading("New Linear issue", "Added to "+issueLink(issue)+" as a comment. No new issue was created.")
	if err != nil {
		view = failedView("New Linear issue", a.failure(ctx, r, err), v.PrivateMetadata)
	}
	_, err = a.API.UpdateViewContext(ctx, view, "", "", v.ID)
	return wrapSlack("views.update", err)
}

func (a *App) useIssue(ctx context.Context, r *request, s *linear.Session, meta formMeta, issueID, text string, missing gap) (linear.Issue, error) {
	issue, err := s.Issue(ctx, issueID)
	if err != nil {
		return issue, err
	}
	if err := a.addComment(ctx, r, s, meta.ID, issue.ID, text); err != nil {
		return issue, err
	}
	if meta.Source == nil {
		return issue, nil
	}
	if err := a.attach(ctx, s, issue.ID, meta.Source); err != nil {
		a.Log.WarnContext(ctx, "thread not attached", "ref", r.Ref, "err", err)
	}
	c := card{Issue: issue, Head: cardHead{Kind: headLinked, By: r.Key.UserID}}
	if line, ok := missing.missing(a.bot.Name, issue.ID, meta.Source); ok {
		c.Lines = append(c.Lines, line)
	}
	a.announceInThread(ctx, r, meta.Source, c)
	return issue, nil
}
