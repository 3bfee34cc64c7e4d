package assistant

import "strings"

// Changes of labels, and of the project or cycle an issue is in.

// addForm: add label infra to ENG-12, put ENG-12 in the next cycle, add ENG-1 to Auth revamp.
func (p *reader) addForm() bool {
	if p.eat("add", "put", "apply", "attach", "stick", "slap", "include", "set", "append", "adding", "give", "assign", "use") == "" {
		return false
	}
	after := p.save()
	p.eat("the", "a", "an", "another")
	p.eat("label", "labels", "tag", "tags", "label :", "labels :", "label called", "labels called", "new label")
	if names, ok := p.labels(); ok {
		p.eat("label", "labels", "tag", "tags", "as a label", "as label", "as a tag", "as labels")
		if p.eat("to", "on", "onto", "for", "in") != "" || p.done() {
			if p.eachTarget(func(targets []string) bool {
				c := newDelta()
				return c.put("addLabels", names) && p.more(c, targets) && p.ending() && p.apply(targets, c)
			}) {
				return true
			}
		}
	}
	p.out = after
	return p.eachTarget(func(targets []string) bool {
		c := newDelta()
		if p.eat("to the", "to", "in the", "in", "into the", "into", "under the", "under", "on", "onto", "on the") == "" {
			return p.givenLabel(c) && p.ending() && p.apply(targets, c)
		}
		return p.placeValue(c) && p.more(c, targets) && p.ending() && p.apply(targets, c)
	})
}

// givenLabel: give ENG-12 the infra label.
func (p *reader) givenLabel(c *delta) bool {
	p.eat("the", "a", "an")
	cue := p.eat("label", "labels", "tag", "tags") != ""
	names, ok := p.labels()
	if !ok || p.eat("label", "labels", "tag", "tags") == "" && !cue {
		return false
	}
	return c.put("addLabels", names)
}

// placeValue reads a project or a cycle to put an issue in.
func (p *reader) placeValue(c *delta) bool {
	if name, ok := p.cycle(); ok {
		return c.put("cycle", name)
	}
	p.eat("the")
	p.eat("project", "project :", "project called", "project named")
	name, ok := p.name(kindProject)
	if !ok {
		return false
	}
	p.eat("project")
	return c.put("project", name)
}

// swapForm: replace bug with feature on ENG-5, change ENG-5's label from bug to infra.
func (p *reader) swapForm() bool {
	verb := p.eat("replace", "swap", "swap out", "change", "switch", "exchange", "relabel", "re label", "retag")
	if verb == "" {
		return false
	}
	start := p.save()
	p.eat("the", "its")
	p.eat("label", "labels", "tag", "from")
	if c := newDelta(); p.swap(c) && p.eat("on", "for", "in", "of") != "" {
		if p.eachTarget(func(targets []string) bool { return p.ending() && p.apply(targets, c) }) {
			return true
		}
	}
	p.out = start
	p.eat("the")
	if p.eat("label of", "label on", "label for", "labels of", "labels on", "tag on") == "" {
		p.out = start
	}
	return p.eachTarget(func(targets []string) bool {
		p.eat("'s")
		p.eat("label", "labels", "tag")
		c := newDelta()
		return p.eat("from") != "" && p.swap(c) && p.ending() && p.apply(targets, c)
	})
}

// swap reads the label that goes and the one that comes.
func (p *reader) swap(c *delta) bool {
	old, _, ok := p.label(false)
	p.eat("label", "tag")
	if !ok || p.eat("with", "for", "by", "to", "→", "with the", "for the", "by the", "to the") == "" {
		return false
	}
	fresh, _, ok := p.label(false)
	p.eat("label", "tag")
	return ok && fresh != old && c.put("removeLabels", []string{old}) && c.put("addLabels", []string{fresh})
}

// tagForm: tag ENG-1 with infra, label it as a bug.
func (p *reader) tagForm() bool {
	verb := p.eat("tag", "label", "untag", "unlabel", "un tag", "un label", "tagging", "labeling", "labelling", "categorize", "flag")
	if verb == "" {
		return false
	}
	key := "addLabels"
	if strings.HasPrefix(verb, "un") {
		key = "removeLabels"
		after := p.save()
		p.eat("the")
		if names, ok := p.labels(); ok && p.eat("from", "on", "off") != "" {
			return p.eachTarget(func(targets []string) bool {
				c := newDelta()
				return c.put(key, names) && p.ending() && p.apply(targets, c)
			})
		}
		p.out = after
	}
	return p.eachTarget(func(targets []string) bool {
		p.eat("as", "with", ":", "as a", "as an", "with the", "with label", "with the label", "with labels", "from", "→", "=")
		names, ok := p.labels()
		if !ok {
			return false
		}
		p.eat("label", "labels", "tag")
		c := newDelta()
		return c.put(key, names) && p.more(c, targets) && p.ending() && p.apply(targets, c)
	})
}
