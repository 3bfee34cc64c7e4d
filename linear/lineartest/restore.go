package lineartest

import "fmt"

// restorer builds a world from a saved one. A row that is named but not there
// makes the whole state damaged.
type restorer struct {
	v       savedState
	w       *world
	missing []string
}

func (r *restorer) restore(apps map[string]*OAuthApp) (authority, error) {
	r.w.seq = r.v.Seq
	for _, id := range r.v.IDs {
		r.w.ids[id] = true
	}
	r.people()
	r.places()
	r.issues()
	r.talk()
	oauth := r.grants(apps)
	if len(r.missing) > 0 {
		return authority{}, fmt.Errorf("%d rows are named but not there, the first of them %s", len(r.missing), r.missing[0])
	}
	return oauth, nil
}

func (m savedMeta) meta() meta {
	return meta{ID: m.ID, CreatedAt: m.CreatedAt, UpdatedAt: m.UpdatedAt, Archived: m.Archived, seq: m.Seq}
}

// named finds a row by its id; nil for "".
func named[T any, P interface {
	*T
	rowOf
}](r *restorer, rows []P, id string) P {
	if id == "" {
		return nil
	}
	for _, row := range rows {
		if row.row().ID == id {
			return row
		}
	}
	r.missing = append(r.missing, id)
	return nil
}

func allNamed[T any, P interface {
	*T
	rowOf
}](r *restorer, rows []P, ids []string) []P {
	var out []P
	for _, id := range ids {
		if row := named[T](r, rows, id); row != nil {
			out = append(out, row)
		}
	}
	return out
}

func (r *restorer) people() {
	w := r.w
	for _, v := range r.v.Users {
		w.users = append(w.users, &user{
			meta: v.meta(), Name: v.Name, DisplayName: v.DisplayName, Email: v.Email, clientID: v.ClientID,
			Admin: v.Admin, Active: v.Active, App: v.App,
		})
	}
	for _, v := range r.v.Teams {
		w.teams = append(w.teams, &team{
			meta: v.meta(), Name: v.Name, Key: v.Key, Color: v.Color, Estimation: v.Estimation, private: v.Private, Triage: v.Triage,
			EstimateZero: v.EstimateZero, EstimateExtended: v.EstimateX, members: allNamed(r, w.users, v.Members), numbers: v.Numbers,
		})
	}
}

func (r *restorer) places() {
	w := r.w
	for _, v := range r.v.States {
		w.states = append(w.states, &state{
			meta: v.meta(), Name: v.Name, Type: v.Type, Color: v.Color, Position: v.Position, team: named(r, w.teams, v.Team),
		})
	}
	for _, v := range r.v.Cycles {
		w.cycles = append(w.cycles, &cycle{
			meta: v.meta(), Number: v.Number, name: v.Name, Starts: v.Starts, Ends: v.Ends, team: named(r, w.teams, v.Team),
		})
	}
	for _, v := range r.v.Projects {
		w.projects = append(w.projects, &project{
			meta: v.meta(), Name: v.Name, SlugID: v.SlugID, Status: v.Status, Color: v.Color,
			lead: named(r, w.users, v.Lead), teams: allNamed(r, w.teams, v.Teams),
		})
	}
	for _, v := range r.v.Labels {
		w.labels = append(w.labels, &label{meta: v.meta(), Name: v.Name, Color: v.Color, IsGroup: v.IsGroup, team: named(r, w.teams, v.Team)})
	}
	for n, v := range r.v.Labels { // a group may come after its labels
		w.labels[n].parent = named(r, w.labels, v.Parent)
	}
	for _, v := range r.v.Templates {
		w.templates = append(w.templates, &template{meta: v.meta(), Name: v.Name, Type: v.Type, data: v.Data, team: named(r, w.teams, v.Team)})
	}
}

