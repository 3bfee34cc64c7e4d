package assistant

import (
	"slices"
	"strconv"
	"strings"
)

// Several issues in few words: ENG-3 to ENG-7, all but the last, the other two.

const maxSpan = 30 // issues in ENG-3 to ENG-32

// spanned reads ENG-3 to ENG-7, ENG-3 through ENG-7, ENG-3..ENG-7, perhaps beside
// other issues: every number between the two, both included.
func (p *reader) spanned() ([]string, bool) {
	var refs []string
	wide := false
	for {
		before := p.at
		joined := p.eat(",", "and", "&", "+", ", and", "as well as", "plus") != ""
		from := p.peek(0)
		if from.kind != tokenIssue || joined != (len(refs) > 0) {
			p.at = before
			return refs, wide
		}
		p.at++
		link := p.at
		cue := p.eat("to", "through", "thru", "up to", "- ", "-", "→", ". .", ". . .", "up to and including", "until")
		to := p.peek(0)
		if cue == "" || to.kind != tokenIssue {
			p.at = link
			refs = union(refs, []string{from.text})
			continue
		}
		p.at++
		all, ok := between(from.text, to.text)
		if !ok {
			return nil, false
		}
		refs, wide = union(refs, all), true
	}
}

// shortened reads ENG-61, 62 and 63: numbers of the same team, as long as the first.
func (p *reader) shortened() ([]string, bool) {
	first := p.peek(0)
	if first.kind != tokenIssue {
		return nil, false
	}
	p.at++
	team, number, _ := strings.Cut(first.text, "-")
	refs := []string{first.text}
	for {
		before := p.at
		if p.eat(",", "and", "&", "+", "/", ", and") == "" || len(p.peek(0).text) != len(number) {
			p.at = before
			return refs, len(refs) > 1
		}
		ref, ok := issueRef(team + "-" + p.peek(0).text)
		if !ok || !endsIdentifier(p.toks, p.at+1) {
			p.at = before
			return refs, len(refs) > 1
		}
		p.at++
		refs = union(refs, []string{ref})
	}
}

// between lists the issues of one team from one number to another.
func between(from, to string) ([]string, bool) {
	team, low, _ := strings.Cut(from, "-")
	other, high, _ := strings.Cut(to, "-")
	first, _ := strconv.Atoi(low) // an identifier ends in digits
	last, _ := strconv.Atoi(high)
	if team != other || last <= first || last-first >= maxSpan {
		return nil, false
	}
	var refs []string
	for n := first; n <= last; n++ {
		refs = append(refs, team+"-"+strconv.Itoa(n))
	}
	return refs, true
}

// leftOut takes issues away again: but not ENG-6, except ENG-4, except the last.
// ok is false when they were not among refs where they had to be, or nothing is left.
func (p *reader) leftOut(refs []string) ([]string, bool) {
	cue := p.eat("but not", ", but not", "and not", ", not", "not", "except", ", except", "except for", "but", "excluding", "other than", "apart from", "besides", "minus", "without", "save", "bar")
	if cue == "" {
		return refs, true
	}
	if slices.ContainsFunc(refs, isSelector) {
		return nil, false
	}
	out, ok := p.named()
	if !ok {
		targets := p.targets
		p.targets = refs // the last of these
		p.eat("for")
		asked := len(p.questions)
		out, ok = p.pickedFromThread()
		p.targets = targets
		if !ok || len(p.questions) > asked || slices.ContainsFunc(out, isSelector) {
			return nil, false
		}
	}
	plain := strings.HasSuffix(cue, "not")
	var left []string
	for _, ref := range refs {
		if !slices.Contains(out, ref) {
			left = append(left, ref)
		}
	}
	if len(left) == 0 || !plain && len(left) != len(refs)-len(out) {
		return nil, false
	}
	return left, true
}

// allBut reads "all but the last", "all except ENG-2" of the issues last shown.
func (p *reader) allBut() ([]string, bool) {
	if p.eat("all", "all of them", "all of these", "all of those", "them all", "these all") == "" {
		return nil, false
	}
	if t := p.peek(0); !t.is("but") && !t.is("except") && !t.is("excluding") || p.list > 0 && len(p.targets) == 0 {
		return nil, false
	}
	shown := p.thread.Issues
	if len(p.targets) > 1 {
		shown = p.targets
	}
	return p.leftOut(shown)
}

// others reads "the others", "the rest", "the other two": of the issues last
// shown, those the sentence has not spoken of yet.
func (p *reader) others() ([]string, bool) {
	start := p.at
	p.eat("the", "all the", "all of the")
	if p.eat("others", "other ones", "rest", "remaining ones", "other issues", "remaining issues", "other tickets", "rest of them", "rest of those", "rest of these", "remainder") == "" {
		if p.eat("other", "remaining") == "" {
			p.at = start
			return nil, false
		}
	}
	n, counted := 0, false
	if t := p.toks[p.at-1]; t.is("other") || t.is("remaining") {
		if n, counted = p.number(); !counted || n < 1 {
			p.at = start
			return nil, false
		}
		p.eat("ones", "issues", "tickets", "of them", "one")
	}
	var spoken, left []string
	for _, s := range p.steps {
		if ref, ok := stepIssue(s); ok {
			spoken = append(spoken, ref)
		}
	}
	for _, ref := range p.thread.Issues {
		if !slices.Contains(spoken, ref) {
			left = append(left, ref)
		}
	}
	known := len(left) == len(p.thread.Issues)-len(slices.Compact(slices.Sorted(slices.Values(spoken))))
	if len(spoken) == 0 || !known || len(left) == 0 || p.list > 0 || counted && n != len(left) {
		return p.askIssue(p.spoken(start, p.at)), true
	}
	return left, true
}
