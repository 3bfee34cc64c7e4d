package slackapp

import (
	"time"

	"linearbot/accounts"
	"linearbot/store"
)

// welcome is the one DM after the first connection: three tips.
func welcome(a store.Account, word, bot string) Message {
	return Message{}.with(
		section(connectedLine(a)),
		section("*Create:* type "+code(word+" create Fix login", 80)+" in any channel."),
		section("*From a message:* ⋯ More actions → *Create Linear issue* keeps the whole thread."),
		section("*Ask:* write to me here, or mention "+botMention(bot)+", in your own words."),
		actions("", primary("New issue", actNewIssue, ""), button("My issues", actMyIssues, ""), button("All commands", actHelpAll, "")),
	)
}

// botMention names the bot by its user id, or by its name when that is no id.
func botMention(bot string) string {
	if isUserID(bot) {
		return mention(bot)
	}
	return "`@" + escape(oneLine(bot)) + "`"
}

func isUserID(s string) bool {
	if len(s) < 3 || s[0] != 'U' && s[0] != 'W' {
		return false
	}
	for _, r := range s {
		if (r < 'A' || r > 'Z') && (r < '0' || r > '9') {
			return false
		}
	}
	return true
}

// stopped is the DM owed when a connection stopped working. It is sent once for
// each change of state, and edited to reconnected later.
func stopped(n store.Notice, ref string) Message {
	why, last := "Linear no longer accepts the saved sign-in.", "Didn't do this? Tell your Slack admin."
	switch {
	case n.Kind == "revoked":
		why = "Access was removed in Linear on " + date(n.At) + "."
	case n.Cause == accounts.CauseOurs:
		why, last = "This was our side: the saved sign-in could not be renewed in time. Nobody removed your access.", ""
	case n.Cause == accounts.CauseBackup:
		why, last = "This was our side: the bot was restored from a backup that is too old for your sign-in. Nobody removed your access.", ""
	}
	return Message{}.with(
		section(":red_circle: *Your Linear connection stopped working*\n"+why),
		section("Nothing in Linear was changed or lost."),
		actions("", primary("Reconnect", actReconnect, ""), button("Leave it off", actLeaveOff, "")),
		contextLine(dotted(last, refWords(ref))),
	)
}

// reconnected is what stopped is edited to.
func reconnected(at time.Time) Message {
	return sayText(":large_green_circle: Reconnected " + moment(at) + ".")
}

// leftOff is what stopped is edited to by Leave it off.
func leftOff(word string) Message {
	return sayText("Left off. To connect again later, type " + code(word+" connect", 60) + ".").
		with(actions("", button("Reconnect", actReconnect, "")))
}

// barred is the DM after an admin barred or disconnected a person.
func barred(n store.Notice, ref string) Message {
	text := ":no_entry: *Linear was turned off for you*\nA Slack admin deleted your stored access on " + date(n.At) + ". Nothing in Linear was changed."
	if n.Kind == "disconnected_by_admin" {
		text = ":white_circle: *Your Linear connection was removed*\nA Slack admin deleted your stored access on " + date(n.At) + ". Nothing in Linear was changed."
		return sayText(text).with(actions("", primary("Reconnect", actReconnect, "")), contextLine(refWords(ref)))
	}
	return sayText(text).with(contextLine(dotted("Ask your Slack admin if this is wrong.", refWords(ref))))
}

// allowed is the DM after an admin allowed a barred person again.
func allowed() Message {
	return sayText(":white_circle: A Slack admin allowed you to use Linear here again.").
		with(actions("", primary("Connect Linear", actConnect, "")))
}

// codeFailed is the DM after five wrong codes or ten minutes.
func codeFailed(ref string) Message {
	return sayText("*Connecting Linear was stopped*\nThe code was wrong five times or came too late, so I removed the access in Linear. Nothing was changed.").
		with(actions("", primary("Connect Linear", actConnect, "")),
			contextLine(dotted("Didn't do this? Tell your Slack admin.", refWords(ref))))
}

// askToReconnect is the DM an admin can send, once a day.
func askToReconnect(adminID string) Message {
	return sayText(mention(adminID) + " asks you to reconnect Linear. Nothing in Linear was changed.").
		with(actions("", primary("Reconnect", actReconnect, "")))
}

// operatorTrouble tells an admin that Linear refuses this app itself.
func operatorTrouble(at time.Time, ref string) Message {
	return sayText(":warning: *Linear refuses this app's sign-in*\nSince " + moment(at) +
		" no connection can be renewed. No account was changed. Check the client id and secret of the OAuth app in Linear.").
		with(contextLine(refWords(ref)))
}

// notice is the DM for a queued notice, by its kind; ok is false for a kind that
// has none.
func notice(n store.Notice, a store.Account, word, bot, ref string) (m Message, ok bool) {
	switch n.Kind {
	case "revoked", "expired":
		return stopped(n, ref), true
	case "blocked", "disconnected_by_admin":
		return barred(n, ref), true
	case "unblocked":
		return allowed(), true
	case "code_failed":
		return codeFailed(ref), true
	case accounts.NoticeActor:
		return actingChanged(n, ref), true
	case "not_replaced":
		return notReplaced(a, ref), true
	case "welcome":
		return welcome(a, word, bot), true
	case "operator":
		return operatorTrouble(n.At, ref), true
	}
	return Message{}, false
}

func refWords(ref string) string {
	if ref == "" {
		return ""
	}
	return "Ref " + escape(ref)
}
