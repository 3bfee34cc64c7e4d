package lineartest

import (
	"maps"
	"slices"
)

// saved is the server as it goes to disk; Server.mu is held.
func (s *Server) saved() savedState {
	w := s.w
	v := savedState{
		Version: savedVersion, Seq: w.seq, IDs: slices.Sorted(maps.Keys(w.ids)),
		Keys: map[string]string{}, Ledger: s.ledger, Uploads: map[string]savedUpload{},
	}
	for _, u := range w.users {
		v.Users = append(v.Users, savedUser{u.meta.save(), u.Name, u.DisplayName, u.Email, u.clientID, u.Admin, u.Active, u.App})
	}
	for _, t := range w.teams {
		v.Teams = append(v.Teams, savedTeam{
			t.meta.save(), t.Name, t.Key, t.Color, t.Estimation, t.private, t.Triage, t.EstimateZero, t.EstimateExtended, idsOf(t.members), t.numbers,
		})
	}
	for _, r := range w.states {
		v.States = append(v.States, savedColumn{r.meta.save(), r.Name, r.Type, r.Color, idOfRow(r.team), r.Position})
	}
	for _, r := range w.cycles {
		v.Cycles = append(v.Cycles, savedCycle{r.meta.save(), r.Number, r.name, idOfRow(r.team), r.Starts, r.Ends})
	}
	for _, r := range w.projects {
		v.Projects = append(v.Projects, savedProject{r.meta.save(), r.Name, r.SlugID, r.Status, r.Color, idOfRow(r.lead), idsOf(r.teams)})
	}
	for _, r := range w.labels {
		v.Labels = append(v.Labels, savedLabel{r.meta.save(), r.Name, r.Color, idOfRow(r.parent), idOfRow(r.team), r.IsGroup})
	}
	for _, r := range w.templates {
		v.Templates = append(v.Templates, savedTemplate{r.meta.save(), r.Name, r.Type, idOfRow(r.team), r.data})
	}
	for _, r := range w.issues {
		v.Issues = append(v.Issues, r.save())
	}
	for _, r := range w.comments {
		v.Comments = append(v.Comments, savedComment{r.meta.save(), r.Body, r.Quoted, idOfRow(r.issue), idOfRow(r.parent), idOfRow(r.user), r.bot, r.edited})
	}
	for _, r := range w.attachments {
		v.Attachments = append(v.Attachments, savedAttachment{
			r.meta.save(), r.Title, r.Subtitle, r.URL, r.SourceType, idOfRow(r.issue), idOfRow(r.creator), r.Metadata, r.group,
		})
	}
	for _, r := range w.relations {
		v.Relations = append(v.Relations, savedRelation{r.meta.save(), r.Type, idOfRow(r.issue), idOfRow(r.related)})
	}
	for _, r := range w.changes {
		v.Changes = append(v.Changes, savedChange{
			r.meta.save(), idOfRow(r.issue), idOfRow(r.actor), r.bot, r.set, r.from.save(), r.to.save(), idsOf(r.added), idsOf(r.removed),
		})
	}
	for _, g := range s.oauth.grants {
		v.Grants = append(v.Grants, g.save())
	}
	for key, u := range s.oauth.keys {
		v.Keys[key] = u.ID
	}
	for id, u := range s.uploads {
		v.Uploads[id] = savedUpload{u.contentType, u.name, u.size, u.data}
	}
	return v
}

func (m *meta) save() savedMeta {
	return savedMeta{m.ID, m.CreatedAt, m.UpdatedAt, m.Archived, m.seq}
}

func (i *issue) save() savedIssue {
	return savedIssue{
		savedMeta: i.meta.save(), Number: i.number, Title: i.Title, Description: i.Description, DueDate: i.dueDate,
		Priority: i.priority, Estimate: i.estimate, Team: idOfRow(i.team), State: idOfRow(i.state), Assignee: idOfRow(i.assignee),
		Creator: idOfRow(i.creator), Delegate: idOfRow(i.delegate), Project: idOfRow(i.project), Cycle: idOfRow(i.cycle),
		Parent: idOfRow(i.parent), Labels: idsOf(i.labels), Subscribers: idsOf(i.subscribers), Previous: i.previous,
		SortOrder: i.sortOrder, Started: i.started, Completed: i.completed, Canceled: i.canceled, Snoozed: i.snoozed,
		Trashed: i.trashed, Bot: i.bot,
	}
}

func (g *grant) save() savedGrant {
	v := savedGrant{
		ID: g.id, Client: g.app.ClientID, Person: g.person.ID, Viewer: g.viewer.ID, Actor: g.actor,
		Scopes: g.scopes, PKCE: g.pkce, Legacy: g.legacy, Ended: g.ended,
	}
	for _, p := range g.pairs {
		v.Pairs = append(v.Pairs, savedPair{p.access, p.refresh, p.expires, p.usedAt, slices.Index(g.pairs, p.next) + 1, p.used, p.dead})
	}
	return v
}

// idOfRow is the id of a row, "" for none.
func idOfRow[T any, P interface {
	*T
	rowOf
}](p P) string {
	if p == nil {
		return ""
	}
	return p.row().ID
}

func idsOf[T any, P interface {
	*T
	rowOf
}](rows []P) []string {
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.row().ID)
	}
	return ids
}
