package linear_test

import (
	"errors"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"linearbot/linear"
)

func TestAnswersAreClassifiedByBodyBeforeStatus(t *testing.T) {
	t.Parallel()
	graphql := func(kind, code, message string) string {
		return `{"errors":[{"message":` + strconv.Quote(message) + `,"extensions":{"type":"` + kind + `","code":"` + code + `"}}],"data":null}`
	}
	for name, c := range map[string]struct {
		status int
		body   string
		want   error
	}{
		"401 with Linear's body":            {401, notAuthenticated, linear.ErrUnauthenticated},
		"authentication error in a 400":     {400, graphql("", "AUTHENTICATION_ERROR", "x"), linear.ErrUnauthenticated},
		"authentication error in a 200":     {200, graphql("authentication error", "", "x"), linear.ErrUnauthenticated},
		"401 without a body":                {401, ``, linear.ErrUnauthenticated},
		"forbidden in a 401":                {401, graphql("forbidden", "FORBIDDEN", "x"), linear.ErrForbidden},
		"bare 403":                          {403, `{}`, linear.ErrForbidden},
		"plan limit":                        {200, graphql("usage limit exceeded", "", "x"), linear.ErrForbidden},
		"entity not found in a 200":         {200, entityNotFound, linear.ErrNotFound},
		"argument validation in a 200":      {200, graphql("invalid input", "INVALID_INPUT", "Argument Validation Error"), linear.ErrInvalidInput},
		"unknown field":                     {400, graphql("graphql error", "", "Cannot query field \"x\" on type \"Issue\"."), linear.ErrInvalidInput},
		"too complex":                       {400, graphql("invalid input", "INPUT_ERROR", "Query too complex"), linear.ErrTooComplex},
		"rate limited in a 400":             {400, rateLimited, linear.ErrRateLimited},
		"rate limited in a 200":             {200, rateLimited, linear.ErrRateLimited},
		"bare 429":                          {429, ``, linear.ErrRateLimited},
		"internal error in a 200":           {200, graphql("internal error", "", "x"), linear.ErrTransient},
		"lock timeout":                      {200, graphql("lock timeout", "", "x"), linear.ErrTransient},
		"503 HTML":                          {503, `<html>down</html>`, linear.ErrTransient},
		"200 HTML":                          {200, `<!doctype html>`, linear.ErrTransient},
		"502 empty":                         {502, ``, linear.ErrTransient},
		"200 cut":                           {200, `{"data":{"vie`, linear.ErrTransient},
		"200 without data or errors":        {200, `{}`, linear.ErrTransient},
		"a redirect":                        {302, ``, linear.ErrTransient},
		"errors as an object":               {200, `{"errors":{"message":"Entity not found: Issue"}}`, linear.ErrNotFound},
		"errors as a string":                {400, `{"errors":"no"}`, linear.ErrInvalidInput},
		"errors of numbers":                 {200, `{"errors":[1,null,"x"]}`, linear.ErrInvalidInput},
		"extensions as text":                {400, `{"errors":[{"message":["a"],"extensions":"x"}]}`, linear.ErrInvalidInput},
		"auth behind another error":         {200, `{"errors":[{"message":"x","extensions":{"type":"invalid input"}},{"message":"y","extensions":{"type":"authentication error"}}],"data":null}`, linear.ErrUnauthenticated},
		"an unknown type with status 500":   {500, graphql("something new", "", "x"), linear.ErrTransient},
		"errors beside data are a failure":  {200, `{"data":{"viewer":{"id":"u"}},"errors":[{"message":"x","extensions":{"type":"forbidden"}}]}`, linear.ErrForbidden},
		"errors beside data are marked too": {200, `{"data":{"viewer":{"id":"u"}},"errors":[{"message":"x","extensions":{"type":"forbidden"}}]}`, linear.ErrPartial},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // retries wait in the bubble's time
				s := inMemory(func(w http.ResponseWriter, _ request, _ int) { write(w, c.status, c.body) })
				_, err := s.session(t, stubborn{}).Viewer(t.Context())
				if !errors.Is(err, c.want) {
					t.Errorf("Viewer() = %v, want %v", err, c.want)
				}
			})
		})
	}
}

func TestErrorsKeepWhatLinearSaid(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) {
		write(w, 200, `{"errors":[{"message":"Argument Validation Error","path":["issueUpdate",0,"input"],"extensions":{"type":"invalid input","code":"INVALID_INPUT","userPresentableMessage":"Title is too long.","validationErrors":[{"property":"title","constraints":{"maxLength":"x"}},{"property":"title"},7]}}],"data":null}`)
	})
	_, err := s.session(t, nil).UpdateIssue(t.Context(), "ENG-1", linear.IssueUpdate{Title: new("x")})
	e, ok := errors.AsType[*linear.Error](err)
	if !ok {
		t.Fatalf("UpdateIssue() = %v, want a *linear.Error", err)
	}
	if e.Op != "IssueUpdate" || e.Status != 200 || e.Type != "invalid input" || e.Code != "INVALID_INPUT" || e.Presentable != "Title is too long." || e.Path != "issueUpdate.0.input" {
		t.Errorf("error = %+v", e)
	}
	if len(e.Fields) != 1 || e.Fields[0] != "title" {
		t.Errorf("Fields = %v, want [title]", e.Fields)
	}
}

func TestRateLimitTellsWhenToComeBack(t *testing.T) {
	t.Parallel()
	reset := time.Now().Add(40 * time.Minute).Truncate(time.Millisecond)
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) {
		w.Header().Set("X-RateLimit-Requests-Limit", "5000")
		w.Header().Set("X-RateLimit-Requests-Remaining", "0")
		w.Header().Set("X-RateLimit-Requests-Reset", strconv.FormatInt(reset.UnixMilli(), 10))
		write(w, 400, rateLimited)
	})
	session := s.session(t, nil)
	_, err := session.Viewer(t.Context())
	limited, ok := errors.AsType[*linear.RateLimitError](err)
	if !ok || !limited.Reset.Equal(reset) {
		t.Fatalf("Viewer() = %v, want a RateLimitError until %v", err, reset)
	}
	if e, ok := errors.AsType[*linear.Error](err); !ok || e.Code != "RATELIMITED" {
		t.Errorf("the *linear.Error inside = %v", e)
	}
	if got := session.RateLimit(); got.Limit != 5000 || got.Remaining != 0 || !got.Reset.Equal(reset) {
		t.Errorf("RateLimit() = %+v", got)
	}
	if n := len(s.got()); n != 1 {
		t.Errorf("%d requests, want 1: the reset is after the deadline", n)
	}
}
