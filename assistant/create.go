package assistant

import (
	"slices"
	"strings"
)

// Creating an issue: a head (noun, team, attributes) and a title, which is a
// quotation, or everything after a colon. Titles are opaque.

var createVerbs = []string{"create", "create me", "file", "log", "new", "add", "open", "open up", "raise", "report", "make", "make me", "start", "write up", "write", "submit", "register", "post", "draft", "put in", "creating", "filing", "opening", "set up", "there 's", "there is", "we have", "give me", "record", "enter", "throw in", "lodge", "add me", "need", "i need", "we need", "i have", "i found", "found", "capture", "jot down", "get me", "i 've found", "we found", "spin up"}

var issueKinds = []string{"issue", "ticket", "task", "item", "card", "story", "request", "report", "todo", "linear issue", "linear ticket", "work item", "chore", "action item", "user story", "to do", "entry"}

// create reads one new issue.
func (p *reader) create() bool {
	if p.anotherNext(p.at) && p.created > 0 && p.created == len(p.steps) {
		return p.createAnother()
	}
	verb := p.eat(createVerbs...)
	if verb == "" && !p.wish {
		return false
	}
	named := p.eat("a new", "an new", "another new", "a", "an", "another", "one more", "one", "new", "the following", "this", "me a", "me an", "us a", "the") != "" || verb == "new"
	h := &head{c: newDelta(), labels: nil}
	if !p.headNoun(h) || !h.noun {
		return false
	}
	weak := !slices.Contains([]string{"create", "create me", "file", "log", "new", "add", "open", "open up", "raise", "report", "submit", "register", "creating", "filing", "opening", "lodge", "make", "make me", "draft", "write up", "put in", "start", "record", "capture"}, verb)
	if weak && !named {
		return false
	}
	return p.createWith(h)
}

// anotherOne stands for the verb and the noun of the creation before.
var anotherOne = []string{"one", "one more", "another", "another one", "a second one"}

// anotherNext reports whether token i begins a second creation that leaves its verb
// and noun out: one in DES called Blur.
func (p *reader) anotherNext(i int) bool {
	for _, lead := range anotherOne {
		n := p.matchAt(i, p.end, lead)
		if n == 0 || i+n >= p.end {
			continue
		}
		for _, next := range []string{"in", "for", "called", "titled", "named", ":"} {
			if p.toks[i+n].is(next) {
				return true
			}
		}
	}
	return false
}

// createAnother reads one more issue of the kind just created.
func (p *reader) createAnother() bool {
	p.eat(anotherOne...)
	h := &head{c: newDelta(), noun: true}
	h.labels, _ = p.steps[p.created-1].Input["labels"].([]string) // absent: of no kind
	return p.createWith(h)
}

// createWith reads what is left of a creation after its noun.
func (p *reader) createWith(h *head) bool {
	title, ok := p.headAndTitle(h)
	if !ok || title == "" {
		return false
	}
	if _, under := h.c.set["parent"]; h.sub && !under {
		return false
	}
	h.c.set["title"] = title
	if len(h.labels) > 0 {
		h.c.set["labels"] = h.labels
	}
	if h.team != "" && !p.knows(h) {
		return false
	}
	if h.c.types != nil {
		state, ok := p.stateFor(h.team, h.c.types)
		if !ok {
			return false
		}
		h.c.set["state"] = state
	}
	p.created = p.addStep(Step{Tool: toolCreate, Input: h.c.set}) + 1
	p.targets = []string{createdTarget}
	return true
}

// head is what was said about a new issue before and after its title.
type head struct {
	c      *delta
	labels []string
	team   string
	noun   bool
	sub    bool // a sub-issue, whose parent has to be named
}

