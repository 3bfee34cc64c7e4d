package slackapp

import (
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"linearbot/accounts"
	"linearbot/linear"
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
	Acting acting
	Rules  policy
	Days   int    // of Usage
	Notice string // mrkdwn: what a press just did

	Incidents []incident
	At        time.Time
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
	all := blocks(p.tabs(), contextLine(p.Notice))
	switch p.Tab {
	case tabPeople:
		all = append(all, p.People.blocks()...)
	case tabAudit:
		all = append(all, p.Audit.blocks()...)
	case tabUsage:
		all = append(all, actions("usage_days", staticSelect(actAdminFilter+".days", "Days", dayChoices(7, 30), fmt.Sprint(max(p.Days, 7)))))
		all = append(all, facts(p.Usage, "Nothing was counted yet.")...)
	case tabPolicy:
		all = append(all, p.Rules.blocks()...)
		all = append(all, p.Acting.blocks()...)
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
	for n, i := range p.Incidents {
		if n == 0 {
			all = append(all, slack.NewDividerBlock(), section("*Last incidents*"))
		}
		all = append(all, contextLine(dotted(moment(i.At), code(i.Op, 60), refWords(i.Ref))))
	}
	return blocks(all...)
}

// dayChoices offers spans of days.
func dayChoices(days ...int) []choice {
	var all []choice
	for _, d := range days {
		all = append(all, choice{Label: fmt.Sprintf("Last %d days", d), Value: fmt.Sprint(d)})
	}
	return all
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

	Person string // the filters
	Action string
	Result string
	Days   int
}

// auditActions are the names in the audit log that can be looked for.
var auditActions = []string{
	linear.ToolCreate, linear.ToolUpdate, linear.ToolQuery, "undo", "connect", accounts.ActionReplace, "disconnect", "lost",
	"force_disconnect", "block", "unblock", "share", "policy", "acting_mode", feedbackAction,
}

func (a adminAudit) filters() slack.Block {
	who := slack.NewOptionsSelectBlockElement(slack.OptTypeUser, plain("Everybody", maxPlaceholder), actAdminFilter+".person")
	who.InitialUser = a.Person
	results := []choice{{Label: "Any result", Value: "all"}, {Label: "Done", Value: "ok"}}
	for _, r := range []string{"forbidden", "not_found", "rate_limited", "upstream", "timeout", "unknown_outcome", "internal"} {
		results = append(results, choice{Label: sentenceWord(resultWords(r)), Value: r})
	}
	days := append([]choice{{Label: "All dates", Value: "0"}}, dayChoices(1, 7, 30, 90)...)
	does := []choice{{Label: "Any action", Value: "all"}}
	for _, name := range auditActions {
		does = append(does, choice{Label: name, Value: name})
	}
	return actions("audit_filter", who, staticSelect(actAdminFilter+".action", "Action", does, firstOf(a.Action, "all")),
		staticSelect(actAdminFilter+".result", "Result", results, firstOf(a.Result, "all")),
		staticSelect(actAdminFilter+".days", "Dates", days, fmt.Sprint(a.Days)))
}

func (a adminAudit) blocks() []slack.Block {
	if len(a.Entries) == 0 {
		return blocks(a.filters(), section("Nothing was recorded that matches."), a.buttons())
	}
	all := blocks(a.filters())
	for _, e := range a.Entries[:min(len(a.Entries), 25)] {
		who := "the bot"
		if e.Key.UserID != "" {
			who = mention(e.Key.UserID)
		}
		all = append(all, section(dotted(moment(e.At), who)+"\n"+
			dotted(code(e.Action, 60), inline(e.Target, 40), resultWords(e.Result), refWords(e.Ref))))
	}
	return append(all, a.buttons())
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

// countedStates are all states, in the order in which admins ask about them.
var countedStates = []store.State{store.Active, store.Expired, store.Revoked, store.Verifying, store.Pending, store.Blocked, store.Disconnected}

// countsLine is "41 connected · 3 expired · 2 revoked · 1 pending".
func countsLine(counts map[store.State]int) string {
	var parts []string
	for _, s := range countedStates {
		if n := counts[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, stateWord(s)))
		}
	}
	if len(parts) == 0 {
		return "Nobody has connected yet."
	}
	return strings.Join(parts, " · ")
}
