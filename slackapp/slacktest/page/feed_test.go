package page_test

import (
	"net"
	"net/http"
	"os"
	"testing"

	"linearbot/slackapp/slacktest"
	"linearbot/slackapp/slacktest/page"
	"linearbot/slackapp/slacktest/pagetest"
)

// TestTabsOfManyPeople opens more tabs than a browser opens connections to one host.
func TestTabsOfManyPeople(t *testing.T) {
	t.Parallel()
	_, web := newPage(t)
	browser := pagetest.OpenBrowser(t)
	var tabs []*pagetest.Tab
	for _, who := range []string{"alice", "bob", "carol", "dave", "alice", "bob", "carol", "alice"} {
		tab := pagetest.OpenTab(t, browser, web.URL+"/?as="+who+"&in=C0GENERAL")
		tab.See("#main textarea")
		tabs = append(tabs, tab)
	}
	last := tabs[len(tabs)-1]
	last.Write("#main textarea", "Said in the eighth tab")
	last.Click("#main .send")
	for _, tab := range tabs {
		tab.Reads("#main .message", "Said in the eighth tab")
	}
}

// TestPageFindsTheDemoAgain ends the demo under an open page, and starts another one at the same address.
func TestPageFindsTheDemoAgain(t *testing.T) {
	t.Parallel()
	browser := pagetest.OpenBrowser(t)
	manifest, err := os.ReadFile("../../../manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	start := func(addr string) (where string, slack *slacktest.Server, end func()) {
		listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		slack = slacktest.NewServer(slacktest.Options{Manifest: manifest, Seed: true})
		web := &http.Server{Handler: page.New(slack, page.Options{})} //nolint:gosec // it answers this test alone
		go func() { _ = web.Serve(listener) }()
		return listener.Addr().String(), slack, func() {
			_ = web.Close()
			slack.Close()
		}
	}
	addr, _, end := start("127.0.0.1:0")
	alice := pagetest.OpenTab(t, browser, "http://"+addr+"/?as=alice&in=C0GENERAL")
	alice.See("#main textarea")
	end()
	alice.Reads("#health", "The demo does not answer. Trying again")
	alice.Write("#main textarea", "Typed meanwhile")
	alice.Click("#main .send")
	alice.Reads(".toast", "The demo is not running")

	_, slack, end := start(addr)
	t.Cleanup(end)
	if _, err := slack.Person("bob").Say(t.Context(), "C0GENERAL", "We are back"); err != nil {
		t.Fatal(err)
	}
	alice.Reads("#main .message", "We are back")
	alice.Until("the warning to go", `() => !document.querySelector("#health").innerText.includes("does not answer")`)
	if got := alice.Text(`() => document.querySelector("#main textarea").value`); got != "Typed meanwhile" {
		t.Errorf("what could not be sent is now %q", got)
	}
}
