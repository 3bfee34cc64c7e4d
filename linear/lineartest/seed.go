package lineartest

import (
	"slices"
	"strings"
	"time"
)

func newWorld() *world {
	w := &world{orgID: seedID("organization"), orgName: "Acme", urlKey: "acme", ids: map[string]bool{}}
	w.created = time.Date(2024, 1, 8, 9, 0, 0, 0, time.UTC)
	return w
}

// seedToday is the day the demo data is told from when the clock stands before
// the data's own fixed dates, as in a testing/synctest bubble.
var seedToday = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// seed fills the workspace: people, teams, states, labels, projects, cycles,
// templates and the issues of seedIssues. Ids are the same in each run.
func seed(w *world, now time.Time) {
	today := now
	if today.Before(seedToday.AddDate(0, -3, 0)) {
		today = seedToday
	}
	alice := w.seedUser("Alice Chen", "alice", false)
	bob := w.seedUser("Bob Diaz", "bob", false)
	carol := w.seedUser("Carol Okafor", "carol", true)
	eng := w.seedTeam("Engineering", "ENG", "#4cb782", []*user{alice, bob, carol})
	des := w.seedTeam("Design", "DES", "#f2994a", []*user{alice, carol})
	sec := w.seedTeam("Security", "SEC", "#eb5757", []*user{bob, carol})
	sec.private = true
	for _, name := range []string{"bug", "feature", "infra"} {
		w.labels = append(w.labels, &label{meta: w.seedMeta("label "+name, w.created), Name: name, Color: "#95a2b3"})
	}
	w.seedProject("Auth revamp", "started", carol, eng)
	w.seedProject("Mobile launch", "planned", alice, eng, des)
	w.seedCycles(eng, 40, today)
	w.seedCycles(des, 17, today)
	w.templates = append(w.templates, &template{
		meta: w.seedMeta("template bug report", w.created), Name: "Bug report", Type: "issue", team: eng,
		data: map[string]any{
			"title": "Bug: ", "description": "**What happened**\n\n**What should have happened**\n\n**Steps**\n1. ",
			"priority": 3.0, "labelIds": []any{seedID("label bug")},
		},
	}, &template{
		meta: w.seedMeta("template design brief", w.created), Name: "Design brief", Type: "issue", team: des,
		data: map[string]any{"title": "Brief: ", "description": "**Goal**\n\n**Audience**\n\n**Constraints**\n"},
	})
	for _, row := range seedIssues {
		w.seedIssue(row, today)
	}
	w.seedComments()
	eng.numbers, des.numbers, sec.numbers = 142, 9, 2
}

func (w *world) seedMeta(name string, at time.Time) meta { return w.newMeta(seedID(w.seeds+name), at) }

func (w *world) seedUser(name, handle string, admin bool) *user {
	u := &user{
		meta: w.seedMeta("user "+handle, w.created), Name: name, DisplayName: handle, Email: handle + "@acme.test",
		Admin: admin, Active: true,
	}
	w.users = append(w.users, u)
	return u
}

func (w *world) seedTeam(name, key, color string, members []*user) *team {
	t := &team{
		meta: w.seedMeta("team "+key, w.created), Name: name, Key: key, Color: color,
		Estimation: "fibonacci", members: members,
	}
	w.teams = append(w.teams, t)
	for i, s := range []struct{ name, kind, color string }{
		{"Backlog", "backlog", "#bec2c8"}, {"Todo", "unstarted", "#e2e2e2"}, {"In Progress", "started", "#f2c94c"},
		{"In Review", "started", "#0f783c"}, {"Done", "completed", "#5e6ad2"}, {"Canceled", "canceled", "#95a2b3"},
	} {
		w.states = append(w.states, &state{
			meta: w.seedMeta("state "+key+" "+s.name, w.created), Name: s.name, Type: s.kind, Color: s.color,
			Position: float64(i) * 1000, team: t,
		})
	}
	return t
}

