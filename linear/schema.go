package linear

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/google/jsonschema-go/jsonschema"
)

//go:embed tools/*.json
var toolFiles embed.FS

// toolSchema is the published schema of one tool, taken apart so that an error
// can name the argument it is about.
type toolSchema struct {
	raw        json.RawMessage
	required   []string
	properties map[string]*jsonschema.Resolved
}

var toolSchemas = sync.OnceValue(func() map[string]toolSchema {
	schemas := map[string]toolSchema{}
	for _, t := range toolTable {
		raw, err := toolFiles.ReadFile("tools/" + t.Name + ".json")
		if err != nil {
			panic(err)
		}
		var root jsonschema.Schema
		if err := json.Unmarshal(raw, &root); err != nil {
			panic(fmt.Sprintf("linear: schema of %s: %v", t.Name, err))
		}
		s := toolSchema{raw: raw, required: root.Required, properties: map[string]*jsonschema.Resolved{}}
		for name, property := range root.Properties {
			resolved, err := property.Resolve(nil)
			if err != nil {
				panic(fmt.Sprintf("linear: schema of %s.%s: %v", t.Name, name, err))
			}
			s.properties[name] = resolved
		}
		schemas[t.Name] = s
	}
	return schemas
})

// ValidateInput holds the input of a tool to its published schema, for every
// caller alike, and returns it in plain form: digits and names of priorities as
// numbers, one label as a list, variables as an object, nulls gone. Errors are
// *ToolError and name the argument.
func ValidateInput(tool string, input json.RawMessage) (map[string]any, error) {
	schema, ok := toolSchemas()[tool]
	if !ok {
		return nil, &ToolError{Code: CodeUnsupported, Message: fmt.Sprintf("No tool is called %q.", clip(tool, 60))}
	}
	var given map[string]any
	if len(input) == 0 {
		input = json.RawMessage("{}")
	}
	if err := json.Unmarshal(input, &given); err != nil {
		return nil, invalid("", "The input is not a JSON object.")
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		value := given[name]
		if value == nil && name != "assigneeId" {
			delete(given, name)
			continue
		}
		property, known := schema.properties[name]
		if !known {
			return nil, unknownArgument(name, slices.Sorted(maps.Keys(schema.properties)))
		}
		given[name] = coerce(name, value)
		if err := property.Validate(given[name]); err != nil {
			return nil, invalid(name, "Not a valid value: "+reasonInSchema(err))
		}
	}
	for _, name := range schema.required {
		if _, ok := given[name]; !ok {
			return nil, invalid(name, "This argument is required.")
		}
	}
	return given, nil
}

// reasonInSchema drops the validator's path in front of the reason.
func reasonInSchema(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, "validating root: "); i >= 0 {
		text = text[i+len("validating root: "):]
	}
	return clip(text, 200)
}

func unknownArgument(name string, valid []string) *ToolError {
	plain := func(s string) string { return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(s)) }
	best := slices.MinFunc(valid, func(a, b string) int {
		return distance(plain(name), plain(a)) - distance(plain(name), plain(b))
	})
	e := invalid(clip(name, 60), fmt.Sprintf("There is no such argument. Did you mean %s?", best))
	e.Candidates = []string{best}
	return e
}

// coerce brings the spellings that callers use into the one that the schema has.
func coerce(name string, v any) any {
	switch name {
	case "priority":
		return coercePriority(v)
	case "estimate", "first":
		if s, ok := v.(string); ok {
			if n, err := strconv.Atoi(strings.TrimSpace(s)); err == nil {
				return float64(n)
			}
		}
	case "labels", "labelIds", "addLabels", "removeLabels":
		if s, ok := v.(string); ok {
			return []any{s}
		}
	case "stateType", "sort":
		if s, ok := v.(string); ok {
			return strings.ToLower(strings.TrimSpace(s))
		}
	case "variables":
		if s, ok := v.(string); ok {
			var object map[string]any
			if json.Unmarshal([]byte(s), &object) == nil && object != nil {
				return object
			}
		}
	}
	return v
}

func coercePriority(v any) any {
	switch v := v.(type) {
	case string:
		if n, err := ParsePriority(v); err == nil {
			return float64(n)
		}
	case []any:
		all := make([]any, len(v))
		for i, item := range v {
			all[i] = coercePriority(item)
		}
		return all
	}
	return v
}

// whole reads a JSON number without a fraction.
func whole(v any) (int, bool) {
	f, ok := v.(float64)
	return int(f), ok && f == math.Trunc(f) && math.Abs(f) < 1<<31
}
