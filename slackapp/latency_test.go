package slackapp_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"linearbot/linear/lineartest"
	"linearbot/slackapp/slacktest"
)

// latencyRuns is how often each flow is played by "make latency"; 0 skips it.
var (
	latencyRuns = flag.Int("latency", 0, "play each flow this many times and print how long it takes")
	latencyFile = flag.String("latency-file", "", "also write the report into this file")
)

// flow is one thing people do: start does it, and returns what ends the wait.
type flow struct {
	name   string
	budget time.Duration // p95 of the budgets people were promised, for a Linear without delay of its own
	most   int           // requests to Linear when names are warm
	do     func(w *world, n int) (done func() bool)
	ready  func(w *world, n int) // what comes before, not measured; may be nil
	tidy   func(w *world)        // what comes after each, not measured; may be nil
}

// flows lists what is measured. Each ends when the person sees the result.
func flows() []flow {
	typed := func(line func(n int) string, words func(n int) string) func(w *world, n int) func() bool {
		return func(w *world, n int) func() bool {
			last := w.alice.Last(general).TS
			w.types(w.alice, general, line(n))
			return func() bool {
				m := w.alice.Last(general)
				return m.TS != last && strings.Contains(slacktest.Text(m), words(n))
			}
		}
	}
	always := func(s string) func(int) string { return func(int) string { return s } }
	number := func(format string) func(int) string { return func(n int) string { return fmt.Sprintf(format, n) } }
	toggle := func(a, b string) func(int) string {
		return func(n int) string {
			if n%2 == 0 {
				return a
			}
			return b
		}
	}
	return []flow{
		{"create", 2500 * time.Millisecond, 1, typed(number("/linear create Latency %d of creating team:ENG"), number("Latency %d of")), nil, nil},
		{"show", 1500 * time.Millisecond, 1, typed(toggle("/linear ENG-12", "/linear ENG-98"), toggle("flaky on Safari", "retries loop")), nil, nil},
		{"list", 1500 * time.Millisecond, 1, typed(toggle("/linear mine", "/linear list assignee:bob"), toggle("Your open issues", "assignee:bob")), nil, nil},
		{"move", 2500 * time.Millisecond, 1, typed(toggle("/linear move ENG-12 In Review", "/linear move ENG-12 Todo"), toggle("→ In Review*", "→ Todo*")), nil, nil},
		{"assign", 2500 * time.Millisecond, 1, typed(toggle("/linear assign ENG-98 bob", "/linear assign ENG-98 me"), toggle("→ Bob Diaz*", "→ Alice Chen*")), nil, nil},
		{"comment", 2500 * time.Millisecond, 1, typed(toggle("/linear comment ENG-104 One", "/linear comment ENG-121 Two"), always("Comment added")), nil, nil},
		{"modal open", 500 * time.Millisecond, 0, openModal, nil, closeModal},
		{"typeahead", 400 * time.Millisecond, 0, typeAhead, nil, nil},
		{"form create", 2500 * time.Millisecond, 1, submitForm, writeForm, nil},
	}
}

func openModal(w *world, _ int) func() bool {
	w.types(w.alice, general, "/linear")
	return func() bool { return strings.Contains(slacktest.Text(w.alice.View()), "Create issue") }
}

// writeForm opens the form and writes a title, as a person does who takes a moment.
func writeForm(w *world, n int) {
	for len(w.alice.Views()) > 0 { // another flow's
		closeModal(w)
	}
	w.openForm(w.alice, "eng")
	before := w.linear.CountRequests("Issues")
	w.fills(w.alice, map[string]any{"title": formTitle(n)})
	w.until("the title to be looked up", func() bool { return w.linear.CountRequests("Issues") > before })
}

// formTitle has no word of another one: likely duplicates would be asked about.
func formTitle(n int) string { return fmt.Sprintf("Filed%d formally%d", n, n) }

func submitForm(w *world, n int) func() bool {
	w.submits(w.alice, nil)
	return func() bool {
		return strings.Contains(slacktest.Text(w.alice.Last(general)), formTitle(n))
	}
}

func closeModal(w *world) { closeForm(w, w.alice) }

func typeAhead(w *world, _ int) func() bool {
	if len(w.alice.Views()) == 0 {
		w.types(w.alice, general, "/linear")
		w.form(w.alice, "Create issue")
	}
	found, err := w.alice.Suggest(w.t.Context(), w.alice.View(), "Assignee", "b")
	return func() bool { return err == nil && len(found) > 0 }
}

// figures are what one flow took.
type figures struct {
	flow     flow
	took     []time.Duration // sorted
	requests float64         // for each time
}

func (f figures) at(percent int) time.Duration {
	return f.took[min(len(f.took)*percent/100, len(f.took)-1)]
}

// TestLatency plays every flow against the local Slack and a Linear that takes its
// time, and prints what people wait: make latency.
func TestLatency(t *testing.T) {
	if *latencyRuns == 0 {
		t.Skip("needs -latency N")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# What people wait\n\nEvery flow is played %d times over real sockets, against the local Slack and a local Linear that waits\nbefore each answer. Times end when the person sees the result. Made by `make latency`.\n", *latencyRuns)
	for _, delay := range []time.Duration{0, 100 * time.Millisecond, 300 * time.Millisecond} {
		fmt.Fprintf(&b, "\n## Linear answers after %d ms\n\n| action | p50 ms | p95 ms | p99 ms | budget ms | requests to Linear |\n|---|---:|---:|---:|---:|---:|\n", delay.Milliseconds())
		for _, f := range measure(t, delay) {
			fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %.2f |\n", f.flow.name, f.at(50).Milliseconds(), f.at(95).Milliseconds(),
				f.at(99).Milliseconds(), f.flow.budget.Milliseconds(), f.requests)
			if f.at(95) > f.flow.budget {
				t.Errorf("%s takes %v at p95 with a Linear of %v, the budget is %v", f.flow.name, f.at(95), delay, f.flow.budget)
			}
			if f.requests > float64(f.flow.most)+0.05 { // one refresh of the names may fall into a run
				t.Errorf("%s takes %.2f requests to Linear, want %d", f.flow.name, f.requests, f.flow.most)
			}
		}
	}
	fmt.Println(b.String())
	if *latencyFile != "" {
		if err := os.WriteFile(*latencyFile, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func measure(t *testing.T, delay time.Duration) []figures {
	w := newWorld(t, worldOptions{Log: quiet, Linear: func(o *lineartest.Options) {
		o.RateLimit = lineartest.RateLimit{RequestsPerHour: 1 << 20, ComplexityPerHour: 1 << 30}
	}})
	w.connect(w.alice)
	if delay > 0 {
		w.linear.Fault(lineartest.Fault{Path: "/graphql", Delay: delay})
	}
	var all []figures
	for _, f := range flows() {
		got := figures{flow: f}
		requests := 0
		for n := range *latencyRuns {
			if f.ready != nil {
				f.ready(w, n)
			}
			before, began := w.linear.CountRequests("/graphql"), time.Now()
			done := f.do(w, n)
			w.await(f.name, done)
			got.took = append(got.took, time.Since(began))
			requests += w.linear.CountRequests("/graphql") - before
			if f.tidy != nil {
				f.tidy(w)
			}
		}
		got.requests = float64(requests) / float64(*latencyRuns)
		slices.Sort(got.took)
		all = append(all, got)
	}
	w.halt()
	return all
}
