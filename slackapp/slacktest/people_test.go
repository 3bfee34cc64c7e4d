package slacktest_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"linearbot/slackapp/slacktest"
)

func modal(title string, blocks ...slack.Block) slack.ModalViewRequest {
	blocks = append(blocks, slack.NewDividerBlock())
	return slack.ModalViewRequest{Type: slack.VTModal, Title: text(title), Submit: text("Go"), Blocks: slack.Blocks{BlockSet: blocks}}
}

func field(id string) slack.Block {
	return slack.NewInputBlock(id, text(id), nil, slack.NewPlainTextInputBlockElement(nil, id))
}

// triggerOf runs /linear and returns the trigger id the app got.
func triggerOf(t *testing.T, s *slacktest.Server, b *bot) string {
	t.Helper()
	if err := s.Person("alice").Command(t.Context(), "#general", "/linear"); err != nil {
		t.Fatal(err)
	}
	return next[slack.SlashCommand](t, b).TriggerID
}

func wantCode(t *testing.T, what string, err error, code string) {
	t.Helper()
	if err == nil || err.Error() != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func TestTriggersWorkOnceAndSoon(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := startBot(t, s, nil)
	open := func(trigger string) error {
		_, err := b.api.OpenViewContext(t.Context(), trigger, modal("T"))
		return err
	}
	trigger := triggerOf(t, s, b)
	if err := open(trigger); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "second use", open(trigger), "exchanged_trigger_id")
	wantCode(t, "invented", open("1.2.3"), "invalid_trigger_id")
	late := triggerOf(t, s, b)
	s.ExpireTriggers()
	wantCode(t, "too late", open(late), "expired_trigger_id")
}

func TestViewStack(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	pushes := make(chan error, 3)
	b := startBot(t, s, func(api *slack.Client, e socketmode.Event) any {
		if d, ok := e.Data.(slack.InteractionCallback); ok && d.Type == slack.InteractionTypeBlockActions {
			_, err := api.PushViewContext(t.Context(), d.TriggerID, modal("Pushed", slack.NewActionBlock("b", slack.NewButtonBlockElement("push", "", text("Push")))))
			pushes <- err
		}
		return nil
	})
	first := modal("First", slack.NewActionBlock("b", slack.NewButtonBlockElement("push", "", text("Push"))))
	first.ExternalID, first.NotifyOnClose = "one", true
	opened, err := b.api.OpenViewContext(t.Context(), triggerOf(t, s, b), first)
	if err != nil {
		t.Fatal(err)
	}
	alice := s.Person("alice")
	for range 3 {
		if err := alice.Click(t.Context(), alice.View(), "Push"); err != nil {
			t.Fatal(err)
		}
		next[slack.InteractionCallback](t, b)
	}
	if err := errors.Join(<-pushes, <-pushes); err != nil || len(alice.Views()) != 3 {
		t.Fatalf("stack of %d, %v", len(alice.Views()), err)
	}
	wantCode(t, "fourth view", <-pushes, "push_limit_reached")
	if top := alice.View(); top.RootID != opened.View.ID || top.PreviousID != alice.Views()[1].ID {
		t.Errorf("top view: root %s, previous %s", top.RootID, top.PreviousID)
	}
	update := func(externalID, hash, id string) error {
		_, err := b.api.UpdateViewContext(t.Context(), modal("New"), externalID, hash, id)
		return err
	}
	wantCode(t, "stale hash", update("", "1.old", opened.View.ID), "hash_conflict")
	if err := update("one", opened.View.Hash, ""); err != nil {
		t.Errorf("update by external id: %v", err)
	}
	wantCode(t, "push without a modal's trigger", func() error {
		_, err := b.api.PushViewContext(t.Context(), triggerOf(t, s, b), modal("X"))
		return err
	}(), "invalid_trigger_id")
	_, err = b.api.OpenViewContext(t.Context(), triggerOf(t, s, b), modal("Second"))
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, "closed view", update("", "", opened.View.ID), "not_found")
}

func TestExternalIDsAreUnique(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := startBot(t, s, nil)
	v := modal("T")
	v.ExternalID = "same"
	if _, err := b.api.OpenViewContext(t.Context(), triggerOf(t, s, b), v); err != nil {
		t.Fatal(err)
	}
	_, err := b.api.OpenViewContext(t.Context(), triggerOf(t, s, b), v)
	wantCode(t, "second view", err, "duplicate_external_id")
}

