package lineartest

import (
	"fmt"
	"strings"
)

// apiError is an error as Linear's envelope carries it. status is the number
// in extensions.statusCode; httpStatus is set only for errors that decide the
// status line too (authentication, complexity, rate limit).
type apiError struct {
	message, kind, code, presentable string
	status, httpStatus               int
	system                           bool // userError is false
	validation                       []map[string]any
	meta                             map[string]any
}

func (e *apiError) Error() string { return e.message }

// Extensions is read by the GraphQL engine when a resolver returns the error.
func (e *apiError) Extensions() map[string]any {
	ext := map[string]any{"type": e.kind, "userError": !e.system}
	if e.code != "" {
		ext["code"] = e.code
	}
	if e.status != 0 {
		ext["statusCode"] = e.status
	}
	if e.presentable != "" {
		ext["userPresentableMessage"] = e.presentable
	}
	if e.validation != nil {
		ext["validationErrors"] = e.validation
	}
	if e.httpStatus != 0 {
		ext["http"] = map[string]any{"status": e.httpStatus}
		ext["meta"] = e.meta
		if e.meta == nil {
			ext["meta"] = map[string]any{}
		}
	}
	return ext
}

// notFound is also the answer for rows the viewer may not see.
func notFound(entity string) error {
	return &apiError{
		message: "Entity not found: " + entity, kind: "invalid input", code: "INPUT_ERROR", status: 400,
		presentable: fmt.Sprintf("Could not find referenced %s.", entity),
	}
}

func invalidInput(format string, args ...any) error {
	msg := fmt.Sprintf(format, args...)
	return &apiError{message: msg, kind: "invalid input", code: "INPUT_ERROR", status: 400, presentable: msg}
}

// badArgument is Linear's answer to an argument outside its limits.
func badArgument(property, constraint, text string) error {
	return &apiError{
		message: "Argument Validation Error", kind: "invalid input", code: "INVALID_INPUT", status: 400,
		presentable: text,
		validation: []map[string]any{{
			"property": property, "children": []any{}, "constraints": map[string]string{constraint: text},
		}},
	}
}

func forbidden(text string) error {
	return &apiError{message: text, kind: "forbidden", code: "FORBIDDEN", status: 403, presentable: text}
}

// noScope is forbidden before execution: the status line is 403 too.
// Linear's status for it is not documented; its SDK maps a bare 403 to "forbidden".
func noScope(field string, anyOf []string) *apiError {
	msg := fmt.Sprintf("Invalid scope: `%s` required to access %s", strings.Join(anyOf, "` or `"), field)
	return &apiError{
		message: msg, kind: "forbidden", code: "FORBIDDEN", status: 403, httpStatus: 403,
		presentable: "You don't have permission to do this.",
	}
}

func unauthenticated() *apiError {
	return &apiError{
		message: "Authentication required, not authenticated", kind: "authentication error",
		code: "AUTHENTICATION_ERROR", status: 401, httpStatus: 401,
		presentable: "You need to authenticate to access this operation.",
	}
}

func keyAsBearer() *apiError {
	return &apiError{
		message: "It looks like you're trying to use an API key as a Bearer token. Remove the Bearer prefix from the Authorization header.",
		kind:    "invalid input", code: "INPUT_ERROR", status: 400, httpStatus: 400,
		presentable: "It looks like you're trying to use an API key as a Bearer token. Remove the Bearer prefix from the Authorization header.",
	}
}

func badDocument(message string) *apiError {
	return &apiError{message: message, kind: "graphql error", status: 400, httpStatus: 400, system: true}
}

func tooComplex(cost int) *apiError {
	return &apiError{
		message: "Query too complex", kind: "invalid input", code: "INPUT_ERROR", status: 400, httpStatus: 400,
		presentable: fmt.Sprintf("Query complexity of %d exceeds the maximum of %d. Reduce the number of requested fields, or ask for fewer rows with first.", cost, maxComplexity),
	}
}
