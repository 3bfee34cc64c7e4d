package accounts_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"linearbot/accounts"
)

const canary = "lin_oauth_canary"

func TestSecretNeverPrints(t *testing.T) {
	t.Parallel()
	holder := struct {
		Open   accounts.Secret
		hidden accounts.Secret
	}{accounts.NewSecret(canary), accounts.NewSecret(canary)}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb, holder.Open)
		fmt.Fprintf(&out, verb, holder)
		fmt.Fprintf(&out, verb, &holder)
	}
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "secret", holder.Open, "all", holder)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "secret", holder.Open, "all", holder)
	if text, err := json.Marshal(holder); err != nil {
		t.Error(err)
	} else {
		out.Write(text)
	}
	fmt.Fprint(&out, fmt.Errorf("failed with %v", holder.hidden), holder.Open.String())
	if strings.Contains(out.String(), "canary") {
		t.Errorf("a secret was printed:\n%s", out.String())
	}
	if holder.Open.Reveal() != canary {
		t.Error("Reveal does not give the plaintext")
	}
}

func TestKeyringBindsDataToItsPlace(t *testing.T) {
	t.Parallel()
	k, err := accounts.NewKeyring()
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := k.Seal([]byte(canary), []byte("row 1"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte(canary)) {
		t.Error("sealed data shows its plaintext")
	}
	if plain, err := k.Open(sealed, []byte("row 1")); err != nil || string(plain) != canary {
		t.Errorf("Open = %q, %v", plain, err)
	}
	if _, err := k.Open(sealed, []byte("row 2")); err == nil {
		t.Error("a cell opened in another row")
	}
	for i := range sealed {
		torn := bytes.Clone(sealed)
		torn[i] ^= 1
		if _, err := k.Open(torn, []byte("row 1")); err == nil {
			t.Fatalf("a cell opened with byte %d altered", i)
		}
	}
	other, err := accounts.NewKeyring()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Open(sealed, []byte("row 1")); err == nil {
		t.Error("a cell opened with another key")
	}
	text, err := k.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	again, err := accounts.LoadKeyring(text)
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := again.Open(sealed, []byte("row 1")); err != nil || string(plain) != canary {
		t.Errorf("a loaded keyring opens %q, %v", plain, err)
	}
}

func FuzzLoadKeyring(f *testing.F) {
	k, err := accounts.NewKeyring()
	if err != nil {
		f.Fatal(err)
	}
	text, err := k.MarshalJSON()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("{}"))
	f.Add([]byte(`{"primaryKeyId":1,"key":[]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if k, err := accounts.LoadKeyring(text); err == nil && k == nil {
			t.Error("no keyring and no error")
		}
	})
}
