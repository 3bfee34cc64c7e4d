package slacktest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// Envelope is the record of one delivery over a socket.
type Envelope struct {
	ID      string // unique per delivery, redeliveries included
	Type    string // events_api, interactive, slash_commands
	Label   string // the command, the interaction's type, the event's type
	EventID string // the same on each redelivery of an event
	Attempt int    // 0 for the first delivery, then 1–3
	Reason  string // "timeout" on redeliveries
	Payload json.RawMessage
	Socket  int // which connection it took; 0 when none was open
	SentAt  time.Time

	Acked      bool
	AckLatency time.Duration
	AckPayload json.RawMessage
	Ignored    string // why an acknowledgement was not taken: too large, late, dropped, payload not accepted
	Failed     bool   // nobody acknowledged in time
}

// delivery is the socket side's state, guarded by the server's lock.
type delivery struct {
	sockets      []*socket
	socketSeq    int
	tickets      map[string]bool
	linkDisabled bool
	pending      map[string]*envelope
	sent         []*envelope
	strayAcks    int
	holding      func(Envelope) bool // which envelopes are kept off the wire; nil: none
	held         []*envelope
}

func newDelivery() delivery {
	return delivery{tickets: map[string]bool{}, pending: map[string]*envelope{}}
}

// envelope is a record with its waiting end.
type envelope struct {
	Envelope
	accepts bool
	done    chan struct{} // closed when acknowledged
}

// pick chooses the socket for the next frame: any, with no affinity, but not one that was told to go while there is
// another. The lock is held.
func (s *Server) pick() *socket {
	staying := slices.DeleteFunc(slices.Clone(s.sockets), func(k *socket) bool { return k.leaving })
	if len(staying) == 0 {
		staying = s.sockets
	}
	if len(staying) == 0 {
		return nil
	}
	return staying[rand.IntN(len(staying))]
}

// send puts one envelope on the wire. The lock is held.
func (s *Server) send(e Envelope, accepts bool) *envelope {
	e.ID, e.SentAt = newID("")+newID(""), time.Now()
	env := &envelope{Envelope: e, accepts: accepts, done: make(chan struct{})}
	if len(s.sent) >= 10_000 {
		s.sent = slices.Delete(s.sent, 0, 1000)
	}
	s.sent = append(s.sent, env)
	s.pending[env.ID] = env
	if s.holding != nil && s.holding(env.Envelope) {
		s.held = append(s.held, env)
	} else {
		s.put(env)
	}
	s.touch(Change{Kind: "envelope", ID: env.ID})
	return env
}

// put writes an envelope to a socket, if there is one. The lock is held.
func (s *Server) put(env *envelope) {
	if k := s.pick(); k != nil {
		env.Socket = k.id
		k.send(env.frame())
	}
}

// Reorder keeps the envelopes that match off the wire until n of them are there, and
// sends them then, the newest first: over several sockets Slack promises no order.
func (s *Server) Reorder(n int, match func(Envelope) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holding = func(e Envelope) bool {
		if !match(e) {
			return false
		}
		if len(s.held)+1 < n {
			return true
		}
		held := s.held
		s.holding, s.held = nil, nil
		go func() { // after the one that is sent now
			s.mu.Lock()
			defer s.mu.Unlock()
			for _, env := range slices.Backward(held) {
				s.put(env)
			}
		}()
		return false
	}
}

func (e *envelope) frame() Object {
	f := Object{
		"envelope_id": e.ID, "type": e.Type, "payload": e.Payload, "accepts_response_payload": e.accepts,
	}
	if e.Type == "events_api" {
		f["retry_attempt"], f["retry_reason"] = e.Attempt, e.Reason
	}
	return f
}

