package assistant

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"linearbot/linear"
)

// Parse reads a sentence by the names of the directory d. It never guesses: a
// sentence with a word it cannot place gives no plan. It does no I/O and is safe
// for concurrent use; now carries the asker's time zone.
func Parse(text string, d *linear.Directory, thread Thread, now time.Time) Reading {
	src := strings.TrimSpace(strings.ToValidUTF8(text, "\ufffd"))
	toks := joinIdentifiers(src, tokenize(src), d)
	if talk, ok := smallTalk(src, toks); ok {
		return Reading{Certain: true, Talk: talk}
	}
	p := &reader{src: src, toks: toks, d: d, names: newDictionary(d), thread: thread, now: now, budget: 200_000}
	p.hi = p.dropEnding(0, len(toks))
	p.end = p.hi
	if refusal, ok := p.refused(); ok {
		return Reading{Certain: true, Refusal: refusal}
	}
	if len(toks) > maxTokens && p.tooLong() || !p.clauses(0, 0, false) {
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

	hi int // the clause ends here
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
	wish      bool // the clause began with I want, I need
	fragment  bool // the clause follows another without a verb of its own
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
	return []rule{(*reader).comment, (*reader).create, (*reader).update, (*reader).show, (*reader).meta, (*reader).listing}
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
			p.at, p.hi = p.opening(lo), c.end
			p.fragment = fragment
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

// mayChange reports whether the clause that begins at lo may change what it
// changed: what begins with "can I" or "we need to" is no request for a change.
func (p *reader) mayChange(lo int, before out) bool {
	steps := p.steps[min(len(before.steps), len(p.steps)):]
	if len(p.steps) == len(before.steps) {
		return reflect.DeepEqual(p.steps, before.steps) || !p.opens(lo, weakOpenings) // more of an earlier step
	}
	if !slices.ContainsFunc(steps, Step.Writes) || !p.opens(lo, weakOpenings) {
		return true
	}
	return steps[0].Tool == toolCreate && p.opens(lo, createOpenings)
}

// opens reports whether the courtesy before a clause holds one of the phrases.
func (p *reader) opens(lo int, phrases []string) bool {
	for i := lo; i < p.opening(lo); i++ {
		for _, phrase := range phrases {
			if p.matchAt(i, p.end, phrase) > 0 {
				return true
			}
		}
	}
	return false
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
	return i < p.end && p.toks[i].kind == tokenWord && clauseVerbs[p.toks[i].text]
}

// dropEnding takes courtesy and punctuation off the end of [lo, hi).
func (p *reader) dropEnding(lo, hi int) int {
	for {
		was := hi
		for hi > lo && p.toks[hi-1].kind == tokenSymbol && strings.Contains("!?.,;\n)(", p.toks[hi-1].text) {
			hi--
		}
		for _, ending := range endings {
			if n := p.matchBack(ending, lo, hi); n > 0 && n < hi-lo {
				hi -= n
				break
			}
		}
		if hi == was {
			return hi
		}
	}
}

// matchBack is how many tokens before hi spell the phrase.
func (p *reader) matchBack(phrase string, lo, hi int) int {
	n := strings.Count(phrase, " ") + 1
	if hi-n < lo || p.matchAt(hi-n, hi, phrase) != n {
		return 0
	}
	return n
}

// opening skips courtesy at the start of a clause.
func (p *reader) opening(i int) int {
	for i < p.end {
		n := 0
		for _, phrase := range openings[p.toks[i].text] {
			if m := p.matchAt(i, p.end, phrase); m > n {
				n = m
			}
		}
		t := p.toks[i]
		if t.is("hi") && i+1 < p.end && slices.Contains(priorityNouns, p.toks[i+1].text) {
			return i
		}
		if n == 0 && (t.is(",") || t.is("!") || t.is(".") || t.is("-") || t.is("\n") || t.is(":")) {
			n = 1
		}
		if n == 0 && t.kind == tokenMention && i+1 < p.end && clauseVerbs[p.toks[i+1].text] {
			n = 1 // addressed to the bot
		}
		if n == 0 {
			return i
		}
		i += n
	}
	return i
}

// wished reports whether the courtesy in [lo, hi) was a wish: I want ENG-1 closed.
func (p *reader) wished(lo, hi int) bool {
	for _, t := range p.toks[lo:hi] {
		if t.is("want") || t.is("need") || t.is("like") {
			return true
		}
	}
	return false
}

// asksBack reports whether the sentence ends in a question mark.
func (p *reader) asksBack() bool {
	return slices.ContainsFunc(p.toks[p.end:], func(t token) bool { return t.is("?") }) && p.hi == p.end
}

// matchAt is how many tokens from i spell phrase, whose words are separated by
// one space; 0 when they do not.
func (p *reader) matchAt(i, hi int, phrase string) int {
	if i >= hi || !strings.HasPrefix(phrase, p.toks[i].text) {
		return 0
	}
	n := 0
	for phrase != "" {
		word, rest, _ := strings.Cut(phrase, " ")
		if i+n >= hi || !p.toks[i+n].is(word) {
			return 0
		}
		n++
		phrase = rest
	}
	return n
}

// eat consumes the longest of the phrases that comes next and returns it.
func (p *reader) eat(phrases ...string) string {
	best, most := "", 0
	for _, phrase := range phrases {
		if n := p.matchAt(p.at, p.hi, phrase); n > most {
			best, most = phrase, n
		}
	}
	p.at += most
	return best
}

// peek is the token k ahead; the zero token after the end of the clause.
func (p *reader) peek(k int) token {
	if p.at+k >= p.hi {
		return token{kind: tokenSymbol}
	}
	return p.toks[p.at+k]
}

func (p *reader) done() bool { return p.at >= p.hi }

// phrase looks for the longest phrase at p.at that names something of one of
// the kinds. It does not consume; size is in tokens.
func (p *reader) phrase(kinds ...nameKind) (found []named, size int) {
	if t := p.peek(0); t.kind == tokenQuoted {
		key, _ := squash(t.text)
		if found = p.names.find(key, kinds...); len(found) == 0 {
			return nil, 0
		}
		return found, 1
	}
	var key strings.Builder
	for n := 0; n < p.names.longest+2 && p.at+n < p.hi; n++ {
		t := p.toks[p.at+n]
		if t.kind == tokenSymbol && (n == 0 || !strings.Contains("&+/.-'", t.text)) || t.kind != tokenWord && t.kind != tokenSymbol {
			break
		}
		part, _ := squash(t.text)
		key.WriteString(part)
		if t.kind == tokenSymbol {
			continue
		}
		if hit := p.names.find(key.String(), kinds...); len(hit) > 0 {
			found, size = hit, n+1
		}
	}
	return found, size
}

// spoken is the source text of the tokens [from, to).
func (p *reader) spoken(from, to int) string {
	if from >= to {
		return ""
	}
	if to == from+1 && p.toks[from].kind == tokenQuoted {
		return p.toks[from].text
	}
	return strings.TrimSpace(plainText(p.src[p.toks[from].pos:p.toks[to-1].end], false))
}

// rest takes everything after byte offset pos to the end of the sentence as
// text. Only the last clause may do that.
func (p *reader) rest(pos int) (string, bool) {
	if p.hi != p.end {
		return "", false
	}
	p.at = p.hi
	return strings.TrimSpace(p.src[pos:]), true
}

// addStep appends a step; the slice is never shared with a saved one.
func (p *reader) addStep(s Step) int {
	p.steps = append(slices.Clip(p.steps), s)
	return len(p.steps) - 1
}

// change adds changes to what target is: a new update, or more of the update or
// creation the sentence just made. It fails when the sentence contradicts itself.
func (p *reader) change(target string, changes map[string]any) bool {
	i := slices.IndexFunc(p.steps, func(s Step) bool { return s.Tool == toolUpdate && s.Input["issueId"] == target })
	if target == createdTarget {
		i = p.created - 1
	}
	if i < 0 {
		input := maps.Clone(changes)
		input["issueId"] = target
		p.addStep(Step{Tool: toolUpdate, Input: input})
		return true
	}
	input := maps.Clone(p.steps[i].Input)
	for key, value := range changes {
		if target == createdTarget && key == "addLabels" {
			key = "labels"
		}
		if target == createdTarget && key == "removeLabels" {
			return false
		}
		old, have := input[key]
		list, isList := value.([]string)
		switch {
		case !have:
			input[key] = value
		case isList:
			input[key] = union(old.([]string), list) // the same key always holds the same type
		case old != value:
			return false
		}
	}
	steps := slices.Clone(p.steps)
	steps[i].Input = input
	p.steps = steps
	return true
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
