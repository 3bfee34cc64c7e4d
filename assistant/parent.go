package assistant

import "slices"

// Which issue an issue is part of: make ENG-3 a sub-issue of ENG-10.

// subIssues are the nouns of an issue within another, and of several.
var subIssues = []string{
	"sub issue", "subissue", "sub task", "subtask", "child", "child issue", "child task", "sub ticket", "subticket", "child ticket", "nested issue",
	"sub issues", "subissues", "sub tasks", "subtasks", "children", "child issues", "child tasks", "sub tickets", "subtickets", "child tickets",
}

// aSubIssue reads "a sub-issue", "as subtasks".
func (p *reader) aSubIssue() bool {
	before := p.at
	p.eat("as a", "as", "to be a", "to be", "into a", "into", "to a", "be a", "a", "the", "as the")
	if p.eat(subIssues...) == "" {
		p.at = before
		return false
	}
	return true
}

// parentValue: a sub-issue of ENG-10, under ENG-10.
func (p *reader) parentValue(c *delta, _ string) bool {
	if p.aSubIssue() {
		if p.eat("of", "under", "to", "for", "in", "beneath", "on") == "" {
			return false
		}
	} else if p.eat("under", "underneath", "beneath", "with parent", "parent", "parent :", "with the parent", "with parent :", "nested under", "parented to") == "" {
		return false
	}
	ref, ok := p.parentIssue()
	return ok && c.put("parent", ref)
}

// parentIssue reads the one issue that has sub-issues.
func (p *reader) parentIssue() (string, bool) {
	p.eat("the issue", "issue", "ticket", "the ticket", "parent", "the parent", "epic", "the epic", "parent issue")
	t := p.peek(0)
	if t.kind != tokenIssue {
		return "", false
	}
	p.at++
	return t.text, true
}

// parentForm: make ENG-10 the parent of ENG-3, add ENG-3 to ENG-10 as a sub-issue,
// nest it under ENG-10.
func (p *reader) parentForm() bool {
	verb := p.eat("make", "set", "use", "mark", "add", "put", "move", "attach", "nest", "turn", "convert")
	if verb == "" {
		return false
	}
	p.eat(issueNouns...)
	start := p.save()
	if ref, ok := p.parentIssue(); ok && p.eat("the parent of", "parent of", "as the parent of", "as parent of", "as a parent of", "to be the parent of", "the parent issue of", "as the parent for", "as parent for", "the parent for", "as the parent on", "as parent on", "to parent of") != "" {
		return p.eachTarget(func(targets []string) bool { return p.ending() && p.under(ref, targets) })
	}
	p.out = start
	refs, ok := p.named()
	if !ok {
		refs, ok = p.pronoun()
	}
	if !ok {
		return false
	}
	if p.eat("to", "under", "on", "beneath") != "" {
		if ref, ok := p.parentIssue(); ok && p.aSubIssue() {
			return p.ending() && p.under(ref, refs)
		}
		return false
	}
	c := newDelta()
	return (verb == "add" || verb == "attach" || verb == "nest") && p.parentValue(c, "") && p.more(c, refs) && p.ending() && p.apply(refs, c)
}

func (p *reader) under(parent string, targets []string) bool {
	return p.apply(targets, &delta{set: map[string]any{"parent": parent}})
}

// itsOwnParent reports whether a change would put an issue under itself.
func itsOwnParent(targets []string, c *delta) bool {
	parent, ok := c.set["parent"].(string)
	return ok && slices.Contains(targets, parent)
}

// parentAttribute reads where a new issue belongs: of ENG-10, under it.
func (p *reader) parentAttribute(h *head) bool {
	if h.sub && p.eat("of", "for", "to", "on", "in", "under", "beneath", "below") != "" {
		if ref, ok := p.parentIssue(); ok {
			return h.c.put("parent", ref)
		}
		if p.eat("it", "this", "that", "this issue", "that issue", "this one", "that one") == "" || len(p.thread.Issues) != 1 {
			return false
		}
		return h.c.put("parent", p.thread.Issues[0])
	}
	c := newDelta()
	if !p.parentValue(c, "") {
		return false
	}
	return h.c.put("parent", c.set["parent"])
}
