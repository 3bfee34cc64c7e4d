package assistant

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/anthropics/anthropic-sdk-go"
)

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
