package assistant

import (
	"slices"
	"strings"
)

// What is not so: fields that are empty, and filters that must not hold.

// lacking are the words that say a field is empty, and lacked the fields.
var (
	lacking = []string{"without", "with no", "no", "missing", "lacking", "do not have", "does not have", "have no", "has no", "have not got", "has not got", "not having", "having no", "that have no", "who have no", "do n't have"}
	lacked  = []struct {
		key   string
		nouns []string
	}{
		{"assignee", []string{"assignee", "assignees", "owner", "owners"}},
		{"dueDate", []string{"due date", "due dates", "deadline", "deadlines"}},
		{"estimate", []string{"estimate", "estimates", "estimation", "points", "story points"}},
		{"project", []string{"project", "projects"}},
		{"cycle", []string{"cycle", "cycles", "sprint"}},
		{"priority", []string{"priority", "priorities"}},
	}
)

// lackAtom: without an assignee, with no due date, that don't have an estimate.
func (p *reader) lackAtom(f *filters) bool {
	if f.opposite || p.eat(lacking...) == "" {
		return false
	}
	p.eat("a", "an", "any", "the")
	for _, l := range lacked {
		if p.eat(l.nouns...) == "" {
			continue
		}
		p.eat("set", "yet")
		if l.key == "priority" {
			return f.set(l.key, "0")
		}
		return f.set(l.key, "none")
	}
	return false
}

// allWords make the but after them an except.
var allWords = wordSet(`anything everything all every any`)

// allBefore reports whether a but comes next that means except: all issues but.
func (p *reader) allBefore() bool {
	if next := p.peek(1); !p.peek(0).is("but") || next.is("only") || next.is("also") || next.is("not") {
		return false
	}
	return slices.ContainsFunc(p.toks[p.lo:p.at], func(t token) bool { return t.kind == tokenWord && allWords[t.text] })
}

// notAtom: not assigned to Bob, excluding bugs, without label infra.
func (p *reader) notAtom(f *filters) bool {
	if f.opposite {
		return false
	}
	if p.eat("not done", "not closed", "not completed", "not finished", "not resolved", "not yet done", "not yet finished", "not yet completed", "not yet closed", "not complete") != "" {
		return f.set("stateType", "open")
	}
	if p.eat("not started", "not yet started", "not been started", "not in progress yet", "not been started yet") != "" {
		return f.set("stateType", "unstarted")
	}
	if p.allBefore() {
		p.at++ // anything but bugs
	} else if cue := p.eat("not", "non", "except", "except for", "excluding", "other than", "without", "without the", "but not", "apart from", "that do not have", "do not have", "does not have", "not counting", "minus", "but without", "besides", "leaving out", "aside from", "everything except", "anything except", "ignoring", "that are neither", "skipping", "omitting", "with no", "having no", "without any"); cue == "" {
		return false
	} else if strings.HasPrefix(cue, "everything") || strings.HasPrefix(cue, "anything") {
		f.noun = true
	}
	p.eat("the", "the ones", "the ones that are", "those", "those that are", "ones", "ones that are", "any", "all", "issues", "the issues", "tickets", "anything", "things")
	f.opposite = true
	defer func() { f.opposite = false }()
	for _, read := range []func(*reader, *filters) bool{(*reader).stateAtom, (*reader).assigneeAtom, (*reader).priorityAtom, (*reader).cycleAtom, (*reader).placeAtom, (*reader).labelAtom} {
		start := p.save()
		if read(p, f) {
			return true
		}
		p.out = start
	}
	return false
}

// butAtom: assigned to anyone but Bob.
func (p *reader) butAtom(f *filters) bool {
	if p.eat("assigned to", "owned by", "for", "belonging to") == "" || p.eat("anyone", "anybody", "everyone", "everybody") == "" || p.eat("but", "except", "except for", "other than", "besides") == "" {
		return false
	}
	names, ok := p.people()
	f.opposite = true
	defer func() { f.opposite = false }()
	return ok && f.setNames("assignee", names)
}

func (p *reader) unassignedAtom(f *filters) bool {
	if p.eat("unassigned", "not assigned to anyone", "not assigned to anybody", "not assigned to any one", "assigned to nobody", "assigned to no one", "assigned to none",
		"without assignee", "without an assignee", "without assignees", "without any assignee", "without owner", "without an owner", "with no assignee", "with no owner", "no assignee", "no owner",
		"nobody is working on", "no one is working on", "nobody owns", "no one owns", "nobody has taken", "no one has taken", "nobody has picked up", "nobody picked up", "no one picked up", "nobody took", "no one took", "nobody claimed", "no one claimed", "no one has picked up", "nobody 's working on", "no one 's working on",
		"nobody is assigned to", "no one is assigned to", "not been assigned", "ownerless", "unowned", "unclaimed", "assignee none", "assignee is none", "assignee : none", "missing an assignee", "lacking an assignee", "up for grabs") != "" {
		return f.set("assignee", "none")
	}
	if p.matchAt(p.at, p.hi, "not assigned") == 2 && !p.peek(2).is("to") {
		p.at += 2
		return f.set("assignee", "none")
	}
	return false
}
