package slackapp

import (
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"linearbot/store"
)

// statusLine is where a connected account stands, in words beside a sign.
func statusLine(a store.Account) string {
	switch a.State {
	case store.Active:
		return ":large_green_circle: Connected as " + bold(inline(a.ViewerName, 80)) + " · " + inline(a.OrgName, 80)
	case store.Pending:
		return ":hourglass: Waiting for you to approve in Linear"
	case store.Verifying:
		return ":hourglass: One step left: enter the code your browser shows"
	case store.Expired:
		return ":large_yellow_circle: Connection expired"
	case store.Revoked:
		return ":red_circle: Access was removed in Linear"
	case store.Blocked:
		return ":no_entry: Turned off by your Slack admin"
	}
	return ":white_circle: Not connected"
}

// stateWord is a state in a row of the admin's list.
func stateWord(s store.State) string {
	switch s {
	case store.Active:
		return "connected"
	case store.Pending:
		return "pending"
	case store.Verifying:
		return "verifying"
	case store.Expired:
		return "expired"
	case store.Revoked:
		return "revoked"
	case store.Blocked:
		return "barred"
	case store.Disconnected:
		return "disconnected"
	}
	return "never connected"
}

// actsAs is the acting mode in words.
func actsAs(actor string) string {
	if actor == "app" {
		return "The app, in your name"
	}
	return "You"
}

// connectionStatus is the answer to status.
type connectionStatus struct {
	Account store.Account
	Took    time.Duration // Linear's answer; 0 when it did not answer within 2 s
	Left    int           // requests left in this hour
	Limit   int           // 0 when Linear said nothing
	Reset   time.Time
	Asks    *otherWorkspace // the question that waits for an answer
	Mode    string          // the acting mode new connections get, when it differs; else ""
}

// message is the status of one person's own connection.
func (c connectionStatus) message() Message {
	a := c.Account
	if c.Asks != nil && a.State == store.Verifying {
		return sayText(":hourglass: One step left: choose your Linear workspace").with(c.Asks.blocks()...)
	}
	m := sayText(statusLine(a))
	if c.Asks != nil {
		m = m.with(c.Asks.blocks()...)
	}
	if !a.Holds() || a.State == store.Disconnected {
		return m.with(c.buttons())
	}
	var fields []*slack.TextBlockObject
	add := func(label, value string) {
		if value != "" {
			fields = append(fields, mrkdwn("*"+label+"*\n"+value, maxField))
		}
	}
	add("Workspace", inline(a.OrgName, 100))
	add("Linear account", dotted(inline(a.ViewerName, 100), inline(a.ViewerEmail, 100)))
	add("Acts as", actsAs(a.Actor))
	if !a.ConnectedAt.IsZero() {
		add("Connected since", day(a.ConnectedAt))
	}
	if !a.LastUsedAt.IsZero() {
		add("Last used", moment(a.LastUsedAt))
	}
	m = m.with(slack.NewSectionBlock(nil, fields, nil))
	if c.Mode != "" {
		m = m.with(contextLine("New connections act as " + bold(modeWord(c.Mode)) + ". Yours keeps its mode until you reconnect."))
	}
	return m.with(contextLine(c.reachable()), c.buttons())
}

func modeWord(actor string) string {
	if actor == "app" {
		return "the app"
	}
	return "each person"
}

func (c connectionStatus) reachable() string {
	if c.Account.State != store.Active {
		return ""
	}
	if c.Took <= 0 {
		return "Linear: not answering"
	}
	line := fmt.Sprintf("Linear: reachable, %d ms", max(c.Took.Milliseconds(), 1))
	if c.Limit > 0 {
		line = dotted(line, fmt.Sprintf("Rate limit: %d/%d", c.Left, c.Limit))
		if !c.Reset.IsZero() {
			line += ", resets " + clock(c.Reset)
		}
	}
	return line
}

func (c connectionStatus) buttons() slack.Block {
	switch c.Account.State {
	case store.Active:
		return actions("", button("Reconnect", actReconnect, ""), disconnectButton(), button("Settings", actSettings, ""))
	case store.Expired, store.Revoked:
		return actions("", primary("Reconnect", actReconnect, ""), disconnectButton())
	case store.Verifying:
		return actions("", primary("Enter code", actEnterCode, ""), button("Cancel connecting", actCancelCode, ""))
	case store.Pending:
		return actions("", primary("Get a new link", actConnect, ""))
	case store.Blocked:
		return actions("", button("Show help", actHelp, ""))
	}
	return actions("", primary("Connect Linear", actConnect, ""))
}

// disconnectButton asks before it acts.
func disconnectButton() slack.BlockElement {
	b := button("Disconnect", actDisconnect, "")
	b.Style = slack.StyleDanger
	b.Confirm = confirm("Disconnect Linear?", "Your stored access is deleted. Nothing in Linear changes.", "Disconnect", "Keep").
		WithStyle(slack.StyleDanger)
	return b
}

// disconnectView asks the same in a form, where there is no message to press on.
func disconnectView() slack.ModalViewRequest {
	return modal(viewDisconnect, "Disconnect Linear?", "Disconnect", "Keep", "",
		section("Your stored access is deleted. Nothing in Linear changes."))
}

// confirmDisconnect answers the command; the button has no second question.
func confirmDisconnect(a store.Account) Message {
	b := button("Disconnect", actDisconnect, "")
	b.Style = slack.StyleDanger
	who := ""
	if a.ViewerName != "" {
		who = "You are connected as " + bold(inline(a.ViewerName, 80)) + " in " + bold(inline(a.OrgName, 80)) + "."
	}
	return sayText("*Disconnect Linear?*\nYour stored access is deleted. Nothing in Linear changes.").
		with(contextLine(who), actions("", b, button("Keep connection", actKeep, "")))
}

// disconnected is the result.
func disconnected() Message {
	return sayText("Disconnected. Your stored access was deleted.").
		with(actions("", button("Connect again", actConnect, "")))
}

// kept answers Keep.
func kept() Message { return sayText("Nothing was changed. You are still connected.") }
