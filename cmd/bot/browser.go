package main

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"strings"
	"time"

	"linearbot/linear/lineartest"
)

// browser is a person's browser on the stage: cookies, and the hands for the few
// pages of connecting.
type browser struct {
	linear *lineartest.Server
	client *http.Client
}

func newBrowser(l *lineartest.Server) (*browser, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	return &browser{linear: l, client: &http.Client{
		Jar: jar, Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// connect opens a connect link, continues to Linear, approves there as email, and
// returns what the two pages of the bot said.
func (b *browser) connect(ctx context.Context, link, email string) (before, after string, err error) {
	before, _, err = b.visit(ctx, http.MethodGet, link)
	if err != nil {
		return "", "", err
	}
	_, authorize, err := b.visit(ctx, http.MethodPost, link)
	if err != nil {
		return before, "", err
	}
	if authorize == "" {
		return before, "", fmt.Errorf("continuing to Linear led nowhere from %s", link)
	}
	callback, err := b.linear.Approve(ctx, authorize, email)
	if err != nil {
		return before, "", err
	}
	after, _, err = b.visit(ctx, http.MethodGet, callback)
	return before, after, err
}

var (
	htmlHead = regexp.MustCompile(`(?s)<head>.*?</head>`)
	htmlTag  = regexp.MustCompile(`<[^>]*>`)
)

// visit loads one page and returns its words, or where it redirects to.
func (b *browser) visit(ctx context.Context, method, address string) (words, redirect string, err error) {
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return "", "", err
	}
	resp, err := b.client.Do(req)
	if err != nil {
		return "", "", err
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return "", "", err
	}
	text := html.UnescapeString(htmlTag.ReplaceAllString(htmlHead.ReplaceAllString(string(page), ""), "\n"))
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n"), resp.Header.Get("Location"), nil
}
