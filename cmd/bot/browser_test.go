package main

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"linearbot/linear/lineartest"
	"linearbot/slackapp/slacktest/pagetest"
)

// visit is a visitor in a browser: tabs as Alice and Bob before the real bot, and
// what both stand-ins say about what the tabs show.
type visit struct {
	*stage
	t          *testing.T
	browser    context.Context
	page       string
	alice, bob *pagetest.Tab
}

// TestBrowserTour is what a visitor does first, in a real browser against the real bot.
func TestBrowserTour(t *testing.T) {
	browser := pagetest.OpenBrowser(t)
	s, err := newStage(t.Context(), stageOptions{Dir: t.TempDir(), Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Model: stageModel{Kind: modelScripted}})
	if err != nil {
		t.Fatal(err)
	}
	web, err := s.servePage(t.Context(), "127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := web.close(); err != nil {
			t.Errorf("close the page: %v", err)
		}
		if err := s.close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	s.linear.Join("Alice Moreau", "amoreau", "ENG")
	v := &visit{stage: s, t: t, browser: browser, page: web.url}
	v.alice = v.tab("alice", engineering)
	v.connects()
	v.fillsInTheForm()
	v.turnsAThreadIntoAnIssue()
	v.saysItInWords()
	v.stopsRatesAndForgets()
	v.stopsOneToMakeRoom()
	v.triages()
	v.bob = v.tab("bob", engineering)
	v.isRefusedAnothersChange()
	v.losesAccess()
	v.usesKeysAlone()
	v.canReadEverything()
}

func (v *visit) tab(who, channel string) *pagetest.Tab {
	v.t.Helper()
	tab := pagetest.OpenTab(v.t, v.browser, v.page+"?as="+who+"&in="+channel)
	tab.See("#main textarea")
	tab.Reads(".banner", "Everybody and everything here is invented.")
	return tab
}

// types sends a line from the composer of a tab.
func (v *visit) types(tab *pagetest.Tab, line string) {
	v.t.Helper()
	tab.Write("#main textarea", line)
	tab.Click("#main .send")
}

// await waits until the local Linear holds something.
func (v *visit) await(what string, cond func() bool) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.t.Context(), stagePatience)
	defer cancel()
	if err := v.linear.Await(ctx, cond); err != nil {
		v.t.Fatalf("%s: %v", what, err)
	}
}

// titled is the one issue of a title that the local Linear has.
func (v *visit) titled(title string) lineartest.Issue {
	v.t.Helper()
	var found []lineartest.Issue
	for _, i := range v.linear.Issues() {
		if i.Title == title {
			found = append(found, i)
		}
	}
	if len(found) != 1 {
		v.t.Fatalf("Linear has %d issues called %q, and the page shows one", len(found), title)
	}
	return found[0]
}

// approves walks the pages of connecting, from a link in Slack to the end.
func (v *visit) approves(tab *pagetest.Tab, label, email, shot string) {
	v.t.Helper()
	pages := tab.Follow(label)
	pages.Reads("body", "Only continue if that is you")
	pages.Press("Continue to Linear")
	pages.Choose("#user", email)
	pages.Shot(shot)
	pages.Press("Approve")
	pages.Reads("body", "You're connected")
	pages.Close()
}

// connects: what is typed before connecting is held, and done afterwards.
func (v *visit) connects() {
	v.types(v.alice, "/linear create Login fails on Safari team:ENG")
	v.alice.Reads("#main .message.ephemeral", "Connect your Linear account")
	v.alice.Shot("1 connect")
	v.approves(v.alice, "Connect Linear", aliceMail, "2 consent")
	v.alice.Reads("#main .message.ephemeral", "Connected as Alice Chen")
	v.alice.Reads("#main .message.ephemeral", "Created ENG-")
	made := v.alice.Text(`() => document.querySelector("#main .message:last-child strong a").innerText`)
	if i := v.titled("Login fails on Safari"); i.Identifier != made || i.Creator != aliceMail {
		v.t.Errorf("the page shows %s; Linear has %s by %s", made, i.Identifier, i.Creator)
	}
	v.alice.Shot("3 connected")
}

