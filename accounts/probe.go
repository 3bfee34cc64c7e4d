package accounts

import (
	"context"
	"errors"
	"sync"
	"time"

	"linearbot/linear"
	"linearbot/store"
)

const probeBatch = 200

// ProbeReport counts what one slow probe did.
type ProbeReport struct{ Probed, Lost int }

// ProbeDue asks Linear about accounts one by one, each once in ProbeEvery or when
// something hints at it, so that a removed access is noticed though nobody uses
// it. Who could not be asked is due again in a few minutes. A token of the old kind
// is traded for a pair on the way, where Linear still does that.
func (m *Manager) ProbeDue(ctx context.Context) (ProbeReport, error) {
	var sum ProbeReport
	for {
		due, err := m.DB.ProbeDue(ctx, time.Now(), probeBatch)
		if err != nil {
			return sum, err
		}
		report, err := m.probeAll(ctx, due)
		sum.Probed, sum.Lost = sum.Probed+report.Probed, sum.Lost+report.Lost
		if err = errors.Join(err, ctx.Err()); err != nil || len(due) < probeBatch {
			return sum, err
		}
	}
}

func (m *Manager) probeAll(ctx context.Context, all []store.Account) (ProbeReport, error) {
	var mu sync.Mutex
	var report ProbeReport
	var failed []error
	inParallel(ctx, m.Parallel, all, func(a store.Account) bool {
		err := m.probe(ctx, a)
		mu.Lock()
		defer mu.Unlock()
		report.Probed++
		if lost(err) {
			report.Lost++
		} else if err != nil && !errors.Is(err, linear.ErrTransient) && !errors.Is(err, linear.ErrRateLimited) {
			failed = append(failed, err)
		}
		return true
	})
	return report, errors.Join(failed...)
}

// probe is one call as the person; a refusal goes the way of every 401.
func (m *Manager) probe(ctx context.Context, a store.Account) error {
	if !a.Refreshable {
		if err := m.migrate(ctx, a); err != nil {
			m.Log.InfoContext(ctx, "old token not migrated", "team", a.Key.TeamID, "user", a.Key.UserID, "err", err)
		}
	}
	_, err := m.session(a, nil).Viewer(ctx)
	proven, gap := err == nil, m.probeGap()
	if err != nil && !lost(err) {
		gap = min(gap, between(probeSoon/2, probeSoon)) // nothing was learned
	}
	if _, noteErr := m.DB.UpdateAccount(ctx, a.Key, func(_ *store.Tx, a store.Account) (store.Account, error) {
		if a.State == store.Active {
			a.ProbeAt = time.Now().Add(gap)
			a.Suspect = a.Suspect && !proven
		}
		return a, nil
	}); noteErr != nil {
		return errors.Join(err, noteErr)
	}
	return err
}
