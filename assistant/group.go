package assistant

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"linearbot/linear"
)

// Counts by team, state and the like: how many open bugs per team. Each group is a
// list of its own.

const maxGroups = 12 // lists behind one sentence

// groupings are the fields issues can be counted by.
var groupings = []struct {
	key   string
	nouns []string
}{
	{"team", []string{"team", "teams"}},
	{"state", []string{"state", "status", "states", "statuses", "column"}},
	{"priority", []string{"priority", "priorities", "urgency"}},
	{"assignee", []string{"person", "assignee", "owner", "people", "assignees", "member", "user", "head", "engineer", "team member"}},
	{"project", []string{"project", "projects"}},
	{"labels", []string{"label", "labels", "tag"}},
}

// groupAtom: per team, by priority, for each person.
func (p *reader) groupAtom(f *filters) bool {
	if f.group != "" {
		return false
	}
	cue := p.eat("per", "by", "for each", "for every", "in each", "in every", "does each", "does every", "grouped by", "broken down by", "split by", "has each", "is each", "are in each", "are there per", "are there in each")
	if cue == "" || cue != "per" && !p.count {
		return false
	}
	for _, g := range groupings {
		if p.eat(g.nouns...) != "" {
			p.eat("have", "has")
			f.group, p.count = g.key, true
			f.noun = true
			return true
		}
	}
	return false
}

// grouped adds a list for every value of the group; false when there are too many,
// or the sentence names one already.
func (p *reader) grouped(f *filters) bool {
	values := p.groupValues(f.group, f.input)
	if _, named := f.input[f.group]; named || len(values) == 0 || len(values) > maxGroups {
		return false
	}
	for _, v := range values {
		input := maps.Clone(f.input)
		input[f.group] = v
		p.addStep(Step{Tool: toolList, Input: input})
	}
	p.list, p.targets = 0, nil
	return true
}

// groupValues are the values of a field in the workspace, or in the team that the
// sentence names.
func (p *reader) groupValues(key string, input map[string]any) []any {
	if p.d == nil {
		return nil
	}
	var values []any
	add := func(v any) {
		if !slices.ContainsFunc(values, func(o any) bool { return reflect.DeepEqual(o, v) }) {
			values = append(values, v)
		}
	}
	teams := slices.SortedFunc(slices.Values(p.d.Teams), func(a, b linear.Team) int { return strings.Compare(a.Key, b.Key) })
	team, named := input["team"].(string)
	class, _ := input["stateType"].(string)
	inTeam := func(t linear.Team) bool { return !named || t.Key == team }
	switch key {
	case "team":
		for _, t := range teams {
			add(t.Key)
		}
	case "state":
		for _, t := range teams {
			for _, s := range t.States {
				if ended := s.Type == "completed" || s.Type == "canceled"; inTeam(t) && !(ended && class == "open") {
					add(s.Name)
				}
			}
		}
	case "priority":
		for _, n := range []string{"1", "2", "3", "4", "0"} {
			add(n)
		}
	case "assignee":
		for _, u := range slices.SortedFunc(slices.Values(p.d.Users), func(a, b linear.User) int { return strings.Compare(a.Name, b.Name) }) {
			add(u.Name)
		}
		add("none")
	case "project":
		for _, r := range p.d.Projects {
			add(r.Name)
		}
	case "labels":
		for _, l := range p.d.Labels {
			if l.Team == nil || !named {
				add([]string{l.Name})
			}
		}
	}
	return values
}
