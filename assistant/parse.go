package assistant

import (
	"slices"
	"strings"
	"time"

	"linearbot/linear"
)

// Parse reads a sentence by the names of the directory d. It never guesses: a
// sentence with a word it cannot place gives no plan. It does no I/O and is safe
// for concurrent use; now carries the asker's time zone.
func Parse(text string, d *linear.Directory, thread Thread, now time.Time) Reading {
	p := newReader(text, newDictionary(d), d, thread, now, 200_000)
	r := p.read()
	if !r.Certain && len(r.Questions) == 0 && r.Refusal == "" && len(p.toks) <= maxTokens {
		r.Offers = p.offers()
	}
	return r
}

// newReader splits a sentence into the tokens a reader walks over.
func newReader(text string, names *dictionary, d *linear.Directory, thread Thread, now time.Time, budget int) *reader {
	src := strings.TrimSpace(strings.ToValidUTF8(text, "\ufffd"))
	toks := names.splitPossessives(joinIdentifiers(src, tokenize(src), d))
	p := &reader{src: src, toks: toks, d: d, names: names, thread: thread, now: now, budget: budget}
	p.hi = p.dropEnding(0, len(toks))
	p.end = p.hi
	return p
}

// read reads the whole sentence.
func (p *reader) read() Reading {
	if talk, ok := smallTalk(p.src, p.toks); ok {
		return Reading{Certain: true, Talk: talk}
	}
	if refusal, ok := p.refused(); ok {
		return Reading{Certain: true, Refusal: refusal}
	}
	if p.watches() {
		return Reading{Certain: true, Refusal: RefuseNotify}
	}
	if len(p.toks) > maxTokens && p.tooLong() {
		return Reading{Leftover: p.unread(), Refusal: p.refusal}
	}
	read, about := p.topic()
	if !read && (about || !p.clauses(0, 0, false)) {
		return Reading{Leftover: p.unread(), Refusal: p.refusal}
	}
	return p.reading()
}

const (
	maxTokens  = 400 // a longer sentence is text to create or to comment
	maxClauses = 60
)

// reader walks over the tokens of one sentence. The fields below out are put
// back when a rule fails.
type reader struct {
	src    string
	toks   []token
	d      *linear.Directory
	names  *dictionary
	thread Thread
	now    time.Time
	end    int // tokens up to here count; courtesy at the end does not
	budget int // rule steps left: a sentence cannot make the parser slow
	far    int // the furthest token that was understood

	refusal Refusal // a rule read it completely as something that is refused

	lo, hi int // the clause begins and ends here
	out
}

// out is what has been understood so far.
type out struct {
	at        int
	steps     []Step
	targets   []string // the issues the last clause was about
	list      int      // index of the last list + 1
	created   int      // index of the last create + 1
	questions []Question
	count     bool
	wish      bool   // the clause began with I want, I need
	whole     bool   // the verb of the last change was the whole change: close, cancel
	fragment  bool   // the clause follows another without a verb of its own
	until     string // the end of the time that was read last: in october
	begun     int    // steps there were when the clause began
	whose     string // whose issues are described: unassign me from everything
}

func (p *reader) save() out {
	o := p.out
	o.steps = slices.Clip(o.steps)
	o.questions = slices.Clip(o.questions)
	return o
}

// reading is the result once every token is consumed.
func (p *reader) reading() Reading {
	if len(p.questions) > 0 {
		return Reading{Questions: p.questions, Count: p.count}
	}
	plan := Plan{Steps: p.steps}
	return Reading{Plan: plan, Certain: true, Count: p.count, Command: Spell(plan)}
}

// unread is what comes after the furthest clause that was understood.
func (p *reader) unread() []string {
	from := p.far
	if from >= p.end {
		from = 0
	}
	var words []string
	for _, t := range p.toks[from:p.end] {
		if t.kind != tokenSymbol {
			words = append(words, strings.TrimSpace(p.src[t.pos:t.end]))
		}
		if len(words) == 20 {
			break
		}
	}
	if len(words) == 0 {
		words = []string{p.src}
	}
	return slices.Compact(words)
}

// tooLong lets only sentences through whose length is opaque text.
func (p *reader) tooLong() bool {
	head := p.toks[:60]
	return !slices.ContainsFunc(head, func(t token) bool { return t.is(":") || t.kind == tokenQuoted })
}

