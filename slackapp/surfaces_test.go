package slackapp

import (
	"strings"
	"time"

	"linearbot/accounts"
	"linearbot/assistant"
	"linearbot/linear"
	"linearbot/store"
)

// issueSurfaces are those that show text from Linear.
func (w world) issueSurfaces() map[string]any {
	c := card{Issue: w.issue, ViewerID: "user-0", Head: cardHead{Kind: headCreated}, Lines: []outcome{
		{Text: changedWords(assistant.Change{Fields: []assistant.FieldChange{{Field: fieldState, From: "Triage " + w.title, To: w.issue.State.Name}}}), UndoID: "proposal-1"},
		{Text: pressed("U2", lowerFirst(changedWords(assistant.Change{Fields: []assistant.FieldChange{{Field: fieldAssignee, To: w.title}}})))},
	}}
	l := issueList{Title: "Your open issues", Filters: "mine p:high", Word: "/linear", Issues: w.issues, More: true, Next: "next", State: "state"}
	shared := l
	shared.Shared = true
	n := newIssue{
		Meta: "meta", Dir: w.dir, Draft: w.draft(), More: true, Cleared: []string{"Status", "1 label"}, As: "Alice Chen", Workspace: "Acme",
		Channel: "payments", Defaults: "#payments", Template: true,
		Source: &source{Messages: 14, People: 3, Files: 2, Hidden: 2, Company: []string{w.title}},
	}
	change := itemOf(changeOf(w.issue, assistant.FieldChange{Field: fieldState, From: "In Progress", To: w.issue.State.Name, Tainted: w.title + "'s message, 14:02"}))
	return map[string]any{
		"card_full": c.full(), "card_compact": c.compact(), "cards": cards([]card{c, c}, []string{w.title}),
		"list": l.message(), "list_shared": shared.message(),
		"new_issue":      n.view(),
		"edit_issue":     editIssue("meta", w.dir, w.issue, draftOf(w.issue)),
		"move_issue":     moveIssue("meta", w.dir, w.issue),
		"priority":       priorityOf("meta", w.issue),
		"comment":        commentOn("meta", w.issue, w.title),
		"share":          shareIssue("meta", w.issue),
		"card_no_thread": card{Issue: w.issue, Head: cardHead{Kind: headCreated, UndoID: "proposal-1"}, Lines: []outcome{{Text: gapOutside.after("linear"), Thread: `{"i":"issue-a","c":"C1","r":"1.2","t":"1.2"}`}}, Public: true}.compact(),
		"similar":        similarIssues("meta", []similar{{w.issue, w.title}, {w.issue, ""}}),
		"triage":         triageMessage(w.triage()), "triage_nothing": triageMessage(assistant.Triage{Issue: w.issue}),
		"already_linked":  alreadyLinked("meta", w.issue),
		"created_view":    createdView(w.issue),
		"link_comment":    commentCard(linear.Comment{URL: w.issue.URL + "#comment-0bf3d8a2", Body: "See **" + w.title + "**\n\n- [ ] retry", CreatedAt: noon, User: &w.dir.Users[0], Issue: &w.issue}),
		"link_project":    projectCard(w.project()),
		"filters":         editFilters("meta", "/linear", w.dir, filters{TeamID: "team-eng", State: "open", Assignee: "user-0", Priority: "2", LabelIDs: []string{"label-0"}, Project: "project-0", Cycle: "cycle-0", Updated: "7d", Sort: "updated"}),
		"settings":        settingsView("meta", w.dir, defaults{TeamID: "team-eng", ProjectID: "project-0", LabelIDs: []string{"label-0"}, AssignMe: true}),
		"channel":         channelView("meta", w.title, w.dir, defaults{TeamID: "team-eng", TemplateID: "template-0", Post: true, Instructions: w.title}),
		"settings_saved":  defaults{TeamID: "team-eng", ProjectID: "project-0", LabelIDs: []string{"label-0"}, AssignMe: true, Post: true}.saved(w.dir, "C0PAYMENTS"),
		"preview":         plan{ID: "proposal-1", Items: []planItem{change}, Reason: "Oldest: created 3 Mar 2026", Actor: "user", Read: []string{"list assignee:alice " + w.title}}.message(),
		"preview_bulk":    plan{ID: "proposal-1", Items: w.items(), Page: 0, Actor: "app", Until: noon}.message(),
		"applied":         applied{ID: "proposal-1", Results: []result{{Item: change}}, Undoable: true}.message(),
		"applied_partly":  applied{ID: "proposal-1", Results: w.results(), Undoable: true, Ref: "ab12cd34"}.message(),
		"home":            w.home().view(),
		"options_state":   answerOptions(optionsFor(w.dir, "state.team-eng", "", "review")),
		"options_labels":  answerOptions(optionsFor(w.dir, "labels.team-eng", "", "")),
		"options_issue":   answerOptions(issueOptions(w.issues, "")),
		"options_nothing": answerOptions(optionsFor(w.dir, fieldTeam, "", "no such "+w.title)),
	}
}

