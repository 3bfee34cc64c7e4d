package slacktest_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"linearbot/slackapp/slacktest"
)

// newServer starts a local Slack from the app's real manifest.
func newServer(t *testing.T, change ...func(*slacktest.Options)) *slacktest.Server {
	t.Helper()
	opt := slacktest.Options{Manifest: manifestFile(t), Seed: true}
	for _, c := range change {
		c(&opt)
	}
	s := slacktest.NewServer(opt)
	t.Cleanup(s.Close)
	return s
}

func manifestFile(t testing.TB) []byte {
	t.Helper()
	manifest, err := os.ReadFile("../../manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return manifest
}

func client(s *slacktest.Server) *slack.Client {
	return slack.New(s.BotToken, slack.OptionAPIURL(s.APIURL), slack.OptionAppLevelToken(s.AppToken),
		slack.OptionHTTPClient(&http.Client{Timeout: 10 * time.Second}))
}

// bot is a small app on the unmodified client: handle answers each frame, returning the payload of its acknowledgement.
type bot struct {
	api    *slack.Client
	events chan socketmode.Event // what arrived, after it was acknowledged
	hellos chan int              // connections, as each greeting counts them
}

// noAck as a payload leaves the envelope unacknowledged.
var noAck = new(int)

func startBot(t *testing.T, s *slacktest.Server, handle func(*slack.Client, socketmode.Event) any) *bot {
	t.Helper()
	b := &bot{api: client(s), events: make(chan socketmode.Event, 100), hellos: make(chan int, 10)}
	ctx, cancel := context.WithCancel(t.Context())
	socket := socketmode.New(b.api, socketmode.OptionLog(slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)))
	done := make(chan struct{}, 2)
	go func() { _ = socket.RunContext(ctx); done <- struct{}{} }()
	go func() {
		defer func() { done <- struct{}{} }()
		for {
			select {
			case <-ctx.Done():
				return
			case e := <-socket.Events:
				if e.Type == socketmode.EventTypeHello {
					b.hellos <- e.Request.NumConnections
				}
				if e.Request == nil || e.Request.EnvelopeID == "" {
					continue
				}
				var payload any
				if handle != nil {
					payload = handle(b.api, e)
				}
				if payload == noAck {
					continue
				}
				b.events <- e // before the answer, so that whoever got that finds it here
				if payload == nil {
					_ = socket.Ack(*e.Request)
				} else {
					_ = socket.Ack(*e.Request, payload)
				}
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done; <-done })
	<-b.hellos
	return b
}

func await(t *testing.T, s *slacktest.Server, what string, cond func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(t.Context(), 10*time.Second, errors.New("no "+what+" in ten seconds"))
	defer cancel()
	if err := s.Await(ctx, cond); err != nil {
		t.Fatal(err)
	}
}

func next[T any](t *testing.T, b *bot) T {
	t.Helper()
	select {
	case e := <-b.events:
		data, ok := e.Data.(T)
		if !ok {
			t.Fatalf("got %s (%T)", e.Type, e.Data)
		}
		return data
	case <-time.After(10 * time.Second):
		t.Fatal("no event in ten seconds")
	}
	panic("unreachable")
}

func text(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

func TestSlashCommandAnsweredByAckAndResponseURL(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := startBot(t, s, func(_ *slack.Client, e socketmode.Event) any {
		return map[string]any{"text": "Looking…"}
	})
	alice := s.Person("alice")
	if err := alice.Command(t.Context(), "#general", `/linear assign ENG-1 @bob in #payments & more`); err != nil {
		t.Fatal(err)
	}
	cmd := next[slack.SlashCommand](t, b)
	if want := "assign ENG-1 <@U0BOB|bob> in <#C0PAYMENTS|payments> &amp; more"; cmd.Text != want {
		t.Errorf("text = %q, want %q", cmd.Text, want)
	}
	if got := slacktest.Text(alice.Last("#general")); got != "Looking…" {
		t.Errorf("alice sees %q", got)
	}
	if got := s.Person("bob").Last("#general"); strings.Contains(got.Text, "Looking") {
		t.Error("bob sees alice's ephemeral message")
	}
	post := func(opts ...slack.MsgOption) error {
		opts = append(opts, slack.MsgOptionResponseURL(cmd.ResponseURL, slack.ResponseTypeEphemeral))
		_, _, err := b.api.PostMessageContext(t.Context(), cmd.ChannelID, opts...)
		return err
	}
	if err := post(slack.MsgOptionText("Done", false), slack.MsgOptionReplaceOriginal(cmd.ResponseURL)); err != nil {
		t.Fatal(err)
	}
	if got := slacktest.Text(alice.Last("#general")); got != "Done" {
		t.Errorf("after replacing, alice sees %q", got)
	}
	for range 4 {
		if err := post(slack.MsgOptionText("again", false)); err != nil {
			t.Fatal(err)
		}
	}
	if err := post(slack.MsgOptionText("sixth", false)); err == nil {
		t.Error("a response URL answered six times")
	}
}

func TestModalFromCommandToSubmission(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	modal := slack.ModalViewRequest{
		Type: slack.VTModal, Title: text("New issue"), Submit: text("Create"), CallbackID: "new",
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewInputBlock("title", text("Title"), nil, &slack.PlainTextInputBlockElement{Type: slack.METPlainTextInput, ActionID: "title", MaxLength: 20}),
			slack.NewInputBlock("team", text("Team"), nil, &slack.SelectBlockElement{Type: slack.OptTypeExternal, ActionID: "team", MinQueryLength: new(0), Placeholder: text("Pick")}),
			slack.NewActionBlock("more", slack.NewButtonBlockElement("more", "v", text("More fields"))),
		}},
	}
	startBot(t, s, func(api *slack.Client, e socketmode.Event) any {
		switch d := e.Data.(type) {
		case slack.SlashCommand:
			if _, err := api.OpenViewContext(t.Context(), d.TriggerID, modal); err != nil {
				t.Error(err)
			}
		case slack.InteractionCallback:
			switch d.Type {
			case slack.InteractionTypeBlockSuggestion:
				return map[string]any{"options": []any{
					map[string]any{"text": map[string]any{"type": "plain_text", "text": "Engineering"}, "value": "ENG"},
				}}
			case slack.InteractionTypeBlockActions:
				update := modal
				update.Title = text("More")
				if _, err := api.UpdateViewContext(t.Context(), update, "", d.View.Hash, d.View.ID); err != nil {
					t.Error(err)
				}
			case slack.InteractionTypeViewSubmission:
				if d.View.State.Values["title"]["title"].Value == "bad" {
					return slack.NewErrorsViewSubmissionResponse(map[string]string{"title": "Not that"})
				}
				if got := d.View.State.Values["team"]["team"].SelectedOption.Value; got != "ENG" {
					t.Errorf("team = %q", got)
				}
			}
		}
		return nil
	})
	alice := s.Person("alice")
	if err := alice.Command(t.Context(), "#general", "/linear"); err != nil {
		t.Fatal(err)
	}
	v := alice.View()
	if v.Title != "New issue" {
		t.Fatalf("modal = %q", v.Title)
	}
	if err := alice.Fill(t.Context(), v, map[string]any{"title": "kept"}); err != nil {
		t.Fatal(err)
	}
	if err := alice.Click(t.Context(), v, "More fields"); err != nil {
		t.Fatal(err)
	}
	await(t, s, "update", func() bool { return alice.View().Title == "More" })
	if got := slacktest.Text(alice.View()); !strings.Contains(got, "Title: «kept»") {
		t.Errorf("typed text was lost:\n%s", got)
	}
	var fields slacktest.FieldErrors
	if err := alice.Submit(t.Context(), v, map[string]any{"title": "much too long for this field"}); !errors.As(err, &fields) {
		t.Errorf("max_length: %v", err)
	}
	if err := alice.Submit(t.Context(), v, map[string]any{"title": "ok"}); !errors.As(err, &fields) || fields["team"] == "" {
		t.Errorf("required team: %v", err)
	}
	if err := alice.Submit(t.Context(), v, map[string]any{"title": "bad", "team": "Engineering"}); !errors.As(err, &fields) || fields["title"] != "Not that" {
		t.Errorf("app's errors: %v", err)
	}
	if err := alice.Submit(t.Context(), v, map[string]any{"title": "good"}); err != nil {
		t.Fatal(err)
	}
	if alice.View().ID != "" {
		t.Error("modal is still open")
	}
}