// acknowledge takes one frame from the app.
func (s *Server) acknowledge(frame []byte) {
	var ack struct {
		ID      string          `json:"envelope_id"`
		Payload json.RawMessage `json:"payload"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if json.Unmarshal(frame, &ack) != nil {
		s.strayAcks++
		return
	}
	env := s.pending[ack.ID]
	switch {
	case env == nil:
		s.strayAcks++
		s.late(ack.ID)
		return
	case len(frame) >= maxAck:
		env.Ignored = "too large"
		return
	case s.dropAcks > 0:
		s.dropAcks--
		env.Ignored = "dropped"
		return
	}
	if empty := bytes.TrimSpace(ack.Payload); len(empty) > 0 && !bytes.Equal(empty, []byte("null")) {
		env.AckPayload = ack.Payload
		if !env.accepts {
			env.Ignored = "payload not accepted"
		}
	}
	env.Acked, env.AckLatency = true, time.Since(env.SentAt)
	delete(s.pending, ack.ID)
	close(env.done)
	s.touch(Change{Kind: "envelope", ID: env.ID})
}

// late marks an acknowledgement that came after the timer. The lock is held.
func (s *Server) late(id string) {
	for _, e := range s.sent {
		if e.ID == id && e.Failed {
			e.Ignored = "late"
		}
	}
}

// wait returns the acknowledgement's payload; ok is false when none came in time or the server closed.
func (s *Server) wait(ctx context.Context, env *envelope) (payload json.RawMessage, ok bool, err error) {
	timer := time.NewTimer(s.opt.AckTimeout)
	defer timer.Stop()
	select {
	case <-env.done:
	case <-timer.C:
	case <-s.ctx.Done():
		return nil, false, errClosed
	case <-ctx.Done():
		return nil, false, context.Cause(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !env.Acked {
		env.Failed = true
		delete(s.pending, env.ID)
		s.touch(Change{Kind: "envelope", ID: env.ID})
		return nil, false, nil
	}
	if env.Ignored != "" {
		return nil, true, nil
	}
	return env.AckPayload, true, nil
}

// deliver sends an event and sends it again, up to three times, until it is acknowledged. The lock is held.
func (s *Server) deliver(e Envelope) {
	if s.ctx.Err() != nil {
		return
	}
	first := s.send(e, false)
	s.running.Go(func() {
		env := first
		for i, pause := range s.opt.Retries {
			if _, ok, err := s.wait(s.ctx, env); ok || err != nil {
				return
			}
			select {
			case <-time.After(pause):
			case <-s.ctx.Done():
				return
			}
			next := e
			next.Attempt, next.Reason = i+1, "timeout"
			s.mu.Lock()
			env = s.send(next, false)
			s.mu.Unlock()
		}
		_, _, _ = s.wait(s.ctx, env) // the last try: its outcome is in the record
	})
}

// request sends an interaction or command and waits for its acknowledgement; these are never sent again.
func (s *Server) request(ctx context.Context, kind, label string, payload Object, accepts bool) (json.RawMessage, bool, error) {
	s.mu.Lock()
	env := s.send(Envelope{Type: kind, Label: label, Payload: mustJSON(payload)}, accepts)
	s.mu.Unlock()
	return s.wait(ctx, env)
}

// Envelopes returns every delivery so far, oldest first.
func (s *Server) Envelopes() []Envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Envelope, len(s.sent))
	for i, e := range s.sent {
		out[i] = e.Envelope
	}
	return out
}

// StrayAcks counts acknowledgements that named no envelope waiting for one.
func (s *Server) StrayAcks() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.strayAcks
}

// Redeliver sends the payload of an earlier envelope once more: an event as a retry with its event id,
// anything else as a fresh envelope, as when a person pressed twice.
func (s *Server) Redeliver(ctx context.Context, envelopeID string) error {
	s.mu.Lock()
	i := slices.IndexFunc(s.sent, func(e *envelope) bool { return e.ID == envelopeID })
	if i < 0 {
		s.mu.Unlock()
		return fmt.Errorf("redeliver: no envelope %s", envelopeID)
	}
	old := s.sent[i]
	next := Envelope{Type: old.Type, Label: old.Label, EventID: old.EventID, Payload: old.Payload}
	if old.Type == "events_api" {
		next.Attempt, next.Reason = old.Attempt+1, "timeout"
	}
	env := s.send(next, old.accepts)
	s.mu.Unlock()
	if _, ok, err := s.wait(ctx, env); err != nil || !ok {
		return cmp.Or(err, error(&FailedError{Text: "the app did not acknowledge"}))
	}
	return nil
}

func mustJSON(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // programmer error: payloads hold only JSON values
	}
	return raw
}
