package assistant_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"linearbot/assistant"
	"linearbot/assistant/modeltest"
)

// key is a secret as the configuration hands it over.
type key string

func (k key) Reveal() string { return string(k) }

func claudeAt(s *modeltest.Server) assistant.Model {
	return assistant.NewAnthropic(assistant.AnthropicConfig{
		Key: key("sk-test"), BaseURL: s.URL, Model: "claude-test", HTTP: &http.Client{Transport: s.Transport()},
	})
}

func hello() assistant.ModelRequest {
	return assistant.ModelRequest{
		System: "Be short.", About: "It is Monday.", MaxTokens: 100,
		Tools:    []assistant.ModelTool{{Name: "look", Description: "Look.", Schema: json.RawMessage(`{"type":"object","properties":{"at":{"type":"string"}},"required":["at"],"additionalProperties":false}`)}},
		Messages: []assistant.ModelMessage{{Blocks: []assistant.ModelBlock{{Text: "Hello"}}}},
	}
}

func TestClaudeStreamsTextAndCalls(t *testing.T) {
	t.Parallel()
	reply := modeltest.Say("I’ll look — “là”, in 雪.").And(modeltest.Call("look", map[string]any{"at": "the “quoted” thing 雪", "n": 12}))
	reply.Usage = modeltest.Usage{In: 100, CacheWrite: 20, CacheRead: 300, Out: 40}
	s := modeltest.NewServer(modeltest.Options{Key: "sk-test", Respond: modeltest.Script(reply)})
	defer s.Close()
	model := assistant.NewAnthropic(assistant.AnthropicConfig{Key: key("sk-test"), BaseURL: s.URL, Model: "claude-test"})

	var streamed strings.Builder
	got, err := model.Turn(t.Context(), hello(), func(text string) { streamed.WriteString(text) })
	if err != nil {
		t.Fatal(err)
	}
	want := assistant.ModelReply{
		Blocks: []assistant.ModelBlock{
			{Text: "I’ll look — “là”, in 雪."},
			{Call: &assistant.ModelCall{ID: "toolu_1_1", Name: "look", Input: json.RawMessage(`{"at":"the “quoted” thing 雪","n":12}`)}},
		},
		Stop: assistant.ModelCalls, RequestID: "msg_1", Model: "claude-test",
		Usage: assistant.ModelUsage{In: 100, CacheWrite5m: 20, CacheRead: 300, Out: 40},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reply (-want +got):\n%s", diff)
	}
	if streamed.String() != want.Blocks[0].Text {
		t.Errorf("streamed %q, want the text of the reply", streamed.String())
	}
	checkWire(t, s)
}

// checkWire holds the request to what makes caching work.
func checkWire(t *testing.T, s *modeltest.Server) {
	t.Helper()
	if v := s.Violations(); len(v) > 0 {
		t.Errorf("protocol broken: %v", v)
	}
	r := s.Requests()[0]
	if len(r.System) != 2 || r.System[0].CacheControl == nil || r.System[1].CacheControl != nil {
		t.Errorf("system blocks = %+v, want the static one marked and the personal one after it unmarked", r.System)
	}
	if last := r.Messages[len(r.Messages)-1].Content; last[len(last)-1].CacheControl == nil {
		t.Error("the newest user turn is not marked")
	}
	var schema map[string]any
	if err := json.Unmarshal(r.Tools[0].InputSchema, &schema); err != nil || schema["additionalProperties"] != false || schema["type"] != "object" {
		t.Errorf("schema on the wire = %s (%v), want it as it was given", r.Tools[0].InputSchema, err)
	}
}

