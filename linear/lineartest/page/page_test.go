package page_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"linearbot/linear/lineartest"
	"linearbot/linear/lineartest/page"
)

// pages serves the pages of a seeded local Linear.
func pages(t *testing.T) (*lineartest.Server, *httptest.Server) {
	t.Helper()
	s := lineartest.New(lineartest.Options{Seed: true})
	t.Cleanup(s.Close)
	web := httptest.NewServer(page.New(s))
	t.Cleanup(web.Close)
	return s, web
}

func load(t *testing.T, req *http.Request) (int, string) {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func get(t *testing.T, address string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return load(t, req)
}

func post(t *testing.T, address, origin string, form url.Values) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", origin)
	return load(t, req)
}

func TestPagesShowTheWorkspace(t *testing.T) {
	t.Parallel()
	_, web := pages(t)
	for path, words := range map[string][]string{
		"/":                    {"Payment retries loop", "In Review", "Private team: only its members see these", "A local demo: its people and issues are invented"},
		"/acme/issue/SEC-1":    {"Private team", "Security"},
		"/acme/issue/ENG-98":   {"Payment retries loop", "The bank says", "History", "local demo"},
		"/acme/issue/eng-98/x": {"Payment retries loop"},
		"/apps":                {"Nobody has connected the app", "local demo"},
		"/levers":              {"Linear is down", "Last requests", "local demo"},
	} {
		status, body := get(t, web.URL+path)
		if status != http.StatusOK {
			t.Errorf("GET %s = %d", path, status)
		}
		for _, w := range words {
			if !strings.Contains(body, w) {
				t.Errorf("GET %s does not show %q", path, w)
			}
		}
	}
	if status, _ := get(t, web.URL+"/acme/issue/ENG-9999"); status != http.StatusNotFound {
		t.Errorf("a missing issue = %d, want 404", status)
	}
}

func TestALeverIsPulledAndTakenBack(t *testing.T) {
	t.Parallel()
	s, web := pages(t)
	asked := func() int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/graphql", strings.NewReader(`{"query":"{viewer{id}}"}`))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := (&http.Client{Transport: s.Transport()}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	post(t, web.URL+"/levers/down", web.URL, nil)
	if got := asked(); got != http.StatusServiceUnavailable {
		t.Errorf("with the lever pulled Linear answers %d", got)
	}
	post(t, web.URL+"/levers/down", web.URL, nil)
	if got := asked(); got == http.StatusServiceUnavailable {
		t.Error("the lever cannot be taken back")
	}
}

func TestLeversOfWebhooksExcludeEachOther(t *testing.T) {
	t.Parallel()
	s, web := pages(t)
	told := make(chan string, 10)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { told <- r.Header.Get("Linear-Event") }))
	t.Cleanup(hook.Close)
	s.UpdateApp(func(a *lineartest.OAuthApp) { a.WebhookURL = hook.URL })
	post(t, web.URL+"/levers/silent", web.URL, nil)
	s.RemoveApp() // held
	post(t, web.URL+"/levers/off", web.URL, nil)
	if got := <-told; got != "OAuthApp" {
		t.Fatalf("pulling the second lever released %q", got)
	}
	s.RemoveApp() // lost
	post(t, web.URL+"/levers/off", web.URL, nil)
	s.RemoveApp()
	<-told
	if n := len(s.Deliveries()); n > 2 {
		t.Errorf("%d deliveries, want 2: what happened while webhooks were off was told", n)
	}
	if _, body := get(t, web.URL+"/levers"); strings.Contains(body, "On: press again") {
		t.Error("a lever is still on")
	}
}

func TestHistoryNamesTheAppOrThePerson(t *testing.T) {
	t.Parallel()
	s, web := pages(t)
	s.UpdateApp(func(a *lineartest.OAuthApp) { a.ClientCredentials, a.Name = true, "Robot" })
	client := &http.Client{Transport: s.Transport()}
	call := func(path, kind, auth, body string) string {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", kind)
		req.Header.Set("Authorization", auth)
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	answer := call("/oauth/token", "application/x-www-form-urlencoded", "", url.Values{
		"grant_type": {"client_credentials"}, "scope": {"read,write"},
		"client_id": {lineartest.DefaultApp.ClientID}, "client_secret": {lineartest.DefaultApp.ClientSecret},
	}.Encode())
	_, rest, _ := strings.Cut(answer, `"access_token":"`)
	token, _, _ := strings.Cut(rest, `"`)
	call("/graphql", "application/json", "Bearer "+token, `{"query":"mutation{issueUpdate(id:\"ENG-98\",input:{priority:1}){success}}"}`)
	key, err := s.APIKey("alice@acme.test")
	if err != nil {
		t.Fatal(err)
	}
	call("/graphql", "application/json", key, `{"query":"mutation{issueUpdate(id:\"ENG-98\",input:{title:\"New\"}){success}}"}`)
	_, shown := get(t, web.URL+"/acme/issue/ENG-98")
	for _, words := range []string{"<strong>Robot (app)</strong> changed priority", "<strong>alice</strong> changed title"} {
		if !strings.Contains(shown, words) {
			t.Errorf("the history does not say %q", words)
		}
	}
}

func TestOtherSitesAndHostsAreRefused(t *testing.T) {
	t.Parallel()
	_, web := pages(t)
	if status, _ := post(t, web.URL+"/apps/remove", "https://evil.test", nil); status != http.StatusForbidden {
		t.Errorf("a post from another site = %d, want 403", status)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, web.URL+"/apps", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "rebound.evil.test"
	if status, _ := load(t, req); status != http.StatusForbidden {
		t.Errorf("a foreign host = %d, want 403", status)
	}
}

func TestMarkupInIssuesIsInert(t *testing.T) {
	t.Parallel()
	s, web := pages(t)
	key, err := s.APIKey("alice@acme.test")
	if err != nil {
		t.Fatal(err)
	}
	team := ""
	body := func(query string) string {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/graphql", strings.NewReader(query))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", key)
		resp, err := (&http.Client{Transport: s.Transport()}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if _, rest, ok := strings.Cut(body(`{"query":"{team(id:\"ENG\"){id}}"}`), `"id":"`); ok {
		team, _, _ = strings.Cut(rest, `"`)
	}
	answer := body(`{"query":"mutation($t:String!){issueCreate(input:{teamId:$t,title:\"<script>alert(1)</script>\",description:\"<img src=x onerror=alert(1)> [x](javascript:alert(1)) [y](https://a.test/\\\"onclick=)\"}){success issue{identifier}}}","variables":{"t":"` + team + `"}}`)
	_, rest, ok := strings.Cut(answer, `"identifier":"`)
	if !ok {
		t.Fatalf("not created: %s", answer)
	}
	id, _, _ := strings.Cut(rest, `"`)
	_, shown := get(t, web.URL+"/acme/issue/"+id)
	for _, live := range []string{"<script>alert", "<img src=x", `href="javascript:`, `"onclick=`} {
		if strings.Contains(shown, live) {
			t.Errorf("the page holds %q", live)
		}
	}
}
