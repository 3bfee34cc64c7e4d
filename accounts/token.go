package accounts

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
	"golang.org/x/oauth2"

	"linearbot/linear"
)

const (
	tokenCap     = 15 * time.Second // one POST to the token endpoint
	refreshTries = 3                // in one flight, with the same refresh token
)

// fault sorts what the token endpoint answered.
type fault int

const (
	faultTransient fault = iota // network, 5xx, HTML: it may have been executed; change nothing
	faultLimited                // 429: not executed; change nothing
	faultGrant                  // invalid_grant: this grant, maybe, is dead
	faultClient                 // invalid_client: our configuration, nobody's grant
)

// tokenError is a refusal or failure of the token endpoint in our words: the
// answer itself may quote what was sent.
type tokenError struct {
	fault  fault
	status int   // 0: no answer
	cause  error // of a failure on the way; nil when there was an answer
	before bool  // an earlier try of the same flight got no proper answer: it may have been executed
}

func (e *tokenError) Error() string {
	words := map[fault]string{
		faultTransient: "no proper answer", faultLimited: "rate limited",
		faultGrant: "invalid_grant", faultClient: "invalid_client",
	}[e.fault]
	if e.status != 0 {
		return fmt.Sprintf("token endpoint: %s (status %d)", words, e.status)
	}
	return "token endpoint: " + words
}

// Unwrap lets a failure on the way match linear.ErrTransient and its cause.
func (e *tokenError) Unwrap() []error {
	all := []error{e.cause}
	switch e.fault {
	case faultTransient:
		all = append(all, linear.ErrTransient)
	case faultLimited:
		all = append(all, linear.ErrRateLimited)
	case faultClient:
		all = append(all, ErrOperator)
	case faultGrant:
	}
	return slices.DeleteFunc(all, func(err error) bool { return err == nil })
}

// tokenErrorOf reads an error of x/oauth2. Only an error code in the body kills
// a grant or blames our client; a status alone never does (facts: §1.7), and a
// server that is in trouble is not believed either way.
func tokenErrorOf(err error) *tokenError {
	if e, ok := errors.AsType[*tokenError](err); ok {
		return e
	}
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		e := &tokenError{}
		if errors.Is(err, context.DeadlineExceeded) {
			e.cause = context.DeadlineExceeded
		}
		return e
	}
	e := &tokenError{status: refused.Response.StatusCode}
	switch code := refused.ErrorCode; {
	case e.status >= http.StatusInternalServerError:
	case e.status == http.StatusTooManyRequests:
		e.fault = faultLimited
	case code == "invalid_grant":
		e.fault = faultGrant
	case code == "invalid_client", code == "unauthorized_client":
		e.fault = faultClient
	}
	return e
}

// withHTTP gives x/oauth2 our client and one request's deadline. given, unless nil,
// is set to the tokens of the answer, also of one that x/oauth2 does not take.
func (m *Manager) withHTTP(ctx context.Context, given *pair) (context.Context, context.CancelFunc) {
	client := *m.http
	client.Transport = jsonAnswers{next: client.Transport, given: given}
	return context.WithTimeout(context.WithValue(ctx, oauth2.HTTPClient, &client), tokenCap)
}

// exchange trades a code for the first pair. When there was no proper answer it
// is tried once more; a code that was burnt by then is refused. Of an answer that
// cannot be used the code is burnt, and the tokens in it are removed at Linear.
func (m *Manager) exchange(ctx context.Context, code string, verifier Secret) (*oauth2.Token, error) {
	var given pair
	try := func() (*oauth2.Token, error) {
		ctx, cancel := m.withHTTP(ctx, &given)
		defer cancel()
		tok, err := m.oauth.Exchange(ctx, code, oauth2.VerifierOption(verifier.Reveal()))
		if err != nil {
			return nil, tokenErrorOf(err)
		}
		return tok, nil
	}
	tok, err := try()
	if err != nil && given.empty() && tokenErrorOf(err).fault == faultTransient {
		tok, err = try()
	}
	if err != nil {
		m.discard(ctx, given)
	}
	return tok, err
}

// renew trades a refresh token. While there is no proper answer the same token
// is sent again: within 30 minutes Linear answers a replay with the successor.
func (m *Manager) renew(ctx context.Context, refresh Secret, t turns) (*oauth2.Token, error) {
	return m.persist(ctx, func(ctx context.Context) (*oauth2.Token, error) {
		if err := t.take(ctx); err != nil {
			return nil, err
		}
		defer t.give()
		ctx, cancel := m.withHTTP(ctx, nil)
		defer cancel()
		// A source without an access token asks at once, and is used once: a kept
		// one would lose the rotated token.
		return m.oauth.TokenSource(ctx, &oauth2.Token{RefreshToken: refresh.Reveal()}).Token()
	})
}

func (m *Manager) persist(ctx context.Context, send func(context.Context) (*oauth2.Token, error)) (*oauth2.Token, error) {
	unanswered := false
	try := func() (*oauth2.Token, error) {
		tok, err := send(ctx)
		if err == nil {
			return tok, nil
		}
		e := tokenErrorOf(err)
		e.before = unanswered
		if e.fault != faultTransient {
			return nil, backoff.Permanent(e)
		}
		unanswered = true
		return nil, e
	}
	waits := &backoff.ExponentialBackOff{ // full jitter
		InitialInterval: 500 * time.Millisecond, RandomizationFactor: 1, Multiplier: 3, MaxInterval: 4 * time.Second,
	}
	tok, err := backoff.Retry(ctx, try, backoff.WithBackOff(waits), backoff.WithMaxTries(refreshTries))
	if err != nil {
		return nil, tokenErrorOf(err)
	}
	return tok, nil
}

// pairOf reads an answer of the token endpoint, in both token models. What it
// does not name is kept from old: the consent, and the refresh token.
func pairOf(tok *oauth2.Token, old pair, now time.Time) pair {
	p := pair{grant: old.grant, access: NewSecret(tok.AccessToken), refresh: NewSecret(tok.RefreshToken), expires: at(tok.Expiry)}
	if p.refresh.Empty() {
		p.refresh = old.refresh
	}
	switch {
	case !tok.Expiry.IsZero():
	case p.refresh.Empty():
		p.expires = at(now.Add(legacyLife))
	default:
		p.expires = at(now.Add(dayLife))
	}
	return p
}

// scopesOf reads scope as a string (spaces or commas) or, from older apps, an array.
func scopesOf(tok *oauth2.Token) []string {
	var out []string
	add := func(s string) {
		out = append(out, strings.FieldsFunc(s, func(c rune) bool { return c == ' ' || c == ',' })...)
	}
	switch v := tok.Extra("scope").(type) {
	case string:
		add(v)
	case []any:
		for _, s := range v {
			if s, ok := s.(string); ok {
				add(s)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
