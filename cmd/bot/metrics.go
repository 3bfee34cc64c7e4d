package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"linearbot/assistant"
	"linearbot/linear"
)

// scrapeCap bounds what one scrape asks the database.
const scrapeCap = 2 * time.Second

// metrics are the figures of the whole program that no single room can count.
type metrics struct {
	bot       *bot
	linear    *prometheus.HistogramVec
	tools     *prometheus.HistogramVec
	refreshes *prometheus.CounterVec
	turns     *prometheus.HistogramVec
	tokens    *prometheus.CounterVec

	accounts *prometheus.Desc
	breaker  *prometheus.Desc
	waiting  *prometheus.Desc
}

func newMetrics(b *bot) *metrics {
	wait := []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30}
	return &metrics{
		bot: b,
		linear: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "linearbot_linear_seconds", Help: "Time of one operation at Linear, retries included, by operation and result.", Buckets: wait,
		}, []string{"op", "result"}),
		tools: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "linearbot_tool_seconds", Help: "Time of one tool call, by tool and result.", Buckets: wait,
		}, []string{"tool", "result"}),
		refreshes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "linearbot_refreshes_total", Help: "Token refreshes: ok, held, later, lost, operator.",
		}, []string{"result"}),
		turns: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "linearbot_model_turn_seconds", Help: "Time of one turn of the language model, by result.", Buckets: []float64{.5, 1, 2.5, 5, 10, 20, 60},
		}, []string{"result"}),
		tokens: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "linearbot_model_tokens_total", Help: "Tokens of the language model: in, cache_read, cache_write, out.",
		}, []string{"kind"}),
		accounts: prometheus.NewDesc("linearbot_accounts", "Connected accounts by state.", []string{"state"}, nil),
		breaker:  prometheus.NewDesc("linearbot_oauth_breaker_open", "1 while Linear refuses our client id or secret and refreshing is paused.", nil, nil),
		waiting:  prometheus.NewDesc("linearbot_slack_waiting", "Envelopes that wait for a worker.", nil, nil),
	}
}

func (m *metrics) register(r prometheus.Registerer) {
	for _, result := range []string{"ok", "held", "later", "lost", "operator"} {
		m.refreshes.WithLabelValues(result)
	}
	r.MustRegister(m.linear, m.tools, m.refreshes, m.turns, m.tokens, m,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
}

// asked is linear.Config.Seen: what is named like a tool is one.
func (m *metrics) asked(op string, took time.Duration, err error) {
	seconds := m.linear
	if strings.HasPrefix(op, "linear_") {
		seconds = m.tools
	}
	seconds.WithLabelValues(op, linear.Kind(err)).Observe(took.Seconds())
}

// Describe implements prometheus.Collector.
func (m *metrics) Describe(to chan<- *prometheus.Desc) {
	to <- m.accounts
	to <- m.breaker
	to <- m.waiting
}

// Collect implements prometheus.Collector: what is known only when it is asked.
func (m *metrics) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	ctx, cancel := context.WithTimeout(context.Background(), scrapeCap)
	defer cancel()
	gauge(m.waiting, float64(m.bot.app.Waiting()))
	counts, err := m.bot.db.CountAccounts(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(m.accounts, err)
		return
	}
	for _, s := range states {
		gauge(m.accounts, float64(counts[s]), string(s))
	}
	since, err := m.bot.accounts.Trouble(ctx)
	if err != nil {
		to <- prometheus.NewInvalidMetric(m.breaker, err)
		return
	}
	open := 0.0
	if !since.IsZero() {
		open = 1
	}
	gauge(m.breaker, open)
}

// countedModel counts the turns of a model.
type countedModel struct {
	assistant.Model
	seen *metrics
}

// Turn implements assistant.Model.
func (c countedModel) Turn(ctx context.Context, r assistant.ModelRequest, onText func(string)) (assistant.ModelReply, error) {
	began := time.Now()
	reply, err := c.Model.Turn(ctx, r, onText)
	result := "ok"
	if failed, ok := errors.AsType[*assistant.ModelError](err); ok {
		result = string(failed.Kind)
	} else if err != nil {
		result = "other"
	}
	c.seen.turns.WithLabelValues(result).Observe(time.Since(began).Seconds())
	for kind, n := range map[string]int64{
		"in": reply.Usage.In, "cache_read": reply.Usage.CacheRead, "cache_write": reply.Usage.CacheWrite5m + reply.Usage.CacheWrite1h, "out": reply.Usage.Out,
	} {
		c.seen.tokens.WithLabelValues(kind).Add(float64(n))
	}
	return reply, err
}
