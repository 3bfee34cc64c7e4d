package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"linearbot/store"
)

// A workspace list is a setting that holds the latest of something, oldest first:
// days of counts, reasons people gave.

// changeList changes one, whatever other processes change meanwhile, and keeps the
// last most entries.
func changeList[T any](ctx context.Context, db *store.DB, team, setting string, most int, change func([]T) []T) error {
	return db.ChangeSetting(ctx, team, "", setting, func(old []byte) (next store.SettingChange, err error) {
		list, err := listIn[T](setting, old)
		if err != nil {
			return next, err
		}
		list = change(list)
		next.JSON, err = json.Marshal(list[max(0, len(list)-most):])
		return next, err
	})
}

// readList reads one; none yet is empty.
func readList[T any](ctx context.Context, db *store.DB, team, setting string) ([]T, error) {
	raw, err := db.Setting(ctx, team, "", setting)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	return listIn[T](setting, raw)
}

func listIn[T any](setting string, raw []byte) (list []T, err error) {
	if raw == nil {
		return nil, nil
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("decode setting %s: %w", setting, err)
	}
	return list, nil
}
