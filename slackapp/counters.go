package slackapp

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Counters are the figures of this package. Register puts them on a registry.
type Counters struct {
	UnknownFrames prometheus.Counter
	acks          *prometheus.HistogramVec
	ackErrors     *prometheus.CounterVec
	handled       *prometheus.HistogramVec
	dropped       prometheus.Counter
	repeated      prometheus.Counter
	webhooks      *prometheus.CounterVec
}

// NewCounters makes the figures; nothing is registered yet.
func NewCounters() *Counters {
	return &Counters{
		UnknownFrames: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "linearbot_slack_unknown_frames_total", Help: "Socket frames that were acknowledged but not understood.",
		}),
		acks: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "linearbot_slack_ack_seconds", Help: "Time from reading an envelope to queueing its acknowledgement.",
			Buckets: []float64{.001, .005, .02, .1, .2, .5, 1, 2.5},
		}, []string{"type"}),
		ackErrors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "linearbot_slack_ack_errors_total", Help: "Acknowledgements that could not be queued.",
		}, []string{"type"}),
		handled: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "linearbot_slack_handled_seconds", Help: "Time to work an envelope off, by operation and result.",
			Buckets: []float64{.01, .05, .1, .5, 1, 2.5, 10, 60},
		}, []string{"op", "result"}),
		dropped: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "linearbot_slack_queue_full_total", Help: "Envelopes turned away because the queue was full.",
		}),
		repeated: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "linearbot_slack_repeats_total", Help: "Envelopes seen before and not worked on again.",
		}),
		webhooks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "linearbot_webhooks_total", Help: "Deliveries of Linear: taken, ignored (about nobody here), refused (signature or time), failed (ours).",
		}, []string{"result"}),
	}
}

// Register puts the figures on a registry.
func (c *Counters) Register(r prometheus.Registerer) {
	r.MustRegister(c.UnknownFrames, c.acks, c.ackErrors, c.handled, c.dropped, c.repeated, c.webhooks)
}

func (c *Counters) ack(kind string, took time.Duration, err error) {
	if err != nil {
		c.ackErrors.WithLabelValues(kind).Inc()
		return
	}
	c.acks.WithLabelValues(kind).Observe(took.Seconds())
}

// done counts one job that was worked off.
func (c *Counters) done(op string, took time.Duration, err error) {
	result := "ok"
	if err != nil {
		result = "failed"
	}
	c.handled.WithLabelValues(op, result).Observe(took.Seconds())
}
