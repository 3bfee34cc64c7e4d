package assistant

import (
	"slices"
	"strings"
)

// People in words.

// person reads somebody: me, nobody, a mention, or a name of the directory. When
// two people have the name, a question is noted and the name is the value.
func (p *reader) person() (value string, ok bool) {
	if p.eat("me", "myself") != "" {
		return "me", true
	}
	if p.eat("nobody", "no one", "noone", "none", "no body", "unassigned", "anybody", "anyone") != "" {
		return "none", true
	}
	if t := p.peek(0); t.kind == tokenMention {
		p.at++
		return t.text, true
	}
	found, size := p.phrase(kindPerson)
	if size == 0 || len(found) == 0 {
		return "", false
	}
	name := strings.Join(strings.Fields(p.spoken(p.at, p.at+size)), " ")
	p.at += size
	return p.oneOf(name, found), true
}

// oneOf is the name itself when it means one person, the answer given before
// when it means several, and otherwise the name beside a question.
func (p *reader) oneOf(name string, found []named) string {
	name = strings.TrimPrefix(name, "@")
	if len(found) == 1 {
		return name
	}
	q := Question{Kind: AskPerson, Name: name}
	if answer, ok := p.thread.Answers[q.Key()]; ok {
		return answer
	}
	for _, f := range found {
		q.Candidates = append(q.Candidates, Candidate{Value: f.value, Label: f.label, Detail: f.value})
	}
	p.ask(q)
	return name
}

func (p *reader) ask(q Question) {
	if !slices.ContainsFunc(p.questions, func(o Question) bool { return o.Key() == q.Key() }) {
		p.questions = append(slices.Clip(p.questions), q)
	}
}

// people reads one person or several joined by or, and, commas.
func (p *reader) people() ([]string, bool) {
	p.eat("either", "both")
	first, ok := p.person()
	if !ok {
		return nil, false
	}
	names := []string{first}
	for {
		before := p.save()
		if p.eat("or", "and", ",", "&", "/", ", or", ", and") == "" {
			return names, true
		}
		next, ok := p.person()
		if !ok || p.peek(0).is("'s") {
			p.out = before
			return names, true
		}
		names = append(names, next)
	}
}
