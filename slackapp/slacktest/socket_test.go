package slacktest_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack/socketmode"

	"linearbot/slackapp/slacktest"
)

// wire is a bare Socket Mode client that sees every frame.
type wire struct {
	t    *testing.T
	conn *websocket.Conn
}

type frame struct {
	Type        string          `json:"type"`
	ID          string          `json:"envelope_id"`
	Reason      string          `json:"reason"`
	Connections int             `json:"num_connections"`
	Attempt     int             `json:"retry_attempt"`
	Retry       string          `json:"retry_reason"`
	Accepts     bool            `json:"accepts_response_payload"`
	Payload     json.RawMessage `json:"payload"`
}

func ticket(t *testing.T, s *slacktest.Server) string {
	t.Helper()
	return send(t, s.APIURL+"apps.connections.open", "application/json", s.AppToken, "")["url"].(string)
}

func dial(t *testing.T, link string) (*wire, int) {
	t.Helper()
	conn, resp, err := websocket.DefaultDialer.DialContext(t.Context(), link, http.Header{"Origin": {"https://api.slack.com"}})
	if err != nil {
		return nil, resp.StatusCode
	}
	_ = resp.Body.Close()
	t.Cleanup(func() { _ = conn.Close() })
	return &wire{t, conn}, http.StatusSwitchingProtocols
}

func connect(t *testing.T, s *slacktest.Server) *wire {
	t.Helper()
	w, _ := dial(t, ticket(t, s))
	if hello := w.read(); hello.Type != "hello" || hello.Connections < 1 {
		t.Fatalf("first frame = %+v", hello)
	}
	return w
}

func (w *wire) read() frame {
	w.t.Helper()
	var f frame
	_ = w.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	if err := w.conn.ReadJSON(&f); err != nil {
		w.t.Fatal(err)
	}
	return f
}

func (w *wire) ack(id string, payload string) {
	w.t.Helper()
	body := `{"envelope_id":"` + id + `"}`
	if payload != "" {
		body = `{"envelope_id":"` + id + `","payload":` + payload + `}`
	}
	if err := w.conn.WriteMessage(websocket.TextMessage, []byte(body)); err != nil {
		w.t.Fatal(err)
	}
}

// hasty makes every patience of the server short.
func hasty(o *slacktest.Options) {
	o.AckTimeout = 30 * time.Millisecond
	o.Retries = []time.Duration{0, time.Millisecond, time.Millisecond}
	o.WarningTime, o.PingInterval = 50*time.Millisecond, 20*time.Millisecond
}

func TestTicketsOpenOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	link := ticket(t, s)
	if _, status := dial(t, link); status != http.StatusSwitchingProtocols {
		t.Fatalf("first dial = %d", status)
	}
	if _, status := dial(t, link); status != http.StatusForbidden {
		t.Errorf("second dial with one ticket = %d, want 403", status)
	}
	_, resp, err := websocket.DefaultDialer.DialContext(t.Context(), ticket(t, s), http.Header{"Origin": {"https://evil.test"}})
	if err == nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("foreign origin was let in: %v", err)
	}
}

func TestEleventhSocketIsTurnedAway(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for range 10 {
		connect(t, s)
	}
	w, _ := dial(t, ticket(t, s))
	if f := w.read(); f.Type != "disconnect" || f.Reason != "too_many_websockets" {
		t.Errorf("eleventh socket got %+v", f)
	}
}

func TestEventsComeAgainInteractionsDoNot(t *testing.T) {
	t.Parallel()
	s := newServer(t, hasty)
	w := connect(t, s)
	alice := s.Person("alice")
	if _, err := alice.Say(t.Context(), alice.DM(), "hello"); err != nil {
		t.Fatal(err)
	}
	ids, events := map[string]bool{}, map[string]bool{}
	for attempt := range 4 {
		f := w.read()
		if f.Attempt != attempt || (attempt > 0) != (f.Retry == "timeout") || f.Accepts {
			t.Errorf("delivery %d = %+v", attempt, f)
		}
		var p struct {
			EventID string `json:"event_id"`
		}
		if err := json.Unmarshal(f.Payload, &p); err != nil {
			t.Fatal(err)
		}
		ids[f.ID], events[p.EventID] = true, true
	}
	if len(ids) != 4 || len(events) != 1 {
		t.Errorf("four deliveries had %d envelope ids and %d event ids, want 4 and 1", len(ids), len(events))
	}
	err := alice.Command(t.Context(), "#general", "/linear help")
	if !errors.As(err, new(*slacktest.FailedError)) || alice.Failure() != "/linear failed because the app did not respond" {
		t.Errorf("unanswered command: %v; alice reads %q", err, alice.Failure())
	}
	commands := 0
	for _, e := range s.Envelopes() {
		if e.Type == "slash_commands" {
			commands++
			if !e.Failed {
				t.Error("the unanswered command is not marked as failed")
			}
		}
	}
	if commands != 1 {
		t.Errorf("the command was sent %d times", commands)
	}
}

