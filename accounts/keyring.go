package accounts

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Why sealed data does not open.
var (
	// ErrKeyMissing: the key it was sealed with is not in the keyring.
	ErrKeyMissing = errors.New("accounts: the key that sealed this is not in the keyset")
	// ErrWrongKey: the data was altered, cut, stands in another row than it was
	// sealed for, is of an older version, or its key has another content.
	ErrWrongKey = errors.New("accounts: sealed data does not open: altered, moved, or sealed by another keyset")
)

// Keyring seals and opens what is stored. It is a Tink AEAD keyset: new data is
// sealed with its primary key, old data opens with any key. Rotate and Drop return
// another one; Follow lets it take up what was changed at its source. Safe for
// concurrent use.
type Keyring struct {
	now    atomic.Pointer[keys]
	source func() ([]byte, error) // nil: it never changes
	mu     sync.Mutex             // one reads the source at a time
	read   time.Time              // when the source was read last
}

// keys are one state of a keyring.
type keys struct {
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
	k := new(Keyring)
	k.now.Store(&keys{handle: h, aead: a})
	return k, nil
}

// MarshalJSON is the keyset in Tink's JSON form. It is the key itself.
func (k *Keyring) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	if err := insecurecleartextkeyset.Write(k.now.Load().handle, keyset.NewJSONWriter(&b)); err != nil {
		return nil, fmt.Errorf("write keyset: %w", err)
	}
	return b.Bytes(), nil
}

// Seal encrypts plain and binds it to ad, which must be given again to open it.
func (k *Keyring) Seal(plain, ad []byte) ([]byte, error) {
	sealed, err := k.now.Load().aead.Encrypt(plain, ad)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return sealed, nil
}

// Open decrypts what Seal made with the same ad. Errors: ErrKeyMissing, ErrWrongKey.
func (k *Keyring) Open(sealed, ad []byte) ([]byte, error) {
	id, named := SealedBy(sealed)
	if named && !k.has(id) && !k.find(id) {
		return nil, fmt.Errorf("%w: key %d", ErrKeyMissing, id)
	}
	plain, err := k.now.Load().aead.Decrypt(sealed, ad)
	if err != nil {
		return nil, ErrWrongKey
	}
	return plain, nil
}

// Primary is the id of the key that seals.
func (k *Keyring) Primary() uint32 { return k.now.Load().handle.KeysetInfo().GetPrimaryKeyId() }

// Keys are the ids of all keys, the primary one included.
func (k *Keyring) Keys() []uint32 {
	var ids []uint32
	for _, info := range k.now.Load().handle.KeysetInfo().GetKeyInfo() {
		ids = append(ids, info.GetKeyId())
	}
	return ids
}

func (k *Keyring) has(id uint32) bool {
	return slices.Contains(k.Keys(), id)
}

// Rotate returns a keyring with a fresh primary key beside all present ones.
func (k *Keyring) Rotate() (*Keyring, error) {
	m := keyset.NewManagerFromHandle(k.now.Load().handle)
	id, err := m.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("rotate keyset: %w", err)
	}
	if err := m.SetPrimary(id); err != nil {
		return nil, fmt.Errorf("rotate keyset: %w", err)
	}
	return fromManager(m)
}

// Drop returns a keyring without one key. What only that key opens is lost; the
// primary key cannot be dropped.
func (k *Keyring) Drop(id uint32) (*Keyring, error) {
	m := keyset.NewManagerFromHandle(k.now.Load().handle)
	if err := m.Delete(id); err != nil {
		return nil, fmt.Errorf("drop key %d: %w", id, err)
	}
	return fromManager(m)
}

func fromManager(m *keyset.Manager) (*Keyring, error) {
	h, err := m.Handle()
	if err != nil {
		return nil, fmt.Errorf("read changed keyset: %w", err)
	}
	return newKeyring(h)
}

// Tink writes 0x01 and the key id, big endian, before the ciphertext (Tink wire
// format, output prefix type TINK).
const tinkPrefix = 5

// SealedBy is the id of the key a cell was sealed with; false when it is no cell.
func SealedBy(sealed []byte) (id uint32, ok bool) {
	if len(sealed) < tinkPrefix || sealed[0] != 1 {
		return 0, false
	}
	return binary.BigEndian.Uint32(sealed[1:tinkPrefix]), true
}
