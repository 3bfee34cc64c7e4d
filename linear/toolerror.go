package linear

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"time"
)

// The codes of a ToolError. Callers of the tools add their own for what happens
// before a tool runs (not_connected, needs_confirmation, declined_by_user, stale).
const (
	CodeInvalid     = "invalid_argument"
	CodeNotFound    = "not_found"
	CodeAmbiguous   = "ambiguous"
	CodeReconnect   = "reconnect_required"
	CodeForbidden   = "forbidden"
	CodeRateLimited = "rate_limited"
	CodeComplexity  = "complexity"
	CodeTimeout     = "timeout"
	CodeUpstream    = "upstream"
	CodeUnsupported = "unsupported"
)

// ToolError is a failed tool call, written for whoever called the tool, a model
// included. It unwraps to the failure behind it.
type ToolError struct {
	Code       string
	Message    string
	Field      string        // the argument it is about; may be empty
	Candidates []string      // what may be given instead
	Retryable  bool          // the same call may succeed later
	Hint       string        // what to do next
	RetryAfter time.Duration // with rate_limited; 0: not known

	cause error
}

// Error is the message, after the field it is about.
func (e *ToolError) Error() string {
	if e.Field != "" {
		return e.Field + ": " + e.Message
	}
	return e.Message
}

// Unwrap returns the failure behind it: a *NameError, an *Error, or nil.
func (e *ToolError) Unwrap() error { return e.cause }

// MarshalJSON writes {"error":{…}}, without what is empty.
func (e *ToolError) MarshalJSON() ([]byte, error) {
	type body struct {
		Code       string   `json:"code"`
		Message    string   `json:"message"`
		Field      string   `json:"field,omitempty"`
		Candidates []string `json:"candidates,omitempty"`
		Retryable  bool     `json:"retryable"`
		Hint       string   `json:"hint,omitempty"`
		RetryAfter int      `json:"retry_after_s,omitempty"`
	}
	return json.Marshal(map[string]body{"error": {
		e.Code, e.Message, e.Field, e.Candidates, e.Retryable, e.Hint, int(math.Ceil(e.RetryAfter.Seconds())),
	}})
}

func invalid(field, message string) *ToolError {
	return &ToolError{Code: CodeInvalid, Field: field, Message: message}
}

// AsToolError words err for the caller of a tool. Errors that this package does
// not know, such as those of the Authorizer, are not tool errors: false.
func AsToolError(err error) (*ToolError, bool) {
	if e, ok := errors.AsType[*ToolError](err); ok {
		return e, true
	}
	if e, ok := errors.AsType[*NameError](err); ok {
		return nameToolError(e), true
	}
	if e, ok := errors.AsType[*RateLimitError](err); ok {
		t := &ToolError{Code: CodeRateLimited, Message: "Linear is limiting requests for this account.", Retryable: true, cause: err}
		if !e.Reset.IsZero() {
			t.RetryAfter = max(time.Until(e.Reset), 0)
		}
		return t, true
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		if errors.Is(err, context.DeadlineExceeded) {
			return &ToolError{Code: CodeTimeout, Message: "There was no time left.", Retryable: true, cause: err}, true
		}
		return nil, false
	}
	t := kindToolError(e)
	t.cause = err
	return t, true
}

func kindToolError(e *Error) *ToolError {
	switch e.kind {
	case ErrOutcomeUnknown:
		return &ToolError{
			Code: CodeTimeout, Message: "Linear did not confirm the change: it may or may not have been made.",
			Hint: "Read the issue before trying again.",
		}
	case ErrUnauthenticated:
		return &ToolError{Code: CodeReconnect, Message: "Linear no longer accepts this person's sign-in."}
	case ErrForbidden:
		return &ToolError{Code: CodeForbidden, Message: orElse(e.Presentable, "Linear does not allow this person to do that.")}
	case ErrNotFound:
		return &ToolError{Code: CodeNotFound, Message: "There is no such thing in Linear, or this person cannot see it."}
	case ErrTooComplex:
		return &ToolError{Code: CodeComplexity, Message: "Linear finds this query too complex.", Hint: "Ask for fewer fields, and give each connection a small first."}
	case ErrTransient:
		return &ToolError{Code: CodeUpstream, Message: "Linear is not answering properly. Nothing was changed.", Retryable: true}
	}
	t := &ToolError{Code: CodeInvalid, Message: orElse(e.Presentable, "Linear did not accept the values.")}
	if len(e.Fields) > 0 {
		t.Field = e.Fields[0]
	}
	return t
}

// nameToolError says which name it was and what could be meant.
func nameToolError(e *NameError) *ToolError {
	t := &ToolError{Code: CodeNotFound, Field: e.Field, cause: e}
	message := e.Error() + "."
	t.Message = strings.ToUpper(message[:1]) + message[1:]
	switch {
	case e.Field == "priority" || e.Field == "estimate":
		t.Code = CodeInvalid
	case e.Ambiguous:
		t.Code = CodeAmbiguous
	}
	if e.Elsewhere != "" {
		t.Message += " Team " + e.Elsewhere + " has one."
	}
	for _, c := range e.Candidates {
		name := c.Name
		if c.Detail != "" && (e.Ambiguous || e.Field == "team") {
			name += " <" + c.Detail + ">"
		}
		t.Candidates = append(t.Candidates, name)
	}
	if len(t.Candidates) > 0 {
		t.Hint = "Ask the person or choose one of these."
	}
	return t
}

func orElse(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return clip(text, 300)
}
