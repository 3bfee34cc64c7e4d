package linear

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	maxReply        = 16 << 20         // bytes of one answer
	defaultPatience = 30 * time.Second // for callers without a deadline
)

// Config says where Linear is.
type Config struct {
	APIURL string       // https://api.linear.app; /graphql is added
	HTTP   *http.Client // nil: one with sensible limits. Redirects are never followed
	Log    *slog.Logger // nil: silent
	// Seen is told of each operation, tool calls beside the documents they send;
	// nil: nobody is. It must not block.
	Seen func(op string, took time.Duration, err error)
}

// Client speaks to one Linear. It keeps, for each account id, the names and the
// issues last seen. Safe for concurrent use.
type Client struct {
	url  string
	http *http.Client
	log  *slog.Logger
	seen func(op string, took time.Duration, err error)
	lean atomic.Bool // the server's schema lacks the optional fields of our documents

	mu       sync.Mutex
	accounts map[string]*account
}

// New returns a client for cfg.
func New(cfg Config) *Client {
	plain := http.Client{}
	if cfg.HTTP != nil {
		plain = *cfg.HTTP
	}
	// A redirect would carry the Authorization header to wherever it points.
	plain.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{
		url:      strings.TrimRight(cmp.Or(cfg.APIURL, "https://api.linear.app"), "/") + "/graphql",
		http:     &plain,
		log:      cmp.Or(cfg.Log, slog.New(slog.DiscardHandler)),
		seen:     cfg.Seen,
		accounts: map[string]*account{},
	}
}

// watch begins to measure an operation; what it returns ends it.
func (c *Client) watch(op string) (ended func(error)) {
	if c.seen == nil {
		return func(error) {}
	}
	began := time.Now()
	return func(err error) { c.seen(op, time.Since(began), err) }
}

// call is one GraphQL operation on its way.
type call struct {
	op        string // for errors and logs
	document  string
	operation string // operationName; may be empty
	variables any
	writes    bool // a mutation
}

// do sends one call as one person and returns the data. It is the only way out
// of this package. The deadline is the caller's.
func (s *Session) do(ctx context.Context, c call) (data json.RawMessage, err error) {
	ended := s.client.watch(c.op)
	defer func() { ended(err) }()
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, defaultPatience)
		defer cancel()
	}
	body, err := json.Marshal(struct {
		Query         string `json:"query"`
		Variables     any    `json:"variables,omitempty"`
		OperationName string `json:"operationName,omitempty"`
	}{c.document, c.variables, c.operation})
	if err != nil {
		return nil, fmt.Errorf("linear: %s: encode variables: %w", c.op, err)
	}
	return s.persist(ctx, c, body)
}

// attempt sends the call once, and once more when the authorizer has a newer
// token: a request that was answered "not authenticated" was not executed.
func (s *Session) attempt(ctx context.Context, c call, body []byte) (json.RawMessage, error) {
	for resent := false; ; resent = true {
		data, sent, err := s.send(ctx, c, body)
		if resent || !errors.Is(err, ErrUnauthenticated) {
			return data, err
		}
		if rejected := s.auth.Rejected(ctx, sent); rejected != nil {
			return nil, fmt.Errorf("linear: %s: %w", c.op, rejected)
		}
	}
}

// send is one HTTP exchange. It returns the headers it sent, for Rejected.
func (s *Session) send(ctx context.Context, c call, body []byte) (json.RawMessage, http.Header, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.client.url, bytes.NewReader(body))
	if err != nil {
		return nil, nil, fmt.Errorf("linear: %s: %w", c.op, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	if err := s.auth.Authorize(ctx, req.Header); err != nil {
		return nil, nil, fmt.Errorf("linear: %s: %w", c.op, err)
	}
	res, err := s.client.http.Do(req)
	if err != nil {
		return nil, req.Header, c.lost(0, err, neverSent(err))
	}
	defer func() { _ = res.Body.Close() }() // nothing more to learn from it
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxReply+1))
	if err == nil && len(answer) > maxReply {
		err = errors.New("the answer is too large")
	}
	if err != nil {
		return nil, req.Header, c.lost(res.StatusCode, err, false)
	}
	s.state.rememberLimit(res.Header)
	data, err := reply{res.StatusCode, res.Header, withoutToken(answer, req.Header)}.read(c.op, time.Now())
	return data, req.Header, c.judge(data, err)
}

// shortestToken is the length below which a token could be met in a text by chance.
const shortestToken = 12

// withoutToken is an answer in which the token that was sent is not quoted: its
// messages go into errors and logs.
func withoutToken(answer []byte, sent http.Header) []byte {
	token := []byte(strings.TrimPrefix(sent.Get("Authorization"), "Bearer "))
	if len(token) < shortestToken || !bytes.Contains(answer, token) {
		return answer
	}
	return bytes.ReplaceAll(answer, token, []byte("[hidden]"))
}

// lost is an exchange without a readable answer.
func (c call) lost(status int, cause error, unsent bool) error {
	kind := ErrTransient
	if c.writes && !unsent {
		kind = ErrOutcomeUnknown
	}
	return &Error{Op: c.op, Status: status, kind: kind, cause: cause}
}

// judge says of a failed change whether it may have been made: after a
// transient answer nobody knows, and data in the answer means that it was run.
func (c call) judge(data json.RawMessage, err error) error {
	if err == nil || !c.writes {
		return err
	}
	if errors.Is(err, ErrTransient) || anyField(data) {
		return unknown(err)
	}
	return err
}

// anyField reports whether at least one root field of data is not null.
func anyField(data json.RawMessage) bool {
	var fields map[string]json.RawMessage
	if json.Unmarshal(data, &fields) != nil {
		return false
	}
	for _, value := range fields {
		if !isNull(value) {
			return true
		}
	}
	return false
}

// neverSent reports whether the failure proves that no byte of the request left:
// the name did not resolve or the connection was not made.
func neverSent(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return true
	}
	_, ok := errors.AsType[*net.DNSError](err)
	return ok
}
