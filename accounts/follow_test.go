package accounts_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"linearbot/accounts"
)

// A keyring that follows its source opens what a newer one sealed, seals with the
// newer key from then on, and does not ask for a missing key all the time.
func TestKeyringFollowsItsSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		old, err := accounts.NewKeyring()
		if err != nil {
			t.Fatal(err)
		}
		next, err := old.Rotate()
		if err != nil {
			t.Fatal(err)
		}
		foreign, err := accounts.NewKeyring()
		if err != nil {
			t.Fatal(err)
		}
		at, reads := next, 0
		old.Follow(func() ([]byte, error) { reads++; return at.MarshalJSON() })
		cell, err := next.Seal([]byte("plain"), []byte("ad"))
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := old.Open(cell, []byte("ad")); err != nil || string(plain) != "plain" || old.Primary() != next.Primary() {
			t.Errorf("Open = %q, %v, primary %d, want that of the newer keyset", plain, err, old.Primary())
		}
		at = foreign
		cell, err = foreign.Seal([]byte("plain"), []byte("ad"))
		if err != nil {
			t.Fatal(err)
		}
		reads = 0
		for range 100 {
			if _, err := old.Open(cell, []byte("ad")); !errors.Is(err, accounts.ErrKeyMissing) {
				t.Fatalf("Open of another database's cell = %v, want ErrKeyMissing", err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if reads < 5 || reads > 11 {
			t.Errorf("%d reads in 10 s, want about one each second", reads)
		}
		if changed, err := old.Reload(); changed || !errors.Is(err, accounts.ErrForeignKeyset) || old.Primary() != next.Primary() {
			t.Errorf("Reload of a foreign keyset = %t, %v", changed, err)
		}
	})
}
