package slackapp

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// healths remembers since when each part of the system is as it is: to the minute,
// which is how often it is looked at.
type healths struct {
	mu    sync.Mutex
	since map[string]healthRow // by name
}

// noted gives the rows that do not know it the moment they became what they are.
func (h *healths) noted(rows []healthRow) []healthRow {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.since == nil {
		h.since = map[string]healthRow{}
	}
	for n, row := range rows {
		before, seen := h.since[row.Name]
		switch {
		case !row.Since.IsZero():
		case seen && before.State == row.State:
			rows[n].Since = before.Since
		default:
			rows[n].Since = time.Now()
		}
		h.since[row.Name] = rows[n]
	}
	return rows
}

// health is one row for each part of the system.
func (a *App) health(ctx context.Context) []healthRow { return a.healths.noted(a.healthNow(ctx)) }

func (a *App) healthNow(ctx context.Context) []healthRow {
	up, since := a.Ready()
	rows := []healthRow{{Name: "Slack socket", State: okOr(up, "Down"), Since: since}, a.linearHealth(), a.roomHealth()}
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

// roomHealth is how near any account came to its limit at Linear in the last hour.
func (a *App) roomHealth() healthRow {
	row := healthRow{Name: "Rate limit", State: "OK", Note: "no requests in the last hour"}
	least := a.Pulse.lastHour().Least
	if least.Limit == 0 {
		return row
	}
	row.Note = fmt.Sprintf("least room of any account in 1 h: %d of %d requests", least.Remaining, least.Limit)
	switch {
	case least.Remaining == 0 && time.Now().Before(least.Reset):
		row.State = "Down"
	case 10*least.Remaining < least.Limit:
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
