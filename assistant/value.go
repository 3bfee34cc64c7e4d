package assistant

// Values that tell which field is meant: urgent, in review, 5 points, due friday.

// value reads one value whose kind tells the field.
func (p *reader) value(c *delta, team string) bool {
	before := p.save()
	for _, read := range []func(*delta, string) bool{p.assigneeValue, p.dueValue, p.stateValue, p.priorityValueInto, p.estimateValue, p.cycleValue, p.projectValue, p.parentValue, p.labelValue} {
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
	if cue == "" || cue == "by" && !c.making { // by friday: the day it is due, or the day it is to be changed?
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
		return reopened
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
	switch p.eat("highest priority", "top priority", "the highest priority", "lowest priority", "the lowest priority") {
	case "":
	case "lowest priority", "the lowest priority":
		return c.put("priority", "4")
	default:
		return c.put("priority", "1")
	}
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
	p.eat("in", "into", "under", "part of", "for")
	if c.making {
		p.eat("to")
	}
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
	cue := p.eat("labeled", "labelled", "tagged", "labeled as", "labelled as", "tagged as", "tagged with", "labeled with", "with label", "with the label", "with labels", "label", "labels", "label :", "with the", "add label", "as a", "as an", "as", "a", "an", "tag", "the label")
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
		joined := p.eat(", and", "and", ",", "with", "&", ", with", "and with", "plus", "and set", ", and set", "and make it", ", make it", "and change", "and update", "+", "and also", "and be", ", and be", "and be set to", ", set", "on") != ""
		p.eat("its", "the", "a", "an")
		p.eat("to")
		if joined && (p.attributeValue(c, team) || p.value(c, team)) {
			continue
		}
		p.out = before
		if p.notOther(c, team) {
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

// notOther reads ", not Done" and "instead of Bob" after a value: the other value
// of the same field, which is not meant.
func (p *reader) notOther(c *delta, team string) bool {
	if p.eat(", not", "not", "and not", "instead of", "rather than", "( not", ", instead of", ", rather than", "but not", "- not") == "" {
		return false
	}
	p.eat("to", "in", "a", "the", "at")
	for _, key := range []string{"assignee", "state", "priority", "estimate", "dueDate", "project", "cycle"} {
		value, ok := c.set[key]
		if !ok {
			continue
		}
		other, before := newDelta(), p.save()
		if p.valueOf(key, other, team) && other.types == nil && other.set[key] != value {
			p.eat(")")
			return true
		}
		p.out = before
	}
	return false
}
