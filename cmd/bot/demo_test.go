package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestTour plays the golden path on a stage of its own, as "bot demo --tour" does.
func TestTour(t *testing.T) {
	t.Parallel()
	var out, trouble bytes.Buffer
	if status := run(t.Context(), []string{"demo", "--tour"}, &out, &trouble); status != 0 {
		t.Fatalf("bot demo --tour ends with %d: %s\n%s", status, trouble.String(), out.String())
	}
	for _, words := range []string{"Ready to make 1 change", "stopped working", "scenes held"} {
		if !strings.Contains(out.String(), words) {
			t.Errorf("the transcript does not show %q", words)
		}
	}
}
