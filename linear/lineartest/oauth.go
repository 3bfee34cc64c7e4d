package lineartest

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// OAuthApp is an application registered in Linear's settings.
type OAuthApp struct {
	ClientID, ClientSecret  string
	Name                    string
	Developer, DeveloperURL string
	RedirectURIs            []string // compared letter by letter
	AnyLoopback             bool     // also any http redirect URI on a loopback host
	Legacy                  bool     // made before refresh tokens: ten-year access tokens
	ScopeArray              bool     // made before 2023-12-01: scope is an array
	ClientCredentials       bool     // the client_credentials grant is switched on
	WebhookURL              string   // empty: no webhooks
	WebhookSecret           string
}

// allows reports whether uri is a registered callback.
func (a *OAuthApp) allows(uri string) bool {
	if slices.Contains(a.RedirectURIs, uri) {
		return true
	}
	u, err := url.Parse(uri)
	if err != nil || !a.AnyLoopback || u.Scheme != "http" || u.Fragment != "" {
		return false
	}
	return slices.Contains([]string{"localhost", "127.0.0.1", "::1"}, u.Hostname())
}

// oauthError is an error body of the token endpoint.
type oauthError struct {
	Status      int    `json:"-"`
	Code        string `json:"error"`
	Description string `json:"error_description,omitempty"`
}

func invalidGrant(what string) *oauthError {
	return &oauthError{http.StatusBadRequest, "invalid_grant", "Invalid grant: " + what + " is invalid"}
}

func invalidRequest(text string) *oauthError {
	return &oauthError{http.StatusBadRequest, "invalid_request", "Invalid request: " + text}
}

func invalidClient() *oauthError {
	return &oauthError{http.StatusUnauthorized, "invalid_client", "Invalid client: client is invalid"}
}

// form reads a form-encoded POST; nothing else is accepted.
func form(r *http.Request) (url.Values, *oauthError) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // an unreadable type is a wrong type
	if kind != "application/x-www-form-urlencoded" {
		return nil, invalidRequest("content must be application/x-www-form-urlencoded")
	}
	if err := r.ParseForm(); err != nil {
		return nil, invalidRequest("malformed body")
	}
	return r.PostForm, nil
}

// token is POST /oauth/token.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	f, problem := form(r)
	if problem == nil {
		var g *grant
		var p *pair
		s.mu.Lock()
		switch f.Get("grant_type") {
		case "authorization_code":
			g, p, problem = s.exchange(r, f)
		case "refresh_token":
			g, p, problem = s.refresh(r, f)
		case "client_credentials":
			g, p, problem = s.clientCredentials(r, f)
		case "":
			problem = invalidRequest("Missing parameter: `grant_type`")
		default:
			problem = &oauthError{http.StatusBadRequest, "unsupported_grant_type", "Unsupported grant type: `grant_type` is invalid"}
		}
		now := s.now()
		s.mu.Unlock()
		if problem == nil {
			sendPair(w, g, p, now)
			return
		}
	}
	sendOAuthError(w, problem)
}

