package assistant

// Taking something off an issue: labels, dates, its project.

// removeForm: remove label infra from ENG-12, clear ENG-12's due date.
func (p *reader) removeForm() bool {
	if verb := p.eat("move"); verb != "" { // move ENG-12 out of the current cycle
		return p.eachTarget(func(targets []string) bool {
			c := newDelta()
			if p.eat("out of") == "" || !p.placeValue(c) {
				return false
			}
			for key := range c.set {
				return p.ending() && p.apply(targets, cleared(key))
			}
			return false
		})
	}
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
		if p.eat("from", "out of", "off", "off of") == "" {
			return false
		}
		c := newDelta()
		if !p.placeValue(c) {
			p.eat("its", "the", "any")
			if key := p.clearable(); key == "project" || key == "cycle" || key == "parent" {
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
	switch p.eat("due date", "deadline", "assignee", "owner", "estimate", "points", "project", "cycle", "sprint", "priority", "parent", "parent issue") {
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
	case "parent", "parent issue":
		return "parent"
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
