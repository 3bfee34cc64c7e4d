package assistant

import (
	"maps"
	"reflect"
	"slices"
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
do does did there currently still now right already only some our with where it its 's 're their they he she getting got your entire whole full complete list available existing`)

var nouns = map[string]bool{ // true: one issue
	"issue": true, "ticket": true, "task": true, "item": true, "card": true, "story": true, "one": true,
	"issues": false, "tickets": false, "tasks": false, "items": false, "cards": false, "stories": false, "ones": false,
	"work": false, "things": false, "stuff": false, "everything": false, "anything": false, "something": false, "todos": false, "assignments": false,
}

// atoms are tried in order: longer and more particular readings first.
func atoms() []func(*reader, *filters) bool {
	return []func(*reader, *filters) bool{
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
		joined := p.eat(", and", ", or", "and", "or", ",", "&", "/", "but", "but only", "but also", "as well as", ", but", "plus") != ""
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
		p.eat("set", "yet", "assigned")
		if l.key == "priority" {
			return f.set(l.key, "0")
		}
		return f.set(l.key, "none")
	}
	return false
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
	if p.eat("not", "except", "except for", "excluding", "other than", "without", "without the", "but not", "apart from", "that do not have", "do not have", "does not have", "not counting", "minus", "but without") == "" {
		return false
	}
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
		"nobody is working on", "no one is working on", "nobody owns", "no one owns", "nobody has taken", "no one has taken", "nobody has picked up", "no one has picked up", "nobody 's working on", "no one 's working on",
		"nobody is assigned to", "no one is assigned to", "not been assigned", "ownerless", "unowned", "unclaimed", "assignee none", "assignee is none", "assignee : none", "missing an assignee", "lacking an assignee", "up for grabs") != "" {
		return f.set("assignee", "none")
	}
	if p.matchAt(p.at, p.hi, "not assigned") == 2 && !p.peek(2).is("to") {
		p.at += 2
		return f.set("assignee", "none")
	}
	return false
}

// assigneeAtom: assigned to Alice, for Bob, Carol's, my, on my plate.
func (p *reader) assigneeAtom(f *filters) bool {
	if p.eat("my", "mine", "on my plate", "on my list", "on my desk", "on my queue", "in my queue", "in my backlog", "in my name", "that i own", "i own", "i have", "i 'm assigned", "i am assigned", "i 'm assigned to", "i am assigned to", "do i have", "have i got", "i 've got", "i 'm responsible for", "i am responsible for") != "" {
		return f.setNames("assignee", []string{"me"})
	}
	cue := p.eat("assigned to", "assigned", "owned by", "belonging to", "belongs to", "belong to", "given to", "assignee is", "assignee", "assignee :", "assignee =", "owner is", "owner", "handled by", "held by", "taken by", "with assignee",
		"for", "of", "on the plate of", "on", "in", "with")
	before := p.at
	names, ok := p.people()
	if !ok {
		return false
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
		if !possessive && (t.kind != tokenMention || len(names) > 1) || names[0] == "me" || names[0] == "none" {
			return false
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

// stateAtom: In Review, in the Todo state, status: Done, in progress or in review.
func (p *reader) stateAtom(f *filters) bool {
	cue := p.eat("with status", "with state", "with the status", "with the state", "whose status is", "whose state is", "where status is", "where the status is", "where state is", "status", "state", "status is", "state is", "status :", "state :", "status =", "state =", "in state", "in status", "in the state", "in the status", "marked as", "marked", "set to", "sitting in", "stuck in")
	if cue != "" {
		p.eat("of", ":", "=", "is", "as")
	}
	first, ok := p.listedState(cue != "")
	if !ok {
		return false
	}
	// "done last week" is about when, not about the state.
	if cue == "" && p.at-1 >= 0 && len(first) > 0 && p.happenedNext(first) {
		return false
	}
	names := []string{first}
	for {
		before := p.at
		if p.eat("or", "and", ",", "/", ", or", ", and") == "" {
			break
		}
		next, ok := p.listedState(false)
		if !ok {
			p.at = before
			break
		}
		names = append(names, next)
	}
	return f.setNames("state", names)
}

// listedState reads one state of a filter with its preposition and noun.
func (p *reader) listedState(cued bool) (string, bool) {
	before := p.at
	read := func() (string, bool) {
		name, ok := p.state("")
		if !ok {
			return "", false
		}
		p.eat("state", "status", "column", "stage")
		return name, true
	}
	if name, ok := read(); ok {
		return name, true
	}
	if p.eat("in the", "in", "at", "under", "on", "from", "the") != "" {
		if name, ok := read(); ok && (!p.names.isPlace(p.toks[p.at-1].text) || cued) {
			return name, true
		}
		if name, ok := p.partOfState(""); ok && p.eat("state", "status", "column", "stage") != "" {
			return name, true
		}
	}
	p.at = before
	return "", false
}

// happenedNext reports whether the state just read ends work and a time follows.
func (p *reader) happenedNext(state string) bool {
	if _, ok := completedWords[fold(state)]; !ok {
		return false
	}
	before := p.save()
	defer func() { p.out = before }()
	_, ok := p.past()
	return ok || p.peek(0).is("by")
}

// classAtom: open, closed, completed, started, not yet done.
func (p *reader) classAtom(f *filters) bool {
	class := ""
	switch p.eat("open", "unresolved", "outstanding", "remaining", "incomplete", "unfinished", "pending", "uncompleted", "unclosed", "active", "still open", "left", "left to do", "still to do",
		"closed", "resolved", "completed", "finished", "done", "complete", "shipped", "fixed", "canceled", "cancelled", "unstarted", "started", "ongoing", "underway", "under way", "in flight", "wip", "being worked on", "in the works",
		"triage", "in triage", "untriaged", "backlog", "in backlog", "in the backlog", "backlogged") {
	case "":
		return false
	case "closed", "resolved":
		class = "closed"
	case "completed", "finished", "done", "complete", "shipped", "fixed":
		class = "completed"
	case "canceled", "cancelled":
		class = "canceled"
	case "unstarted":
		class = "unstarted"
	case "started", "ongoing", "underway", "under way", "in flight", "wip", "being worked on", "in the works":
		class = "started"
	case "triage", "in triage", "untriaged":
		class = "triage"
	case "backlog", "in backlog", "in the backlog", "backlogged":
		class = "backlog"
	default:
		class = "open"
	}
	if f.opposite {
		return false
	}
	return f.set("stateType", class)
}

// priorityAtom: urgent, high or urgent, priority 2, high and above.
func (p *reader) priorityAtom(f *filters) bool {
	p.eat("with", "of", "at", "whose", "where", "marked", "marked as")
	p.eat("a", "the")
	least := p.eat("at least", "minimum", "min") != ""
	first, ok := p.priorityPhrase()
	if !ok {
		return false
	}
	digits := []string{first}
	for {
		before := p.at
		if p.eat("or", "and", ",", "/", ", or", ", and") == "" {
			break
		}
		if p.eat("above", "higher", "more", "up", "better", "greater") != "" {
			least = true
			break
		}
		next, ok := p.priorityPhrase()
		if !ok {
			p.at = before
			break
		}
		digits = append(digits, next)
	}
	if p.eat("+") != "" {
		least = true
	}
	if least {
		if len(digits) > 1 || first == "0" {
			return false
		}
		for d := byte('1'); d < first[0]; d++ {
			digits = append(digits, string(d))
		}
	}
	p.eat("priority", "prio", "priorities")
	slices.Sort(digits)
	return f.setNames("priority", slices.Compact(digits))
}

// estimateAtom: estimated at 3, 5 point, unestimated, more than 3 points.
func (p *reader) estimateAtom(f *filters) bool {
	if p.eat("unestimated", "not estimated", "without estimate", "without an estimate", "without estimates", "with no estimate", "no estimate", "missing an estimate", "missing estimate", "not been estimated", "without points") != "" {
		return f.set("estimate", "none")
	}
	cue := p.eat("estimated at", "estimated as", "estimated", "with estimate", "with an estimate", "with an estimate of", "with estimate of", "estimate", "estimate :", "estimate =", "estimate is", "sized", "worth", "with") != ""
	bare := cue && p.toks[p.at-1].text != "with"
	p.eat("of")
	op := ""
	switch p.eat("more than", "over", "greater than", "larger than", "bigger than", "above", ">", "less than", "under", "fewer than", "smaller than", "below", "<") {
	case "more than", "over", "greater than", "larger than", "bigger than", "above", ">":
		op = ">"
	case "less than", "under", "fewer than", "smaller than", "below", "<":
		op = "<"
	}
	points, ok := p.pointsPhrase(bare)
	if !ok {
		return false
	}
	return f.set("estimate", op+points)
}

// countAtom: 5 issues, top 10, first three.
func (p *reader) countAtom(f *filters) bool {
	cue := p.eat("top", "first", "last", "up to", "max", "limit", "limit to", "limited to", "at most")
	n, ok := p.number()
	if !ok || n < 1 || n > 50 {
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
	case "p1s", "p2s", "p3s", "p4s":
		p.at++
		f.noun = true
		return f.set("priority", t.text[1:2])
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
