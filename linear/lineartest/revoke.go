package lineartest

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// revoke is POST /oauth/revoke: 200 revoked, 400 cannot be revoked (already
// gone, or the request mixes the forms), 401 a token never issued here.
func (s *Server) revoke(w http.ResponseWriter, r *http.Request) {
	token, problem := revokedToken(r)
	if problem != nil {
		sendOAuthError(w, problem)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	h, ok := s.oauth.find(token)
	switch {
	case !ok:
		s.note(EventRejected, nil, "", "", now)
		sendOAuthError(w, &oauthError{http.StatusUnauthorized, "invalid_token", "Invalid token: token is invalid"})
		return
	case h.grant.ended || h.pair.dead:
		sendOAuthError(w, invalidRequest("token cannot be revoked"))
		return
	case s.opts.RevokeTokenOnly && token == h.pair.access:
		h.pair.dead = true
		s.note(EventRevoked, h.grant, token, "", now)
	default:
		s.endGrant(h.grant, EventRevoked, now)
	}
	sendJSON(w, http.StatusOK, map[string]bool{"success": true})
}

// revokedToken reads the preferred form (token) or a legacy one (Bearer,
// access_token, refresh_token), which must not be combined.
func revokedToken(r *http.Request) (string, *oauthError) {
	f := url.Values{}
	if r.Header.Get("Content-Type") != "" {
		var problem *oauthError
		if f, problem = form(r); problem != nil {
			return "", problem
		}
	}
	bearer, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	token := f.Get("token")
	for _, legacy := range []string{bearer, f.Get("access_token"), f.Get("refresh_token")} {
		switch {
		case legacy == "":
		case token != "":
			return "", invalidRequest("token cannot be combined with other parameters")
		default:
			token = legacy
		}
	}
	if hint := f.Get("token_type_hint"); hint != "" && hint != "access_token" && hint != "refresh_token" {
		return "", &oauthError{http.StatusBadRequest, "unsupported_token_type", "token_type_hint is invalid"}
	}
	if token == "" {
		return "", invalidRequest("Missing parameter: `token`")
	}
	return token, nil
}

// migrate is POST /oauth/migrate_old_token: a long-lived token for a pair.
func (s *Server) migrate(w http.ResponseWriter, r *http.Request) {
	if s.opts.MigrateGone {
		http.NotFound(w, r)
		return
	}
	f, problem := form(r)
	if problem != nil {
		sendOAuthError(w, problem)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	g, p, problem := s.trade(r, f, now)
	if problem != nil {
		sendOAuthError(w, problem)
		return
	}
	sendPair(w, g, p, now)
}

func (s *Server) trade(r *http.Request, f url.Values, now time.Time) (*grant, *pair, *oauthError) {
	old := f.Get("access_token")
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok && old == "" {
		old = bearer
	}
	app := s.oauth.apps[f.Get("client_id")]
	h, ok := s.oauth.access[old]
	switch {
	case app == nil || f.Get("client_secret") != app.ClientSecret:
		return nil, nil, invalidClient()
	case old == "":
		return nil, nil, invalidRequest("Missing parameter: `access_token`")
	case !ok || h.grant.app != app || h.grant.ended || !h.grant.legacy || !now.Before(h.pair.expires):
		s.note(EventRejected, h.grant, old, "", now)
		return nil, nil, invalidGrant("access token")
	}
	g := h.grant
	g.legacy = false
	h.pair.expires = now.Add(s.opts.MigrateOverlap)
	p := s.mint(g, s.opts.AccessLifetime, true, now)
	s.note(EventMigrated, g, p.access, p.refresh, now)
	return g, p, nil
}