// fillsInTheForm: a refusal stands under its field, menus are searched, each value arrives.
func (v *visit) fillsInTheForm() {
	v.types(v.alice, "/linear")
	v.alice.Reads("dialog.modal h2", "New Linear issue")
	v.alice.Reads("dialog.modal .select", "Engineering")
	v.alice.Press("Create issue")
	v.alice.Reads("dialog.modal .error", "Please complete this required field.")
	v.alice.Write("dialog.modal input[type=text]", "Refunds go out twice")
	v.picks("Assignee (optional)", "bo", "Bob Diaz")
	v.picks("Priority (optional)", "", "High")
	v.picks("Labels (optional)", "", "bug")
	v.alice.Shot("4 form")
	v.alice.Press("Create issue")
	v.alice.Gone("dialog[open]")
	v.alice.Reads("#main .message", "Refunds go out twice")
	if i := v.titled("Refunds go out twice"); i.Assignee != bobMail || i.Priority != 2 || strings.Join(i.Labels, ",") != "bug" || i.Creator != aliceMail {
		v.t.Errorf("the form made %+v", i)
	}
	v.alice.Click("#what")
	v.alice.Reads("#happened", "Presses “Create issue”")
	v.alice.Reads("#happened .step.linear .name", "IssueCreate")
	v.alice.Shot("5 what happened")
	v.alice.Click("#what")
}

// picks opens the menu under a label of Alice's form, types, and picks.
func (v *visit) picks(label, typed, option string) {
	v.t.Helper()
	v.alice.Text(`(l) => [...document.querySelectorAll("dialog[open] label")].find((e) => e.innerText === l).control.click()`, label)
	if typed != "" {
		v.alice.Write(".popup .search", typed)
	}
	v.alice.Press(option)
	v.alice.Reads("dialog[open] .select", option)
	v.alice.Text(`() => document.querySelector(".popup")?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }))`)
	v.alice.Gone(".popup")
}

// turnsAThreadIntoAnIssue by the menu of a message.
func (v *visit) turnsAThreadIntoAnIssue() {
	v.alice.Click("#main .message:has(.replies) .tool[aria-label='More actions']")
	v.alice.Press("Create Linear issue")
	v.alice.Reads("dialog.modal", "4 messages · 3 people")
	v.alice.Shot("6 thread to issue")
	v.alice.Press("Create issue")
	v.alice.Reads("dialog[open] h2", "Similar issues")
	v.alice.Press("Create anyway")
	v.alice.Gone("dialog[open]")
	v.alice.Click("#main .message .replies")
	v.alice.Reads("#thread .message", "Created ENG-")
	v.alice.Reads("#main .reaction", "🎫")
	v.alice.Shot("7 card in thread")
	held := 0
	for _, i := range v.linear.Issues() {
		if strings.Contains(i.Description, "That is the storage access check") {
			held++
		}
	}
	if held != 1 {
		v.t.Errorf("the thread is in %d issues, want 1", held)
	}
	v.alice.Click("#thread .close")
}

// saysItInWords: two people are called Alice, so she is asked; nothing changes before she applies it.
func (v *visit) saysItInWords() {
	v.alice.Click("#side [data-key='app messages']")
	v.types(v.alice, "Show me all high-priority open issues assigned to Alice and move the oldest one to In Review")
	v.alice.Reads("#thread .message", "Which Alice?")
	v.alice.Shot("8 which Alice")
	v.alice.Press("Alice Chen · alice@acme.test")
	v.alice.Reads("#thread .message", "Ready to make 1 change")
	if i, _ := v.linear.Issue("ENG-98"); i.State != "In Progress" {
		v.t.Errorf("before Apply ENG-98 is %s", i.State)
	}
	v.alice.Shot("9 preview")
	v.alice.Press("Move ENG-98")
	v.alice.Reads("#thread .message", "Moved")
	if i, _ := v.linear.Issue("ENG-98"); i.State != "In Review" {
		v.t.Errorf("the page says that ENG-98 was moved; in Linear it is %s", i.State)
	}
	v.types(v.alice, "move ENG-12 to In QA")
	v.alice.Reads("#thread .message", "has no “In QA”")
	v.alice.Shot("10 no such state")
	v.alice.Press("Todo")
	v.alice.Until("a preview of ENG-12", `() => document.querySelector("#thread .message:last-child")?.innerText.includes("In Progress → Todo")`)
	v.alice.Press("Cancel")
	v.alice.Reads("#thread .message", "Canceled")
}

