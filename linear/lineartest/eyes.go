package lineartest

import (
	"slices"
	"sort"
	"time"
)

// Issue is one issue as it stands, with names instead of ids.
type Issue struct {
	ID, Identifier, URL    string
	Title, Description     string
	Team, TeamKey          string
	Private                bool
	State, StateType       string
	Priority               int // 0 none, 1 urgent … 4 low
	Estimate               *float64
	DueDate                string // YYYY-MM-DD
	Assignee, Creator      string // e-mail; app users have one too
	CreatedBy, CreatedAs   string // name of the app that created it, and its createAsUser; empty for people
	Project, Cycle, Parent string // name, number or identifier; empty: none
	Labels, Subscribers    []string
	Attachments            []Attachment
	CreatedAt, UpdatedAt   time.Time
	Archived, Trashed      bool
	History                []Change // oldest first
}

// Change is one row of an issue's history.
type Change struct {
	At       time.Time
	Actor    string // e-mail
	App      string // name of the app that acted, if one did
	Field    string // state, assignee, priority, title, …
	From, To string
}

// Comment is one comment.
type Comment struct {
	ID, Author, Body     string // Author: e-mail
	CreatedBy, CreatedAs string // as in Issue
	ParentID             string
	At                   time.Time
	Edited               bool
}

// Attachment is one link of an issue.
type Attachment struct{ ID, Title, Subtitle, URL, Source string }

// Issue returns the issue that ref names (UUID or identifier in any case).
func (s *Server) Issue(ref string) (Issue, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.w.find(ref)
	if i == nil {
		return Issue{}, false
	}
	return s.export(s.w, i), true
}

// Issues returns all issues, trashed and archived ones too, newest first.
func (s *Server) Issues() []Issue {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.issuesOf(s.w)
}

// IssuesIn is Issues of another workspace, by the name it has in URLs.
func (s *Server) IssuesIn(workspace string) []Issue {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.world(workspace)
	if w == nil {
		return nil
	}
	return s.issuesOf(w)
}

func (s *Server) issuesOf(w *world) []Issue {
	out := make([]Issue, 0, len(w.issues))
	for _, i := range w.issues {
		out = append(out, s.export(w, i))
	}
	sort.SliceStable(out, func(a, b int) bool { return out[a].CreatedAt.After(out[b].CreatedAt) })
	return out
}

// Comments returns an issue's comments, oldest first.
func (s *Server) Comments(ref string) []Comment {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.w.find(ref)
	var out []Comment
	for _, k := range s.w.comments {
		if i == nil || k.issue != i {
			continue
		}
		e := Comment{ID: k.meta.ID, Author: emailOf(k.user), Body: k.Body, At: k.CreatedAt, Edited: !k.edited.IsZero()}
		if k.bot != nil {
			e.CreatedBy, e.CreatedAs = k.bot.App, k.bot.AsUser
		}
		if k.parent != nil {
			e.ParentID = k.parent.meta.ID
		}
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b Comment) int { return a.At.Compare(b.At) })
	return out
}

func emailOf(u *user) string {
	if u == nil {
		return ""
	}
	return u.Email
}

func (s *Server) export(w *world, i *issue) Issue {
	out := Issue{
		ID: i.meta.ID, Identifier: i.identifier(), URL: s.issueURL(w, i), Title: i.Title, Description: i.Description,
		Team: i.team.Name, TeamKey: i.team.Key, Private: i.team.private, State: i.state.Name, StateType: i.state.Type,
		Priority: i.priority, Estimate: i.estimate, DueDate: i.dueDate,
		Assignee: emailOf(i.assignee), Creator: emailOf(i.creator),
		Project: i.shown("projectId"), Cycle: i.shown("cycleId"), Parent: i.shown("parentId"),
		CreatedAt: i.CreatedAt, UpdatedAt: i.UpdatedAt, Archived: !i.Archived.IsZero(), Trashed: i.trashed,
	}
	if i.bot != nil {
		out.CreatedBy, out.CreatedAs = i.bot.App, i.bot.AsUser
	}
	for _, l := range i.labels {
		out.Labels = append(out.Labels, l.Name)
	}
	for _, u := range i.subscribers {
		out.Subscribers = append(out.Subscribers, u.Email)
	}
	for _, a := range w.attachments {
		if a.issue == i {
			out.Attachments = append(out.Attachments, Attachment{a.meta.ID, a.Title, a.Subtitle, a.URL, a.SourceType})
		}
	}
	for _, h := range w.changes {
		if h.issue == i {
			out.History = append(out.History, h.rows()...)
		}
	}
	return out
}

// shownFields are the fields a history row shows, by schema name.
var shownFields = [][2]string{
	{"teamId", "team"}, {"title", "title"}, {"description", "description"}, {"stateId", "state"},
	{"assigneeId", "assignee"}, {"priority", "priority"}, {"estimate", "estimate"}, {"dueDate", "due date"},
	{"projectId", "project"}, {"cycleId", "cycle"}, {"parentId", "parent"}, {"labelIds", "labels"}, {"trashed", "trashed"}, {"archivedAt", "archived"},
}

func (h *change) rows() []Change {
	var out []Change
	for _, f := range shownFields {
		if !h.set[f[0]] {
			continue
		}
		c := Change{At: h.CreatedAt, Actor: emailOf(h.actor), Field: f[1], From: h.from.shown(f[0]), To: h.to.shown(f[0])}
		if h.bot != nil {
			c.App = h.bot.App
		}
		out = append(out, c)
	}
	return out
}