func TestSubmissionAnswers(t *testing.T) {
	t.Parallel()
	var answer atomic.Pointer[any]
	s := newServer(t)
	b := startBot(t, s, func(_ *slack.Client, e socketmode.Event) any {
		if d, ok := e.Data.(slack.InteractionCallback); ok && d.Type == slack.InteractionTypeViewSubmission {
			return *answer.Load()
		}
		return nil
	})
	alice := s.Person("alice")
	next := modal("Next")
	broken := modal("Broken")
	broken.Title = text(strings.Repeat("x", 25))
	for name, c := range map[string]struct {
		answer any
		stack  []string
		fails  bool
	}{
		"empty closes":            {nil, nil, false},
		"clear closes all":        {slack.NewClearViewSubmissionResponse(), nil, false},
		"update":                  {slack.NewUpdateViewSubmissionResponse(&next), []string{"Next"}, false},
		"push":                    {slack.NewPushViewSubmissionResponse(&next), []string{"First", "Next"}, false},
		"update with a bad view":  {slack.NewUpdateViewSubmissionResponse(&broken), []string{"First"}, true},
		"error of a non-input":    {slack.NewErrorsViewSubmissionResponse(map[string]string{"info": "no"}), []string{"First"}, true},
		"error of nothing at all": {slack.NewErrorsViewSubmissionResponse(map[string]string{"gone": "no"}), []string{"First"}, true},
		"no answer":               {noAck, []string{"First"}, true},
	} {
		answer.Store(&c.answer)
		first := modal("First", field("title"), slack.NewSectionBlock(text("info"), nil, nil, slack.SectionBlockOptionBlockID("info")))
		if _, err := b.api.OpenViewContext(t.Context(), triggerOf(t, s, b), first); err != nil {
			t.Fatal(err)
		}
		err := alice.Submit(t.Context(), alice.View(), map[string]any{"title": "x"})
		if errors.As(err, new(*slacktest.FailedError)) != c.fails || (err == nil) == c.fails {
			t.Errorf("%s: %v", name, err)
		}
		var stack []string
		for _, v := range alice.Views() {
			stack = append(stack, v.Title)
		}
		if strings.Join(stack, ",") != strings.Join(c.stack, ",") {
			t.Errorf("%s: stack is %v, want %v", name, stack, c.stack)
		}
		if c.fails && alice.View().Failure == "" {
			t.Errorf("%s: the modal shows no failure", name)
		}
		drain(b)
	}
}

func drain(b *bot) {
	for {
		select {
		case <-b.events:
		default:
			return
		}
	}
}

func TestConfirmDialogHoldsTheClick(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := startBot(t, s, nil)
	button := slack.NewButtonBlockElement("off", "v1", text("Disconnect"))
	button.Confirm = slack.NewConfirmationBlockObject(text("Sure?"), text("It stops."), text("Disconnect"), text("Keep"))
	_, err := b.api.PostEphemeralContext(t.Context(), "C0GENERAL", "U0ALICE", slack.MsgOptionBlocks(slack.NewActionBlock("a", button)), slack.MsgOptionText("x", false))
	if err != nil {
		t.Fatal(err)
	}
	alice := s.Person("alice")
	m := alice.Last("#general")
	if err := s.Person("bob").Click(t.Context(), m, "off"); !errors.Is(err, slacktest.ErrNotVisible) {
		t.Errorf("bob pressed alice's ephemeral button: %v", err)
	}
	before := len(s.Envelopes())
	if err := alice.Click(t.Context(), m, "Disconnect"); err != nil {
		t.Fatal(err)
	}
	if d, ok := alice.Dialog(); !ok || d.Title != "Sure?" || len(s.Envelopes()) != before {
		t.Errorf("dialog %+v, %d envelopes sent", d, len(s.Envelopes())-before)
	}
	if err := alice.Dismiss(); err != nil || len(s.Envelopes()) != before {
		t.Errorf("dismissed: %v", err)
	}
	if err := alice.Confirm(t.Context()); !errors.Is(err, slacktest.ErrNoDialog) {
		t.Errorf("confirm without a dialog: %v", err)
	}
	_ = alice.Click(t.Context(), m, "off")
	if err := alice.Confirm(t.Context()); err != nil {
		t.Fatal(err)
	}
	click := next[slack.InteractionCallback](t, b)
	if a := click.ActionCallback.BlockActions[0]; a.ActionID != "off" || a.Value != "v1" || !click.Container.IsEphemeral || click.Message.Timestamp != "" {
		t.Errorf("click = %+v in %+v", a, click.Container)
	}
	_, _, err = b.api.PostMessageContext(t.Context(), "C0GENERAL", slack.MsgOptionText("Gone", false),
		slack.MsgOptionResponseURL(click.ResponseURL, slack.ResponseTypeEphemeral), slack.MsgOptionReplaceOriginal(click.ResponseURL))
	if err != nil || slacktest.Text(alice.Last("#general")) != "Gone" {
		t.Errorf("replace original: %v, alice sees %q", err, slacktest.Text(alice.Last("#general")))
	}
	if err := alice.Click(t.Context(), m, "off"); err == nil {
		t.Error("a button that is gone was pressed")
	}
}

