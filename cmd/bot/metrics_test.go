package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"linearbot/assistant"
	"linearbot/linear/lineartest"
	"linearbot/store"
)

// scrape reads /metrics as Prometheus does: series → value.
func scrape(t *testing.T, s *stage) map[string]float64 {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.cfg.PublicURL+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("/metrics: %d, %v", resp.StatusCode, err)
	}
	all := map[string]float64{}
	for line := range strings.Lines(string(page)) {
		cut := strings.LastIndex(line, " ")
		if strings.HasPrefix(line, "#") || cut < 0 {
			continue
		}
		if all[line[:cut]], err = strconv.ParseFloat(strings.TrimSpace(line[cut:]), 64); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	return all
}

// Every figure moves by as much as what happened.
func TestMetricsMove(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s, err := newStage(ctx, stageOptions{Dir: t.TempDir(), Log: stageLog(t.Output(), slog.LevelError)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	tr := &tour{stage: s, out: io.Discard, alice: s.slack.Person("alice"), bob: s.slack.Person("bob"), browsers: map[string]*browser{}, shown: map[string]bool{}}
	alice := tr.key(tr.alice)
	moved := func(what string, want map[string]float64, do func()) {
		t.Helper()
		before := scrape(t, s)
		do()
		got := map[string]float64{}
		short := func() bool { // what follows an answer is counted a moment later
			now := scrape(t, s)
			for name := range want {
				got[name] = now[name] - before[name]
			}
			return maps.Equal(got, want)
		}
		if err := tr.eventually(ctx, short); err != nil {
			t.Errorf("%s moves %v, want %v", what, got, want)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	moved("connecting", map[string]float64{
		`linearbot_accounts{state="ACTIVE"}`: 1, `linearbot_slack_ack_seconds_count{type="slash_commands"}`: 1,
	}, func() { must(tr.connecting(ctx)) })
	// A held command is handled once more when it goes on, which may be any time now.
	const handled = `linearbot_slack_handled_seconds_count{op="command",result="ok"}`
	before := scrape(t, s)[handled]
	moved("a command", map[string]float64{
		`linearbot_slack_ack_seconds_count{type="slash_commands"}`: 1,
		`linearbot_slack_queue_full_total`:                         0,
		`linearbot_linear_seconds_count{op="Issue",result="ok"}`:   1,
	}, func() {
		must(tr.alice.Command(ctx, general, "/linear show ENG-98"))
		_, err := tr.sees(ctx, tr.alice, general, "Payment retries loop")
		must(err)
		must(tr.eventually(ctx, func() bool { return scrape(t, s)[handled] > before }))
	})
	tool := func(input string) func() {
		return func() {
			_, err := s.bot.accounts.ExecuteTool(ctx, alice, "linear_issues_list", json.RawMessage(input))
			t.Log(err)
		}
	}
	moved("a tool", map[string]float64{`linearbot_tool_seconds_count{result="ok",tool="linear_issues_list"}`: 1}, tool(`{"team":"ENG"}`))
	undo := s.linear.Fault(lineartest.Fault{Path: "/graphql", Reply: lineartest.Limited(400, 0)})
	moved("a tool that is turned away", map[string]float64{
		`linearbot_tool_seconds_count{result="rate_limited",tool="linear_issues_list"}`: 1,
	}, tool(`{"team":"ENG"}`))
	undo()
	refresh := func() {
		_, err := s.bot.db.UpdateAccount(ctx, alice, func(_ *store.Tx, a store.Account) (store.Account, error) {
			a.DueAt = a.CreatedAt
			return a, nil
		})
		must(err)
		_, err = s.bot.accounts.RefreshDue(ctx)
		must(err)
	}
	moved("a refresh", map[string]float64{`linearbot_refreshes_total{result="ok"}`: 1, `linearbot_oauth_breaker_open`: 0}, refresh)
	undo = s.linear.Fault(lineartest.Fault{Path: "/oauth/token", Reply: lineartest.OAuthError(401, "invalid_client", "")})
	moved("a refused client", map[string]float64{
		`linearbot_refreshes_total{result="operator"}`: 1, `linearbot_oauth_breaker_open`: 1, `linearbot_accounts{state="ACTIVE"}`: 0,
	}, refresh)
	undo()
	s.linear.SetHookFault(lineartest.HookFault{BadSignature: true})
	moved("a forged webhook and a removal", map[string]float64{
		`linearbot_webhooks_total{result="refused"}`: 1, `linearbot_accounts{state="ACTIVE"}`: -1, `linearbot_accounts{state="REVOKED"}`: 1,
	}, func() {
		s.linear.RevokeAccess(aliceMail)
		must(tr.eventually(ctx, func() bool { return len(s.linear.Deliveries()) > 1 }))
		must(s.bot.db.PutSetting(ctx, "", "", "oauth_breaker", []byte("{}")))
		must(tr.alice.Command(ctx, general, "/linear show ENG-98"))
		_, err := tr.sees(ctx, tr.alice, general, "Reconnect")
		must(err)
	})
}

// cannedModel is a provider of known turns.
type cannedModel struct{ replies []any }

func (c *cannedModel) Turn(context.Context, assistant.ModelRequest, func(string)) (assistant.ModelReply, error) {
	next := c.replies[0]
	c.replies = c.replies[1:]
	if err, failed := next.(error); failed {
		return assistant.ModelReply{}, err
	}
	return next.(assistant.ModelReply), nil
}

func TestModelTurnsAreCounted(t *testing.T) {
	t.Parallel()
	s, err := newStage(t.Context(), stageOptions{Dir: t.TempDir(), Log: stageLog(t.Output(), slog.LevelError)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	m := countedModel{&cannedModel{[]any{
		assistant.ModelReply{Usage: assistant.ModelUsage{In: 10, CacheRead: 5, CacheWrite5m: 2, CacheWrite1h: 1, Out: 7}},
		&assistant.ModelError{Kind: assistant.ModelRateLimited},
	}}, s.bot.seen}
	for range 2 {
		_, _ = m.Turn(t.Context(), assistant.ModelRequest{}, nil) // both ends are counted
	}
	now := scrape(t, s)
	for name, want := range map[string]float64{
		`linearbot_model_turn_seconds_count{result="ok"}`: 1, `linearbot_model_turn_seconds_count{result="rate_limited"}`: 1,
		`linearbot_model_tokens_total{kind="in"}`: 10, `linearbot_model_tokens_total{kind="cache_read"}`: 5,
		`linearbot_model_tokens_total{kind="cache_write"}`: 3, `linearbot_model_tokens_total{kind="out"}`: 7,
	} {
		if now[name] != want {
			t.Errorf("%s = %v, want %v", name, now[name], want)
		}
	}
}