func sendOAuthError(w http.ResponseWriter, e *oauthError) {
	if e.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="Service"`)
	}
	sendJSON(w, e.Status, e)
}

func sendJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client is gone: nobody to tell
}

// sendPair writes the token body, its scope in the shape the app's age demands.
func sendPair(w http.ResponseWriter, g *grant, p *pair, now time.Time) {
	var scope any = strings.Join(g.scopes, " ")
	if g.app.ScopeArray {
		scope = g.scopes
	}
	body := map[string]any{
		"access_token": p.access, "token_type": "Bearer", "scope": scope,
		"expires_in": int64((p.expires.Sub(now) + time.Second - 1) / time.Second), // the moments since it was minted do not count
	}
	if p.refresh != "" {
		body["refresh_token"] = p.refresh
	}
	sendJSON(w, http.StatusOK, body)
}

// client finds the app a request speaks for: Basic or body, never both. secret
// tells whether the secret was given, and it was right.
func (s *Server) client(r *http.Request, f url.Values) (app *OAuthApp, secret bool, problem *oauthError) {
	id, key := f.Get("client_id"), f.Get("client_secret")
	if user, pass, basic := r.BasicAuth(); basic {
		if key != "" {
			return nil, false, invalidRequest("only one method of client authentication may be used")
		}
		var err1, err2 error
		id, err1 = url.QueryUnescape(user)
		key, err2 = url.QueryUnescape(pass)
		if err1 != nil || err2 != nil {
			return nil, false, invalidClient()
		}
	}
	app = s.oauth.apps[id]
	if app == nil || (key != "" && subtle.ConstantTimeCompare([]byte(key), []byte(app.ClientSecret)) != 1) {
		return nil, false, invalidClient()
	}
	return app, key != "", nil
}

// exchange trades an authorization code. Any attempt burns the code.
func (s *Server) exchange(r *http.Request, f url.Values) (*grant, *pair, *oauthError) {
	now := s.now()
	app, secret, problem := s.client(r, f)
	if problem != nil {
		return nil, nil, problem
	}
	c := s.oauth.codes[f.Get("code")]
	if c == nil || c.used || c.app != app || !now.Before(c.expires) {
		s.note(EventRejected, nil, "", "", now)
		return nil, nil, invalidGrant("authorization code")
	}
	c.used = true
	switch {
	case c.challenge == "" && !secret:
		return nil, nil, invalidClient()
	case c.redirect != f.Get("redirect_uri"):
		return nil, nil, invalidRequest("`redirect_uri` is invalid")
	case c.challenge == "" && f.Has("code_verifier"):
		return nil, nil, invalidGrant("code verifier")
	case c.challenge != "" && !c.verified(f.Get("code_verifier")):
		return nil, nil, invalidGrant("code verifier")
	}
	g := s.open(app, c.person, c.actor, c.scopes)
	g.pkce = c.challenge != ""
	p := s.mintFor(g, now)
	s.note(EventIssued, g, p.access, p.refresh, now)
	s.authorizationEvent("created", g)
	return g, p, nil
}

// verified checks a PKCE verifier (RFC 7636: 43 to 128 unreserved characters).
func (c *code) verified(verifier string) bool {
	unreserved := func(r rune) bool {
		return r < 128 && (strings.ContainsRune("-._~", r) || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z')
	}
	if len(verifier) < 43 || len(verifier) > 128 || strings.IndexFunc(verifier, func(r rune) bool { return !unreserved(r) }) >= 0 {
		return false
	}
	got := verifier
	if c.method == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		got = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return subtle.ConstantTimeCompare([]byte(got), []byte(c.challenge)) == 1
}

// refresh trades a refresh token. The client's id alone is enough for a grant
// that came from PKCE.
func (s *Server) refresh(r *http.Request, f url.Values) (*grant, *pair, *oauthError) {
	now := s.now()
	app, secret, problem := s.client(r, f)
	if problem != nil {
		return nil, nil, problem
	}
	h, ok := s.oauth.refresh[f.Get("refresh_token")]
	switch {
	case f.Get("refresh_token") == "":
		return nil, nil, invalidRequest("Missing parameter: `refresh_token`")
	case !ok || h.grant.app != app:
		s.note(EventRejected, nil, "", f.Get("refresh_token"), now)
		return nil, nil, invalidGrant("refresh token")
	case !secret && !h.grant.pkce:
		return nil, nil, invalidClient()
	}
	p := s.rotate(h, now)
	if p == nil {
		return nil, nil, invalidGrant("refresh token")
	}
	return h.grant, p, nil
}

// clientCredentials makes an app token; other scopes than before end the older ones.
func (s *Server) clientCredentials(r *http.Request, f url.Values) (*grant, *pair, *oauthError) {
	now := s.now()
	app, secret, problem := s.client(r, f)
	switch {
	case problem != nil:
		return nil, nil, problem
	case !secret:
		return nil, nil, invalidClient()
	case !app.ClientCredentials:
		return nil, nil, &oauthError{http.StatusBadRequest, "Error", "Client does not support the client_credentials grant type"}
	}
	scopes, ok := parseScopes(f.Get("scope"))
	if !ok {
		return nil, nil, &oauthError{http.StatusBadRequest, "invalid_scope", "Invalid scope: Requested scope is invalid"}
	}
	u := s.appUser(s.w, app)
	for _, g := range s.oauth.grants {
		if g.app == app && g.person == u && !slices.Equal(g.scopes, scopes) {
			s.endGrant(g, EventRevoked, now)
		}
	}
	g := s.open(app, u, "app", scopes)
	p := s.mint(g, appLifetime, false, now)
	s.note(EventIssued, g, p.access, p.refresh, now)
	return g, p, nil
}
