package slackapp_test

import (
	"net/http"
	"strings"
	"testing"

	"linearbot/slackapp/slacktest"
)

// Typed values come before the channel's, the channel's before the person's own.
func TestDefaultsPrecedence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connect(w.alice)
	w.types(w.alice, general, "/linear defaults")
	v := w.form(w.alice, "Settings")
	w.picks(w.alice, v, "team", "eng")
	w.form(w.alice, "Engineering")
	w.submits(w.alice, nil)
	w.sees(w.alice, general, "Your settings are saved: team *Engineering*")
	w.types(w.alice, general, "/linear defaults channel")
	v = w.form(w.alice, "Channel defaults")
	w.picks(w.alice, v, "team", "des")
	v = w.form(w.alice, "Design")
	mustSay(t, slacktest.Text(v), "general")
	w.submits(w.alice, nil)
	w.sees(w.alice, general, "are saved: team *Design*")

	for title, line := range map[string]string{"From the person": "C0ENG", "From the channel": general} {
		w.types(w.alice, line, "/linear create "+title)
		w.sees(w.alice, line, title)
	}
	w.types(w.alice, general, "/linear create As typed team:ENG")
	w.sees(w.alice, general, "As typed")
	for title, team := range map[string]string{"From the person": "ENG", "From the channel": "DES", "As typed": "ENG"} {
		if made := w.titled(title); len(made) != 1 || made[0].TeamKey != team {
			t.Errorf("%q went to %+v, want one in %s", title, made, team)
		}
	}
	w.types(w.alice, general, "/linear help state")
	w.sees(w.alice, general, "In your default team: ")
}

// Every page carries the headers that keep it alone and unstored.
func TestPagesAreShielded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{"/connect/none", "/oauth/callback?state=none&code=none", "/", "/nowhere"} {
		resp, err := http.Get(w.web.URL + path) //nolint:noctx // a test against its own server
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		for name, want := range map[string]string{
			"Content-Security-Policy": "form-action 'self' " + w.linear.URL, "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
			"Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
		} {
			if got := resp.Header.Get(name); !strings.Contains(got, want) {
				t.Errorf("%s: %s = %q, want %q", path, name, got, want)
			}
		}
	}
}
