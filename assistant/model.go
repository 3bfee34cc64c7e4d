package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Model is a language model: one request, one reply. onText is called with
// pieces of the reply's text as they arrive. An error is a *ModelError; then
// nothing of the reply may be acted on, and its Usage is what it cost all the
// same. Safe for concurrent use.
type Model interface {
	Turn(ctx context.Context, r ModelRequest, onText func(string)) (ModelReply, error)
}

// ModelRequest is one turn of a conversation. System and Tools are the same for
// everybody and come first, so that a provider can keep them; About follows
// them and is about one person.
type ModelRequest struct {
	System    string
	About     string
	Tools     []ModelTool
	Messages  []ModelMessage
	MaxTokens int
}

// ModelTool is a tool as a model is told about it.
type ModelTool struct {
	Name, Description string
	Schema            json.RawMessage // a plain JSON Schema object
}

// ModelMessage is one side's turn. The sides alternate, the user begins.
type ModelMessage struct {
	FromModel bool
	Blocks    []ModelBlock
}

// ModelBlock is text, a call of a tool, or the result of a call. Exactly one of
// Text, Call and Result is set.
type ModelBlock struct {
	Text   string
	Call   *ModelCall
	Result *ModelResult
}

// ModelCall is a tool call. Input is what the model wrote and may not be JSON.
type ModelCall struct {
	ID, Name string
	Input    json.RawMessage
}

// ModelResult answers the call with the same ID.
type ModelResult struct {
	ID      string
	Content string
	Failed  bool
}

// ModelReply is a whole reply.
type ModelReply struct {
	Blocks    []ModelBlock
	Stop      ModelStop
	Usage     ModelUsage
	RequestID string
	Model     string // which one answered
}

// ModelStop is why a reply ended, in the provider's word. Unknown words end the
// conversation like ModelEnded.
type ModelStop string

// The reasons that mean something here.
const (
	ModelEnded    ModelStop = "end_turn"
	ModelCalls    ModelStop = "tool_use"
	ModelCutShort ModelStop = "max_tokens"
	ModelRefused  ModelStop = "refusal"
	ModelPaused   ModelStop = "pause_turn"                    // it goes on when asked again
	ModelFull     ModelStop = "model_context_window_exceeded" // as ModelCutShort
)

// ModelUsage counts tokens. In does not include what was read from or written
// to the provider's cache.
type ModelUsage struct {
	In, CacheWrite5m, CacheWrite1h, CacheRead, Out int64
}

// Total is every token of the turn.
func (u ModelUsage) Total() int64 {
	return u.In + u.CacheWrite5m + u.CacheWrite1h + u.CacheRead + u.Out
}

func (u ModelUsage) plus(v ModelUsage) ModelUsage {
	return ModelUsage{u.In + v.In, u.CacheWrite5m + v.CacheWrite5m, u.CacheWrite1h + v.CacheWrite1h, u.CacheRead + v.CacheRead, u.Out + v.Out}
}

// ModelErrorKind says what kept a reply from arriving.
type ModelErrorKind string

// The kinds of model errors.
const (
	ModelRateLimited ModelErrorKind = "rate_limited"
	ModelOverloaded  ModelErrorKind = "overloaded" // or not reachable
	ModelAuth        ModelErrorKind = "auth"
	ModelBilling     ModelErrorKind = "billing"
	ModelBadRequest  ModelErrorKind = "bad_request"
	ModelTimeout     ModelErrorKind = "timeout"
	ModelCanceled    ModelErrorKind = "canceled"
	ModelTruncated   ModelErrorKind = "truncated" // the stream ended before the reply did
	ModelTooLong     ModelErrorKind = "context_too_long"
)

// ModelError is a failed turn. Its text never holds what was said.
type ModelError struct {
	Kind      ModelErrorKind
	After     time.Duration // rate_limited: when to come back; 0: not known
	RequestID string
	cause     error
}

func (e *ModelError) Error() string {
	if e.RequestID == "" {
		return fmt.Sprintf("model: %s", e.Kind)
	}
	return fmt.Sprintf("model: %s (request %s)", e.Kind, e.RequestID)
}

// Unwrap returns a context error or nil: texts of providers may quote the request.
func (e *ModelError) Unwrap() error {
	if errors.Is(e.cause, context.Canceled) || errors.Is(e.cause, context.DeadlineExceeded) {
		return e.cause
	}
	return nil
}

const (
	modelTries    = 3
	modelFirstGap = 500 * time.Millisecond
	modelReserve  = 5 * time.Second // of the request's time: waiting longer leaves none for the answer
)

// turnWithRetries repeats a turn that failed for a passing reason, as long as
// nobody has seen any of its text and there is time. The usage is that of all tries.
func turnWithRetries(ctx context.Context, m Model, r ModelRequest, onText func(string)) (ModelReply, error) {
	gap := modelFirstGap
	var spent ModelUsage
	for try := 1; ; try++ {
		seen := false
		turn, cancel := context.WithTimeout(ctx, modelTurnWithin)
		reply, err := m.Turn(turn, r, func(text string) {
			seen = seen || text != ""
			onText(text)
		})
		cancel()
		spent = spent.plus(reply.Usage)
		reply.Usage = spent
		failed, ok := errors.AsType[*ModelError](err)
		if !ok || seen || try == modelTries || ctx.Err() != nil || !failed.passing() {
			return reply, err
		}
		wait := max(gap, failed.After)
		if end, ok := ctx.Deadline(); ok && time.Until(end) < wait+modelReserve {
			return reply, err
		}
		if waitErr := sleep(ctx, wait); waitErr != nil {
			return reply, &ModelError{Kind: ModelCanceled, cause: waitErr}
		}
		gap *= 2
	}
}

func (e *ModelError) passing() bool {
	return e.Kind == ModelRateLimited || e.Kind == ModelOverloaded || e.Kind == ModelTruncated
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
