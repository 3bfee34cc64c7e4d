package linear

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"time"
)

// webhookWindow is how old or how far ahead a delivery may be (Linear's SDK).
const webhookWindow = 60 * time.Second

// Why a delivery is not believed.
var (
	ErrWebhookSignature = errors.New("linear: webhook signature does not match")
	ErrWebhookStale     = errors.New("linear: webhook is too old or from the future")
	ErrWebhookBody      = errors.New("linear: webhook body cannot be read")
)

// WebhookEvent is one believed delivery. Type and Action are free strings: the
// ones of authorizations are not in Linear's published lists.
type WebhookEvent struct {
	Delivery       string    // Linear-Delivery; the same in retries
	Type           string    // Issue, Comment, OAuthAuthorization, OAuthApp, …
	Action         string    // create, update, remove, revoked, …
	At             time.Time // when it was sent; another time in each try
	CreatedAt      time.Time // when it happened; zero: not said
	OrganizationID string
	WebhookID      string

	// Set for OAuthAuthorization (all) and OAuthApp (the client alone).
	OAuthClientID string
	UserID        string
	ActiveTokens  *int // live tokens the user still has for this app; nil: not said

	Data json.RawMessage // what changed, for data events
}

// HappenedAt is when the event happened: a late try of its delivery does not make
// it newer.
func (e WebhookEvent) HappenedAt() time.Time {
	if e.CreatedAt.IsZero() {
		return e.At
	}
	return e.CreatedAt
}

// VerifyWebhook believes a delivery whose body carries the secret's signature
// and a fresh time. body is the raw request body. The time is taken from the
// body, which is signed; the Linear-Timestamp header is not.
func VerifyWebhook(secret string, h http.Header, body []byte, now time.Time) (WebhookEvent, error) {
	given, err := hex.DecodeString(h.Get("Linear-Signature"))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	if secret == "" || err != nil || !hmac.Equal(given, mac.Sum(nil)) {
		return WebhookEvent{}, ErrWebhookSignature
	}
	var wire struct {
		Type           string          `json:"type"`
		Action         string          `json:"action"`
		Timestamp      float64         `json:"webhookTimestamp"`
		OrganizationID string          `json:"organizationId"`
		WebhookID      string          `json:"webhookId"`
		OAuthClientID  string          `json:"oauthClientId"`
		UserID         string          `json:"userId"`
		ActiveTokens   *float64        `json:"activeTokensForUser"`
		CreatedAt      string          `json:"createdAt"`
		Data           json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(body, &wire); err != nil {
		return WebhookEvent{}, fmt.Errorf("%w: %v", ErrWebhookBody, err)
	}
	if wire.Type == "" || math.IsNaN(wire.Timestamp) || math.Abs(wire.Timestamp) > 1<<52 {
		return WebhookEvent{}, ErrWebhookBody
	}
	at := time.UnixMilli(int64(wire.Timestamp))
	if now.Sub(at).Abs() > webhookWindow {
		return WebhookEvent{}, ErrWebhookStale
	}
	event := WebhookEvent{
		Delivery: h.Get("Linear-Delivery"), Type: wire.Type, Action: wire.Action, At: at,
		OrganizationID: wire.OrganizationID, WebhookID: wire.WebhookID,
		OAuthClientID: wire.OAuthClientID, UserID: wire.UserID, Data: wire.Data,
	}
	if created, err := time.Parse(time.RFC3339, wire.CreatedAt); err == nil {
		event.CreatedAt = created
	}
	if wire.ActiveTokens != nil {
		event.ActiveTokens = new(int(*wire.ActiveTokens))
	}
	return event, nil
}
