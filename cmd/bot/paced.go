package main

import (
	"net/http"

	"golang.org/x/time/rate"
)

// paced sends requests no faster than limit. slack-go opens the next socket as soon
// as Slack has closed one, thousands of times in a minute when Slack closes each at once.
type paced struct {
	next  http.RoundTripper
	limit *rate.Limiter
}

// RoundTrip implements http.RoundTripper. It gives up when the request's context ends.
func (p *paced) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := p.limit.Wait(r.Context()); err != nil {
		return nil, err
	}
	return p.next.RoundTrip(r)
}
