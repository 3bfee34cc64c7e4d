package assistant

import (
	"encoding/json"
	"strings"
	"testing"
)

// What a call brings is whole when it fits, and else cut between two nodes: what is left
// is still JSON.
func TestAToolResultIsCutBetweenNodes(t *testing.T) {
	t.Parallel()
	nodes := func(n int, text string) map[string]any {
		var all []any
		for range n {
			all = append(all, map[string]any{"id": "x", "comments": map[string]any{"nodes": []any{map[string]any{"body": text}}}})
		}
		return map[string]any{"untrusted": true, "data": map[string]any{"issues": map[string]any{"nodes": all}}}
	}
	for name, c := range map[string]struct {
		content any
		cut     bool
		left    int // of the outer nodes
	}{
		"what fits":        {nodes(40, "short"), false, 40},
		"many small nodes": {nodes(2000, ""), true, 200},
		"large nodes":      {nodes(100, strings.Repeat("ü", 500)), true, 0},
		"nothing":          {map[string]any{"data": nil}, false, 0},
	} {
		text, err := fitting(c.content)
		if err != nil {
			t.Fatal(err)
		}
		rest, cut := strings.CutSuffix(text, cutMark)
		if cut != c.cut || len(text) > maxResult || !json.Valid([]byte(rest)) {
			t.Errorf("%s: cut %v, want %v, %d bytes, JSON: %v", name, cut, c.cut, len(text), json.Valid([]byte(rest)))
		}
		if n := strings.Count(rest, `"id"`); c.left > 0 && n != c.left {
			t.Errorf("%s: %d nodes are left, want %d", name, n, c.left)
		}
	}
	one := nodes(1, strings.Repeat("é", 30_000))
	if text, err := fitting(one); err != nil || len(text) > maxResult || !strings.HasSuffix(text, cutMark) {
		t.Errorf("one large text: %d bytes, %v", len(text), err)
	}
}
