package main

import (
	"cmp"
	"log/slog"
	"net/http/httptest"
	"testing"

	"linearbot/linear/lineartest"
	"linearbot/slackapp/slacktest/page"
	"linearbot/slackapp/slacktest/pagetest"
)

// TestBrowserTour is what a visitor does first, in a real browser against the real bot.
func TestBrowserTour(t *testing.T) {
	browser := pagetest.OpenBrowser(t)
	s, err := newStage(t.Context(), stageOptions{Dir: t.TempDir(), Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	web := httptest.NewServer(page.New(s.slack, page.Options{LinearURL: s.linear.URL, Requests: func() []page.LinearRequest { return linearRequests(s.linear) }}))
	t.Cleanup(func() {
		web.CloseClientConnections()
		web.Close()
	})
	alice := pagetest.OpenTab(t, browser, web.URL+"/?as=alice&in=C0ENG")

	alice.Write("#main textarea", "/linear create Login fails on Safari team:ENG")
	alice.Click("#main .send")
	alice.Reads("#main .message", "Connect your Linear account")
	alice.Shot("connect")

	person := s.slack.Person("alice")
	prompt, ok := person.Find("C0ENG", "Connect your Linear account")
	if !ok {
		t.Fatal("the page shows a prompt that Slack does not have")
	}
	link, err := person.Link(prompt, "Connect Linear")
	if err != nil {
		t.Fatal(err)
	}
	consent := pagetest.OpenTab(t, browser, link)
	consent.Press("Continue to Linear")
	consent.Choose("#user", "alice@acme.test")
	consent.Shot("consent")
	consent.Press("Approve")
	consent.Reads("body", "You're connected")
	alice.Reads("#main .message", "Connected as")
	alice.Shot("connected")

	alice.Write("#main textarea", "/linear")
	alice.Click("#main .send")
	alice.Reads("dialog.modal h2", "New Linear issue")
	alice.Reads("dialog.modal .select", "Engineering")
	alice.Shot("modal")
	alice.Write("dialog.modal input[type=text]", "Refunds go out twice")
	alice.Press("Create issue")
	alice.Reads("#main .message", "Refunds go out twice")
	created := false
	for _, issue := range s.linear.Issues() {
		created = created || issue.Title == "Refunds go out twice"
	}
	if !created {
		t.Error("the page shows an issue that Linear does not have")
	}
	alice.Click("#what")
	alice.Reads("#happened", "Presses “Create issue”")
	alice.Reads("#happened .step.linear .name", "IssueCreate")
	alice.Reads("#main .message strong a", "ENG-144")
	alice.Shot("created")

	s.linear.RevokeAccess("alice@acme.test")
	alice.Click("#side [data-key='app messages']")
	alice.Reads("#main .message", "Your Linear connection stopped working")
	alice.Reads("#main .message .button", "Reconnect")
	alice.Shot("revoked")
}

// linearRequests are the requests of the local Linear as the page lists them.
func linearRequests(l *lineartest.Server) []page.LinearRequest {
	var out []page.LinearRequest
	for _, r := range l.Requests() {
		out = append(out, page.LinearRequest{At: r.At, Took: r.Took, Name: cmp.Or(r.Op, r.Path), User: r.User, Status: r.Status})
	}
	return out
}
