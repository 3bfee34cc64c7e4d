package modeltest_test

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"

	"linearbot/assistant/modeltest"
)

func client(s *modeltest.Server) anthropic.Client {
	return anthropic.NewClient(option.WithoutEnvironmentDefaults(), option.WithoutOpenTelemetry(), option.WithMaxRetries(0),
		option.WithAPIKey("sk-test"), option.WithBaseURL(s.URL))
}

// asks sends a conversation as the official client does, and gathers the answer.
func asks(t *testing.T, s *modeltest.Server, messages ...anthropic.MessageParam) (anthropic.Message, error) {
	t.Helper()
	c := client(s)
	stream := c.Messages.NewStreaming(t.Context(), anthropic.MessageNewParams{
		Model: "any", MaxTokens: 100, Messages: messages,
		System: []anthropic.TextBlockParam{{Text: "Be short.", CacheControl: anthropic.NewCacheControlEphemeralParam()}},
		Tools: []anthropic.ToolUnionParam{{OfTool: &anthropic.ToolParam{
			Name: "look", InputSchema: anthropic.ToolInputSchemaParam{Properties: map[string]any{"at": map[string]any{"type": "string"}}},
		}}},
	})
	defer stream.Close()
	var m anthropic.Message
	for stream.Next() {
		if err := m.Accumulate(stream.Current()); err != nil {
			t.Fatal(err)
		}
	}
	return m, stream.Err()
}

func user(blocks ...anthropic.ContentBlockParamUnion) anthropic.MessageParam {
	return anthropic.NewUserMessage(blocks...)
}

func model(blocks ...anthropic.ContentBlockParamUnion) anthropic.MessageParam {
	return anthropic.NewAssistantMessage(blocks...)
}

var text = anthropic.NewTextBlock

// The official client understands every event, with and without what it has to
// pass over, and a call and its result go back and forth.
func TestTheOfficialClientIsServed(t *testing.T) {
	t.Parallel()
	for name, noise := range map[string]bool{"plain": false, "with noise": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := modeltest.Say("Là — 雪 🎉, I look.").And(modeltest.Call("look", map[string]any{"at": "the “thing” 🎉"}))
			first.Usage, first.Noise = modeltest.Usage{In: 5, CacheWrite: 6, CacheRead: 7, Out: 8}, noise
			second := modeltest.Say("Seen.")
			second.Noise = noise
			s := modeltest.NewServer(modeltest.Options{Key: "sk-test", Respond: modeltest.Script(first, second)})
			defer s.Close()
			m, err := asks(t, s, user(text("Hello")))
			if err != nil {
				t.Fatal(err)
			}
			var said strings.Builder
			var call anthropic.ContentBlockUnion
			for _, b := range m.Content {
				said.WriteString(b.Text)
				if b.Type == "tool_use" {
					call = b
				}
			}
			if said.String() != "Là — 雪 🎉, I look." || string(call.Input) != `{"at":"the “thing” 🎉"}` || m.StopReason != "tool_use" {
				t.Errorf("the client read %q, %s, %s", said.String(), call.Input, m.StopReason)
			}
			if u := m.Usage; u.InputTokens != 5 || u.CacheCreationInputTokens != 6 || u.CacheReadInputTokens != 7 || u.OutputTokens != 8 {
				t.Errorf("usage = %+v", u)
			}
			m, err = asks(t, s, user(text("Hello")), model(text("I look."), anthropic.NewToolUseBlock(call.ID, call.Input, call.Name)),
				user(anthropic.NewToolResultBlock(call.ID, "a thing", false)))
			if err != nil || m.StopReason != "end_turn" {
				t.Errorf("after the result: %s, %v", m.StopReason, err)
			}
			if got := s.Requests()[1].Results(); len(got) != 1 || got[0] != "a thing" {
				t.Errorf("Results = %q", got)
			}
			if v := s.Violations(); len(v) > 0 {
				t.Errorf("a proper conversation broke the rules: %q", v)
			}
		})
	}
}

