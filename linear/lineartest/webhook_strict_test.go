package lineartest_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"linearbot/linear/lineartest"
)

// TestWebhooksAreStrict: what is sent, how it is signed, what counts as delivered,
// and how often it is tried.
func TestWebhooksAreStrict(t *testing.T) {
	t.Parallel()
	const secret = "hook-secret"
	type got struct {
		header http.Header
		body   map[string]any
		valid  bool
	}
	seen := make(chan got, 20)
	status := http.StatusNoContent // no 200: not delivered
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(raw)
		g := got{header: r.Header, valid: hmac.Equal([]byte(r.Header.Get("Linear-Signature")), []byte(hex.EncodeToString(mac.Sum(nil))))}
		if json.Unmarshal(raw, &g.body) != nil {
			t.Errorf("the body is no JSON: %s", raw)
		}
		w.WriteHeader(status)
		seen <- g
	}))
	t.Cleanup(hook.Close)
	s := acme(t, func(o *lineartest.Options) {
		o.App.WebhookURL, o.App.WebhookSecret = hook.URL, secret
		o.WebhookRetries = []time.Duration{time.Millisecond, time.Millisecond, time.Millisecond}
	})
	tok := connect(t, s, "bob@acme.test")
	first := <-seen
	if first.body["type"] != "OAuthAuthorization" || first.body["activeTokensForUser"] != 1.0 || first.body["userId"] == nil {
		t.Errorf("a new consent = %v", first.body)
	}
	for range 3 { // the tries after the first
		again := <-seen
		if again.header.Get("Linear-Delivery") != first.header.Get("Linear-Delivery") {
			t.Error("a retry has another Linear-Delivery")
		}
	}
	within, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := s.Await(within, func() bool { return len(s.Deliveries()) == 4 }); err != nil {
		t.Fatalf("%d tries, want the first and three more", len(s.Deliveries()))
	}
	if d := s.Deliveries()[3]; d.Try != 4 || d.Problem != "answered 204" {
		t.Errorf("the last try = %+v", d)
	}
	if !s.WebhookOff() {
		t.Error("a webhook that failed every try, with none taken meanwhile, is still on")
	}
	status = http.StatusOK // the server has nothing under way: every handler is done
	bearer := "Bearer " + tok.AccessToken
	ask(t, s, bearer, `mutation { issueUpdate(id: "ENG-98", input: {title: "Untold"}) { success } }`, nil) // switched off: not told, now or later
	s.SwitchWebhookOn()
	ask(t, s, bearer, `mutation { issueUpdate(id: "SEC-1", input: {priority: 2}) { success } }`, nil) // private: not told
	ask(t, s, bearer, `mutation { issueUpdate(id: "ENG-98", input: {priority: 1}) { success } }`, nil)
	g := <-seen
	stamp, _ := g.body["webhookTimestamp"].(float64)
	for name, holds := range map[string]bool{
		"the signature is of the raw body":   g.valid,
		"Content-Type":                       g.header.Get("Content-Type") == "application/json; charset=utf-8",
		"User-Agent":                         g.header.Get("User-Agent") == "Linear-Webhook",
		"Linear-Event":                       g.header.Get("Linear-Event") == "Issue",
		"Linear-Timestamp is the body's":     g.header.Get("Linear-Timestamp") == strconv.FormatInt(int64(stamp), 10),
		"the timestamp is now, in ms":        time.Since(time.UnixMilli(int64(stamp))).Abs() < time.Minute,
		"Linear-Delivery is a UUID":          len(g.header.Get("Linear-Delivery")) == 36,
		"action and type":                    g.body["action"] == "update" && g.body["type"] == "Issue",
		"a private team's issue is not told": strings.Contains(g.body["url"].(string), "/ENG-98/"),
		"updatedFrom holds the old value":    at(g.body, "updatedFrom", "priority") == 2.0 && at(g.body, "updatedFrom", "title") == nil,
		"the actor is the person":            at(g.body, "actor", "type") == "user" && at(g.body, "actor", "email") == "bob@acme.test",
		"data holds state, team and labels":  at(g.body, "data", "state", "name") == "In Progress" && at(g.body, "data", "team", "key") == "ENG" && at(g.body, "data", "labelIds") != nil,
		"organization and webhook are named": g.body["organizationId"] != nil && g.body["webhookId"] != nil && g.body["createdAt"] != nil,
	} {
		if !holds {
			t.Errorf("not so: %s; %v %v", name, g.header, g.body)
		}
	}
	s.RevokeAccess("bob@acme.test")
	if g = <-seen; g.body["type"] != "OAuthAuthorization" || g.body["activeTokensForUser"] != 0.0 {
		t.Errorf("access removed = %v", g.body)
	}
	s.RemoveApp()
	if g = <-seen; g.body["type"] != "OAuthApp" || g.body["action"] != "revoked" || g.body["userId"] != nil || g.body["user"] != nil {
		t.Errorf("the app removed = %v: it must not tell of any person", g.body)
	}
}

// A redirect is no delivery, and one event that always fails does not switch the
// webhook off while others are taken.
func TestOneBadEventLeavesTheWebhookOn(t *testing.T) {
	t.Parallel()
	var tries atomic.Int32
	taken := make(chan struct{})
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Linear-Event") == "Issue" && r.URL.Path == "/" {
			if tries.Add(1) == 2 {
				<-taken
			}
			http.Redirect(w, r, "/taken", http.StatusFound)
		}
	}))
	t.Cleanup(hook.Close)
	s := acme(t, func(o *lineartest.Options) {
		o.App.WebhookURL, o.WebhookRetries = hook.URL+"/", []time.Duration{time.Nanosecond}
	})
	await := func(what string, done func() bool) {
		t.Helper()
		within, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := s.Await(within, done); err != nil {
			t.Errorf("waiting for %s: %+v", what, s.Deliveries())
		}
	}
	told := func(kind string) []lineartest.Delivery {
		all := s.Deliveries()
		return slices.DeleteFunc(all, func(d lineartest.Delivery) bool { return d.Type != kind })
	}
	bearer := "Bearer " + connect(t, s, "bob@acme.test").AccessToken
	await("the consent", func() bool { return len(told("OAuthAuthorization")) == 1 })
	ask(t, s, bearer, `mutation { issueUpdate(id: "ENG-98", input: {title: "Refused"}) { success } }`, nil)
	await("the first try", func() bool { return len(told("Issue")) == 1 })
	ask(t, s, bearer, `mutation { commentCreate(input: {issueId: "ENG-98", body: "Taken"}) { success } }`, nil)
	await("the comment", func() bool { return len(told("Comment")) == 1 })
	close(taken)
	await("the last try", func() bool { return len(told("Issue")) == 2 })
	if d := told("Issue")[1]; d.Try != 2 || d.Problem != "answered 302" || s.WebhookOff() {
		t.Errorf("the last try = %+v; switched off: %t", d, s.WebhookOff())
	}
}
