package linear

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// reply is one HTTP answer, fully read.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// read turns an answer into its data or a classified error. Any error in the
// body is a failure, whatever the status says; data may come beside it.
func (r reply) read(op string, now time.Time) (json.RawMessage, error) {
	var envelope struct {
		Data   json.RawMessage `json:"data"`
		Errors json.RawMessage `json:"errors"`
		Error  json.RawMessage `json:"error"`
	}
	if json.Unmarshal(r.body, &envelope) != nil {
		return nil, r.classify(op, nil, false, now)
	}
	data := envelope.Data
	if isNull(data) {
		data = nil
	}
	found := errorList(envelope.Errors)
	if len(found) == 0 && !isNull(envelope.Error) {
		found = errorList(envelope.Error)
	}
	if len(found) == 0 && r.status < 300 && data != nil {
		return data, nil
	}
	return data, r.classify(op, found, data != nil, now)
}

// errorList reads GraphQL errors of any shape a server may send: a list of
// objects, one object, a string. Null and an empty list are no error.
func errorList(raw json.RawMessage) []map[string]any {
	if isNull(raw) {
		return nil
	}
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return nil
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var found []map[string]any
	for _, item := range list {
		switch item := item.(type) {
		case map[string]any:
			found = append(found, item)
		default:
			found = append(found, map[string]any{"message": fmt.Sprint(item)})
		}
	}
	return found
}

// classify names the failure: body before status (Linear's SDK reads the same way).
func (r reply) classify(op string, found []map[string]any, partial bool, now time.Time) error {
	e := &Error{Op: op, Status: r.status, partial: partial}
	if len(found) > 0 {
		e.describe(worst(found))
	}
	e.kind = kindOf(e)
	if e.kind == nil {
		e.kind = r.kindOfStatus(len(found) > 0)
	}
	if e.kind == ErrRateLimited {
		return &RateLimitError{Refusal: e, Reset: limitReset(r.header, now)}
	}
	return e
}

// worst picks the error that decides: authentication and rate limits speak for
// the whole answer wherever they stand in the list.
func worst(found []map[string]any) map[string]any {
	for _, item := range found {
		var e Error
		e.describe(item)
		if kind := kindOf(&e); kind == ErrUnauthenticated || kind == ErrRateLimited {
			return item
		}
	}
	return found[0]
}

// describe copies what one GraphQL error says; every part may be missing or odd.
func (e *Error) describe(item map[string]any) {
	extensions, _ := item["extensions"].(map[string]any)
	e.Message = text(item["message"])
	e.Type = strings.ToLower(text(extensions["type"]))
	e.Code = text(extensions["code"])
	e.Presentable = text(extensions["userPresentableMessage"])
	var path []string
	steps, _ := item["path"].([]any)
	for _, step := range steps {
		path = append(path, text(step))
	}
	e.Path = strings.Join(path, ".")
	refused, _ := extensions["validationErrors"].([]any)
	for _, v := range refused {
		field, _ := v.(map[string]any)
		if name := text(field["property"]); name != "" && !slices.Contains(e.Fields, name) {
			e.Fields = append(e.Fields, name)
		}
	}
}

// kindOf decides by type, then code, then the two messages Linear gives no code
// for. Nil: the body does not say.
func kindOf(e *Error) error {
	code := strings.ToUpper(e.Code)
	message := strings.ToLower(e.Message)
	switch {
	case e.Type == "authentication error", code == "AUTHENTICATION_ERROR":
		return ErrUnauthenticated
	case e.Type == "ratelimited", code == "RATELIMITED":
		return ErrRateLimited
	case strings.HasPrefix(message, "query too complex"):
		return ErrTooComplex
	case strings.HasPrefix(message, "entity not found"):
		return ErrNotFound
	}
	switch e.Type {
	case "forbidden", "feature not accessible", "usage limit exceeded":
		return ErrForbidden
	case "invalid input", "user error", "graphql error":
		return ErrInvalidInput
	case "network error", "lock timeout", "internal error", "bootstrap error":
		return ErrTransient
	}
	switch code {
	case "FORBIDDEN":
		return ErrForbidden
	case "INPUT_ERROR", "INVALID_INPUT", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED", "BAD_USER_INPUT":
		return ErrInvalidInput
	case "INTERNAL_SERVER_ERROR":
		return ErrTransient
	}
	return nil
}

// kindOfStatus is the last resort, when the body did not decide.
func (r reply) kindOfStatus(answered bool) error {
	html := bytes.HasPrefix(bytes.TrimSpace(r.body), []byte("<"))
	switch {
	case r.status == http.StatusUnauthorized:
		return ErrUnauthenticated
	case r.status == http.StatusTooManyRequests:
		return ErrRateLimited
	case html, r.status >= 500, r.status >= 300 && r.status < 400:
		return ErrTransient
	case r.status == http.StatusForbidden:
		return ErrForbidden
	case r.status >= 400, answered:
		return ErrInvalidInput
	}
	return ErrTransient // a 2xx that is not GraphQL: something stands between
}

func isNull(raw json.RawMessage) bool {
	raw = bytes.TrimSpace(raw)
	return len(raw) == 0 || string(raw) == "null"
}

// text is v as words; empty for anything that is neither text nor a number.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return fmt.Sprint(v)
	}
	return ""
}
