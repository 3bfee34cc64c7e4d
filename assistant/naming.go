package assistant

import (
	"slices"
	"strconv"
	"strings"
)

// Names of the workspace in words: states, labels, cycles, projects.

// state reads the name of a state, of the team when one is known.
func (p *reader) state(team string) (string, bool) {
	found, size := p.phrase(kindState)
	if size == 0 {
		return "", false
	}
	if team != "" {
		found = slices.DeleteFunc(slices.Clone(found), func(n named) bool { return n.team != team })
	}
	if len(found) == 0 {
		return "", false
	}
	p.at += size
	return found[0].value, true
}

// partOfState reads one word that stands in exactly one state: review for In Review.
func (p *reader) partOfState(team string) (string, bool) {
	t := p.peek(0)
	if t.kind != tokenWord || len(t.text) < 4 || p.d == nil {
		return "", false
	}
	var hits []string
	for _, tm := range p.d.Teams {
		if team != "" && tm.Key != team {
			continue
		}
		for _, s := range tm.States {
			if slices.Contains(strings.Fields(strings.ToLower(s.Name)), t.text) && !slices.Contains(hits, s.Name) {
				hits = append(hits, s.Name)
			}
		}
	}
	if len(hits) != 1 {
		return "", false
	}
	p.at++
	return hits[0], true
}

// name reads a name of one kind and gives it as a plan spells it.
func (p *reader) name(kind nameKind) (string, bool) {
	found, size := p.phrase(kind)
	if size == 0 || len(found) == 0 {
		return "", false
	}
	p.at += size
	return found[0].value, true
}

// label reads a label; with plural, "bugs" means the label bug.
func (p *reader) label(plural bool) (name string, wasPlural, ok bool) {
	if name, ok := p.name(kindLabel); ok {
		return name, false, true
	}
	t := p.peek(0)
	singular, ok := strings.CutSuffix(t.text, "s")
	if !plural || !ok || t.kind != tokenWord {
		return "", false, false
	}
	key, _ := squash(singular)
	if found := p.names.find(key, kindLabel); len(found) > 0 {
		p.at++
		return found[0].value, true, true
	}
	return "", false, false
}

// labels reads one label or several: infra, bug and "tech debt".
func (p *reader) labels() ([]string, bool) {
	first, _, ok := p.label(false)
	if !ok {
		return nil, false
	}
	names := []string{first}
	for {
		before := p.at
		if p.eat("and", ",", "&", "+", ", and", "and the", "as well as") == "" {
			return names, true
		}
		next, _, ok := p.label(false)
		if !ok {
			p.at = before
			return names, true
		}
		names = append(names, next)
	}
}

// cycle reads the current cycle, next sprint, cycle 12 or the name of one.
func (p *reader) cycle() (string, bool) {
	before := p.at
	p.eat("the", "our")
	which := p.eat("current", "this", "active", "ongoing", "next", "upcoming", "coming", "last", "previous")
	if p.eat("cycle", "sprint", "iteration") != "" {
		switch which {
		case "current", "this", "active", "ongoing":
			return "current", true
		case "next", "upcoming", "coming":
			return "next", true
		case "last", "previous":
			return "previous", true
		}
		p.eat("number", "no", "#", ":", "=", "to", "is")
		if n, ok := p.number(); ok {
			return strconv.Itoa(n), true
		}
	}
	if which == "" {
		if name, ok := p.name(kindCycle); ok {
			return name, true
		}
	}
	p.at = before
	return "", false
}