func TestShortcuts(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := startBot(t, s, nil)
	alice := s.Person("alice")
	reply := s.Thread("C0ENG", "Login fails")[1]
	if err := alice.MessageShortcut(t.Context(), "create_issue_from_message", reply); err != nil {
		t.Fatal(err)
	}
	got := next[slack.InteractionCallback](t, b)
	if got.Message.ThreadTimestamp != reply.ThreadTS || got.Channel.ID != "C0ENG" || got.ResponseURL == "" || got.TriggerID == "" {
		t.Errorf("message shortcut = %+v", got)
	}
	if err := alice.GlobalShortcut(t.Context(), "new_issue"); err != nil {
		t.Fatal(err)
	}
	if got := next[slack.InteractionCallback](t, b); got.ResponseURL != "" || got.Channel.ID != "" || got.CallbackID != "new_issue" {
		t.Errorf("global shortcut = %+v", got)
	}
	if err := alice.GlobalShortcut(t.Context(), "link_issue"); err == nil {
		t.Error("a message shortcut was used without a message")
	}
	if err := s.Person("dave").MessageShortcut(t.Context(), "link_issue", reply); !errors.Is(err, slacktest.ErrNotVisible) {
		t.Errorf("a guest used a message of a channel he is not in: %v", err)
	}
}

func TestLinksUnfurl(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := startBot(t, s, nil)
	alice := s.Person("alice")
	const link = "https://linear.app/acme/issue/ENG-1?a=1&b=2"
	m, err := alice.Say(t.Context(), "#design", "see "+link+" and https://example.com")
	if err != nil {
		t.Fatal(err)
	}
	shared, ok := next[slackevents.EventsAPIEvent](t, b).InnerEvent.Data.(*slackevents.LinkSharedEvent)
	if !ok || len(shared.Links) != 1 || shared.Links[0].URL != link {
		t.Fatalf("link_shared = %+v", shared)
	}
	unfurl := func(link string) error {
		_, _, _, err := b.api.UnfurlMessageContext(t.Context(), m.Channel, m.TS, map[string]slack.Attachment{link: {Text: "ENG-1 Fix"}})
		return err
	}
	wantCode(t, "another link", unfurl("https://linear.app/other"), "cannot_unfurl_url")
	if err := unfurl(link); err != nil {
		t.Fatal(err)
	}
	if got := slacktest.Text(s.Person("carol").Last("#design")); !strings.Contains(got, "| ENG-1 Fix") {
		t.Errorf("carol sees %q", got)
	}
	id, err := alice.PasteLink(t.Context(), "#general", link)
	if err != nil {
		t.Fatal(err)
	}
	next[slackevents.EventsAPIEvent](t, b)
	if _, _, _, err := b.api.UnfurlMessageByIDContext(t.Context(), id, "composer", map[string]slack.Attachment{link: {Text: "card"}}); err != nil {
		t.Fatal(err)
	}
	if alice.Preview(id)[link] == nil {
		t.Error("the composer shows no card")
	}
}