func TestAcknowledgementsThatDoNotCount(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(o *slacktest.Options) { o.AckTimeout = time.Second })
	w := connect(t, s)
	alice := s.Person("alice")
	for name, c := range map[string]struct {
		ack  func(frame)
		want string
	}{
		"20,480 bytes": {func(f frame) { w.ack(f.ID, `{"text":"`+strings.Repeat("x", 20_480)+`"}`) }, "did not respond"},
		"unknown id":   {func(frame) { w.ack("nobody", "") }, "did not respond"},
		"no JSON":      {func(frame) { _ = w.conn.WriteMessage(websocket.TextMessage, []byte("{")) }, "did not respond"},
		"bad blocks":   {func(f frame) { w.ack(f.ID, `{"text":"x","blocks":[{"type":"sparkles"}]}`) }, "invalid_command_response"},
	} {
		done := make(chan struct{})
		go func() { defer close(done); c.ack(w.read()) }()
		if err := alice.Command(t.Context(), "#general", "/linear help"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		<-done
	}
	if s.StrayAcks() != 2 {
		t.Errorf("stray acks = %d, want 2", s.StrayAcks())
	}
	s.DropAcks(1)
	done := make(chan struct{})
	go func() { defer close(done); w.ack(w.read().ID, "") }()
	if err := alice.Command(t.Context(), "#general", "/linear help"); err == nil {
		t.Error("a dropped acknowledgement counted")
	}
	<-done
	if err := alice.Command(t.Context(), "#general", "/other"); err == nil || alice.Failure() != "/other is not a valid command" {
		t.Errorf("unknown command: %v", err)
	}
}

func TestNoSocketMeansDispatchFailed(t *testing.T) {
	t.Parallel()
	s := newServer(t, hasty)
	err := s.Person("alice").Command(t.Context(), "#general", "/linear")
	if err == nil || !strings.Contains(err.Error(), "dispatch_failed") {
		t.Errorf("command without a socket: %v", err)
	}
}

func TestEachFrameTakesOneSocket(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	got := make(chan int, 100)
	for i := range 3 {
		w := connect(t, s)
		go func() {
			for {
				var f frame
				if w.conn.ReadJSON(&f) != nil {
					return
				}
				w.ack(f.ID, "")
				got <- i
			}
		}()
	}
	seen := map[int]int{}
	for range 60 {
		if err := s.Person("bob").Command(t.Context(), "#general", "/linear"); err != nil {
			t.Fatal(err)
		}
		seen[<-got]++
	}
	if len(seen) != 3 || len(got) != 0 {
		t.Errorf("60 commands over 3 sockets went %v, %d extra", seen, len(got))
	}
}

func TestClientSurvivesEveryWayASocketEnds(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*slacktest.Server){
		"warning":           func(s *slacktest.Server) { _ = s.Disconnect("warning") },
		"refresh_requested": func(s *slacktest.Server) { _ = s.Disconnect("refresh_requested") },
		"cut":               (*slacktest.Server).CutSockets,
		"half JSON":         func(s *slacktest.Server) { s.SendRaw(`{"type":"events_api","enve`) },
		"unknown type":      func(s *slacktest.Server) { s.SendRaw(`{"type":"brand_new","envelope_id":"E1","payload":{}}`) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, func(o *slacktest.Options) { o.WarningTime = 20 * time.Millisecond })
			b := startBot(t, s, nil)
			end(s)
			if name != "half JSON" && name != "unknown type" {
				<-b.hellos
			}
			if err := s.Person("alice").Command(t.Context(), "#general", "/linear"); err != nil {
				t.Fatal(err)
			}
			for e := range b.events {
				if e.Type == socketmode.EventTypeSlashCommand {
					return
				}
			}
		})
	}
}

func TestGhostsSwallowFrames(t *testing.T) {
	t.Parallel()
	s := newServer(t, hasty)
	connect(t, s)
	s.SilenceSockets()
	if err := s.Person("alice").Command(t.Context(), "#general", "/linear"); err == nil {
		t.Error("a half-open socket answered")
	}
	if s.Sockets() != 1 {
		t.Error("the ghost is not registered any more")
	}
	s.BuryGhosts()
	if s.Sockets() != 0 {
		t.Error("the ghost is still registered")
	}
}

func TestLinkDisabled(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	w := connect(t, s)
	if err := s.Disconnect("link_disabled"); err != nil {
		t.Fatal(err)
	}
	if f := w.read(); f.Reason != "link_disabled" {
		t.Errorf("got %+v", f)
	}
	if got := send(t, s.APIURL+"apps.connections.open", "application/json", s.AppToken, ""); got["ok"] != false {
		t.Error("a socket could be opened while the link is disabled")
	}
	s.EnableLink()
	connect(t, s)
	if err := s.Disconnect("boredom"); !errors.Is(err, slacktest.ErrReason) {
		t.Errorf("unknown reason: %v", err)
	}
}

func TestRedeliver(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	w := connect(t, s)
	seen := make(chan frame, 10)
	go func() {
		for {
			var f frame
			if w.conn.ReadJSON(&f) != nil {
				return
			}
			w.ack(f.ID, "")
			seen <- f
		}
	}()
	alice := s.Person("alice")
	if _, err := alice.Say(t.Context(), alice.DM(), "hello"); err != nil {
		t.Fatal(err)
	}
	first := <-seen
	if err := s.Redeliver(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	again := <-seen
	if again.ID == first.ID || again.Attempt != 1 || string(again.Payload) != string(first.Payload) {
		t.Errorf("redelivery = %+v after %+v", again, first)
	}
	if err := s.Redeliver(t.Context(), "nothing"); err == nil {
		t.Error("an unknown envelope was redelivered")
	}
}
