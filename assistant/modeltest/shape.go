package modeltest

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

var (
	callID   = regexp.MustCompile(`^[a-zA-Z0-9_-]+$`)
	toolName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,128}$`)
)

// inputs are the fields a request may have. The service refuses others.
var inputs = []string{
	"max_tokens", "messages", "metadata", "model", "service_tier", "stop_sequences", "stream", "system",
	"temperature", "thinking", "tool_choice", "tools", "top_k", "top_p",
}

// maxMarks is how many cache_control marks a request may have.
const maxMarks = 4

func checkKeys(body []byte) string {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return "not a request: " + err.Error()
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(inputs, key) {
			return key + " is no input"
		}
	}
	return ""
}

func checkTools(tools []Tool) string {
	names := map[string]bool{}
	for _, t := range tools {
		if !toolName.MatchString(t.Name) || names[t.Name] {
			return fmt.Sprintf("tool %q is named twice, or not in letters, digits, _ and -", t.Name)
		}
		names[t.Name] = true
		var schema map[string]json.RawMessage
		if json.Unmarshal(t.InputSchema, &schema) != nil || string(schema["type"]) != `"object"` {
			return "the schema of " + t.Name + " is not of type object"
		}
		for _, key := range []string{"oneOf", "anyOf", "allOf"} {
			if _, has := schema[key]; has {
				return "the schema of " + t.Name + " has " + key + " at its root"
			}
		}
	}
	return ""
}

func checkMarks(r Request) string {
	n := 0
	count := func(blocks []Block) {
		for _, b := range blocks {
			if b.CacheControl != nil {
				n++
			}
		}
	}
	count(r.System)
	for _, m := range r.Messages {
		count(m.Content)
	}
	for _, t := range r.Tools {
		if t.CacheControl != nil {
			n++
		}
	}
	if n > maxMarks {
		return fmt.Sprintf("%d cache_control marks, at most %d", n, maxMarks)
	}
	return ""
}
