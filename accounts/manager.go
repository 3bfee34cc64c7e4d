package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"

	"linearbot/linear"
	"linearbot/store"
)

// Config is what a Manager is made of. Parallel may be zero; the rest is needed.
type Config struct {
	DB           *store.DB
	Keyring      *Keyring
	Linear       *linear.Client
	HTTP         *http.Client
	Log          *slog.Logger
	ClientID     string
	ClientSecret Secret
	AuthURL      string // https://linear.app
	APIURL       string // https://api.linear.app
	PublicURL    string // where /connect and /oauth/callback are
	Actor        string // "user" or "app": the mode of new grants
	Scopes       []string
	Verify       string // "email", "code" or "off"
	Owner        string // this process in leases
	Parallel     int    // refreshes at a time; 16 when zero
}

// Manager keeps the connected accounts. Safe for concurrent use.
type Manager struct {
	Config
	oauth  oauth2.Config
	flight singleflight.Group
	tokens tokenCache
}

// New makes a Manager and checks that the keyring opens what the database holds.
func New(c Config) (*Manager, error) {
	if c.Parallel == 0 {
		c.Parallel = 16
	}
	m := &Manager{Config: c, oauth: oauth2.Config{
		ClientID: c.ClientID, ClientSecret: c.ClientSecret.Reveal(), RedirectURL: c.PublicURL + "/oauth/callback",
		// Linear reads comma-separated scopes; x/oauth2 would join several with spaces.
		Scopes:   []string{strings.Join(c.Scopes, ",")},
		Endpoint: oauth2.Endpoint{AuthURL: c.AuthURL + "/oauth/authorize", TokenURL: c.APIURL + "/oauth/token", AuthStyle: oauth2.AuthStyleInParams},
	}}
	return m, m.checkKey()
}

// keyCheck is sealed once and opened at each start, before anything is written.
const keyCheck = "linearbot keyring check"

func (m *Manager) checkKey() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	text, err := m.DB.Setting(ctx, "", "", "key_check")
	if errors.Is(err, store.ErrNotFound) {
		sealed, err := m.Keyring.Seal([]byte(keyCheck), []byte("settings/key_check"))
		if err != nil {
			return err
		}
		text, err := json.Marshal(sealed)
		if err != nil {
			return err
		}
		return m.DB.PutSetting(ctx, "", "", "key_check", text)
	}
	if err != nil {
		return fmt.Errorf("read the key check: %w", err)
	}
	var sealed []byte
	if err := json.Unmarshal(text, &sealed); err != nil {
		return fmt.Errorf("read the key check: %w", err)
	}
	if _, err := m.Keyring.Open(sealed, []byte("settings/key_check")); err != nil {
		return errors.New("the keyset does not open this database: ENCRYPTION_KEYSET (or its file) belongs to another database, or the key that sealed it is gone from the keyset")
	}
	return nil
}

// GetOrCreate is the person's account; a new one is PENDING. Idempotent.
func (m *Manager) GetOrCreate(ctx context.Context, key store.Key, homeTeamID string) (store.Account, error) {
	a, _, err := m.DB.EnsureAccount(ctx, key, homeTeamID)
	return a, err
}

// Status is the person's account, or store.ErrNotFound.
func (m *Manager) Status(ctx context.Context, key store.Key) (store.Account, error) {
	return m.DB.Account(ctx, key)
}

// List is one page of accounts; next goes into AccountFilter.After.
func (m *Manager) List(ctx context.Context, f store.AccountFilter) (page []store.Account, next string, err error) {
	return m.DB.Accounts(ctx, f)
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
		m.Log.WarnContext(ctx, "last use not noted", "user", key.UserID, "err", err)
	}
	var as *linear.Attribution
	if a.Actor == "app" {
		as = &linear.Attribution{Name: a.ViewerName}
	}
	return m.Linear.Session(a.ID, &authorizer{m: m, key: key}, as), nil
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
		m.Log.ErrorContext(ctx, "audit not written", "user", key.UserID, "op", name, "err", auditErr)
	}
	return out, err
}

// CookieName is the name of the cookie that ties a callback to the browser that
// began. __Host- needs TLS; a loopback address may do without.
func (m *Manager) CookieName() string {
	if m.secure() {
		return "__Host-linearbot-connect"
	}
	return "linearbot-connect"
}

func (m *Manager) secure() bool {
	u, err := url.Parse(m.PublicURL)
	return err != nil || u.Scheme == "https"
}
