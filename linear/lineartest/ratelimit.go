package lineartest

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

const (
	ratePeriod       = time.Hour
	maxComplexity    = 10_000
	endpointLimit    = 30 // searchIssues, per minute
	endpointPeriod   = time.Minute
	endpointSearched = "searchIssues"
)

// RateLimit is the budget of one user: a leaky bucket that refills evenly.
type RateLimit struct{ RequestsPerHour, ComplexityPerHour int }

// The budgets Linear documents for OAuth tokens and personal API keys.
var (
	oauthLimit = RateLimit{RequestsPerHour: 5000, ComplexityPerHour: 2_000_000}
	keyLimit   = RateLimit{RequestsPerHour: 2500, ComplexityPerHour: 3_000_000}
)

// bucket holds what is left of one budget.
type bucket struct {
	size, left float64
	period     time.Duration
	seen       time.Time
}

func (b *bucket) refill(now time.Time) {
	if b.seen.IsZero() {
		b.left = b.size
	} else if gone := now.Sub(b.seen); gone > 0 {
		b.left = min(b.size, b.left+b.size*gone.Seconds()/b.period.Seconds())
	}
	b.seen = now
}

func (b *bucket) whole() float64 { return math.Floor(max(b.left, 0)) }

type budget struct{ requests, complexity, search bucket }

// limiter holds the budgets of all users; Server.mu guards it.
type limiter map[string]*budget

func (l limiter) of(key string, size RateLimit, now time.Time) *budget {
	b, ok := l[key]
	if !ok {
		b = &budget{
			requests:   bucket{size: float64(size.RequestsPerHour), period: ratePeriod},
			complexity: bucket{size: float64(size.ComplexityPerHour), period: ratePeriod},
			search:     bucket{size: endpointLimit, period: endpointPeriod},
		}
		l[key] = b
	}
	b.requests.refill(now)
	b.complexity.refill(now)
	b.search.refill(now)
	return b
}

// limitKey: budgets are per user and kind of credential.
func (c *call) limitKey() string {
	if c.grant == nil {
		return "key:" + c.viewer.ID
	}
	return "oauth:" + c.viewer.ID
}

func (c *call) limitSize() RateLimit {
	switch {
	case c.s.opts.RateLimit != RateLimit{}:
		return c.s.opts.RateLimit
	case c.grant == nil:
		return keyLimit
	}
	return oauthLimit
}

// charge takes one request of the given cost and writes the headers of every
// answer. A limited request is not executed and costs nothing.
func (c *call) charge(h http.Header, cost int, searches bool) *apiError {
	b := c.s.limits.of(c.limitKey(), c.limitSize(), c.now)
	limited := b.requests.left < 1 || b.complexity.left < float64(cost) || (searches && b.search.left < 1)
	if !limited {
		b.requests.left--
		b.complexity.left -= float64(cost)
		if searches {
			b.search.left--
		}
	}
	reset := strconv.FormatInt(c.now.Add(ratePeriod).UnixMilli(), 10) // rolls with each call
	set := func(name string, k bucket, reset string) {
		h.Set(name+"-Limit", strconv.Itoa(int(k.size)))
		h.Set(name+"-Remaining", strconv.Itoa(int(k.whole())))
		h.Set(name+"-Reset", reset)
	}
	set("X-RateLimit-Requests", b.requests, reset)
	set("X-RateLimit-Complexity", b.complexity, reset)
	h.Set("X-Complexity", strconv.Itoa(cost))
	if searches {
		set("X-RateLimit-Endpoint-Requests", b.search, strconv.FormatInt(c.now.Add(endpointPeriod).UnixMilli(), 10))
		h.Set("X-RateLimit-Endpoint-Name", endpointSearched)
	}
	if limited {
		return rateLimited(int(b.requests.size), 0, b)
	}
	return nil
}

// rateLimited is the error of a drained budget; Linear sends it with status 400.
func rateLimited(limit, remaining int, b *budget) *apiError {
	what := fmt.Sprintf("%d requests are allowed per 1 hour", limit)
	if b != nil && b.requests.left >= 1 {
		what = fmt.Sprintf("%d complexity points are allowed per 1 hour", int(b.complexity.size))
		if b.search.left < 1 {
			what = fmt.Sprintf("%d requests are allowed per 1 minute for %s", endpointLimit, endpointSearched)
		}
	}
	return &apiError{
		message: "Rate limit exceeded. Only " + what + ". See https://linear.app/developers/rate-limiting",
		kind:    "ratelimited", code: "RATELIMITED", status: 429, httpStatus: http.StatusBadRequest,
		presentable: "Rate limit exceeded. Only " + what + ".",
		meta: map[string]any{"rateLimitResult": map[string]any{
			"limit": limit, "remaining": remaining, "duration": ratePeriod.Milliseconds(),
		}},
	}
}
