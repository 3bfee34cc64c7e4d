package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// ackFlush is how long the socket stays open after intake stopped, so that
// acknowledgements that are queued get written: slack-go has no drain of its own.
const ackFlush = 250 * time.Millisecond

// ackWait bounds one acknowledgement. Slack waits 3 s.
const ackWait = 2 * time.Second

// openWait is the longest wait before another socket is asked for. That of slack-go
// grows to 5 minutes, in which people's commands fail although Slack is back.
const openWait = 30 * time.Second

// socket reads Socket Mode frames and acknowledges them. slack-go never does so
// by itself, and a frame it cannot parse must be acknowledged from its raw bytes
// or Slack sends it again.
type socket struct {
	client *socketmode.Client
	log    *slog.Logger
	accept func(ctx context.Context, in inbound, ack acker) // must not block for long
	settle func()                                           // waits until what was accepted is acknowledged
	seen   *Counters
	app    string // the bot's own app; "" when Slack did not say

	ready atomic.Bool
	since atomic.Int64 // unix milliseconds of the last change of ready
	conns atomic.Int64 // num_connections of the last hello

	afresh atomic.Pointer[context.CancelFunc] // makes the client forget how long it waited
}

// acker answers one envelope. A nil payload is the bare acknowledgement.
type acker func(ctx context.Context, payload any) error

// inbound is one envelope as it came.
type inbound struct {
	EnvelopeID string
	Type       string // events_api, interactive, slash_commands
	Payload    json.RawMessage
	Retry      int
}

// run keeps the socket up until ctx ends. An error means that Slack will never
// let this process in with the tokens it has.
func (s *socket) run(ctx context.Context) error {
	live, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	ended := make(chan error, 1)
	go func() { ended <- s.connect(live) }()
	for {
		select {
		case evt := <-s.client.Events:
			if refused := s.take(live, evt); refused != nil {
				return errors.Join(refused, s.close(cut, ended))
			}
		case err := <-ended:
			s.setReady(false)
			if ctx.Err() != nil {
				return nil
			}
			return s.endedBy(err)
		case <-ctx.Done():
			return s.close(cut, ended)
		}
	}
}

// connect runs the client until ctx ends or Slack refuses it for good.
func (s *socket) connect(ctx context.Context) error {
	for {
		attempts, end := context.WithCancel(ctx)
		s.afresh.Store(&end)
		err := s.client.RunContext(attempts)
		end()
		if ctx.Err() != nil || !errors.Is(err, context.Canceled) {
			return err
		}
	}
}

// hurry cuts a long wait of the client's short, unless Slack asked for it.
func (s *socket) hurry(evt socketmode.Event) {
	failed, ok := evt.Data.(*slack.ConnectionErrorEvent)
	if !ok || failed.Backoff <= openWait {
		return
	}
	if _, limited := errors.AsType[*slack.RateLimitedError](failed.ErrorObj); !limited {
		time.AfterFunc(openWait, *s.afresh.Load())
	}
}

// close stops intake, gives queued acknowledgements a moment to leave, and hangs up.
func (s *socket) close(cut context.CancelFunc, ended <-chan error) error {
	s.setReady(false)
	s.settle()
	time.Sleep(ackFlush)
	cut()
	err := <-ended
	if err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("socket mode: %w", err)
	}
	return nil
}

// take handles what the client tells. An error means that Slack will never let this
// process in: slack-go itself would try for ever.
func (s *socket) take(ctx context.Context, evt socketmode.Event) error {
	switch evt.Type {
	case socketmode.EventTypeHello:
		return s.hello(ctx, evt)
	case socketmode.EventTypeConnected:
		s.log.InfoContext(ctx, "socket connected")
	case socketmode.EventTypeConnecting, socketmode.EventTypeDisconnect:
		s.setReady(false)
	case socketmode.EventTypeConnectionError, socketmode.EventTypeInvalidAuth:
		s.setReady(false)
		err := eventError(evt)
		s.log.WarnContext(ctx, "socket not connected", "err", err)
		s.hurry(evt)
		return refused(callOpen, err)
	case socketmode.EventTypeIncomingError, socketmode.EventTypeErrorWriteFailed:
		s.log.WarnContext(ctx, "socket trouble", "err", eventError(evt))
	case socketmode.EventTypeErrorBadMessage:
		s.ackRaw(ctx, evt)
	default:
		s.envelope(ctx, evt)
	}
	return nil
}

