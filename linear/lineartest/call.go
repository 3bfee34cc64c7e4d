package lineartest

import (
	"context"
	"slices"
	"time"
)

// call is one GraphQL request being executed: who asks, as what, and when.
// Server.mu is held for its whole life, so resolvers read and write freely.
type call struct {
	s      *Server
	w      *world
	viewer *user
	grant  *grant // nil for a personal API key
	budget *budget
	now    time.Time
	after  []func() // webhooks and notices to send once the state is settled
}

type callKey struct{}

func from(ctx context.Context) *call { return ctx.Value(callKey{}).(*call) }

// app reports whether the token acts as an app (actor=app).
func (c *call) app() bool { return c.grant != nil && c.grant.actor == "app" }

// bot is how the act is signed: nil for a person.
func (c *call) bot(asUser, iconURL *string) *bot {
	if !c.app() {
		return nil
	}
	return &bot{App: c.grant.app.Name, AsUser: deref(asUser), IconURL: deref(iconURL)}
}

// attribution refuses createAsUser with a token of a person, and an icon without a name.
func (c *call) attribution(in input) (*bot, error) {
	name, icon := in.text("createAsUser"), in.text("displayIconUrl")
	if (name != nil || icon != nil) && !c.app() {
		return nil, invalidInput("createAsUser and displayIconUrl can only be used with OAuth applications in actor=app mode")
	}
	if icon != nil && name == nil {
		return nil, invalidInput("displayIconUrl can only be used together with createAsUser")
	}
	return c.bot(name, icon), nil
}

// issueByUUID is issue for the mutations of which Linear does not say that they
// take an identifier too.
func (c *call) issueByUUID(id string) (*issue, error) {
	if !isUUID(id) {
		return nil, notFound("Issue")
	}
	return c.issue(id)
}

// issue finds a live or archived issue the viewer may see.
func (c *call) issue(ref string) (*issue, error) {
	if i := c.w.find(ref); i != nil && c.w.sees(c.viewer, i.team) {
		return i, nil
	}
	return nil, notFound("Issue")
}

// byID finds a row by UUID among those the viewer may see.
func byID[T any](c *call, entity, id string, rows []*T, at func(*T) *meta, teamOf func(*T) *team) (*T, error) {
	r := first(rows, func(r *T) bool { return at(r).ID == id })
	if r == nil || !c.w.sees(c.viewer, teamOf(r)) {
		return nil, notFound(entity)
	}
	return r, nil
}

func noTeam[T any](*T) *team { return nil }

func (c *call) team(ref string) (*team, error) {
	t := first(c.w.teams, func(t *team) bool { return t.ID == ref || t.Key == ref })
	if t == nil || !c.w.sees(c.viewer, t) {
		return nil, notFound("Team")
	}
	return t, nil
}

func (c *call) user(id string) (*user, error) {
	if id == "me" {
		return c.viewer, nil
	}
	return byID(c, "User", id, c.w.users, func(u *user) *meta { return &u.meta }, noTeam)
}

func (c *call) state(id string) (*state, error) {
	return byID(c, "WorkflowState", id, c.w.states, func(s *state) *meta { return &s.meta }, func(s *state) *team { return s.team })
}

func (c *call) project(id string) (*project, error) {
	p := first(c.w.projects, func(p *project) bool { return p.ID == id || p.SlugID == id })
	if p == nil || !c.seesProject(p) {
		return nil, notFound("Project")
	}
	return p, nil
}

func (c *call) seesProject(p *project) bool {
	return slices.ContainsFunc(p.teams, func(t *team) bool { return c.w.sees(c.viewer, t) })
}

func (c *call) cycle(id string) (*cycle, error) {
	return byID(c, "Cycle", id, c.w.cycles, func(y *cycle) *meta { return &y.meta }, func(y *cycle) *team { return y.team })
}

func (c *call) label(id string) (*label, error) {
	return byID(c, "IssueLabel", id, c.w.labels, func(l *label) *meta { return &l.meta }, func(l *label) *team { return l.team })
}

func (c *call) template(id string) (*template, error) {
	return byID(c, "Template", id, c.w.templates, func(t *template) *meta { return &t.meta }, func(t *template) *team { return t.team })
}

func (c *call) comment(id string) (*comment, error) {
	return byID(c, "Comment", id, c.w.comments, func(k *comment) *meta { return &k.meta }, func(k *comment) *team { return k.issue.team })
}

func (c *call) attachment(id string) (*attachment, error) {
	return byID(c, "Attachment", id, c.w.attachments, func(a *attachment) *meta { return &a.meta }, func(a *attachment) *team { return a.issue.team })
}

// text returns a text that was given and is not null.
func (in input) text(name string) *string {
	if s, ok := in[name].(string); ok {
		return &s
	}
	return nil
}

// texts returns a list of texts and whether it was given (null counts as empty).
func (in input) texts(name string) ([]string, bool) {
	v, ok := in[name]
	var out []string
	for _, e := range asList(v) {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
	}
	return out, ok
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
