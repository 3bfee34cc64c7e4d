package slacktest_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"linearbot/slackapp/slacktest"
)

// board is a message with one of each control a card may hold.
const board = `[
 {"type":"header","text":{"type":"plain_text","text":"Board"}},
 {"type":"section","block_id":"row","text":{"type":"mrkdwn","text":"*<https://linear.app/acme/issue/ENG-1|ENG-1>* Fix &amp; ship"},
  "fields":[{"type":"mrkdwn","text":"*Status*\nTodo"}],
  "accessory":{"type":"overflow","action_id":"more","options":[
   {"text":{"type":"plain_text","text":"Show"},"value":"show"},{"text":{"type":"plain_text","text":"Move"},"value":"move"}]}},
 {"type":"actions","block_id":"acts","elements":[
  {"type":"button","action_id":"go","text":{"type":"plain_text","text":"Go"},"value":"7"},
  {"type":"button","action_id":"open","text":{"type":"plain_text","text":"Open"},"url":"https://linear.app/acme"},
  {"type":"static_select","action_id":"prio","placeholder":{"type":"plain_text","text":"Priority"},"options":[
   {"text":{"type":"plain_text","text":"High"},"value":"2"},{"text":{"type":"plain_text","text":"Low"},"value":"4"}]},
  {"type":"checkboxes","action_id":"flags","options":[
   {"text":{"type":"plain_text","text":"Bug"},"value":"bug"},{"text":{"type":"plain_text","text":"Infra"},"value":"infra"}]},
  {"type":"datepicker","action_id":"due","initial_date":"2026-11-30"},
  {"type":"users_select","action_id":"who"}]},
 {"type":"divider"},
 {"type":"context","elements":[{"type":"mrkdwn","text":"by _Alice_"},{"type":"plain_text","text":"today"}]}
]`

func TestEveryControlCanBeUsed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := startBot(t, s, nil)
	if got := call(t, s, "chat.postMessage", map[string]string{"channel": "C0GENERAL", "text": "Board", "blocks": board}); got["ok"] != true {
		t.Fatal(got)
	}
	alice := s.Person("alice")
	m := alice.Last("#general")
	for _, c := range []struct {
		name    string
		choices []string
		got     func(*slack.BlockAction) string
		want    string
	}{
		{"Go", nil, func(a *slack.BlockAction) string { return a.Value }, "7"},
		{"row/more", []string{"Move"}, func(a *slack.BlockAction) string { return a.SelectedOption.Value }, "move"},
		{"Priority", []string{"2"}, func(a *slack.BlockAction) string { return a.SelectedOption.Text.Text }, "High"},
		{"flags", []string{"Bug", "infra"}, func(a *slack.BlockAction) string { return a.SelectedOptions[1].Text.Text }, "Infra"},
		{"due", []string{"2026-12-01"}, func(a *slack.BlockAction) string { return a.SelectedDate }, "2026-12-01"},
		{"who", []string{"U0BOB"}, func(a *slack.BlockAction) string { return a.SelectedUser }, "U0BOB"},
	} {
		if err := alice.Click(t.Context(), m, c.name, c.choices...); err != nil {
			t.Fatal(err)
		}
		click := next[slack.InteractionCallback](t, b)
		if got := c.got(click.ActionCallback.BlockActions[0]); got != c.want || click.Message.Timestamp != m.TS {
			t.Errorf("%s sent %q, want %q", c.name, got, c.want)
		}
		if c.name == "who" && click.BlockActionState.Values["acts"]["due"].SelectedDate != "2026-12-01" {
			t.Error("the message's state forgot the date picked before")
		}
	}
	for _, c := range [][]string{{"prio", "Huge"}, {"prio", "High", "Low"}, {"nothing"}} {
		if err := alice.Click(t.Context(), m, c[0], c[1:]...); err == nil {
			t.Errorf("Click(%q) did something", c)
		}
	}
	if link, err := alice.Link(m, "Open"); err != nil || link != "https://linear.app/acme" {
		t.Errorf("Link = %q, %v", link, err)
	}
}

func TestTextReadsAsAPersonWould(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	call(t, s, "chat.postMessage", map[string]string{"channel": "C0GENERAL", "text": "Board", "blocks": board})
	want := `# Board
*<https://linear.app/acme/issue/ENG-1|ENG-1>* Fix & ship
  *Status* Todo
[⋯ Show, Move]
[Go] [Open] (static select: Priority | High, Low) ☐ Bug ☐ Infra (datepicker: 2026-11-30) (users select: )
---
· by _Alice_ · today`
	if diff := cmp.Diff(want, slacktest.Text(s.Person("alice").Last("#general"))); diff != "" {
		t.Error(diff)
	}
}

func TestPeopleFromElsewhereAndGrids(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(o *slacktest.Options) { o.EnterpriseID = "E0ACME" })
	b := startBot(t, s, nil)
	erin := s.Person("erin")
	if err := erin.Command(t.Context(), "#payments", "/linear mine"); err != nil {
		t.Fatal(err)
	}
	if cmd := next[slack.SlashCommand](t, b); cmd.TeamID != "T0GLOBEX" || cmd.EnterpriseID != "E0ACME" {
		t.Errorf("erin's command = %+v", cmd)
	}
	if _, err := erin.Say(t.Context(), "#payments", "@linear hello"); err != nil {
		t.Fatal(err)
	}
	e := next[slackevents.EventsAPIEvent](t, b)
	mention := e.InnerEvent.Data.(*slackevents.AppMentionEvent)
	if mention.UserTeam != "T0GLOBEX" || !e.Data.(*slackevents.EventsAPICallbackEvent).IsExtSharedChannel {
		t.Errorf("erin's mention = %+v", mention)
	}
	u, err := b.api.GetUserInfoContext(t.Context(), "U0ERIN")
	if err != nil || !u.IsStranger || u.Profile.Email != "" || u.TeamID != "T0GLOBEX" {
		t.Errorf("erin = %+v, %v", u, err)
	}
	if err := erin.Command(t.Context(), "#general", "/linear"); !errors.Is(err, slacktest.ErrNotVisible) {
		t.Errorf("erin reached #general: %v", err)
	}
	s.ChangeUser("U0CAROL", func(u *slacktest.User) { u.Admin = false })
	if c, ok := next[slackevents.EventsAPIEvent](t, b).InnerEvent.Data.(*slackevents.UserChangeEvent); !ok || c.User.IsAdmin {
		t.Errorf("user_change = %+v", c)
	}
}

func TestSeededIncident(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	thread := s.Thread("C0PAYMENTS", "Payment retries")
	var edited, files, bots, foreign, secrets int
	for _, m := range thread {
		if m.Edited != "" {
			edited++
		}
		files += len(m.Files)
		if m.BotID != "" {
			bots++
		}
		if m.User == "U0ERIN" {
			foreign++
		}
		if strings.Contains(m.Text, "ghp_") || strings.Contains(m.Text, "not-a-real-password") {
			secrets++
		}
	}
	if len(thread) < 40 || edited != 2 || files != 2 || bots != 1 || foreign != 3 || secrets != 2 {
		t.Errorf("%d messages, %d edited, %d files, %d by bots, %d by Erin, %d secrets", len(thread), edited, files, bots, foreign, secrets)
	}
}
