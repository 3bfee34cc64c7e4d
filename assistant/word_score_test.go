package assistant_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"linearbot/assistant"
)

// TestScore measures a file of sentences by the rules of samePlan and prints the
// share of exact plans and every difference. UTTERANCES names another file than
// those in testdata; BOT names a built binary to ask instead of the package.
// A write that was not expected fails the test, a needless question does not in
// a file that is not ours.
func TestScore(t *testing.T) {
	t.Parallel()
	path := os.Getenv("UTTERANCES")
	list := utterances(t)
	if path != "" {
		list = utterancesIn(t, path)
	}
	d := demo()
	plans := func(us []utterance) []assistant.Plan {
		var out []assistant.Plan
		for _, u := range us {
			out = append(out, assistant.Parse(u.Text, d, assistant.Thread{Issues: u.Context.Issues}, now).Plan)
		}
		return out
	}
	if bot := os.Getenv("BOT"); bot != "" {
		plans = func(us []utterance) []assistant.Plan { return plansOf(t, bot, us) }
	}
	var exact, wrong, soft int
	for i, got := range plans(list) {
		u := list[i]
		err := samePlan(d, got.Steps, u.Expect)
		switch {
		case err == nil:
			exact++
			continue
		case got.Writes():
			wrong++
			t.Errorf("WRONG WRITE %q %v: %v\n got %s\nwant %s", clipped(u.Text), u.Context.Issues, err, asJSON(t, got), asJSON(t, u.Expect))
		default:
			soft++
			report := t.Logf
			if path == "" {
				report = t.Errorf
			}
			report("soft miss %q %v: %v\n got %s\nwant %s", clipped(u.Text), u.Context.Issues, err, asJSON(t, got), asJSON(t, u.Expect))
		}
	}
	t.Logf("%s: %d of %d exact (%.1f %%), %d wrong writes, %d soft misses", cmp.Or(path, "testdata"), exact, len(list), 100*float64(exact)/float64(len(list)), wrong, soft)
}

func clipped(text string) string {
	if len(text) > 200 {
		return text[:200] + "…"
	}
	return text
}

// plansOf asks a built bot for the plans of all sentences at once.
func plansOf(t *testing.T, bot string, us []utterance) []assistant.Plan {
	t.Helper()
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, u := range us {
		if err := enc.Encode(u); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), bot, "plan", "-", "--now", now.Format(time.RFC3339))
	cmd.Stdin = &in
	var trouble strings.Builder
	cmd.Stderr = &trouble
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", bot, err, trouble.String())
	}
	var plans []assistant.Plan
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var p assistant.Plan
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		plans = append(plans, p)
	}
	if len(plans) != len(us) {
		t.Fatalf("%d plans for %d sentences", len(plans), len(us))
	}
	return plans
}
