package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"linearbot/store"
)

// actorSetting is the acting mode that the admins of a workspace chose. It comes
// before Config.Actor.
const actorSetting = "actor"

// NoticeActor is the notice to somebody who keeps the old acting mode until they
// reconnect (store.Notice.Kind).
const NoticeActor = "acting_mode"

// ErrAdminScope says that the configured scopes cannot be asked for by the app: Linear
// gives the admin scope to people alone.
var ErrAdminScope = errors.New("accounts: the admin scope cannot be requested for the app")

// ChosenActor is the acting mode that the admins of a Slack team chose, "user" or
// "app"; "" when they chose none.
func ChosenActor(ctx context.Context, db *store.DB, teamID string) (string, error) {
	text, err := db.Setting(ctx, teamID, "", actorSetting)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return readActor(text)
}

func readActor(text []byte) (actor string, err error) {
	if text == nil {
		return "", nil
	}
	if err := json.Unmarshal(text, &actor); err != nil || actor != actorUser && actor != actorApp {
		return "", fmt.Errorf("accounts: stored acting mode %q is none", text)
	}
	return actor, nil
}

// ActorFor is the acting mode of new grants of a Slack team: the admins' choice, else
// the configured one.
func (m *Manager) ActorFor(ctx context.Context, teamID string) (string, error) {
	chosen, err := ChosenActor(ctx, m.DB, teamID)
	if err != nil {
		return "", err
	}
	if chosen == "" {
		return m.Actor, nil
	}
	return chosen, nil
}

// Behind are the people of a Slack team who are connected in another acting mode than
// the one given.
func (m *Manager) Behind(ctx context.Context, teamID, actor string) ([]store.Key, error) {
	var keys []store.Key
	filter := store.AccountFilter{TeamID: teamID, State: store.Active, Limit: 500}
	for {
		page, next, err := m.DB.Accounts(ctx, filter)
		if err != nil {
			return nil, err
		}
		for _, a := range page {
			if a.Actor != actor {
				keys = append(keys, a.Key)
			}
		}
		if next == "" {
			return keys, nil
		}
		filter.After = next
	}
}

// SwitchActor makes a mode that of new grants of a Slack team, by an admin's decision.
// Nobody's grant changes: whoever is connected otherwise gets one notice, and there are
// as many as are returned. Of several decisions for the same mode the first counts; the
// others queue nothing. Errors: ErrAdminScope.
func (m *Manager) SwitchActor(ctx context.Context, teamID, actor string, by store.Key) (told int, err error) {
	if actor == actorApp && slices.Contains(m.Scopes, "admin") {
		return 0, ErrAdminScope
	}
	text, err := json.Marshal(actor)
	if err != nil {
		return 0, err
	}
	behind, err := m.Behind(ctx, teamID, actor)
	if err != nil {
		return 0, err
	}
	now := time.Now()
	err = m.DB.ChangeSetting(ctx, teamID, "", actorSetting, func(old []byte) (store.SettingChange, error) {
		told = 0
		was, err := readActor(old)
		if err != nil {
			return store.SettingChange{}, err
		}
		if was == actor || was == "" && m.Actor == actor {
			return store.SettingChange{}, nil
		}
		c := store.SettingChange{JSON: text, Audit: store.Entry{At: now, Key: by, Action: "acting_mode", Result: "ok", Source: "admin"}}
		for _, key := range behind {
			c.Notices = append(c.Notices, store.Notice{Key: key, Kind: NoticeActor, Cause: actor, At: now})
		}
		told = len(behind)
		return c, nil
	})
	if err != nil {
		return 0, err
	}
	return told, nil
}
