package assistant

import (
	"slices"
	"strings"
)

// createdTarget stands for the issue the sentence has just created.
const createdTarget = "$created"

func isSelector(target string) bool { return strings.HasPrefix(target, "$") }

var issueNouns = []string{"the issue", "the ticket", "issue", "ticket", "issues", "tickets", "the issues", "the tickets", "task", "the task", "tasks", "bug", "the bug", "story", "the story", "card", "the card", "issue number", "#", "the issue number", "ticket number"}

// eachTarget reads what a change is about in every way the words allow, and
// calls then after each until it succeeds: one or more issues, it, the oldest
// one, all open bugs in ENG, or nothing when the sentence already has a target.
// then must consume the clause to its end.
func (p *reader) eachTarget(then func(targets []string) bool) bool {
	start := p.save()
	p.eat(issueNouns...)
	if p.eachNamed(then) {
		return true
	}
	if p.peek(0).kind == tokenIssue {
		return false
	}
	for _, read := range []func() ([]string, bool){p.allBut, p.others, p.pronoun, p.pickedFromThread} {
		p.out = start
		targets, ok := read()
		if !ok {
			continue
		}
		if targets, ok = p.leftOut(targets); ok && then(targets) {
			return true
		}
	}
	p.out = start
	if p.described(then) {
		return true
	}
	p.out = start
	if len(p.targets) > 0 {
		return then(p.targets)
	}
	return false
}

// eachNamed reads issues by their identifiers: ENG-1 and ENG-2, both ENG-1 and
// ENG-2, ENG-3 to ENG-7, ENG-5 but not ENG-6.
func (p *reader) eachNamed(then func(targets []string) bool) bool {
	start := p.save()
	both := p.eat("both", "each of", "all of", "all three :", "issues", "from", "these :", "the following :", "following :", "these issues :", "the following issues :", "these tickets :", "the following tickets :", "all of these :", "all these :", "the following", "these ones :", ":") != ""
	if both && p.toks[p.at-1].is(":") {
		p.eat("\n -", "\n", "-")
	}
	pair := both && p.toks[p.at-1].is("both")
	for _, read := range []func() ([]string, bool){p.issueList, p.spanned, p.shortened} {
		before := p.save()
		if refs, ok := read(); ok && (!pair || len(refs) == 2) {
			if refs, ok = p.leftOut(refs); ok && then(refs) {
				return true
			}
		}
		p.out = before
	}
	p.out = start
	return false
}

// issueList reads ENG-1, ENG-2 and ENG-3, each once.
func (p *reader) issueList() ([]string, bool) { return p.named() }

// named reads issues by their identifiers, each once.
func (p *reader) named() ([]string, bool) {
	var refs []string
	for {
		before := p.at
		if len(refs) > 0 {
			p.eat(",", "and", "&", "+", "/", ", and", "as well as", "plus", ";", "\n", "\n -", ", \n", ", \n -")
			p.eat("issue", "ticket")
		}
		t := p.peek(0)
		if t.kind != tokenIssue {
			p.at = before
			return refs, len(refs) > 0
		}
		p.at++
		if !slices.Contains(refs, t.text) {
			refs = append(refs, t.text)
		}
		if p.peek(0).is("'s") {
			return refs, true
		}
	}
}

// pronouns of one issue and of several.
var (
	ofOne  = []string{"it", "this", "that", "this one", "that one", "this issue", "that issue", "the issue", "this ticket", "that ticket", "the ticket", "this bug", "that bug", "this task", "that task", "the same issue", "this item", "that item"}
	ofMany = []string{"them", "those", "these", "all of them", "all of these", "all of those", "them all", "these issues", "those issues", "these tickets", "those tickets", "these bugs", "those bugs", "each of them", "all these", "all those", "every one of them", "those ones", "these ones", "these tasks", "those tasks"}
)