// isRefusedAnothersChange: who did not ask for a change cannot make it, and what was shown is read again before it is
// changed. Only what a model streams stands in the channel for all to press.
func (v *visit) isRefusedAnothersChange() {
	const title = "Checkout is down for everybody"
	v.types(v.bob, "/linear move ENG-142 Todo")
	v.bob.Reads("#main .message.ephemeral", "Connect your Linear account")
	v.approves(v.bob, "Connect Linear", bobMail, "11 consent of Bob")
	v.await("Bob's held move", func() bool { i, _ := v.linear.Issue("ENG-142"); return i.State == "Todo" })
	v.alice.Click("#side [data-key='C0ENG']")
	v.types(v.alice, "/linear create "+title+" team:ENG p:urgent assignee:me due:today")
	v.alice.Reads("#main .message.ephemeral", title)
	made := v.titled(title)
	v.types(v.alice, "@linear What should I look at first? Start it")
	const asked = "#main .message[data-user=alice]:last-child .replies"
	v.bob.See(asked)
	v.bob.Click(asked)
	v.bob.Reads("#thread .message", "Ready to make 1 change")
	v.bob.Press("Move " + made.Identifier)
	v.bob.Reads("#thread .message.ephemeral", "can confirm this.")
	v.bob.Shot("12 not the asker")
	if i, _ := v.linear.Issue(made.ID); i.State != made.State {
		v.t.Errorf("Bob's press made %s %s", made.Identifier, i.State)
	}
	v.types(v.bob, "/linear move "+made.Identifier+" In Review")
	v.await("Bob's own move", func() bool { i, _ := v.linear.Issue(made.ID); return i.State == "In Review" })
	v.alice.Click(asked)
	v.alice.Reads("#thread .message", "Ready to make 1 change")
	v.alice.Press("Move " + made.Identifier)
	v.alice.Reads("#thread .message", "changed since I showed you this")
	v.alice.Shot("13 changed meanwhile")
	if i, _ := v.linear.Issue(made.ID); i.State != "In Review" {
		v.t.Errorf("what had changed was changed all the same, to %s", i.State)
	}
	v.alice.Click("#thread .close")
}

// losesAccess on Linear's side, is told, and goes on where it stopped.
func (v *visit) losesAccess() {
	apps := pagetest.OpenTab(v.t, v.browser, v.linear.URL+"/apps")
	apps.Shot("14 connected apps")
	apps.Press("Revoke access of alice")
	apps.Gone(`input[name=user][value="alice@acme.test"]`)
	v.alice.Until("a mark at the app's messages", `() => document.querySelector("#side [data-key='app messages'] .dot") !== null`)
	v.types(v.alice, "/linear create Held while away team:ENG")
	v.alice.Reads("#main .message.ephemeral", "Reconnect your Linear account")
	v.alice.Click("#side [data-key='app messages']")
	v.alice.Reads("#main .message", "Your Linear connection stopped working")
	v.alice.Shot("15 access removed")
	v.alice.Press("Reconnect")
	v.alice.Reads("dialog.modal[open]", "Reconnect")
	v.approves(v.alice, "Reconnect", aliceMail, "16 consent again")
	v.alice.Reads("#main .message", "Reconnected")
	v.await("the held issue", func() bool {
		for _, i := range v.linear.Issues() {
			if i.Title == "Held while away" {
				return true
			}
		}
		return false
	})
	v.titled("Held while away")
	v.alice.Shot("17 reconnected")
}
