package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// checkPublicURL follows a connect link from the outside. While no bot runs, it
// listens at LISTEN_ADDR itself and must be the one who answers; a bot that runs
// must answer with its own page.
func (c *config) checkPublicURL(ctx context.Context) (string, error) {
	word := rand.Text()
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.ListenAddr)
	running := errors.Is(err, syscall.EADDRINUSE)
	switch {
	case running:
	case err != nil:
		return "", fmt.Errorf("LISTEN_ADDR: %w", err)
	default:
		stop := c.answer(l, word)
		defer stop()
	}
	status, body, err := c.follow(ctx, "/connect/"+word)
	switch {
	case err != nil:
		return "", &unsureError{fmt.Sprintf("%s is not reached from this machine (%v); people's browsers have to reach it", c.PublicURL, err)}
	case !running && status == http.StatusOK && body == word:
		return c.PublicURL + " leads to " + c.ListenAddr, nil
	case running && status == http.StatusGone && strings.Contains(body, "Linear in Slack"):
		return c.PublicURL + " leads to the bot that runs now", nil
	}
	return "", fmt.Errorf("PUBLIC_URL: %s/connect answered %d, and not from LISTEN_ADDR %s", c.PublicURL, status, c.ListenAddr)
}

// answer serves the word at its own connect link, until it is stopped.
func (c *config) answer(l net.Listener, word string) (stop func()) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /connect/"+word, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, word) // whoever asked sees what is missing
	})
	server := &http.Server{Handler: c.beneath(mux), ReadHeaderTimeout: checkCap}
	served := make(chan struct{})
	go func() { defer close(served); _ = server.Serve(l) }() // http.ErrServerClosed
	return func() { _ = server.Close(); <-served }
}

// follow loads a page of the public address; a redirect is an answer.
func (c *config) follow(ctx context.Context, path string) (status int, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.PublicURL+path, nil)
	if err != nil {
		return 0, "", err
	}
	client := &http.Client{Timeout: checkCap - time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return 0, "", errors.Unwrap(err) // without the address
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
	return resp.StatusCode, string(text), err
}