func TestClaudeFaults(t *testing.T) {
	t.Parallel()
	text := "Some text that takes several events to arrive, so that there is a middle."
	tests := map[string]struct {
		fault modeltest.Fault
		kind  assistant.ModelErrorKind
		after time.Duration
	}{
		"cut after the first event":      {fault: modeltest.Fault{CutAfter: 1}, kind: assistant.ModelTruncated},
		"cut in the middle of a block":   {fault: modeltest.Fault{CutAfter: 5}, kind: assistant.ModelTruncated},
		"cut before message_stop":        {fault: modeltest.Fault{CutAfter: 10}, kind: assistant.ModelTruncated},
		"overloaded in the middle":       {fault: modeltest.Fault{MidStream: true, Kind: "overloaded_error"}, kind: assistant.ModelOverloaded},
		"rate limited in the middle":     {fault: modeltest.Fault{MidStream: true, Kind: "rate_limit_error"}, kind: assistant.ModelRateLimited},
		"an error nobody knows, midway":  {fault: modeltest.Fault{MidStream: true, Kind: "api_error"}, kind: assistant.ModelOverloaded},
		"rate limited for two seconds":   {fault: modeltest.Fault{Status: 429, Kind: "rate_limit_error", RetryAfter: 2 * time.Second}, kind: assistant.ModelRateLimited, after: 2 * time.Second},
		"rate limited for an hour":       {fault: modeltest.Fault{Status: 429, Kind: "rate_limit_error", RetryAfter: time.Hour}, kind: assistant.ModelRateLimited, after: time.Hour},
		"wrong key":                      {fault: modeltest.Fault{Status: 401, Kind: "authentication_error"}, kind: assistant.ModelAuth},
		"not paid":                       {fault: modeltest.Fault{Status: 402, Kind: "billing_error"}, kind: assistant.ModelBilling},
		"bad request":                    {fault: modeltest.Fault{Status: 400, Kind: "invalid_request_error"}, kind: assistant.ModelBadRequest},
		"unknown model":                  {fault: modeltest.Fault{Status: 404, Kind: "not_found_error"}, kind: assistant.ModelBadRequest},
		"too large":                      {fault: modeltest.Fault{Status: 413, Kind: "request_too_large"}, kind: assistant.ModelTooLong},
		"overloaded":                     {fault: modeltest.Fault{Status: 529, Kind: "overloaded_error"}, kind: assistant.ModelOverloaded},
		"a proxy's error without a type": {fault: modeltest.Fault{Status: 502, Kind: "what"}, kind: assistant.ModelOverloaded},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reply := modeltest.Say(text)
			reply.Fault = tt.fault
			s := modeltest.New(modeltest.Options{Respond: modeltest.Script(reply)})
			defer s.Close()
			_, err := claudeAt(s).Turn(t.Context(), hello(), func(string) {})
			got, ok := errors.AsType[*assistant.ModelError](err)
			if !ok || got.Kind != tt.kind || got.After != tt.after {
				t.Fatalf("Turn = %v (%+v), want kind %s after %s", err, got, tt.kind, tt.after)
			}
			if strings.Contains(err.Error(), "Hello") {
				t.Errorf("the error quotes the request: %v", err)
			}
			if n := len(s.Requests()); n != 1 {
				t.Errorf("%d requests, want 1: retrying is not this layer's", n)
			}
		})
	}
}

func TestClaudeGivesUpOnSilence(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]modeltest.Fault{
		"before the headers": {Silent: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := modeltest.New(modeltest.Options{Respond: modeltest.Script(modeltest.Reply{Fault: fault})})
				defer s.Close()
				started := time.Now()
				_, err := claudeAt(s).Turn(t.Context(), hello(), func(string) {})
				got, ok := errors.AsType[*assistant.ModelError](err)
				if !ok || got.Kind != assistant.ModelTimeout {
					t.Fatalf("Turn = %v, want a timeout", err)
				}
				if took := time.Since(started); took != 15*time.Second {
					t.Errorf("gave up after %s, want 15 s", took)
				}
			})
		})
	}
}

func TestClaudeStopsInTheMiddle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reply := modeltest.Say("Some text that goes on for a while")
		reply.Fault = modeltest.Fault{HangAfter: 4}
		s := modeltest.New(modeltest.Options{Respond: modeltest.Script(reply)})
		defer s.Close()
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			_, err := claudeAt(s).Turn(ctx, hello(), func(string) {})
			done <- err
		}()
		synctest.Wait()
		stop()
		err := <-done
		if got, ok := errors.AsType[*assistant.ModelError](err); !ok || got.Kind != assistant.ModelCanceled || !errors.Is(err, context.Canceled) {
			t.Fatalf("Turn = %v, want canceled", err)
		}
	})
}
