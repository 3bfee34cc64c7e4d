package linear_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"linearbot/linear"
)

const webhookSecret = "lin_wh_secret"

func sign(body []byte) http.Header { return signWith(webhookSecret, body) }

func signWith(secret string, body []byte) http.Header {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return http.Header{"Linear-Signature": {hex.EncodeToString(mac.Sum(nil))}, "Linear-Delivery": {"d-1"}, "Linear-Event": {"Issue"}}
}

func TestVerifyWebhook(t *testing.T) {
	t.Parallel()
	now := time.UnixMilli(1_764_000_000_000)
	at := func(t time.Time, rest string) []byte {
		return fmt.Appendf(nil, `{"webhookTimestamp":%d%s}`, t.UnixMilli(), rest)
	}
	for name, c := range map[string]struct {
		body   []byte
		header func(h http.Header)
		want   error
	}{
		"authorization":     {at(now, `,"type":"OAuthAuthorization","action":"revoked","userId":"u","oauthClientId":"c","activeTokensForUser":0,"organizationId":"o"`), nil, nil},
		"unknown type":      {at(now, `,"type":"Brand New","action":"?"`), nil, nil},
		"a minute ago":      {at(now.Add(-time.Minute), `,"type":"Issue"`), nil, nil},
		"61 seconds ago":    {at(now.Add(-61*time.Second), `,"type":"Issue"`), nil, linear.ErrWebhookStale},
		"from the future":   {at(now.Add(2*time.Minute), `,"type":"Issue"`), nil, linear.ErrWebhookStale},
		"without a time":    {[]byte(`{"type":"Issue"}`), func(h http.Header) { h.Set("Linear-Timestamp", "1764000000000") }, linear.ErrWebhookStale},
		"without a type":    {at(now, ``), nil, linear.ErrWebhookBody},
		"not JSON":          {[]byte(`hello`), nil, linear.ErrWebhookBody},
		"no signature":      {at(now, `,"type":"Issue"`), func(h http.Header) { h.Del("Linear-Signature") }, linear.ErrWebhookSignature},
		"another signature": {at(now, `,"type":"Issue"`), func(h http.Header) { h.Set("Linear-Signature", hex.EncodeToString(make([]byte, 32))) }, linear.ErrWebhookSignature},
		"half a signature":  {at(now, `,"type":"Issue"`), func(h http.Header) { h.Set("Linear-Signature", h.Get("Linear-Signature")[:32]) }, linear.ErrWebhookSignature},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := sign(c.body)
			if c.header != nil {
				c.header(h)
			}
			event, err := linear.VerifyWebhook(webhookSecret, h, c.body, now)
			if !errors.Is(err, c.want) {
				t.Fatalf("VerifyWebhook() = %v, want %v", err, c.want)
			}
			if err == nil && event.Delivery != "d-1" {
				t.Errorf("Delivery = %q", event.Delivery)
			}
		})
	}
}

func TestWebhookOfARevokedAuthorization(t *testing.T) {
	t.Parallel()
	now := time.UnixMilli(1_764_000_000_000)
	body := []byte(`{"type":"OAuthAuthorization","action":"revoked","userId":"u","user":{"id":"u"},"oauthClientId":"c","activeTokensForUser":0,"organizationId":"o","webhookId":"w","webhookTimestamp":1764000000000}`)
	e, err := linear.VerifyWebhook(webhookSecret, sign(body), body, now)
	if err != nil {
		t.Fatal(err)
	}
	if e.Type != "OAuthAuthorization" || e.UserID != "u" || e.OAuthClientID != "c" || e.OrganizationID != "o" || e.ActiveTokens == nil || *e.ActiveTokens != 0 {
		t.Errorf("event = %+v", e)
	}
	if _, err := linear.VerifyWebhook("", signWith("", body), body, now); !errors.Is(err, linear.ErrWebhookSignature) {
		t.Errorf("without a secret: %v, want ErrWebhookSignature", err)
	}
}

func FuzzVerifyWebhook(f *testing.F) {
	f.Add([]byte(`{"type":"Issue","webhookTimestamp":1764000000000,"data":{"id":"x"}}`))
	f.Add([]byte(`{"type":"OAuthApp","action":"revoked","activeTokensForUser":1e300,"webhookTimestamp":1764000000000}`))
	f.Add([]byte(`{"webhookTimestamp":-1e308}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		now := time.UnixMilli(1_764_000_000_000)
		event, err := linear.VerifyWebhook(webhookSecret, sign(body), body, now)
		if err == nil && (event.Type == "" || now.Sub(event.At).Abs() > time.Minute) {
			t.Errorf("believed %q: %+v", body, event)
		}
		if _, err := linear.VerifyWebhook(webhookSecret, http.Header{"Linear-Signature": {"00"}}, body, now); !errors.Is(err, linear.ErrWebhookSignature) {
			t.Errorf("a wrong signature passed: %v", err)
		}
	})
}
