package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"linearbot/assistant"
	"linearbot/linear"
)

// formMeta travels in the form's private metadata (3,000 characters): references,
// no authority. Who may do what is asked again at submit.
type formMeta struct {
	ID       string    `json:"id"`           // of the issue to be: a retry or a double submit cannot make two
	Team     string    `json:"t,omitempty"`  // the team the dependent fields belong to
	More     bool      `json:"m,omitempty"`  // the further fields are open
	Channel  string    `json:"c,omitempty"`  // where it was opened
	Response string    `json:"r,omitempty"`  // response_url of the command that opened it
	Source   *formFrom `json:"s,omitempty"`  // the message it is made from
	Revision int       `json:"v,omitempty"`  // how often the form was rebuilt
	Redrawn  bool      `json:"w,omitempty"`  // title and description show the draft's text, not what Slack remembers
	Seen     bool      `json:"z,omitempty"`  // similar issues were shown
	Issue    string    `json:"i,omitempty"`  // the issue a form edits, links or comments on
	Message  string    `json:"ts,omitempty"` // the message a list is shown in
	Shown    string    `json:"b,omitempty"`  // where the issue is kept as an edit form showed it
	Kind     string    `json:"k,omitempty"`  // of settings: user or channel
	HomeTeam string    `json:"h,omitempty"`  // Slack team
}

// formFrom is the message a form was opened from.
type formFrom struct {
	Channel string `json:"c"`
	TS      string `json:"t"`           // of the message
	Root    string `json:"r"`           // of its thread
	Text    string `json:"x,omitempty"` // of the message, shortened
	User    string `json:"u,omitempty"` // who wrote it
}

func (m formMeta) text() string {
	b, err := json.Marshal(m)
	if err != nil {
		return "{}"
	}
	return string(b)
}

// draft is what a form holds where it does not show the fields: the thread comes
// along unless that was unticked.
func (m formMeta) draft() draft {
	return draft{ID: m.ID, Thread: m.Source != nil, Files: m.Source != nil}
}

func readMeta(text string) formMeta {
	var m formMeta
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return formMeta{}
	}
	return m
}

// openForm opens the New issue form: at once from the cache, or as a skeleton
// that is filled when the names are there. A trigger lives 3 s and works once.
func (a *App) openForm(ctx context.Context, r *request, d draft, from *formFrom) error {
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return err
	}
	if r.Trigger == "" || r.Resumed {
		return a.reply(ctx, r, a.offerForm(ctx, r, d, from))
	}
	if from != nil {
		return a.openThreadForm(ctx, r, s, d, from, true)
	}
	meta := formMeta{ID: linear.NewID(), Channel: r.Channel, Response: r.Response, Source: from, HomeTeam: r.HomeTeam}
	d.ID = meta.ID
	dir, warm := s.CachedDirectory()
	if !warm {
		return a.openCold(ctx, r, s, d, meta)
	}
	view := a.formView(ctx, r, dir, &d, &meta)
	opened, err := a.Quick.OpenViewContext(ctx, r.Trigger, view)
	if err == nil {
		a.lookAhead(ctx, r, opened.ID, d.Title, 0)
	}
	return a.triggerLost(ctx, r, d, from, a.opened(err))
}

// openCold opens the skeleton and fills it in place.
func (a *App) openCold(ctx context.Context, r *request, s *linear.Session, d draft, meta formMeta) error {
	opened, err := a.Quick.OpenViewContext(ctx, r.Trigger, newIssueLoading(d, meta.text()))
	if err := a.opened(err); err != nil {
		return a.triggerLost(ctx, r, d, meta.Source, err)
	}
	dir, err := s.Directory(ctx)
	if err != nil {
		f := a.failure(ctx, r, err)
		_, upErr := a.API.UpdateViewContext(ctx, failedView("New Linear issue", f, ""), "", "", opened.ID)
		return errors.Join(err, upErr)
	}
	_, err = a.API.UpdateViewContext(ctx, a.formView(ctx, r, dir, &d, &meta), "", "", opened.ID)
	return wrapSlack("views.update", err)
}

// opened tells a dead trigger from other trouble: Slack says it in two ways.
func (a *App) opened(err error) error {
	if err == nil {
		return nil
	}
	if triggerDead(err) {
		return &triggerError{cause: err}
	}
	return wrapSlack("views.open", err)
}

// formView fills in defaults and draws the form.
func (a *App) formView(ctx context.Context, r *request, dir *linear.Directory, d *draft, meta *formMeta) slack.ModalViewRequest {
	return a.formOf(ctx, r, dir, d, meta).view()
}

// formOf is the form with the defaults filled in: what was typed wins, then the
// channel's, then the person's own, then the team's.
func (a *App) formOf(ctx context.Context, r *request, dir *linear.Directory, d *draft, meta *formMeta) newIssue {
	own, channel := a.savedDefaults(ctx, r.Key, meta.Channel)
	if d.TeamID == "" {
		d.TeamID = firstTeam(dir, channel.TeamID, own.TeamID, a.lastTeam(ctx, r.Key))
	}
	from := ""
	switch d.TeamID {
	case "":
	case channel.TeamID:
		from = "this channel"
	case own.TeamID:
		from = "your settings"
	}
	if own.AssignMe && d.AssigneeID == "" {
		d.AssigneeID = dir.Viewer.ID
	}
	d.ProjectID = firstOf(d.ProjectID, firstOf(channel.ProjectID, own.ProjectID))
	if len(d.LabelIDs) == 0 {
		d.LabelIDs = channel.LabelIDs
		if len(d.LabelIDs) == 0 {
			d.LabelIDs = own.LabelIDs
		}
	}
	d.TemplateID = firstOf(d.TemplateID, channel.TemplateID)
	*d, _ = d.forTeam(dir, d.TeamID) // defaults of another team do not count
	meta.Team = d.TeamID
	d.Post = d.Post || channel.Post || own.Post
	n := a.formAs(ctx, dir, *d, *meta)
	n.Defaults = from
	return n
}