// rule reads one clause from p.at to exactly p.hi.
type rule func(p *reader) bool

// rules are tried in order: text first, because it is opaque.
func rules() []rule {
	return []rule{(*reader).comment, (*reader).create, (*reader).createSeveral, (*reader).update, (*reader).show, (*reader).meta, (*reader).listing}
}

// clauses reads everything from lo on, cutting at every place where a new
// clause can begin, the nearest first. A fragment is a clause without a verb.
func (p *reader) clauses(lo, depth int, fragment bool) bool {
	if depth > maxClauses {
		return false
	}
	before := p.save()
	for _, c := range p.cuts(lo) {
		for _, r := range rules() {
			p.out = before
			p.lo, p.at, p.hi = lo, p.opening(lo), c.end
			p.fragment = fragment
			p.begun = len(before.steps)
			p.wish = p.wished(lo, p.at)
			if p.budget -= 1 + p.hi - p.at; p.budget < 0 {
				return false
			}
			if p.at >= p.hi || !r(p) || p.at != p.hi {
				continue
			}
			if c.fragment && !p.changedSince(before) || !p.mayChange(lo, before) {
				continue
			}
			p.far = max(p.far, c.end)
			if c.next >= p.end || p.clausesAfter(c, depth) {
				return true
			}
		}
	}
	p.out = before
	return false
}

func (p *reader) clausesAfter(c cut, depth int) bool {
	steps := len(p.steps)
	if !p.clauses(c.next, depth+1, c.fragment) {
		return false
	}
	if !c.fragment {
		return true
	}
	for _, s := range p.steps[min(steps, len(p.steps)):] {
		if s.Tool != toolUpdate {
			return false
		}
	}
	return true
}

// changedSince reports whether the last clause made changes: "move ENG-1 to Done
// and ENG-2 to In Review" may leave out its second verb, "show ENG-1, ENG-2" has none.
func (p *reader) changedSince(before out) bool {
	return len(p.steps) > len(before.steps) && p.steps[len(p.steps)-1].Tool == toolUpdate
}

// cut is a possible end of a clause and the start of the next one.
type cut struct {
	end, next int
	fragment  bool // the next clause begins with an issue instead of a verb
}

// cuts lists the places where the clause that begins at lo can end.
func (p *reader) cuts(lo int) []cut {
	var verbs, issues []cut
	for i := lo + 1; i < p.end; i++ {
		if !separates(p.toks[i]) {
			if p.withComment(i) > 0 {
				verbs = append(verbs, cut{end: i, next: i})
			}
			continue
		}
		next := i
		for next < p.end && separates(p.toks[next]) {
			next++
		}
		switch {
		case next >= p.end:
		case p.beginsClause(next):
			verbs = append(verbs, cut{end: i, next: next})
		case p.toks[next].kind == tokenIssue, p.pickNext(next):
			issues = append(issues, cut{end: i, next: next, fragment: true})
		}
		if len(verbs)+len(issues) > 4*maxClauses {
			break
		}
		i = next - 1
	}
	return append(append(verbs, cut{end: p.end, next: p.end}), issues...)
}

// pickNext reports whether "the last", "the second" stands at i.
func (p *reader) pickNext(i int) bool {
	before, hi := p.save(), p.hi
	defer func() { p.out, p.hi = before, hi }()
	p.at, p.hi = i, p.end
	if p.matchAt(i, p.end, "the rest") > 0 || p.matchAt(i, p.end, "the others") > 0 || p.matchAt(i, p.end, "the other") > 0 {
		return true
	}
	if p.eat("the") == "" {
		return false
	}
	_, ok := p.pick()
	return ok
}

// separates reports whether clauses may be joined by t.
func separates(t token) bool {
	switch t.text {
	case ",", ";", ".", "!", "?", "&", "+", "\n", "-":
		return t.kind == tokenSymbol
	case "and", "then", "afterwards", "plus", "finally", "next":
		return t.kind == tokenWord
	}
	return false
}

func (p *reader) beginsClause(i int) bool {
	i = p.opening(i)
	if i+1 < p.end && p.toks[i].is("open") { // open a bug, open ENG-1; but not: closed and open bugs
		next := p.toks[i+1]
		return next.kind == tokenIssue || next.is("a") || next.is("an") || next.is("another")
	}
	return i < p.end && p.toks[i].kind == tokenWord && clauseVerbs[p.toks[i].text] || p.anotherNext(i)
}
