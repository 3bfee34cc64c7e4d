package slackapp

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
)

// TestRateLimitWaits: a person waits the seconds that Slack names, a few where it
// names none, and no longer than the process is to live.
func TestRateLimitWaits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		after         string
		attempt       int
		again         bool
		least, longer time.Duration
	}{
		{"", 0, true, 2 * time.Second, 3 * time.Second},
		{"soon", 1, true, 2 * time.Second, 3 * time.Second},
		{"0", 0, true, time.Second, 2 * time.Second},
		{"5", 0, true, 5 * time.Second, 6 * time.Second},
		{"", 3, false, 0, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			resp := &http.Response{StatusCode: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {c.after}}}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://slack.test/", strings.NewReader("channel=C1"))
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			again, _ := RateLimits{Tries: 3}.ShouldRetry(&slack.RetryState{Attempt: c.attempt}, req, resp, nil)
			if took := time.Since(began); again != c.again || took < c.least || took > c.longer {
				t.Errorf("Retry-After %q, try %d: again %v after %s, want %v after %s to %s", c.after, c.attempt, again, took, c.again, c.least, c.longer)
			}
		})
	}
}
