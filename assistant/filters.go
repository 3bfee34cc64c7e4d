package assistant

import (
	"maps"
	"reflect"
)

// filters collects what a sentence says about a list.
type filters struct {
	input    map[string]any
	noun     bool   // issues, bugs, everything: something to list was named
	singular bool   // one issue was named
	superl   bool   // newest, oldest
	opposite bool   // the next filter is negated
	fresh    bool   // "new": since when, or else the newest
	pending  string // updated, created: the key of a time still to come
	group    string // per team: the key that issues are counted by
	written  int    // counts what was written, to be taken back when a rule fails
}

// set writes one filter; false when the sentence already said otherwise.
func (f *filters) set(key string, value any) bool {
	if old, ok := f.input[key]; ok {
		return reflect.DeepEqual(old, value)
	}
	f.put(key, value)
	return true
}

func (f *filters) put(key string, value any) {
	f.written++
	f.input[key] = value
}

// clone shares nothing with f that a reader changes.
func (f *filters) clone() filters {
	c := *f
	c.input = maps.Clone(f.input)
	if not, ok := c.input["not"].(map[string]any); ok {
		c.input["not"] = maps.Clone(not)
	}
	return c
}

// onlyDue reports whether nothing but a day an issue is due was said.
func (f *filters) onlyDue() bool {
	for key := range f.input {
		if key != "dueBefore" && key != "dueAfter" && key != "dueDate" {
			return false
		}
	}
	return len(f.input) > 0
}

// setNames writes one name as a string, several as a list, or a negation.
func (f *filters) setNames(key string, names []string) bool {
	if f.opposite {
		f.written++
		negate(f.input, key, names)
		return true
	}
	if len(names) == 1 {
		return f.set(key, names[0])
	}
	return f.set(key, names)
}

// addLabels writes labels that must all be there, or any of which may.
func (f *filters) addLabels(names []string, anyOf bool) bool {
	switch {
	case f.opposite:
		f.written++
		negate(f.input, "labels", names)
	case anyOf && len(names) > 1:
		return f.set("anyLabels", names)
	default:
		old, _ := f.input["labels"].([]string)
		f.put("labels", union(old, names))
	}
	return true
}

// filler words say nothing about which issues are meant.
var filler = wordSet(`the all any every each a an of that which who whose are is was were be been being have has had having
do does did there currently still now right already only some our with where it its waiting 's 're their they he she getting got your entire whole full complete list available existing`)

var nouns = map[string]bool{ // true: one issue

	"issue": true, "ticket": true, "task": true, "item": true, "card": true, "story": true, "one": true,
	"issues": false, "tickets": false, "tasks": false, "items": false, "cards": false, "stories": false, "ones": false,
	"work": false, "things": false, "stuff": false, "everything": false, "anything": false, "something": false, "todos": false, "assignments": false,
}

// atoms are tried in order: longer and more particular readings first.
func atoms() []func(*reader, *filters) bool {
	return []func(*reader, *filters) bool{
		(*reader).groupAtom,
		(*reader).lackAtom,
		(*reader).butAtom,
		(*reader).notAtom,
		(*reader).unassignedAtom,
		(*reader).subjectAtom,
		(*reader).stateAtom,
		(*reader).assigneeAtom,
		(*reader).dueAtom,
		(*reader).ageAtom,
		(*reader).happenedAtom,
		(*reader).priorityAtom,
		(*reader).estimateAtom,
		(*reader).orderAtom,
		(*reader).classAtom,
		(*reader).cycleAtom,
		(*reader).placeAtom,
		(*reader).labelAtom,
		(*reader).parentAtom,
		(*reader).countAtom,
		(*reader).nounAtom,
	}
}

// filters reads filters as far as they go. It reports whether anything beyond
// filler was read.
func (p *reader) filters(f *filters) bool {
	any := false
	for !p.done() {
		before := p.save()
		if p.allBefore() && p.atom(f) {
			any = true
			continue
		}
		joined := p.eat(", and", "and", ",", "&", "/", "but", "but only", "but also", "as well as", ", but", "plus") != ""
		if p.atom(f) {
			any = true
			continue
		}
		if !joined && p.peek(0).kind == tokenWord && filler[p.peek(0).text] {
			p.at++
			continue
		}
		p.out = before
		return any
	}
	return any
}

// atom reads one filter, perhaps after filler words.
func (p *reader) atom(f *filters) bool {
	before, was := p.save(), f.clone()
	for {
		for _, read := range atoms() {
			start := p.save()
			if read(p, f) && p.at > start.at {
				return true
			}
			p.out = start
			if f.written != was.written || f.noun != was.noun || f.fresh != was.fresh || f.pending != was.pending || f.singular != was.singular || f.superl != was.superl {
				*f = was
				was = f.clone()
			}
		}
		if t := p.peek(0); t.kind != tokenWord || !filler[t.text] {
			p.out = before
			return false
		}
		p.at++
	}
}

