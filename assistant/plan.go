package assistant

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"linearbot/linear"
)

// The four tools a step can call.
const (
	toolCreate = linear.ToolCreate
	toolUpdate = linear.ToolUpdate
	toolList   = linear.ToolList
	toolQuery  = linear.ToolQuery
)

// Plan is what a sentence, a command or a button asks for, in the words it was
// asked in: names are not yet UUIDs and nothing has been read or changed. Its
// JSON is the bare list of steps. The zero Plan does nothing.
type Plan struct {
	Steps []Step
}

// Step is one tool call. Values of Input are string, []string, int (first,
// limit) or map[string]any (variables, not), or what encoding/json makes of those.
type Step struct {
	Tool  string         `json:"tool"`
	Input map[string]any `json:"input"`
}

// MarshalJSON writes the steps as a list; no step is [].
func (p Plan) MarshalJSON() ([]byte, error) {
	if p.Steps == nil {
		return []byte("[]"), nil
	}
	return json.Marshal(p.Steps)
}

// UnmarshalJSON reads a list of steps.
func (p *Plan) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &p.Steps)
}

// Writes reports whether applying the plan would change anything in Linear.
func (p Plan) Writes() bool {
	return slices.ContainsFunc(p.Steps, Step.Writes)
}

// Writes reports whether the step changes Linear. A document that cannot be
// parsed counts as a write, so that it is never run unseen.
func (s Step) Writes() bool {
	switch s.Tool {
	case toolList:
		return false
	case toolQuery:
		query, _ := s.Input["query"].(string) // no text fails to parse and counts as a write
		operation, _ := s.Input["operationName"].(string)
		op, err := linear.InspectDocument(query, operation, nil)
		return err != nil || op.Type != "query"
	}
	return true
}

// Clone returns a plan that shares no map with p.
func (p Plan) Clone() Plan {
	steps := slices.Clone(p.Steps)
	for i := range steps {
		steps[i].Input = maps.Clone(steps[i].Input)
	}
	return Plan{Steps: steps}
}

// Pick says which issues of an earlier list a selector means.
type Pick string

// The picks. PickNth counts from 1 in list order; oldest and newest go by the
// day of creation; PickOnly demands that the list holds exactly one issue.
const (
	PickOldest Pick = "oldest"
	PickNewest Pick = "newest"
	PickFirst  Pick = "first"
	PickLast   Pick = "last"
	PickNth    Pick = "nth"
	PickOnly   Pick = "only"
	PickAll    Pick = "all"
)

// Selector stands for issues that step Step (counted from 0) will find.
type Selector struct {
	Step int
	Pick Pick
	N    int // for PickNth, from 1
}

// String is the selector as it is written in a plan: $0.oldest, $1.3, $0.all.
func (s Selector) String() string {
	if s.Pick == PickNth {
		return fmt.Sprintf("$%d.%d", s.Step, s.N)
	}
	return fmt.Sprintf("$%d.%s", s.Step, s.Pick)
}

// ParseSelector reads a selector; ok is false for anything else, an issue
// identifier for example.
func ParseSelector(text string) (sel Selector, ok bool) {
	rest, ok := strings.CutPrefix(text, "$")
	if !ok {
		return Selector{}, false
	}
	number, pick, ok := strings.Cut(rest, ".")
	if !ok {
		return Selector{}, false
	}
	step, err := strconv.Atoi(number)
	if err != nil || step < 0 || strings.HasPrefix(number, "+") {
		return Selector{}, false
	}
	switch p := Pick(pick); p {
	case PickOldest, PickNewest, PickFirst, PickLast, PickOnly, PickAll:
		return Selector{Step: step, Pick: p}, true
	}
	n, err := strconv.Atoi(pick)
	if err != nil || n < 1 || strings.HasPrefix(pick, "+") {
		return Selector{}, false
	}
	return Selector{Step: step, Pick: PickNth, N: n}, true
}

// Check reports the first step that calls an unknown tool or whose selector
// does not point at an earlier list.
func (p Plan) Check() error {
	for i, s := range p.Steps {
		switch s.Tool {
		case toolCreate, toolUpdate, toolList, toolQuery:
		default:
			return fmt.Errorf("step %d: unknown tool %q", i, s.Tool)
		}
		id, _ := s.Input["issueId"].(string) // only updates carry one
		sel, ok := ParseSelector(id)
		if !ok {
			continue
		}
		if sel.Step >= i || p.Steps[sel.Step].Tool != toolList {
			return fmt.Errorf("step %d: %s is not an earlier list", i, sel)
		}
	}
	return nil
}
