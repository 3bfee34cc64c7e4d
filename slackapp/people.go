package slackapp

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/sync/singleflight"

	"linearbot/accounts"
	"linearbot/store"
)

const (
	peopleFresh = 5 * time.Minute
	peopleMax   = 5000
)

// slackbot is Slack's own bot, which Slack does not call one.
const slackbot = "USLACKBOT"

// people remembers what Slack says of its users: users.info with a short cache,
// dropped at user_change.
type people struct {
	api    *slack.Client
	flight singleflight.Group
	mu     sync.Mutex
	known  map[string]person
}

// person is one Slack user as the bot needs it.
type person struct {
	accounts.Person
	Admin    bool // admin or owner of this workspace
	Guest    bool
	Stranger bool   // from another company, through Slack Connect
	Gone     bool   // deactivated in Slack, or no person: a bot, a workflow
	TeamOf   string // the Slack workspace they are from
	TZ       *time.Location
	at       time.Time
}

func newPeople(api *slack.Client) *people {
	return &people{api: api, known: make(map[string]person)}
}

// get is the user behind a request's key. One request to Slack at most.
func (p *people) get(ctx context.Context, key store.Key, homeTeam string) (person, error) {
	if who, ok := p.fresh(key.UserID); ok {
		who.Key, who.HomeTeamID = key, homeTeam
		return who, nil
	}
	v, err, _ := p.flight.Do(key.UserID, func() (any, error) {
		u, err := p.api.GetUserInfoContext(ctx, key.UserID)
		if err != nil {
			return person{}, fmt.Errorf("%w: users.info: %w", errUnknownPerson, err)
		}
		who := readPerson(u, key.TeamID, homeTeam)
		p.keep(key.UserID, who)
		return who, nil
	})
	if err != nil {
		return person{}, err
	}
	who := v.(person)
	who.Key, who.HomeTeamID = key, homeTeam
	return who, nil
}

func (p *people) fresh(id string) (person, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	who, ok := p.known[id]
	return who, ok && time.Since(who.at) < peopleFresh
}

func (p *people) keep(id string, who person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.known) >= peopleMax {
		clear(p.known)
	}
	p.known[id] = who
}

// forget drops a user who changed.
func (p *people) forget(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.known, id)
}

// readPerson reads Slack's user. An admin is one of this workspace who is not a
// guest, not gone and not from another company.
func readPerson(u *slack.User, tenant, homeTeam string) person {
	who := person{
		Guest:    u.IsRestricted || u.IsUltraRestricted,
		Stranger: u.IsStranger || u.TeamID != "" && u.TeamID != homeTeam && u.Enterprise.EnterpriseID != tenant,
		Gone:     u.Deleted || u.IsBot || u.IsWorkflowBot || u.ID == slackbot,
		at:       time.Now(),
	}
	who.TeamOf = u.TeamID
	who.Handle, who.Name, who.Email = u.Name, u.RealName, u.Profile.Email
	if who.Name == "" {
		who.Name = u.Profile.RealName
	}
	who.IconURL = u.Profile.Image72
	ours := !who.Guest && !who.Stranger && !who.Gone
	who.Admin = ours && (u.IsAdmin || u.IsOwner || u.IsPrimaryOwner)
	if zone, err := time.LoadLocation(u.TZ); err == nil {
		who.TZ = zone
	} else {
		who.TZ = time.UTC
	}
	return who
}

// admin reports whether a person may see the admin view: one of the configured
// ids, or without any an admin of the workspace. It fails closed.
func (a *App) admin(who person) bool {
	for _, id := range a.Admins {
		if id == who.UserID {
			return true
		}
	}
	return len(a.Admins) == 0 && who.Admin
}