// pronoun reads it, them, both, all three.
func (p *reader) pronoun() ([]string, bool) {
	start := p.at
	if n, ok := p.numbered(); ok {
		return p.exactly(n, p.spoken(start, p.at))
	}
	if p.eat(ofMany...) != "" {
		return p.several(p.spoken(start, p.at)), true
	}
	if p.eat(ofOne...) == "" || p.peek(0).is("of") {
		p.at = start
		return nil, false
	}
	return p.single(p.spoken(start, p.at)), true
}

// numbered reads both, all three, those two.
func (p *reader) numbered() (int, bool) {
	start := p.at
	if p.eat("them both", "these both", "those both", "both of them", "both of these", "both of those", "both issues", "both tickets", "both bugs", "both tasks", "both") != "" {
		return 2, true
	}
	if p.eat("all", "these", "those", "the", "all of the", "all these", "all those") != "" {
		if n, ok := p.number(); ok && n > 1 {
			p.eat("of them", "of these", "of those", "ones", "issues", "tickets")
			return n, true
		}
	}
	p.at = start
	return 0, false
}

// exactly gives the n issues the words can mean: those the sentence named, or
// those last shown. How many a list of this sentence has is not known yet.
func (p *reader) exactly(n int, word string) ([]string, bool) {
	switch {
	case len(p.targets) == n:
		return p.targets, true
	case len(p.targets) == 0 && p.list > 0:
		return nil, false
	case len(p.targets) == 0 && len(p.thread.Issues) == n:
		return p.thread.Issues, true
	}
	return p.askIssue(word), true
}

// single is the one issue that "it" can mean; otherwise a question is noted.
func (p *reader) single(word string) []string {
	switch {
	case len(p.targets) == 1:
		return p.targets
	case len(p.targets) == 0 && p.list > 0:
		return []string{Selector{Step: p.list - 1, Pick: PickOnly}.String()}
	case len(p.targets) == 0 && len(p.thread.Issues) == 1:
		return p.thread.Issues
	}
	return p.askIssue(word)
}

func (p *reader) several(word string) []string {
	switch {
	case len(p.targets) > 0:
		return p.targets
	case p.list > 0:
		return []string{Selector{Step: p.list - 1, Pick: PickAll}.String()}
	case len(p.thread.Issues) > 0:
		return p.thread.Issues
	}
	return p.askIssue(word)
}

func (p *reader) askIssue(word string) []string {
	q := Question{Kind: AskIssue, Name: word}
	if answer, ok := p.thread.Answers[q.Key()]; ok {
		if ref, ok := issueRef(answer); ok {
			return []string{ref}
		}
	}
	candidates := p.targets
	if len(candidates) == 0 {
		candidates = p.thread.Issues
	}
	for _, ref := range candidates {
		if !isSelector(ref) {
			q.Candidates = append(q.Candidates, Candidate{Value: ref, Label: ref})
		}
	}
	p.ask(q)
	return []string{word}
}

