package modeltest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// stream writes one reply as server-sent events.
type stream struct {
	w       http.ResponseWriter
	r       *http.Request
	stopped <-chan struct{}
	pace    time.Duration
	serial  int
	model   string

	noise bool
	first int // index of the first block of the reply
	sent  int
	ended bool // nothing is written any more
}

func (s *stream) write(reply Reply) {
	f := reply.Fault
	s.noise = reply.Noise
	if f.Silent {
		s.hang()
		return
	}
	s.w.Header().Set("Request-Id", fmt.Sprintf("req_%d", s.serial))
	if f.Status != 0 {
		if f.RetryAfter > 0 {
			s.w.Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter.Seconds())))
		}
		refuse(s.w, f.Status, f.Kind, "scripted")
		return
	}
	s.w.Header().Set("Content-Type", "text/event-stream")
	s.w.WriteHeader(http.StatusOK)
	s.events(reply)
}

// events sends everything in the order the real service has.
func (s *stream) events(reply Reply) {
	f := reply.Fault
	s.event(f, "message_start", map[string]any{"message": map[string]any{
		"id": fmt.Sprintf("msg_%d", s.serial), "type": "message", "role": "assistant", "model": s.model, "content": []any{},
		"stop_reason": nil, "stop_sequence": nil,
		"usage": map[string]any{
			"input_tokens": reply.Usage.In, "output_tokens": 1,
			"cache_creation_input_tokens": reply.Usage.CacheWrite, "cache_read_input_tokens": reply.Usage.CacheRead,
		},
	}})
	s.event(f, "ping", map[string]any{})
	if s.noise {
		s.thought(f)
	}
	stop := "end_turn"
	for n, b := range reply.Blocks {
		if b.Name != "" {
			stop = "tool_use"
		}
		s.block(f, n, b)
	}
	if f.MidStream {
		s.event(f, "error", map[string]any{"error": map[string]string{"type": f.Kind, "message": "scripted"}})
		s.ended = true
	}
	if reply.Stop != "" {
		stop = reply.Stop
	}
	s.event(f, "message_delta", map[string]any{
		"delta": map[string]any{"stop_reason": stop, "stop_sequence": nil}, "usage": map[string]any{"output_tokens": reply.Usage.Out},
	})
	s.event(f, "message_stop", map[string]any{})
}

// thought sends blocks that a client did not ask for and has to pass over.
func (s *stream) thought(f Fault) {
	for n, start := range []map[string]any{
		{"type": "thinking", "thinking": "", "signature": ""}, {"type": "redacted_thinking", "data": "AAAA"}, {"type": "something_new"},
	} {
		s.event(f, "content_block_start", map[string]any{"index": n, "content_block": start})
		if n == 0 {
			s.event(f, "content_block_delta", map[string]any{"index": n, "delta": map[string]any{"type": "thinking_delta", "thinking": "Hm."}})
			s.event(f, "content_block_delta", map[string]any{"index": n, "delta": map[string]any{"type": "signature_delta", "signature": "AAAA"}})
		}
		s.event(f, "content_block_stop", map[string]any{"index": n})
		s.first = n + 1
	}
}

func (s *stream) block(f Fault, n int, b ReplyBlock) {
	n += s.first
	start, text := map[string]any{"type": "text", "text": ""}, b.Text
	key, kind := "text", "text_delta"
	if b.Name != "" {
		id := b.ID
		if id == "" {
			id = fmt.Sprintf("toolu_%d_%d", s.serial, n-s.first)
		}
		start = map[string]any{"type": "tool_use", "id": id, "name": b.Name, "input": map[string]any{}}
		key, kind, text = "partial_json", "input_json_delta", b.Input
	}
	s.event(f, "content_block_start", map[string]any{"index": n, "content_block": start})
	for _, piece := range pieces(text) {
		s.event(f, "content_block_delta", map[string]any{"index": n, "delta": map[string]any{"type": kind, key: piece}})
	}
	s.event(f, "content_block_stop", map[string]any{"index": n})
}

// pieces splits a text at odd places, between characters.
func pieces(text string) []string {
	runes := []rune(text)
	var all []string
	for size := 7; len(runes) > 0; size = size%23 + 5 {
		n := min(size, len(runes))
		if len(runes) > 2000 {
			n = min(500, len(runes)) // a huge text in fewer pieces
		}
		all = append(all, string(runes[:n]))
		runes = runes[n:]
	}
	return all
}

// event sends one event, or does what the fault says at this place.
func (s *stream) event(f Fault, name string, body map[string]any) {
	s.ended = s.ended || f.CutAfter > 0 && s.sent >= f.CutAfter
	if !s.ended && f.HangAfter > 0 && s.sent >= f.HangAfter {
		s.hang()
		s.ended = true
	}
	if s.ended {
		return
	}
	body["type"] = name
	if s.noise {
		body["something_new"] = map[string]any{"of": []any{1, nil}}
	}
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err) // nothing in it that JSON cannot hold
	}
	lines := fmt.Sprintf("event: %s\ndata: %s\n\n", name, raw)
	if s.noise {
		lines = strings.ReplaceAll(noise+lines, "\n", "\r\n")
	}
	s.flush(lines)
	s.sent++
	if name == "content_block_delta" && s.pace > 0 {
		select {
		case <-time.After(s.pace):
		case <-s.r.Context().Done():
			s.ended = true
		}
	}
}

// noise may stand before any event.
const noise = "event: ping\ndata: {\"type\": \"ping\"}\n\n: a comment\n\nevent: something_new\ndata: {\"type\":\"something_new\",\"index\":0}\n\n"

// flush sends lines in two parts, split at any byte: a network keeps no characters
// together.
func (s *stream) flush(lines string) {
	at := (s.sent*31 + s.serial*7) % len(lines)
	for _, part := range []string{lines[:at], lines[at:]} {
		if _, err := io.WriteString(s.w, part); err != nil {
			s.ended = true // the caller has gone
			return
		}
		if flusher, ok := s.w.(http.Flusher); ok {
			flusher.Flush()
		}
	}
}

// hang waits until the caller or the server gives up.
func (s *stream) hang() {
	select {
	case <-s.r.Context().Done():
	case <-s.stopped:
	}
}
