package accounts

import (
	"slices"
	"strings"
	"testing"

	"linearbot/store"
)

func FuzzReadPair(f *testing.F) {
	f.Add([]byte(`{"a":"token","r":"refresh","e":"2026-01-01T00:00:00Z"}`))
	f.Add([]byte(`{"a":""}`))
	f.Add([]byte("\x01\x00"))
	f.Fuzz(func(t *testing.T, plain []byte) {
		p, err := readPair(plain)
		if err != nil {
			return
		}
		again, err := p.write()
		if err != nil {
			return // a time outside what JSON can say
		}
		q, err := readPair(again)
		if err != nil || !p.same(q) || !p.expires.Equal(q.expires) || p.grant != q.grant {
			t.Errorf("read(write(pair)) differs: %v", err)
		}
	})
}

func TestEveryMove(t *testing.T) {
	t.Parallel()
	legal := map[store.State]string{
		store.Pending: "VERIFYING ACTIVE BLOCKED DISCONNECTED", store.Verifying: "ACTIVE BLOCKED DISCONNECTED",
		store.Active: "EXPIRED REVOKED BLOCKED DISCONNECTED", store.Expired: "VERIFYING ACTIVE BLOCKED DISCONNECTED",
		store.Revoked: "VERIFYING ACTIVE BLOCKED DISCONNECTED", store.Disconnected: "PENDING VERIFYING ACTIVE BLOCKED",
		store.Blocked: "DISCONNECTED",
	}
	for from, to := range legal {
		for other := range legal {
			want := from == other || containsWord(to, string(other))
			if got := Move(from, other); got != want {
				t.Errorf("Move(%s, %s) = %v, want %v", from, other, got, want)
			}
		}
	}
}

func containsWord(words, word string) bool { return slices.Contains(strings.Fields(words), word) }
