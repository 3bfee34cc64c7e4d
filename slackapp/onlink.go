package slackapp

import (
	"context"
	"fmt"

	"github.com/slack-go/slack"

	"linearbot/linear"
)

// openLink asks which issue the message's thread belongs to.
func (a *App) openLink(ctx context.Context, r *request, from *formFrom) error {
	if _, err := a.Accounts.Session(ctx, r.Key); err != nil {
		return err
	}
	if r.Resumed {
		return a.reply(ctx, r, sayText("You're connected. Pick *Link to Linear issue* on the message again."))
	}
	meta := formMeta{ID: linear.NewID(), Channel: r.Channel, Response: r.Response, Source: from, HomeTeam: r.HomeTeam}
	_, err := a.Quick.OpenViewContext(ctx, r.Trigger, linkIssue(meta.text(), nil))
	return a.opened(err)
}

// submitLink attaches the thread to the issue, adds it as a comment when that was
// ticked, and shows the issue in the thread.
func (a *App) submitLink(ctx context.Context, r *request) any {
	v := r.Interaction.View
	meta := readMeta(v.PrivateMetadata)
	ref := fieldText(v.State, fieldIssue)
	if ref == "" || meta.Source == nil {
		return a.wrongFields(map[string]string{fieldIssue: "Pick an issue."}, v.State)
	}
	withThread := ticked(v.State, fieldThread, optionIncludeThread)
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return a.submitFailed(ctx, r, "Link to issue", err, draft{})
	}
	return a.race(ctx, r, savingView("Link to issue", meta.text()), func(ctx context.Context) (linear.Issue, error) {
		return a.linkThread(ctx, r, s, meta, ref, withThread)
	}, func(ctx context.Context, i linear.Issue, err error) slack.ModalViewRequest {
		if err != nil {
			return failedView("Link to issue", a.failure(ctx, r, err), "")
		}
		return loading("Link to issue", "Linked to "+inline(i.Identifier, 40)+".")
	})
}

func (a *App) linkThread(ctx context.Context, r *request, s *linear.Session, meta formMeta, ref string, withThread bool) (linear.Issue, error) {
	issue, _, ok := s.Seen(ref)
	if !ok {
		var err error
		if issue, err = s.Issue(ctx, ref); err != nil {
			return linear.Issue{}, err
		}
	}
	if err := a.attach(ctx, s, issue.ID, meta.Source); err != nil {
		return linear.Issue{}, err
	}
	c := card{Issue: issue, Head: cardHead{Kind: headLinked, By: r.Key.UserID}}
	if withThread {
		t, missing := a.readThread(ctx, r, s, meta.Source)
		if err := a.addComment(ctx, r, s, meta.ID, issue.ID, t.transcribe().Body); err != nil {
			return linear.Issue{}, err
		}
		if line, ok := missing.missing(a.bot.Name, issue.ID, meta.Source); ok {
			c.Lines = append(c.Lines, line)
		}
	}
	a.announceInThread(ctx, r, meta.Source, c)
	return issue, nil
}

// attach puts the thread's permalink on the issue, which is also how an issue is
// found again from its thread.
func (a *App) attach(ctx context.Context, s *linear.Session, issueID string, from *formFrom) error {
	address := a.permalink(ctx, from.Channel, from.Root)
	if address == "" {
		return nil
	}
	title := "Slack thread"
	if c := a.channel(ctx, from.Channel); c != nil && c.Name != "" && !c.IsIM && !c.IsMpIM {
		title = "Slack thread in #" + c.Name
	}
	if err := s.LinkURL(ctx, linear.AttachmentCreate{IssueID: issueID, URL: address, Title: title}); err != nil {
		return fmt.Errorf("attach thread: %w", err)
	}
	return nil
}

// addComment adds text to an issue once, however often it is called with a seed.
func (a *App) addComment(ctx context.Context, r *request, s *linear.Session, seed, issueID, body string) error {
	p, err := commentPlan(issueID, body)
	if err != nil {
		return err
	}
	out, err := a.run(ctx, r, s, sourceForm, seed, p)
	if err != nil {
		return err
	}
	for _, res := range out.Results {
		if res.Err != nil {
			return res.Err
		}
	}
	return nil
}

// linked is the issue that a thread is attached to; ok is false for none, or when
// Linear did not say in time.
func (a *App) linked(ctx context.Context, s *linear.Session, from *formFrom) (linear.Issue, bool) {
	address := a.permalink(ctx, from.Channel, from.Root)
	if address == "" {
		return linear.Issue{}, false
	}
	found, err := s.IssuesForURL(ctx, address)
	if err != nil {
		a.Log.InfoContext(ctx, "linked issue not looked up", "err", err)
	}
	for _, i := range found {
		if !i.Trashed {
			return i, true
		}
	}
	return linear.Issue{}, false
}
