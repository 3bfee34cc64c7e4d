package linear_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"linearbot/linear"
)

func TestDirectoryIsReadOnceAndRefreshedBehindTheAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := inMemory(linearAnswers)
		session := s.session(t, stubborn{})
		first, err := session.Directory(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(4 * time.Minute)
		if again, _ := session.Directory(t.Context()); again != first {
			t.Error("a fresh directory was read again")
		}
		if got := s.operations(); !slices.Equal(got, []string{"Directory"}) {
			t.Fatalf("operations = %v, want one Directory", got)
		}
		time.Sleep(2 * time.Minute)
		s.delay = func(int) time.Duration { return 10 * time.Second }
		if stale, _ := session.Directory(t.Context()); stale != first {
			t.Error("a stale directory was not served at once")
		}
		if _, err := session.Directory(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(11 * time.Second)
		if fresh, _ := session.CachedDirectory(); fresh == first {
			t.Error("the background refresh did not arrive")
		}
		if got := len(s.operations()); got != 2 {
			t.Errorf("%d requests, want 2: one refresh for all who ask", got)
		}
	})
}

func TestDirectoryOlderThanAnHourIsNotServed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := inMemory(linearAnswers)
		session := s.session(t, stubborn{})
		first, _ := session.Directory(t.Context())
		time.Sleep(2 * time.Hour)
		if fresh, err := session.Directory(t.Context()); err != nil || fresh == first {
			t.Errorf("Directory() after two hours = the old one, %v", err)
		}
	})
}

func TestConcurrentCallersShareOneRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := inMemory(linearAnswers)
		s.delay = func(int) time.Duration { return time.Second }
		c := s.client(t)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := c.Session("account-1", stubborn{}, nil).Directory(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := len(s.operations()); got != 1 {
			t.Errorf("%d requests, want 1", got)
		}
	})
}

func TestAccountsDoNotShareNames(t *testing.T) {
	t.Parallel()
	s := serve(t, linearAnswers)
	c := linear.New(linear.Config{APIURL: s.URL})
	for _, id := range []string{"alice", "bob", "alice"} {
		if _, err := c.Session(id, stubborn{}, nil).Directory(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	c.Forget("alice")
	if _, ok := c.Session("alice", stubborn{}, nil).CachedDirectory(); ok {
		t.Error("names were kept after Forget")
	}
	if got := len(s.got()); got != 2 {
		t.Errorf("%d requests, want one for each account", got)
	}
}

func TestMemoryOfAccountsIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := inMemory(linearAnswers)
		c := s.client(t)
		for i := range 257 {
			if _, err := c.Session(fmt.Sprint(i), stubborn{}, nil).Directory(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
		}
		if _, ok := c.Session("256", stubborn{}, nil).CachedDirectory(); !ok {
			t.Error("the newest account was dropped")
		}
		if _, ok := c.Session("0", stubborn{}, nil).CachedDirectory(); ok {
			t.Error("the least recently used account was kept beyond the bound")
		}
	})
}

func TestUnknownNameForcesOneRefreshInThirtySeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := inMemory(linearAnswers)
		session := s.session(t, stubborn{})
		ask := func() error {
			_, err := session.Tool(t.Context(), linear.ToolList, []byte(`{"labels":["nope"]}`))
			return err
		}
		for range 3 { // the first reads the names, which are fresh then
			if _, ok := errors.AsType[*linear.NameError](ask()); !ok {
				t.Fatal("want a NameError inside the ToolError")
			}
		}
		if got := len(s.operations()); got != 1 {
			t.Errorf("%d requests, want 1: the names are seconds old", got)
		}
		time.Sleep(31 * time.Second)
		for range 3 {
			_ = ask() // the same error as above
		}
		if got := s.operations(); len(got) != 2 {
			t.Errorf("operations = %v, want exactly one forced refresh", got)
		}
	})
}

func TestFurtherPagesAreReadOnlyWhenThereAreSome(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r request, n int) {
		switch r.OperationName {
		case "Directory":
			write(w, 200, strings.Replace(directoryJSON, `"app":true}],"pageInfo":{"hasNextPage":false,"endCursor":null}`, `"app":true}],"pageInfo":{"hasNextPage":true,"endCursor":"u1"}`, 1))
		case "DirectoryUsers":
			more := r.Variables["after"] == "u1"
			write(w, 200, fmt.Sprintf(`{"data":{"users":{"nodes":[{"id":"u%d","name":"User %d","displayName":"u%d","active":true}],"pageInfo":{"hasNextPage":%v,"endCursor":"u2"}}}}`, n, n, n, more))
		default:
			t.Errorf("unexpected operation %s", r.OperationName)
			linearAnswers(w, r, n)
		}
	})
	d, err := s.session(t, nil).Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Users) != 3 || d.Truncated {
		t.Errorf("users = %+v, truncated = %v; want 3 and all", d.Users, d.Truncated)
	}
	if got := s.operations(); !slices.Equal(got, []string{"Directory", "DirectoryUsers", "DirectoryUsers"}) {
		t.Errorf("operations = %v", got)
	}
}

