package accounts

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"

	"linearbot/store"
)

// consentLife is how long the way through Linear's pages may take, sign-in included.
const consentLife = 15 * time.Minute

// Redirect is where the browser goes next, with the cookie that ties it to the
// callback.
type Redirect struct {
	URL    string
	Cookie *http.Cookie
}

// consentState is sealed into the state ticket.
type consentState struct {
	Person   Person `json:"person"`
	Actor    string `json:"actor"`
	Verifier string `json:"verifier"` // PKCE
	Cookie   []byte `json:"cookie"`   // SHA-256
}

// Begin uses a link up and starts the consent at Linear: state, PKCE verifier and
// cookie are made; only hashes of state and cookie are stored. Errors:
// ErrLinkGone, ErrBlocked, ErrAdminOnly.
func (m *Manager) Begin(ctx context.Context, token string) (Redirect, error) {
	t, err := m.DB.TakeTicket(ctx, store.LinkTicket, hashOf(token), time.Now())
	if errors.Is(err, store.ErrNotFound) {
		return Redirect{}, ErrLinkGone
	}
	if err != nil {
		return Redirect{}, err
	}
	actor, err := m.ActorFor(ctx, t.Key.TeamID)
	if err != nil {
		return Redirect{}, err
	}
	s := consentState{Actor: actor, Verifier: oauth2.GenerateVerifier()}
	if err := m.readTicket(t, &s.Person); err != nil {
		return Redirect{}, err
	}
	a, err := m.DB.Account(ctx, t.Key)
	if err != nil {
		return Redirect{}, err
	}
	if err := m.mayConnect(a, s.Person, s.Actor); err != nil {
		return Redirect{}, err
	}
	state, cookie := random(), random()
	s.Cookie = hashOf(cookie)
	if err := m.putTicket(ctx, store.StateTicket, t.Key, state, s, consentLife); err != nil {
		return Redirect{}, err
	}
	return Redirect{URL: m.authorizeURL(a, s, state), Cookie: m.cookie(state, cookie)}, nil
}

// authorizeURL is Linear's consent page. Whoever holds a connection is asked
// again, which also lets them pick another workspace (Linear: prompt=consent).
func (m *Manager) authorizeURL(a store.Account, s consentState, state string) string {
	opts := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(s.Verifier), oauth2.SetAuthURLParam("actor", s.Actor)}
	if a.Holds() {
		opts = append(opts, oauth2.SetAuthURLParam("prompt", "consent"))
	}
	return m.oauth.AuthCodeURL(state, opts...)
}

// CookieName is the name of the cookie that ties the callback with a state to the
// browser that began: each consent has its own, so that two at a time in one browser
// do not take each other's. __Host- needs TLS; a loopback address may do without.
func (m *Manager) CookieName(state string) string {
	name := "linearbot-connect-" + hex.EncodeToString(hashOf(state)[:8])
	if m.secure() {
		return "__Host-" + name
	}
	return name
}

// cookie is sent back on the redirect from Linear, which is a cross-site
// navigation by GET: SameSite is Lax, not Strict.
func (m *Manager) cookie(state, value string) *http.Cookie {
	return &http.Cookie{
		Name: m.CookieName(state), Value: value, Path: "/", MaxAge: int(consentLife.Seconds()),
		HttpOnly: true, Secure: m.secure(), SameSite: http.SameSiteLaxMode,
	}
}

func (m *Manager) secure() bool {
	u, err := url.Parse(m.PublicURL)
	return err != nil || u.Scheme != "http"
}
