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
	if t.kind != tokenIssue || p.eat(":", "-", ",") == "" && (cue == "" || !p.beginsClause(p.at)) || p.done() {
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
