package accounts

import (
	"math/rand/v2"
	"time"
)

const (
	dayLife      = 24 * time.Hour            // of an access token, when Linear names no expiry
	legacyLife   = 10 * 365 * 24 * time.Hour // of a token of the old, non-expiring kind
	leadMost     = 6 * time.Hour
	leadLeast    = 2 * time.Hour
	retryLeast   = 15 * time.Second
	retryMost    = 5 * time.Minute // well inside the 30 minutes in which a replay works
	probeEvery   = 15 * time.Minute
	probeSoon    = 5 * time.Minute
	refusedPause = 20 * time.Minute
)

// at is a moment in the precision the store keeps.
func at(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// between is a random duration in [least, most).
func between(least, most time.Duration) time.Duration { return least + rand.N(most-least) }

// dueAt spreads refreshes: 2 to 6 hours before a 24-hour token ends, and in the
// same proportion for tokens that live shorter, so never after the expiry.
func dueAt(now, expires time.Time) time.Time {
	life := max(expires.Sub(now), 0)
	if life >= dayLife {
		return expires.Add(-between(leadLeast, leadMost))
	}
	share := float64(between(leadLeast, leadMost)) / float64(dayLife)
	return expires.Add(-time.Duration(share * float64(life)))
}

// retryAt is when a refresh that came to nothing is tried again: full jitter
// over a span that grows with the time since its first try.
func retryAt(now, started time.Time) time.Time {
	span := min(max(now.Sub(started), time.Minute), retryMost)
	return now.Add(between(retryLeast, span))
}

// probeGap spreads the slow probes: each account is due again before the schedule's
// next turn but one, so an idle account is looked at in each turn.
func (m *Manager) probeGap() time.Duration { return between(m.ProbeEvery/2, m.ProbeEvery) }
