package slacktest

import (
	"context"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Fault makes Web API calls slow or fail. The zero value of a field leaves that part alone.
type Fault struct {
	Method     string        // "views.open", "response_url"; "*" is every method
	Times      int           // how many calls it hits; 0 is all until removed
	Delay      time.Duration // waits before the call is looked at
	Code       string        // answers ok:false with this code
	Status     int           // answers with this HTTP status and an HTML page
	RetryAfter int           // answers 429 with this many seconds
	Reset      bool          // cuts the connection without an answer
	Applied    bool          // the call takes effect before it fails
}

// faults are the armed levers. Its methods need the server's lock unless they say otherwise.
type faults struct {
	armed       []*Fault
	dropAcks    int
	uninstalled bool
	socketApp   string // whose sockets the app-level token opens
}

// Inject arms a fault and returns what disarms it. The fault armed last is asked first.
func (s *Server) Inject(f Fault) (remove func()) {
	armed := &f
	s.mu.Lock()
	defer s.mu.Unlock()
	s.armed = append(s.armed, armed)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.armed = slices.DeleteFunc(s.armed, func(e *Fault) bool { return e == armed })
	}
}

// DropAcks makes the server overlook the next n acknowledgements, as if lost on the way.
func (s *Server) DropAcks(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropAcks = n
}

// ExpireTriggers ends every trigger id handed out so far.
func (s *Server) ExpireTriggers() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.triggers {
		t.expires = time.Time{}
	}
}

// WithdrawScope takes a scope from the installed app: calls that need it answer missing_scope.
func (s *Server) WithdrawScope(scope string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.scopes, scope)
}

// MixApps makes the app-level token one of another app: its sockets say so.
func (s *Server) MixApps() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.socketApp = "A0OTHER"
}

// Uninstall removes the app: it raises tokens_revoked and app_uninstalled; every call then answers account_inactive.
func (s *Server) Uninstall() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.event(Object{"type": "tokens_revoked", "tokens": Object{"oauth": []string{}, "bot": []string{botUserID}}})
	s.event(Object{"type": "app_uninstalled"})
	s.uninstalled = true
}

// RevokeUserTokens raises tokens_revoked for the tokens of these people; the bot's own stays.
func (s *Server) RevokeUserTokens(ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.event(Object{"type": "tokens_revoked", "tokens": Object{"oauth": ids, "bot": []string{}}})
}

// AnnounceRemoval raises app_uninstalled though the app is installed, as an event does that comes late.
func (s *Server) AnnounceRemoval() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.event(Object{"type": "app_uninstalled"})
}

// takeFault returns the fault that hits this call, or nil.
func (s *Server) takeFault(method string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range slices.Backward(s.armed) {
		if f.Method != method && f.Method != "*" {
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				s.armed = slices.Delete(s.armed, i, i+1)
			}
		}
		hit := *f
		return &hit
	}
	return nil
}

// wait sleeps the fault's delay; false when the caller gave up first.
func (f *Fault) wait(ctx context.Context) bool {
	if f == nil || f.Delay == 0 {
		return true
	}
	select {
	case <-time.After(f.Delay):
		return true
	case <-ctx.Done():
		return false
	}
}

func (f *Fault) fails() bool {
	return f != nil && (f.Code != "" || f.Status != 0 || f.RetryAfter != 0 || f.Reset)
}

// applies reports whether the call takes effect.
func (f *Fault) applies() bool { return f == nil || !f.fails() || f.Applied }

func (f *Fault) label() string {
	switch {
	case f.Reset:
		return "connection reset"
	case f.RetryAfter > 0:
		return "ratelimited"
	case f.Status != 0:
		return http.StatusText(f.Status)
	}
	return f.Code
}

// answer writes the failure and returns its HTTP status.
func (f *Fault) answer(w http.ResponseWriter) int {
	switch {
	case f.Reset:
		panic(http.ErrAbortHandler) // the documented way to cut an HTTP connection
	case f.RetryAfter > 0:
		w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
		writeJSON(w, http.StatusTooManyRequests, Object{"ok": false, "error": "ratelimited"})
		return http.StatusTooManyRequests
	case f.Status != 0:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte("<html><body>Something went wrong</body></html>")) // the client may be gone
		return f.Status
	}
	writeJSON(w, http.StatusOK, Object{"ok": false, "error": f.Code})
	return http.StatusOK
}

// bucket is a token bucket: it holds at most size tokens and gains perSecond.
type bucket struct {
	size, perSecond, tokens float64
	at                      time.Time
}

// take spends one token, or returns the whole seconds until one is there.
func (b *bucket) take(now time.Time) int {
	b.tokens = min(b.size, b.tokens+now.Sub(b.at).Seconds()*b.perSecond)
	b.at = now
	if b.tokens >= 1 {
		b.tokens--
		return 0
	}
	return max(1, int(math.Ceil((1-b.tokens)/b.perSecond)))
}

// tierPerMinute is how many calls each tier allows (Slack promises at least these); tier 5 is "special".
var tierPerMinute = [...]float64{1: 1, 2: 20, 3: 50, 4: 100, 5: 600}

// limited spends one call of a method's budget; more than 0 is how many seconds to wait instead.
// chat.postMessage has a second budget: one a second and channel, with short bursts.
func (s *Server) limited(name string, tier int, channel string) int {
	if !s.opt.RateLimits {
		return 0
	}
	perMinute := tierPerMinute[tier]
	wait := s.spend(name, perMinute, perMinute/60)
	if name == "chat.postMessage" && wait == 0 {
		wait = s.spend(name+" "+channel, 5, 1)
	}
	return wait
}

func (s *Server) spend(key string, size, perSecond float64) int {
	b := s.rate[key]
	if b == nil {
		b = &bucket{size: size, perSecond: perSecond, tokens: size, at: time.Now()}
		s.rate[key] = b
	}
	return b.take(time.Now())
}

func itoa(n int) string { return strconv.Itoa(n) }