func (w world) project() linear.LinkedProject {
	p := linear.LinkedProject{Ref: linear.Ref{Name: w.title}, URL: "https://linear.app/acme/project/auth-0bf3d8a2a1f5", Progress: 0.456, TargetDate: "2026-12-01", Lead: &w.dir.Users[0]}
	p.Status.Name = "In Progress"
	p.Teams.Nodes = append(p.Teams.Nodes, w.dir.Teams[0].TeamRef, linear.TeamRef{Name: w.title}, linear.TeamRef{Name: "Mobile"}, linear.TeamRef{Name: "Design"})
	return p
}

func (w world) triage() assistant.Triage {
	design := w.dir.Teams[0].TeamRef
	design.Name = "Design " + w.title
	set := func(kind, field, to string) assistant.Suggestion {
		return assistant.Suggestion{Kind: kind, Agree: []string{"ENG-140", "ENG-141"}, Proposal: assistant.Proposal{ID: "proposal-" + kind, Prepared: assistant.Prepared{Changes: []assistant.Change{{
			Kind: assistant.ChangeUpdate, Fields: []assistant.FieldChange{{Field: field, To: to}},
			Issue: assistant.ChangedIssue{ID: w.issue.ID, Identifier: w.issue.Identifier, Title: w.title, URL: w.issue.URL},
		}}}}}
	}
	same := assistant.Suggestion{Kind: assistant.SuggestDuplicate, Same: w.issue, Shared: strings.Fields(w.title), Proposal: assistant.Proposal{ID: "proposal-same", Prepared: assistant.Prepared{
		Changes: []assistant.Change{{Kind: assistant.ChangeQuery, Query: &assistant.GuardedQuery{Fields: []string{"issueRelationCreate"}}}},
	}}}
	return assistant.Triage{
		Issue: w.issue, Alike: 3, Team: &assistant.TeamHint{Team: design, Agree: []string{"DES-7", "DES-8", "DES-9"}},
		Suggestions: []assistant.Suggestion{set(assistant.SuggestPriority, "priority", "High"), set(assistant.SuggestAssignee, "assignee", w.title), set(assistant.SuggestLabel, "labels", w.title), same},
	}
}

// changeOf is an update of an issue as the engine proposes it.
func changeOf(i linear.Issue, fields ...assistant.FieldChange) assistant.Change {
	about := assistant.ChangedIssue{ID: i.ID, Identifier: i.Identifier, Title: i.Title, URL: i.URL, TeamID: i.Team.ID, Private: i.Team.Private()}
	return assistant.Change{Kind: assistant.ChangeUpdate, Issue: about, Fields: fields}
}

func (w world) items() []planItem {
	var all []planItem
	for _, i := range w.issues {
		all = append(all, itemOf(changeOf(i, assistant.FieldChange{Field: fieldPriority, From: "High", To: "Urgent"}, assistant.FieldChange{Field: fieldDue, To: "2026-12-01"})))
	}
	return all
}

