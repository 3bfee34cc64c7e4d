package assistant

import "strings"

// This file holds the filters about where an issue is: its team, project, cycle,
// labels and parent.

// cycleAtom: in the current cycle, this sprint, cycle 12.
func (p *reader) cycleAtom(f *filters) bool {
	if p.eat("not in a cycle", "not in any cycle", "without a cycle", "without cycle", "with no cycle") != "" {
		return f.set("cycle", "none")
	}
	p.eat("in", "for", "of", "from", "during", "on")
	name, ok := p.cycle()
	return ok && f.setNames("cycle", []string{name})
}

// placeAtom: in ENG, for the Design team, project Auth revamp, Auth revamp's.
func (p *reader) placeAtom(f *filters) bool {
	if p.eat("without a project", "without project", "with no project", "not in a project", "not in any project") != "" {
		return f.set("project", "none")
	}
	p.eat("in", "on", "from", "for", "of", "within", "inside", "under", "at", "across", "by", "belonging to", "belong to", "part of")
	p.eat("the", "our")
	cue := p.eat("team", "project", "project :", "team :", "project =", "team =", "project called", "project named")
	kinds := []nameKind{kindTeam, kindProject}
	switch {
	case cue == "":
	case cue[0] == 't':
		kinds = kinds[:1]
	default:
		kinds = kinds[1:]
	}
	key, names := "", []string{}
	for {
		k, name, ok := p.place(kinds)
		if !ok || key != "" && k != key {
			return false
		}
		key = k
		names = append(names, name)
		before := p.at
		if p.eat("and", "or", "and in", "or in") == "" {
			break
		}
		if k, _, ok := p.place(kinds); !ok || k != key {
			p.at = before
			break
		}
		p.at = before
		p.eat("and", "or", "and in", "or in")
	}
	return f.setNames(key, names)
}

// place reads one team or project with the noun after it; the longer name wins.
func (p *reader) place(kinds []nameKind) (key, name string, ok bool) {
	best, size := named{}, 0
	for _, kind := range kinds {
		if found, n := p.phrase(kind); n > size && len(found) > 0 {
			best, size = found[0], n
		}
	}
	if size == 0 {
		return "", "", false
	}
	p.at += size
	if best.kind == kindTeam {
		p.eat("team", "team 's", "'s", "squad")
		return "team", best.value, true
	}
	p.eat("project", "project 's", "'s")
	return "project", best.value, true
}

// labelAtom: labeled infra, bugs, with the bug label, bug reports, infra issues.
func (p *reader) labelAtom(f *filters) bool {
	if p.eat("labeled", "labelled", "labeled as", "labelled as", "tagged", "tagged with", "tagged as", "labeled with", "labelled with", "with label", "with labels", "with the label", "with the labels", "with tag", "with the tag", "label", "labels", "label :", "label =", "tag", "having the label", "that have the label") != "" {
		return p.listedLabels(f)
	}
	p.eat("with the", "with a", "with an", "with")
	first, plural, ok := p.label(true)
	if !ok {
		return false
	}
	names := []string{first}
	for plural {
		before := p.at
		if p.eat("and", "or", ",", "/", "&", ", and", ", or") == "" {
			break
		}
		or := p.toks[p.at-1].is("or")
		next, again, ok := p.label(true)
		_, noun := nouns[p.peek(0).text]
		if ends := or && (p.done() || introduces[p.peek(0).text]); !ok || !again && !noun && !ends {
			p.at = before
			break
		}
		names = append(names, next)
	}
	if !plural && p.eat("label", "tag", "labels", "tags", "labeled", "labelled", "tagged") != "" {
		return f.addLabels(names, false)
	}
	f.noun = true
	reports := p.eat("reports", "requests", "report", "request")
	_, noun := nouns[p.peek(0).text]
	f.singular = f.singular || !plural && !noun && !strings.HasSuffix(reports, "s")
	return f.addLabels(names, true)
}

// listedLabels reads the labels after a cue; "or" means any of them.
func (p *reader) listedLabels(f *filters) bool {
	p.eat("either", "both", "as", ":")
	names, anyOf := []string{}, false
	for {
		name, _, ok := p.label(false)
		if !ok {
			return false
		}
		names = append(names, name)
		before := p.at
		joint := p.eat("and", "or", ",", "&", "+", ", and", ", or")
		if joint == "" {
			break
		}
		if _, _, ok := p.label(false); !ok {
			p.at = before
			break
		}
		p.at = before
		p.eat(joint)
		anyOf = anyOf || joint == "or" || joint == ", or"
	}
	return f.addLabels(names, anyOf)
}

// parentAtom: sub-issues of ENG-10.
func (p *reader) parentAtom(f *filters) bool {
	if t := p.peek(0); t.kind == tokenIssue { // ENG-10's sub-issues
		if p.at++; p.eat("'s") == "" || p.eat(subIssues...) == "" {
			return false
		}
		f.noun = true
		return f.set("parent", t.text)
	}
	if p.eat("sub issues of", "subissues of", "sub issues under", "children of", "subtasks of", "sub tasks of", "child issues of", "under parent", "with parent", "subissues under", "subtasks under", "sub tasks under", "child issues under", "children under", "sub tickets of") == "" {
		return false
	}
	t := p.peek(0)
	if t.kind != tokenIssue {
		return false
	}
	p.at++
	f.noun = true
	return f.set("parent", t.text)
}

// isPlace reports whether a word is a team or a project too.
func (n *dictionary) isPlace(word string) bool {
	key, _ := squash(word)
	return len(n.find(key, kindTeam, kindProject)) > 0
}
