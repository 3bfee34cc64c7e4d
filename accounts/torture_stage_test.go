//go:build linux

package accounts_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"linearbot/accounts"
	"linearbot/linear/lineartest"
	"linearbot/store"
)

// approvePath is where a process has a consent approved.
const approvePath = "/torture/approve"

// stage is a Linear behind a socket, with a clock that is set, and the database
// file that processes of the bot work on.
type stage struct {
	*world
	program, socket string
	keyring         json.RawMessage
	clock           atomic.Int64 // of Linear, in microseconds; 0: the real one
	started         atomic.Int64
	gate            atomic.Pointer[gate]
	seen            atomic.Int64 // refreshes that reached Linear's door
	trap            atomic.Pointer[trap]
	all             []store.Key
}

// gate decides what becomes of a refresh; next lets Linear answer.
type gate func(next http.Handler, w http.ResponseWriter, r *http.Request)

func newStage(t *testing.T, count int) *stage {
	s := &stage{}
	s.world = newWorld(t, func(c *setup) {
		c.linear.Now = s.now
		c.linear.RateLimit = lineartest.RateLimit{RequestsPerHour: 1 << 30, ComplexityPerHour: 1 << 40}
		c.accounts.Verify = accounts.VerifyOff
	})
	var err error
	if s.program, err = os.Executable(); err != nil {
		t.Fatal(err)
	}
	if s.keyring, err = s.ring.MarshalJSON(); err != nil {
		t.Fatal(err)
	}
	s.listen()
	s.connectAll(count)
	return s
}

func (s *stage) now() time.Time {
	if at := s.clock.Load(); at != 0 {
		return time.UnixMicro(at).UTC()
	}
	return time.Now()
}

// stopClock makes Linear's clock one that is set.
func (s *stage) stopClock() { s.clock.Store(time.Now().UnixMicro()) }

func (s *stage) pass(d time.Duration) { s.clock.Add(d.Microseconds()) }

// listen serves Linear on a Unix socket: tens of thousands of connections leave
// no ports behind.
func (s *stage) listen() {
	dir, err := os.MkdirTemp("", "torture") // t.TempDir may be too long for a socket
	if err != nil {
		s.t.Fatal(err)
	}
	s.socket = filepath.Join(dir, "linear")
	l, err := (&net.ListenConfig{}).Listen(s.t.Context(), "unix", s.socket)
	if err != nil {
		s.t.Fatal(err)
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(l) }() // returns after Close
	s.t.Cleanup(func() {
		_ = server.Close() // nothing is left to be saved
		_ = os.RemoveAll(dir)
	})
}

// trap is sprung by the nth refresh that comes.
type trap struct {
	nth    int64
	sprung chan string // whose refresh it was
}

// setTrap waits for the nth refresh from now on.
func (s *stage) setTrap(nth int64) <-chan string {
	t := &trap{nth: s.seen.Load() + nth, sprung: make(chan string, 1)}
	s.trap.Store(t)
	return t.sprung
}

func (s *stage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g := s.gate.Load()
	if r.URL.Path == tokenPath {
		if t, n := s.trap.Load(), s.seen.Add(1); t != nil && n == t.nth {
			t.sprung <- r.Header.Get(processHeader)
		}
	}
	switch {
	case r.URL.Path == approvePath:
		back, err := s.s.Approve(r.Context(), r.FormValue("to"), "alice@acme.test")
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(w, back) // the process may be gone
	case r.URL.Path == tokenPath && g != nil:
		(*g)(s.s.Handler(), w, r)
	default:
		s.s.Handler().ServeHTTP(w, r)
	}
}

// connectAll connects so many people, in the parent, on the real clock.
func (s *stage) connectAll(count int) {
	var g errgroup.Group
	g.SetLimit(4)
	for i := range count {
		p := person(fmt.Sprintf("U%05d", i), "alice@acme.test")
		s.all = append(s.all, p.Key)
		g.Go(func() error { s.connectShared(p); return nil })
	}
	_ = g.Wait() // connectShared fails the test itself
}

// sweepRatio is how much longer one sweep of all accounts takes than the answers
// of Linear alone would: over a real socket, on the real clock.
func (s *stage) sweepRatio(latency time.Duration, parallel int) float64 {
	s.t.Helper()
	kept := &http.Transport{MaxIdleConnsPerHost: 2 * parallel, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", s.socket)
	}}
	defer kept.CloseIdleConnections()
	_, m := s.process("sweep", accounts.Config{Parallel: parallel, HTTP: &http.Client{Transport: kept}})
	defer s.s.Fault(lineartest.Fault{Path: tokenPath, Delay: latency})()
	s.everybodyDue()
	began := time.Now()
	if r, err := m.RefreshDue(s.t.Context()); err != nil || r.Refreshed != len(s.all) {
		s.t.Errorf("RefreshDue = %+v, %v, want all %d refreshed", r, err, len(s.all))
	}
	ideal := time.Duration(len(s.all)) * latency / time.Duration(parallel)
	return float64(time.Since(began)) / float64(ideal)
}

// some are n accounts, at random.
func (s *stage) some(n int) []store.Key {
	var keys []store.Key
	for _, i := range rand.Perm(len(s.all))[:min(n, len(s.all))] {
		keys = append(keys, s.all[i])
	}
	return keys
}

// accounts reads all accounts.
func (s *stage) accounts() map[store.Key]store.Account {
	s.t.Helper()
	all := make(map[store.Key]store.Account, len(s.all))
	filter := store.AccountFilter{Limit: 2000}
	for {
		page, next, err := s.db.Accounts(context.WithoutCancel(s.t.Context()), filter)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, a := range page {
			all[a.Key] = a
		}
		if next == "" {
			return all
		}
		filter.After = next
	}
}

// standing is where one account stands at Linear, by the token its row holds.
type standing struct {
	account store.Account
	grant   string
	pairs   int  // minted for the grant so far
	current bool // the row holds the newest refresh token of a grant that lives
}

func (s *stage) standings() map[store.Key]standing {
	s.t.Helper()
	all := make(map[store.Key]standing, len(s.all))
	for key, a := range s.accounts() {
		st := standing{account: a}
		if a.Holds() {
			refresh, err := accounts.RefreshTokenForTest(s.ring, a)
			if err != nil {
				s.t.Fatal(err)
			}
			g, _ := s.s.GrantOf(refresh)
			st.grant, st.pairs, st.current = g.ID, g.Pairs, s.s.CurrentRefresh(refresh)
		}
		all[key] = st
	}
	return all
}

// barrier holds the answers to one process's refreshes back, after Linear has
// executed them, until it is opened.
type barrier struct {
	owner string
	want  int
	full  chan struct{} // closed when want answers are held
	open  chan struct{} // closed by the test

	mu     sync.Mutex
	tokens []string // the refresh tokens that were sent
}

func newBarrier(owner string, want int) *barrier {
	return &barrier{owner: owner, want: want, full: make(chan struct{}), open: make(chan struct{})}
}

func (b *barrier) pass(next http.Handler, w http.ResponseWriter, r *http.Request) {
	if r.Header.Get(processHeader) != b.owner {
		next.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the process died while it sent
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	next.ServeHTTP(answer, r)
	form, _ := url.ParseQuery(string(body)) // what Linear could read
	b.mu.Lock()
	b.tokens = append(b.tokens, form.Get("refresh_token"))
	if len(b.tokens) == b.want {
		close(b.full)
	}
	b.mu.Unlock()
	<-b.open
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // the process may be gone
}
