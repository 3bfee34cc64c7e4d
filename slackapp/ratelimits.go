package slackapp

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/slack-go/slack"
)

const (
	limitUnsaid = 2 * time.Second // the wait when Slack does not say how long
	limitJitter = time.Second     // those who wait do not come back all at once
)

// RateLimits waits until Slack takes calls again (slack.RetryHandler). The waits end
// with Stopping, or with the call's context: then the 429 is the answer.
type RateLimits struct {
	Tries    int             // further ones, after the first
	Stopping <-chan struct{} // closed when the process is to end; nil: never
}

var _ slack.RetryHandler = RateLimits{}

// ShouldRetry waits itself: the waits of slack-go end with the call's context alone.
func (l RateLimits) ShouldRetry(state *slack.RetryState, req *http.Request, resp *http.Response, _ error) (again bool, wait time.Duration) {
	sent := req.Body == nil || req.GetBody != nil // it can be sent again
	if resp == nil || resp.StatusCode != http.StatusTooManyRequests || !sent || state.Attempt >= l.Tries {
		return false, 0
	}
	t := time.NewTimer(limitWait(resp.Header) + rand.N(limitJitter))
	defer t.Stop()
	select {
	case <-t.C:
		return true, 0
	case <-l.Stopping:
	case <-req.Context().Done():
	}
	return false, 0
}

// limitWait is what Slack asks for: whole seconds.
func limitWait(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil {
		return limitUnsaid
	}
	return time.Duration(max(seconds, 1)) * time.Second
}
