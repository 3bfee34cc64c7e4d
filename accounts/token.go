package accounts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// legacyLife is how far away an expiry is taken to be when Linear names none:
// tokens of the old, non-expiring kind.
const legacyLife = 10 * 365 * 24 * time.Hour

const (
	tokenCap  = 15 * time.Second // one POST to the token endpoint
	revokeCap = 10 * time.Second
)

// tokenFault sorts what the token endpoint answered (design: refresh protocol).
type tokenFault int

const (
	faultTransient tokenFault = iota // network, 5xx, 429, HTML: try again, change nothing
	faultGrant                       // invalid_grant: this grant, maybe, is dead
	faultClient                      // invalid_client: our configuration, nobody's grant
)

// faultOf reads an error of x/oauth2. Only the error code counts: a status alone
// never kills a grant.
func faultOf(err error) tokenFault {
	e, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return faultTransient
	}
	switch e.ErrorCode {
	case "invalid_grant":
		return faultGrant
	case "invalid_client", "unauthorized_client":
		return faultClient
	}
	return faultTransient
}

// exchange trades a code for the first pair. A 5xx is tried once more.
func (m *Manager) exchange(ctx context.Context, code string, verifier Secret) (*oauth2.Token, error) {
	var tok *oauth2.Token
	var err error
	for range 2 {
		var c context.Context
		c, cancel := context.WithTimeout(context.WithValue(ctx, oauth2.HTTPClient, m.HTTP), tokenCap)
		tok, err = m.oauth.Exchange(c, code, oauth2.VerifierOption(verifier.Reveal()))
		cancel()
		if err == nil || faultOf(err) != faultTransient {
			break
		}
	}
	return tok, err
}

// renew sends one refresh request with this refresh token.
func (m *Manager) renew(ctx context.Context, refresh Secret) (*oauth2.Token, error) {
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, oauth2.HTTPClient, m.HTTP), tokenCap)
	defer cancel()
	return m.oauth.TokenSource(ctx, &oauth2.Token{RefreshToken: refresh.Reveal()}).Token()
}

// pairOf reads an answer of the token endpoint, in both token models. old is the
// refresh token to keep when the answer names none.
func pairOf(tok *oauth2.Token, old Secret, now time.Time) pair {
	p := pair{access: NewSecret(tok.AccessToken), refresh: NewSecret(tok.RefreshToken), expires: tok.Expiry}
	if p.refresh.Empty() {
		p.refresh = old
	}
	if p.expires.IsZero() {
		p.expires = now.Add(legacyLife)
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

// revoke removes a pair at Linear: the refresh token first, then the access token.
// 400 and 401 mean that it is gone already.
func (m *Manager) revoke(ctx context.Context, p pair) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), revokeCap)
	defer cancel()
	var all []error
	if !p.refresh.Empty() {
		all = append(all, m.revokeToken(ctx, p.refresh, "refresh_token"))
	}
	return errors.Join(append(all, m.revokeToken(ctx, p.access, "access_token"))...)
}

func (m *Manager) revokeToken(ctx context.Context, token Secret, hint string) error {
	form := url.Values{"token": {token.Reveal()}, "token_type_hint": {hint}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.APIURL+"/oauth/revoke", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := m.HTTP.Do(req)
	if err != nil {
		return fmt.Errorf("revoke %s: %w", hint, err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16)); err != nil {
		return fmt.Errorf("revoke %s: %w", hint, err)
	}
	switch resp.StatusCode {
	case http.StatusOK, http.StatusNoContent, http.StatusBadRequest, http.StatusUnauthorized:
		return nil
	}
	return fmt.Errorf("revoke %s: status %d", hint, resp.StatusCode)
}
