package assistant

import (
	"maps"
	"slices"
)

// Picks: which issues of a list are meant. The oldest one, the first two, the
// first and the third.

// pick reads oldest, first, second, last, number 2.
func (p *reader) pick() (Selector, bool) {
	if p.manyNext() {
		return Selector{}, false
	}
	switch p.eat("oldest", "earliest", "newest", "latest", "most recent", "most recently created", "youngest", "last", "only", "very first", "very last", "top") {
	case "oldest", "earliest":
		return Selector{Pick: PickOldest}, true
	case "newest", "latest", "most recent", "most recently created", "youngest":
		return Selector{Pick: PickNewest}, true
	case "last", "very last":
		return Selector{Pick: PickLast}, true
	case "very first", "top":
		return Selector{Pick: PickFirst}, true
	case "only":
		return Selector{Pick: PickOnly}, true
	}
	if len(p.thread.Issues) == 2 && p.list == 0 { // the one before, of two
		switch p.eat("former", "latter") {
		case "former":
			return Selector{Pick: PickFirst}, true
		case "latter":
			return Selector{Pick: PickLast}, true
		}
	}
	t := p.peek(0)
	if n, ok := ordinals[t.text]; ok && t.kind == tokenWord {
		p.at++
		if n == 1 {
			return Selector{Pick: PickFirst}, true
		}
		return Selector{Pick: PickNth, N: n}, true
	}
	before := p.at
	if p.eat("number", "#", "no", "item", "nr") != "" {
		if n, ok := p.number(); ok && n > 0 {
			if n == 1 {
				return Selector{Pick: PickFirst}, true
			}
			return Selector{Pick: PickNth, N: n}, true
		}
	}
	p.at = before
	return Selector{}, false
}

// manyNext reports whether "oldest three" comes next: several issues.
func (p *reader) manyNext() bool {
	before := p.at
	defer func() { p.at = before }()
	if p.eat(ages...) == "" {
		return false
	}
	n, ok := p.number()
	return ok && n > 1
}

// ages order issues by when they were created, the first half from the oldest on.
var ages = []string{"oldest", "earliest", "newest", "latest", "most recent", "youngest", "most recently created"}

// aged reads oldest three, three newest of the list in this sentence: it is put in
// that order, and its first issues are meant.
func (p *reader) aged() (n int, ok bool) {
	n, counted := p.number()
	age := p.eat(ages...)
	if !counted {
		n, counted = p.number()
	}
	if age == "" || !counted || n < 2 {
		return 0, false
	}
	order := "newest"
	if age == "oldest" || age == "earliest" {
		order = "oldest"
	}
	if p.list == 0 {
		return n, true
	}
	f := filters{input: maps.Clone(p.steps[p.list-1].Input)}
	if _, cut := f.input["first"]; cut || !f.set("sort", order) {
		return 0, true // the list is in another order
	}
	p.steps = slices.Clone(p.steps)
	p.steps[p.list-1].Input = f.input
	return n, true
}

// pickedFromThread reads "the oldest one", "the first two" and "the first and the
// third" as issues of the list before: the one in this sentence, or the one last
// shown.
func (p *reader) pickedFromThread() ([]string, bool) {
	start := p.at
	p.eat("the", "that", "this", "only the")
	if refs, ok := p.few(start); ok {
		return refs, len(refs) > 0
	}
	var refs []string
	for {
		sel, ok := p.pick()
		if !ok {
			return nil, false
		}
		p.eat(pickNouns...)
		ref, ok := p.picked(sel)
		if !ok {
			return p.askIssue(p.spoken(start, p.at)), true
		}
		refs = union(refs, []string{ref})
		before := p.at
		if p.eat("and the", "and", ", and the", ", the", ",", "&", "& the", "plus the") == "" {
			return refs, true
		}
		after := p.at
		if _, again := p.pick(); !again {
			p.at = before
			return refs, true
		}
		p.at = after
	}
}

var pickNouns = []string{"one", "issue", "ticket", "of them", "of those", "of these", "one of them", "one of those", "one of these", "issue of them", "bug", "task", "result", "item", "in the list", "one in the list", "on the list", "one on the list", "of the list", "entry", "row", "ones", "issues", "tickets"}

// few reads first two, last 3, top three. Which issues those are is known of the
// list last shown; of a list in this sentence only the first ones are. ok tells
// that such words were there, no issues that they cannot be told.
func (p *reader) few(start int) (refs []string, ok bool) {
	before := p.save()
	n, aged := p.aged()
	end := ""
	if !aged {
		p.out = before
		end = p.eat("first", "last", "top", "final")
		if n, ok = p.number(); end == "" || !ok || n < 2 {
			p.out = before
			return nil, false
		}
	}
	switch {
	case !aged:
		p.eat("of them", "of those", "of these", "ones", "issues", "tickets", "results", "items", "tasks", "bugs", "in the list", "on the list")
	case p.list > 0:
		p.eat("of them", "of those", "of these", "ones", "issues", "tickets")
	default:
		p.eat("of them", "of those", "of these", "ones")
	}
	atEnd := end == "last" || end == "final"
	shown := p.thread.Issues
	if len(p.targets) > 1 {
		shown = p.targets
	}
	switch {
	case n == 0 || n > 10 || p.list > 0 && atEnd, p.list == 0 && aged && len(shown) == 0:
		return nil, true
	case p.list > 0:
		for i := 1; i <= n; i++ {
			ref, _ := p.picked(Selector{Pick: PickNth, N: i})
			refs = append(refs, ref)
		}
		return refs, true
	case aged, n > len(shown): // when they were created is not known here
		return p.askIssue(p.spoken(start, p.at)), true
	case atEnd:
		return shown[len(shown)-n:], true
	}
	return shown[:n], true
}

// picked is the issue a selector means; false when only the asker can tell.
func (p *reader) picked(sel Selector) (ref string, ok bool) {
	if sel.Pick == PickNth && sel.N == 1 {
		sel.Pick, sel.N = PickFirst, 0
	}
	if p.list > 0 {
		sel.Step = p.list - 1
		return sel.String(), true
	}
	shown := p.thread.Issues
	if len(p.targets) > 1 {
		shown = p.targets
	}
	switch i := sel.N - 1; {
	case len(shown) == 0:
	case sel.Pick == PickFirst:
		return shown[0], true
	case sel.Pick == PickLast:
		return shown[len(shown)-1], true
	case sel.Pick == PickNth && i < len(shown):
		return shown[i], true
	case sel.Pick != PickNth && len(shown) == 1:
		return shown[0], true
	}
	return "", false
}