func TestFaultsReachTheOfficialClient(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault  modeltest.Fault
		kind   string // of the error; empty: none
		status int
		stop   string
	}{
		"a status":         {modeltest.Fault{Status: 529, Kind: "overloaded_error"}, "overloaded_error", 529, ""},
		"in the middle":    {modeltest.Fault{MidStream: true, Kind: "overloaded_error"}, "overloaded_error", 200, ""},
		"a stream cut off": {modeltest.Fault{CutAfter: 4}, "", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reply := modeltest.Say("Some words that go on.")
			reply.Fault = c.fault
			s := modeltest.NewServer(modeltest.Options{Respond: modeltest.Script(reply)})
			defer s.Close()
			m, err := asks(t, s, user(text("Hello")))
			failed, _ := errors.AsType[*anthropic.Error](err)
			switch {
			case c.kind == "" && err != nil:
				t.Errorf("%v, want a stream that just ends", err)
			case c.kind != "" && (failed == nil || string(failed.Type()) != c.kind || failed.StatusCode != c.status):
				t.Errorf("error %v, want %s with status %d", err, c.kind, c.status)
			case string(m.StopReason) != c.stop:
				t.Errorf("stop reason %q, want %q", m.StopReason, c.stop)
			}
		})
	}
}

// proper is a request that keeps every rule; each case below breaks one.
const proper = `{"model":"any","max_tokens":100,"stream":true,
 "system":[{"type":"text","text":"Be short."}],
 "tools":[{"name":"look","input_schema":{"type":"object"}}],
 "messages":[
  {"role":"user","content":[{"type":"text","text":"Hello"}]},
  {"role":"assistant","content":[{"type":"text","text":"I look."},{"type":"tool_use","id":"c1","name":"look","input":{}}]},
  {"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"a thing"},{"type":"text","text":"And?"}]}]}`

func TestEveryRuleOfTheProtocolIsHeld(t *testing.T) {
	t.Parallel()
	const result = `{"type":"tool_result","tool_use_id":"c1","content":"a thing"}`
	const call = `{"type":"tool_use","id":"c1","name":"look","input":{}}`
	for name, c := range map[string]struct{ old, new, says string }{
		"no stream":           {`"stream":true`, `"stream":false`, "stream is not true"},
		"no model":            {`"model":"any"`, `"model":""`, "are required"},
		"no tokens":           {`"max_tokens":100`, `"max_tokens":0`, "are required"},
		"an unknown input":    {`"stream":true`, `"stream":true,"colour":"red"`, "colour is no input"},
		"no messages":         {proper[strings.Index(proper, `"messages"`):], `"messages":[]}`, "no messages"},
		"the same side twice": {`{"role":"assistant","content"`, `{"role":"user","content"`, "is from user"},
		"an empty message":    {`[{"type":"text","text":"Hello"}]`, `[]`, "is empty"},
		"an empty text":       {`"text":"Hello"`, `"text":" "`, "empty text"},
		"the model last": {`,
  {"role":"user","content":[` + result + `,{"type":"text","text":"And?"}]}`, ``, "the last message is not the user's"},
		"a call without a result":    {result + `,`, ``, "not answered"},
		"a result for nothing":       {`"tool_use_id":"c1"`, `"tool_use_id":"c2"`, "no open call"},
		"a result given twice":       {result, result + `,` + result, "no open call"},
		"a result behind the text":   {result + `,{"type":"text","text":"And?"}`, `{"type":"text","text":"And?"},` + result, "results come first"},
		"an error that says nothing": {`"content":"a thing"`, `"is_error":true,"content":""`, "an error without content"},
		"a call made twice":          {call, call + `,` + call, "repeated"},
		"a call id of other letters": {`"c1"`, `"c:1"`, "is not written in letters"},
		"a call of no name":          {`"id":"c1","name":"look"`, `"id":"c1","name":""`, "is not written in letters"},
		"an input that is a list":    {`"input":{}`, `"input":[]`, "is not an object"},
		"an unknown block":           {`"type":"text","text":"I look."`, `"type":"song"`, "block of type"},
		"a tool named twice":         {`"tools":[`, `"tools":[{"name":"look","input_schema":{"type":"object"}},`, "named twice"},
		"a tool of a bad name":       {`"tools":[{"name":"look"`, `"tools":[{"name":"look at"`, "named twice, or not in letters"},
		"a schema of no type":        {`"input_schema":{"type":"object"}`, `"input_schema":{}`, "is not of type object"},
		"a choice at the root":       {`"input_schema":{"type":"object"}`, `"input_schema":{"type":"object","anyOf":[]}`, "anyOf at its root"},
		"too many marks": {`"tools":[`, `"tools":[` + strings.Repeat(`{"name":"X","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"}},`, 5),
			"5 cache_control marks"},
		"a secret": {`"a thing"`, `"the lin_secret thing"`, "a secret is in the request"},
		"no JSON":  {`{"model"`, `{model"`, "not a request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := modeltest.NewServer(modeltest.Options{Secrets: []string{"lin_secret"}})
			defer s.Close()
			body := strings.ReplaceAll(proper, c.old, c.new)
			if body == proper {
				t.Fatalf("the case breaks nothing: %q is not in it", c.old)
			}
			for n := 0; strings.Contains(body, `"name":"X"`); n++ {
				body = strings.Replace(body, `"name":"X"`, `"name":"x`+string(rune('a'+n))+`"`, 1)
			}
			status, answer := post(t, s, "/v1/messages", body, nil)
			if v := s.Violations(); status != http.StatusBadRequest || len(v) != 1 || !strings.Contains(v[0], c.says) {
				t.Errorf("status %d (%s), violations %q, want one that says %q", status, answer, v, c.says)
			}
			if len(s.Requests()) != 0 {
				t.Error("the broken request counts as one that kept the rules")
			}
		})
	}
}

