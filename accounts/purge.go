package accounts

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/errgroup"

	"linearbot/store"
)

// Purge deletes every grant of a Slack team, those that wait included, and removes them
// at Linear: the team has removed the bot, and nobody is told. It returns how many
// accounts held one. What Linear cannot be told now is repeated by RefreshDue. Who an
// admin barred stays barred.
func (m *Manager) Purge(ctx context.Context, teamID string) (purged int, err error) {
	var mu sync.Mutex
	var all []error
	filter := store.AccountFilter{TeamID: teamID, Limit: 500}
	for {
		page, next, err := m.DB.Accounts(ctx, filter)
		if err != nil {
			return purged, err
		}
		var group errgroup.Group
		group.SetLimit(m.Parallel)
		for _, a := range page {
			if a.State == store.Disconnected || a.State == store.Blocked {
				continue
			}
			group.Go(func() error {
				err := errors.Join(
					m.end(ctx, a.Key, ending{store.Disconnected, causeRemoved, "uninstall", "", "slack"}),
					m.DB.DropTickets(ctx, store.HeldTicket, a.Key))
				mu.Lock()
				defer mu.Unlock()
				if err == nil && (a.Holds() || a.State == store.Verifying) {
					purged++
				}
				all = append(all, err)
				return nil
			})
		}
		_ = group.Wait() // the errors are in all
		if next == "" {
			return purged, errors.Join(all...)
		}
		filter.After = next
	}
}
