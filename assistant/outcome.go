package assistant

import (
	"context"
	"errors"
	"fmt"
	"time"

	"linearbot/linear"
)

// The ways a proposal is refused. Nothing was changed by the refused call.
var (
	// ErrNotAsker: only the person who asked may apply, cancel or undo it.
	ErrNotAsker = errors.New("assistant: not the asker")
	// ErrExpired: the preview is older than 15 minutes, was canceled, or is gone.
	ErrExpired = errors.New("assistant: proposal expired")
	// ErrAlready: it was done before; the outcome that comes with it is of then.
	ErrAlready = errors.New("assistant: already done")
	// ErrNothingToUndo: nothing of the last ten minutes can be taken back.
	ErrNothingToUndo = errors.New("assistant: nothing to undo")
	// ErrChangedSince: the issue is not as it was shown any more.
	ErrChangedSince = errors.New("assistant: changed since")
	// ErrTooManyChanges: the plan would change more than 50 issues.
	ErrTooManyChanges = errors.New("assistant: too many changes")
)

// Outcome is what applying or undoing did, item by item.
type Outcome struct {
	ProposalID string // for Undo and RetryFailed; empty when there was nothing to do
	Results    []Result
	Unchanged  []linear.Issue // targets that already were as wanted
	UndoUntil  time.Time      // zero: nothing to undo
}

// Failed counts the results with an error.
func (o Outcome) Failed() int {
	n := 0
	for _, r := range o.Results {
		if r.Err != nil {
			n++
		}
	}
	return n
}

// Result is what became of one change.
type Result struct {
	Change  Change
	Issue   linear.Issue   // after the change; zero for a comment or a raw mutation
	Comment linear.Comment // a comment that was made
	Err     error          // matches linear's kinds, ErrChangedSince, context errors
	Undone  bool           // it was taken back
	Kept    []Kept         // fields an undo left alone, because somebody changed them since
	Skipped string         // why nothing was done, in plain words
}

// Kept is a field that an undo left as it is.
type Kept struct {
	Field string
	Now   string    // its value
	By    string    // who changed it last; empty when Linear does not say
	At    time.Time // when; zero likewise
}

// StaleError says that shown values changed before Apply. Nothing was changed;
// Proposal is the same plan over the values of now, and has no ID when nothing
// is left to change.
type StaleError struct {
	Issues   []linear.Issue // those that changed, as they are now
	Proposal Proposal
}

func (e *StaleError) Error() string {
	return fmt.Sprintf("assistant: %d issues changed since they were shown", len(e.Issues))
}

// Is makes a stale proposal match ErrChangedSince.
func (e *StaleError) Is(target error) bool { return target == ErrChangedSince }

// MissingIssueError says that an issue is not there or not visible to the person.
type MissingIssueError struct{ Ref string }

func (e *MissingIssueError) Error() string { return "issue " + e.Ref + " not found" }

// Unwrap makes it match linear.ErrNotFound.
func (e *MissingIssueError) Unwrap() error { return linear.ErrNotFound }

// failure is an error as it is stored: its kind and a text for logs.
type failure struct {
	Code  string
	Text  string
	Reset time.Time `json:",omitzero"` // of a rate limit, when Linear said it
}

// failureKinds are the errors a stored failure can match, with their code in
// the audit log. The first that matches names it.
var failureKinds = []struct {
	code string
	kind error
}{
	{"stale", ErrChangedSince},
	{"unknown_outcome", linear.ErrOutcomeUnknown},
	{"reconnect_required", linear.ErrUnauthenticated},
	{"forbidden", linear.ErrForbidden},
	{"not_found", linear.ErrNotFound},
	{"rate_limited", linear.ErrRateLimited},
	{"complexity", linear.ErrTooComplex},
	{"invalid_argument", linear.ErrInvalidInput},
	{"upstream", linear.ErrTransient},
	{"timeout", context.DeadlineExceeded},
	{"stopped", context.Canceled},
}

// resultCode is the word for an error in the audit log; ok for none.
func resultCode(err error) string {
	if err == nil {
		return "ok"
	}
	for _, k := range failureKinds {
		if errors.Is(err, k.kind) {
			return k.code
		}
	}
	return "internal"
}

func newFailure(err error) *failure {
	return &failure{Code: resultCode(err), Text: err.Error(), Reset: RetryAt(err)}
}

// RetryAt is when Linear takes requests again after an error that matches
// linear.ErrRateLimited; zero when it did not say.
func RetryAt(err error) time.Time {
	if limited, ok := errors.AsType[*linear.RateLimitError](err); ok {
		return limited.Reset
	}
	if stored, ok := errors.AsType[*storedError](err); ok {
		return stored.reset
	}
	return time.Time{}
}

// err is the failure as an error that matches its kind.
func (f *failure) err() error {
	if f == nil {
		return nil
	}
	for _, k := range failureKinds {
		if k.code == f.Code {
			return &storedError{text: f.Text, kind: k.kind, reset: f.Reset}
		}
	}
	return errors.New(f.Text)
}

// unknown reports whether the change may have been made all the same.
func (f *failure) unknown() bool {
	return f != nil && (f.Code == "unknown_outcome" || f.Code == "timeout" || f.Code == "stopped")
}

// storedError is a failure that was read back.
type storedError struct {
	text  string
	kind  error
	reset time.Time
}

func (e *storedError) Error() string { return e.text }

func (e *storedError) Unwrap() error { return e.kind }
