package linear

import (
	"net/http"
	"strconv"
	"time"
)

// RateLimit is what Linear last said about one account's request budget.
// The zero value means that nothing was said yet.
type RateLimit struct {
	Limit     int
	Remaining int
	Reset     time.Time
}

// ReadRateLimit reads an account's request budget from the headers of an answer of
// Linear; false: none there.
func ReadRateLimit(h http.Header) (RateLimit, bool) {
	limit, err := strconv.Atoi(h.Get("X-RateLimit-Requests-Limit"))
	if err != nil {
		return RateLimit{}, false
	}
	remaining, _ := strconv.Atoi(h.Get("X-RateLimit-Requests-Remaining")) // absent reads as none left
	return RateLimit{Limit: limit, Remaining: remaining, Reset: resetHeader(h, "X-RateLimit-Requests-Reset")}, true
}

// limitReset is when a limited request may be sent again: Retry-After first,
// then the reset of the bucket that ran dry. Zero when Linear does not say.
func limitReset(h http.Header, now time.Time) time.Time {
	if seconds, err := strconv.ParseFloat(h.Get("Retry-After"), 64); err == nil && seconds >= 0 && seconds < 1e6 {
		return now.Add(time.Duration(seconds * float64(time.Second)))
	}
	if at, err := http.ParseTime(h.Get("Retry-After")); err == nil {
		return at
	}
	for _, bucket := range []string{"Endpoint-Requests", "Requests", "Complexity"} {
		if h.Get("X-RateLimit-"+bucket+"-Remaining") == "0" {
			return resetHeader(h, "X-RateLimit-"+bucket+"-Reset")
		}
	}
	return resetHeader(h, "X-RateLimit-Requests-Reset")
}

// resetHeader reads a *-Reset header, which counts epoch milliseconds.
func resetHeader(h http.Header, name string) time.Time {
	ms, err := strconv.ParseInt(h.Get(name), 10, 64)
	if err != nil || ms <= 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}
