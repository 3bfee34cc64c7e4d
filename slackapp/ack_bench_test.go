package slackapp_test

import (
	"testing"
	"time"
)

// BenchmarkDispatchToAck sends slash commands over a real socket. acks/command must
// be 1; ack-share is the part of Slack's 3 s that the slowest acknowledgement took.
func BenchmarkDispatchToAck(b *testing.B) {
	w := newWorld(b)
	before := len(w.slack.Envelopes())
	for b.Loop() {
		if err := w.alice.Command(b.Context(), general, "/linear help"); err != nil {
			b.Fatal(err)
		}
	}
	acked, slowest := 0, time.Duration(0)
	for _, e := range w.slack.Envelopes()[before:] {
		if e.Type != "slash_commands" {
			continue
		}
		if e.Acked {
			acked++
		}
		slowest = max(slowest, e.AckLatency)
	}
	b.ReportMetric(float64(acked)/float64(b.N), "acks/command")
	b.ReportMetric(slowest.Seconds()/3, "ack-share")
}
