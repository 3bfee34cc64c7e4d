package slackapp

import (
	"testing"
	"time"
)

// A median is right to a tenth, whatever the sizes of the times.
func TestMedian(t *testing.T) {
	t.Parallel()
	for _, want := range []time.Duration{14 * time.Millisecond, 90 * time.Millisecond, 400 * time.Millisecond, 3 * time.Second, 42 * time.Second} {
		w := waits{}
		for n := range 100 { // 50 shorter, the median, 50 longer
			d := want / 3
			if n >= 50 {
				d = 4 * want
			}
			w[waitSize(d)]++
		}
		w[waitSize(want)]++
		if got := w.median(); got < want*9/10 || got > want*11/10 {
			t.Errorf("median = %v, want about %v", got, want)
		}
	}
	if got := (waits{}).median(); got != 0 {
		t.Errorf("median of nothing = %v, want 0", got)
	}
	w := waits{}
	w[waitSize(time.Hour)]++
	if got := w.median(); got < time.Minute {
		t.Errorf("median of an hour = %v, want the longest there is", got)
	}
}
