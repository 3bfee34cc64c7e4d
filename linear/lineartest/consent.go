package lineartest

import (
	"cmp"
	_ "embed"
	html "html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

//go:embed consent.html
var consentHTML string

// authRequest is an authorization request that passed the checks.
type authRequest struct {
	app               *OAuthApp
	redirect, state   string
	actor             string
	scopes            []string
	challenge, method string
	forced            bool // prompt=consent
}

// authorizeProblem is a refused request: a page when the callback cannot be
// trusted, else a redirect with error and state.
type authorizeProblem struct {
	page              string
	code, description string
}

// readAuthorize checks the parameters of GET /oauth/authorize (Linear: OAuth 2.0
// authentication). Server.mu is held.
func (s *Server) readAuthorize(q url.Values) (*authRequest, *authorizeProblem) {
	app := s.oauth.apps[q.Get("client_id")]
	if app == nil {
		return nil, &authorizeProblem{page: "Invalid client_id parameter value."}
	}
	a := &authRequest{
		app: app, redirect: q.Get("redirect_uri"), state: q.Get("state"), actor: cmp.Or(q.Get("actor"), "user"),
		challenge: q.Get("code_challenge"), method: q.Get("code_challenge_method"), forced: q.Get("prompt") == "consent",
	}
	if !app.allows(a.redirect) {
		return nil, &authorizeProblem{page: "Invalid redirect_uri parameter value: it is not one of the application's callback URLs."}
	}
	if a.actor == "application" {
		a.actor = "app" // the deprecated name
	}
	scopes, known := parseScopes(q.Get("scope"))
	a.scopes = scopes
	bad := func(code, text string) (*authRequest, *authorizeProblem) {
		return a, &authorizeProblem{code: code, description: text}
	}
	switch {
	case q.Get("response_type") != "code":
		return bad("unsupported_response_type", "response_type must be code")
	case !known:
		return bad("invalid_scope", "scope is missing or unknown")
	case a.actor != "user" && a.actor != "app":
		return bad("invalid_request", "actor must be user or app")
	case a.actor == "app" && slices.Contains(scopes, "admin"):
		return bad("invalid_scope", "the admin scope cannot be requested with actor=app")
	case q.Has("prompt") && !a.forced:
		return bad("invalid_request", "prompt must be consent")
	case a.challenge == "" && a.method != "":
		return bad("invalid_request", "code_challenge is missing")
	case a.challenge != "" && !slices.Contains([]string{"", "plain", "S256"}, a.method):
		return bad("invalid_request", "code_challenge_method must be S256 or plain")
	}
	return a, nil
}

// authorize is GET /oauth/authorize: the consent page.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	a, problem := s.readAuthorize(q)
	if problem != nil {
		refuse(w, r, a, problem)
		return
	}
	if u := s.remembered(r, a); u != nil {
		http.Redirect(w, r, a.callback("code", s.issueCode(a, u)), http.StatusFound)
		return
	}
	s.consentPage(w, http.StatusOK, a, q, "")
}

// remembered is the user whose browser already gave this app all it asks for;
// prompt=consent forces the page all the same.
func (s *Server) remembered(r *http.Request, a *authRequest) *user {
	c, err := r.Cookie("linear_session")
	if err != nil || a.forced || !s.opts.RememberConsent {
		return nil
	}
	u := s.userByID(c.Value)
	granted := slices.ContainsFunc(s.oauth.grants, func(g *grant) bool {
		return g.person == u && g.app == a.app && g.actor == a.actor && !g.ended &&
			!slices.ContainsFunc(a.scopes, func(sc string) bool { return !slices.Contains(g.scopes, sc) })
	})
	if !granted {
		return nil
	}
	return u
}

