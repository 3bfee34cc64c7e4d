package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	raw, err := b.db.Setting(ctx, teamID, userID, usageSetting)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return Spent{}, err
	}
	return readSpent(raw, now)
}

// readSpent reads what is stored for the day; nil, or another day's, is nothing yet.
func readSpent(raw []byte, now time.Time) (Spent, error) {
	today := Spent{Day: now.UTC().Format(time.DateOnly)}
	if raw == nil {
		return today, nil
	}
	var last Spent
	if err := json.Unmarshal(raw, &last); err != nil {
		return Spent{}, fmt.Errorf("decode token count: %w", err)
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

// spend counts one request's turns, for the person and the workspace in one transaction,
// whatever other processes count meanwhile. It is counted even when ctx ends.
func (b *Budget) spend(ctx context.Context, key store.Key, used ModelUsage, now time.Time) error {
	if used.Total() == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveWithin)
	defer cancel()
	return b.db.ChangeSettings(ctx, key.TeamID, []string{key.UserID, ""}, usageSetting, func(old []byte) (next store.SettingChange, err error) {
		spent, err := readSpent(old, now)
		if err != nil {
			return next, err
		}
		spent.Turns++
		spent.Tokens = spent.Tokens.plus(used)
		next.JSON, err = json.Marshal(spent)
		return next, err
	})
}
