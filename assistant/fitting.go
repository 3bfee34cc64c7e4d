package assistant

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

const (
	maxResult = 24_000 // bytes of one tool result
	maxNodes  = 400    // objects in lists of one tool result
	cutMark   = " [cut: ask for fewer fields or issues]"
)

// fitting is what a call brought as a model is told it: JSON. What is too much is cut
// between two objects of a list, and said to be.
func fitting(content any) (string, error) {
	raw, err := json.Marshal(content)
	if err != nil {
		return "", err
	}
	var tree any
	numbers := json.NewDecoder(bytes.NewReader(raw))
	numbers.UseNumber()
	if err := numbers.Decode(&tree); err != nil {
		return "", err
	}
	mark := ""
	for most := maxNodes; most > 0; most /= 2 {
		left := most
		if tree = firstNodes(tree, &left); left < 0 {
			mark = cutMark
		}
		if raw, err = json.Marshal(tree); err != nil {
			return "", err
		}
		if len(raw)+len(mark) <= maxResult {
			return string(raw) + mark, nil
		}
	}
	return strings.ToValidUTF8(string(raw[:maxResult-len(cutMark)]), "") + cutMark, nil
}

// firstNodes keeps what comes first of the objects in the lists of a tree. left counts
// them down, and falls below 0 when some are left out.
func firstNodes(v any, left *int) any {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			v[key] = firstNodes(v[key], left)
		}
	case []any:
		for n, item := range v {
			if _, isNode := item.(map[string]any); isNode {
				if *left <= 0 {
					*left = -1
					return v[:n]
				}
				*left--
			}
			v[n] = firstNodes(item, left)
		}
	}
	return v
}
