package lineartest

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Approve opens the consent page of authorizeURL as the member with this e-mail
// would, presses Approve, and returns the callback URL the browser is sent to.
func (s *Server) Approve(ctx context.Context, authorizeURL, email string) (callback string, err error) {
	return s.answer(ctx, authorizeURL, "", email, "approve")
}

// ApproveIn is Approve with another workspace chosen, by the name it has in URLs.
func (s *Server) ApproveIn(ctx context.Context, authorizeURL, workspace, email string) (callback string, err error) {
	return s.answer(ctx, authorizeURL, workspace, email, "approve")
}

// Deny opens the consent page, presses Cancel, and returns the callback URL.
func (s *Server) Deny(ctx context.Context, authorizeURL, email string) (callback string, err error) {
	return s.answer(ctx, authorizeURL, "", email, "deny")
}

var hiddenInput = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

func (s *Server) answer(ctx context.Context, authorizeURL, workspace, email, decision string) (string, error) {
	get, err := http.NewRequestWithContext(ctx, http.MethodGet, authorizeURL, nil)
	if err != nil {
		return "", err
	}
	body, location, err := s.browse(get)
	if err != nil || location != "" {
		return location, err
	}
	f := url.Values{"workspace": {cmp.Or(workspace, s.w.urlKey)}, "user": {email}, "decision": {decision}}
	for _, m := range hiddenInput.FindAllStringSubmatch(body, -1) {
		f.Set(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	to := get.URL.Scheme + "://" + get.URL.Host + "/oauth/authorize"
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(f.Encode()))
	if err != nil {
		return "", err
	}
	post.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	_, location, err = s.browse(post)
	return location, err
}

// browse sends one request and returns the page, or where it redirects to.
func (s *Server) browse(r *http.Request) (body, location string, err error) {
	resp, err := s.browser.Do(r)
	if err != nil {
		return "", "", err
	}
	defer func() { _ = resp.Body.Close() }() // read to its end
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", "", err
	}
	switch {
	case resp.StatusCode == http.StatusFound:
		return "", resp.Header.Get("Location"), nil
	case resp.StatusCode != http.StatusOK:
		return "", "", fmt.Errorf("consent page: %d: %s", resp.StatusCode, problemOf(string(raw)))
	}
	return string(raw), "", nil
}

var alert = regexp.MustCompile(`role="alert">([^<]*)<`)

func problemOf(page string) string {
	if m := alert.FindStringSubmatch(page); m != nil {
		return html.UnescapeString(m[1])
	}
	return "no reason given"
}

// Join makes somebody a member of the workspace and of the teams with these keys.
func (s *Server) Join(name, handle string, teams ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := &user{meta: s.w.newMeta("", s.now()), Name: name, DisplayName: handle, Email: handle + "@acme.test", Active: true}
	s.w.users = append(s.w.users, u)
	for _, t := range s.w.teams {
		if slices.Contains(teams, t.Key) {
			t.members = append(t.members, u)
		}
	}
}

// AddTeam starts a team of the people with these handles. A private one is seen by
// them alone.
func (s *Server) AddTeam(name, key string, private bool, handles ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var members []*user
	for _, u := range s.w.users {
		if handle, _, _ := strings.Cut(u.Email, "@"); slices.Contains(handles, handle) {
			members = append(members, u)
		}
	}
	s.w.seedTeam(name, key, "#5e6ad2", members).private = private
}

// AddProject starts a project that the teams with these keys share, and returns
// its address.
func (s *Server) AddProject(name string, teams ...string) (address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var of []*team
	for _, t := range s.w.teams {
		if slices.Contains(teams, t.Key) {
			of = append(of, t)
		}
	}
	s.w.seedProject(name, "planned", nil, of...)
	return s.webURL(s.w, "project", s.w.projects[len(s.w.projects)-1].SlugID)
}

// AddLabel makes a label that only the issues of the team with this key can carry.
func (s *Server) AddLabel(team, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.w.teams {
		if t.Key == team {
			s.w.labels = append(s.w.labels, &label{meta: s.w.seedMeta("label "+team+" "+name, s.w.created), Name: name, Color: "#95a2b3", team: t})
		}
	}
}

// RenameWorkspace gives the first workspace another name in URLs. Addresses with
// its last three names go on to work.
func (s *Server) RenameWorkspace(urlKey string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	former := append([]string{s.w.urlKey}, s.w.formerKeys...)
	s.w.formerKeys, s.w.urlKey = former[:min(len(former), 3)], urlKey
}

// RevokeAccess ends all grants that this person gave in the workspace, as Linear's
// settings page does, and returns how many there were.
func (s *Server) RevokeAccess(email string) int {
	return s.endWhere(func(g *grant) bool { return strings.EqualFold(g.person.Email, email) && s.worldOf(g.person) == s.w })
}

func (s *Server) endWhere(ok func(*grant) bool) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, g := range s.oauth.grants {
		if !g.ended && ok(g) {
			s.endGrant(g, EventRevoked, s.now())
			n++
		}
	}
	return n
}

// RemoveApp removes the application from the workspace: all grants end and one
// OAuthApp webhook without any user in it is sent.
func (s *Server) RemoveApp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for _, g := range s.oauth.grants {
		if !g.ended && s.worldOf(g.person) == s.w {
			g.ended = true
			s.note(EventRevoked, g, g.newest().access, g.newest().refresh, now)
		}
	}
	s.send(s.w, "OAuthApp", map[string]any{"action": "revoked", "oauthClientId": seedID("app " + s.app().ClientID)})
}

// ExpireAccessTokens makes this person's access tokens expire now; "" means everybody's.
func (s *Server) ExpireAccessTokens(email string) { s.ExpireAccessTokensAt(email, s.now()) }

// ExpireAccessTokensAt makes this person's access tokens expire at a time; "" means everybody's.
func (s *Server) ExpireAccessTokensAt(email string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.oauth.grants {
		if email != "" && !strings.EqualFold(g.person.Email, email) {
			continue
		}
		for _, p := range g.pairs {
			if p.expires.After(at) {
				p.expires = at
			}
		}
	}
	s.publish(Event{})
}

// APIKey makes a personal API key for a member. It is sent raw in Authorization.
func (s *Server) APIKey(email string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.w.user(email)
	if u == nil {
		return "", fmt.Errorf("no member %s", email)
	}
	key := "lin_api_" + rand.Text()
	s.oauth.keys[key] = u
	return key, nil
}
