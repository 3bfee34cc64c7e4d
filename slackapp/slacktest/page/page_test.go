package page_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"linearbot/slackapp/slacktest"
	"linearbot/slackapp/slacktest/page"
	"linearbot/slackapp/slacktest/pagetest"
)

// newPage serves the page of a seeded local Slack with no app behind it.
func newPage(t *testing.T) (*slacktest.Server, *httptest.Server) {
	t.Helper()
	manifest, err := os.ReadFile("../../../manifest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	slack := slacktest.NewServer(slacktest.Options{Manifest: manifest, Seed: true})
	web := httptest.NewServer(page.New(slack, page.Options{}))
	t.Cleanup(func() {
		web.CloseClientConnections()
		web.Close()
		slack.Close()
	})
	return slack, web
}

func TestPageRefusesStrangers(t *testing.T) {
	t.Parallel()
	_, web := newPage(t)
	for _, c := range []struct {
		name, method, path string
		change             func(*http.Request)
		want               int
	}{
		{"its own address", "GET", "/state?as=alice", func(*http.Request) {}, http.StatusOK},
		{"localhost", "GET", "/state?as=alice", func(r *http.Request) { r.Host = "localhost:8300" }, http.StatusOK},
		{"another name for this machine", "GET", "/state?as=alice", func(r *http.Request) { r.Host = "evil.test:8300" }, http.StatusForbidden},
		{"another site's form", "POST", "/do?as=alice", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, http.StatusForbidden},
		{"another origin", "POST", "/do?as=alice", func(r *http.Request) { r.Header.Set("Origin", "http://evil.test") }, http.StatusForbidden},
		{"nobody", "GET", "/state?as=mallory", func(*http.Request) {}, http.StatusNotFound},
		{"somebody who left", "GET", "/state?as=frank", func(*http.Request) {}, http.StatusNotFound},
		{"a bot", "GET", "/state?as=deploybot", func(*http.Request) {}, http.StatusNotFound},
		{"an unknown move", "POST", "/do?as=alice", func(*http.Request) {}, http.StatusBadRequest},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, err := http.NewRequestWithContext(t.Context(), c.method, web.URL+c.path, strings.NewReader(`{"do":"fly"}`))
			if err != nil {
				t.Fatal(err)
			}
			c.change(r)
			resp, err := web.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if resp.StatusCode != c.want {
				t.Errorf("%s %s = %d, want %d", c.method, c.path, resp.StatusCode, c.want)
			}
		})
	}
}

func TestPageShowsTheWorkspace(t *testing.T) {
	t.Parallel()
	slack, web := newPage(t)
	browser := pagetest.OpenBrowser(t)
	alice := pagetest.OpenTab(t, browser, web.URL+"/?as=alice&in=C0PAYMENTS")
	alice.Reads(".banner", "invented")
	alice.Reads(".message", "retr")
	alice.Shot("payments")
	within(t, "first paint", alice.Text(`() => performance.getEntriesByName("first-contentful-paint")[0].startTime`), 3*time.Second)

	alice.Click(".replies")
	alice.Reads("#thread .message", "Please don't paste tokens here")
	alice.Shot("thread")

	alice.Write("#main textarea", "Hello *all* of <you> & `x`")
	alice.Text(`() => {
		let pressed = 0;
		document.querySelector("#main .send").addEventListener("click", () => { pressed = performance.now(); });
		new MutationObserver((_, o) => {
			if (!pressed || !document.querySelector("#main .message .body strong")) return;
			document.body.dataset.reaction = performance.now() - pressed;
			o.disconnect();
		}).observe(document.querySelector("#main .messages"), { childList: true, subtree: true });
	}`)
	alice.Click("#main .send")
	alice.Reads("#main .message strong", "all")
	alice.Reads("#main .message", "<you> & x")
	within(t, "from pressing Send to the message on screen", alice.Text(`() => document.body.dataset.reaction`), time.Second)
	if m := slack.Person("alice").Last("C0PAYMENTS"); m.Text != "Hello *all* of &lt;you&gt; &amp; `x`" {
		t.Errorf("the message is %q", m.Text)
	}

	alice.Write("#main textarea", "/lin\t")
	alice.Reads(".usage", "create TITLE")
	alice.Write("#main textarea", "help")
	alice.Click("#main .send")
	alice.Reads(".toast", `/linear failed with the error "dispatch_failed"`)
	alice.Click("#what")
	alice.Reads("#happened", "Types /linear help")
	alice.Shot("happened")
}

// within logs a time in milliseconds and holds it to a bound far above what a quiet machine takes.
func within(t *testing.T, what, ms string, bound time.Duration) {
	t.Helper()
	took, err := strconv.ParseFloat(ms, 64)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	t.Logf("%s: %.0f ms", what, took)
	if took > float64(bound.Milliseconds()) {
		t.Errorf("%s takes %.0f ms, want %v at most", what, took, bound)
	}
}