// assigneeAtom: assigned to Alice, for Bob, Carol's, my, on my plate.
func (p *reader) assigneeAtom(f *filters) bool {
	if p.eat("on my plate today", "on my plate right now", "on my plate now", "on my plate at the moment", "on my list today", "on my list right now") != "" {
		return f.setNames("assignee", []string{"me"})
	}
	if p.eat("my", "mine", "on my plate", "on my list", "on my desk", "on my queue", "in my queue", "in my backlog", "in my name", "that i own", "i own", "i have", "i 'm assigned", "i am assigned", "i 'm assigned to", "i am assigned to", "do i have", "have i got", "i 've got", "i 'm responsible for", "i am responsible for") != "" {
		return f.setNames("assignee", []string{"me"})
	}
	cue := p.eat("assigned to", "assigned", "owned by", "belonging to", "belongs to", "belong to", "given to", "assignee is", "assignee", "assignee :", "assignee =", "owner is", "owner", "handled by", "held by", "taken by", "with assignee",
		"for", "of", "on the plate of", "on", "in", "with")
	before := p.at
	names, ok := p.people()
	if !ok {
		name, strange := p.stranger()
		if weak := cue == "" || cue == "of" || cue == "on" || cue == "in" || cue == "with"; !strange || weak && !p.peek(0).is("'s") {
			return false
		}
		names = []string{name}
	}
	possessive := p.eat("'s") != ""
	switch cue {
	case "on", "in", "with":
		if possessive && p.eat("plate", "list", "desk", "queue", "hands", "name", "court") != "" {
			return f.setNames("assignee", names)
		}
		if cue == "with" && !possessive {
			return f.setNames("assignee", names)
		}
		return false
	case "":
		t := p.toks[before]
		if !possessive && (t.kind != tokenMention || len(names) > 1 || p.done()) || names[0] == "me" || names[0] == "none" && !possessive {
			return false // a mention after it all is not about which issues
		}
	}
	for possessive { // Bob's and Carol's
		before := p.save()
		if p.eat("and", "or", ",", "&") == "" {
			break
		}
		more, ok := p.people()
		if !ok || p.eat("'s") == "" {
			p.out = before
			break
		}
		names = append(names, more...)
	}
	if possessive {
		p.eat("plate", "list", "queue")
	}
	return f.setNames("assignee", names)
}

// countAtom: 5 issues, top 10, first three.
func (p *reader) countAtom(f *filters) bool {
	if p.count && p.eat("in total", "altogether", "overall", "all together") != "" {
		return true
	}
	cue := p.eat("top", "first", "last", "up to", "max", "limit", "limit to", "limited to", "at most")
	n, ok := p.number()
	if !ok || n < 1 || n > 50 || (cue == "first" || cue == "last") && p.toks[p.at-1].is("one") { // the first one: of what was shown
		return false
	}
	if t := p.peek(0); cue == "" && (t.kind != tokenWord || !p.followsCount()) {
		return false
	}
	if cue == "last" {
		sort := "newest"
		if t := p.peek(0); updatedWords[t.text] { // last 5 updated
			p.at++
			sort = "updated"
		}
		if !f.set("sort", sort) {
			return false
		}
	}
	return f.set("first", n)
}

// followsCount reports whether the next word goes on describing issues.
func (p *reader) followsCount() bool {
	if _, _, ok := parseSpan("1 " + p.peek(0).text); ok {
		return false
	}
	before := p.save()
	defer func() { p.out = before }()
	return p.atom(&filters{input: map[string]any{}})
}

func (p *reader) nounAtom(f *filters) bool {
	switch t := p.peek(0); t.text {
	case "p0s":
		p.at++
		f.noun = true
		return f.set("priority", "1")
	case "p1s", "p2s", "p3s", "p4s":
		return p.ranked(f)
	}
	one, ok := nouns[p.peek(0).text]
	if !ok || p.peek(0).kind != tokenWord {
		// Without a label of that name these are plain nouns.
		switch p.peek(0).text {
		case "bug", "story":
			one, ok = true, true
		case "bugs":
			one, ok = false, true
		}
	}
	if !ok || p.peek(0).kind != tokenWord {
		return false
	}
	p.at++
	f.noun = true
	f.singular = f.singular || one
	return true
}

// ranked reads P1s, or P1s and P2s.
func (p *reader) ranked(f *filters) bool {
	rank := func(t token) bool {
		return len(t.text) == 3 && t.text[0] == 'p' && t.text[1] >= '1' && t.text[1] <= '4' && t.text[2] == 's'
	}
	var ranks []string
	for {
		ranks = union(ranks, []string{p.peek(0).text[1:2]})
		p.at++
		if !rank(p.peek(1)) || p.eat("and", "or", ",", "/", "&") == "" {
			break
		}
	}
	f.noun = true
	if len(ranks) == 1 {
		return f.set("priority", ranks[0])
	}
	return f.set("priority", ranks)
}

// finish adds what follows from the whole: the newest issue is one issue, new
// issues are the newest. It fails when a time is still missing.
func (f *filters) finish() bool {
	if f.fresh && !f.set("sort", "newest") || f.pending != "" {
		return false
	}
	if _, ok := f.input["first"]; !ok && f.superl && f.singular {
		f.input["first"] = 1
	}
	return true
}
