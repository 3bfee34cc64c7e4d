package assistant_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"linearbot/assistant"
	"linearbot/assistant/modeltest"
)

// The address may have a path, a slash at its end, and the version.
func TestClaudeAtAnyAddress(t *testing.T) {
	t.Parallel()
	s := modeltest.NewServer(modeltest.Options{})
	defer s.Close()
	gateway := httptest.NewServer(http.StripPrefix("/team/claude", s))
	defer gateway.Close()
	for _, address := range []string{s.URL, s.URL + "/", s.URL + "/v1", s.URL + "/v1/", gateway.URL + "/team/claude", gateway.URL + "/team/claude/", gateway.URL + "/team/claude/v1"} {
		model := assistant.NewAnthropic(assistant.AnthropicConfig{Key: key("sk-test"), BaseURL: address})
		if reply, err := model.Turn(t.Context(), hello(), func(string) {}); err != nil || len(reply.Blocks) != 1 {
			t.Errorf("at %s: %+v, %v", address, reply, err)
		}
	}
	if v := s.Violations(); len(v) > 0 {
		t.Errorf("protocol: %q", v)
	}
}

// bare is what any server of the Messages API sends: the documented events with
// nothing optional in them, and things that are newer than this program.
const bare = `event: message_start
data: {"type":"message_start","message":{"id":"m1","type":"message","role":"assistant","content":[],"model":"other-1","stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":1}}}

: a comment

event: something_new
data: {"type":"something_new","value":1}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm."}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: content_block_start
data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hello"}}

event: content_block_stop
data: {"type":"content_block_stop","index":1}

event: content_block_start
data: {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"t1","name":"look","input":{}}}

event: content_block_stop
data: {"type":"content_block_stop","index":2}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":9}}

event: message_stop
data: {"type":"message_stop"}

`

func TestClaudeReadsABareStream(t *testing.T) {
	t.Parallel()
	for name, stream := range map[string]string{"line feeds": bare, "carriage returns": strings.ReplaceAll(bare, "\n", "\r\n")} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // it may have gone
			w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
			_, _ = io.WriteString(w, stream) // likewise
		}))
		defer s.Close()
		var text strings.Builder
		model := assistant.NewAnthropic(assistant.AnthropicConfig{Key: key("sk-test"), BaseURL: s.URL})
		reply, err := model.Turn(t.Context(), hello(), func(piece string) { text.WriteString(piece) })
		if err != nil || text.String() != "Hello" || reply.Stop != assistant.ModelCalls || reply.Usage.In != 3 || reply.Usage.Out != 9 {
			t.Errorf("%s: %q, %+v, %v", name, text.String(), reply, err)
			continue
		}
		if last := reply.Blocks[len(reply.Blocks)-1]; last.Call == nil || string(last.Call.Input) != "{}" {
			t.Errorf("%s: a call without input is %+v", name, last.Call)
		}
	}
}

// TestClaudeJudgesTheEndOfAStream: what is whole counts, whatever the connection does
// then; what is not costs what it said it cost, and is nothing else.
func TestClaudeJudgesTheEndOfAStream(t *testing.T) {
	t.Parallel()
	begin := bare[:strings.Index(bare, ": a comment")]
	for name, c := range map[string]struct {
		stream string
		hangs  bool // the connection stays open
		whole  bool
	}{
		"open after its end":    {bare, true, true},
		"more after its end":    {bare + bare, false, true},
		"no end":                {strings.TrimSuffix(bare, "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"), false, false},
		"two beginnings":        {begin + bare, false, false},
		"numbers below nothing": {strings.ReplaceAll(bare, `"output_tokens":`, `"cache_read_input_tokens":-900,"output_tokens":`), false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body) // it may have gone
				w.Header().Set("Content-Type", "text/event-stream")
				_, _ = io.WriteString(w, c.stream) // likewise
				_ = http.NewResponseController(w).Flush()
				if c.hangs {
					<-r.Context().Done()
				}
			}))
			defer s.Close()
			model := assistant.NewAnthropic(assistant.AnthropicConfig{Key: key("sk-test"), BaseURL: s.URL})
			reply, err := model.Turn(t.Context(), hello(), func(string) {})
			failed, isFailure := errors.AsType[*assistant.ModelError](err)
			switch {
			case c.whole && (err != nil || len(reply.Blocks) != 2):
				t.Errorf("a whole reply is %+v, %v", reply, err)
			case !c.whole && (!isFailure || failed.Kind != assistant.ModelTruncated || len(reply.Blocks) > 0):
				t.Errorf("half a reply is %+v, %v", reply, err)
			}
			if u := reply.Usage; u.In != 3 || u.CacheRead != 0 || u.Out < 1 {
				t.Errorf("it cost %+v", u)
			}
		})
	}
}

func TestClaudeSurvivesPagesOfProxies(t *testing.T) {
	t.Parallel()
	for status, kind := range map[int]assistant.ModelErrorKind{502: assistant.ModelOverloaded, 403: assistant.ModelAuth, 429: assistant.ModelRateLimited, 200: assistant.ModelTruncated} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "<html>secret page</html>") // it may have gone
		}))
		defer s.Close()
		_, err := assistant.NewAnthropic(assistant.AnthropicConfig{Key: key("sk-test"), BaseURL: s.URL}).Turn(t.Context(), hello(), func(string) {})
		failed, ok := errors.AsType[*assistant.ModelError](err)
		if !ok || failed.Kind != kind || strings.Contains(err.Error(), "secret page") {
			t.Errorf("a page with status %d is %v, want %s", status, err, kind)
		}
	}
}

// What people wrote, and the key, go to the configured address and nowhere else.
func TestClaudeFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	elsewhere := make(chan string, 10)
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { elsewhere <- r.Header.Get("X-Api-Key") }))
	defer other.Close()
	s := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer s.Close()
	_, err := assistant.NewAnthropic(assistant.AnthropicConfig{Key: key("sk-test"), BaseURL: s.URL}).Turn(t.Context(), hello(), func(string) {})
	if _, ok := errors.AsType[*assistant.ModelError](err); !ok {
		t.Errorf("a redirect is %v, want a model error", err)
	}
	if len(elsewhere) > 0 {
		t.Errorf("the key %q was sent to another host", <-elsewhere)
	}
}

func TestClaudeReadsWhenToComeBack(t *testing.T) {
	t.Parallel()
	for header, want := range map[string][2]time.Duration{
		"3600": {time.Hour, time.Hour}, "": {0, 0}, "-5": {0, 0}, "soon": {0, 0},
		time.Now().Add(time.Hour).UTC().Format(http.TimeFormat):  {59 * time.Minute, time.Hour},
		time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat): {0, 0},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", header)
			w.WriteHeader(http.StatusTooManyRequests)
		}))
		defer s.Close()
		_, err := assistant.NewAnthropic(assistant.AnthropicConfig{Key: key("sk-test"), BaseURL: s.URL}).Turn(t.Context(), hello(), func(string) {})
		failed, ok := errors.AsType[*assistant.ModelError](err)
		if !ok || failed.Kind != assistant.ModelRateLimited || failed.After < want[0] || failed.After > want[1] {
			t.Errorf("Retry-After %q is %+v, want %v", header, failed, want)
		}
	}
}
