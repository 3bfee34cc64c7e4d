package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"linearbot/linear/lineartest"
)

// proxied is a proxy that serves /linearbot from addr, and something else at
// every other path. strips: the path is taken away on the way.
func proxied(t *testing.T, addr string, strips, secure bool) *httptest.Server {
	t.Helper()
	var bot http.Handler = &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: addr}) // Host becomes the inner one
		r.SetXForwarded()
	}}
	if strips {
		bot = http.StripPrefix("/linearbot", bot)
	}
	mux := http.NewServeMux()
	mux.Handle("/linearbot/", bot)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("%s went to the neighbour", r.URL.Path)
		http.NotFound(w, r)
	})
	s := httptest.NewUnstartedServer(mux)
	if t.Cleanup(s.Close); secure {
		s.StartTLS()
	} else {
		s.Start()
	}
	return s
}

// Below a path of a host that others share, connecting, the webhook and the pages
// work, whether the proxy takes the path away or leaves it, and check says so.
func TestPublicURLWithAPath(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, cookie, check string
		strips, secure      bool
	}{
		{"the proxy strips the path", "__Host-linearbot-connect", "? public address: " + unreached, true, true},
		{"the proxy leaves the path", "__Host-linearbot-connect", "? public address: " + unreached, false, true},
		{"on this machine", "linearbot-connect", "✓ public address: %s leads to the bot that runs now", true, false},
		{"on this machine, with the path", "linearbot-connect", "✓ public address: %s leads to the bot that runs now", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			addr := freeAddress(t)
			proxy := proxied(t, addr, c.strips, c.secure)
			public := proxy.URL + "/linearbot"
			app := lineartest.DefaultApp
			app.RedirectURIs = []string{public + "/oauth/callback"}
			app.WebhookURL, app.WebhookSecret = public+"/webhooks/linear", stageWebhookSecret
			linear := lineartest.NewServer(lineartest.Options{Seed: true, App: app, WebhookClient: proxy.Client()})
			t.Cleanup(linear.Close)
			w := newWorld(t, linear.URL, public+"/", func(c *config) {
				c.ListenAddr, c.LinearWebhook = addr, stageWebhookSecret
				c.LinearClientID, c.LinearClientSecret = app.ClientID, app.ClientSecret
			})
			alice := w.slack.Person("alice")
			if err := alice.Command(t.Context(), general, "/linear connect"); err != nil {
				t.Fatal(err)
			}
			link, err := alice.Link(w.sees(alice, general, "Link works once"), "Connect Linear")
			if err != nil || !strings.HasPrefix(link, public+"/connect/") {
				t.Fatalf("the link is %q, %v", link, err)
			}
			b, err := newBrowser(linear)
			if err != nil {
				t.Fatal(err)
			}
			b.client.Transport = oldBrowser{proxy.URL, proxy.Client().Transport}
			before, after, err := b.connect(t.Context(), link, "alice@acme.test")
			if err != nil || !strings.Contains(before, "Connect Linear for") || !strings.Contains(after, "You're connected.") {
				t.Fatalf("connecting: %v\n%s\n%s", err, before, after)
			}
			if cookies := b.client.Jar.Cookies(parse(t, link)); len(cookies) != 1 || !strings.HasPrefix(cookies[0].Name, c.cookie+"-") {
				t.Errorf("the browser holds %v, want %s-…", cookies, c.cookie)
			}
			w.sees(alice, general, "Connected as *Alice Chen*")
			linear.RevokeAccess("alice@acme.test")
			w.sees(alice, alice.DM(), "Your Linear connection stopped working")
			var out bytes.Buffer
			err = w.bot.cfg.check(t.Context(), &out)
			for _, words := range []string{
				"callback URL must be " + public + "/oauth/callback, its webhook URL " + public + "/webhooks/linear", strings.ReplaceAll(c.check, "%s", public),
			} {
				if err != nil || !strings.Contains(out.String(), words) {
					t.Errorf("check says %v, and not %q:\n%s", err, words, out.String())
				}
			}
		})
	}
}

// unreached is what check says of a host whose certificate is not trusted here.
const unreached = "%s is not reached from this machine (tls: failed to verify certificate"

// oldBrowser sends Origin with forms, and nothing that says where a request began.
type oldBrowser struct {
	origin string
	next   http.RoundTripper
}

func (b oldBrowser) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPost {
		r = r.Clone(r.Context())
		r.Header.Set("Origin", b.origin)
	}
	return b.next.RoundTrip(r)
}

func parse(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// What answers at PUBLIC_URL is looked at: nobody, a neighbour, this program.
func TestCheckFollowsThePublicURL(t *testing.T) {
	t.Parallel()
	addr := freeAddress(t)
	wrong := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(wrong.Close)
	login := httptest.NewServer(http.RedirectHandler("/login", http.StatusFound))
	t.Cleanup(login.Close)
	strips := httptest.NewServer(http.StripPrefix("/linearbot", httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: addr})))
	t.Cleanup(strips.Close)
	for _, c := range []struct{ name, public, want string }{
		{"itself", "http://" + addr, "http://" + addr + " leads to " + addr},
		{"itself below a path", "http://" + addr + "/linearbot", "/linearbot leads to " + addr},
		{"a proxy", strips.URL + "/linearbot", "/linearbot leads to " + addr},
		{"nobody", "http://" + freeAddress(t), "is not reached from this machine"},
		{"a neighbour", wrong.URL, "answered 404, and not from LISTEN_ADDR " + addr},
		{"a page to sign in", login.URL, "answered 302, and not from LISTEN_ADDR " + addr},
	} {
		cfg := config{PublicURL: c.public, ListenAddr: addr}
		found, err := cfg.checkPublicURL(t.Context())
		if err != nil {
			found = err.Error()
		}
		if !strings.Contains(found, c.want) {
			t.Errorf("%s: %s, want %s", c.name, found, c.want)
		}
	}
}

// Paths that a proxy or a browser would change, and our own, are refused by name.
func TestPathsOfThePublicURL(t *testing.T) {
	t.Parallel()
	for path, ok := range map[string]bool{
		"": true, "/": true, "/linearbot": true, "/tools/linear-bot_2/": true,
		"/linear%2Fbot": false, "/a b": false, "/a//b": false, "/a/../b": false, "/.": false, "/bücher": false,
		"/connect": false, "/oauth/x": false, "/metrics": false,
	} {
		cfg := config{PublicURL: "https://tools.example.com" + path}
		if problems := cfg.urls(); (len(problems) == 0) != ok {
			t.Errorf("%s: %v, want none: %t", path, problems, ok)
		}
	}
}
