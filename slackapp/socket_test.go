package slackapp

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// doer answers each request of a Slack client.
type doer func() *http.Response

func (d doer) Do(*http.Request) (*http.Response, error) { return d(), nil }

// However long Slack was away, a socket is asked for again within half a minute of its
// return; how long Slack itself wants us to wait is waited.
func TestSocketIsAskedForSoonAfterAnOutage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status      int
		after       string
		least, most time.Duration // between two requests, in the end
	}{
		"away":    {http.StatusBadGateway, "", 0, openWait},
		"limited": {http.StatusTooManyRequests, "120", 2 * time.Minute, 6 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var asked []time.Time
				client := slack.New("xoxb-1", slack.OptionAppLevelToken("xapp-1"), slack.OptionHTTPClient(doer(func() *http.Response {
					asked = append(asked, time.Now())
					return &http.Response{StatusCode: c.status, Header: http.Header{"Retry-After": {c.after}}, Body: io.NopCloser(strings.NewReader(""))}
				})))
				s := &socket{client: socketmode.New(client), log: slog.New(slog.DiscardHandler), settle: func() {}, seen: NewCounters()}
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				if err := s.run(ctx); err != nil {
					t.Fatal(err)
				}
				for i := 1; i < len(asked); i++ {
					if gap := asked[i].Sub(asked[i-1]); gap < c.least || gap > c.most {
						t.Errorf("request %d came %v after the one before, want %v to %v", i, gap, c.least, c.most)
					}
				}
				if n := len(asked); n < 5 || n > 600 {
					t.Errorf("%d requests in an hour", n)
				}
			})
		})
	}
}

// An envelope tells that the socket is up, whether or not Slack said hello.
func TestEnvelopeTellsThatTheSocketIsUp(t *testing.T) {
	t.Parallel()
	s := &socket{log: slog.New(slog.DiscardHandler), seen: NewCounters(), accept: func(context.Context, inbound, acker) {}}
	evt := socketmode.Event{Type: socketmode.EventTypeSlashCommand, Request: &socketmode.Request{Type: "slash_commands", EnvelopeID: "e1"}}
	if err := s.take(t.Context(), evt); err != nil || !s.ready.Load() {
		t.Errorf("ready = %t, %v", s.ready.Load(), err)
	}
}
