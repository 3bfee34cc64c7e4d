package lineartest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
)

// newID makes a random UUIDv4, the form of all ids of Linear.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return formatUUID(b)
}

// seedID makes the UUID of a seeded row from its name, so that ids are the same in each run.
func seedID(name string) string {
	sum := sha256.Sum256([]byte("lineartest:" + name))
	return formatUUID([16]byte(sum[:16]))
}

func formatUUID(b [16]byte) string {
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

var uuidPattern = regexp.MustCompile(`(?i)^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

func isUUID(s string) bool { return uuidPattern.MatchString(s) }

// isUUIDv4 holds an id that a client chose to the version Linear asks for.
func isUUIDv4(s string) bool {
	return isUUID(s) && s[14] == '4' && strings.ContainsRune("89abAB", rune(s[19]))
}

func identifier(key string, number int) string { return key + "-" + strconv.Itoa(number) }