func TestTheHeadersAndThePathAreHeld(t *testing.T) {
	t.Parallel()
	s := modeltest.NewServer(modeltest.Options{})
	defer s.Close()
	for says, c := range map[string]struct {
		path   string
		change func(http.Header)
	}{
		"is not POST /v1/messages":     {"/messages", nil},
		"no x-api-key":                 {"/v1/messages", func(h http.Header) { h.Del("X-Api-Key") }},
		"anthropic-version is not 202": {"/v1/messages", func(h http.Header) { h.Set("Anthropic-Version", "2022-01-01") }},
	} {
		before := len(s.Violations())
		status, _ := post(t, s, c.path, proper, c.change)
		if v := s.Violations()[before:]; status != http.StatusBadRequest || len(v) != 1 || !strings.Contains(v[0], says) {
			t.Errorf("status %d, violations %q, want one that says %q", status, v, says)
		}
	}
	if status, answer := post(t, s, "/v1/messages", proper, nil); status != http.StatusOK || len(s.Requests()) != 1 {
		t.Errorf("a proper request has status %d: %s", status, answer)
	}
	if status, _ := post(t, s, "/v1/messages", strings.Replace(proper, "Be short.", "Be long.", 1), nil); status != http.StatusBadRequest {
		t.Errorf("another system prompt has status %d: nothing can be kept of it", status)
	}
	keyed := modeltest.NewServer(modeltest.Options{Key: "another"})
	defer keyed.Close()
	if status, _ := post(t, keyed, "/v1/messages", proper, nil); status != http.StatusUnauthorized {
		t.Errorf("a wrong key has status %d", status)
	}
}

// A reply that paused is gone on with, and only then may the model's words come last.
func TestOnlyAPausedReplyIsGoneOnWith(t *testing.T) {
	t.Parallel()
	paused := modeltest.Say("Wait")
	paused.Stop = "pause_turn"
	s := modeltest.NewServer(modeltest.Options{Respond: modeltest.Script(paused, modeltest.Say("for it."))})
	defer s.Close()
	ends := []anthropic.MessageParam{user(text("Hello")), model(text("Wait"))}
	if _, err := asks(t, s, ends...); err == nil {
		t.Error("a conversation that ends with the model's words is taken")
	}
	if _, err := asks(t, s, ends[0]); err != nil {
		t.Error(err)
	}
	if m, err := asks(t, s, ends...); err != nil || len(m.Content) == 0 || m.Content[0].Text != "for it." {
		t.Errorf("after the pause: %+v, %v", m.Content, err)
	}
}

func post(t *testing.T, s *modeltest.Server, path, body string, change func(http.Header)) (status int, answer string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(r.Header, http.Header{"X-Api-Key": {"sk-test"}, "Anthropic-Version": {"2023-06-01"}, "Content-Type": {"application/json"}})
	if change != nil {
		change(r.Header)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(raw)
}

// A rule is told how many rounds of calls there were since the user spoke.
func TestRulesCountRounds(t *testing.T) {
	t.Parallel()
	var rounds []int
	s := modeltest.NewServer(modeltest.Options{Respond: func(r modeltest.Request) modeltest.Reply {
		return modeltest.Rules(modeltest.Say("?"), modeltest.Rule{When: regexp.MustCompile(`look at (\w+)`), Then: func(_ modeltest.Request, round int, match []string) modeltest.Reply {
			rounds = append(rounds, round)
			return modeltest.Say("Of " + match[1])
		}})(r)
	}})
	defer s.Close()
	if _, err := asks(t, s, user(text("look at it"))); err != nil {
		t.Fatal(err)
	}
	input := json.RawMessage(`{}`)
	if _, err := asks(t, s, user(text("look at it")), model(anthropic.NewToolUseBlock("c1", input, "look")), user(anthropic.NewToolResultBlock("c1", "x", false))); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(rounds, []int{0, 1}) {
		t.Errorf("rounds = %v", rounds)
	}
}