// decide is POST /oauth/authorize: the answer of the consent form.
func (s *Server) decide(w http.ResponseWriter, r *http.Request) {
	f, bad := form(r)
	if bad != nil {
		errorPage(w, http.StatusBadRequest, bad.Description)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a, problem := s.readAuthorize(f)
	if problem != nil {
		refuse(w, r, a, problem)
		return
	}
	if f.Get("decision") != "approve" {
		refuse(w, r, a, &authorizeProblem{code: "access_denied", description: "The user denied the request"})
		return
	}
	var u *user
	if chosen := s.world(f.Get("workspace")); chosen != nil {
		u = chosen.user(f.Get("user"))
	}
	switch {
	case u == nil || u.App || !u.Active:
		s.consentPage(w, http.StatusBadRequest, a, f, "Choose a workspace and a member of it.")
		return
	case a.actor == "app" && !u.Admin:
		s.consentPage(w, http.StatusForbidden, a, f, "Only workspace admins can install this application.")
		return
	}
	http.SetCookie(w, &http.Cookie{Name: "linear_session", Value: u.ID, Path: "/oauth", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, a.callback("code", s.issueCode(a, u)), http.StatusFound)
}

func (s *Server) issueCode(a *authRequest, u *user) string {
	id := strings.ReplaceAll(newID(), "-", "")
	s.oauth.codes[id] = &code{
		app: a.app, redirect: a.redirect, person: u, actor: a.actor, scopes: a.scopes,
		challenge: a.challenge, method: cmp.Or(a.method, "plain"), expires: s.now().Add(s.opts.CodeLifetime),
	}
	return id
}

// callback is the redirect URI with its answer; what it carried already stays.
func (a *authRequest) callback(pairs ...string) string {
	u, err := url.Parse(a.redirect)
	if err != nil {
		return a.redirect
	}
	q := u.Query()
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	if a.state != "" {
		q.Set("state", a.state)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

func refuse(w http.ResponseWriter, r *http.Request, a *authRequest, p *authorizeProblem) {
	if p.page != "" {
		errorPage(w, http.StatusBadRequest, p.page)
		return
	}
	http.Redirect(w, r, a.callback("error", p.code, "error_description", p.description), http.StatusFound)
}

// consentView is what consent.html shows.
type consentView struct {
	App, Developer, Redirect, Problem string
	AsApp                             bool
	Scopes                            []string
	Workspaces                        []workspaceView
	Members                           []memberView
	Hidden                            map[string]string
	Error                             string
}

type workspaceView struct {
	URLKey, Name string
	Selected     bool
}

type memberView struct {
	Email, Name     string
	Admin, Selected bool
}

var consentTemplate = html.Must(html.New("consent").Parse(consentHTML))

func (s *Server) consentPage(w http.ResponseWriter, status int, a *authRequest, q url.Values, problem string) {
	v := consentView{
		App: a.app.Name, Developer: a.app.Developer,
		Redirect: a.redirect, Problem: problem, AsApp: a.actor == "app", Hidden: map[string]string{},
	}
	for _, sc := range a.scopes {
		v.Scopes = append(v.Scopes, knownScopes[sc])
	}
	known := map[string]bool{}
	for _, ws := range s.worlds() {
		v.Workspaces = append(v.Workspaces, workspaceView{ws.urlKey, ws.orgName, ws.urlKey == q.Get("workspace")})
		for _, u := range ws.users {
			if !u.App && u.Active && !known[u.Email] {
				known[u.Email] = true
				v.Members = append(v.Members, memberView{u.Email, u.Name, u.Admin, u.Email == q.Get("user")})
			}
		}
	}
	for _, name := range []string{
		"client_id", "redirect_uri", "response_type", "scope", "state", "prompt", "actor", "code_challenge", "code_challenge_method",
	} {
		if q.Has(name) {
			v.Hidden[name] = q.Get(name)
		}
	}
	showPage(w, status, v)
}

func errorPage(w http.ResponseWriter, status int, text string) {
	showPage(w, status, consentView{Error: text})
}

func showPage(w http.ResponseWriter, status int, v consentView) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY")
	w.WriteHeader(status)
	_ = consentTemplate.Execute(w, v) // the browser is gone: nobody to tell
}
