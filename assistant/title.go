package assistant

import (
	"slices"
	"strings"
	"unicode"
)

// Titles and other opaque text: what a sentence quotes or ends with is taken as
// it was typed.

// opaque reads a title: a quotation that ends the clause, or everything to the
// end of the sentence. Without quotes or a colon, text in which another clause
// could begin is too uncertain.
func (p *reader) opaque(colon bool) (string, bool) {
	if t := p.peek(0); t.kind == tokenQuoted && p.at+1 == p.hi {
		p.at++
		return strings.TrimSpace(t.text), strings.TrimSpace(t.text) != ""
	}
	if p.done() {
		return "", false
	}
	if !colon && (p.peek(0).kind == tokenQuoted || !p.beforeAnother() && slices.ContainsFunc(p.cuts(p.at), func(c cut) bool { return c.next < p.end })) {
		return "", false
	}
	text, ok := p.rest(p.after())
	if !ok && p.beforeAnother() {
		text, ok = p.spoken(p.at, p.hi), true
		p.at = p.hi
	}
	text = tidyTitle(plainText(text, false))
	return text, ok && text != ""
}

// beforeAnother reports whether one more creation follows this clause: called Crash
// and one in DES called Blur.
func (p *reader) beforeAnother() bool {
	i := p.hi
	for i < p.end && separates(p.toks[i]) {
		i++
	}
	return p.hi < p.end && p.anotherNext(i)
}

// tidyTitle puts a title on one line and takes the full stop and a courtesy
// after a comma off its end.
func tidyTitle(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	for _, courtesy := range []string{", please", ", thanks", ", thank you", ", pls", ", thx"} {
		bare := strings.TrimRight(text, ".!")
		if n := len(bare) - len(courtesy); n > 0 && strings.EqualFold(bare[n:], courtesy) {
			text = bare[:n]
		}
	}
	if strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "..") {
		text = strings.TrimSuffix(text, ".")
	}
	return strings.TrimSpace(text)
}

// title reads a title with what introduces it. found says that something that
// introduces a title was there, quoted that the clause goes on after it.
func (p *reader) title(h *head) (title string, quoted, found, ok bool) {
	colon := p.eat(":", "-", "→") != ""
	cue := p.eat("titled", "called", "named", "with title", "with the title", "with a title", "with title :", "with the title :", "title", "title :", "with the name", "entitled", "titled :", "called :", "named :", "saying", "that says", "with subject", "with the subject", "for :", "about :", "to :", "which says", "with the following title :", "that reads") != ""
	if cue && p.eat(":") != "" {
		colon = true
	}
	colon = colon || cue && p.at > 0 && p.toks[p.at-1].is(":")
	if t := p.peek(0); t.kind == tokenQuoted && (!colon || p.hi == p.end && (p.at+1 == p.hi || p.quotedThenMore())) {
		p.at++
		return strings.TrimSpace(t.text), true, true, t.text != ""
	}
	switch {
	case colon && !p.atLineEnd():
		title, ok = p.colonTitle(h)
		return title, false, true, ok
	case cue:
		if p.endsInAttribute() {
			return "", false, true, false
		}
		title, ok = p.opaque(false)
		return title, false, true, ok
	}
	if p.eat("about", "regarding", "that", "because", "saying that", "concerning", "on how", "where", "to") != "" && !p.done() {
		if title, ok = p.aboutTitle(); ok {
			return title, false, true, true
		}
		if title, ok = p.aboutThenMore(h); ok {
			return title, true, true, true
		}
	}
	return "", false, false, false
}

// endsInAttribute reports whether an unquoted title ends in words that could as well
// be said of the issue: titled Icons in DES.
func (p *reader) endsInAttribute() bool {
	before := p.save()
	defer func() { p.out = before }()
	for i := before.at + 1; i < p.hi; i++ {
		if t := p.toks[i-1]; p.toks[i].is("description") && (t.is("and") || t.is("with") || t.is(",")) {
			return true
		}
		p.out = before
		p.at = i
		p.eat("and", "with", ",")
		h := &head{c: newDelta()}
		if p.headAttribute(h) && p.done() && h.c.set["state"] == nil && h.c.types == nil {
			return true // but: called Move all icons to Done
		}
	}
	return false
}

// atLineEnd reports whether nothing but a line break follows the colon.
func (p *reader) atLineEnd() bool {
	return p.done() && p.hi == p.end && p.end == len(p.toks) && strings.TrimSpace(p.src[p.after():]) == ""
}

// quotedThenMore reports whether attributes follow the quotation at p.at to the
// end of the clause; otherwise the quotation only begins a title.
func (p *reader) quotedThenMore() bool {
	before := p.save()
	defer func() { p.out = before }()
	p.at++
	trial := &head{c: newDelta()}
	for !p.done() {
		p.eat(", and", ",", "and", "&", ";", ".")
		if p.done() || !p.headAttribute(trial) {
			return false
		}
	}
	return true
}

