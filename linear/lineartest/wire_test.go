package lineartest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"linearbot/linear/lineartest"
)

// answer is one HTTP answer as a client sees it. Body is nil when it is no JSON object.
type answer struct {
	Status int
	Header http.Header
	Body   map[string]any
	Text   string
}

// send sends one request through the server's transport, redirects not followed.
func send(t *testing.T, s *lineartest.Server, r *http.Request) answer {
	t.Helper()
	client := &http.Client{
		Transport:     s.Transport(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", r.Method, r.URL.Path, err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{Status: resp.StatusCode, Header: resp.Header, Text: string(raw)}
	_ = json.Unmarshal(raw, &a.Body) // pages are no JSON
	return a
}

// form is a form-encoded POST, changed before it is sent.
func form(t *testing.T, s *lineartest.Server, path string, f url.Values, change ...func(*http.Request)) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+path, strings.NewReader(f.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range change {
		c(r)
	}
	return send(t, s, r)
}