// described reads issues by their properties: all open bugs in ENG, the oldest
// unassigned ticket, my urgent issues. It tries the longest description first,
// so that the rest can be read as the change.
func (p *reader) described(then func([]string) bool) bool {
	start := p.save()
	every := p.eat("all of the", "all the", "all of my", "all my", "all", "every", "each", "every single", "each of the", "every one of the", "the", "my", "every last", "that", "this")
	mine := strings.HasSuffix(every, "my")
	sel, picked := p.pick()
	whose := p.whose
	if every == "" && !picked && !p.peek(0).is("everything") {
		found, size := p.phrase(kindPerson)
		if len(found) == 0 || p.at+size >= p.hi || !p.toks[p.at+size].is("'s") {
			return false
		}
		body := p.save()
		who, _ := p.person() // there is one
		p.at++
		if sel, picked = p.pick(); picked { // Bob's oldest bug
			whose = who
		} else {
			p.out = body
		}
	}
	one := every == "the" || every == "that" || every == "this"
	if one && !picked && p.list > 0 {
		return false // the ones in review: of the list before
	}
	from, hi := p.at, p.hi
	if slices.ContainsFunc(p.toks[from:hi], func(t token) bool { return t.is("todos") || one && (t.is("ones") || t.is("one")) && !picked }) {
		return false // in Todo, or all there is to do? of which?
	}
	body := p.save()
	for to := min(hi, from+40); to > from; to-- {
		p.out = body
		f := &filters{input: map[string]any{}}
		if mine {
			f.input["assignee"] = "me"
		}
		if whose != "" && !f.set("assignee", whose) {
			return false
		}
		p.hi = to
		ok := p.describes(f) && p.at == to && f.noun && len(f.input) > 0
		p.hi = hi
		n, _ := f.input["first"].(int)
		few := f.superl && n > 1 && !f.singular && !picked                // the oldest three
		single := one && !picked && f.singular && f.input["query"] != nil // the bug about login
		if !ok || picked != f.singular && !single && !strings.HasPrefix(every, "e") || f.superl && !few || !f.finish() {
			continue
		}
		if _, not := f.input["not"]; not && len(f.input) == 1 {
			continue // all but my issues: nearly everything there is
		}
		if _, labeled := f.input["labels"]; labeled && len(f.input) == 1 && one && !picked {
			continue // the bugs: which ones?
		}
		if _, counted := f.input["first"]; counted && (picked || len(f.input) == 1 || few && len(f.input) == 2) {
			continue
		}
		sel.Step = p.addStep(Step{Tool: toolList, Input: f.input})
		switch {
		case single:
			sel.Pick = PickOnly
		case !picked:
			sel.Pick = PickAll
		}
		p.list = sel.Step + 1
		if then([]string{sel.String()}) {
			return true
		}
	}
	p.out = start
	return false
}

// describes reads filters, perhaps with words to search for, up to p.hi.
func (p *reader) describes(f *filters) bool {
	if !p.filters(f) {
		return false
	}
	if p.done() || p.eat(textCues...) == "" {
		return p.done()
	}
	from := p.at
	if t := p.peek(0); t.kind != tokenQuoted || p.at+1 != p.hi {
		for ; !p.done(); p.at++ {
			if t := p.peek(0); t.kind != tokenWord || p.at-from > 2 || turning[t.text] || clauseVerbs[t.text] || introduces[t.text] {
				return false
			}
		}
	}
	p.at = p.hi
	text := p.spoken(from, p.hi)
	return text != "" && len(text) <= maxQuery && f.set("query", text)
}

// turning words give what comes before them another sense.
var turning = wordSet(`if unless until till when once after before because since while but not or and except without instead to as so though although maybe perhaps never no`)

// teamOf is the team all targets belong to, as far as the words tell.
func (p *reader) teamOf(targets []string) string {
	team := ""
	for i, t := range targets {
		key := p.teamOfOne(t)
		if i > 0 && key != team {
			return ""
		}
		team = key
	}
	return team
}

func (p *reader) teamOfOne(target string) string {
	if target == createdTarget {
		team, _ := p.steps[p.created-1].Input["team"].(string) // may be left to the default
		return team
	}
	if sel, ok := ParseSelector(target); ok {
		team, _ := p.steps[sel.Step].Input["team"].(string) // several teams, or none named
		return team
	}
	key, _, _ := strings.Cut(target, "-")
	if team, ok := teamByKey(p.d, key); ok {
		return team.Key
	}
	return ""
}

// typedState is the name of the first state of a type for a target. Where the
// team is not known, all teams must call it the same.
func (p *reader) typedState(target string, types []string) (string, bool) {
	if team := p.teamOfOne(target); team != "" {
		return stateOfType(p.d, team+"-1", types...)
	}
	name := ""
	if p.d == nil {
		return "", false
	}
	for _, t := range p.d.Teams {
		s, ok := stateOfType(p.d, t.Key+"-1", types...)
		if !ok || name != "" && s != name {
			return "", false
		}
		name = s
	}
	return name, name != ""
}
