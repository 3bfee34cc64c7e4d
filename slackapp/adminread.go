package slackapp

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"linearbot/store"
)

// adminTab reads what one tab shows.
func (a *App) adminTab(ctx context.Context, r *request, at adminAt) (adminPage, error) {
	p := adminPage{Tab: at.Tab, At: time.Now(), Meta: at.meta()}
	var err error
	switch at.Tab {
	case tabAudit:
		p.Audit, err = a.readAudit(ctx, r.Key.TeamID, at)
	case tabHealth:
		p.Health, p.Incidents = a.health(ctx), a.incidents.last()
	case tabUsage:
		p.Days = max(at.Days, 7)
		p.Usage, err = a.usage(ctx, r.Key.TeamID, p.Days)
	case tabPolicy:
		p.Rules = a.policy(ctx, r.Key.TeamID)
		p.Acting, err = a.actingMode(ctx, r.Key.TeamID)
	default:
		p.People, err = a.readPeople(ctx, r.Key.TeamID, at)
	}
	return p, err
}

func (a *App) readPeople(ctx context.Context, team string, at adminAt) (adminPeople, error) {
	p := adminPeople{State: at.State, Name: at.Name}
	var err error
	if p.Counts, err = a.DB.CountAccounts(ctx); err != nil {
		return p, err
	}
	var next string
	p.Accounts, next, err = a.Accounts.List(ctx, store.AccountFilter{TeamID: team, State: at.State, Name: at.Name, After: at.After, Limit: peopleRows})
	if next != "" {
		p.Next = "next:" + next
	}
	if len(at.Pages) > 0 {
		p.Prev = "prev"
	}
	return p, err
}

// auditRows is how many entries one page of the audit shows.
const auditRows = 20

// audit is what the filters of the tab select.
func (at adminAt) audit(team string, limit int) store.AuditFilter {
	f := store.AuditFilter{Key: store.Key{TeamID: team, UserID: at.Person}, Result: at.Result, Limit: limit}
	if at.Days > 0 {
		f.From = time.Now().AddDate(0, 0, -at.Days)
	}
	f.Before, _ = strconv.ParseInt(at.After, 10, 64)
	return f
}

func (a *App) readAudit(ctx context.Context, team string, at adminAt) (adminAudit, error) {
	entries, err := a.DB.Audit(ctx, at.audit(team, auditRows+1))
	p := adminAudit{Entries: entries, Person: at.Person, Result: at.Result, Days: at.Days}
	if len(entries) > auditRows {
		p.Entries = entries[:auditRows]
		p.Next = "next:" + strconv.FormatInt(p.Entries[auditRows-1].Seq, 10)
	}
	if len(at.Pages) > 0 {
		p.Prev = "prev"
	}
	return p, err
}

// usageMax bounds what is counted for the Usage tab.
const usageMax = 50_000

// usage counts the audit log of some days.
func (a *App) usage(ctx context.Context, team string, days int) ([]factRow, error) {
	entries, err := a.DB.Audit(ctx, store.AuditFilter{Key: store.Key{TeamID: team}, From: time.Now().AddDate(0, 0, -days), Limit: usageMax})
	if err != nil {
		return nil, err
	}
	people, created, failures := map[string]bool{}, map[string]int{}, map[string]int{}
	changes, said := 0, 0
	for _, e := range entries {
		switch {
		case e.Action == feedbackAction:
			continue
		case e.Result != "ok":
			failures[e.Action+": "+resultWords(e.Result)]++
			continue
		case e.Action == "linear_issue_create":
			created[e.Source]++
		case e.Action == "linear_issue_update" || e.Action == "linear_graphql_query":
			changes++
		default:
			continue
		}
		people[e.Key.UserID] = true
		if e.Source == "assistant" {
			said++
		}
	}
	since := time.Now().AddDate(0, 0, -days)
	rows := []factRow{
		{Name: "Active people", Value: strconv.Itoa(len(people)), Note: fmt.Sprintf("changed something in Linear in %d days", days)},
		{Name: "Issues created", Value: strconv.Itoa(total(created)), Note: tally(created, 6)},
		{Name: "Changes", Value: strconv.Itoa(changes)},
		{Name: "Asked for in plain words", Value: strconv.Itoa(said), Note: "confirmed and made"},
	}
	rows = append(rows, a.turnsRows(ctx, team, since)...)
	return append(rows, a.feedbackRow(ctx, team, entries, since),
		factRow{Name: "Failures", Value: strconv.Itoa(total(failures)), Note: tally(failures, 5)}), nil
}

func total(counts map[string]int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}

// tally is the largest counts in words: "command 12 · modal 3".
func tally(counts map[string]int, most int) string {
	names := slices.SortedFunc(maps.Keys(counts), func(x, y string) int {
		if counts[x] != counts[y] {
			return counts[y] - counts[x]
		}
		if x < y {
			return -1
		}
		return 1
	})
	var parts []string
	for _, n := range names[:min(len(names), most)] {
		parts = append(parts, fmt.Sprintf("%s %d", n, counts[n]))
	}
	return dotted(parts...)
}

// health is one row for each part of the system.
func (a *App) health(ctx context.Context) []healthRow {
	up, since := a.Ready()
	rows := []healthRow{{Name: "Slack socket", State: okOr(up, "Down"), Since: since}, a.linearHealth()}
	auth := healthRow{Name: "Auth service", State: "OK"}
	if trouble, err := a.Accounts.Trouble(ctx); err != nil || !trouble.IsZero() {
		auth = healthRow{Name: "Auth service", State: "Down", Since: trouble, Note: "Linear refuses this app's client id or secret. Connections in use go on until they run out."}
	}
	depth := a.queue.depth()
	return append(rows, auth,
		healthRow{Name: "Store", State: okOr(a.DB.Ping(ctx) == nil, "Down")},
		healthRow{Name: "Queue", State: okOr(depth < queueRoom/2, "Degraded"), Note: fmt.Sprintf("%d waiting", depth)},
		healthRow{Name: "Assistant", State: okOr(a.Words, "Down"), Note: "plain words " + onOff(a.Words)})
}

// linearHealth is what the requests of the last hour tell of Linear.
func (a *App) linearHealth() healthRow {
	row := healthRow{Name: "Linear API", State: "OK"}
	p := a.Pulse.lastHour()
	if p.Requests == 0 {
		row.Note = "no requests in the last hour"
		return row
	}
	rate := 100 * float64(p.Failed) / float64(p.Requests)
	row.Note = fmt.Sprintf("p95 %d ms, errors %.1f%% of %s in 1 h", p.P95.Milliseconds(), rate, plural(p.Requests, "request", "requests"))
	row.Since = p.FailingSince
	switch {
	case rate > 50:
		row.State = "Down"
	case rate > 5 || p.P95 > 3*time.Second:
		row.State = "Degraded"
	}
	return row
}

func okOr(ok bool, otherwise string) string {
	if ok {
		return "OK"
	}
	return otherwise
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
