package assistant

import (
	"slices"
)

// Changes that name a value or a field: move ENG-1 to In Review, set its
// priority to high, ENG-1 is done.

var setVerbs = []string{"move", "put", "transition", "shift", "push", "send", "drag", "bring", "switch", "flip", "advance", "get", "return", "promote", "set", "mark", "make", "change", "turn", "update", "bump", "bump up", "raise", "lower", "increase", "decrease", "demote", "escalate", "edit", "modify", "adjust", "have", "moving", "setting", "marking", "changing", "updating", "bumping", "place", "take", "kick", "convert", "let", "drop", "upgrade", "downgrade", "flag", "prioritize", "prioritise", "treat", "schedule", "postpone", "delay", "deprioritize", "throw", "pull", "progress", "consider", "call", "making", "putting", "give"}

// setForm: verb, target, values.
func (p *reader) setForm() bool {
	verb := p.eat(setVerbs...)
	if verb == "" {
		return false
	}
	if verb == "have" || verb == "get" || verb == "let" {
		p.wish = true
	}
	return p.eachTarget(func(targets []string) bool { return p.values(targets, verb) })
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
	if (p.attributeValue(c, team) || p.value(c, team)) && p.more(c, targets) && p.ending() {
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
	day, ok := p.day()
	return ok && c.put("dueDate", day.Format(isoDay))
}

// unknownState turns "move ENG-1 to In QA" into a question when the team has no
// such state.
func (p *reader) unknownState(targets []string, team, verb string) bool {
	if team == "" || p.hi-p.at > 4 || p.done() || !slices.Contains([]string{"move", "put", "transition", "shift", "send", "set", "mark", "change", "drag", "bring", ""}, verb) {
		return false
	}
	for i := p.at; i < p.hi; i++ {
		if t := p.toks[i]; t.kind != tokenWord && t.kind != tokenQuoted || t.is("or") || t.is("and") || t.is("not") {
			return false
		}
	}
	if _, size := p.phrase(kindTeam, kindPerson, kindLabel, kindProject); size > 0 {
		return false
	}
	name := p.spoken(p.at, p.hi)
	q := Question{Kind: AskState, Name: name, Team: team, Unknown: true}
	t, _ := teamByKey(p.d, team) // teamOf gave the key of a known team
	if answer, ok := p.thread.Answers[q.Key()]; ok {
		p.at = p.hi
		return p.apply(targets, &delta{set: map[string]any{"state": answer}})
	}
	for _, s := range t.States {
		q.Candidates = append(q.Candidates, Candidate{Value: s.Name, Label: s.Name})
	}
	p.ask(q)
	p.at = p.hi
	p.targets = targets
	return true
}

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

// value reads one value whose kind tells the field.
func (p *reader) value(c *delta, team string) bool {
	before := p.save()
	for _, read := range []func(*delta, string) bool{p.assigneeValue, p.dueValue, p.stateValue, p.priorityValueInto, p.estimateValue, p.cycleValue, p.projectValue, p.labelValue} {
		p.out = before
		if read(c, team) {
			return true
		}
	}
	p.out = before
	return false
}

func (p *reader) assigneeValue(c *delta, _ string) bool {
	if p.eat("mine") != "" {
		return c.put("assignee", "me")
	}
	if p.eat("unassigned") != "" {
		return c.put("assignee", "none")
	}
	if p.eat("assigned to", "assign to", "assign it to", "assign this to", "assigning it to", "owned by", "assignee", "assignee :", "assignee is", "owner") == "" {
		return false
	}
	who, ok := p.person()
	return ok && c.put("assignee", who)
}

func (p *reader) dueValue(c *delta, _ string) bool {
	cue := p.eat("due on", "due by", "due", "due date", "with due date", "with a due date of", "a due date of", "a deadline of", "deadline", "due :", "due date :", "due before end of", "by")
	if cue == "" || cue == "by" && (c.types != nil || c.set["state"] != nil) { // done by friday is not done
		return false
	}
	p.eat("on", "by", "of", ":", "is", "to")
	day, ok := p.day()
	return ok && c.put("dueDate", day.Format(isoDay))
}

// stateValue reads a state of the team, or a word for a kind of state.
func (p *reader) stateValue(c *delta, team string) bool {
	p.eat("status", "state", "status :", "state :", "moved to", "set to", "marked as", "marked", "put in", "put into", "status to", "state to", "transitioned to", "changed to", "moved into", "moved back to")
	p.eat("is", "=", ":")
	before := p.at
	for _, preposition := range []bool{false, true} {
		p.at = before
		if preposition && p.eat("in the", "in", "the", "to the", "to", "into", "on") == "" {
			break
		}
		if name, ok := p.state(team); ok {
			p.eat("state", "status", "column", "stage", "lane")
			return c.put("state", name)
		}
		if _, size := p.phrase(kindTeam, kindProject, kindLabel, kindPerson); size == 0 {
			if name, ok := p.partOfState(team); ok {
				p.eat("state", "status", "column", "stage", "lane")
				return c.put("state", name)
			}
		}
	}
	p.at = before
	if types := p.stateTypes(); types != nil && c.types == nil && c.set["state"] == nil {
		c.types = types
		return true
	}
	return false
}

// stateTypes reads a word for a kind of state.
func (p *reader) stateTypes() []string {
	switch p.eat("done", "complete", "completed", "finished", "closed", "resolved", "all done", "canceled", "cancelled", "won't do", "wont do", "will not do", "reopened", "re opened", "open", "open again", "started", "underway", "in progress", "ongoing", "to do", "todo", "not started", "unstarted", "backlog", "the backlog", "triage", "in the backlog", "in triage") {
	case "done", "complete", "completed", "finished", "closed", "resolved", "all done":
		return []string{"completed"}
	case "canceled", "cancelled", "won't do", "wont do", "will not do":
		return []string{"canceled"}
	case "started", "underway", "in progress", "ongoing":
		return []string{"started"}
	case "reopened", "re opened", "open", "open again":
		return []string{"unstarted", "backlog", "triage"}
	case "to do", "todo", "not started", "unstarted":
		return []string{"unstarted"}
	case "backlog", "the backlog", "in the backlog":
		return []string{"backlog"}
	case "triage", "in triage":
		return []string{"triage"}
	}
	return nil
}

func (p *reader) priorityValueInto(c *delta, _ string) bool {
	p.eat("with", "as", "at", "to", "bumped to")
	p.eat("a", "the", "an")
	digit, ok := p.priorityPhrase()
	if !ok {
		return false
	}
	p.eat("issue", "ticket", "one")
	return c.put("priority", digit)
}

func (p *reader) estimateValue(c *delta, _ string) bool {
	cue := p.eat("estimate", "estimate of", "an estimate of", "with estimate", "with an estimate of", "estimated at", "estimate :", "estimate at", "estimate it at", "estimate is", "estimate to", "estimate =", "worth", "points :", "sized at") != ""
	p.eat("a", "an")
	n, ok := p.pointsPhrase(cue)
	return ok && c.put("estimate", n)
}

func (p *reader) cycleValue(c *delta, _ string) bool {
	p.eat("in", "into", "to")
	name, ok := p.cycle()
	return ok && c.put("cycle", name)
}

func (p *reader) projectValue(c *delta, _ string) bool {
	p.eat("in", "into", "under", "part of")
	p.eat("the")
	cue := p.eat("project", "project :") != ""
	name, ok := p.name(kindProject)
	if !ok {
		return false
	}
	if _, size := p.phrase(kindTeam); size > 0 && !cue {
		return false
	}
	p.eat("project")
	return c.put("project", name)
}

func (p *reader) labelValue(c *delta, _ string) bool {
	cue := p.eat("labeled", "labelled", "tagged", "labeled as", "labelled as", "tagged as", "tagged with", "labeled with", "with label", "with the label", "with labels", "label", "labels", "label :", "with the", "add label", "as a", "as an", "a", "an", "tag", "the label")
	if cue == "" {
		return false
	}
	names, ok := p.labels()
	if !ok {
		return false
	}
	noun := p.eat("label", "labels", "tag") != ""
	if cue == "with the" && !noun {
		return false
	}
	return c.put("addLabels", names)
}

// more reads further values: and high priority, estimate 3, due friday.
func (p *reader) more(c *delta, targets []string) bool {
	team := p.teamOf(targets)
	for !p.done() {
		before := p.save()
		joined := p.eat(", and", "and", ",", "with", "&", ", with", "and with", "plus", "and set", ", and set", "and make it", ", make it", "and change", "and update", "+", "and also", ", set", "on") != ""
		p.eat("its", "the", "a", "an")
		p.eat("to")
		if joined && (p.attributeValue(c, team) || p.value(c, team)) {
			continue
		}
		p.out = before
		if p.dueValue(c, team) || p.attributeValue(c, team) {
			continue
		}
		p.out = before
		return true
	}
	return true
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
	if p.asksBack() {
		return false
	}
	start := p.at
	return p.eachTarget(func(targets []string) bool {
		if p.at == start {
			return false // no target was written
		}
		named := p.toks[p.at-1].kind == tokenIssue || p.fragment
		c := newDelta()
		team := p.teamOf(targets)
		modal := p.eat(modals...) != ""
		if sure && !modal {
			modal = p.eat("is", "are", "gets", "is in", "are in") != ""
		}
		p.wish = p.wish || modal
		if !p.wish {
			if connector := p.eat("→", ":", "=", "to", "as", "into", "back to"); connector == "" || !named && connector != "→" {
				return false
			}
		}
		if p.goesTo(c) {
			return p.more(c, targets) && p.ending() && p.apply(targets, c)
		}
		p.eat("the", "a", "an")
		if p.toks[p.at-1].is("a") || p.toks[p.at-1].is("an") {
			p.at-- // a bug
		}
		after := p.save()
		if p.participle(c, team) && p.more(c, targets) && p.ending() {
			return p.apply(targets, c)
		}
		p.out = after
		return modal && p.hi-p.at <= 2 && p.unknownState(targets, team, "")
	})
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
