package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"linearbot/assistant/modeltest"
	"linearbot/linear/lineartest"
	"linearbot/slackapp/slacktest"
	"linearbot/store"
)

// canaries are the secrets of one run, as they were seen on the wire or configured,
// and what every sink of the program has held.
type canaries struct {
	t           *testing.T
	modelQuotes atomic.Bool

	mu      sync.Mutex
	secrets map[string]string // value → what it is
	sinks   map[string]*bytes.Buffer
}

// know adds a secret. What is short could be met by chance and is refused.
func (c *canaries) know(what, value string) {
	if value == "" || value == "linearbot-check" { // what bot check sends
		return
	}
	if len(value) < 16 {
		c.t.Errorf("the %s %q is too short to be told from chance", what, value)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.secrets[value] = what
}

// sink is a place where no secret may turn up.
func (c *canaries) sink(name string) *bytes.Buffer {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sinks[name] == nil {
		c.sinks[name] = new(bytes.Buffer)
	}
	return c.sinks[name]
}

func (c *canaries) saw(sink, format string, args ...any) {
	b := c.sink(sink)
	c.mu.Lock()
	defer c.mu.Unlock()
	fmt.Fprintf(b, format+"\n", args...)
}

// Write is the log's end.
func (c *canaries) Write(line []byte) (int, error) {
	c.saw("log", "%s", line)
	return len(line), nil
}

// forms are the ways a value may be written down.
func forms(value string) map[string]string {
	all := map[string]string{
		"plain": value, "URL-encoded": url.QueryEscape(value), "hex": hex.EncodeToString([]byte(value)),
		"HEX": strings.ToUpper(hex.EncodeToString([]byte(value))),
	}
	quoted, _ := json.Marshal(value) // a string always marshals
	all["JSON"] = string(quoted[1 : len(quoted)-1])
	for shift := range 3 { // base64 of a text that holds the value somewhere
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + value))
		text = strings.TrimRight(text, "=")[[]int{0, 2, 3}[shift] : len(strings.TrimRight(text, "="))-2]
		all[fmt.Sprint("base64 +", shift)] = text
		all[fmt.Sprint("base64url +", shift)] = strings.NewReplacer("+", "-", "/", "_").Replace(text)
	}
	return all
}

