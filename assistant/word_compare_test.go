package assistant_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"linearbot/assistant"
	"linearbot/linear"
)

// utterance is one line of a file of sentences: a sentence, the issues last
// shown, and the plan before names become UUIDs.
type utterance struct {
	Text    string           `json:"text"`
	Expect  []assistant.Step `json:"expect"`
	Context struct {
		Issues []string `json:"issues"`
	} `json:"context"`
}

// utterances are all sentences in testdata.
func utterances(tb testing.TB) []utterance {
	tb.Helper()
	return append(utterancesIn(tb, "testdata/utterances.jsonl"), utterancesIn(tb, "testdata/sentences.jsonl")...)
}

func utterancesIn(tb testing.TB, path string) []utterance {
	tb.Helper()
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var out []utterance
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		var u utterance
		if err := json.Unmarshal(lines.Bytes(), &u); err != nil {
			tb.Fatalf("%s line %d: %v", path, n, err)
		}
		out = append(out, u)
	}
	return out
}

// samePlan compares plans by the rules of the utterance file: tools and keys
// exactly, names by what they resolve to, labels as a set, digits as numbers, a
// document by its operation and root field.
func samePlan(d *linear.Directory, got, want []assistant.Step) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d steps, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i].Tool != want[i].Tool {
			return fmt.Errorf("step %d calls %s, want %s", i, got[i].Tool, want[i].Tool)
		}
		g, w := plain(got[i].Input), plain(want[i].Input)
		if want[i].Tool == "linear_graphql_query" {
			if err := sameQuery(g, w); err != nil {
				return fmt.Errorf("step %d: %w", i, err)
			}
			continue
		}
		if keys := sortedKeys(g); !slices.Equal(keys, sortedKeys(w)) {
			return fmt.Errorf("step %d has %v, want %v", i, keys, sortedKeys(w))
		}
		for key := range w {
			if a, b := canonical(d, key, g[key]), canonical(d, key, w[key]); a != b {
				return fmt.Errorf("step %d: %s is %s, want %s", i, key, a, b)
			}
		}
	}
	return nil
}

// plain passes an input through JSON, so that both sides hold the same types.
func plain(input map[string]any) map[string]any {
	b, err := json.Marshal(input)
	if err != nil {
		panic(err)
	}
	var out map[string]any
	if err := json.Unmarshal(b, &out); err != nil {
		panic(err)
	}
	return out
}

func sortedKeys(m map[string]any) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func canonical(d *linear.Directory, key string, value any) string {
	switch v := value.(type) {
	case []any:
		var parts []string
		for _, e := range v {
			parts = append(parts, canonical(d, key, e))
		}
		slices.Sort(parts)
		if len(parts) == 1 && key == "priority" {
			return parts[0]
		}
		return strings.Join(parts, "|")
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case map[string]any:
		var parts []string
		for _, k := range sortedKeys(v) {
			parts = append(parts, k+"="+canonical(d, k, v[k]))
		}
		return strings.Join(parts, ";")
	case string:
		return resolved(d, key, v)
	}
	return fmt.Sprint(value)
}

func resolved(d *linear.Directory, key, v string) string {
	switch key {
	case "team":
		if t, err := d.Team(v); err == nil {
			return t.ID
		}
	case "assignee", "creator":
		if u, err := d.User(v); err == nil {
			return u.ID
		}
	case "title", "body", "query":
		return strings.TrimSuffix(strings.TrimSpace(v), ".")
	case "state", "labels", "project", "addLabels", "removeLabels", "anyLabels", "cycle", "issueId":
		return strings.ToLower(v)
	}
	return v
}

func sameQuery(got, want map[string]any) error {
	query, _ := got["query"].(string)
	op, err := linear.InspectDocument(query, "", nil)
	if err != nil {
		return err
	}
	if op.Type != want["$op"] {
		return fmt.Errorf("the document is a %s, want a %v", op.Type, want["$op"])
	}
	roots, _ := want["$root"].([]any)
	if one, ok := want["$root"].(string); ok {
		roots = []any{one}
	}
	if len(op.RootFields) != 1 || !slices.Contains(roots, any(op.RootFields[0])) {
		return fmt.Errorf("the document asks for %v, want %v", op.RootFields, roots)
	}
	return subset(got["variables"], want["variables"])
}

// subset reports what of want is missing in got.
func subset(got, want any) error {
	w, ok := want.(map[string]any)
	if !ok {
		if want != nil && strings.TrimSuffix(fmt.Sprint(got), ".") != strings.TrimSuffix(fmt.Sprint(want), ".") {
			return fmt.Errorf("a variable is %v, want %v", got, want)
		}
		return nil
	}
	g, _ := got.(map[string]any)
	for key := range w {
		if err := subset(g[key], w[key]); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}
