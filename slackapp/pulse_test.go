package slackapp

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// The rate limit shown is that of the account with the least room.
func TestRoomIsTheLeastOfAnyAccount(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		left  []string
		want  string
		state string
	}{
		{nil, "no requests in the last hour", "OK"},
		{[]string{"1400", "900", "1300"}, "least room of any account in 1 h: 900 of 1500 requests", "OK"},
		{[]string{"1400", "100"}, "least room of any account in 1 h: 100 of 1500 requests", "Degraded"},
		{[]string{"0", "1400"}, "least room of any account in 1 h: 0 of 1500 requests", "Down"},
	} {
		left := ""
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-RateLimit-Requests-Limit", "1500")
			w.Header().Set("X-RateLimit-Requests-Remaining", left)
			w.Header().Set("X-RateLimit-Requests-Reset", "9999999999999")
		}))
		a := &App{Config: Config{Pulse: new(Pulse)}}
		for _, left = range c.left {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := a.Pulse.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			if err := resp.Body.Close(); err != nil {
				t.Error(err)
			}
		}
		server.Close()
		if got := a.roomHealth(); got.Note != c.want || got.State != c.state {
			t.Errorf("%v left: %+v, want %s: %s", c.left, got, c.state, c.want)
		}
	}
}

// A part keeps the moment it became what it is for as long as it stays so.
func TestHealthSince(t *testing.T) {
	t.Parallel()
	var h healths
	first := h.noted([]healthRow{{Name: "Store", State: "OK"}})[0].Since
	if again := h.noted([]healthRow{{Name: "Store", State: "OK"}})[0].Since; !again.Equal(first) || first.IsZero() {
		t.Errorf("since %v, then %v", first, again)
	}
	if down := h.noted([]healthRow{{Name: "Store", State: "Down"}})[0].Since; !down.After(first) {
		t.Errorf("down since %v, which is not after %v", down, first)
	}
	known := time.Now().Add(-time.Hour)
	if got := h.noted([]healthRow{{Name: "Auth service", State: "Down", Since: known}})[0].Since; !got.Equal(known) {
		t.Errorf("since %v, want what the part knows itself: %v", got, known)
	}
}
