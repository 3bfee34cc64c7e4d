package assistant

import (
	"maps"
	"reflect"
	"slices"
)

// Changes of issues that a sentence describes as being that way already: close all
// done issues.

// unchanged reports whether every issue a selector can mean has the changed values
// by its description.
func (p *reader) unchanged(target string, changes map[string]any) bool {
	sel, ok := ParseSelector(target)
	if !ok || len(changes) == 0 || sel.Step < p.begun {
		return false
	}
	list := p.steps[sel.Step].Input
	for key, value := range changes {
		if key == "state" && p.inClass(list, value) || reflect.DeepEqual(list[key], value) {
			continue
		}
		return false
	}
	return true
}

// inClass reports whether a list holds only issues whose state is of the type of the
// named state.
func (p *reader) inClass(list map[string]any, state any) bool {
	class, _ := list["stateType"].(string)
	if class == "" || p.d == nil {
		return false
	}
	of, matches := false, true
	for _, t := range p.d.Teams {
		for _, s := range t.States {
			if s.Name == state {
				of = true
				matches = matches && s.Type == class
			}
		}
	}
	return of && matches
}

// narrows makes what is reopened closed issues: those that are open stay as they
// are. It fails when they are described as open.
func (p *reader) narrows(target string, types []string) bool {
	sel, ok := ParseSelector(target)
	if !ok || !slices.Equal(types, reopened) || sel.Step < p.begun {
		return true
	}
	list := p.steps[sel.Step].Input
	class, _ := list["stateType"].(string)
	switch {
	case class == "closed" || class == "completed" || class == "canceled" || list["completedAfter"] != nil:
		return true
	case class != "":
		p.refusal = RefuseUnchanged
		return false
	}
	if names, ok := list["state"]; ok {
		if p.anyOpen(names) {
			p.refusal = RefuseUnchanged
			return false
		}
		return true
	}
	p.steps = slices.Clone(p.steps)
	input := maps.Clone(list)
	input["stateType"] = "closed"
	p.steps[sel.Step].Input = input
	return true
}

// anyOpen reports whether one of the named states is none that ends work.
func (p *reader) anyOpen(names any) bool {
	all, _ := names.([]string)
	if one, ok := names.(string); ok {
		all = []string{one}
	}
	for _, t := range p.d.Teams {
		for _, s := range t.States {
			if slices.Contains(all, s.Name) && s.Type != "completed" && s.Type != "canceled" {
				return true
			}
		}
	}
	return false
}
