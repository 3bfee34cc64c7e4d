package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// routes are the pages of the app and what an operator looks at.
func (b *bot) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", b.app.Handler())
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		if up, since := b.app.Ready(); !up {
			http.Error(w, "socket down since "+since.UTC().Format(time.RFC3339), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		up, _ := b.app.Ready()
		if err := b.db.Ping(ctx); err != nil || !up {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(b.metrics, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}))
	return b.cfg.beneath(mux)
}

// publicPath is what PUBLIC_URL has after its host: "" or "/linearbot".
func (c *config) publicPath() string {
	u, err := url.Parse(c.PublicURL)
	if err != nil {
		return "" // urls has said so
	}
	return u.Path
}

// beneath serves h below the path of PUBLIC_URL as well as without it: the proxy in
// front may take the path away or leave it.
func (c *config) beneath(h http.Handler) http.Handler {
	path := c.publicPath()
	if path == "" {
		return h
	}
	below := http.StripPrefix(path, h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, path+"/") {
			below.ServeHTTP(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}