func (s *socket) hello(ctx context.Context, evt socketmode.Event) error {
	if evt.Request != nil && s.app != "" && evt.Request.ConnectionInfo.AppID != "" && evt.Request.ConnectionInfo.AppID != s.app {
		return &RefusedError{Call: callOpen, Code: codeOtherApp}
	}
	s.setReady(true)
	if evt.Request == nil {
		return nil
	}
	n := int64(evt.Request.NumConnections)
	if n > 1 && s.conns.Load() != n {
		// More sockets than this process holds: another replica, a ghost left by a
		// half-open close, or a leaked app token that swallows envelopes.
		s.log.WarnContext(ctx, "several sockets are open for this app", "connections", n)
	}
	s.conns.Store(n)
	return nil
}

func (s *socket) envelope(ctx context.Context, evt socketmode.Event) {
	if evt.Request == nil || evt.Request.EnvelopeID == "" {
		return
	}
	s.setReady(true) // also when Slack said no hello
	in := inbound{
		EnvelopeID: evt.Request.EnvelopeID, Type: evt.Request.Type,
		Payload: evt.Request.Payload, Retry: evt.Request.RetryAttempt,
	}
	s.accept(ctx, in, s.acker(in.EnvelopeID, in.Type))
}

// ackRaw acknowledges a frame slack-go could not parse (an event type newer than
// the library, a malformed block) from the envelope id in its raw bytes.
func (s *socket) ackRaw(ctx context.Context, evt socketmode.Event) {
	bad, ok := evt.Data.(*socketmode.ErrorBadMessage)
	if !ok {
		return
	}
	s.seen.UnknownFrames.Inc()
	var frame struct {
		EnvelopeID string          `json:"envelope_id"`
		Type       string          `json:"type"`
		Payload    json.RawMessage `json:"payload"`
	}
	if err := json.Unmarshal(bad.Message, &frame); err != nil || frame.EnvelopeID == "" {
		s.log.WarnContext(ctx, "frame without envelope", "err", bad.Cause)
		return
	}
	s.log.WarnContext(ctx, "frame not understood", "envelope", frame.EnvelopeID, "type", frame.Type, "err", bad.Cause)
	if err := s.acker(frame.EnvelopeID, frame.Type)(ctx, nil); err != nil {
		s.log.WarnContext(ctx, "acknowledge failed", "envelope", frame.EnvelopeID, "err", err)
	}
}

func (s *socket) acker(envelopeID, kind string) acker {
	began := time.Now()
	return func(ctx context.Context, payload any) error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ackWait)
		defer cancel()
		err := s.client.AckCtx(ctx, envelopeID, payload)
		s.seen.ack(kind, time.Since(began), err)
		return err
	}
}

func (s *socket) setReady(up bool) {
	if s.ready.Swap(up) != up {
		s.since.Store(time.Now().UnixMilli())
	}
}

// endedBy words why the client gave up by itself.
func (s *socket) endedBy(err error) error {
	if e := refused(callOpen, err); e != nil {
		return e
	}
	if status, ok := errors.AsType[slack.StatusCodeError](err); ok && status.Code == http.StatusNotFound {
		return &RefusedError{Call: callOpen, Code: codeNotThere}
	}
	return fmt.Errorf("socket mode: %w", err)
}

func eventError(evt socketmode.Event) error {
	if failed, ok := evt.Data.(*slack.ConnectionErrorEvent); ok {
		return failed.ErrorObj
	}
	if err, ok := evt.Data.(error); ok {
		return err
	}
	return fmt.Errorf("%s", evt.Type)
}
