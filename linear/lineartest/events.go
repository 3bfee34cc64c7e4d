package lineartest

import "context"

// Event tells a watcher that something happened. At most one field is set; with
// none, the workspace may have changed.
type Event struct {
	Request  *Request
	Token    *TokenEvent
	Delivery *Delivery
}

// watched is how many events a slow watcher may lag behind before it misses some.
const watched = 1024

// Subscribe delivers each event from now on. A watcher that lags far behind
// misses events rather than slowing the server. cancel closes the channel.
func (s *Server) Subscribe() (events <-chan Event, cancel func()) {
	ch := make(chan Event, watched)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers[ch] = struct{}{}
	return ch, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if _, open := s.watchers[ch]; open {
			delete(s.watchers, ch)
			close(ch)
		}
	}
}

// publish wakes Await and tells the watchers; Server.mu is held.
func (s *Server) publish(e Event) {
	close(s.changed)
	s.changed = make(chan struct{})
	for ch := range s.watchers {
		select {
		case ch <- e:
		default:
		}
	}
}

// Await returns nil as soon as done reports true. It asks once, and again after
// each event, so done may look at the server with any of its methods.
func (s *Server) Await(ctx context.Context, done func() bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if done() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
