package slackapp

import (
	"github.com/slack-go/slack"

	"linearbot/accounts"
	"linearbot/store"
)

// otherWorkspace asks a person which of two Linear workspaces they want: the one
// they are connected to, or the one they have just approved.
type otherWorkspace struct {
	accounts.Replacement
	Account store.Account
	Held    string // what waits, after "I'll finish"
}

func (o otherWorkspace) message() Message { return Message{}.with(o.blocks()...) }

// view is the same in the modal that held the link.
func (o otherWorkspace) view() slack.ModalViewRequest {
	return modal(viewConnect, "Connect Linear", "", "Close", "", o.blocks()...)
}

func (o otherWorkspace) blocks() []slack.Block {
	from, to := bold(inline(o.From.OrgName, 80)), bold(inline(o.To.OrgName, 80))
	now, until := "You are connected as ", "You stay in "+from+" until you choose."
	if o.Account.State != store.Active {
		now, until = "You were connected as ", "Nothing is connected until you choose."
	}
	held := ""
	if o.Held != "" {
		held = "If you replace it, I'll finish " + o.Held + " in " + to + "."
	}
	return blocks(
		section("*Replace "+inline(o.From.OrgName, 80)+" with "+inline(o.To.OrgName, 80)+"?*\n"+
			now+whose(o.From)+" in "+from+". You have just approved "+to+", as "+whose(o.To)+". One person has one Linear workspace here."),
		contextLine(until+" The access you don't choose is removed in Linear. Choose before "+clock(o.Until)+"."),
		contextLine(held), o.buttons())
}

func (o otherWorkspace) buttons() slack.Block {
	return actions("workspace",
		primary("Replace "+cut(oneLine(o.From.OrgName), 50), actReplaceOrg, o.Ref),
		button("Keep "+cut(oneLine(o.From.OrgName), 50), actKeepOrg, o.Ref))
}

// whose names the Linear account of a grant.
func whose(g store.Grant) string {
	name := bold(inline(g.ViewerName, 80))
	if g.ViewerEmail == "" {
		return name
	}
	return name + " (" + inline(g.ViewerEmail, 100) + ")"
}

// keptWorkspace answers Keep.
func keptWorkspace(a store.Account, q accounts.Replacement) Message {
	gone := " The access to " + bold(inline(q.To.OrgName, 80)) + " was removed in Linear."
	if a.State != store.Active {
		return sayText("Nothing was replaced." + gone).with(actions("", primary("Reconnect", actReconnect, "")))
	}
	return sayText("Kept. You are still connected as " + bold(inline(a.ViewerName, 80)) + " in " + bold(inline(a.OrgName, 80)) + "." + gone)
}

// answeredBefore answers a press that comes too late.
func answeredBefore(a store.Account) Message {
	return sayText("That was answered already, or it is too old. Nothing was changed now.\n" + statusLine(a)).
		with(actions("", button("Show status", actStatus, "")))
}

// notReplaced is the DM when nobody chose in time.
func notReplaced(a store.Account, ref string) Message {
	m := sayText("*Your Linear workspace was not replaced*\nYou approved another workspace and did not choose in time, so I removed that access in Linear. Nothing else was changed.\n" + statusLine(a))
	if a.State != store.Active {
		m = m.with(actions("", primary("Reconnect", actReconnect, "")))
	}
	return m.with(contextLine(dotted("Didn't do this? Tell your Slack admin.", refWords(ref))))
}
