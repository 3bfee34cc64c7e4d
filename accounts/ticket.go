package accounts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"linearbot/store"
)

// random is a 256-bit secret in letters and digits (rand.Text has 130 bits or more).
func random() string { return rand.Text() + rand.Text() }

// hashOf is what is stored of a secret that comes back in a URL or a cookie.
func hashOf(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

// ticketAD binds a ticket's body to its row.
func ticketAD(kind store.TicketKind, key store.Key, hash []byte) []byte {
	return fmt.Appendf(nil, "tickets %s %q %q %x", kind, key.TeamID, key.UserID, hash)
}

// putTicket stores body, sealed, under the hash of secret.
func (m *Manager) putTicket(ctx context.Context, kind store.TicketKind, key store.Key, secret string, body any, life time.Duration) error {
	t, err := m.sealTicket(kind, key, secret, body, life)
	if err != nil {
		return err
	}
	return m.DB.PutTicket(ctx, t)
}

func (m *Manager) sealTicket(kind store.TicketKind, key store.Key, secret string, body any, life time.Duration) (store.Ticket, error) {
	plain, err := json.Marshal(body)
	if err != nil {
		return store.Ticket{}, err
	}
	hash, now := hashOf(secret), time.Now()
	sealed, err := m.Keyring.Seal(plain, ticketAD(kind, key, hash))
	return store.Ticket{Kind: kind, Hash: hash, Key: key, Body: sealed, CreatedAt: now, ExpiresAt: now.Add(life)}, err
}

func (m *Manager) readTicket(t store.Ticket, body any) error {
	plain, err := m.Keyring.Open(t.Body, ticketAD(t.Kind, t.Key, t.Hash))
	if err != nil {
		return fmt.Errorf("open %s ticket: %w", t.Kind, err)
	}
	return json.Unmarshal(plain, body)
}
