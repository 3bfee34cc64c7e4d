package main

import (
	"bytes"
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
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"linearbot/assistant/modeltest"
	"linearbot/linear/lineartest"
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
