package slackapp

import (
	"github.com/slack-go/slack"

	"linearbot/store"
)

// acting is how new actions appear in Linear, as the Policy tab shows it.
type acting struct {
	Actor  string // "user" or "app"
	Chosen bool   // by an admin; else the configured one
	Behind int    // people who keep another mode until they reconnect
}

func (m acting) blocks() []slack.Block {
	note := "Set where the bot runs (LINEAR_ACTOR). A choice made here comes first."
	if m.Chosen {
		note = "Chosen here. It comes before what is set where the bot runs (LINEAR_ACTOR)."
	}
	if m.Behind > 0 {
		note += " " + mustReconnect(m.Behind)
	}
	label := "Change to the app…"
	if m.other() == "user" {
		label = "Change to each person…"
	}
	b := button(label, actAdminActing, m.other())
	return blocks(section("*Acting mode*\nNew actions appear as "+bold(modeWord(m.Actor))+".", b), contextLine(note))
}

func (m acting) other() string {
	if m.Actor == "app" {
		return "user"
	}
	return "app"
}

// mustReconnect counts the people whose connection acts otherwise.
func mustReconnect(n int) string {
	return plural(n, "person", "people") + " must reconnect; until then they keep the old mode."
}

// actingView asks before the mode is changed. behind is how many people would have
// to reconnect.
func actingView(actor string, behind int) slack.ModalViewRequest {
	text := "New actions will appear as " + bold(modeWord(actor)) + "."
	submit := "Switch"
	if behind > 0 {
		text += " " + mustReconnect(behind)
		submit = "Switch and notify"
	}
	only := ""
	if actor == "app" {
		only = "Only Slack admins who are also admins in Linear can connect as the app. They alone are notified; others who are connected stay connected as themselves."
	}
	return modal(viewActing, "Change acting mode?", submit, "Cancel", actor, blocks(section(text), contextLine(only))...)
}

// switchedActing is said above the tab after a switch.
func switchedActing(actor string) string {
	return "New actions appear as " + bold(modeWord(actor)) + " now."
}

// actingChanged is the one DM to somebody who keeps the old mode until they reconnect.
func actingChanged(n store.Notice, ref string) Message {
	text := "*New actions appear as you now*\nAn admin changed how this bot acts in Linear. Your connection still acts as the app until you reconnect. Nothing else changes."
	if n.Cause == "app" {
		text = "*New actions appear as the app now*\nAn admin changed how this bot acts in Linear: as the app, naming the person who asked. Your connection still acts as you until you reconnect, which takes an admin in Linear."
	}
	return sayText(text).with(actions("", primary("Reconnect", actReconnect, "")), contextLine(refWords(ref)))
}
