package lineartest

import "slices"

// authorizationEvent tells the app that a person's consent began or ended. The
// names of its actions are not documented; "created" and "revoked" are ours.
func (s *Server) authorizationEvent(action string, g *grant) {
	id := seedID("app " + g.app.ClientID)
	s.send(s.worldOf(g.person), "OAuthAuthorization", map[string]any{
		"action": action, "oauthClientId": id, "oauthClient": map[string]any{"id": id, "name": g.app.Name},
		"userId": g.viewer.ID, "user": s.userPayload(g.viewer), "activeTokensForUser": s.live(g.app, g.person),
	})
}

// hears reports whether the app's webhook gets events of a team: somebody
// authorized the app, and the team is public.
func (s *Server) hears(t *team) bool {
	return !t.private && slices.ContainsFunc(s.oauth.grants, func(g *grant) bool { return !g.ended })
}

func (c *call) actorPayload() map[string]any {
	if c.app() {
		return map[string]any{"id": seedID("app " + c.grant.app.ClientID), "name": c.grant.app.Name, "type": "OauthClient"}
	}
	p := c.s.userPayload(c.viewer)
	p["type"] = "user"
	return p
}

func (s *Server) userPayload(u *user) map[string]any {
	return map[string]any{"id": u.ID, "name": u.Name, "email": u.Email, "url": s.webURL(s.worldOf(u), "profiles", u.DisplayName)}
}

func (c *call) dataEvent(kind, action, url string, data, updatedFrom map[string]any) {
	body := map[string]any{"action": action, "data": data, "url": url, "actor": c.actorPayload()}
	if updatedFrom != nil {
		body["updatedFrom"] = updatedFrom
	}
	c.s.send(c.w, kind, body)
}

// issueEvent sends an Issue webhook; h says what an update changed.
func (c *call) issueEvent(action string, i *issue, h *change) {
	if !c.s.hears(i.team) {
		return
	}
	var old map[string]any
	if h != nil {
		old = map[string]any{"updatedAt": dateTime{h.from.UpdatedAt}}
		before := c.issuePayloadData(&h.from)
		for field := range h.set {
			old[field] = before[field]
		}
	}
	c.dataEvent("Issue", action, c.s.issueURL(c.w, i), c.issuePayloadData(i), old)
}

func (c *call) issuePayloadData(i *issue) map[string]any {
	data := map[string]any{
		"id": i.meta.ID, "identifier": i.identifier(), "title": i.Title, "number": i.number, "url": c.s.issueURL(c.w, i),
		"description": nullText(i.Description), "priority": i.priority, "priorityLabel": priorityLabel(i.priority),
		"estimate": i.estimate, "dueDate": nullDate(i.dueDate), "trashed": orNil(i.trashed),
		"createdAt": dateTime{i.CreatedAt}, "updatedAt": dateTime{i.UpdatedAt}, "archivedAt": nullTime(i.Archived),
		"completedAt": nullTime(i.completed), "canceledAt": nullTime(i.canceled), "snoozedUntilAt": nullTime(i.snoozed),
		"sortOrder": i.sortOrder, "prioritySortOrder": i.sortOrder, "reactionData": []any{},
		"previousIdentifiers": append([]string{}, i.previous...),
		"stateId":             i.state.ID, "teamId": i.team.ID,
		"state": map[string]any{"id": i.state.ID, "name": i.state.Name, "type": i.state.Type, "color": i.state.Color},
		"team":  map[string]any{"id": i.team.ID, "key": i.team.Key, "name": i.team.Name},
	}
	labels, ids, subscribers := []any{}, []string{}, []string{}
	for _, l := range i.labels {
		labels = append(labels, map[string]any{"id": l.ID, "name": l.Name, "color": l.Color})
		ids = append(ids, l.ID)
	}
	for _, u := range i.subscribers {
		subscribers = append(subscribers, u.ID)
	}
	data["labels"], data["labelIds"], data["subscriberIds"] = labels, ids, subscribers
	c.addRelations(data, i)
	return data
}

// addRelations writes the nullable relations: the id always, the object when set.
func (c *call) addRelations(data map[string]any, i *issue) {
	people := map[string]*user{"assignee": i.assignee, "creator": i.creator, "delegate": i.delegate}
	for name, u := range people {
		data[name+"Id"] = nil
		if u != nil {
			data[name+"Id"], data[name] = u.ID, c.s.userPayload(u)
		}
	}
	data["projectId"], data["cycleId"], data["parentId"] = nil, nil, nil
	if p := i.project; p != nil {
		data["projectId"], data["project"] = p.ID, map[string]any{"id": p.ID, "name": p.Name}
	}
	if y := i.cycle; y != nil {
		data["cycleId"], data["cycle"] = y.ID, map[string]any{"id": y.ID, "number": y.Number, "name": nullText(y.name)}
	}
	if i.parent != nil {
		data["parentId"] = i.parent.meta.ID
	}
}

// commentEvent sends a Comment webhook.
func (c *call) commentEvent(action string, k *comment, updatedFrom map[string]any) {
	if !c.s.hears(k.issue.team) {
		return
	}
	i := k.issue
	data := map[string]any{
		"id": k.meta.ID, "body": k.Body, "createdAt": dateTime{k.CreatedAt}, "updatedAt": dateTime{k.UpdatedAt},
		"editedAt": nullTime(k.edited), "reactionData": []any{}, "issueId": i.meta.ID, "userId": k.user.ID, "user": c.s.userPayload(k.user),
		"issue": map[string]any{"id": i.meta.ID, "identifier": i.identifier(), "title": i.Title, "url": c.s.issueURL(c.w, i), "teamId": i.team.ID},
	}
	if k.parent != nil {
		data["parentId"] = k.parent.meta.ID
	}
	c.dataEvent("Comment", action, c.s.issueURL(c.w, i), data, updatedFrom)
}
