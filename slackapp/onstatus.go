package slackapp

import (
	"context"
	"errors"
	"time"

	"linearbot/store"
)

// statusCap bounds the real call that status makes (ux: 2 s).
const statusCap = 2 * time.Second

func (a *App) commandStatus(ctx context.Context, r *request) error {
	return a.withProgress(ctx, r, func(ctx context.Context) (Message, error) { return a.statusMessage(ctx, r) })
}

func (a *App) statusMessage(ctx context.Context, r *request) (Message, error) {
	account, err := a.Accounts.Status(ctx, r.Key)
	if err != nil && !errors.Is(err, store.ErrNotFound) { // nobody yet: not connected
		return Message{}, err
	}
	c := connectionStatus{Account: account}
	if account.State == store.Active {
		actor, err := a.Accounts.ActorFor(ctx, r.Key.TeamID)
		if err != nil {
			return Message{}, err
		}
		if account.Actor != actor {
			c.Mode = actor
		}
		c.Took, c.Left, c.Limit, c.Reset = a.ping(ctx, r.Key)
		if again, err := a.Accounts.Status(ctx, r.Key); err == nil {
			c.Account = again // the call may have found out that access is gone
		}
	}
	if o, ok := a.workspaceQuestion(ctx, c.Account, ""); ok {
		c.Asks = &o
	}
	return c.message(), nil
}

// ping is one real call to Linear: how long it took and what is left of the
// budget. Zero when Linear did not answer in time.
func (a *App) ping(ctx context.Context, key store.Key) (took time.Duration, left, limit int, reset time.Time) {
	ctx, cancel := context.WithTimeout(ctx, statusCap)
	defer cancel()
	s, err := a.Accounts.Session(ctx, key)
	if err != nil {
		return 0, 0, 0, time.Time{}
	}
	began := time.Now()
	if _, err := s.Viewer(ctx); err != nil {
		return 0, 0, 0, time.Time{}
	}
	budget := s.RateLimit()
	return max(time.Since(began), time.Millisecond), budget.Remaining, budget.Limit, budget.Reset
}
