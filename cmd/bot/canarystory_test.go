package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"linearbot/linear/lineartest"
	"linearbot/slackapp/slacktest"
	"linearbot/store"
)

// story is what the tour does not play: strange browsers and hostile answers.
type story struct {
	*tour
	c *canaries
}

// fetch loads a page of the bot and takes down what a proxy's log would not hold:
// the page. The cookies and the place it leads to are secrets of the browser.
func (s *story) fetch(ctx context.Context, method, address string, cookies ...*http.Cookie) *http.Response {
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		s.c.t.Fatal(err)
	}
	for _, cookie := range cookies {
		req.AddCookie(cookie)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		s.c.t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		s.c.t.Fatal(err)
	}
	if resp.StatusCode == http.StatusSeeOther {
		page = nil // a redirect's page repeats its Location
	}
	s.c.saw("pages", "%s %d\n%s", method, resp.StatusCode, page)
	for _, cookie := range resp.Cookies() {
		s.c.know("cookie", cookie.Value)
	}
	if to, err := url.Parse(resp.Header.Get("Location")); err == nil {
		s.c.know("state", to.Query().Get("state"))
	}
	return resp
}

// begin takes Bob from a fresh link to Linear's consent page.
func (s *story) begin(ctx context.Context) (link, authorize string, cookies []*http.Cookie) {
	if err := s.bob.Command(ctx, general, "/linear connect"); err != nil {
		s.c.t.Fatal(err)
	}
	m, err := s.sees(ctx, s.bob, general, "Link works once")
	if err != nil {
		s.c.t.Fatal(err)
	}
	link, err = s.bob.Link(m, "Connect Linear")
	if err != nil {
		link, err = s.bob.Link(m, "Reconnect")
	}
	if err != nil {
		s.c.t.Fatal(err)
	}
	s.c.know("link token", link[strings.LastIndex(link, "/")+1:])
	s.fetch(ctx, http.MethodGet, link)
	resp := s.fetch(ctx, http.MethodPost, link)
	return link, resp.Header.Get("Location"), resp.Cookies()
}

// browse disconnects Bob and goes the ways that lead nowhere, then connects him.
func (s *story) browse(ctx context.Context) {
	if err := s.bot.accounts.Disconnect(ctx, s.key(s.bob)); err != nil {
		s.c.t.Fatal(err)
	}
	approve := func(authorize string) string {
		callback, err := s.linear.Approve(ctx, authorize, bobMail)
		if err != nil {
			s.c.t.Fatal(err)
		}
		at, err := url.Parse(callback)
		if err != nil {
			s.c.t.Fatal(err)
		}
		s.c.know("code", at.Query().Get("code"))
		return callback
	}
	link, authorize, _ := s.begin(ctx)
	s.fetch(ctx, http.MethodGet, link) // used
	s.fetch(ctx, http.MethodPost, link)
	s.fetch(ctx, http.MethodGet, approve(authorize)) // without its cookie
	_, authorize, cookies := s.begin(ctx)
	denied, err := s.linear.Deny(ctx, authorize, bobMail)
	if err != nil {
		s.c.t.Fatal(err)
	}
	s.fetch(ctx, http.MethodGet, denied, cookies...)
	for _, reply := range hostile("/oauth/token", "code=hostile") {
		_, authorize, cookies = s.begin(ctx)
		callback := approve(authorize)
		at, _ := url.Parse(callback) // parsed before
		secrets := strings.Join([]string{at.Query().Get("code"), at.Query().Get("state"), s.cfg.LinearClientSecret}, " ")
		reply.Body = strings.ReplaceAll(reply.Body, "code=hostile", secrets)
		undo := s.linear.Fault(lineartest.Fault{Path: "/oauth/token", Reply: reply})
		s.fetch(ctx, http.MethodGet, callback, cookies...)
		undo()
	}
	_, authorize, cookies = s.begin(ctx)
	callback := approve(authorize)
	s.fetch(ctx, http.MethodGet, callback, cookies...)
	s.fetch(ctx, http.MethodGet, callback, cookies...) // once more
	if a, err := s.bot.accounts.Status(ctx, s.key(s.bob)); err != nil || a.State != store.Active {
		s.c.t.Errorf("Bob is %s after all that, %v", a.State, err)
	}
}