func TestMentionDirectMessageAndHome(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := startBot(t, s, nil)
	alice := s.Person("alice")
	inner := func() any { return next[slackevents.EventsAPIEvent](t, b).InnerEvent.Data }

	if _, err := alice.Say(t.Context(), "#general", "@linear show my issues"); err != nil {
		t.Fatal(err)
	}
	if m, ok := inner().(*slackevents.AppMentionEvent); !ok || m.Text != "<@U0LINEAR> show my issues" {
		t.Errorf("mention = %+v", m)
	}
	if _, err := alice.Say(t.Context(), alice.DM(), "hello"); err != nil {
		t.Fatal(err)
	}
	if m, ok := inner().(*slackevents.MessageEvent); !ok || m.Text != "hello" || m.ChannelType != "im" {
		t.Errorf("direct message = %+v", m)
	}
	if _, _, err := b.api.PostMessageContext(t.Context(), "U0ALICE", slack.MsgOptionText("hi", false)); err != nil {
		t.Fatal(err)
	}
	if m, ok := inner().(*slackevents.MessageEvent); !ok || m.BotID != "B0LINEAR" {
		t.Errorf("the app's own message in a direct message must come back as an event, got %+v", m)
	}
	if err := alice.OpenHome(t.Context()); err != nil {
		t.Fatal(err)
	}
	if h, ok := inner().(*slackevents.AppHomeOpenedEvent); !ok || h.Tab != "home" {
		t.Errorf("home = %+v", h)
	}
	home := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewHeaderBlock(text("Linear"))}}}
	if _, err := b.api.PublishViewContext(t.Context(), slack.PublishViewContextRequest{UserID: "U0ALICE", View: home}); err != nil {
		t.Fatal(err)
	}
	if got := slacktest.Text(alice.Home()); got != "# Linear" {
		t.Errorf("home shows %q", got)
	}
}

func TestFilesNeedTheToken(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := client(s)
	root := s.Thread("C0PAYMENTS", "Payment retries")[0]
	msgs, more, _, err := b.GetConversationRepliesContext(t.Context(), &slack.GetConversationRepliesParameters{ChannelID: root.Channel, Timestamp: root.TS})
	if err != nil || more || len(msgs) < 40 {
		t.Fatalf("thread: %d messages, more %v, %v", len(msgs), more, err)
	}
	var file slack.File
	for _, m := range msgs {
		if len(m.Files) > 0 {
			file = m.Files[0]
		}
	}
	var got strings.Builder
	if err := b.GetFileContext(t.Context(), file.URLPrivate, &got); err != nil || !strings.Contains(got.String(), "retry 214") {
		t.Errorf("download = %q, %v", got.String(), err)
	}
	resp, err := http.Get(file.URLPrivate) //nolint:noctx // a plain browser
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); !strings.Contains(string(body), "Sign in") {
		t.Error("a file was served without a token")
	}
}
