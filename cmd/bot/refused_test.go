package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"linearbot/slackapp/slacktest"
)

// What Slack refuses for good ends the program, with the setting and what to do: an
// operator is not left with a bot that tries for ever.
func TestServeEndsWhenSlackRefusesForGood(t *testing.T) {
	o := operate(t)
	serves := func(name, want string, flags ...string) {
		t.Helper()
		status, out := o.does(o.db, append(flags, "--listen-addr=127.0.0.1:0", "serve")...)
		if status != exitUsage || !strings.Contains(out, want) || t.Context().Err() != nil {
			t.Errorf("%s: serve = %d, want %q:\n%s", name, status, want, out)
		}
	}
	serves("a wrong bot token", "SLACK_BOT_TOKEN: Slack refuses it (invalid_auth): copy the token again", "--slack-bot-token=xoxb-wrong")
	serves("a wrong app token", "SLACK_APP_TOKEN: Slack refuses it (invalid_auth): copy the token again", "--slack-app-token=xapp-wrong")
	for code, want := range map[string]string{
		"missing_scope": "lacks the scope connections:write", "not_allowed_token_type": "another kind of token",
		"forbidden_team": "is Socket Mode on", "account_inactive": "install the app again",
	} {
		disarm := o.s.slack.Inject(slacktest.Fault{Method: "apps.connections.open", Code: code})
		serves(code, "SLACK_APP_TOKEN: Slack refuses it ("+code+"): ")
		serves(code, want)
		disarm()
	}
	disarm := o.s.slack.Inject(slacktest.Fault{Method: "apps.connections.open", Status: http.StatusNotFound})
	serves("no such method", "SLACK_APP_TOKEN: Slack refuses it (not_there)")
	disarm()
	o.s.slack.MixApps()
	serves("tokens of two apps", "it is of another Slack app than SLACK_BOT_TOKEN")
}

// What passes by itself is waited out.
func TestServeWaitsForSlack(t *testing.T) {
	o := operate(t)
	for _, f := range []slacktest.Fault{
		{Method: "apps.connections.open", Code: "internal_error", Times: 2},
		{Method: "apps.connections.open", Status: http.StatusBadGateway, Times: 2},
		{Method: "auth.test", Code: "org_login_required", Times: 1},
	} {
		o.s.slack.Inject(f)
		if err := o.s.startBot(t.Context()); err != nil {
			t.Fatalf("after %+v: %v", f, err)
		}
		if err := o.s.stopBot(); err != nil {
			t.Fatal(err)
		}
	}
}

// Sockets are opened at a pace, and waiting for it ends with the request.
func TestPaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		p := &paced{limit: rate.NewLimiter(rate.Every(openPause), openBurst), next: roundTrip(func(*http.Request) *http.Response {
			asked++
			return httptest.NewRecorder().Result()
		})}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for {
			resp, err := p.RoundTrip(httptest.NewRequestWithContext(ctx, http.MethodPost, "http://slack.test/", nil))
			if err != nil {
				break
			}
			if err := resp.Body.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if asked < 30 || asked > 40 {
			t.Errorf("%d requests in a minute, want 30 and the first few", asked)
		}
	})
}

type roundTrip func(*http.Request) *http.Response

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }
