package assistant

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
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
	whole := false
	for stream.Next() {
		watchdog.Stop()
		event := stream.Current()
		if err := message.Accumulate(event); err != nil {
			return ModelReply{}, &ModelError{Kind: ModelTruncated, RequestID: message.ID, cause: err}
		}
		switch event.Type {
		case "content_block_delta":
			if event.Delta.Type == "text_delta" {
				onText(event.Delta.Text)
			}
		case "message_stop":
			whole = true
		}
	}
	if err := stream.Err(); err != nil || ctx.Err() != nil {
		return ModelReply{}, modelError(ctx, err)
	}
	if !whole || message.StopReason == "" {
		return ModelReply{}, &ModelError{Kind: ModelTruncated, RequestID: message.ID}
	}
	return replyOf(message), nil
}

func replyOf(m anthropic.Message) ModelReply {
	u := m.Usage
	reply := ModelReply{Stop: ModelStop(m.StopReason), RequestID: m.ID, Model: m.Model, Usage: ModelUsage{
		In: u.InputTokens, CacheRead: u.CacheReadInputTokens, Out: u.OutputTokens,
		CacheWrite5m: u.CacheCreationInputTokens - u.CacheCreation.Ephemeral1hInputTokens,
		CacheWrite1h: u.CacheCreation.Ephemeral1hInputTokens,
	}}
	for _, b := range m.Content {
		switch b.Type {
		case "text":
			if b.Text != "" {
				reply.Blocks = append(reply.Blocks, ModelBlock{Text: b.Text})
			}
		case "tool_use":
			reply.Blocks = append(reply.Blocks, ModelBlock{Call: &ModelCall{ID: b.ID, Name: b.Name, Input: b.Input}})
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

// modelError names a failure by the provider's error type first: an error event
// inside a stream comes with status 200.
func modelError(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		kind := ModelCanceled
		if errors.Is(cause, errSilent) || errors.Is(cause, context.DeadlineExceeded) {
			kind = ModelTimeout
		}
		return &ModelError{Kind: kind, cause: cause}
	}
	answer, ok := errors.AsType[*anthropic.Error](err)
	if !ok {
		return &ModelError{Kind: ModelOverloaded, cause: err} // the connection: nothing was said
	}
	e := &ModelError{Kind: kindOfType(string(answer.Type())), RequestID: answer.RequestID, cause: err}
	if e.Kind == "" {
		e.Kind = kindOfStatus(answer.StatusCode)
	}
	if e.Kind == ModelRateLimited && answer.Response != nil {
		e.After = retryAfter(answer.Response.Header.Get("Retry-After"))
	}
	return e
}

// retryAfter reads seconds or a date; 0 when there is neither.
func retryAfter(header string) time.Duration {
	if seconds, err := strconv.Atoi(header); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	at, err := http.ParseTime(header)
	if err != nil {
		return 0
	}
	return max(0, time.Until(at))
}

func kindOfType(name string) ModelErrorKind {
	switch name {
	case "rate_limit_error":
		return ModelRateLimited
	case "overloaded_error", "api_error":
		return ModelOverloaded
	case "authentication_error", "permission_error":
		return ModelAuth
	case "billing_error":
		return ModelBilling
	case "timeout_error":
		return ModelTimeout
	case "request_too_large":
		return ModelTooLong
	case "invalid_request_error", "not_found_error":
		return ModelBadRequest
	}
	return ""
}

func kindOfStatus(status int) ModelErrorKind {
	switch {
	case status == http.StatusTooManyRequests:
		return ModelRateLimited
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return ModelAuth
	case status == http.StatusRequestEntityTooLarge:
		return ModelTooLong
	case status >= 500:
		return ModelOverloaded
	}
	return ModelBadRequest
}
