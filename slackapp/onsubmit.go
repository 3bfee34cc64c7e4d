package slackapp

import (
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"linearbot/assistant"
	"linearbot/linear"
)

// submitRace is how long a submitted form waits for Linear before it becomes
// "Creating your issue…". Slack waits 3 s for the acknowledgement.
const submitRace = 2200 * time.Millisecond

// submitForm checks the form here and now, then lets Linear race the clock.
func (a *App) submitForm(ctx context.Context, r *request) any {
	v := r.Interaction.View
	meta := readMeta(v.PrivateMetadata)
	d := readDraft(meta.draft(), v.State)
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return a.submitFailed(ctx, r, "New Linear issue", err, d)
	}
	dir, warm := s.CachedDirectory()
	if warm {
		d = d.submitted(dir, meta.Team)
		if wrong := d.check(dir, time.Now()); len(wrong) > 0 {
			return a.wrongFields(wrong, v.State)
		}
	}
	if again := a.askAboutSimilar(ctx, r, s, meta, d); again != nil {
		return again
	}
	return a.raceCreate(ctx, r, s, meta, d)
}

// raceCreate creates the issue, in time to close the form or after it became
// "Creating your issue…".
func (a *App) raceCreate(ctx context.Context, r *request, s *linear.Session, meta formMeta, d draft) any {
	a.looks.over(r.Interaction.View.ID)
	return a.race(ctx, r, creating(meta.text()), func(ctx context.Context) (linear.Issue, error) {
		return a.createFromForm(ctx, r, s, meta, d)
	}, func(ctx context.Context, i linear.Issue, err error) slack.ModalViewRequest {
		if err != nil {
			return failedDraft("New Linear issue", a.failure(ctx, r, err), a.keep(ctx, r, keptDraft, heldDraft{Meta: meta, Draft: d}), d)
		}
		return createdView(i)
	})
}

func (a *App) wrongFields(wrong map[string]string, state *slack.ViewState) any {
	byBlock, rest := fieldErrors(wrong, state)
	if rest != "" && len(byBlock) == 0 {
		for block := range state.Values {
			byBlock[block] = rest
			break
		}
	}
	return slack.NewErrorsViewSubmissionResponse(byBlock)
}

// race runs work against the clock. In time: the form closes. Not in time: it
// becomes meanwhile, and is updated when the work is done.
func (a *App) race(ctx context.Context, r *request, meanwhile slack.ModalViewRequest,
	work func(context.Context) (linear.Issue, error), end func(context.Context, linear.Issue, error) slack.ModalViewRequest,
) any {
	if r.Resumed { // nobody waits for an answer
		_, r.raced = work(ctx)
		return nil
	}
	type outcome struct {
		issue linear.Issue
		err   error
	}
	done := make(chan outcome, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), handleCap)
		defer cancel()
		var o outcome
		o.err = guarded(ctx, func(ctx context.Context) (err error) { o.issue, err = work(ctx); return err })
		done <- o
	}()
	timer := time.NewTimer(max(submitRace-time.Since(r.began), 100*time.Millisecond))
	defer timer.Stop()
	select {
	case o := <-done:
		if o.err != nil {
			return slack.NewUpdateViewSubmissionResponse(new(end(ctx, o.issue, o.err)))
		}
		return slack.NewClearViewSubmissionResponse()
	case <-timer.C:
		r.late = true
		// From here on the person relies on being told: the next process goes on with
		// it when this one is gone.
		_, journaled := a.journal(ctx, r.raw, r)
		go func() {
			o := <-done
			defer a.finish(r, journaled)
			a.waited(r)
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), handleCap)
			defer cancel()
			view := end(ctx, o.issue, o.err)
			if _, err := a.API.UpdateViewContext(ctx, view, "", "", r.Interaction.View.ID); err != nil {
				a.Log.InfoContext(ctx, "form was closed meanwhile", "ref", r.Ref, "err", err)
				if o.err != nil {
					a.fail(ctx, r, o.err)
				}
			}
		}()
		return slack.NewUpdateViewSubmissionResponse(&meanwhile)
	}
}

