package main

import (
	"fmt"

	"github.com/chromedp/chromedp/kb"

	"linearbot/slackapp/slacktest/pagetest"
)

// writing tells whether the focus is in the field for messages.
const writing = `() => document.activeElement.getAttribute("aria-label") === "Message"`

// usesKeysAlone files, changes and goes about without a pointer.
func (v *visit) usesKeysAlone() {
	v.alice.Press("Close")
	tab := v.tab("alice", engineering)
	v.types(tab, "/linear mine") // the pointer is put down here
	tab.Reads("#main .message.ephemeral", "Your open issues")
	tab.Type("/linear create Filed by keys team:ENG" + kb.Enter)
	tab.Reads("#main .message.ephemeral", "Filed by keys")
	made := v.titled("Filed by keys")
	tab.TabTo("Assign to me", true)
	tab.Type(kb.Enter)
	v.await("the issue to be hers", func() bool { i, _ := v.linear.Issue(made.ID); return i.Assignee == aliceMail })
	tab.Reads("#main .message.ephemeral", "Unassign me")
	tab.TabTo("Message", false)

	tab.Type("/linear" + kb.Enter)
	tab.Reads("dialog.modal h2", "New Linear issue")
	tab.Until("the focus in the title", `() => document.activeElement.type === "text"`)
	tab.Type("Filled in by keys")
	tab.TabTo("Priority (optional)", false)
	tab.Type(kb.Enter)
	tab.See(".popup")
	tab.Type("high" + kb.Enter)
	tab.Reads("dialog[open] .select", "High")
	tab.TabTo("Create issue", false)
	tab.Type(" ")
	tab.Gone("dialog[open]")
	tab.Reads("#main .message", "Filled in by keys")
	if i := v.titled("Filled in by keys"); i.Priority != 2 {
		v.t.Errorf("by keys the priority is %d, want 2 (High)", i.Priority)
	}
	tab.Until("the focus where she wrote", writing)
	tab.Type("/linear" + kb.Enter)
	tab.Reads("dialog.modal h2", "New Linear issue")
	tab.Type(kb.Escape)
	tab.Gone("dialog[open]")
	tab.Until("the focus where she wrote", writing)
	tab.Close()
}

// canReadEverything looks at each page in light and dark, on a wide and on a narrow screen.
func (v *visit) canReadEverything() {
	shot := func(name string, tab *pagetest.Tab) {
		for _, dark := range []bool{false, true} {
			for _, width := range []int64{1280, 320} {
				tab.Screen(width, 800, dark)
				for _, what := range tab.Unreadable() {
					v.t.Errorf("%s, %d px wide, dark %v: %s", name, width, dark, what)
				}
				tab.Shot(fmt.Sprintf("look %s %d dark %v", name, width, dark))
			}
		}
		tab.Close()
	}
	for name, path := range map[string]string{"board": "/", "issue": "/acme/issue/ENG-98", "apps": "/apps", "levers": "/levers"} {
		tab := pagetest.OpenTab(v.t, v.browser, v.linear.URL+path)
		tab.See("main h1")
		shot(name, tab)
	}
	channel := v.tab("alice", engineering)
	v.types(channel, "/linear list team:ENG")
	channel.Reads("#main .message.ephemeral", "more available")
	shot("channel", channel)
	thread := v.tab("bob", "C0PAYMENTS")
	thread.Click("#main .replies")
	thread.Reads("#thread .message", "Please don't paste tokens here")
	thread.Click("#what")
	shot("thread", thread)
	home := pagetest.OpenTab(v.t, v.browser, v.page+"?as=alice&in="+v.slack.Person("alice").DM()+"&tab=home")
	home.Reads(".home", "My issues")
	shot("home", home)
	form := v.tab("alice", engineering)
	v.types(form, "/linear")
	form.Reads("dialog.modal h2", "New Linear issue")
	shot("form", form)
}
