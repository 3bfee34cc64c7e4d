package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// Whoever quotes a configured secret in an error: the log does not repeat it.
func TestLogHidesConfiguredSecrets(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		var out bytes.Buffer
		c := config{LinearClientSecret: "a-client-secret", SlackBotToken: "xoxb-1-2-three", LogLevel: "debug", LogFormat: format}
		c.newLog(&out).Error("it failed", "err", errors.New("refused: a-client-secret"), "token", c.SlackBotToken)
		if got := out.String(); strings.Contains(got, "a-client-secret") || strings.Contains(got, "xoxb-") || strings.Count(got, "REDACTED") != 2 {
			t.Errorf("the %s log says %s", format, got)
		}
	}
}
