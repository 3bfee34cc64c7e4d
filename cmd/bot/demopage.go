package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"linearbot/slackapp/slacktest/page"
)

// demoPage is the local Slack in a browser.
type demoPage struct {
	url    string
	server *http.Server
	ended  chan error
}

// servePage opens the page, with a note under its banner, at a loopback address; when that is taken, at any free
// port of it.
func (s *stage) servePage(ctx context.Context, addr, note string) (*demoPage, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil || !loopback(host) {
		return nil, fmt.Errorf("--addr is not a loopback host:port: %q", addr)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		if listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(host, "0")); err != nil {
			return nil, fmt.Errorf("--addr: %w", err)
		}
	}
	p := &demoPage{url: "http://" + listener.Addr().String() + "/", ended: make(chan error, 1)}
	p.server = &http.Server{
		Handler: page.New(s.slack, page.Options{
			LinearURL: s.linear.URL, Requests: s.linearRequests, Restart: func() error { return s.restartBot(ctx) }, Note: note,
		}),
		ReadHeaderTimeout: 5 * time.Second,
	}
	go func() { p.ended <- p.server.Serve(listener) }()
	return p, nil
}

// close ends the page. Its event streams never end by themselves.
func (p *demoPage) close() error {
	err := p.server.Close()
	if served := <-p.ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// linearRequests is what the local Linear answered, for the page to show.
func (s *stage) linearRequests() []page.LinearRequest {
	all := s.linear.Requests()
	out := make([]page.LinearRequest, 0, len(all))
	for _, r := range all {
		out = append(out, page.LinearRequest{At: r.At, Took: r.Took, Name: cmp.Or(r.Op, r.Path), User: r.User, Status: r.Status})
	}
	return out
}
