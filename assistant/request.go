package assistant

import (
	"reflect"
	"slices"
	"strings"
)

// What is a request, and what only looks like one: courtesy before and after it,
// questions, and what is told or supposed.

// mayChange reports whether the clause that begins at lo may change what it
// changed: what begins with "can I" or "we need to" is no request for a change.
func (p *reader) mayChange(lo int, before out) bool {
	steps := p.steps[min(len(before.steps), len(p.steps)):]
	if p.endsInQuestion() && !p.opens(lo, askingOpenings) && !p.opens(0, askingOpenings) && p.changesFields(before) {
		return false // close ENG-1?
	}
	if len(p.steps) == len(before.steps) {
		return reflect.DeepEqual(p.steps, before.steps) || !p.weakly(lo) // more of an earlier step
	}
	if !slices.ContainsFunc(steps, Step.Writes) || !p.weakly(lo) && !p.addressed(0) {
		return true
	}
	return steps[0].Tool == toolCreate && p.opens(lo, createOpenings)
}

// weakly reports whether the clause only asks or tells, or is said to somebody else.
func (p *reader) weakly(lo int) bool {
	return p.addressed(lo) || p.opens(lo, weakOpenings)
}

// addressed reports whether the clause begins with somebody's name: it is said to
// that person.
func (p *reader) addressed(lo int) bool {
	return slices.ContainsFunc(p.toks[lo:max(lo, p.opening(lo))], func(t token) bool { return t.kind == tokenMention })
}

// endsInQuestion reports whether the sentence ends in a question mark.
func (p *reader) endsInQuestion() bool {
	return slices.ContainsFunc(p.toks[p.end:], func(t token) bool { return t.is("?") })
}

// changesFields reports whether the last clause changed more than text, which may
// end in a question mark of its own.
func (p *reader) changesFields(before out) bool {
	for i, s := range p.steps {
		old := map[string]any{}
		if i < len(before.steps) {
			old = before.steps[i].Input
		}
		if s.Tool != toolUpdate || reflect.DeepEqual(s.Input, old) {
			continue
		}
		if _, titled := s.Input["title"]; !titled && s.Input["description"] == nil {
			return true
		}
	}
	return false
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
		if n == 0 && p.numbers(i) {
			n = 2
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

// numbers reports whether a request in a numbered list begins at token i: 1. close.
func (p *reader) numbers(i int) bool {
	t := p.toks[i]
	if t.kind != tokenWord || len(t.text) > 2 || strings.Trim(t.text, "0123456789") != "" || i+2 >= p.end {
		return false
	}
	dot := p.toks[i+1]
	return (dot.is(".") || dot.is(")")) && dot.pos == t.end && p.toks[i+2].kind == tokenWord && clauseVerbs[p.toks[i+2].text] && (i == 0 || p.toks[i-1].kind == tokenSymbol)
}

// wished reports whether the courtesy in [lo, hi) was a wish for a change: I want
// ENG-1 closed. Who wants to see or to know something wants none.
func (p *reader) wished(lo, hi int) bool {
	wish := false
	for _, t := range p.toks[lo:hi] {
		wish = wish || t.is("want") || t.is("need") || t.is("like")
		if t.is("see") || t.is("know") || t.is("find") || t.is("list") {
			return false
		}
	}
	return wish
}

// asksBack reports whether the sentence ends in a question mark.
func (p *reader) asksBack() bool {
	return p.endsInQuestion() && p.hi == p.end
}
