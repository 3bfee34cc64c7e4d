package assistant

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// delta is a change in words: values by input key, and a state by its type when
// the words name no state (close, reopen).
type delta struct {
	set   map[string]any
	types []string
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
	if len(c.set) == 0 && c.types == nil {
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
		if !p.change(t, changes) {
			return false
		}
	}
	p.targets = targets
	return true
}

// update reads one clause that changes issues.
func (p *reader) update() bool {
	start := p.save()
	for _, form := range []func(*reader) bool{
		(*reader).closeForm, (*reader).assignForm, (*reader).takeForm, (*reader).unassignForm,
		(*reader).addForm, (*reader).tagForm, (*reader).removeForm, (*reader).estimateForm, (*reader).renameForm,
		(*reader).setForm, (*reader).setAttributeForm, (*reader).stateForm,
	} {
		p.out = start
		if form(p) && p.done() {
			return true
		}
	}
	p.out = start
	return false
}

// ending reads what may follow a complete change: for me, asap.
func (p *reader) ending() bool {
	p.eat("for me", "right away", "immediately", "asap", "now", "at once", "today", "as soon as possible")
	return p.done()
}

var stateVerbs = []struct {
	words []string
	types []string
}{
	{[]string{"close", "close out", "close off", "finish", "finish off", "finish up", "complete", "resolve", "done", "finalize", "finalise", "closing", "finishing", "completing", "resolving", "wrap up", "mark done", "mark as done", "mark complete", "mark as complete", "mark completed", "mark as completed", "mark closed", "mark as closed", "mark as finished", "check off", "tick off"}, []string{"completed"}},
	{[]string{"cancel", "canceling", "cancelling", "abandon", "mark canceled", "mark as canceled", "mark cancelled", "mark as cancelled"}, []string{"canceled"}},
	{[]string{"reopen", "re open", "reopening", "unclose", "re opening"}, []string{"unstarted", "backlog", "triage"}},
	{[]string{"start", "start work on", "start working on", "begin", "begin work on", "begin working on", "kick off", "starting", "start on", "get started on", "mark as started", "mark started"}, []string{"started"}},
}

// closeForm: close ENG-1, reopen it, start working on ENG-12, cancel those.
func (p *reader) closeForm() bool {
	start := p.save()
	for _, v := range stateVerbs {
		p.out = start
		if p.eat(v.words...) == "" {
			continue
		}
		return p.eachTarget(func(targets []string) bool {
			c := &delta{set: map[string]any{}, types: v.types}
			p.eat("out", "off", "up", "down", "again")
			if p.eat("as", "with status", "with state") != "" {
				c = newDelta()
				if !p.stateValue(c, p.teamOf(targets)) {
					return false
				}
			}
			return p.more(c, targets) && p.ending() && p.apply(targets, c)
		})
	}
	p.out = start
	if p.eat("open") != "" { // open ENG-12 again
		return p.eachTarget(func(targets []string) bool {
			return p.eat("again", "back up") != "" && p.done() && p.apply(targets, &delta{set: map[string]any{}, types: []string{"unstarted", "backlog", "triage"}})
		})
	}
	return false
}

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
		p.eat("instead", "again", "as assignee")
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
		if p.toks[i].kind != tokenWord {
			return "", false
		}
	}
	q := Question{Kind: AskPerson, Name: strings.TrimPrefix(p.spoken(p.at, p.hi), "@"), Unknown: true}
	p.at = p.hi
	if answer, ok := p.thread.Answers[q.Key()]; ok {
		return answer, true
	}
	if p.d != nil {
		for _, u := range p.d.Users {
			first, _, _ := strings.Cut(u.Name, " ")
			if edits(fold(first), fold(q.Name)) <= 2 || edits(fold(u.Name), fold(q.Name)) <= 2 {
				q.Candidates = append(q.Candidates, Candidate{Value: cmp.Or(u.Email, u.Name), Label: u.Name, Detail: u.Email})
			}
		}
	}
	q.Candidates = q.Candidates[:min(len(q.Candidates), 3)]
	p.ask(q)
	return q.Name, true
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
	return p.eachTarget(func(targets []string) bool {
		p.eat("myself", "on", "over", "up")
		c := newDelta()
		return c.put("assignee", "me") && p.more(c, targets) && p.ending() && p.apply(targets, c)
	})
}

// unassignForm: unassign ENG-12, take Bob off ENG-12.
func (p *reader) unassignForm() bool {
	none := func(targets []string) bool {
		c := newDelta()
		return c.put("assignee", "none") && p.more(c, targets) && p.ending() && p.apply(targets, c)
	}
	switch verb := p.eat("unassign", "un assign", "deassign", "de assign", "unclaim", "unassigning", "remove", "take", "drop"); verb {
	case "":
		return false
	case "remove", "take", "drop":
		if _, ok := p.person(); !ok {
			return false
		}
		return p.eat("from", "off", "off of", "as assignee from", "as assignee of", "as the assignee of", "as the assignee from", "as assignee on") != "" && p.eachTarget(none)
	}
	after := p.save()
	if who, ok := p.person(); ok && who != "none" && p.eat("from", "off") != "" {
		return p.eachTarget(none)
	}
	p.out = after
	return p.eachTarget(func(targets []string) bool {
		if p.eat("from", "for") != "" {
			if _, ok := p.person(); !ok {
				return false
			}
		}
		return none(targets)
	})
}

