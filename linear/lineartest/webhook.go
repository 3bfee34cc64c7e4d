package lineartest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// webhookTimeout is how long Linear waits for HTTP 200.
const webhookTimeout = 5 * time.Second

// Delivery is one try to deliver a webhook.
type Delivery struct {
	ID           string // Linear-Delivery: the same in each try
	Type, Action string
	At           time.Time
	Try          int    // 1 for the first
	Status       int    // 0: no answer
	Problem      string // why it counts as not delivered; empty: delivered
	Body         string
}

// HookFault spoils deliveries made after SetHookFault.
type HookFault struct {
	BadSignature bool
	Age          time.Duration // how old the timestamp claims to be
	Copies       int           // extra deliveries of the same event
	Off          bool          // send nothing, and nothing later either: the webhook is switched off
	Hold         bool          // keep events back; they go out, newest first, with the next SetHookFault
}

// hook is one event on its way.
type hook struct {
	id, kind, action string
	body             map[string]any
	url, secret      string
	fault            HookFault
}

// SetHookFault changes how webhooks go wrong from now on; the zero value ends it.
func (s *Server) SetHookFault(f HookFault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hookFault = f
	if f.Hold {
		return
	}
	held := s.held
	s.held = nil
	slices.Reverse(held)
	s.sending.Go(func() { // one after the other: the order is the point
		for _, h := range held {
			s.deliver(h)
		}
	})
}

// Deliveries returns all tries so far, oldest first.
func (s *Server) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.deliveries)
}

// send queues one event for the app's webhook; Server.mu is held.
func (s *Server) send(w *world, kind string, body map[string]any) {
	app := s.app()
	if app.WebhookURL == "" || s.hookFault.Off || s.hookOff || s.stop.Err() != nil {
		return
	}
	body["type"] = kind
	body["organizationId"] = w.orgID
	body["webhookId"] = seedID(w.seeds + "webhook " + app.ClientID)
	body["createdAt"] = dateTime{s.now()}
	action, _ := body["action"].(string)
	h := hook{id: newID(), kind: kind, action: action, body: body, url: app.WebhookURL, secret: app.WebhookSecret, fault: s.hookFault}
	if s.hookFault.Hold {
		s.held = append(s.held, h)
		return
	}
	for range 1 + h.fault.Copies {
		s.sending.Go(func() { s.deliver(h) })
	}
}

// deliver tries until HTTP 200: at once, then after each of the retry waits. When the
// last try fails and nothing was delivered since the first, the webhook is switched
// off, with all that still waits (Linear: a persistently failing webhook may be).
func (s *Server) deliver(h hook) {
	began := s.now()
	for try := 1; ; try++ {
		if s.WebhookOff() {
			return
		}
		d := s.try(h, try)
		last := try > len(s.opts.WebhookRetries)
		s.mu.Lock()
		if s.deliveries = append(s.deliveries, d); d.Problem == "" {
			s.delivered = s.now()
		} else if last && s.delivered.Before(began) && s.stop.Err() == nil {
			s.hookOff = true
		}
		s.publish(Event{Delivery: &d})
		s.mu.Unlock()
		if d.Problem == "" || last || !sleep(s.stop, s.opts.WebhookRetries[try-1]) {
			return
		}
	}
}

// WebhookOff reports whether the webhook was switched off because it kept failing.
func (s *Server) WebhookOff() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hookOff
}

// SwitchWebhookOn is what an admin does in Linear's settings after it was switched
// off. What happened meanwhile is never told.
func (s *Server) SwitchWebhookOn() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hookOff = false
}

func (s *Server) try(h hook, n int) Delivery {
	now := s.now()
	stamp := now.Add(-h.fault.Age).UnixMilli()
	body := map[string]any{"webhookTimestamp": stamp}
	for k, v := range h.body {
		body[k] = v
	}
	raw, err := json.Marshal(body)
	d := Delivery{ID: h.id, Type: h.kind, Action: h.action, At: now, Try: n, Body: string(raw)}
	if err == nil {
		d.Status, err = s.post(h, raw, stamp)
	}
	switch {
	case err != nil:
		d.Problem = err.Error()
	case d.Status != http.StatusOK:
		d.Problem = "answered " + strconv.Itoa(d.Status)
	}
	return d
}

func (s *Server) post(h hook, raw []byte, stamp int64) (status int, err error) {
	ctx, cancel := context.WithTimeout(s.stop, webhookTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(raw))
	if err != nil {
		return 0, err
	}
	secret := h.secret
	if h.fault.BadSignature {
		secret += "x"
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(raw)
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("User-Agent", "Linear-Webhook")
	r.Header.Set("Linear-Delivery", h.id)
	r.Header.Set("Linear-Event", h.kind)
	r.Header.Set("Linear-Timestamp", strconv.FormatInt(stamp, 10))
	r.Header.Set("Linear-Signature", hex.EncodeToString(mac.Sum(nil)))
	resp, err := s.opts.WebhookClient.Do(r)
	if err != nil {
		return 0, err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16)) // the answer's text means nothing
	return resp.StatusCode, resp.Body.Close()
}
