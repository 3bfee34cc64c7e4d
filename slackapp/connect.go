package slackapp

import (
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"linearbot/store"
)

// connectPrompt asks a person to connect. A message holds the link itself, which
// works once and for 15 minutes; long-lived surfaces open the modal instead.
type connectPrompt struct {
	URL   string // the link; "" makes the button open the modal
	Actor string // "user" or "app"
	Held  string // what waits, after "I'll finish": "creating “Fix login”"
	State store.State

	Account store.Account // the connection that would be replaced; zero without one
}

// message is the prompt as a reply.
func (c connectPrompt) message() Message { return Message{}.with(c.blocks()...) }

// view is the prompt as a modal with a fresh link.
func (c connectPrompt) view() slack.ModalViewRequest {
	return modal(viewConnect, "Connect Linear", "", "Close", "", c.blocks()...)
}

func (c connectPrompt) blocks() []slack.Block {
	again := c.State == store.Expired || c.State == store.Revoked || c.State == store.Active
	title, label := "*Connect your Linear account*", "Connect Linear"
	if again {
		title, label = "*Reconnect your Linear account*", "Reconnect"
	}
	b := primary(label, actConnect, "")
	limit := ""
	if c.URL != "" {
		b = linkButton(label, actConnectLink, c.URL).WithStyle(slack.StylePrimary)
		limit = "Link works once, for you only, for 15 minutes."
	}
	return blocks(section(title+"\n"+actingAs(c.Actor)), c.replaces(), contextLine(limit), heldLine(c.Held),
		actions("", b, button("What will this access?", actAccess, "")))
}

// replaces names the connection that a new one takes the place of.
func (c connectPrompt) replaces() slack.Block {
	if c.Account.State != store.Active {
		return nil
	}
	return section("You are connected as " + bold(inline(c.Account.ViewerName, 80)) + " in " + bold(inline(c.Account.OrgName, 80)) +
		". Connecting again replaces that connection, also when you pick another workspace. It stays until the new one works.")
}

func actingAs(actor string) string {
	if actor == "app" {
		return "I act in Linear as the app and name you as the person who asked."
	}
	return "You act in Linear as yourself. I can read and change only what you can."
}

func heldLine(held string) slack.Block {
	if held == "" {
		return nil
	}
	return contextLine("I'll finish " + held + " as soon as you're connected.")
}

// heldCreate words a waiting new issue for connectPrompt.Held and resume.
func heldCreate(title string) string { return "creating " + quoted(title, 40) }

// accessView lists what a connection allows, in words. reader is who reads plain words.
func accessView(scopes []string, actor, reader string) slack.ModalViewRequest {
	var can []string
	for _, s := range scopes {
		can = append(can, "• "+scopeWords(s))
	}
	slices.Sort(can)
	return modal(viewAccess, "What I can access", "", "Close", "",
		section("*With your approval I can*\n"+strings.Join(slices.Compact(can), "\n")),
		section("*In Linear this appears as*\n"+actingLong(actor)),
		contextLine(readByWords(reader)),
		contextLine("Your access is stored encrypted. Disconnecting deletes it and removes it in Linear."))
}

// readByWords says who reads what people ask in plain words; "" for nobody.
func readByWords(reader string) string {
	if reader == "" {
		return ""
	}
	return "Plain words may go to " + inline(reader, 80) + ", with what I read in Slack and Linear to answer them. Commands, buttons and forms don't."
}

func actingLong(actor string) string {
	if actor == "app" {
		return "The app, with your name beside what you asked for."
	}
	return "You. I never see or change more than you can."
}

// scopeWords says what one Linear scope allows.
func scopeWords(scope string) string {
	switch scope {
	case "read":
		return "Read the issues, projects and people you can see"
	case "write":
		return "Create and change issues and comments for you"
	case "issues:create":
		return "Create issues for you"
	case "comments:create":
		return "Add comments for you"
	case "timeSchedule:write":
		return "Change time schedules"
	case "admin":
		return "Administer your Linear workspace"
	case "app:assignable":
		return "Have issues assigned to the app"
	case "app:mentionable":
		return "Be mentioned in Linear"
	}
	return "Use the permission " + code(scope, 60)
}

// oneStepLeft follows an approval whose person is not proven yet; held is what
// waits for it.
func oneStepLeft(until time.Time, held string) Message {
	wait := "5 tries."
	if !until.IsZero() {
		wait = "5 tries, until " + clock(until) + "."
	}
	return sayText("*One step left*\nYour browser shows a code. Enter it here to finish connecting.").
		with(contextLine(wait), heldLine(held), actions("", primary("Enter code", actEnterCode, ""), button("Cancel connecting", actCancelCode, "")))
}

// codeView takes the code. wrong is the sentence under the field after a wrong
// try, when the view is shown anew.
func codeView(meta string) slack.ModalViewRequest {
	t := textInput(actField, "", 12, false)
	t.FocusOnLoad = true
	t.Placeholder = plain("8 characters", maxPlaceholder)
	return modal(viewCode, "Enter code", "Connect account", "Cancel", meta,
		section("Type the code your browser shows. Only if *you* asked for it: anyone you give it to can act as you in Linear."),
		input(fieldCode, "Code", t))
}

// wrongCode is the sentence under the code field.
func wrongCode(left int) string {
	if left <= 0 {
		return "That code is not right, and no tries are left. Connect again to get a new one."
	}
	return "That code is not right. You have " + plural(left, "try", "tries") + " left."
}

// oneStepView is the same in the modal that held the link.
func oneStepView(until time.Time) slack.ModalViewRequest {
	return modal(viewConnect, "Connect Linear", "", "Close", "", oneStepLeft(until, "").Blocks...)
}

// connected is the golden end of connecting. held is what goes on by itself, in
// words ("creating “Fix login”"), "" for nothing; finish is what needs a press: then
// resume is its reference, and the main button finishes it.
func connected(a store.Account, held, finish, resume string) Message {
	var row []slack.BlockElement
	var now slack.Block
	if resume != "" {
		row = append(row, primary("Finish "+unescape(fallback(finish)), actResume, resume))
	}
	if held != "" {
		now = contextLine("I'm finishing " + held + " now.")
	}
	row = append(row, button("New issue", actNewIssue, ""), button("My issues", actMyIssues, ""))
	return sayText(connectedLine(a)).with(now, actions("", row...))
}

// connectedView is the same in the modal that held the link.
func connectedView(a store.Account) slack.ModalViewRequest {
	return modal(viewConnect, "Connect Linear", "", "Close", "", section(connectedLine(a)))
}

func connectedLine(a store.Account) string {
	mail := ""
	if a.ViewerEmail != "" {
		mail = " (" + inline(a.ViewerEmail, 100) + ")"
	}
	return ":large_green_circle: Connected as " + bold(inline(a.ViewerName, 100)) + mail + " in " + bold(inline(a.OrgName, 100)) + "."
}

// canceledConnecting answers Cancel.
func canceledConnecting() Message {
	return sayText("Canceled. Nothing was connected.").with(actions("", button("Connect Linear", actConnect, "")))
}
