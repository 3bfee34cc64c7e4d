package slackapp

import (
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"linearbot/store"
)

// The tabs of the admin view; the value of a tab's button.
const (
	tabHealth = "health"
	tabPeople = "people"
	tabAudit  = "audit"
	tabUsage  = "usage"
	tabPolicy = "policy"
)

// adminPage is the admin view: one tab at a time. The handler fills what the tab
// shows; re-check the right to see it at every press.
type adminPage struct {
	Tab    string
	Meta   string
	Health []healthRow
	People adminPeople
	Audit  adminAudit
	Usage  []factRow
	Policy []factRow
	At     time.Time
}

// healthRow is one part of the system.
type healthRow struct {
	Name  string
	State string // "OK", "Degraded", "Down"
	Since time.Time
	Note  string // plain words: "p95 210 ms, errors 0%"
}

// factRow is a name with a value.
type factRow struct {
	Name  string
	Value string
	Note  string
}

// view is the modal.
func (p adminPage) view() slack.ModalViewRequest {
	all := []slack.Block{p.tabs()}
	switch p.Tab {
	case tabPeople:
		all = append(all, p.People.blocks()...)
	case tabAudit:
		all = append(all, p.Audit.blocks()...)
	case tabUsage:
		all = append(all, facts(p.Usage, "Nothing was counted yet.")...)
	case tabPolicy:
		all = append(all, facts(p.Policy, "No policy is set.")...)
		all = append(all, contextLine("These are set where the bot runs. Changing the acting mode asks people to reconnect; until then they keep the old mode."))
	default:
		all = append(all, p.health()...)
	}
	if !p.At.IsZero() {
		all = append(all, contextLine("As of "+clock(p.At)))
	}
	submit := ""
	if p.Tab == tabPeople {
		submit = "Find people" // Slack wants a submit beside an input
	}
	return modal(viewAdmin, "Linear admin", submit, "Close", p.Meta, all...)
}

// adminOnly answers everybody else.
func adminOnly() Message { return sayText("Only workspace admins can open this.") }

func (p adminPage) tabs() slack.Block {
	var all []slack.BlockElement
	for _, t := range []choice{
		{Label: "Health", Value: tabHealth},
		{Label: "People", Value: tabPeople},
		{Label: "Audit", Value: tabAudit},
		{Label: "Usage", Value: tabUsage},
		{Label: "Policy", Value: tabPolicy},
	} {
		b := button(t.Label, actAdminTab+"."+t.Value, t.Value)
		if t.Value == firstOf(p.Tab, tabHealth) {
			b.Style = slack.StylePrimary
			b.AccessibilityLabel = t.Label + ", open now"
		}
		all = append(all, b)
	}
	return actions("tabs", all...)
}

func (p adminPage) health() []slack.Block {
	if len(p.Health) == 0 {
		return blocks(section("Checking…"))
	}
	var all []slack.Block
	for _, h := range p.Health[:min(len(p.Health), 40)] {
		line := healthSign(h.State) + " " + bold(inline(h.Name, 60)) + " · " + escape(h.State)
		if !h.Since.IsZero() {
			line += " since " + moment(h.Since)
		}
		all = append(all, section(line), contextLine(inline(h.Note, 300)))
	}
	return blocks(all...)
}

func healthSign(state string) string {
	switch state {
	case "OK":
		return ":large_green_circle:"
	case "Degraded":
		return ":large_yellow_circle:"
	}
	return ":red_circle:"
}

func facts(rows []factRow, none string) []slack.Block {
	if len(rows) == 0 {
		return blocks(section(none))
	}
	var all []slack.Block
	for _, r := range rows[:min(len(rows), 40)] {
		all = append(all, section(bold(inline(r.Name, 80))+"\n"+inline(r.Value, 300)), contextLine(inline(r.Note, 300)))
	}
	return blocks(all...)
}

// adminAudit is one page of the audit: no titles, texts or tokens, ever.
type adminAudit struct {
	Entries []store.Entry
	Next    string // values of the paging buttons; "" hides them
	Prev    string
}

func (a adminAudit) blocks() []slack.Block {
	if len(a.Entries) == 0 {
		return blocks(section("Nothing was recorded that matches."), a.buttons())
	}
	var lines []string
	for _, e := range a.Entries[:min(len(a.Entries), 25)] {
		who := "the bot"
		if e.Key.UserID != "" {
			who = mention(e.Key.UserID)
		}
		lines = append(lines, dotted(moment(e.At), who, code(e.Action, 60), inline(e.Target, 40), resultWords(e.Result), refWords(e.Ref)))
	}
	return append(paragraphs(lines), blocks(a.buttons())...)
}

func (a adminAudit) buttons() slack.Block {
	var all []slack.BlockElement
	if a.Prev != "" {
		all = append(all, button("Newer", actAdminPage+".prev", a.Prev))
	}
	if a.Next != "" {
		all = append(all, button("Older", actAdminPage+".next", a.Next))
	}
	return actions("", append(all, button("Export CSV", actAdminExport, ""))...)
}

func resultWords(result string) string {
	if result == "ok" {
		return "done"
	}
	return inline(strings.ReplaceAll(result, "_", " "), 60)
}

// countsLine is "41 connected · 3 expired · 2 revoked · 1 pending".
func countsLine(counts map[store.State]int) string {
	var parts []string
	for _, s := range []store.State{store.Active, store.Expired, store.Revoked, store.Verifying, store.Pending, store.Blocked, store.Disconnected} {
		if n := counts[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, stateWord(s)))
		}
	}
	if len(parts) == 0 {
		return "Nobody has connected yet."
	}
	return strings.Join(parts, " · ")
}
