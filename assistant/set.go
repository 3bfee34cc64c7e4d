package assistant

import (
	"slices"
	"strconv"
)

// Changes that name a value or a field: move ENG-1 to In Review, set its
// priority to high, ENG-1 is done.

var setVerbs = []string{"move", "put", "transition", "shift", "push", "send", "drag", "bring", "switch", "flip", "advance", "get", "return", "promote", "set", "mark", "make", "change", "turn", "update", "bump", "bump up", "raise", "lower", "increase", "decrease", "demote", "escalate", "edit", "modify", "adjust", "have", "moving", "setting", "marking", "changing", "updating", "bumping", "place", "take", "kick", "convert", "let", "drop", "upgrade", "downgrade", "flag", "prioritize", "prioritise", "treat", "schedule", "postpone", "delay", "deprioritize", "throw", "pull", "progress", "consider", "call", "making", "putting", "give", "nest"}

// setForm: verb, target, values.
func (p *reader) setForm() bool {
	verb := p.eat(setVerbs...)
	if verb == "" {
		return false
	}
	if verb == "have" || verb == "get" || verb == "let" {
		p.wish = true
	}
	return p.eachTarget(func(targets []string) bool {
		if verb == "get" && p.peek(0).is("done") {
			return false // get it done
		}
		return p.values(targets, verb)
	})
}

var connectors = []string{"to be", "to", "as", "into", "in", "onto", "on", "back to", "back in", "back into", "over to", "up to", "down to", "→", "=", ":", "with", "through to", "along to", "out to", "towards", "being", "as being", "forward to", "off to", "for", "until", "till", "at", "forward"}

// values reads what a target becomes, to the end of the clause, and applies it.
func (p *reader) values(targets []string, verb string) bool {
	c := newDelta()
	team := p.teamOf(targets)
	if p.eat("'s") != "" {
		return p.attributeValue(c, team) && p.more(c, targets) && p.ending() && p.apply(targets, c)
	}
	if p.eat("from") != "" && !p.value(newDelta(), team) {
		return false
	}
	before := p.save()
	if verb != "take" && (p.attributeValue(c, team) || p.value(c, team)) && p.more(c, targets) && p.ending() {
		return p.apply(targets, c)
	}
	p.out, c = before, newDelta()
	connector := p.eat(connectors...)
	p.eat("the", "a", "an", "our")
	if connector == "" {
		return false
	}
	after := p.save()
	if (p.attributeValue(c, team) || p.value(c, team) || p.dayValue(c, verb)) && p.more(c, targets) && p.ending() {
		return p.apply(targets, c)
	}
	p.out = after
	return p.unknownState(targets, team, verb) || p.teamMove()
}

// dayValue: postpone ENG-12 to friday.
func (p *reader) dayValue(c *delta, verb string) bool {
	switch verb {
	case "postpone", "delay", "schedule", "push":
	default:
		return false
	}
	if p.eat("next week", "next month", "this week", "this month") != "" {
		return false // which day?
	}
	day, ok := p.day()
	return ok && c.put("dueDate", day.Format(isoDay))
}

// unknownState turns "move ENG-1 to In QA" into a question when the team has no
// such state.
func (p *reader) unknownState(targets []string, team, verb string) bool {
	if p.hi-p.at > 4 || p.done() || !slices.Contains([]string{"move", "put", "transition", "shift", "send", "set", "mark", "change", "drag", "bring", ""}, verb) {
		return false
	}
	if _, err := strconv.Atoi(p.peek(0).text); err == nil {
		return false // a number of what?
	}
	for i := p.at; i < p.hi; i++ {
		if t := p.toks[i]; t.kind != tokenWord && t.kind != tokenQuoted || t.is("or") || t.is("and") || t.is("not") || fieldNouns[t.text] {
			return false
		}
	}
	if _, size := p.phrase(kindTeam, kindPerson, kindLabel, kindProject, kindState); size > 0 {
		return false // a state and more: Done tomorrow
	}
	name := p.spoken(p.at, p.hi)
	q := Question{Kind: AskState, Name: name, Team: team, Unknown: true}
	t, _ := teamByKey(p.d, team) // teamOf gave the key of a known team
	if answer, ok := p.thread.Answers[q.Key()]; ok {
		p.at = p.hi
		return p.apply(targets, &delta{set: map[string]any{"state": answer}})
	}
	for _, other := range p.d.Teams {
		if team != "" && other.ID != t.ID {
			continue // of the issue's own team; of any when it is not known yet
		}
		for _, s := range other.States {
			if !slices.ContainsFunc(q.Candidates, func(c Candidate) bool { return c.Value == s.Name }) {
				q.Candidates = append(q.Candidates, Candidate{Value: s.Name, Label: s.Name})
			}
		}
	}
	p.ask(q)
	p.at = p.hi
	p.targets = targets
	return true
}

// fieldNouns name a field: what stands before one is no state.
var fieldNouns = wordSet(`priority prio estimate points point cycle sprint label labels project assignee deadline date`)

// teamMove notes that a move to another team was asked for.
func (p *reader) teamMove() bool {
	p.eat("team", "the")
	if _, ok := p.name(kindTeam); !ok {
		return false
	}
	p.eat("team")
	if p.done() {
		p.refusal = RefuseTeamMove
	}
	return false
}