func TestAgentThread(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := startBot(t, s, nil)
	alice := s.Person("alice")
	dm := alice.DM()
	m, err := alice.Say(t.Context(), dm, "show my issues")
	if err != nil {
		t.Fatal(err)
	}
	next[slackevents.EventsAPIEvent](t, b)
	api := b.api
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(api.SetAssistantThreadsSuggestedPromptsContext(t.Context(), slack.AssistantThreadsSetSuggestedPromptsParameters{
		ChannelID: dm, Prompts: []slack.AssistantThreadsPrompt{{Title: "Mine", Message: "my issues"}},
	}))
	if p := alice.Prompts(dm, ""); len(p) != 1 || p[0].Title != "Mine" {
		t.Errorf("prompts = %v", p)
	}
	check(api.SetAssistantThreadsStatusContext(t.Context(), slack.AssistantThreadsSetStatusParameters{ChannelID: dm, ThreadTS: m.TS, Status: "Reading…"}))
	if got := alice.Status(dm, m.TS); got.Text != "Reading…" {
		t.Errorf("status = %+v", got)
	}
	_, err = api.SetAgentSessionStatusContext(t.Context(), slack.AgentSessionSetStatusParameters{ChannelID: dm, ThreadTS: m.TS, Status: "processing"})
	check(err)
	_, ts, err := api.StartStreamContext(t.Context(), dm, slack.MsgOptionTS(m.TS), slack.MsgOptionMarkdownText("One"))
	check(err)
	_, _, err = api.AppendStreamContext(t.Context(), dm, ts, slack.MsgOptionMarkdownText(" two"))
	check(err)
	if got := alice.Thread(dm, m.TS); len(got) != 2 || got[1].Text != "One two" || !got[1].Streaming {
		t.Errorf("thread = %+v", got)
	}
	if alice.Status(dm, m.TS).Text != "" {
		t.Error("the status stayed after the reply began")
	}
	_, _, _, err = api.UpdateMessageContext(t.Context(), dm, ts, slack.MsgOptionText("x", false))
	wantCode(t, "update of a stream", err, "streaming_state_conflict")
	check(alice.Stop(t.Context(), dm, m.TS))
	stop, ok := next[slackevents.EventsAPIEvent](t, b).InnerEvent.Data.(*slackevents.AgentSessionStoppedEvent)
	if !ok || len(stop.StreamingMessageTimestamps) != 1 || stop.StreamingMessageTimestamps[0] != ts {
		t.Errorf("stop = %+v", stop)
	}
	_, _, err = api.AppendStreamContext(t.Context(), dm, ts, slack.MsgOptionMarkdownText("x"))
	wantCode(t, "append after Stop", err, "stopped_by_user")
}

func TestSubscribeTellsOfChanges(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	feed, stop := s.Subscribe()
	if _, err := s.Person("alice").Say(t.Context(), "#general", "hi"); err != nil {
		t.Fatal(err)
	}
	if c := <-feed; c.Kind != "message" || c.Channel != "C0GENERAL" {
		t.Errorf("change = %+v", c)
	}
	stop()
	if _, open := <-feed; open {
		t.Error("the feed is still open")
	}
	slow, _ := s.Subscribe()
	for range 1001 {
		_, _ = s.Person("alice").Say(t.Context(), "#general", "hi")
	}
	n := 0
	for range slow {
		n++
	}
	if n != 1000 {
		t.Errorf("a feed that is not read held %d changes", n)
	}
}

func TestManifestIsHeldToSlacksLimits(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"unknown key":       "display_information: {name: x}\nfeatures: {sparkles: true}",
		"long name":         "display_information: {name: " + strings.Repeat("x", 36) + "}",
		"no commands scope": "display_information: {name: x}\nfeatures: {slash_commands: [{command: /x, description: d}]}",
		"event's scope":     "display_information: {name: x}\nsettings: {event_subscriptions: {bot_events: [app_mention]}}",
		"five prompts":      "display_information: {name: x}\nfeatures: {agent_view: {suggested_prompts: [{},{},{},{},{}]}}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if recover() == nil {
					t.Error("the manifest was accepted")
				}
			}()
			slacktest.NewServer(slacktest.Options{Manifest: []byte(text)}).Close()
		})
	}
}

func TestAReactionIsGivenAndTakenBack(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	root := s.Thread("C0ENG", "Login fails")[0]
	alice, bob := s.Person("alice"), s.Person("bob")
	users := func() []string {
		for _, r := range s.Thread("C0ENG", "Login fails")[0].Reactions {
			if r.Name == "eyes" {
				return r.Users
			}
		}
		return nil
	}
	for _, c := range []struct {
		who  *slacktest.Person
		want []string
	}{
		{alice, []string{"U0ALICE"}},
		{bob, []string{"U0ALICE", "U0BOB"}},
		{alice, []string{"U0BOB"}},
		{bob, nil},
	} {
		if err := c.who.React(root, "eyes"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, users()); diff != "" {
			t.Errorf("after %s (-want +got):\n%s", c.who.ID, diff)
		}
	}
}
