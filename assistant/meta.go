package assistant

import "strings"

// What is in the workspace: teams, states, labels, projects, members, cycles;
// and sentences that ask for nothing in Linear.

var metaNouns = []struct {
	words     []string
	all, team string // documents, without and with a team
}{
	{[]string{"teams", "team"}, docTeams, ""},
	{[]string{"states", "statuses", "workflow states", "workflow", "workflow statuses", "columns", "status", "state", "stages", "issue states", "issue statuses"}, docStates, docTeamStates},
	{[]string{"labels", "tags", "label", "issue labels"}, docLabels, docTeamLabels},
	{[]string{"projects", "project"}, docProjects, docTeamProjects},
	{[]string{"members", "people", "users", "teammates", "team members", "everyone", "everybody", "member", "persons", "folks", "colleagues", "user"}, docUsers, docTeamMembers},
	{[]string{"cycles", "sprints", "iterations"}, docCycles, docTeamCycles},
}

// meta reads "list teams", "what states does ENG have", "who is in Design", "who am I".
func (p *reader) meta() bool {
	if p.eat("who am i", "whoami", "what is my name", "who is me", "what is my linear account", "what 's my linear account", "which account am i using") != "" {
		return p.done() && p.addMeta(docViewer, "")
	}
	if p.eat("who is", "who 's", "who are", "who works") != "" {
		team, ok := p.ofTeam()
		return ok && team != "" && p.done() && p.addMeta(docTeamMembers, team)
	}
	asked := p.eat(listVerbs...) != "" || p.eat(countVerbs...) != ""
	p.eat("the", "all", "all the", "all of the", "a list of", "me", "list of", "our", "my", "what", "which", "existing", "available", "possible", "are the", "are", "every", "is the", "all our", "the available", "all available", "the list of", "me the", "me all", "us", "different", "the names of the")
	team, before := "", p.at
	if found, size := p.phrase(kindTeam); size > 0 {
		p.at += size
		p.eat("team", "'s", "team 's")
		team = found[0].value
	}
	for _, n := range metaNouns {
		if p.eat(n.words...) == "" {
			continue
		}
		return p.metaEnding(n.all, n.team, team, asked)
	}
	p.at = before
	return false
}

func (p *reader) metaEnding(all, byTeam, team string, asked bool) bool {
	p.eat("does", "do", "are there", "exist", "are available", "are in", "is in", "are", "can i use", "have", "belong to", "that")
	if of, ok := p.ofTeam(); ok && of != "" {
		if team != "" {
			return false
		}
		team = of
	}
	p.eat("have", "has", "there are", "are there", "do we have", "we have", "exist", "available", "do i have", "i have", "there", "use", "in linear", "in the workspace", "in our workspace", "in this workspace", "is there", "can i use", "are available", "am i in", "am i on", "do i belong to", "we 've got", "in total", "in use", "defined")
	p.eat("in linear", "in the workspace", "available", "there")
	if !p.done() || !asked && team == "" {
		return false
	}
	if team != "" && byTeam == "" {
		return false
	}
	return p.addMeta(pickDocument(all, byTeam, team), team)
}

func pickDocument(all, byTeam, team string) string {
	if team == "" {
		return all
	}
	return byTeam
}

// ofTeam reads "of ENG", "in the Design team"; nothing is fine too.
func (p *reader) ofTeam() (string, bool) {
	p.eat("of", "in", "on", "for", "from", "at", "within")
	p.eat("the")
	p.eat("team")
	team, ok := p.name(kindTeam)
	p.eat("team")
	return team, ok
}

func (p *reader) addMeta(document, team string) bool {
	var variables map[string]any
	if team != "" {
		variables = map[string]any{"team": team}
	}
	p.addStep(queryStep(document, variables))
	p.targets, p.list = nil, 0
	return true
}

// deleting words begin what is never done on a sentence's word.
var deleting = wordSet(`delete deleting archive archiving trash trashing destroy purge wipe erase nuke unarchive obliterate bin`)

// refused reports whether the sentence, at the start or after "and", asks to
// delete or archive issues. Taking a label or a date off an issue is a change.
func (p *reader) refused() (Refusal, bool) {
	for _, i := range p.clauseStarts() {
		switch t := p.toks[i]; {
		case t.kind == tokenWord && deleting[t.text],
			p.matchAt(i, p.end, "get rid of") > 0, p.matchAt(i, p.end, "throw away") > 0:
		case t.is("remove") && i+1 < p.end && p.removesIssue(i+1):
		default:
			continue
		}
		if i != p.opening(0) {
			if p.namesIssues(i + 1) {
				return RefuseDelete, true
			}
			continue
		}
		before := p.save()
		read := p.clauses(0, 0, false)
		p.out = before
		return RefuseDelete, !read
	}
	return "", false
}

// clauseStarts are the tokens at which a clause may begin, as far as text that
// is surely opaque.
func (p *reader) clauseStarts() []int {
	starts := []int{p.opening(0)}
	for i := 1; i < p.end && i < 200; i++ {
		if p.toks[i].is(":") {
			break
		}
		if separates(p.toks[i-1]) && !separates(p.toks[i]) {
			starts = append(starts, p.opening(i))
		}
	}
	for len(starts) > 0 && starts[len(starts)-1] >= p.end {
		starts = starts[:len(starts)-1]
	}
	return starts
}

// removesIssue reports whether "remove" is followed by issues and nothing they
// are removed from.
func (p *reader) removesIssue(i int) bool {
	if !p.namesIssues(i) {
		return false
	}
	for _, t := range p.toks[i:p.end] {
		if t.is("from") || t.is("'s") {
			return false
		}
	}
	return true
}

func (p *reader) namesIssues(i int) bool {
	for ; i < p.end; i++ {
		t := p.toks[i]
		_, noun := nouns[t.text]
		switch {
		case t.kind == tokenIssue, noun && t.kind == tokenWord:
			return true
		case t.is("it"), t.is("this"), t.is("that"), t.is("them"), t.is("all"), t.is("every"), t.is("everything"), t.is("these"), t.is("those"), t.is("each"):
			return true
		case t.is("the"), t.is("my"), t.is("our"), t.is("oldest"), t.is("newest"), t.is("first"), t.is("last"):
		default:
			return false
		}
	}
	return false
}

// smallTalk recognises a sentence that is about nothing in Linear as a whole.
func smallTalk(src string, toks []token) (Talk, bool) {
	words := ""
	for _, t := range toks {
		switch t.kind {
		case tokenWord:
			words += " " + t.text
		case tokenSymbol, tokenMention:
		default:
			return "", false
		}
		if len(words) > 120 {
			return "", false
		}
	}
	if words == "" {
		if thanks := strings.HasPrefix(fold(src), "th"); thanks {
			return TalkThanks, true
		}
		return TalkGreeting, len(toks) == 0
	}
	for _, kind := range talks {
		for _, phrase := range kind.phrases {
			if words[1:] == phrase {
				return kind.talk, true
			}
		}
	}
	return chatter(words[1:])
}
