package accounts

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"linearbot/linear"
	"linearbot/store"
)

const (
	probeEvery = 6 * time.Hour
	probeBatch = 50
)

// ProbeReport counts what one slow probe did.
type ProbeReport struct{ Probed, Lost int }

// probeGap spreads probes over time.
func probeGap() time.Duration { return probeEvery/2 + rand.N(probeEvery) }

// ProbeDue asks Linear about idle accounts, a few at a time, so that a removed
// access is noticed though nobody uses it.
func (m *Manager) ProbeDue(ctx context.Context) (ProbeReport, error) {
	var report ProbeReport
	due, err := m.DB.ProbeDue(ctx, time.Now(), probeBatch)
	if err != nil {
		return report, err
	}
	var all []error
	for _, a := range due {
		err := m.probe(ctx, a)
		report.Probed++
		switch {
		case errors.Is(err, ErrRevoked):
			report.Lost++
		case err != nil && !errors.Is(err, linear.ErrTransient) && !errors.Is(err, linear.ErrRateLimited):
			all = append(all, err)
		}
		_, err = m.DB.UpdateAccount(ctx, a.Key, func(_ *store.Tx, a store.Account) (store.Account, error) {
			a.ProbeAt = time.Now().Add(probeGap())
			return a, nil
		})
		all = append(all, err)
	}
	return report, errors.Join(all...)
}

// probe is one call as the person; a refusal goes the way of every 401.
func (m *Manager) probe(ctx context.Context, a store.Account) error {
	_, err := m.Linear.Session(a.ID, &authorizer{m: m, key: a.Key}, nil).Viewer(ctx)
	return err
}
