package assistant

import (
	"slices"
	"strings"
)

// Changes of who does it: assign, let Bob take it, I'll do it, unassign.

var assignVerbs = []string{"assign", "reassign", "re assign", "give", "hand", "hand over", "hand off", "pass", "pass on", "pass along", "delegate", "allocate", "transfer", "assigning", "reassigning", "send", "route", "turn over", "move", "set assignee of", "change assignee of", "put", "set"}

// assignForm: assign ENG-1 to Bob, assign Bob to ENG-1, give Bob ENG-1.
func (p *reader) assignForm() bool {
	start := p.save()
	verb := p.eat(assignVerbs...)
	if verb == "" {
		return p.letForm()
	}
	after := p.save()
	if p.eachTarget(func(targets []string) bool {
		p.eat("over", "off", "along", "back", "on", "out")
		if p.eat("from", "away from") != "" {
			if _, ok := p.person(); !ok {
				return false
			}
		}
		to := p.eat("over to", "to", "→", "back to", "off to", "with", "onto")
		if to == "" && !strings.HasSuffix(verb, "assign") {
			return false
		}
		who, ok := p.person()
		if !ok {
			who, ok = p.unknownPerson(verb)
		}
		if !ok {
			return false
		}
		if !p.peek(1).is("of") { // instead of Bob
			p.eat("instead", "again", "as assignee")
		}
		c := newDelta()
		return c.put("assignee", who) && p.more(c, targets) && p.ending() && p.apply(targets, c)
	}) {
		return true
	}
	p.out = after
	who, ok := p.person()
	if asks := who == "me" && verb != "assign" && verb != "reassign" && verb != "put" && verb != "set"; !ok || asks || verb == "move" {
		p.out = start // give me the open bugs: a list
		return false
	}
	if to := p.eat("to", "on", "onto", "as assignee of", "as assignee to", "as the assignee of", "as owner of", "as the assignee on", "as assignee on"); to == "" && !slices.Contains([]string{"give", "hand", "assign", "pass"}, verb) || (verb == "put" || verb == "set") && to == "to" {
		return false
	}
	return p.assignTo(who)
}

// unknownPerson turns "assign ENG-1 to Dave" into a question when nobody is
// called so. Near names are offered, never taken.
func (p *reader) unknownPerson(verb string) (string, bool) {
	if !strings.HasSuffix(verb, "assign") || p.done() || p.hi-p.at > 2 || p.hi != p.end {
		return "", false
	}
	for i := p.at; i < p.hi; i++ {
		if t := p.toks[i]; t.kind != tokenWord || notNames[t.text] {
			return "", false
		}
	}
	name := strings.TrimPrefix(p.spoken(p.at, p.hi), "@")
	p.at = p.hi
	return p.askStranger(name), true
}

// assignTo reads the targets of a person that was named first.
func (p *reader) assignTo(who string) bool {
	return p.eachTarget(func(targets []string) bool {
		c := newDelta()
		return c.put("assignee", who) && p.more(c, targets) && p.ending() && p.apply(targets, c)
	})
}

// letForm: let Bob take ENG-12, Bob should own it, make Carol the assignee of ENG-1.
func (p *reader) letForm() bool {
	lead := p.eat("let", "have", "get", "make")
	who, ok := p.person()
	if !ok || who == "none" {
		return false
	}
	if lead == "make" {
		return p.eat("the assignee of", "assignee of", "the owner of", "owner of", "the assignee on", "assignee on", "own", "responsible for", "the assignee for") != "" && p.assignTo(who)
	}
	modal := p.eat("should", "must", "needs to", "has to", "ought to") != ""
	if lead != "" && !modal {
		p.eat("to")
	}
	if lead == "" && !modal || p.asksBack() {
		return false
	}
	return p.eat("take", "handle", "do", "own", "pick up", "take over", "have", "get", "look after", "take care of", "take on", "work on", "be assigned to", "be the assignee of") != "" && p.assignTo(who)
}

// takeForm: take ENG-12, I'll do it, ENG-12 is mine.
func (p *reader) takeForm() bool {
	i := p.eat("i 'll", "i will", "i shall", "let me", "i 'd like to", "i want to", "i 'm going to", "i am going to")
	switch {
	case p.eat("i 'm", "i am") != "":
		if p.eat("taking", "taking over", "taking on", "grabbing", "picking up", "claiming") == "" {
			return false
		}
	case p.eat("take", "grab", "claim", "pick up", "take over", "take on", "pick") != "":
	case i == "" || p.eat("handle", "do", "own", "work on", "take care of") == "":
		return false
	}
	if i == "" && p.givenNext() {
		return p.eachTarget(func(targets []string) bool {
			p.targets = targets // take all of Bob's bugs and give them to Carol
			return p.done()
		})
	}
	return p.eachTarget(func(targets []string) bool {
		p.eat("myself", "on", "over", "up")
		c := newDelta()
		return c.put("assignee", "me") && p.more(c, targets) && p.ending() && p.apply(targets, c)
	})
}

// givenNext reports whether the next clause gives what this one takes to somebody.
func (p *reader) givenNext() bool {
	i := p.hi
	for i < p.end && separates(p.toks[i]) {
		i++
	}
	if i+2 >= p.end || p.toks[i].is("take") || !slices.ContainsFunc(assignVerbs, p.toks[i].is) {
		return false
	}
	object := p.toks[i+1]
	return object.is("it") || object.is("them") || object.is("those") || object.is("these") || object.is("that")
}

// unassignForm: unassign ENG-12, take Bob off ENG-12.
func (p *reader) unassignForm() bool {
	none := func(targets []string) bool {
		p.whose = ""
		c := newDelta()
		return c.put("assignee", "none") && p.more(c, targets) && p.ending() && p.apply(targets, c)
	}
	switch verb := p.eat("unassign", "un assign", "deassign", "de assign", "unclaim", "unassigning", "remove", "take", "drop"); verb {
	case "":
		return false
	case "remove", "take", "drop":
		who, ok := p.person()
		if !ok || who == "none" {
			return false
		}
		p.whose = who
		return p.eat("from", "off", "off of", "as assignee from", "as assignee of", "as the assignee of", "as the assignee from", "as assignee on") != "" && p.eachTarget(none)
	}
	after := p.save()
	if who, ok := p.person(); ok && who != "none" && p.eat("from", "off") != "" {
		p.whose = who
		return p.eachTarget(none)
	}
	p.out = after
	return p.eachTarget(func(targets []string) bool {
		if p.eat("from") != "" {
			if _, ok := p.person(); !ok {
				return false
			}
		}
		return none(targets)
	})
}
