package assistant

// What a sentence is about, named before the request: regarding ENG-61: close it.

// topicCues name a topic without doubt; an issue and a colon do when what follows
// is a request.
var topicCues = []string{"regarding", "about", "concerning", "re", "re :", "as for", "with regard to", "with regards to", "in regards to", "on the topic of"}

// topic reads the issue a sentence is about from its beginning on, and the whole
// request after it. known says that a topic was named, so that the sentence can
// mean nothing else.
func (p *reader) topic() (read, known bool) {
	before := p.save()
	p.lo, p.at, p.hi = 0, p.opening(0), p.end
	cue := p.eat(topicCues...)
	p.eat("issue", "ticket", "the issue", "the ticket")
	t := p.peek(0)
	p.at++
	separators := []string{":", "-", ","}
	if cue == "" && p.fact() {
		separators = append(separators, "so", ", so", "- so", ".", ";", ", and", "and so")
	}
	joined := p.eat(separators...) != "" || cue != "" && p.beginsClause(p.at) || p.peek(0).kind == tokenWord && ordering[p.peek(0).text] && p.at+1 < p.end && !p.endsInQuestion() // ENG-1 move to done
	if t.kind != tokenIssue || !joined || p.done() {
		p.out = before
		return false, false
	}
	from := p.at
	if cue == "" && (!p.beginsClause(from) || p.namesIssue(from)) {
		p.out = before
		return false, false
	}
	p.out = before
	p.targets = []string{t.text}
	if p.clauses(from, 0, false) {
		return true, true
	}
	p.out = before
	return false, cue != ""
}

// ordering verbs begin a request right after its issue. Words that could as well be
// told of it, or name a field, do not: complete, close, title.
var ordering = wordSet(`move put assign reassign set mark make give add remove send push transition unassign`)

// facts are told of an issue before a request about it, beside the kinds of states:
// ENG-1 is merged, close it.
var facts = []string{
	"merged", "fixed", "deployed", "shipped", "ready", "released", "tested", "approved", "reviewed", "live", "obsolete", "outdated", "invalid", "blocked", "stale", "verified", "working", "out",
	"in production", "in prod", "on staging", "good to go", "no longer needed", "not needed anymore", "no longer relevant", "not relevant anymore",
}

// fact reads is done, was merged, 's obsolete.
func (p *reader) fact() bool {
	before := p.at
	if p.eat("is", "'s", "was", "got", "has been", "is now", "is already", "has already been") != "" && (p.eat(facts...) != "" || p.stateTypes() != nil) {
		p.eat("now", "already")
		return true
	}
	p.at = before
	return false
}

// namesIssue reports whether an issue is named from token i on: then what came
// before it may be one of a list.
func (p *reader) namesIssue(i int) bool {
	for _, t := range p.toks[i:p.end] {
		if t.kind == tokenIssue {
			return true
		}
	}
	return false
}
