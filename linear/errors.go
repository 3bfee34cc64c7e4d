package linear

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// The kinds of failure. Match them with errors.Is; each is decided where the
// answer is read, by its body before its status.
var (
	// ErrUnauthenticated: the token is missing, expired or revoked.
	ErrUnauthenticated = errors.New("linear: not authenticated")
	// ErrForbidden: the person, the token's scopes or the plan do not allow it.
	ErrForbidden = errors.New("linear: forbidden")
	// ErrNotFound: there is no such thing, or this person cannot see it.
	ErrNotFound = errors.New("linear: not found")
	// ErrInvalidInput: Linear refused the values or the document.
	ErrInvalidInput = errors.New("linear: invalid input")
	// ErrRateLimited: nothing was executed; see RateLimitError for when to try again.
	ErrRateLimited = errors.New("linear: rate limited")
	// ErrTooComplex: the document costs more than Linear allows.
	ErrTooComplex = errors.New("linear: query too complex")
	// ErrTransient: Linear did not answer properly and nothing was changed.
	ErrTransient = errors.New("linear: temporarily unavailable")
	// ErrOutcomeUnknown: a change was sent and may or may not have been made.
	ErrOutcomeUnknown = errors.New("linear: outcome unknown")
	// ErrPartial: errors came beside data. It is matched in addition to a kind above.
	ErrPartial = errors.New("linear: partial answer")
)

// Error is one failed call. It matches its kind with errors.Is and, for a
// failure on the way, unwraps to the cause (context.DeadlineExceeded, net errors).
type Error struct {
	Op          string   // the operation's name
	Status      int      // HTTP status; 0: no answer
	Type        string   // extensions.type, lower case
	Code        string   // extensions.code
	Message     string   // Linear's message, for logs only
	Presentable string   // Linear's text meant for a person; may be empty
	Path        string   // where in the answer, dotted; may be empty
	Fields      []string // names of the refused input fields

	kind    error
	partial bool
	cause   error
}

// Error says which operation failed and how, without request or answer bodies.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "linear: %s: %s", e.Op, strings.TrimPrefix(e.kind.Error(), "linear: "))
	if e.Status != 0 {
		fmt.Fprintf(&b, " (status %d)", e.Status)
	}
	if e.Message != "" {
		fmt.Fprintf(&b, ": %s", clip(e.Message, 300))
	}
	if e.cause != nil {
		fmt.Fprintf(&b, ": %v", e.cause)
	}
	return b.String()
}

// Is reports whether target is this error's kind, or ErrPartial for a partial answer.
func (e *Error) Is(target error) bool {
	return target == e.kind || e.partial && target == ErrPartial
}

// Unwrap returns what went wrong on the way, if Linear's answer was not the reason.
func (e *Error) Unwrap() error { return e.cause }

// RateLimitError is an Error of kind ErrRateLimited that knows when to come back.
type RateLimitError struct {
	Refusal *Error
	Reset   time.Time // zero: Linear did not say
}

// Error is the refusal with the time to come back.
func (e *RateLimitError) Error() string {
	if e.Reset.IsZero() {
		return e.Refusal.Error()
	}
	return fmt.Sprintf("%v, until %s", e.Refusal, e.Reset.UTC().Format(time.RFC3339))
}

// Unwrap lets errors.Is and errors.AsType see the Error inside.
func (e *RateLimitError) Unwrap() error { return e.Refusal }

// Kind names the kind of a failure in one word of a fixed list: ok for none, other
// for what is no failure of Linear's.
func Kind(err error) string {
	if err == nil {
		return "ok"
	}
	for _, k := range []struct {
		err  error
		word string
	}{
		{ErrOutcomeUnknown, "outcome_unknown"}, {ErrUnauthenticated, "unauthenticated"}, {ErrForbidden, "forbidden"},
		{ErrNotFound, "not_found"}, {ErrInvalidInput, "invalid_input"}, {ErrRateLimited, "rate_limited"},
		{ErrTooComplex, "too_complex"}, {ErrTransient, "transient"},
	} {
		if errors.Is(err, k.err) {
			return k.word
		}
	}
	return "other"
}

// unknown turns the failure of a change that was sent into ErrOutcomeUnknown.
func unknown(err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	copied := *e
	copied.kind = ErrOutcomeUnknown
	return &copied
}

// clip shortens s to at most n bytes without splitting a rune.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
