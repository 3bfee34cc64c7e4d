package assistant

import (
	"slices"
	"strings"
)

// Targets by their properties: all open bugs in ENG, the oldest unassigned ticket.

// described reads issues by their properties: all open bugs in ENG, the oldest
// unassigned ticket, my urgent issues. It tries the longest description first,
// so that the rest can be read as the change.
func (p *reader) described(then func([]string) bool) bool {
	start := p.save()
	every := p.eat("all of the", "all the", "all of my", "all my", "all", "every", "each", "every single", "each of the", "every one of the", "the", "my", "every last", "that", "this")
	mine := strings.HasSuffix(every, "my")
	sel, picked := p.pick()
	whose := p.whose
	if every == "" && !picked && !p.peek(0).is("everything") {
		found, size := p.phrase(kindPerson)
		if len(found) == 0 || p.at+size >= p.hi || !p.toks[p.at+size].is("'s") {
			return false
		}
		body := p.save()
		who, _ := p.person() // there is one
		p.at++
		if sel, picked = p.pick(); picked { // Bob's oldest bug
			whose = who
		} else {
			p.out = body
		}
	}
	one := every == "the" || every == "that" || every == "this"
	if one && !picked && p.list > 0 {
		return false // the ones in review: of the list before
	}
	from, hi := p.at, p.hi
	if slices.ContainsFunc(p.toks[from:hi], func(t token) bool { return t.is("todos") || one && (t.is("ones") || t.is("one")) && !picked }) {
		return false // in Todo, or all there is to do? of which?
	}
	body := p.save()
	for to := min(hi, from+40); to > from; to-- {
		p.out = body
		f := &filters{input: map[string]any{}}
		if mine {
			f.input["assignee"] = "me"
		}
		if whose != "" && !f.set("assignee", whose) {
			return false
		}
		p.hi = to
		ok := p.describes(f) && p.at == to && f.noun && len(f.input) > 0
		p.hi = hi
		n, _ := f.input["first"].(int)
		few := f.superl && n > 1 && !f.singular && !picked                // the oldest three
		single := one && !picked && f.singular && f.input["query"] != nil // the bug about login
		if !ok || picked != f.singular && !single && !strings.HasPrefix(every, "e") || f.superl && !few || !f.finish() {
			continue
		}
		if _, not := f.input["not"]; not && len(f.input) == 1 {
			continue // all but my issues: nearly everything there is
		}
		if _, labeled := f.input["labels"]; labeled && len(f.input) == 1 && one && !picked {
			continue // the bugs: which ones?
		}
		if _, counted := f.input["first"]; counted && (picked || len(f.input) == 1 || few && len(f.input) == 2) {
			continue
		}
		sel.Step = p.addStep(Step{Tool: toolList, Input: f.input})
		switch {
		case single:
			sel.Pick = PickOnly
		case !picked:
			sel.Pick = PickAll
		}
		p.list = sel.Step + 1
		if then([]string{sel.String()}) {
			return true
		}
	}
	p.out = start
	return false
}

// describes reads filters, perhaps with words to search for, up to p.hi.
func (p *reader) describes(f *filters) bool {
	if !p.filters(f) {
		return false
	}
	if p.done() || p.eat(textCues...) == "" {
		return p.done()
	}
	from := p.at
	if t := p.peek(0); t.kind != tokenQuoted || p.at+1 != p.hi {
		for ; !p.done(); p.at++ {
			if t := p.peek(0); t.kind != tokenWord || p.at-from > 2 || turning[t.text] || clauseVerbs[t.text] || introduces[t.text] {
				return false
			}
		}
	}
	p.at = p.hi
	text := p.spoken(from, p.hi)
	return text != "" && len(text) <= maxQuery && f.set("query", text)
}

// turning words give what comes before them another sense.
var turning = wordSet(`if unless until till when once after before because since while but not or and except without instead to as so though although maybe perhaps never no`)