func TestEndlessPagesAreBounded(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r request, n int) {
		if r.OperationName == "Directory" {
			write(w, 200, strings.Replace(directoryJSON, `"app":true}],"pageInfo":{"hasNextPage":false,"endCursor":null}`, `"app":true}],"pageInfo":{"hasNextPage":true,"endCursor":"u1"}`, 1))
			return
		}
		write(w, 200, fmt.Sprintf(`{"data":{"users":{"nodes":[],"pageInfo":{"hasNextPage":true,"endCursor":"c%d"}}}}`, n))
	})
	d, err := s.session(t, nil).Directory(t.Context())
	if err != nil || !d.Truncated {
		t.Errorf("Directory() = truncated %v, %v; want true", d != nil && d.Truncated, err)
	}
	if got := len(s.got()); got != 25 {
		t.Errorf("%d requests, want 1 + 24", got)
	}
}

func TestSixHundredTeamsAreAllKnown(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r request, n int) {
		if r.OperationName == "Directory" {
			write(w, 200, `{"data":{"viewer":{"id":"u1","organization":{"id":"o1"}},"teams":{"nodes":[],"pageInfo":{"hasNextPage":true,"endCursor":"0"}}}}`)
			return
		}
		from, err := strconv.Atoi(r.Variables["after"].(string))
		if err != nil {
			t.Error(err)
		}
		var teams []string
		for i := range 30 {
			teams = append(teams, fmt.Sprintf(`{"id":"t%d","key":"T%d","name":"Team %d"}`, from+i, from+i, from+i))
		}
		write(w, 200, fmt.Sprintf(`{"data":{"teams":{"nodes":[%s],"pageInfo":{"hasNextPage":%v,"endCursor":"%d"}}}}`, strings.Join(teams, ","), from+30 < 600, from+30))
	})
	d, err := s.session(t, nil).Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Teams) != 600 || d.Truncated {
		t.Errorf("%d teams, truncated = %v; want 600 and all", len(d.Teams), d.Truncated)
	}
}

func TestDearerCountingIsAnsweredWithFewerFields(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r request, n int) {
		if has(r.Query, "members(") {
			write(w, 400, `{"data":null,"errors":[{"message":"Query too complex","extensions":{"type":"invalid input","code":"INPUT_ERROR","statusCode":400,"http":{"status":400}}}]}`)
			return
		}
		linearAnswers(w, r, n)
	})
	session := s.session(t, nil)
	d, err := session.Directory(t.Context())
	if err != nil || len(d.Teams) == 0 {
		t.Fatalf("Directory() = %v, %v; want the names without what costs most", d, err)
	}
	if _, err := session.Issue(t.Context(), "ENG-142"); err != nil {
		t.Fatal(err)
	}
	if got := s.got(); len(got) != 3 || !has(got[2].Query, "visibility") {
		t.Errorf("%d requests, the last one lean; other documents keep their fields", len(got))
	}
}

func TestSeenIssues(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := inMemory(linearAnswers)
		session := s.session(t, stubborn{})
		if _, _, ok := session.Seen("ENG-142"); ok {
			t.Fatal("an issue was seen before any request")
		}
		if _, err := session.Directory(t.Context()); err != nil {
			t.Fatal(err)
		}
		seen, at, ok := session.Seen("eng-142")
		if !ok || !seen.Brief || !at.Equal(time.Now()) {
			t.Errorf("Seen(eng-142) = brief %v, %v, %v; want the recent issue of the directory", seen.Brief, at, ok)
		}
		if _, err := session.Issue(t.Context(), "ENG-142"); err != nil {
			t.Fatal(err)
		}
		if seen, _, _ := session.Seen("11111111-1111-4111-8111-111111111111"); seen.Brief || seen.Description != "d" {
			t.Errorf("Seen(UUID) = %+v, want the full copy", seen)
		}
		time.Sleep(5*time.Minute + time.Second)
		if _, _, ok := session.Seen("ENG-142"); ok {
			t.Error("a copy older than five minutes was given")
		}
	})
}

func TestSeenIssuesForgetWhatMayHaveChanged(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r request, n int) {
		if r.OperationName == "" {
			write(w, 200, `{"data":{"issueArchive":{"success":true}}}`)
			return
		}
		linearAnswers(w, r, n)
	})
	session := s.session(t, nil)
	if _, err := session.Issue(t.Context(), "ENG-142"); err != nil {
		t.Fatal(err)
	}
	if _, err := session.Query(t.Context(), `mutation { issueArchive(id: "x") { success } }`, nil, ""); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := session.Seen("ENG-142"); ok {
		t.Error("an issue is still known after an arbitrary mutation")
	}
}

func TestServerWithASmallerSchema(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r request, n int) {
		if has(r.Query, "visibility") {
			write(w, 400, `{"errors":[{"message":"Cannot query field \"visibility\" on type \"Team\".","locations":[{"line":1,"column":2}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`)
			return
		}
		linearAnswers(w, r, n)
	})
	session := s.session(t, nil)
	for range 2 {
		if _, err := session.Issue(t.Context(), "ENG-142"); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(s.got()); got != 3 {
		t.Errorf("%d requests, want 3: the refusal is remembered", got)
	}
}
