package assistant

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"linearbot/linear"
)

// toolError words what a model may see of an error; false for those that are
// not its business.
func toolError(err error) (*linear.ToolError, bool) {
	if refused, ok := errors.AsType[*RefusedError](err); ok {
		return &linear.ToolError{Code: linear.CodeUnsupported, Message: "Not offered: " + refused.Reason + "."}, true
	}
	if missing, ok := errors.AsType[*MissingIssueError](err); ok {
		return &linear.ToolError{Code: linear.CodeNotFound, Field: "issueId", Message: fmt.Sprintf("There is no issue %s, or the person cannot see it.", clip(missing.Ref, 60))}, true
	}
	if errors.Is(err, ErrTooManyChanges) {
		return &linear.ToolError{Code: linear.CodeUnsupported, Message: fmt.Sprintf("At most %d issues can be changed at once.", maxWrites)}, true
	}
	return linear.AsToolError(err)
}

// toolError is an error as this model may see it: where others read along, without
// names that belong to private teams.
func (t *talk) toolError(err error) (*linear.ToolError, bool) {
	e, ok := toolError(err)
	if !ok || !t.q.Public {
		return e, ok
	}
	hidden := privateNames(t.d)
	shown := *e
	shown.Candidates = slices.DeleteFunc(slices.Clone(e.Candidates), func(c string) bool {
		name, _, _ := strings.Cut(c, " <") // the detail that tells namesakes apart
		return hidden[strings.ToLower(name)]
	})
	return &shown, true
}

// refusal is a failed proposal as a model is told about it.
func (t *talk) refusal(err error) (text string, ok bool) {
	e, ok := t.toolError(err)
	if !ok || errors.Is(err, linear.ErrUnauthenticated) {
		return "", false
	}
	return errorJSON(e), true
}

func errorJSON(e *linear.ToolError) string {
	raw, err := json.Marshal(e)
	if err != nil {
		return `{"error":{"code":"internal"}}`
	}
	return string(raw)
}

func failedCall(c ModelCall, code, message string) ModelResult {
	return ModelResult{ID: c.ID, Failed: true, Content: errorJSON(&linear.ToolError{Code: code, Message: message})}
}
