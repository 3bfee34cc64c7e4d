package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"linearbot/linear"
	"linearbot/store"
)

// authorSetting names the person an app-mode grant writes for.
const authorSetting = "author"

// author is kept beside an app-mode account: its Linear identity is the app's.
type author struct {
	Name string `json:"name"`
	Icon string `json:"icon,omitempty"`
}

// Session is what the person's connection can do at Linear. It makes no request.
// The errors are those of a state: ErrNotConnected, ErrPending, ErrVerifying,
// ErrExpired, ErrRevoked, ErrBlocked.
func (m *Manager) Session(ctx context.Context, key store.Key) (*linear.Session, error) {
	a, err := m.DB.Account(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrNotConnected
	}
	if err != nil {
		return nil, err
	}
	if err := stateError(a.State); err != nil {
		return nil, err
	}
	if err := m.DB.TouchAccount(ctx, key, time.Now()); err != nil {
		m.Log.WarnContext(ctx, "last use not noted", "team", key.TeamID, "user", key.UserID, "err", err)
	}
	as, err := m.attribution(ctx, a)
	if err != nil {
		return nil, err
	}
	return m.session(a, as), nil
}

// session acts as an account, whatever its state: the authorizer looks. What it
// remembers is kept by whose grant it is: names and ids of two workspaces never mix,
// in no process.
func (m *Manager) session(a store.Account, as *linear.Attribution) *linear.Session {
	return m.Linear.Session(a.ID+"/"+a.OrgID+"/"+a.ViewerID, &authorizer{m: m, key: a.Key, org: a.OrgID}, as)
}

// attribution names the person behind a grant of the app; a person's own grant
// names nobody else.
func (m *Manager) attribution(ctx context.Context, a store.Account) (*linear.Attribution, error) {
	if a.Actor != actorApp {
		return nil, nil
	}
	text, err := m.DB.Setting(ctx, a.Key.TeamID, a.Key.UserID, authorSetting)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil // the app then writes in its own name
	}
	if err != nil {
		return nil, err
	}
	var who author
	if err := json.Unmarshal(text, &who); err != nil {
		return nil, err
	}
	return &linear.Attribution{Name: who.Name, IconURL: who.Icon}, nil
}

// rememberAuthor keeps the name that creates and comments carry in app mode.
func (m *Manager) rememberAuthor(ctx context.Context, p Person) error {
	who := author{Name: p.Name, Icon: p.IconURL}
	if who.Name == "" {
		who.Name = p.Handle
	}
	text, err := json.Marshal(who)
	if err != nil {
		return err
	}
	return m.DB.PutSetting(ctx, p.Key.TeamID, p.Key.UserID, authorSetting, text)
}

// ExecuteTool runs one of the four tools as the person and writes it down.
func (m *Manager) ExecuteTool(ctx context.Context, key store.Key, name string, input json.RawMessage) (json.RawMessage, error) {
	s, err := m.Session(ctx, key)
	if err != nil {
		return nil, err
	}
	out, err := s.Tool(ctx, name, input)
	entry := store.Entry{At: time.Now(), Key: key, Action: name, Result: "ok", Source: "api"}
	if err != nil {
		entry.Result = "failed"
	}
	if auditErr := m.DB.AppendAudit(ctx, entry); auditErr != nil {
		m.Log.ErrorContext(ctx, "audit not written", "team", key.TeamID, "user", key.UserID, "op", name, "err", auditErr)
	}
	return out, err
}