// colonTitle takes the rest of the line as title and the lines below as
// description. Parts after the last commas that are attributes, whole, are read
// as such: "…: Fix the menu, high priority". Everything else is the title, whatever it
// says: "…: Ship v2. Assign it to Bob".
func (p *reader) colonTitle(h *head) (string, bool) {
	text, ok := p.rest(p.after())
	if !ok && p.beforeAnother() {
		text, ok = p.spoken(p.at, p.hi), true
		p.at = p.hi
	}
	if !ok {
		return "", false
	}
	line, below, _ := strings.Cut(text, "\n")
	if below = strings.TrimSpace(plainText(below, true)); below != "" {
		h.c.set["description"] = below
	}
	for {
		bare := strings.TrimRight(strings.TrimSpace(line), ".!")
		i := strings.LastIndexByte(bare, ',')
		if i <= 0 || !p.attributePart(bare[i+1:], h) {
			break
		}
		line = bare[:i]
	}
	title := tidyTitle(plainText(line, false))
	return title, strings.ContainsFunc(title, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// attributePart reads one comma part of a title line as an attribute, all of it
// or nothing.
func (p *reader) attributePart(part string, h *head) bool {
	toks := tokenize(part)
	q := &reader{src: part, toks: toks, d: p.d, names: p.names, thread: p.thread, now: p.now, budget: 1000}
	q.end = q.dropEnding(0, len(toks))
	q.hi = q.end
	q.eat("and", "with")
	if q.done() || len(toks) > 8 || slices.ContainsFunc(toks, func(t token) bool { return t.kind == tokenQuoted }) {
		return false
	}
	trial := &head{c: newDelta(), team: h.team}
	if !q.headAttribute(trial) || !q.done() || trial.team != h.team || trial.c.types != nil {
		return false
	}
	for key := range trial.c.set {
		if _, twice := h.c.set[key]; twice {
			return false
		}
	}
	for key, value := range trial.c.set {
		h.c.set[key] = value
	}
	h.labels = union(h.labels, trial.labels)
	for _, question := range q.questions {
		p.ask(question)
	}
	return true
}

// aboutThenMore reads "about dark icons" before attributes that a topic does not end
// in: in Design, low priority. Where they begin nothing but attributes follows.
func (p *reader) aboutThenMore(h *head) (string, bool) {
	from, hi := p.at, p.hi
	for i := from + 1; i < hi; i++ {
		t := p.toks[i]
		switch {
		case t.is(","), t.is("assigned"):
		case t.is("in") && h.team == "" && p.teamAt(i+1):
		default:
			continue
		}
		if !p.attributesFrom(i, h) {
			continue
		}
		p.at = i
		title := tidyTitle(p.spoken(from, i))
		return title, p.topicWords(from, i) && title != ""
	}
	return "", false
}

// teamAt reports whether a team is named at token i.
func (p *reader) teamAt(i int) bool {
	before := p.at
	defer func() { p.at = before }()
	p.at = i
	p.eat("the", "team")
	_, size := p.phrase(kindTeam)
	return size > 0
}

// attributesFrom reports whether nothing but attributes that h has not yet stand from
// token i to the end of the clause. How far the work is is none of them: a topic may
// end in a state.
func (p *reader) attributesFrom(i int, h *head) bool {
	before := p.save()
	defer func() { p.out = before }()
	p.at = i
	trial := &head{c: newDelta(), team: h.team}
	for !p.done() {
		p.eat(", and", ",", "and", "&", ";")
		if p.done() || !p.headAttribute(trial) {
			return false
		}
	}
	for key := range trial.c.set {
		if _, twice := h.c.set[key]; twice && key != "team" || key == "state" {
			return false
		}
	}
	return trial.c.types == nil
}

// aboutTitle reads "about flaky tests": words to the end of the sentence, in
// which nothing else can be hidden.
func (p *reader) aboutTitle() (string, bool) {
	if !p.topicWords(p.at, p.hi) {
		return "", false
	}
	return p.opaque(false)
}

// topicWords reports whether the tokens [from, to) are words in which nothing but a
// topic can be.
func (p *reader) topicWords(from, to int) bool {
	about := from > 0 && (p.toks[from-1].is("about") || p.toks[from-1].is("regarding") || p.toks[from-1].is("concerning"))
	if from >= to || p.toks[from].kind != tokenWord && (!about || to-from < 2) {
		return false // about ENG-1 timing out, but not: to ENG-1 next time
	}
	for i := from; i < to; i++ {
		t := p.toks[i]
		if t.kind != tokenWord && t.kind != tokenIssue || introduces[t.text] && t.text != "on" && t.text != "for" || clauseVerbs[t.text] && i > from || t.is("and") || t.is("with") || t.is("assign") || t.is("priority") {
			return false
		}
	}
	return true
}