func (w *world) seedProject(name, status string, lead *user, teams ...*team) {
	id := seedID("project " + name)
	w.projects = append(w.projects, &project{
		meta: w.newMeta(id, w.created.AddDate(1, 0, 0)), Name: name, SlugID: slug(name) + "-" + strings.ReplaceAll(id, "-", "")[:12],
		Status: status, Color: "#5e6ad2", lead: lead, teams: teams,
	})
}

// seedCycles makes two weeks each: the last one, the one of today, and four to come.
func (w *world) seedCycles(t *team, number float64, today time.Time) {
	day := today.Truncate(24 * time.Hour)
	monday := day.AddDate(0, 0, -int(day.Weekday()+6)%7)
	for i := range 6 {
		w.cycles = append(w.cycles, &cycle{
			meta: w.seedMeta("cycle "+t.Key+" "+string(rune('0'+i)), monday.AddDate(0, 0, 14*(i-4))), Number: number + float64(i),
			Starts: monday.AddDate(0, 0, 14*(i-1)), Ends: monday.AddDate(0, 0, 14*i), team: t,
		})
	}
}

func (w *world) seedIssue(r seedRow, today time.Time) {
	t := w.team(r.team)
	at := today.AddDate(0, 0, -r.age)
	if r.on != "" {
		at, _ = time.Parse(time.RFC3339, r.on) // a constant of this package
	}
	i := &issue{
		meta: w.seedMeta("issue "+identifier(r.team, r.number), at), number: r.number, Title: r.title, Description: r.text,
		priority: r.priority, team: t, creator: w.user(r.by + "@acme.test"), assignee: w.user(r.assignee + "@acme.test"),
		sortOrder: float64(-r.number),
		project:   first(w.projects, func(p *project) bool { return p.Name == r.project }),
		state:     first(w.states, func(s *state) bool { return s.team == t && s.Name == r.state }),
	}
	if r.points > 0 {
		i.estimate = new(r.points)
	}
	if r.due != 0 {
		i.dueDate = today.AddDate(0, 0, r.due).Format(time.DateOnly)
	}
	for _, name := range r.labels {
		i.labels = append(i.labels, first(w.labels, func(l *label) bool { return l.Name == name }))
	}
	if r.cycle {
		i.cycle = w.activeCycle(t, today)
	}
	i.subscribers = []*user{i.creator}
	if i.assignee != nil && i.assignee != i.creator {
		i.subscribers = append(i.subscribers, i.assignee)
	}
	w.issues = append(w.issues, i)
	w.seedMove(i, today.AddDate(0, 0, -r.touched))
}

// seedMove tells how the issue came to its state: one row of history.
func (w *world) seedMove(i *issue, at time.Time) {
	if at.Before(i.CreatedAt) {
		at = i.CreatedAt
	}
	switch i.state.Type {
	case "backlog":
		return
	case "completed":
		i.started, i.completed = i.CreatedAt.Add(at.Sub(i.CreatedAt)/2), at
	case "canceled":
		i.canceled = at
	case "started":
		i.started = at
	}
	i.UpdatedAt = at
	actor := i.creator
	if i.assignee != nil {
		actor = i.assignee
	}
	before := *i
	before.state = w.defaultState(i.team)
	h := &change{meta: w.newMeta("", at), issue: i, actor: actor, set: map[string]bool{"stateId": true}, from: before, to: *i}
	w.changes = append(w.changes, h)
}

func (w *world) seedComments() {
	for _, r := range seedTalk {
		i := w.find(r.issue)
		at := i.CreatedAt.Add(time.Duration(r.hours) * time.Hour)
		by := w.user(r.by + "@acme.test")
		w.comments = append(w.comments, &comment{meta: w.newMeta("", at), Body: r.body, issue: i, user: by})
		if !slices.Contains(i.subscribers, by) {
			i.subscribers = append(i.subscribers, by)
		}
		if at.After(i.UpdatedAt) {
			i.UpdatedAt = at
		}
	}
}
