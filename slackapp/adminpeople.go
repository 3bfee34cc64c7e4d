package slackapp

import (
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"linearbot/store"
)

// peopleRows is how many people one page of the admin view shows.
const peopleRows = 20

// adminPeople is the list of connections.
type adminPeople struct {
	Accounts []store.Account
	Gone     map[string]bool // Slack ids of those who are deactivated in Slack
	Counts   map[store.State]int
	State    store.State // the filter; "" is everybody
	Name     string      // the filter
	At       time.Time   // now
	Prev     string      // values of the paging buttons; "" hides them
	Next     string
}

func (p adminPeople) blocks() []slack.Block {
	all := []slack.Block{section(countsLine(p.Counts))}
	var states []choice
	for _, s := range countedStates {
		states = append(states, choice{Label: sentenceWord(stateWord(s)), Value: string(s)})
	}
	states = append([]choice{{Label: "Everybody", Value: "all"}}, states...)
	name := textInput(actAdminName, p.Name, 80, false)
	name.Placeholder = plain("Name, e-mail or Slack id", maxPlaceholder)
	name.DispatchActionConfig = &slack.DispatchActionConfig{TriggerActionsOn: []string{"on_enter_pressed"}}
	all = append(all,
		actions("people_filter", staticSelect(actAdminFilter, "State", states, firstOf(string(p.State), "all"))),
		optional("people_name", "Find a person", name).WithDispatchAction(true))
	if len(p.Accounts) == 0 {
		all = append(all, section("Nobody matches. Clear the filter to see everybody."))
	}
	for _, a := range p.Accounts[:min(len(p.Accounts), peopleRows)] {
		gone := p.Gone[a.Key.UserID]
		row := accountRow(a, p.At)
		if gone {
			row = dotted(row, "deactivated in Slack")
		}
		all = append(all, section(row, accountMenu(a, gone)))
	}
	var paging []slack.BlockElement
	if p.Prev != "" {
		paging = append(paging, button("Previous", actAdminPage+".prev", p.Prev))
	}
	if p.Next != "" {
		paging = append(paging, button("Next", actAdminPage+".next", p.Next))
	}
	return blocks(append(all, actions("", paging...))...)
}

// sentenceWord is a word with a capital.
func sentenceWord(s string) string {
	full := sentence(s)
	return full[:len(full)-1]
}

// accountRow is "@alice · Alice Chen · Acme · active · last used 2 h".
func accountRow(a store.Account, now time.Time) string {
	used := ""
	if !a.LastUsedAt.IsZero() {
		used = "last used " + since(a.LastUsedAt, now)
	}
	state := stateWord(a.State)
	if a.State == store.Active {
		state = "active"
	}
	return dotted(mention(a.Key.UserID), inline(a.ViewerName, 80), inline(a.OrgName, 80), state, used)
}

// since is how long ago something was that is known to the hour.
func since(t, now time.Time) string {
	switch d := now.Sub(t); {
	case d < time.Hour:
		return "under 1 h"
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	default:
		return fmt.Sprintf("%d d", int(d.Hours()/24))
	}
}

// accountMenu is what an admin can do; who is gone can be asked nothing.
func accountMenu(a store.Account, gone bool) slack.BlockElement {
	value := func(what string) string { return what + ":" + a.Key.UserID }
	entries := []choice{{Label: "Details", Value: value(moreDetails)}}
	switch a.State {
	case store.Blocked:
		return overflow(actAdminMore, append(entries, choice{Label: "Allow again", Value: value(moreAllow)})...)
	case store.Expired, store.Revoked, store.Disconnected:
		if !gone {
			entries = append(entries, choice{Label: "Ask to reconnect", Value: value(moreAskAgain)})
		}
	}
	if !a.Holds() && !a.Shared && !gone {
		entries = append(entries, choice{Label: "Allow shared identity", Value: value(moreShareID)})
	}
	if a.Holds() {
		entries = append(entries, choice{Label: "Force disconnect…", Value: value(moreForce)})
	}
	return overflow(actAdminMore, append(entries, choice{Label: "Bar from using…", Value: value(moreBar)})...)
}

// accountView is Details.
func accountView(a store.Account, now time.Time) slack.ModalViewRequest {
	var rows []factRow
	add := func(name, value string) {
		if value != "" {
			rows = append(rows, factRow{Name: name, Value: value})
		}
	}
	add("Linear account", dotted(a.ViewerName, a.ViewerEmail))
	add("Workspace", a.OrgName)
	add("State", stateWord(a.State))
	add("Cause", a.Cause)
	if a.Holds() {
		add("Acts as", modeWord(a.Actor))
	}
	all := append([]slack.Block{section(accountRow(a, now))}, facts(rows, "Nothing is stored.")...)
	var times []string
	if !a.ConnectedAt.IsZero() {
		times = append(times, "Connected "+moment(a.ConnectedAt))
	}
	if !a.ChangedAt.IsZero() {
		times = append(times, "state since "+moment(a.ChangedAt))
	}
	if !a.DueAt.IsZero() && a.State == store.Active {
		times = append(times, "renewal due "+moment(a.DueAt))
	}
	return modal(viewAdmin+"_person", "Connection", "", "Back", "", append(all, contextLine(dotted(times...)))...)
}

// forceView asks before an admin takes somebody's access, or bars them.
func forceView(meta, userID string, bar bool) slack.ModalViewRequest {
	if bar {
		return modal(viewForce, "Bar from using?", "Bar person", "Keep access", meta,
			section("Deletes the stored access for "+mention(userID)+" and refuses new connections. Linear data is not changed."))
	}
	return modal(viewForce, "Force disconnect?", "Disconnect person", "Keep access", meta,
		section("Deletes the stored access for "+mention(userID)+". Linear data is not changed."))
}
