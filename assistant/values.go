package assistant

import (
	"slices"
	"strconv"
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
