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
	if ref, ok := p.oneOfTeam(); ok {
		return ref, true
	}
	if next := p.peek(1); p.peek(0).is("all") && (next.is("to") || next.is("→")) && len(p.thread.Issues) > 0 {
		p.at++ // all to Bob
		return p.several("all"), true
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

// oneOfTeam reads "the design one": the one issue last shown that is of that team.
func (p *reader) oneOfTeam() ([]string, bool) {
	start := p.at
	p.eat("the", "that", "this")
	team, ok := p.name(kindTeam)
	if !ok || p.eat("one", "issue", "ticket") == "" || p.list > 0 {
		p.at = start
		return nil, false
	}
	var refs []string
	for _, ref := range p.thread.Issues {
		if p.teamOfOne(ref) == team {
			refs = append(refs, ref)
		}
	}
	if len(refs) == 1 {
		return refs, true
	}
	return p.askIssue(p.spoken(start, p.at)), true
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
