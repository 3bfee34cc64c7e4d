package slackapp

import (
	"context"
	"fmt"
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
		p.Usage, err = a.readUsage(ctx, r.Key.TeamID, p.Days)
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