func (r *restorer) issues() {
	w := r.w
	for _, v := range r.v.Issues {
		i := r.issue(v)
		w.issues = append(w.issues, &i)
	}
	for n, v := range r.v.Issues {
		w.issues[n].parent = named(r, w.issues, v.Parent)
	}
	for _, v := range r.v.Changes {
		from, to := r.issue(v.From), r.issue(v.To)
		from.parent, to.parent = named(r, w.issues, v.From.Parent), named(r, w.issues, v.To.Parent)
		w.changes = append(w.changes, &change{
			meta: v.meta(), issue: named(r, w.issues, v.Issue), actor: named(r, w.users, v.Actor), bot: v.Bot, set: v.Set,
			from: from, to: to, added: allNamed(r, w.labels, v.Added), removed: allNamed(r, w.labels, v.Removed),
		})
	}
}

// issue is a saved issue without its parent.
func (r *restorer) issue(v savedIssue) issue {
	w := r.w
	if v.Team == "" || v.State == "" {
		r.missing = append(r.missing, "team or state of issue "+v.ID)
	}
	return issue{
		meta: v.meta(), number: v.Number, Title: v.Title, Description: v.Description, priority: v.Priority, estimate: v.Estimate,
		dueDate: v.DueDate, team: named(r, w.teams, v.Team), state: named(r, w.states, v.State), assignee: named(r, w.users, v.Assignee),
		creator: named(r, w.users, v.Creator), delegate: named(r, w.users, v.Delegate), project: named(r, w.projects, v.Project),
		cycle: named(r, w.cycles, v.Cycle), labels: allNamed(r, w.labels, v.Labels), subscribers: allNamed(r, w.users, v.Subscribers),
		previous: v.Previous, sortOrder: v.SortOrder, started: v.Started, completed: v.Completed, canceled: v.Canceled,
		snoozed: v.Snoozed, trashed: v.Trashed, bot: v.Bot,
	}
}

// talk is what was said about issues and what hangs on them.
func (r *restorer) talk() {
	w := r.w
	for _, v := range r.v.Comments {
		w.comments = append(w.comments, &comment{
			meta: v.meta(), Body: v.Body, Quoted: v.Quoted, issue: named(r, w.issues, v.Issue), user: named(r, w.users, v.User), bot: v.Bot, edited: v.Edited,
		})
	}
	for n, v := range r.v.Comments {
		w.comments[n].parent = named(r, w.comments, v.Parent)
	}
	for _, v := range r.v.Attachments {
		w.attachments = append(w.attachments, &attachment{
			meta: v.meta(), Title: v.Title, Subtitle: v.Subtitle, URL: v.URL, SourceType: v.SourceType, Metadata: v.Metadata, group: v.Group,
			issue: named(r, w.issues, v.Issue), creator: named(r, w.users, v.Creator),
		})
	}
	for _, v := range r.v.Relations {
		w.relations = append(w.relations, &relation{
			meta: v.meta(), Type: v.Type, issue: named(r, w.issues, v.Issue), related: named(r, w.issues, v.Related),
		})
	}
}

// grants rebuilds who may act for whom, for the apps that are registered now.
func (r *restorer) grants(apps map[string]*OAuthApp) authority {
	a := newAuthority()
	a.apps = apps
	for _, v := range r.v.Grants {
		g := &grant{
			id: v.ID, app: apps[v.Client], person: named(r, r.w.users, v.Person), viewer: named(r, r.w.users, v.Viewer),
			actor: v.Actor, scopes: v.Scopes, pkce: v.PKCE, legacy: v.Legacy, ended: v.Ended,
		}
		if g.app == nil || g.person == nil || g.viewer == nil || len(v.Pairs) == 0 {
			r.missing = append(r.missing, "grant "+v.ID)
			continue
		}
		for _, p := range v.Pairs {
			g.pairs = append(g.pairs, &pair{access: p.Access, refresh: p.Refresh, expires: p.Expires, usedAt: p.UsedAt, used: p.Used, dead: p.Dead})
		}
		for n, p := range g.pairs {
			if next := v.Pairs[n].Next; next > 0 && next <= len(g.pairs) {
				p.next = g.pairs[next-1]
			}
			a.access[p.access] = holder{g, p}
			if p.refresh != "" {
				a.refresh[p.refresh] = holder{g, p}
			}
		}
		a.grants = append(a.grants, g)
	}
	for key, id := range r.v.Keys {
		if u := named(r, r.w.users, id); u != nil {
			a.keys[key] = u
		}
	}
	return a
}
