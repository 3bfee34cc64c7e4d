package accounts

import (
	"fmt"
	"log/slog"
)

const redacted = "REDACTED"

// Secret is a token, key or code in the clear. It prints REDACTED wherever it is
// formatted, logged or marshalled; the pointer keeps %+v of a struct that holds
// one from showing it. The zero Secret is empty.
type Secret struct{ s *string }

// NewSecret wraps a plaintext.
func NewSecret(plain string) Secret { return Secret{s: &plain} }

// Reveal is the plaintext, for the header or the form it goes into.
func (s Secret) Reveal() string {
	if s.s == nil {
		return ""
	}
	return *s.s
}

// Empty reports whether there is nothing in it.
func (s Secret) Empty() bool { return s.Reveal() == "" }

// String is REDACTED.
func (s Secret) String() string { return redacted }

// Format writes REDACTED for every verb.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, redacted) }

// LogValue is REDACTED.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText is REDACTED: a Secret never travels by accident.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