// createFromForm makes the issue and shows the card where the form was opened.
func (a *App) createFromForm(ctx context.Context, r *request, s *linear.Session, meta formMeta, d draft) (linear.Issue, error) {
	dir, err := s.Directory(ctx)
	if err != nil {
		return linear.Issue{}, err
	}
	d = d.submitted(dir, meta.Team)
	missing := gapNone
	if meta.Source != nil && d.Thread {
		d.Description, missing = a.withThread(ctx, r, s, meta.Source, d)
	}
	if team, ok := teamByID(dir, d.TeamID); ok && d.TemplateID != "" && d.StateID == team.DefaultStateID {
		d.StateID = "" // nobody chose it: the template may
	}
	plan := assistant.Plan{Steps: []assistant.Step{{Tool: linear.ToolCreate, Input: d.createInput()}}}
	from := sourceForm
	if meta.Source != nil {
		from = sourceShortcut
	}
	out, err := a.run(ctx, r, s, from, meta.ID, plan)
	if err != nil {
		return linear.Issue{}, err
	}
	if len(out.Results) == 0 {
		return linear.Issue{}, errors.New("a create without a result")
	}
	if err := out.Results[0].Err; err != nil {
		return linear.Issue{}, err
	}
	issue := out.Results[0].Issue
	a.rememberTeam(ctx, r.Key, issue.Team.ID)
	if meta.Source != nil {
		if err := a.attach(ctx, s, issue.ID, meta.Source); err != nil {
			a.Log.WarnContext(ctx, "thread not attached", "ref", r.Ref, "err", err)
		}
	}
	c := card{Issue: issue, Head: cardHead{Kind: headCreated, UndoID: out.ProposalID}}
	if line, ok := missing.missing(a.bot.Name, issue.ID, meta.Source); ok {
		c.Lines = append(c.Lines, line)
	}
	a.announce(ctx, r, meta, d, c)
	return issue, nil
}

// withThread is the description with the thread below it, its files uploaded when
// that was ticked; and why only one message of it is there.
func (a *App) withThread(ctx context.Context, r *request, s *linear.Session, from *formFrom, d draft) (string, gap) {
	t, missing := a.readThread(ctx, r, s, from)
	t.Description = d.Description
	if d.Files {
		uploaded := a.attached(ctx, r, s, t)
		t.Attached = func(f slack.File) string { return uploaded[f.ID] }
	}
	return t.transcribe().Body, missing
}

// announce shows the new issue: in the thread it came from, in the channel when
// the person ticked that, else to the person alone.
func (a *App) announce(ctx context.Context, r *request, meta formMeta, d draft, c card) {
	if meta.Source != nil {
		a.announceInThread(ctx, r, meta.Source, c)
		return
	}
	to := *r
	to.Channel, to.Response = meta.Channel, meta.Response
	m := c.full()
	if d.Post && !c.Issue.Team.Private() {
		c.Public = true
		err := a.post(ctx, meta.Channel, "", c.full())
		if err == nil {
			return
		}
		f := sayAbout(err, about{Channel: a.nameOfChannel(ctx, meta.Channel), Bot: a.bot.Name})
		m = m.with(contextLine(f.Text)) // the person alone sees it, and why
	}
	if err := a.reply(ctx, &to, m); err != nil {
		a.Log.WarnContext(ctx, "card not shown", "ref", r.Ref, "err", err)
	}
}

// submitFailed is a form's answer when nothing could be tried. A draft of a new issue
// is kept for Try again; of other forms the text stands below.
func (a *App) submitFailed(ctx context.Context, r *request, title string, err error, d draft) any {
	if r.Resumed {
		r.raced = err
		return nil
	}
	f, held := a.failure(ctx, r, err), ""
	if d.ID != "" {
		held = a.keep(ctx, r, keptDraft, heldDraft{Meta: readMeta(r.Interaction.View.PrivateMetadata), Draft: d})
	} else {
		d = typedIn(r.Interaction.View.State)
	}
	view := failedDraft(title, f, held, d)
	return slack.NewUpdateViewSubmissionResponse(&view)
}

func asker(r *request, source string) assistant.Asker {
	return assistant.Asker{Key: r.Key, Source: source, Ref: r.Ref}
}
