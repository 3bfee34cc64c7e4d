package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"github.com/slack-go/slack"

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
	Text    string `json:"x,omitempty"` // of the message, unless it is long
	Kept    string `json:"k,omitempty"` // where the text of a long one is kept
	User    string `json:"u,omitempty"` // who wrote it
	Direct  bool   `json:"d,omitempty"` // a conversation between people
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

// opened tells a form that Slack did not open in time, for whatever reason of its own,
// from one that it refuses: the first is offered again, with what was typed.
func (a *App) opened(err error) error {
	if err == nil {
		return nil
	}
	if code, answered := slackCode(err); triggerDead(err) || !answered || slackUnwell(code) {
		return &triggerError{cause: wrapSlack("views.open", err)}
	}
	return wrapSlack("views.open", err)
}

// openOver opens a form over what is there: another form, or the conversation.
func (a *App) openOver(ctx context.Context, r *request, view slack.ModalViewRequest) error {
	var err error
	if r.modalID() != "" {
		_, err = a.Quick.PushViewContext(ctx, r.Trigger, view)
	} else {
		_, err = a.Quick.OpenViewContext(ctx, r.Trigger, view)
	}
	return a.opened(err)
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
		if name := a.nameOfChannel(ctx, meta.Channel); name != "" {
			from = "#" + name
		}
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

// formChanged is the form after a press in it.
func (a *App) formChanged(ctx context.Context, dir *linear.Directory, d draft, meta formMeta) newIssue {
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
	return n
}
