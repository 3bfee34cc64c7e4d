package linear_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"linearbot/linear"
)

// memory is a transport without sockets, so that time can be a bubble's.
type memory struct {
	answer   func(w http.ResponseWriter, r request, n int)
	delay    func(n int) time.Duration // nil: none
	mu       sync.Mutex
	requests []request
}

func inMemory(answer func(w http.ResponseWriter, r request, n int)) *memory {
	return &memory{answer: answer}
}

// errDropped makes the answer get lost after the server has acted.
var errDropped = errors.New("connection reset")

// refusedConnection is what a dial to a closed port gives.
var refusedConnection = &net.OpError{Op: "dial", Err: errors.New("connection refused")}

func (m *memory) RoundTrip(r *http.Request) (*http.Response, error) {
	var got request
	if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
		return nil, err
	}
	m.mu.Lock()
	n := len(m.requests)
	m.requests = append(m.requests, got)
	m.mu.Unlock()
	if m.delay != nil {
		select {
		case <-time.After(m.delay(n)):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	return m.play(got, n)
}

// play lets the answer happen; an error that it panics with is the transport's.
func (m *memory) play(got request, n int) (res *http.Response, err error) {
	defer func() {
		if failure, ok := recover().(error); ok {
			res, err = nil, failure
		}
	}()
	w := httptest.NewRecorder()
	m.answer(w, got, n)
	return w.Result(), nil
}

func (m *memory) session(t *testing.T, a linear.Authorizer) *linear.Session {
	t.Helper()
	return m.client(t).Session("account-1", a, nil)
}

func (m *memory) client(t *testing.T) *linear.Client {
	t.Helper()
	return linear.New(linear.Config{APIURL: "http://linear.test", HTTP: &http.Client{Transport: m}, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
}

func (m *memory) operations() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var names []string
	for _, r := range m.requests {
		names = append(names, r.OperationName)
	}
	return names
}
