package assistant

import (
	"strconv"
	"strings"
	"time"
)

// Times in words: days, spans, and times that reach until now.

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
		if next := p.peek(n + 1); t.is(",") && n > 0 && len(next.text) == 4 && yearShape.MatchString(next.text) {
			continue // december 31st, 2026
		}
		if t.kind != tokenWord {
			break
		}
		word := t.text
		if k, ok := numberWords[word]; ok {
			word = strconv.Itoa(k)
		}
		text = strings.TrimPrefix(text+" "+word, " ")
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
	if each, unit, ok := parseSpan("1 " + t.text); ok && t.kind == tokenWord && len(t.text) > 2 {
		p.at++
		return n * each, unit, true
	}
	p.at = before
	return 0, 0, false
}

// past reads the start of a time that reaches until now: in the last 7 days,
// since monday, today, last week. The value is as the list tool takes it.
func (p *reader) past() (string, bool) {
	p.until = ""
	before := p.at
	if since, ok := p.between(); ok {
		return since, true
	}
	p.at = before
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
	on := p.eat("on") != ""
	at := p.at
	if day, ok := p.pastDay(); on && ok && !day.Equal(startOfDay(p.now)) { // on nov 3
		p.until = day.AddDate(0, 0, 1).Format(isoDay)
		return day.Format(isoDay), true
	}
	p.at = at
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

// between reads a time that has an end too: in october, between monday and friday,
// from nov 1 to nov 15. Its last day counts.
func (p *reader) between() (string, bool) {
	if p.eat("in", "during") != "" {
		month, ok := monthNamed(p.peek(0).text)
		if !ok || p.peek(0).kind != tokenWord {
			return "", false
		}
		p.at++
		first, _ := parsePastDay(strings.ToLower(month.String()), p.now) // the name of a month is one
		p.until = first.AddDate(0, 1, 0).Format(isoDay)
		return first.Format(isoDay), true
	}
	lead := p.eat("between", "from")
	if lead == "" {
		return "", false
	}
	first, ok := p.pastDay()
	if link := p.eat("and", "to", "until", "till", "through", "-"); !ok || link == "" || (lead == "between") != (link == "and") {
		return "", false
	}
	last, ok := p.pastDay()
	if !ok || last.Before(first) {
		return "", false
	}
	p.until = last.AddDate(0, 0, 1).Format(isoDay)
	return first.Format(isoDay), true
}
