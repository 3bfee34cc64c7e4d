package assistant

import (
	"maps"
	"slices"
)

// A change in words, and how changes of one issue become one step.

// addStep appends a step; the slice is never shared with a saved one.
func (p *reader) addStep(s Step) int {
	p.steps = append(slices.Clip(p.steps), s)
	return len(p.steps) - 1
}

// change adds changes to what target is: a new update, or more of the update or
// creation the sentence just made. It fails when the sentence contradicts itself.
func (p *reader) change(target string, changes map[string]any) bool {
	i := slices.IndexFunc(p.steps, func(s Step) bool { return s.Tool == toolUpdate && s.Input["issueId"] == target })
	if target == createdTarget {
		i = p.created - 1
	}
	if i < 0 {
		input := maps.Clone(changes)
		input["issueId"] = target
		p.addStep(Step{Tool: toolUpdate, Input: input})
		return true
	}
	input := maps.Clone(p.steps[i].Input)
	for key, value := range changes {
		if target == createdTarget && key == "addLabels" {
			key = "labels"
		}
		if target == createdTarget && key == "removeLabels" {
			return false
		}
		old, have := input[key]
		list, isList := value.([]string)
		switch {
		case !have:
			input[key] = value
		case isList:
			input[key] = union(old.([]string), list) // the same key always holds the same type
		case old != value:
			return false
		}
	}
	steps := slices.Clone(p.steps)
	steps[i].Input = input
	p.steps = steps
	return true
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// delta is a change in words: values by input key, and a state by its type when
// the words name no state (close, reopen).
type delta struct {
	set    map[string]any
	types  []string
	making bool // of a new issue
}

func newDelta() *delta { return &delta{set: map[string]any{}} }

// put sets a value; false when the clause already set another.
func (c *delta) put(key string, value any) bool {
	if key == "state" && c.types != nil {
		return false
	}
	if old, ok := c.set[key]; ok {
		list, isList := value.([]string)
		if isList {
			c.set[key] = union(old.([]string), list) // the same key always holds the same type
			return true
		}
		return old == value
	}
	c.set[key] = value
	return true
}

// apply adds the change to every target.
func (p *reader) apply(targets []string, c *delta) bool {
	if len(c.set) == 0 && c.types == nil || itsOwnParent(targets, c) {
		return false
	}
	for _, t := range targets {
		changes := maps.Clone(c.set)
		if c.types != nil {
			name, ok := p.typedState(t, c.types)
			if !ok {
				return false
			}
			changes["state"] = name
		}
		if !p.narrows(t, c.types) {
			return false
		}
		if p.unchanged(t, changes) {
			p.refusal = RefuseUnchanged
			return false
		}
		if !p.change(t, changes) {
			return false
		}
	}
	p.targets, p.whole = targets, false
	return true
}
