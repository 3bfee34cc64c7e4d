package assistant

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// People in words.

// person reads somebody: me, nobody, a mention, or a name of the directory. When
// two people have the name, a question is noted and the name is the value.
func (p *reader) person() (value string, ok bool) {
	if p.eat("me", "myself") != "" {
		return "me", true
	}
	if p.eat("nobody", "no one", "noone", "none", "no body", "unassigned") != "" {
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
		p.eat("to", "for")
		next, ok := p.person()
		if !ok || p.peek(0).is("'s") {
			p.out = before
			return names, true
		}
		names = append(names, next)
	}
}

// stranger reads the name of somebody who is not in the workspace, written with a
// capital or at the end of the sentence. Who is meant is asked.
func (p *reader) stranger() (string, bool) {
	from := p.at
	for p.at < p.hi && p.at < from+2 && p.strangeAt(p.at) && (p.at == from || p.capital(p.at)) {
		p.at++
	}
	if p.at == from || !p.capital(from) && p.at != p.end && !p.peek(0).is("'s") {
		p.at = from
		return "", false
	}
	return p.askStranger(strings.TrimPrefix(p.spoken(from, p.at), "@")), true
}

// strangeAt reports whether token i can be the name of a stranger: a word that
// means nothing here.
func (p *reader) strangeAt(i int) bool {
	t := p.toks[i]
	if t.kind != tokenWord || len(t.text) < 3 || strings.ContainsFunc(t.text, unicode.IsDigit) {
		return false
	}
	_, noun := nouns[t.text]
	_, ordinal := ordinals[t.text]
	_, number := numberWords[t.text]
	_, day := weekday(t.text)
	_, month := monthNamed(t.text)
	if noun || ordinal || number || day || month || filler[t.text] || introduces[t.text] || clauseVerbs[t.text] || openingWords[t.text] || questionWords[t.text] || turning[t.text] || notNames[t.text] {
		return false
	}
	before := p.at
	defer func() { p.at = before }()
	p.at = i
	_, size := p.phrase(kindTeam, kindState, kindPerson, kindLabel, kindProject, kindCycle)
	_, _, plural := p.label(true)
	return size == 0 && !plural
}

// notNames are words that stand where a name could, and mean people without one.
var notNames = wordSet(`him her them you someone somebody anyone anybody everyone everybody else others another other people person team teams today yesterday tomorrow week month year sprint here there she they
design engineering myself yourself himself herself mine yours sorted ordered priority latest oldest newest recent`)

func (p *reader) capital(i int) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(p.src[p.toks[i].pos:], "@"))
	return unicode.IsUpper(r)
}

// askStranger asks who is meant by a name that nobody has. Near names are
// offered, never taken.
func (p *reader) askStranger(name string) string {
	q := Question{Kind: AskPerson, Name: name, Unknown: true}
	if answer, ok := p.thread.Answers[q.Key()]; ok {
		return answer
	}
	if p.d != nil {
		for _, u := range p.d.Users {
			first, _, _ := strings.Cut(u.Name, " ")
			if edits(fold(first), fold(name)) <= 2 || edits(fold(u.Name), fold(name)) <= 2 {
				q.Candidates = append(q.Candidates, Candidate{Value: cmp.Or(u.Email, u.Name), Label: u.Name, Detail: u.Email})
			}
		}
	}
	q.Candidates = q.Candidates[:min(len(q.Candidates), 3)]
	p.ask(q)
	return name
}
