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
	if refs, ok := p.issueList(); ok {
		return then(refs)
	}
	for _, read := range []func() ([]string, bool){p.pronoun, p.pickedFromThread} {
		p.out = start
		if targets, ok := read(); ok && then(targets) {
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

// issueList reads ENG-1, ENG-2 and ENG-3, each once.
func (p *reader) issueList() ([]string, bool) {
	var refs []string
	for {
		before := p.at
		if len(refs) > 0 {
			p.eat(",", "and", "&", "+", "/", ", and", "as well as", "plus", ";")
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

// pronoun reads it and them.
func (p *reader) pronoun() ([]string, bool) {
	start := p.at
	switch p.eat("it", "this", "that", "this one", "that one", "this issue", "that issue", "the issue", "this ticket", "that ticket", "the ticket", "this bug", "that bug", "this task", "that task", "the same issue",
		"them", "those", "these", "all of them", "all of these", "all of those", "them all", "these issues", "those issues", "these tickets", "those tickets", "both", "both of them", "each of them", "all these", "all those", "every one of them", "those ones", "these ones") {
	case "":
		return nil, false
	case "them", "those", "these", "all of them", "all of these", "all of those", "them all", "these issues", "those issues", "these tickets", "those tickets", "both", "both of them", "each of them", "all these", "all those", "every one of them", "those ones", "these ones":
		return p.several(p.spoken(start, p.at)), true
	}
	if t := p.peek(0); t.is("of") {
		return nil, false
	}
	return p.single(p.spoken(start, p.at)), true
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

// pick reads oldest, first, second, last, number 2.
func (p *reader) pick() (Selector, bool) {
	switch p.eat("oldest", "earliest", "newest", "latest", "most recent", "most recently created", "youngest", "last", "only", "very first", "very last", "top") {
	case "oldest", "earliest":
		return Selector{Pick: PickOldest}, true
	case "newest", "latest", "most recent", "most recently created", "youngest":
		return Selector{Pick: PickNewest}, true
	case "last", "very last":
		return Selector{Pick: PickLast}, true
	case "very first", "top":
		return Selector{Pick: PickFirst}, true
	case "only":
		return Selector{Pick: PickOnly}, true
	}
	t := p.peek(0)
	if n, ok := ordinals[t.text]; ok && t.kind == tokenWord {
		p.at++
		if n == 1 {
			return Selector{Pick: PickFirst}, true
		}
		return Selector{Pick: PickNth, N: n}, true
	}
	before := p.at
	if p.eat("number", "#", "no", "item", "nr") != "" {
		if n, ok := p.number(); ok && n > 0 {
			if n == 1 {
				return Selector{Pick: PickFirst}, true
			}
			return Selector{Pick: PickNth, N: n}, true
		}
	}
	p.at = before
	return Selector{}, false
}

// pickedFromThread reads "the oldest one" as one of the list before: the one in
// this sentence, or the one last shown.
func (p *reader) pickedFromThread() ([]string, bool) {
	start := p.at
	p.eat("the", "that", "this")
	sel, ok := p.pick()
	if !ok {
		return nil, false
	}
	p.eat("one", "issue", "ticket", "of them", "of those", "of these", "one of them", "one of those", "one of these", "issue of them", "bug", "task", "result", "item", "in the list", "one in the list", "on the list", "one on the list", "of the list", "entry", "row")
	word := p.spoken(start, p.at)
	if p.list > 0 {
		sel.Step = p.list - 1
		return []string{sel.String()}, true
	}
	shown := p.thread.Issues
	if len(p.targets) > 1 {
		shown = p.targets
	}
	switch i := sel.N - 1; {
	case len(shown) == 0:
	case sel.Pick == PickFirst:
		return shown[:1], true
	case sel.Pick == PickLast:
		return shown[len(shown)-1:], true
	case sel.Pick == PickNth && i < len(shown):
		return shown[i : i+1], true
	case sel.Pick != PickNth && len(shown) == 1:
		return shown, true
	}
	return p.askIssue(word), true
}

// described reads issues by their properties: all open bugs in ENG, the oldest
// unassigned ticket, my urgent issues. It tries the longest description first,
// so that the rest can be read as the change.
func (p *reader) described(then func([]string) bool) bool {
	start := p.save()
	every := p.eat("all of the", "all the", "all of my", "all my", "all", "every", "each", "every single", "each of the", "every one of the", "the", "my", "every last")
	mine := strings.HasSuffix(every, "my")
	sel, picked := p.pick()
	if every == "" && !picked && !p.peek(0).is("everything") {
		if found, size := p.phrase(kindPerson); len(found) == 0 || p.at+size >= p.hi || !p.toks[p.at+size].is("'s") {
			return false
		}
	}
	from, hi := p.at, p.hi
	body := p.save()
	for to := min(hi, from+40); to > from; to-- {
		p.out = body
		f := &filters{input: map[string]any{}}
		if mine {
			f.input["assignee"] = "me"
		}
		p.hi = to
		ok := p.filters(f) && p.at == to && f.noun && len(f.input) > 0
		p.hi = hi
		if !ok || picked != f.singular && !strings.HasPrefix(every, "e") || f.superl {
			continue
		}
		sel.Step = p.addStep(Step{Tool: toolList, Input: f.input})
		if !picked {
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
