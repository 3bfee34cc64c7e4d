package lineartest

import (
	"slices"
	"time"
)

// EventKind says what happened to a token.
type EventKind string

// What the ledger records.
const (
	EventIssued     EventKind = "issued"      // a new grant's first pair
	EventRefreshed  EventKind = "refreshed"   // a refresh token was used and gave a new pair
	EventReplayed   EventKind = "replayed"    // a used refresh token came again in time and gave the same pair
	EventReusedLate EventKind = "reused-late" // a used refresh token came again too late
	EventMigrated   EventKind = "migrated"    // a legacy token was traded for a pair
	EventRevoked    EventKind = "revoked"     // a grant ended, or one token of it
	EventUsed       EventKind = "used"        // an access token authorized its first call
	EventExpired    EventKind = "expired"     // a call came with an expired access token
	EventRejected   EventKind = "rejected"    // an unknown or ended token or code was presented
)

// TokenEvent is one line of the ledger. Access and Refresh are the pair the
// event is about: the new one of issued, refreshed, replayed and migrated, the
// presented token otherwise.
type TokenEvent struct {
	Seq             int64
	At              time.Time
	Kind            EventKind
	Grant           string // empty for tokens never issued here
	Client          string
	User            string // e-mail of the person who consented
	Actor           string // user or app
	Access, Refresh string
}

// note appends to the ledger; Server.mu is held.
func (s *Server) note(kind EventKind, g *grant, access, refresh string, now time.Time) {
	e := TokenEvent{Seq: int64(len(s.ledger)) + 1, At: now, Kind: kind, Access: access, Refresh: refresh}
	if g != nil {
		e.Grant, e.Client, e.User, e.Actor = g.id, g.app.ClientID, g.person.Email, g.actor
	}
	s.ledger = append(s.ledger, e)
	s.publish(Event{Token: &e})
}

// Ledger returns all token events so far, oldest first.
func (s *Server) Ledger() []TokenEvent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.ledger)
}

// Grant is one person's consent to one app, and where its tokens stand.
type Grant struct {
	ID, Client, User, Actor string
	Workspace               string // its name in URLs
	Scopes                  []string
	Access, Refresh         string // the newest pair; Refresh is empty in legacy mode
	AccessExpires           time.Time
	Pairs                   int  // pairs minted so far
	Ended                   bool // revoked or traded away
}

// Grants returns every grant ever given, oldest first.
func (s *Server) Grants() []Grant {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Grant, 0, len(s.oauth.grants))
	for _, g := range s.oauth.grants {
		out = append(out, s.exportGrant(g))
	}
	return out
}

// GrantOf returns the grant that an access or refresh token belongs to.
func (s *Server) GrantOf(token string) (Grant, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, ok := s.oauth.find(token)
	if !ok {
		return Grant{}, false
	}
	return s.exportGrant(h.grant), true
}

// CurrentRefresh reports whether token is the newest refresh token of a grant
// that lives: the one a client must hold, or it has lost the grant.
func (s *Server) CurrentRefresh(token string) bool {
	g, ok := s.GrantOf(token)
	return ok && !g.Ended && g.Refresh == token
}

// Recoverable reports whether a client that holds this refresh token can still
// go on: it is the newest one, or the one before it within the replay window.
func (s *Server) Recoverable(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	h, ok := s.oauth.refresh[token]
	if !ok || h.grant.ended {
		return false
	}
	return h.pair.next == nil || (h.pair.next.next == nil && s.now().Sub(h.pair.usedAt) <= s.opts.ReplayWindow)
}

func (s *Server) exportGrant(g *grant) Grant {
	p := g.newest()
	return Grant{
		ID: g.id, Client: g.app.ClientID, User: g.person.Email, Workspace: s.worldOf(g.person).urlKey, Actor: g.actor, Scopes: slices.Clone(g.scopes),
		Access: p.access, Refresh: p.refresh, AccessExpires: p.expires, Pairs: len(g.pairs), Ended: g.ended,
	}
}