// found are the secrets that a text holds.
func (c *canaries) found(text string) []string {
	var all []string
	for value, what := range c.secrets {
		for form, written := range forms(value) {
			if strings.Contains(text, written) && (form == "plain" || written != value) {
				all = append(all, what+", "+form)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// overhear is a way to Linear on which every token, code and verifier is learned.
func (c *canaries) overhear(linearURL string) *httptest.Server {
	target, err := url.Parse(linearURL)
	if err != nil {
		c.t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(r *http.Response) error {
		if r.Request.URL.Path != "/oauth/token" || r.StatusCode != http.StatusOK {
			return nil
		}
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		var pair struct {
			Access  string `json:"access_token"`
			Refresh string `json:"refresh_token"`
		}
		if json.Unmarshal(body, &pair) == nil {
			c.know("access token", pair.Access)
			c.know("refresh token", pair.Refresh)
		}
		return err
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if form, parseErr := url.ParseQuery(string(body)); err == nil && parseErr == nil && r.URL.Path == "/oauth/token" {
			c.know("code", form.Get("code"))
			c.know("PKCE verifier", form.Get("code_verifier"))
		}
		proxy.ServeHTTP(w, r)
	}))
	c.t.Cleanup(s.Close)
	return s
}

// overhearModel is a way to a scripted model. Once c.modelQuotes is set it refuses
// everything and quotes the key it was sent.
func (c *canaries) overhearModel(key string) *httptest.Server {
	script := modeltest.NewServer(modeltest.Options{Key: key, Respond: modeltest.Demo, Pace: modelPace})
	c.t.Cleanup(script.Close)
	target, err := url.Parse(script.URL)
	if err != nil {
		c.t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !c.modelQuotes.Load() {
			proxy.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"type":"error","error":{"type":"authentication_error","message":"bad key %s"}}`, r.Header.Get("X-Api-Key"))
	}))
	c.t.Cleanup(s.Close)
	return s
}

// hostile are answers of Linear that quote what was sent to it.
func hostile(path, secrets string) []*lineartest.Reply {
	page := &lineartest.Reply{Status: 502, Header: http.Header{"Content-Type": {"text/html"}}, Body: "<html>" + secrets + "</html>"}
	if path == "/oauth/token" {
		return []*lineartest.Reply{
			page, lineartest.OAuthError(400, "invalid_request "+secrets, secrets), lineartest.OAuthError(500, "server_error", secrets),
			lineartest.WrongType(secrets), lineartest.OAuthError(401, "invalid_client", secrets),
		}
	}
	return []*lineartest.Reply{
		page, lineartest.WrongType(secrets),
		lineartest.Errors(lineartest.GraphQLError{Message: secrets, Type: "internal error"}),
		lineartest.Errors(lineartest.GraphQLError{Message: secrets, Type: "invalid input", Code: secrets}),
		lineartest.Errors(lineartest.GraphQLError{Message: secrets, Type: secrets}),
		{Status: 403, Header: http.Header{"Content-Type": {"application/json"}}, Body: `{"errors":[{"message":"` + secrets + `","extensions":{"type":"forbidden","userPresentableMessage":"` + secrets + `"}}]}`},
	}
}

// A whole story with everything that goes wrong in it: no secret turns up in the
// log, the metrics, the database, a backup, a page, Slack, or what a verb prints.
func TestNoSecretLeaves(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := &canaries{t: t, secrets: map[string]string{}, sinks: map[string]*bytes.Buffer{}}
	dir := t.TempDir()
	s, err := newStage(ctx, stageOptions{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.linear.Close(); s.slack.Close() })
	if err := s.stopBot(); err != nil {
		t.Fatal(err)
	}

	s.cfg.LinearClientSecret, s.cfg.LinearWebhook = "canary-client-secret-1f6d", "canary-webhook-secret-77ab"
	s.cfg.AnthropicAPIKey, s.cfg.Assistant = "sk-ant-canary-0123456789abcdef", "auto"
	s.cfg.AnthropicBaseURL = c.overhearModel(s.cfg.AnthropicAPIKey).URL
	s.linear.UpdateApp(func(app *lineartest.OAuthApp) {
		app.ClientSecret, app.WebhookSecret = s.cfg.LinearClientSecret, s.cfg.LinearWebhook
	})
	s.cfg.LinearAPIURL = c.overhear(s.linear.URL).URL
	s.cfg.LogLevel, s.cfg.LogFormat = "debug", "json"
	s.log = s.cfg.newLog(c)
	for what, value := range map[string]string{
		"client secret": s.cfg.LinearClientSecret, "webhook secret": s.cfg.LinearWebhook, "Anthropic key": s.cfg.AnthropicAPIKey,
		"bot token": s.cfg.SlackBotToken, "app token": s.cfg.SlackAppToken,
	} {
		c.know(what, value)
	}
	keyset, err := os.ReadFile(s.cfg.keysetFile())
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keyMaterial(t, keyset) {
		c.know("key", key)
	}
	if err := s.startBot(ctx); err != nil {
		t.Fatal(err)
	}
	story := &story{tour: &tour{stage: s, out: io.Discard}, c: c}
	if err := story.tour.play(ctx); err != nil {
		t.Error(err)
	}
	story.browse(ctx)
	story.failures(ctx)
	story.look(ctx)
	story.verbs(ctx, dir)
	story.files(dir, "with the bot running")
	if err := s.stopBot(); err != nil {
		t.Error(err)
	}
	story.files(dir, "after the bot")
	for _, call := range s.slack.Calls() {
		text, err := json.Marshal(call.Args)
		if err != nil {
			t.Fatal(err)
		}
		c.saw("Slack", "%s %s", call.Method, text)
	}
	c.judge()
}

// judge holds every sink against every secret. The one thing that has to be there:
// the link in the message to its person.
func (c *canaries) judge() {
	c.mu.Lock()
	defer c.mu.Unlock()
	kinds := map[string]int{}
	for _, what := range c.secrets {
		kinds[what]++
	}
	for _, what := range []string{
		"access token", "refresh token", "client secret", "PKCE verifier", "state", "code", "link token", "cookie",
		"bot token", "app token", "key", "webhook secret", "Anthropic key",
	} {
		if kinds[what] == 0 {
			c.t.Errorf("no %s was used in the story", what)
		}
	}
	for name, sink := range c.sinks {
		if sink.Len() == 0 {
			c.t.Errorf("%s is empty", name)
		}
		for _, leak := range c.found(sink.String()) {
			if name == "Slack" && leak == "link token, plain" {
				continue
			}
			c.t.Errorf("%s holds the %s", name, leak)
		}
	}
	c.t.Logf("%d secrets of %d kinds looked for in %d sinks", len(c.secrets), len(kinds), len(c.sinks))
}

// keyMaterial are the raw keys of a keyset, and their form in the file.
func keyMaterial(t *testing.T, keyset []byte) []string {
	t.Helper()
	var file struct {
		Key []struct {
			KeyData struct {
				Value []byte `json:"value"`
			} `json:"keyData"`
		} `json:"key"`
	}
	if err := json.Unmarshal(keyset, &file); err != nil || len(file.Key) == 0 {
		t.Fatalf("keyset: %v, %d keys", err, len(file.Key))
	}
	var all []string
	for _, k := range file.Key {
		raw := k.KeyData.Value
		all = append(all, string(raw[len(raw)-32:])) // AES-256: the end of the protobuf
	}
	return all
}

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