// knows reports whether the team has the state that was named.
func (p *reader) knows(h *head) bool {
	name, ok := h.c.set["state"].(string)
	team, known := teamByKey(p.d, h.team)
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

func (p *reader) stateFor(team string, types []string) (string, bool) {
	if team == "" {
		return "", false
	}
	return stateOfType(p.d, team+"-1", types...)
}

// headNoun reads "urgent", "high priority", "unassigned ENG bug" up to the noun.
func (p *reader) headNoun(h *head) bool {
	for !h.noun {
		before := p.save()
		if one := p.eat(subIssues...); one != "" {
			h.noun, h.sub = !strings.HasSuffix(one, "s") && one != "children", true
			return h.noun // of several, which titles?
		}
		if p.eat(issueKinds...) != "" {
			h.noun = true
			break
		}
		if digit, ok := p.priorityPhrase(); ok {
			if !h.c.put("priority", digit) {
				return false
			}
			p.eat(",", "and")
			if rank := p.toks[p.at-1]; len(rank.text) == 2 && rank.text[0] == 'p' && p.titleOrPlaceNext() {
				h.noun = true // a P1 for ENG
			}
			continue
		}
		p.out = before
		if n, ok := p.pointsPhrase(false); ok && h.c.put("estimate", n) {
			continue
		}
		p.out = before
		if name, _, ok := p.label(false); ok {
			h.labels = union(h.labels, []string{name})
			if p.eat(issueKinds...) == "" {
				if _, _, again := p.labelAhead(); again {
					continue
				}
			}
			h.noun = true
			break
		}
		if p.eat("bug report", "bug", "feature request", "feature", "improvement", "defect", "incident") != "" {
			h.noun = true
			break
		}
		if team, ok := p.name(kindTeam); ok && h.team == "" {
			p.eat("team")
			h.team = team
			h.c.set["team"] = team
			continue
		}
		return false
	}
	return true
}

// titleOrPlaceNext reports whether a title, a colon or the place of a new issue
// comes next.
func (p *reader) titleOrPlaceNext() bool {
	t := p.peek(0)
	return p.titleNext() || t.is(":") || t.is("in") || t.is("for") || t.is("about") || t.is("on")
}

func (p *reader) labelAhead() (string, bool, bool) {
	before := p.save()
	defer func() { p.out = before }()
	return p.label(false)
}

// headAndTitle reads attributes until the title, and after a quoted title more
// attributes to the end of the clause.
func (p *reader) headAndTitle(h *head) (string, bool) {
	title, quoted := "", false
	for !p.done() {
		before := p.save()
		if title == "" {
			t, q, found, ok := p.title(h)
			if found {
				if !ok || !q {
					return t, ok
				}
				title, quoted = t, true
				continue
			}
			p.out = before
		}
		if p.eat(", and", ",", "and", "&", ";", ".") != "" && title == "" && p.titleNext() {
			continue
		}
		if p.done() || !p.headAttribute(h) {
			return "", false
		}
	}
	return title, quoted
}

// titleNext reports whether a word that introduces a title comes next.
func (p *reader) titleNext() bool {
	t := p.peek(0)
	return t.kind == tokenQuoted || t.is("titled") || t.is("called") || t.is("named") || t.is("title") || t.is("with") && p.peek(1).is("title")
}

// headAttribute reads in ENG, in project P, assigned to Bob, high priority, due
// friday, labeled infra, estimate 3, in Todo.
func (p *reader) headAttribute(h *head) bool {
	before := p.save()
	for _, read := range []func(*head) bool{p.parentAttribute, p.teamAttribute, p.assigneeAttribute, p.valueAttribute} {
		p.out = before
		if read(h) {
			return true
		}
	}
	p.out = before
	return false
}

func (p *reader) teamAttribute(h *head) bool {
	placed := p.eat("in", "for", "on", "to", "under", "at", "with", "within") != "" || p.peek(0).is("team")
	p.eat("the")
	cue := p.eat("team", "team :") != ""
	found, size := p.phrase(kindTeam)
	if size == 0 {
		return false
	}
	if _, longer := p.phrase(kindProject, kindState); longer > size && !cue {
		return false
	}
	p.at += size
	p.eat("team", "'s backlog", "board", "'s team")
	if !placed && !p.peek(0).is(":") && !p.titleNext() { // file a bug ENG: …
		return false
	}
	if h.team != "" && h.team != found[0].value {
		return false
	}
	h.team = found[0].value
	h.c.set["team"] = h.team
	return true
}

func (p *reader) assigneeAttribute(h *head) bool {
	cue := p.eat("assign it to", "assign to", "assigned to", "assign this to", "assign", "assignee", "assignee :", "owned by", "for", "give it to", "and assign it to", "assigning it to", "assigned", "with assignee", "owner", "assign that to", "hand it to", "to be done by")
	who, ok := p.person()
	if cue == "" || !ok {
		return false
	}
	if cue == "for" && who == "me" && p.opens(p.lo, askingOpenings) {
		return true // could you open a bug for me: on my behalf
	}
	return h.c.put("assignee", who)
}

func (p *reader) valueAttribute(h *head) bool {
	if p.eat("with description", "with the description", "with a description", "with description :", "description", "description :", "desc", "desc :", "and description", "with desc") != "" {
		t := p.peek(0)
		p.at++
		return t.kind == tokenQuoted && t.text != "" && h.c.put("description", t.text)
	}
	p.eat("set", "make it", "make that", "mark it", "mark it as", "set it to")
	p.eat("with a", "with an", "with the", "with", "as", "a", "an", "the", "of", "and", "it 's", "set to")
	c := newDelta()
	c.making = true
	if !p.attributeValue(c, h.team) && !p.value(c, h.team) {
		return false
	}
	for key, value := range c.set {
		switch key {
		case "addLabels", "labels":
			h.labels = union(h.labels, value.([]string)) // label values are lists
		case "title", "description":
			return false
		default:
			if !h.c.put(key, value) {
				return false
			}
		}
	}
	if c.types != nil {
		if h.c.types != nil {
			return false
		}
		h.c.types = c.types
	}
	return true
}
