package accounts

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// ErrWrongKey says that a sealed cell was not made with any key of the keyring,
// was altered, or stands in another row than it was sealed for.
var ErrWrongKey = errors.New("accounts: sealed data does not open: wrong key, altered, or moved")

// Keyring seals and opens what is stored. It is a Tink AEAD keyset: new data is
// sealed with its primary key, old data opens with any key. Safe for concurrent use.
type Keyring struct {
	handle *keyset.Handle
	aead   tink.AEAD
}

// NewKeyring makes a keyring with one fresh AES-256-GCM key.
func NewKeyring() (*Keyring, error) {
	h, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("make keyset: %w", err)
	}
	return newKeyring(h)
}

// LoadKeyring reads a keyset in Tink's JSON form.
func LoadKeyring(json []byte) (*Keyring, error) {
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(json)))
	if err != nil {
		return nil, errors.New("not a Tink JSON keyset") // the cause may quote key material
	}
	return newKeyring(h)
}

func newKeyring(h *keyset.Handle) (*Keyring, error) {
	a, err := aead.New(h)
	if err != nil {
		return nil, fmt.Errorf("keyset is not for AEAD: %w", err)
	}
	return &Keyring{handle: h, aead: a}, nil
}

// MarshalJSON is the keyset in Tink's JSON form. It is the key itself.
func (k *Keyring) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	if err := insecurecleartextkeyset.Write(k.handle, keyset.NewJSONWriter(&b)); err != nil {
		return nil, fmt.Errorf("write keyset: %w", err)
	}
	return b.Bytes(), nil
}

// Seal encrypts plain and binds it to ad, which must be given again to open it.
func (k *Keyring) Seal(plain, ad []byte) ([]byte, error) {
	sealed, err := k.aead.Encrypt(plain, ad)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return sealed, nil
}

// Open decrypts what Seal made with the same ad; else ErrWrongKey.
func (k *Keyring) Open(sealed, ad []byte) ([]byte, error) {
	plain, err := k.aead.Decrypt(sealed, ad)
	if err != nil {
		return nil, ErrWrongKey
	}
	return plain, nil
}
