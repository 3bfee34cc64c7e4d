package lineartest

import (
	"fmt"
	"math"
	"net"
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

// The budgets Linear documents for OAuth tokens and personal API keys, and of one
// address for requests without a token that works.
var (
	oauthLimit = RateLimit{RequestsPerHour: 5000, ComplexityPerHour: 2_000_000}
	keyLimit   = RateLimit{RequestsPerHour: 2500, ComplexityPerHour: 3_000_000}
	anonLimit  = RateLimit{RequestsPerHour: 600, ComplexityPerHour: 100_000}
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

// limiter holds the budgets of all users and addresses; Server.mu guards it.
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

// budgetOf is per user and kind of credential, or, without a viewer, per address.
// Server.mu is held.
func (s *Server) budgetOf(viewer *user, g *grant, address string, now time.Time) *budget {
	own := func(size RateLimit) RateLimit {
		if s.opts.RateLimit != (RateLimit{}) {
			return s.opts.RateLimit
		}
		return size
	}
	switch {
	case viewer == nil:
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			host = address
		}
		return s.limits.of("address:"+host, anonLimit, now)
	case g == nil:
		return s.limits.of("key:"+viewer.ID, own(keyLimit), now)
	}
	return s.limits.of("oauth:"+viewer.ID, own(oauthLimit), now)
}

// admit takes one request and writes the headers that every answer has, refusals
// included. A limited request is not executed and costs nothing.
func (c *call) admit(h http.Header) *apiError {
	limited := c.budget.requests.left < 1
	if !limited {
		c.budget.requests.left--
	}
	c.budget.announce(h, 0, c.now)
	if limited {
		return rateLimited(int(c.budget.requests.size), 0, c.budget)
	}
	return nil
}

// spend takes what an admitted request costs beyond being one.
func (c *call) spend(h http.Header, cost int, searches bool) *apiError {
	b := c.budget
	limited := b.complexity.left < float64(cost) || searches && b.search.left < 1
	switch {
	case limited:
		b.requests.left++
	case searches:
		b.search.left--
		fallthrough
	default:
		b.complexity.left -= float64(cost)
	}
	b.announce(h, cost, c.now)
	if searches {
		announce(h, "X-RateLimit-Endpoint-Requests", b.search, c.now)
		h.Set("X-RateLimit-Endpoint-Name", endpointSearched)
	}
	if limited {
		return rateLimited(int(b.requests.size), 0, b)
	}
	return nil
}

// announce writes the headers of both budgets.
func (b *budget) announce(h http.Header, cost int, now time.Time) {
	announce(h, "X-RateLimit-Requests", b.requests, now)
	announce(h, "X-RateLimit-Complexity", b.complexity, now)
	h.Set("X-Complexity", strconv.Itoa(cost))
}

// announce writes the headers of one budget. The reset rolls with each call.
func announce(h http.Header, name string, b bucket, now time.Time) {
	h.Set(name+"-Limit", strconv.Itoa(int(b.size)))
	h.Set(name+"-Remaining", strconv.Itoa(int(b.whole())))
	h.Set(name+"-Reset", strconv.FormatInt(now.Add(b.period).UnixMilli(), 10))
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
