package assistant

import (
	"maps"
	"regexp"
	"strings"
	"unicode"
)

// Several new issues in one sentence: create two issues: "A" and "B"; or one title
// a line.

var (
	severalKinds = []string{"issues", "tickets", "tasks", "items", "cards", "stories", "work items", "todos", "action items", "chores"}
	bullet       = regexp.MustCompile(`^\s*(?:[-*+•◦▪‣·–—]|\d{1,2}[.)])\s+`)
)

const maxTitles = 20

// createSeveral reads a verb, how many, the noun and what all of them have in
// common, then exactly so many titles.
func (p *reader) createSeveral() bool {
	if p.eat("create", "create me", "file", "log", "new", "add", "open", "raise", "report", "submit", "make", "make me", "creating", "filing") == "" {
		return false
	}
	p.eat("these", "the following", "me")
	n, counted := p.number()
	p.eat("new", "separate", "more")
	h := &head{c: newDelta()}
	if !p.severalNoun(h) {
		return false
	}
	for !p.done() && !p.peek(0).is(":") && p.peek(0).kind != tokenQuoted && !p.titleNext() {
		if !p.headAttribute(h) {
			return false
		}
	}
	if p.eat("titled", "called", "named") == "" {
		p.eat(":")
	}
	titles, ok := p.quotedTitles()
	if !ok {
		titles, ok = p.lineTitles(counted)
	}
	if !ok || len(titles) < 2 || len(titles) > maxTitles || counted && n != len(titles) {
		return false
	}
	if len(h.labels) > 0 {
		h.c.set["labels"] = h.labels
	}
	if h.c.types != nil || h.sub || !p.knows(h) {
		return false
	}
	for _, title := range titles {
		input := maps.Clone(h.c.set)
		input["title"] = title
		p.addStep(Step{Tool: toolCreate, Input: input})
	}
	p.targets, p.list, p.created = nil, 0, 0
	return true
}

// severalNoun reads urgent bugs, ENG issues, feature requests.
func (p *reader) severalNoun(h *head) bool {
	for {
		before := p.save()
		if p.eat(severalKinds...) != "" {
			return true
		}
		if digit, ok := p.priorityPhrase(); ok {
			if !h.c.put("priority", digit) {
				return false
			}
			p.eat(",", "and")
			continue
		}
		p.out = before
		if name, plural, ok := p.label(true); ok {
			h.labels = union(h.labels, []string{name})
			if plural || p.eat("requests", "reports") != "" {
				return true
			}
			continue
		}
		if p.eat("bugs", "features", "bug reports", "feature requests") != "" {
			return true
		}
		team, ok := p.name(kindTeam)
		if !ok || h.team != "" {
			return false
		}
		h.team, h.c.set["team"] = team, team
	}
}

// quotedTitles reads "A", "B" and "C" to the end of the clause.
func (p *reader) quotedTitles() ([]string, bool) {
	before := p.at
	var titles []string
	for p.peek(0).kind == tokenQuoted {
		title := strings.TrimSpace(p.peek(0).text)
		if title == "" {
			break
		}
		titles = append(titles, title)
		p.at++
		if p.done() {
			return titles, true
		}
		p.eat(",", "and", ", and", "&", "+", ";", "plus", "\n", ", \n", "\n -", "/")
	}
	p.at = before
	return nil, false
}

// lineTitles takes each line below as a title. Without their number every line has
// to be marked as an item of a list.
func (p *reader) lineTitles(counted bool) ([]string, bool) {
	if p.hi != p.end || p.done() || !strings.HasPrefix(strings.TrimLeft(p.src[p.after():], " \t"), "\n") {
		return nil, false
	}
	text, _ := p.rest(p.after()) // the clause is the last
	var titles []string
	marked := 0
	for line := range strings.Lines(text) {
		bare := bullet.ReplaceAllString(line, "")
		if bare != line {
			marked++
		}
		bare = tidyTitle(plainText(bare, false))
		if bare == "" {
			continue
		}
		if !strings.ContainsFunc(bare, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			return nil, false
		}
		titles = append(titles, bare)
	}
	return titles, marked == len(titles) || counted && marked == 0
}
