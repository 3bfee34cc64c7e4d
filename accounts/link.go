package accounts

import (
	"context"
	"errors"
	"time"

	"linearbot/store"
)

// linkLife is how long a connect link is good (ux.md: 15 minutes).
const linkLife = 15 * time.Minute

// Person is a Slack user as users.info tells it, at the moment a link is made.
type Person struct {
	store.Key
	HomeTeamID string
	Handle     string // @alice, without the @
	Name       string
	// Email is the address of the Slack profile, empty when Slack tells none: it
	// decides whether a Linear identity is this person's at once.
	Email     string
	Workspace string // name of the Slack workspace
	IconURL   string
	Admin     bool
}

// Link is a connect page for one person, good for one use.
type Link struct {
	URL       string
	ExpiresAt time.Time
}

// AuthorizationLink makes a one-time link to the connect page. Earlier links of
// the person stop working. Errors: ErrBlocked, ErrAdminOnly.
func (m *Manager) AuthorizationLink(ctx context.Context, p Person) (Link, error) {
	a, err := m.GetOrCreate(ctx, p.Key, p.HomeTeamID)
	if err != nil {
		return Link{}, err
	}
	actor, err := m.ActorFor(ctx, p.Key.TeamID)
	if err != nil {
		return Link{}, err
	}
	if err := m.mayConnect(a, p, actor); err != nil {
		return Link{}, err
	}
	if a.State == store.Disconnected {
		if err := m.linkIssued(ctx, p.Key); err != nil {
			return Link{}, err
		}
	}
	if err := m.DB.DropTickets(ctx, store.LinkTicket, p.Key); err != nil {
		return Link{}, err
	}
	token, now := random(), time.Now()
	if err := m.putTicket(ctx, store.LinkTicket, p.Key, token, p, linkLife); err != nil {
		return Link{}, err
	}
	return Link{URL: m.PublicURL + "/connect/" + token, ExpiresAt: now.Add(linkLife)}, nil
}

// mayConnect says whether this person may begin to connect now.
func (m *Manager) mayConnect(a store.Account, p Person, actor string) error {
	if a.State == store.Blocked {
		return ErrBlocked
	}
	if actor == actorApp && !p.Admin {
		return ErrAdminOnly
	}
	return nil
}

// linkIssued moves an account that was disconnected back to PENDING.
func (m *Manager) linkIssued(ctx context.Context, key store.Key) error {
	_, err := m.DB.UpdateAccount(ctx, key, func(_ *store.Tx, a store.Account) (store.Account, error) {
		if a.State != store.Disconnected {
			return a, nil
		}
		return move(a, store.Pending, "", time.Now())
	})
	return err
}

// Consent is what the connect page shows before anything happens.
type Consent struct {
	Person        Person
	Scopes        []string
	Actor         string
	SwitchingFrom string // name of the Linear workspace connected now; "" when none
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
	c := Consent{Scopes: m.Scopes}
	if c.Actor, err = m.ActorFor(ctx, t.Key.TeamID); err != nil {
		return Consent{}, err
	}
	if err := m.readTicket(t, &c.Person); err != nil {
		return Consent{}, err
	}
	if a, err := m.DB.Account(ctx, t.Key); err == nil && a.State == store.Active {
		c.SwitchingFrom = a.OrgName
	}
	return c, nil
}
