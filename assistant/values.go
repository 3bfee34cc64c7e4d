package assistant

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// This file reads the values words can name: people, priorities, points, days,
// spans of time, states. Each function consumes what it read and nothing when it
// reports false.

var numberWords = map[string]int{
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
	"eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30, "fifty": 50,
}

var ordinals = map[string]int{
	"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5,
	"sixth": 6, "6th": 6, "seventh": 7, "7th": 7, "eighth": 8, "8th": 8, "ninth": 9, "9th": 9, "tenth": 10, "10th": 10,
}

func (p *reader) number() (int, bool) {
	t := p.peek(0)
	if t.kind != tokenWord {
		return 0, false
	}
	n, ok := numberWords[t.text]
	if !ok {
		var err error
		n, err = strconv.Atoi(t.text)
		ok = err == nil && n >= 0 && n < 10_000
	}
	if ok {
		p.at++
	}
	return n, ok
}

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

var priorityNouns = []string{"priority", "prio", "pri", "priorities"}

// priorityWord reads urgent, high, P1 and so on, without the noun.
func (p *reader) priorityWord() (string, bool) {
	t := p.peek(0)
	if t.kind != tokenWord {
		return "", false
	}
	switch t.text {
	case "urgent", "critical":
		p.at++
		return "1", true
	case "high", "hi":
		if t.text == "hi" && !slices.Contains(priorityNouns, p.peek(1).text) {
			return "", false
		}
		p.at++
		return "2", true
	case "medium", "normal", "med", "low", "p1", "p2", "p3", "p4":
		p.at++
		return priority(t.text)
	}
	return "", false
}

// priorityPhrase reads a priority with or without its noun: high priority,
// priority: 2, prio high, P1, no priority.
func (p *reader) priorityPhrase() (string, bool) {
	before := p.at
	if p.eat("no priority", "without priority", "without a priority", "with no priority", "unprioritized", "unprioritised") != "" {
		return "0", true
	}
	if p.eat(priorityNouns...) != "" {
		p.eat("level")
		p.eat("is", "of", "to", "as", ":", "=", "→")
		if digit, ok := p.priorityValue(); ok {
			return digit, true
		}
		p.at = before
		return "", false
	}
	digit, ok := p.priorityWord()
	if ok {
		p.eat(priorityNouns...)
	}
	return digit, ok
}

// priorityValue reads what may stand after "priority": a word, 0 to 4, none.
func (p *reader) priorityValue() (string, bool) {
	if digit, ok := p.priorityWord(); ok {
		p.eat(priorityNouns...)
		return digit, true
	}
	if p.eat("none", "no priority", "nothing") != "" {
		return "0", true
	}
	if t := p.peek(0); t.kind == tokenWord && len(t.text) == 1 && t.text >= "0" && t.text <= "4" {
		p.at++
		return t.text, true
	}
	return "", false
}

var pointNouns = []string{"points", "point", "pts", "pt", "story points", "story point", "pointer"}

// pointsPhrase reads "5 points"; with bare, "5" alone.
func (p *reader) pointsPhrase(bare bool) (string, bool) {
	before := p.at
	n, ok := p.number()
	if !ok || n > 64 {
		p.at = before
		return "", false
	}
	if p.eat(pointNouns...) == "" && !bare {
		p.at = before
		return "", false
	}
	return strconv.Itoa(n), true
}

// day reads a calendar day: friday, next monday, in 3 days, december 1, 2026-12-01.
func (p *reader) day() (time.Time, bool) { return p.dayBy(parseDay) }

// pastDay reads a day that has been: friday is the last one.
func (p *reader) pastDay() (time.Time, bool) { return p.dayBy(parsePastDay) }

func (p *reader) dayBy(parse func(string, time.Time) (time.Time, bool)) (time.Time, bool) {
	p.eat("the")
	var found time.Time
	size := 0
	text := ""
	for n := 0; n < 6 && p.at+n < p.hi; n++ {
		t := p.toks[p.at+n]
		if t.kind != tokenWord {
			break
		}
		text = strings.TrimPrefix(text+" "+t.text, " ")
		if day, ok := parse(text, p.now); ok {
			found, size = day, n+1
		}
	}
	p.at += size
	return found, size > 0
}

// span reads 7 days, a week, 24h, fortnight; one of the unit when no number is there.
func (p *reader) span() (n int, unit byte, ok bool) {
	before := p.at
	n = 1
	if p.eat("couple of", "couple") != "" {
		n = 2
	} else if k, ok := p.number(); ok {
		n = k
	} else {
		p.eat("a", "an")
	}
	t := p.peek(0)
	if t.kind == tokenWord && p.at == before {
		if n, unit, ok := parseSpan(t.text); ok {
			p.at++
			return n, unit, true
		}
	}
	if t.is("fortnight") {
		p.at++
		return 2 * n, 'W', true
	}
	if _, unit, ok := parseSpan("1 " + t.text); ok && t.kind == tokenWord && len(t.text) > 2 {
		p.at++
		return n, unit, true
	}
	p.at = before
	return 0, 0, false
}

