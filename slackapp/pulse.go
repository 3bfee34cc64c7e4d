package slackapp

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"linearbot/linear"
)

// pulseSize is how many requests to Linear are remembered for the Health tab.
const pulseSize = 4096

// Pulse watches the requests to Linear, for the Health tab. The zero value watches
// http.DefaultTransport. Safe for concurrent use.
type Pulse struct {
	Next http.RoundTripper // nil: http.DefaultTransport

	mu    sync.Mutex
	beats [pulseSize]beat
	n     int
}

type beat struct {
	at     time.Time
	took   time.Duration
	failed bool
	room   linear.RateLimit
}

// RoundTrip is http.RoundTripper.
func (p *Pulse) RoundTrip(r *http.Request) (*http.Response, error) {
	next := p.Next
	if next == nil {
		next = http.DefaultTransport
	}
	began := time.Now()
	resp, err := next.RoundTrip(r)
	b := beat{at: began, took: time.Since(began), failed: err != nil && r.Context().Err() == nil || err == nil && resp.StatusCode >= 500}
	if resp != nil {
		b.room, _ = linear.ReadRateLimit(resp.Header) // none says nothing
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.beats[p.n%pulseSize] = b
	p.n++
	return resp, err
}

// pulseFigures sum up an hour.
type pulseFigures struct {
	Requests, Failed int
	P95              time.Duration
	Least            linear.RateLimit // of the account with the least room; no Limit: nobody was told
	FailingSince     time.Time        // first of the failures that no success has followed
}

func (p *Pulse) lastHour() pulseFigures {
	var f pulseFigures
	if p == nil {
		return f
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var took []time.Duration
	for i := max(0, p.n-pulseSize); i < p.n; i++ {
		b := p.beats[i%pulseSize]
		if time.Since(b.at) > time.Hour {
			continue
		}
		f.Requests++
		took = append(took, b.took)
		if b.room.Limit > 0 && (f.Least.Limit == 0 || b.room.Remaining < f.Least.Remaining) {
			f.Least = b.room
		}
		if !b.failed {
			f.FailingSince = time.Time{}
			continue
		}
		f.Failed++
		if f.FailingSince.IsZero() {
			f.FailingSince = b.at
		}
	}
	if len(took) > 0 {
		slices.Sort(took)
		f.P95 = took[(len(took)-1)*95/100]
	}
	return f
}

// incidents remembers the last failures that were nobody's typing mistake.
type incidents struct {
	mu  sync.Mutex
	all []incident
}

type incident struct {
	At  time.Time
	Op  string
	Ref string
}

const incidentsMax = 5

func (i *incidents) add(one incident) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.all = append(i.all[max(0, len(i.all)-incidentsMax+1):], one)
}

// last are the newest incidents, newest first.
func (i *incidents) last() []incident {
	i.mu.Lock()
	defer i.mu.Unlock()
	all := slices.Clone(i.all)
	slices.Reverse(all)
	return all
}
