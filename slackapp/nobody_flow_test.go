package slackapp_test

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
)

// keptLog is a log that a test can read while it is written.
type keptLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (k *keptLog) Write(b []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.text.Write(b)
}

func (k *keptLog) String() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.text.String()
}

// What names no person, or is of a kind that is not known, is acknowledged, counted
// and told as a warning: nobody need get up for it.
func TestEnvelopesOfNobody(t *testing.T) {
	t.Parallel()
	log := &keptLog{}
	w := newWorld(t, worldOptions{Log: slog.NewTextHandler(log, nil)})
	for n, payload := range []string{
		`"interactive","payload":{}`,
		`"interactive","payload":{"type":"hologram","trigger_id":"1.2.3"}`,
		`"slash_commands","payload":{}`,
		`"slash_commands","payload":{"command":"/linear","text":"mine"}`,
		`"events_api","payload":{}`,
	} {
		w.slack.SendRaw(`{"envelope_id":"nobody-` + string(rune('a'+n)) + `","accepts_response_payload":false,"type":` + payload + `}`)
	}
	w.handled()
	for n := range 4 { // an event without any type is not even an envelope
		id := "nobody-" + string(rune('a'+n))
		w.until(id+" to be told of", func() bool { return strings.Contains(log.String(), id) })
	}
	if text := log.String(); strings.Contains(text, "level=ERROR") {
		t.Errorf("the log says:\n%s", text)
	}
}
