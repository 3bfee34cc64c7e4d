package slacktest

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// maxSockets is how many connections one app may hold; further ones are told too_many_websockets.
const maxSockets = 10

// maxAck is the size from which Slack drops an acknowledgement without a word.
const maxAck = 20_480

// socket is one Socket Mode connection.
type socket struct {
	id      int
	conn    *websocket.Conn
	out     chan []byte // frames for the writer; full means the peer is gone
	gone    chan struct{}
	silent  bool // half-open: registered, but nothing passes any more
	leaving bool // told to disconnect: gets frames only while there is no other
	closed  bool
}

// openConnection is apps.connections.open: a URL with a ticket that opens one socket once.
func (s *Server) openConnection(args) (Object, error) {
	if !s.manifest.Settings.SocketMode || s.linkDisabled {
		return nil, fail("forbidden_team")
	}
	ticket := newID("") + newID("")
	s.tickets[ticket] = true
	link := "ws" + strings.TrimPrefix(s.URL, "http") + "/link/?" + url.Values{"ticket": {ticket}, "app_id": {s.socketApp}}.Encode()
	return Object{"url": link}, nil
}

// serveSocket upgrades a connection that brings a fresh ticket.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	fresh := s.tickets[ticket]
	delete(s.tickets, ticket)
	s.mu.Unlock()
	if !fresh {
		http.Error(w, "ticket is unknown or was used", http.StatusForbidden)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(r *http.Request) bool {
		origin := r.Header.Get("Origin")
		return origin == "" || origin == "https://api.slack.com"
	}}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	k := &socket{conn: conn, out: make(chan []byte, 256), gone: make(chan struct{})}
	if !s.register(k, r.URL.Query().Get("debug_reconnects") == "true") {
		return
	}
	s.read(k)
}

// register adds a socket, greets it and starts its writer. A socket too many is turned away.
func (s *Server) register(k *socket, short bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		_ = k.conn.Close() // the server is closing; nothing to report to
		return false
	}
	s.socketSeq++
	k.id = s.socketSeq
	s.sockets = append(s.sockets, k)
	s.running.Go(func() { s.write(k) })
	if len(s.sockets) > maxSockets {
		s.disconnect(k, "too_many_websockets", 0)
		return true
	}
	lifetime := 18_000
	if short {
		lifetime = 360
	}
	k.send(Object{
		"type": "hello", "num_connections": len(s.sockets),
		"connection_info": Object{"app_id": s.socketApp},
		"debug_info":      Object{"host": "applink-local", "build_number": 1, "approximate_connection_time": lifetime},
	})
	s.touch(Change{Kind: "socket"})
	return true
}

func (k *socket) send(frame Object) {
	raw, err := json.Marshal(frame)
	if err != nil {
		panic(err) // programmer error: frames hold only JSON values
	}
	k.sendRaw(raw)
}

func (k *socket) sendRaw(frame []byte) {
	if k.silent || k.closed {
		return
	}
	select {
	case k.out <- frame:
	default: // the peer stopped reading: the frame is lost as on a dead line
	}
}

// cut ends the connection without a close frame. The server's lock is held.
func (k *socket) cut() {
	if !k.closed {
		k.closed = true
		close(k.gone)
		_ = k.conn.Close() // a second close is harmless
	}
}

// write passes frames and pings to the peer until the socket is gone.
func (s *Server) write(k *socket) {
	ping := time.NewTicker(s.opt.PingInterval)
	defer ping.Stop()
	for {
		select {
		case <-k.gone:
			return
		case frame := <-k.out:
			_ = k.conn.SetWriteDeadline(time.Now().Add(10 * time.Second)) // cannot fail on a live conn
			if k.conn.WriteMessage(websocket.TextMessage, frame) != nil {
				s.drop(k)
				return
			}
		case <-ping.C:
			if s.isSilent(k) {
				continue
			}
			if k.conn.WriteControl(websocket.PingMessage, []byte("ping"), time.Now().Add(time.Second)) != nil {
				s.drop(k)
				return
			}
		}
	}
}

func (s *Server) isSilent(k *socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return k.silent
}

// read takes acknowledgements until the peer leaves.
func (s *Server) read(k *socket) {
	defer s.drop(k)
	for {
		_, frame, err := k.conn.ReadMessage()
		if err != nil {
			return
		}
		if !s.isSilent(k) {
			s.acknowledge(frame)
		}
	}
}

// drop forgets a socket, unless it is half-open: such ghosts stay registered, as they do at Slack.
func (s *Server) drop(k *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k.silent && s.ctx.Err() == nil {
		return
	}
	k.cut()
	s.sockets = slices.DeleteFunc(s.sockets, func(e *socket) bool { return e == k })
	s.touch(Change{Kind: "socket"})
}

// disconnect tells a socket why it must go and ends it after a while. The lock is held.
func (s *Server) disconnect(k *socket, reason string, after time.Duration) {
	k.leaving = true
	k.send(Object{"type": "disconnect", "reason": reason, "debug_info": Object{"host": "applink-local"}})
	s.running.Go(func() {
		select {
		case <-time.After(max(after, 100*time.Millisecond)): // the frame leaves first
			s.drop(k)
		case <-k.gone:
		case <-s.ctx.Done():
		}
	})
}

// ErrReason is returned for a disconnect reason Slack does not have.
var ErrReason = errors.New("slacktest: unknown disconnect reason")

// Disconnect sends every socket a disconnect frame: "warning" (the socket lives on for WarningTime),
// "refresh_requested", "too_many_websockets", or "link_disabled", after which none may be opened until EnableLink.
func (s *Server) Disconnect(reason string) error {
	after := time.Duration(0)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch reason {
	case "warning":
		after = s.opt.WarningTime
	case "link_disabled":
		s.linkDisabled = true
	case "refresh_requested", "too_many_websockets":
	default:
		return ErrReason
	}
	for _, k := range s.sockets {
		s.disconnect(k, reason, after)
	}
	return nil
}

// EnableLink allows sockets again after link_disabled.
func (s *Server) EnableLink() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.linkDisabled = false
}

// CutSockets ends every connection in mid-air: no close frame, no word.
func (s *Server) CutSockets() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.sockets {
		k.cut()
	}
	s.sockets = nil
	s.touch(Change{Kind: "socket"})
}

// SilenceSockets makes every open connection half-open: no pings, no frames, acknowledgements lost;
// envelopes are still routed to them.
func (s *Server) SilenceSockets() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.sockets {
		k.silent = true
	}
}

// BuryGhosts unregisters half-open connections, as Slack does in the end.
func (s *Server) BuryGhosts() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets = slices.DeleteFunc(s.sockets, func(k *socket) bool {
		if k.silent {
			k.cut()
		}
		return k.silent
	})
	s.touch(Change{Kind: "socket"})
}

// SendRaw writes a frame as it is to one socket: half JSON, unknown types, whatever a test needs.
func (s *Server) SendRaw(frame string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.pick(); k != nil {
		k.sendRaw([]byte(frame))
	}
}

// Sockets tells how many connections are registered, ghosts included.
func (s *Server) Sockets() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets)
}
