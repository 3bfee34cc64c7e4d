package linear_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"linearbot/linear"
)

func TestQueriesAreRetriedInsideTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := inMemory(func(w http.ResponseWriter, r request, n int) {
			if n < 2 {
				write(w, http.StatusServiceUnavailable, "<html>")
				return
			}
			linearAnswers(w, r, n)
		})
		v, err := s.session(t, &token{value: "x"}).Viewer(t.Context())
		if err != nil || v.ID != "u-alice" {
			t.Fatalf("Viewer() = %+v, %v", v, err)
		}
		if got := len(s.operations()); got != 3 {
			t.Errorf("%d requests, want 3", got)
		}
	})
}

func TestRetriesEndWithTheLastAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := inMemory(func(w http.ResponseWriter, _ request, _ int) { write(w, http.StatusBadGateway, "") })
		_, err := s.session(t, &token{value: "x"}).Viewer(t.Context())
		if !errors.Is(err, linear.ErrTransient) {
			t.Errorf("Viewer() = %v, want ErrTransient", err)
		}
		if got := len(s.operations()); got != 4 {
			t.Errorf("%d requests, want 4", got)
		}
	})
}

func TestNoRetryAfterTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := inMemory(linearAnswers)
		s.delay = func(int) time.Duration { return time.Minute }
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		start := time.Now()
		_, err := s.session(t, &token{value: "x"}).Viewer(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, linear.ErrTransient) {
			t.Errorf("Viewer() = %v, want a transient deadline error", err)
		}
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("took %v, want the caller's 2s", took)
		}
	})
}

func TestQueryWaitsForARateLimitThatFits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := inMemory(func(w http.ResponseWriter, r request, n int) {
			if n == 0 {
				w.Header().Set("Retry-After", "2")
				write(w, http.StatusBadRequest, rateLimited)
				return
			}
			linearAnswers(w, r, n)
		})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		if _, err := s.session(t, &token{value: "x"}).Viewer(ctx); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took < 2*time.Second || took > 3*time.Second {
			t.Errorf("took %v, want about the 2s that Linear asked for", took)
		}
	})
}

func TestChangesAreRepeatedOnlyWhenProvablyNotMade(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first    func(w http.ResponseWriter)
		want     error // nil: repeated, and it worked
		requests int
	}{
		"503":         {func(w http.ResponseWriter) { write(w, 503, "<html>") }, linear.ErrOutcomeUnknown, 1},
		"answer lost": {func(http.ResponseWriter) { panic(errDropped) }, linear.ErrOutcomeUnknown, 1},
		"cut answer":  {func(w http.ResponseWriter) { write(w, 200, `{"data":{"iss`) }, linear.ErrOutcomeUnknown, 1},
		"internal error": {func(w http.ResponseWriter) {
			write(w, 200, `{"errors":[{"message":"x","extensions":{"type":"internal error"}}],"data":null}`)
		}, linear.ErrOutcomeUnknown, 1},
		"errors beside data": {func(w http.ResponseWriter) {
			write(w, 200, `{"data":{"issueUpdate":{"success":true}},"errors":[{"message":"x","extensions":{"type":"invalid input"}}]}`)
		}, linear.ErrOutcomeUnknown, 1},
		"success false":    {func(w http.ResponseWriter) { write(w, 200, `{"data":{"issueUpdate":{"success":false,"issue":null}}}`) }, linear.ErrInvalidInput, 1},
		"refused input":    {func(w http.ResponseWriter) { write(w, 200, entityNotFound) }, linear.ErrNotFound, 1},
		"dial refused":     {func(http.ResponseWriter) { panic(refusedConnection) }, nil, 2},
		"limited shortly":  {func(w http.ResponseWriter) { w.Header().Set("Retry-After", "1"); write(w, 400, rateLimited) }, nil, 2},
		"limited for long": {func(w http.ResponseWriter) { w.Header().Set("Retry-After", "20"); write(w, 400, rateLimited) }, linear.ErrRateLimited, 1},
		"401":              {func(w http.ResponseWriter) { write(w, 401, notAuthenticated) }, nil, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := inMemory(func(w http.ResponseWriter, r request, n int) {
					if n == 0 {
						c.first(w)
						return
					}
					linearAnswers(w, r, n)
				})
				_, err := s.session(t, &token{value: "x", spare: "y"}).UpdateIssue(t.Context(), "ENG-142", linear.IssueUpdate{Title: new("T")})
				if !errors.Is(err, c.want) {
					t.Errorf("UpdateIssue() = %v, want %v", err, c.want)
				}
				if errors.Is(err, linear.ErrOutcomeUnknown) && errors.Is(err, linear.ErrTransient) {
					t.Errorf("%v claims both that nothing changed and that nobody knows", err)
				}
				if got := len(s.operations()); got != c.requests {
					t.Errorf("%d requests, want %d", got, c.requests)
				}
			})
		})
	}
}

