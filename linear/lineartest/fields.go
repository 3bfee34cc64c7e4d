package lineartest

import (
	"slices"
	"time"
)

// This file says what a filter finds under each field name. Names that the
// schema does not offer never arrive: documents are validated first.

func (m *meta) common(name string) any {
	switch name {
	case "id":
		return m.ID
	case "createdAt":
		return m.CreatedAt
	case "updatedAt":
		return m.UpdatedAt
	case "archivedAt":
		return moment(m.Archived)
	}
	return nil
}

// moment is nil for an unset time.
func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// text is nil for an unset nullable text.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (u *user) field(c *call, name string) any {
	switch name {
	case "name":
		return u.Name
	case "displayName":
		return u.DisplayName
	case "email":
		return u.Email
	case "isMe":
		return u == c.viewer
	case "active":
		return u.Active
	case "admin":
		return u.Admin
	case "app":
		return u.App
	}
	return u.common(name)
}

func (t *team) field(c *call, name string) any {
	switch name {
	case "key":
		return t.Key
	case "name":
		return t.Name
	case "private":
		return t.private
	case "visibility":
		return t.visibility()
	case "members":
		return many(t.members)
	case "description":
		return nil
	}
	return t.common(name)
}

func (t *team) visibility() string {
	if t.private {
		return "private"
	}
	return "public"
}

func (s *state) field(c *call, name string) any {
	switch name {
	case "name":
		return s.Name
	case "type":
		return s.Type
	case "position":
		return s.Position
	case "team":
		return s.team
	case "issues":
		return many(c.issuesWhere(func(i *issue) bool { return i.state == s }))
	case "description":
		return nil
	}
	return s.common(name)
}

func (y *cycle) field(c *call, name string) any {
	switch name {
	case "name":
		return text(y.name)
	case "number":
		return y.Number
	case "isActive":
		return y.active(c.now)
	case "isNext":
		return y == c.w.neighbour(y.team, c.now, 1)
	case "isPrevious":
		return y == c.w.neighbour(y.team, c.now, -1)
	case "isFuture":
		return y.Starts.After(c.now)
	case "isPast":
		return !y.Ends.After(c.now)
	case "startsAt":
		return y.Starts
	case "endsAt":
		return y.Ends
	case "completedAt":
		if y.Ends.After(c.now) {
			return nil
		}
		return y.Ends
	case "team":
		return y.team
	case "issues":
		return many(c.issuesWhere(func(i *issue) bool { return i.cycle == y }))
	}
	return y.common(name)
}

func (p *project) field(c *call, name string) any {
	switch name {
	case "name":
		return p.Name
	case "slugId":
		return p.SlugID
	case "state":
		return p.Status
	case "status":
		return projectStatus(p.Status)
	case "lead", "creator":
		return one(p.lead)
	case "members":
		if p.lead == nil {
			return []filterable{}
		}
		return []filterable{p.lead}
	case "accessibleTeams":
		return many(p.teams)
	case "issues":
		return many(c.issuesWhere(func(i *issue) bool { return i.project == p }))
	case "priority":
		return 0.0
	}
	return p.common(name)
}

// projectStatus is the status of a project as a filter sees it; Linear's own
// workspaces start with one status of each type, named for it.
type projectStatus string

func (s projectStatus) row() *meta { return &meta{ID: seedID("project status " + string(s))} }

func (s projectStatus) field(_ *call, name string) any {
	switch name {
	case "type":
		return string(s)
	case "name":
		return s.title()
	case "position":
		return 0.0
	}
	return s.row().common(name)
}

func (l *label) field(c *call, name string) any {
	switch name {
	case "name":
		return l.Name
	case "isGroup":
		return l.IsGroup
	case "parent":
		return one(l.parent)
	case "team":
		return one(l.team)
	case "creator":
		return nil
	}
	return l.common(name)
}

func (t *template) field(c *call, name string) any {
	switch name {
	case "name":
		return t.Name
	case "type":
		return t.Type
	}
	return t.common(name)
}

func (i *issue) field(c *call, name string) any {
	switch name {
	case "number":
		return float64(i.number)
	case "title":
		return i.Title
	case "description":
		return text(i.Description)
	case "priority":
		return float64(i.priority)
	case "estimate":
		if i.estimate == nil {
			return nil
		}
		return *i.estimate
	case "dueDate":
		if i.dueDate == "" {
			return nil
		}
		return date(i.dueDate)
	case "startedAt":
		return moment(i.started)
	case "completedAt":
		return moment(i.completed)
	case "canceledAt":
		return moment(i.canceled)
	case "snoozedUntilAt":
		return moment(i.snoozed)
	}
	return i.relationField(c, name)
}

func (i *issue) relationField(c *call, name string) any {
	switch name {
	case "state":
		return i.state
	case "team":
		return i.team
	case "assignee":
		return one(i.assignee)
	case "creator":
		return one(i.creator)
	case "delegate":
		return one(i.delegate)
	case "project":
		return one(i.project)
	case "cycle":
		return one(i.cycle)
	case "parent":
		return one(i.parent)
	case "labels":
		return many(i.labels)
	case "subscribers":
		return many(i.subscribers)
	case "children":
		return many(c.issuesWhere(func(k *issue) bool { return k.parent == i }))
	case "comments":
		return many(filter(c.w.comments, func(k *comment) bool { return k.issue == i }))
	case "attachments":
		return many(filter(c.w.attachments, func(a *attachment) bool { return a.issue == i }))
	}
	return i.common(name)
}

func (k *comment) field(c *call, name string) any {
	switch name {
	case "body":
		return k.Body
	case "user":
		return one(k.user)
	case "issue":
		return one(k.issue)
	case "parent":
		return one(k.parent)
	}
	return k.common(name)
}

func (a *attachment) field(c *call, name string) any {
	switch name {
	case "title":
		return a.Title
	case "subtitle":
		return text(a.Subtitle)
	case "url":
		return a.URL
	case "sourceType":
		return text(a.SourceType)
	case "creator":
		return one(a.creator)
	}
	return a.common(name)
}

// issuesWhere lists the live issues the viewer may see.
func (c *call) issuesWhere(ok func(*issue) bool) []*issue {
	return filter(c.w.issues, func(i *issue) bool { return c.w.sees(c.viewer, i.team) && i.Archived.IsZero() && ok(i) })
}

// visible lists rows, live or archived, of teams that the viewer may see.
func visible[T any](c *call, rows []*T, teamOf func(*T) *team) []*T {
	return slices.Clone(filter(rows, func(r *T) bool { return c.w.sees(c.viewer, teamOf(r)) }))
}