// removeForm: remove label infra from ENG-12, clear ENG-12's due date.
func (p *reader) removeForm() bool {
	if p.eat("remove", "delete", "drop", "clear", "unset", "strip", "take off", "take", "detach", "get rid of", "reset", "removing", "erase", "pull") == "" {
		return false
	}
	after := p.save()
	p.eat("the", "its", "any")
	p.eat("label", "labels", "tag", "tags", "label :", "labels :")
	if names, ok := p.labels(); ok {
		p.eat("label", "labels", "tag", "tags")
		if p.eat("from", "off", "on", "of", "off of") != "" || p.done() && len(p.targets) > 0 {
			if p.eachTarget(func(targets []string) bool {
				c := newDelta()
				return c.put("removeLabels", names) && p.more(c, targets) && p.ending() && p.apply(targets, c)
			}) {
				return true
			}
		}
	}
	p.out = after
	p.eat("the", "its", "any")
	if key := p.clearable(); key != "" && (p.eat("from", "of", "on", "for") != "" || p.done()) {
		return p.eachTarget(func(targets []string) bool {
			return p.ending() && p.apply(targets, cleared(key))
		})
	}
	p.out = after
	return p.eachTarget(func(targets []string) bool {
		if p.eat("'s") != "" {
			key := p.clearable()
			return key != "" && p.ending() && p.apply(targets, cleared(key))
		}
		if p.eat("from", "out of") == "" {
			return false
		}
		c := newDelta()
		if !p.placeValue(c) {
			p.eat("its", "the", "any")
			if key := p.clearable(); key == "project" || key == "cycle" {
				return p.ending() && p.apply(targets, cleared(key))
			}
			return false
		}
		for key := range c.set {
			return p.ending() && p.apply(targets, cleared(key))
		}
		return false
	})
}

// clearable reads the noun of a field that can be emptied.
func (p *reader) clearable() string {
	switch p.eat("due date", "deadline", "assignee", "owner", "estimate", "points", "project", "cycle", "sprint", "priority") {
	case "due date", "deadline":
		return "dueDate"
	case "assignee", "owner":
		return "assignee"
	case "estimate", "points":
		return "estimate"
	case "project":
		return "project"
	case "cycle", "sprint":
		return "cycle"
	case "priority":
		return "priority"
	}
	return ""
}

func cleared(key string) *delta {
	c := newDelta()
	c.set[key] = "none"
	if key == "priority" {
		c.set[key] = "0"
	}
	return c
}

// estimateForm: estimate ENG-12 at 5 points, give it 3 points.
func (p *reader) estimateForm() bool {
	verb := p.eat("estimate", "point", "size", "score", "estimating", "give", "assign", "set", "put", "re estimate", "reestimate")
	if verb == "" {
		return false
	}
	own := strings.HasSuffix(verb, "estimate") || verb == "point" || verb == "size" || verb == "score" || verb == "estimating"
	after := p.save()
	if n, ok := p.pointsPhrase(own); ok && (p.eat("for", "on", "to") != "" || p.done() && len(p.targets) > 0) {
		if p.eachTarget(func(targets []string) bool {
			c := newDelta()
			return c.put("estimate", n) && p.ending() && p.apply(targets, c)
		}) {
			return true
		}
	}
	p.out = after
	return p.eachTarget(func(targets []string) bool {
		cue := p.eat("at", "as", "to", "to be", ":", "=", "with", "→", "to a", "as a", "at a", "an estimate of", "a size of", "estimate of", "the estimate", "an estimate :")
		n, ok := p.pointsPhrase(own || strings.Contains(cue, "estimate"))
		if !ok {
			return false
		}
		c := newDelta()
		return c.put("estimate", n) && p.more(c, targets) && p.ending() && p.apply(targets, c)
	})
}

// renameForm: rename ENG-12 to "T", retitle it: T.
func (p *reader) renameForm() bool {
	if p.eat("rename", "retitle", "re title", "title", "name", "call", "renaming", "re name", "retitling") == "" {
		return false
	}
	return p.eachTarget(func(targets []string) bool {
		colon := false
		switch p.eat("to", "as", ":", "→", "=", "to be", "into", "to :", "as :") {
		case ":", "to :", "as :":
			colon = true
		case "":
			if p.peek(0).kind != tokenQuoted {
				return false
			}
		}
		title, ok := p.opaque(colon)
		return ok && p.apply(targets, &delta{set: map[string]any{"title": title}})
	})
}
