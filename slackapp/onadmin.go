package slackapp

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linearbot/store"
)

// commandAdmin opens the admin view. The right to see it is asked at every press.
func (a *App) commandAdmin(ctx context.Context, r *request) error {
	ok, err := a.isAdmin(ctx, r)
	if err != nil {
		return err
	}
	if !ok {
		return a.reply(ctx, r, adminOnly())
	}
	p, err := a.adminTab(ctx, tabPeople, adminPeople{})
	if err != nil {
		return err
	}
	_, err = a.Quick.OpenViewContext(ctx, r.Trigger, p.view())
	return a.opened(err)
}

func (a *App) isAdmin(ctx context.Context, r *request) (bool, error) {
	who, err := a.people.get(ctx, r.Key, r.HomeTeam)
	if err != nil {
		return false, err
	}
	return a.admin(who), nil
}

// onAdmin handles a press inside the admin view.
func (a *App) onAdmin(ctx context.Context, r *request, action, value string) error {
	ok, err := a.isAdmin(ctx, r)
	if err != nil {
		return err
	}
	if !ok {
		return a.reply(ctx, r, adminOnly())
	}
	if action == actAdmin {
		return a.commandAdmin(ctx, r)
	}
	tab, people := tabPeople, adminPeople{}
	switch action {
	case actAdminTab:
		tab = value
	case actAdminFilter:
		if value != "all" {
			people.State = store.State(value)
		}
	case actAdminName:
		people.Name = value
	case actAdminMore:
		if people.Notice, err = a.adminDoes(ctx, r, value); err != nil {
			return err
		}
	}
	p, err := a.adminTab(ctx, tab, people)
	if err != nil {
		return err
	}
	_, err = a.API.UpdateViewContext(ctx, p.view(), "", "", r.Interaction.View.ID)
	return wrapSlack("views.update", err)
}

// adminDoes carries out a choice from a person's menu: "force:U123".
func (a *App) adminDoes(ctx context.Context, r *request, value string) (string, error) {
	what, id, _ := strings.Cut(value, ":")
	key := store.Key{TeamID: r.Key.TeamID, UserID: id}
	name := mention(id)
	switch what {
	case moreAskAgain:
		if err := a.tell(ctx, key, "", "", askToReconnect(r.Key.UserID)); err != nil {
			return "", err
		}
		return "Asked " + name + " to reconnect.", nil
	case moreForce:
		return "Deleted the stored access of " + name + ".", a.Accounts.DisconnectBy(ctx, key, r.Key.UserID)
	case moreBar:
		return name + " can no longer use Linear here.", a.Accounts.Block(ctx, key, r.Key.UserID)
	case moreAllow:
		return name + " may use Linear here again.", a.Accounts.Unblock(ctx, key, r.Key.UserID)
	}
	return "", nil
}

// adminTab reads what one tab shows.
func (a *App) adminTab(ctx context.Context, tab string, people adminPeople) (adminPage, error) {
	p := adminPage{Tab: tab, At: time.Now()}
	counts, err := a.DB.CountAccounts(ctx)
	if err != nil {
		return adminPage{}, err
	}
	switch tab {
	case tabPeople:
		people.Counts = counts
		people.Accounts, _, err = a.Accounts.List(ctx, store.AccountFilter{State: people.State, Name: people.Name, Limit: peopleRows})
		p.People = people
	case tabAudit:
		p.Audit.Entries, err = a.DB.Audit(ctx, store.AuditFilter{Limit: 20})
	case tabHealth:
		p.Health = a.health(ctx)
	case tabUsage:
		for _, s := range []store.State{store.Active, store.Expired, store.Revoked, store.Pending} {
			p.Usage = append(p.Usage, factRow{Name: "Accounts " + stateWord(s), Value: fmt.Sprint(counts[s])})
		}
	case tabPolicy:
		p.Policy = []factRow{
			{Name: "New connections act as", Value: modeWord(a.Accounts.Actor)},
			{Name: "Guests", Value: "off"},
			{Name: "Shared channels", Value: "off"},
			{Name: "Plain words", Value: onOff(a.Words)},
		}
	}
	return p, err
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// health is one row for each part of the system.
func (a *App) health(ctx context.Context) []healthRow {
	row := func(name string, ok bool, since time.Time, note string) healthRow {
		state := "OK"
		if !ok {
			state = "Down"
		}
		return healthRow{Name: name, State: state, Since: since, Note: note}
	}
	up, since := a.Ready()
	dbErr := a.DB.Ping(ctx)
	return []healthRow{
		row("Slack socket", up, since, ""),
		row("Store", dbErr == nil, time.Time{}, ""),
		row("Queue", a.queue.depth() < queueRoom/2, time.Time{}, fmt.Sprintf("%d waiting", a.queue.depth())),
	}
}
