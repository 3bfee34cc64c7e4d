package linear

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
)

// Session is one person at Linear. It is cheap to make; sessions with one id
// share names, last-seen issues and the remembered rate limit. Safe for
// concurrent use.
type Session struct {
	client *Client
	state  *account
	auth   Authorizer
	as     *Attribution
}

// Session acts as the person whose credentials a writes. id is the account's
// id: what is cached is cached under it. as is nil unless the token is an app's.
func (c *Client) Session(id string, a Authorizer, as *Attribution) *Session {
	return &Session{client: c, state: c.account(id), auth: a, as: as}
}

// RateLimit is the account's request budget as Linear last told it.
func (s *Session) RateLimit() RateLimit {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	return s.state.limit
}

// Viewer asks Linear who the token belongs to.
func (s *Session) Viewer(ctx context.Context) (Viewer, error) {
	var answer struct {
		Viewer Viewer `json:"viewer"`
	}
	err := s.run(ctx, "Viewer", nil, &answer)
	return answer.Viewer, err
}

// Query sends any document and returns its data. A mutation is sent at most
// once. When an answer holds errors beside data, both are returned.
func (s *Session) Query(ctx context.Context, document string, variables map[string]any, operation string) (json.RawMessage, error) {
	op, err := InspectDocument(document, operation, variables)
	if err != nil {
		return nil, err
	}
	c := call{op: "GraphQL query", document: document, operation: operation, writes: op.Type == "mutation"}
	if variables != nil {
		c.variables = variables
	}
	data, err := s.do(ctx, c)
	if c.writes {
		s.state.forgetSeen() // any of them may have changed
		if err == nil {
			err = succeeded(c.op, data)
		}
	}
	return data, err
}

// run sends one of our own documents and decodes its data into answer.
func (s *Session) run(ctx context.Context, name string, variables map[string]any, answer any) error {
	d := documents()[name]
	c := call{op: name, document: d.full, operation: name, writes: d.writes}
	if variables != nil {
		c.variables = variables
	}
	if s.client.lean.Load() {
		c.document = d.lean
	}
	data, err := s.do(ctx, c)
	if refused := refusedDocument(err); (refused || errors.Is(err, ErrTooComplex)) && c.document != d.lean {
		// A server with an older or smaller schema, or one that counts more dearly: nothing was executed.
		c.document = d.lean
		if data, err = s.do(ctx, c); err == nil && refused {
			s.client.lean.Store(true)
		}
	}
	if err != nil {
		return err
	}
	if d.writes {
		if err := succeeded(name, data); err != nil {
			return err
		}
	}
	if err := json.Unmarshal(data, answer); err != nil {
		kind := ErrTransient
		if d.writes {
			kind = ErrOutcomeUnknown
		}
		return &Error{Op: name, kind: kind, cause: fmt.Errorf("read the answer: %w", err)}
	}
	return nil
}

// refusedDocument reports whether the server does not know a field we asked for.
func refusedDocument(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.kind == ErrInvalidInput && e.Path == "" && len(e.Fields) == 0 &&
		(e.Type == "graphql error" || e.Code == "GRAPHQL_VALIDATION_FAILED" || e.Type == "" && e.Code == "")
}

// succeeded checks the success flag of every payload: Linear answers 200 with
// success false when a change was not made.
func succeeded(op string, data json.RawMessage) error {
	var payloads map[string]struct {
		Success *bool `json:"success"`
	}
	if json.Unmarshal(data, &payloads) != nil {
		return nil // a payload without a success flag
	}
	for name, p := range payloads {
		if p.Success != nil && !*p.Success {
			return &Error{Op: op, kind: ErrInvalidInput, Path: name, Message: "success is false"}
		}
	}
	return nil
}

// NewID makes a UUIDv4, as Linear wants the ids that clients choose.
func NewID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
