package modeltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Request is what a client asked.
type Request struct {
	Model     string    `json:"model"`
	MaxTokens int       `json:"max_tokens"`
	Stream    bool      `json:"stream"`
	System    []Block   `json:"system"`
	Tools     []Tool    `json:"tools"`
	Messages  []Message `json:"messages"`
}

// Tool is a tool the client offers.
type Tool struct {
	Name         string          `json:"name"`
	Description  string          `json:"description"`
	InputSchema  json.RawMessage `json:"input_schema"`
	CacheControl *Mark           `json:"cache_control"`
}

// Message is one turn of the conversation.
type Message struct {
	Role    string  `json:"role"`
	Content []Block `json:"content"`
}

// Block is one block of a message or of the system prompt.
type Block struct {
	Type         string          `json:"type"`
	Text         string          `json:"text"`
	ID           string          `json:"id"`
	Name         string          `json:"name"`
	Input        json.RawMessage `json:"input"`
	ToolUseID    string          `json:"tool_use_id"`
	IsError      bool            `json:"is_error"`
	Content      json.RawMessage `json:"content"`
	CacheControl *Mark           `json:"cache_control"`
}

// Mark is where the provider may keep what came so far.
type Mark struct {
	Type string `json:"type"`
}

// Said is the text of the newest message of the user that holds text.
func (r Request) Said() string {
	for i := len(r.Messages) - 1; i >= 0; i-- {
		if r.Messages[i].Role != "user" {
			continue
		}
		var texts []string
		for _, b := range r.Messages[i].Content {
			if b.Type == "text" {
				texts = append(texts, b.Text)
			}
		}
		if len(texts) > 0 {
			return strings.Join(texts, "\n")
		}
	}
	return ""
}

// Results are the tool results of the newest message, as text.
func (r Request) Results() []string {
	var all []string
	for _, b := range r.Messages[len(r.Messages)-1].Content {
		if b.Type == "tool_result" {
			all = append(all, b.resultText())
		}
	}
	return all
}

func (b Block) resultText() string {
	var text string
	if json.Unmarshal(b.Content, &text) == nil {
		return text
	}
	var parts []Block
	if json.Unmarshal(b.Content, &parts) != nil {
		return string(b.Content)
	}
	var all strings.Builder
	for _, p := range parts {
		all.WriteString(p.Text)
	}
	return all.String()
}

// check holds a request to the protocol. broken says what is wrong.
func (s *Server) check(r *http.Request, body []byte) (request Request, broken string) {
	switch {
	case r.Method != http.MethodPost || r.URL.Path != "/v1/messages":
		return request, fmt.Sprintf("%s %s is not POST /v1/messages", r.Method, r.URL.Path)
	case r.Header.Get("X-Api-Key") == "":
		return request, "no x-api-key"
	case r.Header.Get("Anthropic-Version") != "2023-06-01":
		return request, "anthropic-version is not 2023-06-01"
	}
	for _, secret := range s.options.Secrets {
		if bytes.Contains(body, []byte(secret)) {
			return request, "a secret is in the request: " + around(body, secret)
		}
	}
	if err := json.Unmarshal(body, &request); err != nil {
		return request, "not a request: " + err.Error()
	}
	switch {
	case !request.Stream:
		return request, "stream is not true"
	case request.Model == "" || request.MaxTokens < 1:
		return request, "model and max_tokens are required"
	}
	for _, broken := range []string{checkKeys(body), checkTools(request.Tools), checkMarks(request), s.checkMessages(request.Messages)} {
		if broken != "" {
			return request, broken
		}
	}
	return request, s.checkPrefix(body)
}

// checkPrefix holds tools and the first system block to the bytes of the first
// request: a provider can only keep what stays the same.
func (s *Server) checkPrefix(body []byte) string {
	var raw struct {
		Tools  json.RawMessage   `json:"tools"`
		System []json.RawMessage `json:"system"`
	}
	if err := json.Unmarshal(body, &raw); err != nil {
		return "not a request: " + err.Error()
	}
	prefix := string(raw.Tools)
	if len(raw.System) > 0 {
		prefix += string(raw.System[0])
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.prefix == "" {
		s.prefix = prefix
	}
	if s.prefix != prefix {
		return "tools or system prompt changed between requests"
	}
	return ""
}

func (s *Server) checkMessages(messages []Message) string {
	if len(messages) == 0 {
		return "no messages"
	}
	calls := map[string]bool{}
	open := map[string]bool{} // calls of the message before, to be answered now
	for n, m := range messages {
		if want := []string{"user", "assistant"}[n%2]; m.Role != want {
			return fmt.Sprintf("message %d is from %s, not %s", n, m.Role, want)
		}
		if len(m.Content) == 0 {
			return fmt.Sprintf("message %d is empty", n)
		}
		if broken := checkBlocks(n, m, calls, open); broken != "" {
			return broken
		}
	}
	if messages[len(messages)-1].Role == "user" {
		return ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.paused {
		return "the last message is not the user's, and the model did not pause"
	}
	return ""
}

func checkBlocks(n int, m Message, calls, open map[string]bool) string {
	past := false // something other than a result was seen
	for _, b := range m.Content {
		switch b.Type {
		case "tool_result":
			if past || m.Role != "user" {
				return fmt.Sprintf("message %d: results come first, from the user", n)
			}
			if b.IsError && strings.TrimSpace(b.resultText()) == "" {
				return fmt.Sprintf("message %d: an error without content", n)
			}
			if !open[b.ToolUseID] {
				return fmt.Sprintf("message %d: result for %q, which is no open call", n, b.ToolUseID)
			}
			delete(open, b.ToolUseID)
			continue
		case "tool_use":
			if m.Role != "assistant" || calls[b.ID] {
				return fmt.Sprintf("message %d: call %q is repeated or not the model's", n, b.ID)
			}
			if !callID.MatchString(b.ID) || !toolName.MatchString(b.Name) {
				return fmt.Sprintf("message %d: call %q of %q is not written in letters, digits, _ and -", n, b.ID, b.Name)
			}
			calls[b.ID] = true
			if !bytes.HasPrefix(bytes.TrimSpace(b.Input), []byte("{")) {
				return fmt.Sprintf("message %d: input of %q is not an object", n, b.ID)
			}
		case "text":
			if strings.TrimSpace(b.Text) == "" {
				return fmt.Sprintf("message %d: empty text", n)
			}
		default:
			return fmt.Sprintf("message %d: block of type %q", n, b.Type)
		}
		past = true
	}
	if m.Role == "user" && len(open) > 0 {
		return fmt.Sprintf("message %d: %d calls are not answered", n, len(open))
	}
	for _, b := range m.Content {
		if b.Type == "tool_use" {
			open[b.ID] = true
		}
	}
	return ""
}

// around is a secret with the text before and behind it.
func around(body []byte, secret string) string {
	i := bytes.Index(body, []byte(secret))
	return string(body[max(0, i-80):min(len(body), i+len(secret)+40)])
}