// past reads the start of a time that reaches until now: in the last 7 days,
// since monday, today, last week. The value is as the list tool takes it.
func (p *reader) past() (string, bool) {
	before := p.at
	p.eat("in", "within", "over", "during", "for", "from", "within the", "in the", "over the", "during the", "for the", "from the", "the")
	if p.eat("last", "past", "previous", "prior") != "" {
		if n, unit, ok := p.span(); ok {
			return ago(n, unit), true
		}
	}
	p.at = before
	if p.eat("since", "after", "from", "as of", "starting") != "" {
		p.eat("last", "the last")
		if n, unit, ok := p.span(); ok {
			p.eat("ago")
			return ago(n, unit), true
		}
		if p.eat("yesterday") != "" {
			return "-P1D", true
		}
		if day, ok := p.pastDay(); ok {
			return day.Format(isoDay), true
		}
		p.at = before
		return "", false
	}
	p.eat("on")
	switch p.eat("today", "yesterday", "this week", "this month", "this morning") {
	case "today", "this morning":
		return startOfDay(p.now).Format(isoDay), true
	case "yesterday":
		return "-P1D", true
	case "this week":
		return startOfWeek(p.now).Format(isoDay), true
	case "this month":
		return startOfMonth(p.now).Format(isoDay), true
	}
	p.at = before
	return "", false
}

// state reads the name of a state, of the team when one is known.
func (p *reader) state(team string) (string, bool) {
	found, size := p.phrase(kindState)
	if size == 0 {
		return "", false
	}
	if team != "" {
		found = slices.DeleteFunc(slices.Clone(found), func(n named) bool { return n.team != team })
	}
	if len(found) == 0 {
		return "", false
	}
	p.at += size
	return found[0].value, true
}

// partOfState reads one word that stands in exactly one state: review for In Review.
func (p *reader) partOfState(team string) (string, bool) {
	t := p.peek(0)
	if t.kind != tokenWord || len(t.text) < 4 || p.d == nil {
		return "", false
	}
	var hits []string
	for _, tm := range p.d.Teams {
		if team != "" && tm.Key != team {
			continue
		}
		for _, s := range tm.States {
			if slices.Contains(strings.Fields(strings.ToLower(s.Name)), t.text) && !slices.Contains(hits, s.Name) {
				hits = append(hits, s.Name)
			}
		}
	}
	if len(hits) != 1 {
		return "", false
	}
	p.at++
	return hits[0], true
}

// name reads a name of one kind and gives it as a plan spells it.
func (p *reader) name(kind nameKind) (string, bool) {
	found, size := p.phrase(kind)
	if size == 0 || len(found) == 0 {
		return "", false
	}
	p.at += size
	return found[0].value, true
}

// label reads a label; with plural, "bugs" means the label bug.
func (p *reader) label(plural bool) (name string, wasPlural, ok bool) {
	if name, ok := p.name(kindLabel); ok {
		return name, false, true
	}
	t := p.peek(0)
	singular, ok := strings.CutSuffix(t.text, "s")
	if !plural || !ok || t.kind != tokenWord {
		return "", false, false
	}
	key, _ := squash(singular)
	if found := p.names.find(key, kindLabel); len(found) > 0 {
		p.at++
		return found[0].value, true, true
	}
	return "", false, false
}

// labels reads one label or several: infra, bug and "tech debt".
func (p *reader) labels() ([]string, bool) {
	first, _, ok := p.label(false)
	if !ok {
		return nil, false
	}
	names := []string{first}
	for {
		before := p.at
		if p.eat("and", ",", "&", "+", ", and", "and the", "as well as") == "" {
			return names, true
		}
		next, _, ok := p.label(false)
		if !ok {
			p.at = before
			return names, true
		}
		names = append(names, next)
	}
}

// cycle reads the current cycle, next sprint, cycle 12 or the name of one.
func (p *reader) cycle() (string, bool) {
	before := p.at
	p.eat("the", "our")
	which := p.eat("current", "this", "active", "ongoing", "next", "upcoming", "coming", "last", "previous")
	if p.eat("cycle", "sprint", "iteration") != "" {
		switch which {
		case "current", "this", "active", "ongoing":
			return "current", true
		case "next", "upcoming", "coming":
			return "next", true
		case "last", "previous":
			return "previous", true
		}
		p.eat("number", "no", "#", ":", "=", "to", "is")
		if n, ok := p.number(); ok {
			return strconv.Itoa(n), true
		}
	}
	if which == "" {
		if name, ok := p.name(kindCycle); ok {
			return name, true
		}
	}
	p.at = before
	return "", false
}
