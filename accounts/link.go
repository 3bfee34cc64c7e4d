package accounts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/oauth2"

	"linearbot/store"
)

const (
	linkLife  = 15 * time.Minute
	stateLife = 10 * time.Minute
)

// Person is a Slack user as users.info tells it, at the moment a link is made.
type Person struct {
	store.Key
	HomeTeamID string
	Handle     string // @alice, without the @
	Name       string
	Email      string
	Workspace  string // name of the Slack workspace
	IconURL    string
	Admin      bool
}

// Link is a connect page for one person, good for one use.
type Link struct {
	URL       string
	ExpiresAt time.Time
}

// Consent is what the connect page shows before anything happens.
type Consent struct {
	Person        Person
	Scopes        []string
	Actor         string
	SwitchingFrom string // name of the Linear workspace connected now; "" when none
}

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
	Verifier string `json:"verifier"`
	Cookie   []byte `json:"cookie"` // SHA-256
}

func ticketAD(kind store.TicketKind, key store.Key) []byte {
	return []byte("tickets/" + string(kind) + "/" + key.String())
}

// random is a 256-bit secret in letters and digits.
func random() string { return rand.Text() + rand.Text() }

func hashOf(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

// AuthorizationLink makes a one-time link to the connect page. Earlier links of
// the person stop working.
func (m *Manager) AuthorizationLink(ctx context.Context, p Person) (Link, error) {
	a, err := m.GetOrCreate(ctx, p.Key, p.HomeTeamID)
	if err != nil {
		return Link{}, err
	}
	if a.State == store.Blocked {
		return Link{}, ErrBlocked
	}
	if m.Actor == "app" && !p.Admin {
		return Link{}, ErrAdminOnly
	}
	if err := m.DB.DropTickets(ctx, store.LinkTicket, p.Key); err != nil {
		return Link{}, err
	}
	token, now := random(), time.Now()
	if err := m.putTicket(ctx, store.LinkTicket, p.Key, token, p, now.Add(linkLife)); err != nil {
		return Link{}, err
	}
	return Link{URL: m.PublicURL + "/connect/" + token, ExpiresAt: now.Add(linkLife)}, nil
}

func (m *Manager) putTicket(ctx context.Context, kind store.TicketKind, key store.Key, secret string, body any, until time.Time) error {
	plain, err := json.Marshal(body)
	if err != nil {
		return err
	}
	sealed, err := m.Keyring.Seal(plain, ticketAD(kind, key))
	if err != nil {
		return err
	}
	return m.DB.PutTicket(ctx, store.Ticket{Kind: kind, Hash: hashOf(secret), Key: key, Body: sealed, CreatedAt: time.Now(), ExpiresAt: until})
}

func (m *Manager) readTicket(t store.Ticket, body any) error {
	plain, err := m.Keyring.Open(t.Body, ticketAD(t.Kind, t.Key))
	if err != nil {
		return fmt.Errorf("open ticket: %w", err)
	}
	return json.Unmarshal(plain, body)
}

// Inspect reads a link without using it: a link preview may fetch the page.
func (m *Manager) Inspect(ctx context.Context, token string) (Consent, error) {
	t, err := m.DB.PeekTicket(ctx, store.LinkTicket, hashOf(token), time.Now())
	if errors.Is(err, store.ErrNotFound) {
		return Consent{}, ErrLinkGone
	}
	if err != nil {
		return Consent{}, err
	}
	c := Consent{Scopes: m.Scopes, Actor: m.Actor}
	if err := m.readTicket(t, &c.Person); err != nil {
		return Consent{}, err
	}
	if a, err := m.DB.Account(ctx, t.Key); err == nil && a.State == store.Active {
		c.SwitchingFrom = a.OrgName
	}
	return c, nil
}

// Begin uses a link up and starts the consent at Linear: state and PKCE are made,
// only the state's hash is stored.
func (m *Manager) Begin(ctx context.Context, token string) (Redirect, error) {
	t, err := m.DB.TakeTicket(ctx, store.LinkTicket, hashOf(token), time.Now())
	if errors.Is(err, store.ErrNotFound) {
		return Redirect{}, ErrLinkGone
	}
	if err != nil {
		return Redirect{}, err
	}
	s := consentState{Actor: m.Actor, Verifier: oauth2.GenerateVerifier()}
	if err := m.readTicket(t, &s.Person); err != nil {
		return Redirect{}, err
	}
	state, cookie := random(), random()
	s.Cookie = hashOf(cookie)
	if err := m.putTicket(ctx, store.StateTicket, t.Key, state, s, time.Now().Add(stateLife)); err != nil {
		return Redirect{}, err
	}
	opts := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(s.Verifier), oauth2.SetAuthURLParam("actor", s.Actor)}
	if a, err := m.DB.Account(ctx, t.Key); err == nil && a.Holds() {
		opts = append(opts, oauth2.SetAuthURLParam("prompt", "consent")) // lets the person pick another workspace
	}
	return Redirect{URL: m.oauth.AuthCodeURL(state, opts...), Cookie: m.cookie(cookie)}, nil
}

func (m *Manager) cookie(value string) *http.Cookie {
	return &http.Cookie{
		Name: m.CookieName(), Value: value, Path: "/", MaxAge: int(stateLife.Seconds()),
		HttpOnly: true, Secure: m.secure(), SameSite: http.SameSiteLaxMode,
	}
}
