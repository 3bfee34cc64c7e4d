package assistant

import (
	"slices"
	"strings"
)

// What may be offered instead of a plan: commands that a part of the sentence
// spells. Nothing is done until the asker takes one.

const (
	maxOffers   = 3
	offerTries  = 16   // parts of the sentence that are read
	offerBudget = 4000 // rule steps for one of them
)

// taking back: before a request they say that it is not one.
var negating = wordSet(`not never no without stop stopped avoid unless neither nor nothing keep leave refrain prevent nobody noone hardly nearly almost`)

// offers are commands for a sentence that is no plan: what its parts say by
// themselves, then the issues it names.
func (p *reader) offers() []string {
	var found []string
	spared := p.spared()
	add := func(command string) {
		if command != "" && !slices.Contains(found, command) && len(found) < maxOffers && !changesOneOf(spared, command) {
			found = append(found, command)
		}
	}
	for _, text := range p.parts() {
		add(p.command(text))
		if len(found) == maxOffers {
			return found
		}
	}
	var shown []string
	for _, t := range p.toks {
		if t.kind == tokenIssue && len(shown) < maxShown && !slices.Contains(shown, t.text) {
			shown = append(shown, t.text)
		}
	}
	if len(shown) > 0 {
		add(VerbShow + " " + strings.Join(shown, " "))
	}
	return found
}

// excepting words leave out what follows them: all but ENG-12.
var excepting = wordSet(`but except excluding exclude besides minus leaving skip skipping save`)

// spared are the issues that the sentence leaves out. Nothing that changes one of
// them is offered.
func (p *reader) spared() []string {
	var refs []string
	out := false
	for _, t := range p.toks {
		switch {
		case t.kind == tokenIssue && out:
			refs = append(refs, t.text)
		case t.kind == tokenWord && (negating[t.text] || excepting[t.text]):
			out = true
		case t.kind == tokenWord && !t.is("and") && !t.is("or") && !t.is("for") && !t.is("from") && !t.is("with") && !t.is("out"):
			out = false
		}
	}
	return refs
}

// changesOneOf reports whether a command that does more than show names one of refs.
func changesOneOf(refs []string, command string) bool {
	return !strings.HasPrefix(command, VerbShow+" ") && slices.ContainsFunc(strings.Fields(command), func(w string) bool { return slices.Contains(refs, w) })
}

// parts are pieces of the sentence that may be requests, the longest first from
// every place where one can begin. After a negation there are none.
func (p *reader) parts() []string {
	var parts []string
	if p.quotes() {
		return nil
	}
	if verb := p.nearVerb(); verb != "" {
		parts = append(parts, verb+p.src[p.toks[p.opening(0)].end:])
	}
	for i := 0; i < p.end && len(parts) < offerTries; i++ {
		t := p.toks[i]
		if t.kind == tokenWord && negating[t.text] {
			break
		}
		begins := p.beginsClause(i) && p.opening(i) == i
		if !begins && (t.kind != tokenIssue || i > 1 && p.toks[i-2].kind == tokenIssue && p.listed(i-1)) {
			continue
		}
		for _, end := range p.partEnds(i) {
			text := p.src[t.pos:p.toks[end-1].end]
			if t.kind == tokenIssue {
				text = p.stated(i, end)
			}
			parts = append(parts, text)
		}
	}
	named := slices.ContainsFunc(p.toks, func(t token) bool { return t.kind == tokenIssue })
	if !named && len(p.thread.Issues) == 1 && p.end > 0 && !negating[p.toks[0].text] { // of the issue that was shown
		said := p.src[p.toks[0].pos:]
		parts = append(parts, p.thread.Issues[0]+" → "+said, "re "+p.thread.Issues[0]+": "+said)
	}
	if p.end > 0 && !negating[p.toks[0].text] {
		parts = append(parts, VerbCreate+" a "+p.src[p.toks[0].pos:])
	}
	return parts
}

// partEnds are the places where a request that begins at token i may end: the end
// of the sentence, and before what turns its sense or begins something else.
func (p *reader) partEnds(i int) []int {
	ends := []int{p.end}
	for j := p.end - 1; j > i+1; j-- {
		if t := p.toks[j]; separates(t) || t.kind == tokenSymbol || turning[t.text] || t.is("tomorrow") || t.is("today") || t.is("yet") || t.is("that") || t.is("like") {
			ends = append(ends, j)
		}
	}
	return ends[:min(len(ends), 4)]
}

// stated turns what is told of an issue into a wish: ENG-61 is done.
func (p *reader) stated(i, end int) string {
	last := i
	for last+2 < end && p.listed(last+1) && p.toks[last+2].kind == tokenIssue {
		last += 2
	}
	rest := last + 1
	for rest < end && (p.toks[rest].kind == tokenWord && telling[p.toks[rest].text] || p.toks[rest].is("'s")) {
		rest++
	}
	if rest == end {
		return ""
	}
	if last > i {
		return p.src[p.toks[i].pos:p.toks[last].end] + " → " + p.src[p.toks[rest].pos:p.toks[end-1].end]
	}
	return p.toks[i].text + " → " + p.src[p.toks[rest].pos:p.toks[end-1].end]
}

// onlyIssue is the issue that the sentence names, when it is one.
func (p *reader) onlyIssue() (ref string, one bool) {
	for _, t := range p.toks {
		if t.kind == tokenIssue && t.text != ref {
			if ref != "" {
				return "", false
			}
			ref = t.text
		}
	}
	return ref, ref != ""
}

// nearVerb is the one verb that the first word of the sentence is a slip of.
func (p *reader) nearVerb() string {
	i := p.opening(0)
	if i >= p.end || p.toks[i].kind != tokenWord || len(p.toks[i].text) < 4 || openingWords[p.toks[i].text] {
		return ""
	}
	near := ""
	for verb := range clauseVerbs {
		if len(verb) < 4 || edits(verb, p.toks[i].text) > 1 || replaced(verb, p.toks[i].text) {
			continue
		}
		if near != "" {
			return ""
		}
		near = verb
	}
	return near
}

// replaced reports whether two words of one length hold different letters: clone is a
// word of its own, clsoe is not.
func replaced(a, b string) bool {
	x, y := []rune(a), []rune(b)
	slices.Sort(x)
	slices.Sort(y)
	return len(x) == len(y) && !slices.Equal(x, y)
}

// quotes reports whether the sentence quotes somebody: > close ENG-1.
func (p *reader) quotes() bool {
	return slices.ContainsFunc(p.toks, func(t token) bool {
		return t.kind == tokenSymbol && t.text == ">" && (t.pos == 0 || p.src[t.pos-1] == '\n')
	})
}

// listed reports whether token i joins two issues of a list.
func (p *reader) listed(i int) bool {
	t := p.toks[i]
	return t.is(",") || t.is("/") || t.is("and") || t.is("&") || t.is("+")
}

// telling words stand between an issue and what it is said to be.
var telling = wordSet(`is are was now already should must can could may be been has have to needs need get gets got`)

// command is the one command a text spells; empty when it is no whole request.
func (p *reader) command(text string) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	thread := p.thread
	if ref, one := p.onlyIssue(); one {
		thread.Issues = []string{ref} // what it means in a part
	}
	r := newReader(text, p.names, p.d, thread, p.now, offerBudget).read()
	if len(r.Plan.Steps) == 0 || strings.HasPrefix(r.Command, VerbSearch) {
		return "" // anything at all can be searched for
	}
	return r.Command
}
