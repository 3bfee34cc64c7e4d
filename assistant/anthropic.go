package assistant

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"
	"github.com/anthropics/anthropic-sdk-go/packages/param"
)

// DefaultModel is used when the configuration names none.
const DefaultModel = "claude-sonnet-5-5"

// firstByteWithin is how long the first event of a stream may take.
const firstByteWithin = 15 * time.Second

// AnthropicConfig says which model of Anthropic's to use, and where.
type AnthropicConfig struct {
	Key     interface{ Reveal() string }
	BaseURL string       // empty: the official one; a path and a slash at its end are fine
	Model   string       // empty: DefaultModel
	HTTP    *http.Client // nil: one that follows no redirect
}

// claude is Anthropic's Messages API as a Model.
type claude struct {
	client anthropic.Client
	model  string
}

// NewAnthropic returns a Model of Anthropic's. Nothing is read from the environment.
func NewAnthropic(c AnthropicConfig) Model {
	options := []option.RequestOption{
		option.WithoutEnvironmentDefaults(), // or tests could reach the live service by accident
		option.WithoutOpenTelemetry(),
		option.WithMaxRetries(0), // it honours Retry-After without a limit; turnWithRetries does not
		option.WithAPIKey(c.Key.Reveal()),
	}
	if c.BaseURL != "" {
		// /v1/messages goes below it, also when the version was written already.
		options = append(options, option.WithBaseURL(strings.TrimSuffix(strings.TrimRight(c.BaseURL, "/"), "/v1")))
	}
	if c.HTTP == nil {
		// net/http would carry x-api-key and what people wrote to any host it is sent to.
		c.HTTP = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	options = append(options, option.WithHTTPClient(c.HTTP))
	return &claude{client: anthropic.NewClient(options...), model: cmp.Or(c.Model, DefaultModel)}
}

// errSilent is the cause of a turn that was given up before its first event.
var errSilent = errors.New("no first event in time")

// Turn streams one reply. A stream that ends without its last event is a
// failure, whatever arrived before.
func (c *claude) Turn(ctx context.Context, r ModelRequest, onText func(string)) (ModelReply, error) {
	params, err := c.params(r)
	if err != nil {
		return ModelReply{}, &ModelError{Kind: ModelBadRequest, cause: err}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watchdog := time.AfterFunc(firstByteWithin, func() { cancel(errSilent) })
	defer watchdog.Stop()

	stream := c.client.Messages.NewStreaming(ctx, params)
	defer stream.Close()
	var message anthropic.Message
	begun := false
	inputs := map[int64]json.RawMessage{} // by block, as they were written: the SDK empties those that are no JSON
	for stream.Next() {
		watchdog.Stop()
		event := stream.Current()
		if event.Type == "message_start" && begun {
			return usedBy(message), &ModelError{Kind: ModelTruncated, RequestID: message.ID} // two replies in one
		}
		begun = begun || event.Type == "message_start"
		if err := message.Accumulate(event); err != nil {
			return usedBy(message), &ModelError{Kind: ModelTruncated, RequestID: message.ID, cause: err}
		}
		switch {
		case event.Delta.Type == "text_delta":
			onText(event.Delta.Text)
		case event.Delta.Type == "input_json_delta":
			inputs[event.Index] = append(inputs[event.Index], event.Delta.PartialJSON...)
		case event.Type == "message_stop" && message.StopReason != "":
			return replyOf(message, inputs), nil // whole, whatever becomes of the connection
		}
	}
	if err := stream.Err(); err != nil || ctx.Err() != nil {
		return usedBy(message), modelError(ctx, err)
	}
	return usedBy(message), &ModelError{Kind: ModelTruncated, RequestID: message.ID}
}

// usedBy is a reply that is not to be acted on: only what it cost counts.
func usedBy(m anthropic.Message) ModelReply {
	u := m.Usage
	long := max(u.CacheCreation.Ephemeral1hInputTokens, 0)
	return ModelReply{RequestID: m.ID, Model: m.Model, Usage: ModelUsage{
		In: max(u.InputTokens, 0), CacheRead: max(u.CacheReadInputTokens, 0), Out: max(u.OutputTokens, 0),
		CacheWrite5m: max(u.CacheCreationInputTokens-long, 0), CacheWrite1h: long,
	}}
}

func replyOf(m anthropic.Message, inputs map[int64]json.RawMessage) ModelReply {
	reply := usedBy(m)
	reply.Stop = ModelStop(m.StopReason)
	for n, b := range m.Content {
		switch b.Type {
		case "text":
			if b.Text != "" {
				reply.Blocks = append(reply.Blocks, ModelBlock{Text: b.Text})
			}
		case "tool_use":
			call := &ModelCall{ID: b.ID, Name: b.Name, Input: b.Input}
			if written := inputs[int64(n)]; len(written) > 0 {
				call.Input = written
			}
			reply.Blocks = append(reply.Blocks, ModelBlock{Call: call})
		}
	}
	return reply
}

// params are the request on the wire. Two marks tell the provider what to keep:
// the end of the system prompt, which covers the tools before it, and the newest
// user turn, which covers the conversation so far.
func (c *claude) params(r ModelRequest) (anthropic.MessageNewParams, error) {
	p := anthropic.MessageNewParams{Model: c.model, MaxTokens: int64(r.MaxTokens)}
	p.System = []anthropic.TextBlockParam{{Text: r.System, CacheControl: anthropic.NewCacheControlEphemeralParam()}}
	if r.About != "" {
		p.System = append(p.System, anthropic.TextBlockParam{Text: r.About})
	}
	for _, t := range r.Tools {
		tool, err := toolParam(t)
		if err != nil {
			return p, err
		}
		p.Tools = append(p.Tools, tool)
	}
	for n, m := range r.Messages {
		message := anthropic.MessageParam{Role: anthropic.MessageParamRoleUser}
		if m.FromModel {
			message.Role = anthropic.MessageParamRoleAssistant
		}
		for _, b := range m.Blocks {
			message.Content = append(message.Content, blockParam(b))
		}
		if n == len(r.Messages)-1 {
			markNewest(message.Content)
		}
		p.Messages = append(p.Messages, message)
	}
	return p, nil
}

func toolParam(t ModelTool) (anthropic.ToolUnionParam, error) {
	var schema map[string]json.RawMessage
	if err := json.Unmarshal(t.Schema, &schema); err != nil {
		return anthropic.ToolUnionParam{}, fmt.Errorf("schema of %s: %w", t.Name, err)
	}
	input := anthropic.ToolInputSchemaParam{ExtraFields: map[string]any{}}
	for key, value := range schema {
		switch key {
		case "type":
		case "properties":
			input.Properties = value
		case "required":
			if err := json.Unmarshal(value, &input.Required); err != nil {
				return anthropic.ToolUnionParam{}, fmt.Errorf("schema of %s: %w", t.Name, err)
			}
		default:
			input.ExtraFields[key] = value
		}
	}
	return anthropic.ToolUnionParam{OfTool: &anthropic.ToolParam{Name: t.Name, Description: param.NewOpt(t.Description), InputSchema: input}}, nil
}

func blockParam(b ModelBlock) anthropic.ContentBlockParamUnion {
	switch {
	case b.Call != nil:
		return anthropic.NewToolUseBlock(b.Call.ID, b.Call.Input, b.Call.Name)
	case b.Result != nil:
		return anthropic.NewToolResultBlock(b.Result.ID, b.Result.Content, b.Result.Failed)
	}
	return anthropic.NewTextBlock(b.Text)
}

func markNewest(content []anthropic.ContentBlockParamUnion) {
	if len(content) == 0 {
		return
	}
	switch last := content[len(content)-1]; {
	case last.OfText != nil:
		last.OfText.CacheControl = anthropic.NewCacheControlEphemeralParam()
	case last.OfToolResult != nil:
		last.OfToolResult.CacheControl = anthropic.NewCacheControlEphemeralParam()
	}
}