// failures lets Linear quote Bob's tokens back in each kind of answer.
func (s *story) failures(ctx context.Context) {
	tokens := func() string {
		all := s.linear.Grants()
		last := all[len(all)-1]
		return last.Access + " " + last.Refresh + " " + s.cfg.LinearClientSecret
	}
	// The refresh token is sent to /oauth/token alone: /graphql knows the access token.
	for i, reply := range hostile("/graphql", strings.Fields(tokens())[0]) {
		undo := s.linear.Fault(lineartest.Fault{Path: "/graphql", Reply: reply})
		for _, line := range []string{"/linear show ENG-98", fmt.Sprint("/linear create Canary ", i, " team:ENG"), "/linear status"} {
			answered := len(s.bob.Sees(general))
			if err := s.bob.Command(ctx, general, line); err != nil {
				s.c.t.Fatal(err)
			}
			if err := s.eventually(ctx, func() bool { return len(s.bob.Sees(general)) > answered }); err != nil {
				s.c.t.Errorf("%s is not answered while Linear answers %d", line, reply.Status)
			}
		}
		undo()
	}
	for _, reply := range hostile("/oauth/token", tokens()) {
		undo := s.linear.Fault(lineartest.Fault{Path: "/oauth/token", Reply: reply})
		s.renew(ctx)
		undo()
	}
	s.renew(ctx)
	s.c.modelQuotes.Store(true)
	if _, err := s.bob.Say(ctx, s.bob.DM(), "please ponder the deeper meaning of our backlog"); err != nil {
		s.c.t.Fatal(err)
	}
	if _, err := s.sees(ctx, s.bob, s.bob.DM(), "unavailable"); err != nil {
		s.c.t.Errorf("the model's refusal: %v", err)
	}
	s.linear.SetHookFault(lineartest.HookFault{BadSignature: true})
	s.linear.RevokeAccess(bobMail)
	if err := s.eventually(ctx, func() bool {
		return slices.ContainsFunc(s.linear.Deliveries(), func(d lineartest.Delivery) bool { return d.Status == http.StatusBadRequest })
	}); err != nil {
		s.c.t.Error("no webhook with a wrong signature was refused")
	}
}

// renew makes Bob's refresh due and runs it; how it ends does not matter here.
func (s *story) renew(ctx context.Context) {
	_, err := s.bot.db.UpdateAccount(ctx, s.key(s.bob), func(_ *store.Tx, a store.Account) (store.Account, error) {
		a.DueAt = a.CreatedAt
		return a, nil
	})
	if err == nil {
		err = s.bot.db.PutSetting(ctx, "", "", "oauth_breaker", []byte("{}"))
	}
	if err != nil {
		s.c.t.Fatal(err)
	}
	_, err = s.bot.accounts.RefreshDue(ctx)
	s.c.saw("errors", "refresh: %v", err)
}

// look reads what an operator or an admin looks at.
func (s *story) look(ctx context.Context) {
	for _, path := range []string{"/metrics", "/healthz", "/readyz", "/nowhere", "/oauth/callback?state=x&error=y"} {
		s.fetch(ctx, http.MethodGet, s.cfg.PublicURL+path)
	}
	if err := s.carol.Command(ctx, general, "/linear admin"); err != nil {
		s.c.t.Fatal(err)
	}
	for _, p := range []*slacktest.Person{s.alice, s.bob, s.carol} {
		for _, channel := range []string{general, engineering, p.DM()} {
			for _, m := range p.Sees(channel) {
				s.c.saw("Slack", "%s", slacktest.Text(m))
			}
		}
	}
}

// verbs runs every verb of the command line beside the running bot.
func (s *story) verbs(ctx context.Context, dir string) {
	o := &operated{t: s.c.t, s: s.stage, db: filepath.Join(dir, "linearbot.db")}
	backup := filepath.Join(dir, "backup.db")
	for _, args := range [][]string{
		{"check"}, {"version"}, {"plan", "show my issues"}, {"accounts", "list"}, {"accounts", "show", "T0ACME/U0BOB"},
		{"keys", "status"}, {"keys", "rotate"}, {"keys", "reseal"}, {"keys", "drop", "1"}, {"audit", "verify"}, {"audit", "export"},
		{"backup", backup}, {"restore", backup}, {"accounts", "block", "T0ACME/U0BOB"}, {"accounts", "unblock", "T0ACME/U0BOB"},
		{"accounts", "disconnect", "T0ACME/U0BOB"}, {"serve", "--listen-addr=nowhere"}, {"--help"}, {"keys"}, {"nonsense"},
	} {
		status, out := o.does(o.db, append([]string{"--log-level=debug"}, args...)...)
		s.c.saw("verbs", "bot %s = %d\n%s", strings.Join(args, " "), status, out)
	}
	restored := filepath.Join(dir, "restored.db")
	keyset, err := os.ReadFile(s.cfg.keysetFile())
	if err == nil {
		err = os.WriteFile(restored+".keyset.json", keyset, 0o600)
	}
	if err != nil {
		s.c.t.Fatal(err)
	}
	_, out := o.does(restored, "restore", backup)
	s.c.saw("verbs", "%s", out)
	for _, key := range keyMaterial(s.c.t, keyset) {
		s.c.know("key", key)
	}
}

// files reads the database as it is on the disk, and the backup.
func (s *story) files(dir, when string) {
	names, err := filepath.Glob(filepath.Join(dir, "*.db*"))
	if err != nil {
		s.c.t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, ".keyset.json") {
			continue // the keys themselves
		}
		content, err := os.ReadFile(name)
		if err != nil {
			s.c.t.Fatal(err)
		}
		s.c.saw(filepath.Base(name)+" "+when, "%s.", content)
	}
}