// modals say what ought to be: a wish. What is, was, will, can or could be is
// told, not asked for.
var modals = []string{
	"should be", "must be", "has to be", "have to be", "is to be", "should now be", "should go to", "should move to", "should become", "should have", "should get", "should go in", "should go into", "needs", "needs a", "needs the", "needs to be", "need to be", "needs to go to", "needs to be in", "to be",
	"ought to be", "should be in", "should be marked as", "should be marked", "should be moved to", "should be set to", "needs to be moved to", "needs to be marked as", "needs to be set to", "must be moved to",
}

// stateForm: ENG-12 should be assigned to Bob, ENG-12 → In Review, ENG-1: done.
// A question is not a change, and neither is a fact.
func (p *reader) stateForm() bool {
	sure := p.eat("make sure that", "make sure", "ensure that", "ensure") != ""
	if p.wish && p.peek(0).is("that") && p.peek(1).kind == tokenIssue {
		p.at++ // I want that ENG-1 is closed
		sure = true
	}
	if p.asksBack() {
		return false
	}
	if p.fragment && p.whole {
		return false // close ENG-1 and ENG-2 to Bob
	}
	start, was := p.at, p.list
	return p.eachTarget(func(targets []string) bool {
		if p.at == start {
			return false // no target was written
		}
		named := p.toks[p.at-1].kind == tokenIssue || p.fragment
		parallel := false
		if p.list > was {
			p.wish = false // I want my bugs in Auth revamp: a list
		}
		c := newDelta()
		team := p.teamOf(targets)
		modal := p.eat(modals...) != ""
		if p.toks[p.at-1].is("needs") && p.hi-p.at == 1 {
			return false // needs review: a want, not a state
		}
		if modal && p.list > was && !p.everyOne(start) {
			return false // my bugs should be urgent: a complaint
		}
		if sure && !modal {
			modal = p.eat("is", "are", "gets", "is in", "are in") != ""
		}
		p.wish = p.wish || modal
		if !p.wish {
			connector := p.eat("→", ":", "=", "to", "as", "into", "back to", "over to")
			parallel = connector == "" && p.fragment && p.toks[p.at-1].kind == tokenIssue
			chosen := connector == "to" && p.list == was // both to Carol, the last one to Done
			if connector == "" && !parallel && !(named && p.fieldNext()) || !named && !chosen && connector != "→" {
				return false
			}
		}
		if p.goesTo(c) {
			if p.fragment && !p.likeLast(c) {
				return false // label ENG-1 infra and ENG-2 to Bob
			}
			return p.more(c, targets) && p.ending() && p.apply(targets, c)
		}
		p.eat("the", "a", "an")
		if p.toks[p.at-1].is("a") || p.toks[p.at-1].is("an") {
			p.at-- // a bug
		}
		after := p.save()
		if p.participle(c, team) && p.more(c, targets) && p.ending() && (!parallel && !p.fragment || p.likeLast(c)) {
			return p.apply(targets, c)
		}
		p.out = after
		return modal && p.hi-p.at <= 2 && p.unknownState(targets, team, "")
	})
}

// fieldNext reports whether the name of a field comes next that nobody tells without
// a verb: ENG-1 estimate 3. What is told of a state or a day may be a report.
func (p *reader) fieldNext() bool {
	before := p.at
	defer func() { p.at = before }()
	switch p.attribute() {
	case "", "title", "description":
		return false
	case "priority", "estimate", "assignee", "labels", "project", "cycle":
		return true
	case "dueDate":
		if !p.toks[p.at-1].is("due") {
			return true
		}
	}
	return p.peek(0).is(":") || p.peek(0).is("=")
}

// everyOne reports whether the words from token i on speak of all issues or one.
func (p *reader) everyOne(i int) bool {
	t := p.toks[i]
	return t.is("all") || t.is("every") || t.is("each") || t.is("the")
}

// likeLast reports whether a change sets the same fields as the step before it:
// make ENG-3 urgent and ENG-4 low.
func (p *reader) likeLast(c *delta) bool {
	if len(p.steps) == 0 {
		return false
	}
	last := p.steps[len(p.steps)-1].Input
	for key := range c.set {
		if last[key] == nil {
			return false
		}
	}
	return c.types == nil && len(last) == len(c.set)+1
}

// goesTo reads the person after "ENG-5 should go to", "ENG-5 →", or a handle.
func (p *reader) goesTo(c *delta) bool {
	if last := p.toks[p.at-1]; !last.is("to") && !last.is("→") {
		return false
	}
	before := p.save()
	who, ok := p.person()
	if !ok || who == "none" {
		p.out = before
		return false
	}
	return c.put("assignee", who)
}

// participle reads a value, or what was done: renamed to, unassigned, estimated at 3.
func (p *reader) participle(c *delta, team string) bool {
	before := p.save()
	if p.attributeValue(c, team) || p.value(c, team) {
		return true
	}
	p.out = before
	if p.fragment { // label ENG-1 bug and ENG-2 infra
		if names, ok := p.labels(); ok {
			return c.put("addLabels", names)
		}
	}
	if p.eat("renamed to", "retitled to", "called", "titled", "renamed") != "" {
		text, ok := p.opaque(false)
		return ok && c.put("title", text)
	}
	if p.eat("added to", "moved to", "put in", "put into", "part of") != "" {
		p.eat("the")
		return p.placeValue(c)
	}
	return false
}