func TestCreateFindsOutWhatBecameOfALostAnswer(t *testing.T) {
	t.Parallel()
	lost := func(http.ResponseWriter) { panic(errDropped) }
	for name, c := range map[string]struct {
		create, read func(w http.ResponseWriter)
		want         error
		operations   []string
	}{
		"it was made":          {lost, func(w http.ResponseWriter) { write(w, 200, `{"data":{"issue":`+issueJSON+`}}`) }, nil, []string{"IssueCreate", "Issue"}},
		"it was not made":      {lost, func(w http.ResponseWriter) { write(w, 200, entityNotFound) }, linear.ErrTransient, []string{"IssueCreate", "Issue"}},
		"nobody can tell":      {lost, func(w http.ResponseWriter) { write(w, 401, notAuthenticated) }, linear.ErrOutcomeUnknown, []string{"IssueCreate", "Issue"}},
		"made, issue left out": {func(w http.ResponseWriter) { write(w, 200, `{"data":{"issueCreate":{"success":true,"issue":null}}}`) }, func(w http.ResponseWriter) { write(w, 200, `{"data":{"issue":`+issueJSON+`}}`) }, nil, []string{"IssueCreate", "Issue"}},
		"refused, nothing to ask": {func(w http.ResponseWriter) {
			write(w, 200, `{"errors":[{"message":"x","extensions":{"type":"invalid input"}}],"data":null}`)
		}, nil, linear.ErrInvalidInput, []string{"IssueCreate"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := inMemory(func(w http.ResponseWriter, r request, _ int) {
					if r.OperationName == "IssueCreate" {
						c.create(w)
						return
					}
					c.read(w)
				})
				issue, err := s.session(t, stubborn{}).CreateIssue(t.Context(), linear.IssueCreate{TeamID: "t-eng", Title: "T"})
				if !errors.Is(err, c.want) || c.want == nil && issue.Identifier != "ENG-142" {
					t.Errorf("CreateIssue() = %v, %v; want %v", issue.Identifier, err, c.want)
				}
				if got := s.operations(); !slices.Equal(got, c.operations) {
					t.Errorf("operations = %v, want %v", got, c.operations)
				}
				if len(s.requests) > 1 {
					sent := s.requests[0].Variables["input"].(map[string]any)["id"]
					if asked := s.requests[1].Variables["id"]; asked != sent {
						t.Errorf("read back %v, want the id that was sent, %v", asked, sent)
					}
				}
			})
		})
	}
}

