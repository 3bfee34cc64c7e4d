package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"linearbot/store"
)

// BudgetLimits are tokens a day (UTC); 0 is no limit.
type BudgetLimits struct {
	Person, Workspace int64
}

// Budget counts the tokens that people and workspaces use in a day, in the
// store's settings. Safe for concurrent use.
type Budget struct {
	db     *store.DB
	limits BudgetLimits
	mu     sync.Mutex // a count is read, then written
}

// NewBudget returns a budget over db.
func NewBudget(db *store.DB, limits BudgetLimits) *Budget { return &Budget{db: db, limits: limits} }

const usageSetting = "assistant.tokens"

// Spent is what was used on one day.
type Spent struct {
	Day    string     `json:"day"` // 2026-11-24
	Turns  int64      `json:"turns"`
	Tokens ModelUsage `json:"tokens"`
}

// Spent tells what a person used today; with an empty userID, the workspace.
func (b *Budget) Spent(ctx context.Context, teamID, userID string, now time.Time) (Spent, error) {
	today := Spent{Day: now.UTC().Format(time.DateOnly)}
	raw, err := b.db.Setting(ctx, teamID, userID, usageSetting)
	if errors.Is(err, store.ErrNotFound) {
		return today, nil
	}
	if err != nil {
		return Spent{}, err
	}
	var last Spent
	if err := json.Unmarshal(raw, &last); err != nil {
		return Spent{}, fmt.Errorf("decode token count of %s/%s: %w", teamID, userID, err)
	}
	if last.Day != today.Day {
		return today, nil
	}
	return last, nil
}

// allow reports ErrOverBudget when nothing is left today.
func (b *Budget) allow(ctx context.Context, key store.Key, now time.Time) error {
	for subject, limit := range map[string]int64{key.UserID: b.limits.Person, "": b.limits.Workspace} {
		if limit == 0 {
			continue
		}
		spent, err := b.Spent(ctx, key.TeamID, subject, now)
		if err != nil {
			return err
		}
		if spent.Tokens.Total() >= limit {
			return ErrOverBudget
		}
	}
	return nil
}

// spend counts one request's turns. It is counted even when ctx ends.
func (b *Budget) spend(ctx context.Context, key store.Key, used ModelUsage, now time.Time) error {
	if used.Total() == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveWithin)
	defer cancel()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, subject := range []string{key.UserID, ""} {
		spent, err := b.Spent(ctx, key.TeamID, subject, now)
		if err != nil {
			return err
		}
		spent.Turns++
		spent.Tokens = spent.Tokens.plus(used)
		raw, err := json.Marshal(spent)
		if err != nil {
			return fmt.Errorf("encode token count: %w", err)
		}
		if err := b.db.PutSetting(ctx, key.TeamID, subject, usageSetting, raw); err != nil {
			return err
		}
	}
	return nil
}
