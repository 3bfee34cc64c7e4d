package assistant

import (
	"slices"
	"strconv"
	"strings"
)

// Changes that name a field: its priority to high, the status of ENG-1, due friday.

// attribute reads the noun of a field.
func (p *reader) attribute() string {
	p.eat("the", "its", "their")
	if p.peek(0).is("p") && (p.peek(1).is(":") || p.peek(1).is("=")) { // as in a command
		p.at++
		return "priority"
	}
	switch p.eat("status", "state", "workflow state", "priority", "prio", "priority level", "estimate", "points", "story points", "estimation", "size", "assignee", "owner", "due date", "deadline", "due", "title", "name", "description", "label", "labels", "tag", "tags", "project", "cycle", "sprint", "current status", "summary", "parent", "parent issue") {
	case "status", "state", "workflow state", "current status":
		return "state"
	case "priority", "prio", "priority level":
		return "priority"
	case "estimate", "points", "story points", "estimation", "size":
		return "estimate"
	case "assignee", "owner":
		return "assignee"
	case "due date", "deadline", "due":
		return "dueDate"
	case "title", "name", "summary":
		return "title"
	case "description":
		return "description"
	case "label", "labels", "tag", "tags":
		return "labels"
	case "project":
		return "project"
	case "cycle", "sprint":
		return "cycle"
	case "parent", "parent issue":
		return "parent"
	}
	return ""
}

// attributeValue reads "priority to high", "status: Done", "title to "T"".
func (p *reader) attributeValue(c *delta, team string) bool {
	before := p.save()
	if key := p.attribute(); key != "" && p.valueOf(key, c, team) {
		return true
	}
	p.out = before
	return false
}

// valueOf reads the value of one named field after an optional connector.
func (p *reader) valueOf(key string, c *delta, team string) bool {
	if p.peek(0).is("from") && !p.peek(1).is("none") { // from todo to in progress
		p.at++
		if !p.valueOf(key, newDelta(), team) {
			return false
		}
	}
	connector := p.eat("to :", "as :", "must be", "is now", "to be", "to", "as", ":", "=", "→", "of", "is", "into", "from none to", "should be", "back to", "up to", "down to", "at", "on", "for", "with")
	p.eat("the")
	switch key {
	case "state":
		return p.stateValue(c, team)
	case "priority":
		digit, ok := p.priorityValue()
		return ok && c.put(key, digit)
	case "estimate":
		n, ok := p.pointsPhrase(true)
		return ok && c.put(key, n)
	case "assignee":
		who, ok := p.person()
		return ok && c.put(key, who)
	case "dueDate":
		if p.eat("none", "nothing") != "" {
			return c.put(key, "none")
		}
		day, ok := p.day()
		return ok && c.put(key, day.Format(isoDay))
	case "title", "description":
		text, ok := p.opaque(strings.HasSuffix(connector, ":"))
		return ok && c.put(key, text)
	case "labels":
		names, ok := p.labels()
		return ok && c.put(key, names)
	case "project":
		name, ok := p.name(kindProject)
		p.eat("project")
		return ok && c.put(key, name)
	case "parent":
		if p.eat("none", "nothing") != "" {
			return c.put(key, "none")
		}
		ref, ok := p.parentIssue()
		return ok && c.put(key, ref)
	}
	if p.eat("none") != "" {
		return c.put(key, "none")
	}
	if name, ok := p.cycle(); ok {
		return c.put(key, name)
	}
	if n, ok := p.number(); ok {
		return c.put(key, strconv.Itoa(n))
	}
	switch p.eat("current", "next", "previous") {
	case "":
		return false
	case "current":
		return c.put(key, "current")
	case "next":
		return c.put(key, "next")
	}
	return c.put(key, "previous")
}

// setAttributeForm: set the priority of ENG-12 to high; set status Done for ENG-1.
func (p *reader) setAttributeForm() bool {
	verb := p.eat("set", "change", "update", "make", "edit", "modify", "adjust", "raise", "lower", "increase", "decrease", "bump", "switch", "mark", "put", "reset", "move", "setting", "changing", "updating", "bump up", "drop", "reduce", "add", "give", "correct", "fix", "replace", "assign", "push", "push back", "postpone", "pull in", "extend", "shift", "delay")
	if verb == "" && p.asksBack() {
		return false
	}
	p.eat("a", "an")
	if verb == "replace" {
		p.eat("all the", "all")
	}
	its, their := p.peek(0).is("its"), p.peek(0).is("their")
	key := p.attribute()
	if key == "" {
		return false
	}
	if its || their {
		return verb != "" && p.ownAttribute(key, their)
	}
	after := p.save()
	p.eat("of", "on", "for", "to", "from")
	if p.eachTarget(func(targets []string) bool {
		c := newDelta()
		if p.done() || p.peek(0).is("'s") || verb == "" && !slices.ContainsFunc([]string{"must", "should", "to", "→", ":"}, p.peek(0).is) || verb == "" && p.peek(0).is(":") && (key == "title" || key == "description") { // told, not asked for
			return false
		}
		if p.eat("from") != "" && !p.valueOf(key, newDelta(), p.teamOf(targets)) {
			return false
		}
		return p.valueOf(key, c, p.teamOf(targets)) && p.more(c, targets) && p.ending() && p.apply(targets, c)
	}) {
		return true
	}
	p.out = after
	if key == "title" || key == "description" {
		return p.textFirst(key)
	}
	c := newDelta()
	if !p.valueOf(key, c, "") {
		return false
	}
	if p.eat("on", "for", "of", "to", "in") == "" {
		targets := p.targets
		if len(targets) == 0 && p.list == 0 && verb != "" && len(p.thread.Issues) == 1 {
			targets = p.thread.Issues // set the priority to high, of what was last shown
		}
		return p.done() && len(targets) > 0 && p.apply(targets, c)
	}
	return p.eachTarget(func(targets []string) bool {
		return p.more(c, targets) && p.ending() && p.fits(c, targets) && p.apply(targets, c)
	})
}

// ownAttribute: set its priority to urgent, set their estimate to 3.
func (p *reader) ownAttribute(key string, many bool) bool {
	targets := p.targets
	switch {
	case many:
		targets = p.several("them")
	case len(targets) != 1:
		targets = p.single("it")
	}
	c := newDelta()
	return p.valueOf(key, c, p.teamOf(targets)) && p.more(c, targets) && p.ending() && p.apply(targets, c)
}

// fits reports whether the state, read before the team was known, is one of the team.
func (p *reader) fits(c *delta, targets []string) bool {
	name, ok := c.set["state"].(string)
	team, known := teamByKey(p.d, p.teamOf(targets))
	if !ok || !known {
		return true
	}
	for _, s := range team.States {
		if s.Name == name {
			return true
		}
	}
	return false
}

// textFirst: set the title "T" on ENG-12.
func (p *reader) textFirst(key string) bool {
	p.eat("to", "as", ":")
	t := p.peek(0)
	if t.kind != tokenQuoted || t.text == "" {
		return false
	}
	p.at++
	if p.eat("on", "for", "of") == "" {
		return false
	}
	return p.eachTarget(func(targets []string) bool {
		return p.done() && p.apply(targets, &delta{set: map[string]any{key: t.text}})
	})
}