func (w world) results() []result {
	var all []result
	for n, i := range w.items() {
		r := result{Item: i}
		if n%3 == 0 {
			r.Problem = "no permission"
		}
		all = append(all, r)
	}
	return all
}

func (w world) home() home {
	return home{
		Account: account(), Word: "/linear", Version: "1.0.0", Admin: true, View: "due", Issues: w.issues, Next: "next", At: noon, Reader: "Anthropic",
		Waiting: []waitingPreview{{ID: "proposal-2", What: "Move ENG-142", Title: w.title, Until: noon}, {ID: "proposal-3", What: "7 changes", Until: noon}},
		Recent:  []recentIssue{{Issue: w.issue, What: moved("Moved", "Triage", w.title), At: noon, UndoID: "proposal-1"}},
	}
}

// otherSurfaces hold no text of an issue.
func (w world) otherSurfaces() map[string]any {
	a := account()
	revoked := a
	revoked.State, revoked.Sealed = store.Revoked, nil
	n := store.Notice{Kind: "revoked", At: noon, Key: a.Key}
	h := help{Word: "/linear", Account: a}
	topicVerb, _ := h.topic("create", nil)
	topicField, _ := h.topic("state", []string{"Todo", "In Review"})
	failed := sayAbout(errQueueFull, about{Ref: "ab12cd34", Held: "held-1"})
	page := adminPage{Tab: tabPeople, At: noon, People: adminPeople{At: noon.Add(3 * time.Hour), Accounts: []store.Account{a, revoked}, Counts: map[store.State]int{store.Active: 41, store.Expired: 3}, Next: "next"}}
	health := adminPage{Health: []healthRow{{Name: "Linear API", State: "Degraded", Since: noon, Note: "p95 2100 ms"}, {Name: "Store", State: "OK"}}}
	audit := adminPage{Tab: tabAudit, Audit: adminAudit{Entries: []store.Entry{{At: noon, Key: a.Key, Action: "linear_issue_create", Target: "ENG-142", Result: "ok", Ref: "ab12cd34"}}, Next: "next"}}
	used := usage{
		Days: 30,
		Made: changesMade{
			people: map[string]bool{"U1": true, "U2": true}, created: map[string]int{"command": 12, "form": 31, "shortcut": 7, "plain words": 4},
			refused: map[string]int{"forbidden": 2, "timeout": 1}, changes: 120, said: 9,
		},
		Turns:    []factRow{{Name: "Assistant turns", Value: "60", Note: "9 confirmed · 2 canceled · 1 failed"}},
		Opinions: factRow{Name: "Answers found helpful", Value: "4 of 5", Note: "“It missed the second one” (Ref ab12cd34)"},
		Took:     map[string]waits{"commands": {26: 40, 30: 3}, "plain words": {49: 60}, "buttons": {17: 80}},
		Failed:   map[string]int{"issue not found": 4, "Linear not responding": 2, "name not known": 9},
	}
	return map[string]any{
		"new_issue_unread":  newIssue{Dir: w.dir, Draft: w.draft(), Source: &source{Gap: gapBroken, Notice: gapBroken.before("linear")}}.view(),
		"new_issue_loading": newIssueLoading(draft{}, "meta"), "creating": creating("meta"), "saving": savingView("Edit ENG-142", "meta"),
		"loading": loading("Linear admin", "Loading…"), "new_issue_failed": failedView("New Linear issue", failed, "held-1"), "copy_text": textView(w.draft()),
		"link_issue": linkIssue("meta", &source{Notice: gapOutside.before("linear")}), "search": searchIssues("meta", ""),
		"connect":         connectPrompt{URL: "https://bot.acme.test/connect/abc", Actor: "user", Held: heldCreate(w.title)}.message(),
		"connect_app":     connectPrompt{URL: "https://bot.acme.test/connect/abc", Actor: "app"}.message(),
		"connect_modal":   connectPrompt{URL: "https://bot.acme.test/connect/abc", State: store.Expired}.view(),
		"access":          accessView([]string{"read", "write"}, "user", "Anthropic"),
		"one_step_left":   oneStepLeft(noon, heldCreate("Fix login")),
		"code":            codeView("meta"),
		"connected":       connected(a, heldCreate(w.title), "", ""),
		"connected_wait":  connected(a, "", heldCreate(w.title), "ab12"),
		"one_step_modal":  oneStepView(noon),
		"connected_modal": connectedView(a), "connect_canceled": canceledConnecting(),
		"disconnect": confirmDisconnect(a), "disconnect_modal": disconnectView(), "disconnected": disconnected(), "kept": kept(), "connect_switch": connectPrompt{URL: "https://bot.acme.test/connect/abc", State: store.Active, Account: a}.view(),
		"status":         connectionStatus{Account: a, Took: 210 * time.Millisecond, Left: 1400, Limit: 1500, Reset: noon}.message(),
		"status_silent":  connectionStatus{Account: a, Mode: "app"}.message(),
		"status_revoked": connectionStatus{Account: revoked}.message(),
		"dm_welcome":     welcome(a, "/linear", "U0BOT"), "dm_revoked": stopped(n, "ab12cd34"), "dm_expired": stopped(store.Notice{Kind: "expired", At: noon}, "ab12cd34"), "dm_ours": stopped(store.Notice{Kind: "expired", Cause: "ours", At: noon}, "ab12cd34"), "dm_backup": stopped(store.Notice{Kind: "expired", Cause: "backup", At: noon}, "ab12cd34"),
		"dm_reconnected": reconnected(noon), "dm_left_off": leftOff("/linear"), "dm_blocked": barred(store.Notice{Kind: "blocked", At: noon}, "ab12cd34"),
		"dm_disconnected": barred(store.Notice{Kind: "disconnected_by_admin", At: noon}, "ab12cd34"), "dm_allowed": allowed(),
		"dm_code_failed": codeFailed("ab12cd34"), "dm_ask": askToReconnect("U9"), "dm_operator": operatorTrouble(noon, "ab12cd34"),
		"workspace_question": otherWorkspace{Replacement: otherOrg(a), Account: a}.message(), "workspace_question_lost": otherWorkspace{Replacement: otherOrg(a), Account: revoked, Held: heldCreate(w.title)}.view(),
		"workspace_kept": keptWorkspace(a, otherOrg(a)), "workspace_kept_lost": keptWorkspace(revoked, otherOrg(a)), "workspace_answered": answeredBefore(a),
		"status_question": connectionStatus{Account: a, Asks: &otherWorkspace{Replacement: otherOrg(a), Account: a}}.message(), "dm_not_replaced": notReplaced(a, "ab12cd34"),
		"help": h.message(), "help_all": h.all(), "help_verb": topicVerb, "help_field": topicField, "not_understood": notUnderstood("/linear"),
		"unknown_verb": unknownVerb("crate", "create", "Fix login", "/linear"),
		"admin_people": page.view(), "admin_health": health.view(), "admin_audit": audit.view(), "admin_only": adminOnly(),
		"admin_usage": adminPage{Tab: tabUsage, Usage: used.rows()}.view(), "admin_usage_empty": adminPage{Tab: tabUsage, Usage: usage{Days: 7, Opinions: factRow{Name: "Answers found helpful", Value: "Nobody has said yet."}}.rows()}.view(),
		"admin_policy":     adminPage{Tab: tabPolicy, Acting: acting{Actor: "user", Behind: 1}}.view(),
		"admin_policy_app": adminPage{Tab: tabPolicy, Acting: acting{Actor: "app", Chosen: true, Behind: 41}}.view(),
		"admin_acting":     actingView("app", 41), "admin_acting_back": actingView("user", 0),
		"dm_acting_app": actingChanged(store.Notice{Cause: "app"}, "ab12cd34"), "dm_acting_user": actingChanged(store.Notice{Cause: "user"}, "ab12cd34"),
		"admin_person": accountView(a, noon), "admin_force": forceView("meta", "U1", false), "admin_bar": forceView("meta", "U1", true),
		"feedback": feedbackView(rated{"ab12cd34", "C0ENG", "1795435200.000100"}), "busy": busyMessage(true), "busy_others": busyMessage(false),
		"preview_query": plan{ID: "proposal-1", Actor: "user", Until: noon, Items: []planItem{{
			Title: "issueRelationCreate", Action: "Run", Private: true, Taint: "the assistant's own words",
			Operation: "mutation R($i: IssueRelationCreateInput!) {\n  issueRelationCreate(input: $i) { success }\n}",
			Variables: "{\n  \"i\": {\n    \"type\": \"blocks\",\n    \"issueId\": \"ENG-98 <!channel> ```\"\n  }\n}",
		}}}.message(),
		"preview_must_edit": plan{ID: "proposal-1", Actor: "user", Until: noon, Items: []planItem{{
			Identifier: "ENG-98", Title: "Payment retries loop", URL: "https://linear.app/acme/issue/ENG-98", Action: "Comment on",
			Comment: true, Body: strings.Repeat("See https://evil.test/a for more. ", 80), Taint: "Mallory's message, 14:02", MustEdit: true,
		}}}.message(),
		"undone": undone("Moved ENG-142 Todo → Done"), "list_stale": issueList{State: "state"}.stale(noon), "dropped": planDropped(),
		"checking": checking(), "it_did": card{Issue: newWorld("Login fails", 1, 1).issue, Head: cardHead{Kind: headFound}}.full(),
		"it_did_not": sayAbout(&didNotError{assistant.ChangeCreate, linear.ErrTransient}, about{Held: "held-1", Ref: "ab12cd34"}).message(), "failure": failed.message(),
		"thread_preview": threadPreview(transcript{Body: "**Bob** · 18:20\nIt loops.", Messages: 412, Left: 212}, ""),
		"home_revoked":   home{Account: revoked, Word: "/linear"}.view(),
		"home_reading":   home{Account: a, Word: "/linear", Reading: true, Failed: noon, Ref: "ab12cd34"}.view(),
	}
}

