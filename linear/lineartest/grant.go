package lineartest

import (
	"crypto/rand"
	"strings"
	"time"
)

// grant is one person's consent to one app.
type grant struct {
	id     string
	app    *OAuthApp
	person *user // who consented
	viewer *user // who calls are made as: the person, or the app user
	actor  string
	scopes []string
	pkce   bool
	legacy bool // one long-lived access token, no refresh token
	pairs  []*pair
	ended  bool
}

// pair is an access token with its refresh token (empty in legacy mode and for
// client credentials).
type pair struct {
	access, refresh string
	expires         time.Time // of the access token
	usedAt          time.Time // when the refresh token was first used
	next            *pair     // what it gave
	used            bool      // the access token authorized a call
	dead            bool      // the access token was revoked alone
}

func (g *grant) newest() *pair { return g.pairs[len(g.pairs)-1] }

// holder finds the grant of a token.
type holder struct {
	grant *grant
	pair  *pair
}

// authority is the state of the authorization server; Server.mu guards it.
type authority struct {
	apps    map[string]*OAuthApp
	codes   map[string]*code
	grants  []*grant
	access  map[string]holder
	refresh map[string]holder
	keys    map[string]*user // personal API keys
}

func newAuthority() authority {
	return authority{
		apps: map[string]*OAuthApp{}, codes: map[string]*code{},
		access: map[string]holder{}, refresh: map[string]holder{}, keys: map[string]*user{},
	}
}

func (a *authority) find(token string) (holder, bool) {
	if h, ok := a.access[token]; ok {
		return h, true
	}
	h, ok := a.refresh[token]
	return h, ok
}

// code is an authorization code: one use, ten minutes.
type code struct {
	app               *OAuthApp
	redirect          string
	person            *user
	actor             string
	scopes            []string
	challenge, method string
	expires           time.Time
	used              bool
}

const (
	legacyLifetime = 315705599 * time.Second // about ten years
	appLifetime    = 2591999 * time.Second   // client credentials: 30 days
)

// open makes a grant without tokens.
func (s *Server) open(app *OAuthApp, person *user, actor string, scopes []string) *grant {
	g := &grant{id: newID(), app: app, person: person, viewer: person, actor: actor, scopes: scopes, legacy: app.Legacy}
	if actor == "app" {
		g.viewer = s.appUser(s.worldOf(person), app)
	}
	s.oauth.grants = append(s.oauth.grants, g)
	return g
}

// appUser is the app's own user in the workspace, made when first installed.
func (s *Server) appUser(w *world, app *OAuthApp) *user {
	if u := first(w.users, func(u *user) bool { return u.App && u.clientID == app.ClientID }); u != nil {
		return u
	}
	u := &user{
		meta: w.newMeta("", s.now()), Name: app.Name, DisplayName: strings.ToLower(strings.ReplaceAll(app.Name, " ", "")),
		Email: app.ClientID + "@oauthapp.linear.app", Active: true, App: true, clientID: app.ClientID,
	}
	w.users = append(w.users, u)
	return u
}

// mint makes the next pair of g.
func (s *Server) mint(g *grant, life time.Duration, refreshable bool, now time.Time) *pair {
	p := &pair{access: "lin_oauth_" + strings.ToLower(rand.Text()+rand.Text()), expires: now.Add(life)}
	s.oauth.access[p.access] = holder{g, p}
	if refreshable {
		p.refresh = "lin_refresh_" + strings.ToLower(rand.Text()+rand.Text())
		s.oauth.refresh[p.refresh] = holder{g, p}
	}
	g.pairs = append(g.pairs, p)
	return p
}

// mintFor mints the first pair of a consent.
func (s *Server) mintFor(g *grant, now time.Time) *pair {
	if g.legacy {
		return s.mint(g, legacyLifetime, false, now)
	}
	return s.mint(g, s.opts.AccessLifetime, true, now)
}

// rotate answers a refresh token: the next pair, the same next pair within the
// replay window, or nil when the grant cannot go on with it.
func (s *Server) rotate(h holder, now time.Time) *pair {
	g, p := h.grant, h.pair
	switch {
	case g.ended:
		s.note(EventRejected, g, "", p.refresh, now)
		return nil
	case p.next == nil:
		p.usedAt, p.next = now, s.mint(g, s.opts.AccessLifetime, true, now)
		s.note(EventRefreshed, g, p.next.access, p.next.refresh, now)
		return p.next
	case now.Sub(p.usedAt) <= s.opts.ReplayWindow && p.next.next == nil:
		s.note(EventReplayed, g, p.next.access, p.next.refresh, now)
		return p.next
	}
	s.note(EventReusedLate, g, "", p.refresh, now)
	return nil
}

// endGrant kills all tokens of g and tells the app's webhook; Server.mu is held.
func (s *Server) endGrant(g *grant, kind EventKind, now time.Time) {
	if g.ended {
		return
	}
	g.ended = true
	s.note(kind, g, g.newest().access, g.newest().refresh, now)
	if kind == EventRevoked {
		s.authorizationEvent("revoked", g)
	}
}

// live counts a person's living grants of one app.
func (s *Server) live(app *OAuthApp, person *user) int {
	return len(filter(s.oauth.grants, func(g *grant) bool { return g.app == app && g.person == person && !g.ended }))
}

// authenticate finds who an Authorization header speaks for. Server.mu is held.
func (s *Server) authenticate(header string, now time.Time) (viewer *user, g *grant, problem *apiError) {
	token, bearer := strings.CutPrefix(header, "Bearer ")
	switch {
	case strings.HasPrefix(token, "lin_api_") && bearer:
		return nil, nil, keyAsBearer()
	case strings.HasPrefix(token, "lin_api_"):
		if u := s.oauth.keys[token]; u != nil && u.Active {
			return u, nil, nil
		}
		return nil, nil, unauthenticated()
	case !bearer:
		return nil, nil, unauthenticated()
	}
	h, ok := s.oauth.access[token]
	switch {
	case !ok:
		s.note(EventRejected, nil, token, "", now)
		return nil, nil, unauthenticated()
	case h.grant.ended || h.pair.dead || !h.grant.viewer.Active:
		s.note(EventRejected, h.grant, token, "", now)
		return nil, nil, unauthenticated()
	case !now.Before(h.pair.expires):
		s.note(EventExpired, h.grant, token, "", now)
		return nil, nil, unauthenticated()
	case !h.pair.used:
		h.pair.used = true
		s.note(EventUsed, h.grant, token, "", now)
	}
	return h.grant.viewer, h.grant, nil
}
