package accounts

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"

	"linearbot/linear"
	"linearbot/store"
)

// How a grant acts in Linear (Config.Actor, store.Grant.Actor).
const (
	actorUser = "user"
	actorApp  = "app"
)

// How a person is proven to own the Linear identity they consented with (Config.Verify).
const (
	VerifyEmail = "email" // equal addresses, else a code
	VerifyCode  = "code"  // always a code
	VerifyOff   = "off"   // no proof; a grant of the app still needs the code
)

// Config is what a Manager is made of. Parallel may be zero; the rest is needed.
type Config struct {
	DB           *store.DB
	Keyring      *Keyring
	Linear       *linear.Client
	HTTP         *http.Client // for the token endpoints; redirects are never followed
	Log          *slog.Logger
	ClientID     string
	ClientSecret Secret
	AuthURL      string // https://linear.app
	APIURL       string // https://api.linear.app
	PublicURL    string // where /connect and /oauth/callback are
	Actor        string // "user" or "app": the mode of new grants where admins chose none (ActorFor)
	Scopes       []string
	Verify       string        // VerifyEmail, VerifyCode or VerifyOff
	Owner        string        // this process in leases, unlike any other that ever ran
	Parallel     int           // requests at a time of sweeps; 16 when zero
	ProbeEvery   time.Duration // how often ProbeDue runs; 15 min when zero
	// Refreshed is told how each refresh ended: ok, held (another process is at it),
	// later (no proper answer), lost or operator (our client is refused); nil: nobody is.
	Refreshed func(result string)
}

// Manager keeps the connected accounts. Safe for concurrent use.
type Manager struct {
	Config
	http   *http.Client
	oauth  oauth2.Config
	flight singleflight.Group
	tokens tokenCache
}

// New makes a Manager and checks that the keyring opens what the database holds.
func New(c Config) (*Manager, error) {
	if c.Parallel == 0 {
		c.Parallel = 16
	}
	if c.ProbeEvery == 0 {
		c.ProbeEvery = probeEvery
	}
	c.AuthURL, c.APIURL = strings.TrimRight(c.AuthURL, "/"), strings.TrimRight(c.APIURL, "/")
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	outside := *c.HTTP
	// A redirect would carry a secret or a token to wherever it points.
	outside.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	m := &Manager{Config: c, http: &outside, oauth: oauth2.Config{
		ClientID: c.ClientID, ClientSecret: c.ClientSecret.Reveal(), RedirectURL: c.PublicURL + "/oauth/callback",
		// Linear reads comma-separated scopes; x/oauth2 would join several with spaces.
		Scopes:   []string{strings.Join(c.Scopes, ",")},
		Endpoint: oauth2.Endpoint{AuthURL: c.AuthURL + "/oauth/authorize", TokenURL: c.APIURL + "/oauth/token", AuthStyle: oauth2.AuthStyleInParams},
	}}
	return m, m.checkKey(context.Background())
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