// otherOrg is a question between the account's workspace and another one.
func otherOrg(a store.Account) accounts.Replacement {
	to := a.Grant
	to.OrgName = "Globex <!channel>"
	return accounts.Replacement{From: a.Grant, To: to, Ref: "ref", Until: noon}
}

func emptySurfaces() map[string]any {
	none := &linear.Directory{}
	bare := linear.Issue{ID: "issue-a", Identifier: "ENG-1", Team: linear.TeamRef{ID: "team-eng", Key: "ENG"}}
	return map[string]any{
		"card_full": card{Issue: bare}.full(), "card_compact": card{Issue: bare}.compact(),
		"list":      issueList{Title: "Issues", Filters: "list assignee:alice p:high", State: "state"}.message(),
		"new_issue": newIssue{Dir: none}.view(), "edit_issue": editIssue("", none, bare, draftOf(bare)),
		"filters": editFilters("", "/linear", none, filters{}), "settings": settingsView("", none, defaults{}), "channel": channelView("", "", none, defaults{}),
		"home": home{Word: "/linear"}.view(), "status": connectionStatus{}.message(),
		"admin_people": adminPage{Tab: tabPeople}.view(), "admin_health": adminPage{}.view(), "admin_audit": adminPage{Tab: tabAudit}.view(),
		"link_comment": commentCard(linear.Comment{Issue: &bare}), "link_project": projectCard(linear.LinkedProject{Ref: linear.Ref{Name: "Auth revamp"}}),
		"applied": applied{ID: "p"}.message(), "preview": plan{ID: "p"}.message(), "thread_preview": threadPreview(transcript{}, gapBroken.before("linear")),
	}
}
