package main

import (
	"bytes"
	"io"
	"log/slog"
	"os"

	"linearbot/accounts"
)

// newLog is the process's logger: text on a terminal, JSON elsewhere. No line of it
// holds a configured secret, whoever quotes it.
func (c *config) newLog(w io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		level = slog.LevelInfo
	}
	opts := &slog.HandlerOptions{Level: level}
	hidden := &hidingWriter{to: w, secrets: c.secrets()}
	if c.LogFormat == "text" || c.LogFormat == "" && terminal(w) {
		return slog.New(slog.NewTextHandler(hidden, opts))
	}
	return slog.New(slog.NewJSONHandler(hidden, opts))
}

// shortestSecret is the length below which a secret cannot be told from a word.
const shortestSecret = 12

// secrets are the configured values that no log may hold.
func (c *config) secrets() []accounts.Secret {
	var all []accounts.Secret
	for _, s := range []string{
		c.SlackBotToken, c.SlackAppToken, c.LinearClientSecret, c.LinearWebhook, c.AnthropicAPIKey, c.EncryptionKeyset,
	} {
		if len(s) >= shortestSecret {
			all = append(all, accounts.NewSecret(s))
		}
	}
	return all
}

// hidingWriter puts REDACTED in the place of secrets that others quote: an answer
// of Slack, Linear or the model's provider may hold what was sent to it. Safe for
// concurrent use if to is; slog writes a line at a time.
type hidingWriter struct {
	to      io.Writer
	secrets []accounts.Secret
}

// Write implements io.Writer.
func (h *hidingWriter) Write(line []byte) (int, error) {
	n := len(line)
	for _, s := range h.secrets {
		line = bytes.ReplaceAll(line, []byte(s.Reveal()), []byte("REDACTED"))
	}
	_, err := h.to.Write(line)
	return n, err
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