// TestCreateWithAnIDThatMayBeTaken: being refused means that nothing was made only
// when nothing is there.
func TestCreateWithAnIDThatMayBeTaken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		read   string
		want   error
	}{
		"it is there":       {200, `{"data":{"issue":` + issueJSON + `}}`, nil},
		"nothing is there":  {200, entityNotFound, linear.ErrInvalidInput},
		"it cannot be read": {401, notAuthenticated, linear.ErrOutcomeUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, r request, _ int) {
				if r.OperationName == "IssueCreate" {
					write(w, 200, `{"errors":[{"message":"Entity already exists","extensions":{"type":"invalid input"}}],"data":null}`)
					return
				}
				write(w, c.status, c.read)
			})
			_, err := s.session(t, nil).CreateIssue(t.Context(), linear.IssueCreate{ID: linear.NewID(), TeamID: "t-eng", Title: "T"})
			if !errors.Is(err, c.want) {
				t.Errorf("CreateIssue() = %v, want %v", err, c.want)
			}
		})
	}
}

func TestCreateAfterItsDeadlineStillFindsTheIssue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := inMemory(func(w http.ResponseWriter, r request, n int) {
			if n == 1 { // still under way at the first look
				write(w, 200, entityNotFound)
				return
			}
			linearAnswers(w, r, n)
		})
		s.delay = func(n int) time.Duration {
			if n == 0 {
				return time.Minute
			}
			return 0
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		issue, err := s.session(t, stubborn{}).CreateIssue(ctx, linear.IssueCreate{TeamID: "t-eng", Title: "T"})
		if err != nil || issue.Identifier != "ENG-142" {
			t.Errorf("CreateIssue() = %v, %v; want ENG-142", issue.Identifier, err)
		}
		if got := len(s.operations()); got != 3 {
			t.Errorf("%d requests, want 3", got)
		}
	})
}

func TestCreatingTwiceWithOneIDGivesTheFirstIssue(t *testing.T) {
	t.Parallel()
	s := inMemory(func(w http.ResponseWriter, r request, n int) {
		if r.OperationName == "IssueCreate" {
			write(w, 200, `{"errors":[{"message":"id already exists","extensions":{"type":"invalid input"}}],"data":null}`)
			return
		}
		linearAnswers(w, r, n)
	})
	issue, err := s.session(t, stubborn{}).CreateIssue(t.Context(), linear.IssueCreate{ID: linear.NewID(), TeamID: "t-eng", Title: "T"})
	if err != nil || issue.Identifier != "ENG-142" {
		t.Errorf("CreateIssue() = %v, %v; want the issue that is there", issue.Identifier, err)
	}
}

func TestRejectedTokenIsReplacedOnce(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r request, n int) {
		if r.Authorization == "Bearer new" {
			linearAnswers(w, r, n)
			return
		}
		write(w, 401, notAuthenticated)
	})
	session := linear.New(linear.Config{APIURL: s.URL}).Session("a", &token{value: "old", spare: "new"}, nil)
	if _, err := session.Viewer(t.Context()); err != nil {
		t.Fatal(err)
	}
	removed := linear.New(linear.Config{APIURL: s.URL}).Session("a", &token{value: "old", spare: "also old"}, nil)
	if _, err := removed.Viewer(t.Context()); !errors.Is(err, linear.ErrUnauthenticated) {
		t.Errorf("Viewer() with two bad tokens = %v, want ErrUnauthenticated", err)
	}
	gone := linear.New(linear.Config{APIURL: s.URL}).Session("a", &token{value: "old"}, nil)
	if _, err := gone.Viewer(t.Context()); !errors.Is(err, errNoSpare) {
		t.Errorf("Viewer() = %v, want what the authorizer said", err)
	}
	if got := len(s.got()); got != 5 {
		t.Errorf("%d requests, want 2 + 2 + 1", got)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	thief := serve(t, linearAnswers)
	s := serve(t, func(w http.ResponseWriter, _ request, _ int) {
		w.Header().Set("Location", thief.URL+"/graphql")
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond) // no time to try again
	defer cancel()
	if _, err := s.session(t, nil).Viewer(ctx); err == nil {
		t.Error("Viewer() = nil error behind a redirect")
	}
	if got := len(thief.got()); got != 0 {
		t.Errorf("the redirect's target got %d requests", got)
	}
}
