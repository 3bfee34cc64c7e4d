package slackapp

import (
	"context"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

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
	p := adminPeople{State: at.State, Name: at.Name, At: time.Now()}
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
	p.Gone = a.goneOf(ctx, p.Accounts)
	return p, err
}

// goneCap bounds what the People tab waits for Slack: a trigger lives 3 s.
const goneCap = 800 * time.Millisecond

// goneOf asks Slack who of these is deactivated; who is not known in time is not.
func (a *App) goneOf(ctx context.Context, all []store.Account) map[string]bool {
	ctx, cancel := context.WithTimeout(ctx, goneCap)
	defer cancel()
	var mu sync.Mutex
	gone := map[string]bool{}
	var asking errgroup.Group
	asking.SetLimit(8)
	for _, account := range all {
		asking.Go(func() error {
			who, err := a.people.get(ctx, account.Key, account.HomeTeamID)
			mu.Lock()
			defer mu.Unlock()
			gone[account.Key.UserID] = err == nil && who.Gone
			return nil
		})
	}
	_ = asking.Wait() // none of them fails
	return gone
}

// auditRows is how many entries one page of the audit shows.
const auditRows = 20

// audit is what the filters of the tab select.
func (at adminAt) audit(team string, limit int) store.AuditFilter {
	f := store.AuditFilter{Key: store.Key{TeamID: team, UserID: at.Person}, Action: at.Action, Result: at.Result, Limit: limit}
	if at.Days > 0 {
		f.From = time.Now().AddDate(0, 0, -at.Days)
	}
	f.Before, _ = strconv.ParseInt(at.After, 10, 64)
	return f
}

func (a *App) readAudit(ctx context.Context, team string, at adminAt) (adminAudit, error) {
	entries, err := a.DB.Audit(ctx, at.audit(team, auditRows+1))
	p := adminAudit{Entries: entries, Person: at.Person, Action: at.Action, Result: at.Result, Days: at.Days}
	if len(entries) > auditRows {
		p.Entries = entries[:auditRows]
		p.Next = "next:" + strconv.FormatInt(p.Entries[auditRows-1].Seq, 10)
	}
	if len(at.Pages) > 0 {
		p.Prev = "prev"
	}
	return p, err
}