// formAs is the form as it stands, without new defaults.
func (a *App) formAs(ctx context.Context, dir *linear.Directory, d draft, meta formMeta) newIssue {
	n := newIssue{Meta: meta.text(), Dir: dir, Draft: d, More: meta.More, As: dir.Viewer.Name, Workspace: dir.Organization.Name}
	if meta.Source != nil {
		n.Source = &source{Reading: true}
	} else if meta.Channel != "" && meta.Channel[0] != 'D' {
		n.Channel = a.nameOfChannel(ctx, meta.Channel)
	}
	return n
}

// firstTeam is the first of the ids that exists, else the only team.
func firstTeam(dir *linear.Directory, ids ...string) string {
	for _, id := range ids {
		if _, ok := teamByID(dir, id); ok {
			return id
		}
	}
	if len(dir.Teams) == 1 {
		return dir.Teams[0].ID
	}
	return ""
}

// redrawForm answers a change inside the form that moves other fields: the team,
// or more fields.
func (a *App) redrawForm(ctx context.Context, r *request, change func(*formMeta, *draft)) error {
	v := r.Interaction.View
	meta := readMeta(v.PrivateMetadata)
	d := readDraft(meta.draft(), v.State)
	s, dir, err := a.names(ctx, r.Key)
	if err != nil {
		return err
	}
	meta.Revision++
	change(&meta, &d)
	var cleared []string
	if d.TeamID != meta.Team {
		d, cleared = d.forTeam(dir, d.TeamID)
		meta.Team = d.TeamID
	}
	n := a.formAs(ctx, dir, d, meta)
	n.Cleared, n.Template = cleared, d.TemplateID != "" && d.Description != ""
	if meta.Revision > 0 && meta.Redrawn {
		n.Revision = strconv.Itoa(meta.Revision)
	}
	if meta.Source != nil {
		n.Source = a.sourceOf(ctx, r, s, meta.Source)
	}
	_, err = a.API.UpdateViewContext(ctx, n.view(), "", v.Hash, v.ID)
	return wrapSlack("views.update", err)
}

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
	return a.race(ctx, r, creating(meta.text()), func(ctx context.Context) (linear.Issue, error) {
		return a.createFromForm(ctx, r, s, meta, d)
	}, func(ctx context.Context, i linear.Issue, err error) slack.ModalViewRequest {
		if err != nil {
			return failedView("New Linear issue", a.failure(ctx, r, err), a.keep(ctx, r, keptDraft, heldDraft{Meta: meta, Draft: d}))
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
		go func() {
			o := <-done
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
	if meta.Source != nil && d.Thread {
		d.Description = a.withThread(ctx, r, s, meta.Source, d)
	}
	if team, ok := teamByID(dir, d.TeamID); ok && d.TemplateID != "" && d.StateID == team.DefaultStateID {
		d.StateID = "" // nobody chose it: the template may
	}
	plan := assistant.Plan{Steps: []assistant.Step{{Tool: linear.ToolCreate, Input: d.createInput()}}}
	out, err := a.run(ctx, r, s, "modal", meta.ID, plan)
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
	a.announce(ctx, r, meta, d, issue, out.ProposalID)
	return issue, nil
}

// withThread is the description with the thread below it, its files uploaded when
// that was ticked.
func (a *App) withThread(ctx context.Context, r *request, s *linear.Session, from *formFrom, d draft) string {
	t := a.readThread(ctx, r, s, from)
	t.Description = d.Description
	if d.Files {
		uploaded := a.attached(ctx, r, s, t)
		t.Attached = func(f slack.File) string { return uploaded[f.ID] }
	}
	return t.transcribe().Body
}

// announce shows the new issue: in the thread it came from, in the channel when
// the person ticked that, else to the person alone.
func (a *App) announce(ctx context.Context, r *request, meta formMeta, d draft, i linear.Issue, undo string) {
	c := card{Issue: i, Head: createdHead(i), Lines: []outcome{{Text: "", UndoID: undo}}}
	if meta.Source != nil {
		a.announceInThread(ctx, r, meta.Source, c)
		return
	}
	to := *r
	to.Channel, to.Response = meta.Channel, meta.Response
	m := c.full()
	if d.Post && !i.Team.Private() {
		c.Public = true
		_, _, err := a.API.PostMessageContext(ctx, meta.Channel, c.full().options()...)
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

// submitFailed is a form's answer when nothing could be tried.
func (a *App) submitFailed(ctx context.Context, r *request, title string, err error, d draft) any {
	if r.Resumed {
		r.raced = err
		return nil
	}
	view := failedView(title, a.failure(ctx, r, err), a.keep(ctx, r, keptDraft, heldDraft{Meta: readMeta(r.Interaction.View.PrivateMetadata), Draft: d}))
	return slack.NewUpdateViewSubmissionResponse(&view)
}

func asker(r *request, source string) assistant.Asker {
	return assistant.Asker{Key: r.Key, Source: source}
}
