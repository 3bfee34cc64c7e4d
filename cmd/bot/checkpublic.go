package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
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
	ctx, cancel := context.WithTimeout(ctx, checkCap-time.Second)
	defer cancel()
	status, page, err := tryOnce(ctx, http.MethodGet, c.PublicURL+"/connect/"+word, "text/html", "")
	if failed, ok := errors.AsType[*url.Error](err); ok {
		err = failed.Err // without the address
	}
	body := string(page)
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
