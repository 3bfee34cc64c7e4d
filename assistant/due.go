package assistant

import "time"

// Filters about the day an issue is due.

// dueAtom: overdue, due this week, due by friday, without a due date.
func (p *reader) dueAtom(f *filters) bool {
	if p.eat("overdue", "past due", "past their due date", "past its due date", "past the due date", "past their deadline", "past deadline", "late") != "" {
		if _, stated := f.input["state"]; !stated && f.input["stateType"] == nil {
			f.input["stateType"] = "open"
		}
		return f.set("dueBefore", p.now.Format(isoDay))
	}
	if p.eat("without due date", "without a due date", "with no due date", "no due date", "without due dates", "without a deadline", "with no deadline", "without deadline", "not due", "undated", "missing a due date") != "" {
		return f.set("dueDate", "none")
	}
	if p.eat("due date", "due", "with a deadline", "deadline", "deadline is", "due date is") == "" {
		return false
	}
	if p.eat("between", "from") != "" {
		from, ok := p.day()
		if !ok && p.eat("now") != "" {
			from, ok = startOfDay(p.now), true
		}
		if !ok || p.eat("and", "to", "until", "till", "through") == "" {
			return false
		}
		to, ok := p.day()
		return ok && to.After(from) && f.set("dueAfter", from.Format(isoDay)) && f.set("dueBefore", to.AddDate(0, 0, 1).Format(isoDay))
	}
	soon := func(day time.Time) bool { return f.set("dueBefore", day.Format(isoDay)) }
	switch {
	case p.eat("soon") != "":
		return soon(startOfDay(p.now).AddDate(0, 0, 8))
	case p.eat("this week", "by the end of the week", "by end of week", "before the end of the week", "until the end of the week", "by eow") != "":
		return soon(startOfWeek(p.now).AddDate(0, 0, 7))
	case p.eat("this month", "by the end of the month", "by end of month", "by eom") != "":
		return soon(startOfMonth(p.now).AddDate(0, 1, 0))
	case p.eat("next week") != "":
		return p.dueRange(f, startOfWeek(p.now).AddDate(0, 0, 7), 7)
	case p.eat("next month") != "":
		from := startOfMonth(p.now).AddDate(0, 1, 0)
		return p.dueRange(f, from, from.AddDate(0, 1, -1).Day())
	case p.eat("in the next", "within the next", "within", "over the next", "in the coming", "in") != "":
		if _, month := monthNamed(p.peek(0).text); month {
			return p.dueMonth(f, "")
		}
		n, unit, ok := p.span()
		return ok && soon(addSpan(startOfDay(p.now), n, unit).AddDate(0, 0, 1))
	}
	cue := p.eat("before", "by", "until", "no later than", "on or before", "on", "after", "<", ">")
	day, ok := p.day()
	if !ok {
		return p.dueMonth(f, cue)
	}
	switch cue {
	case "before", "<":
		return soon(day)
	case "by", "until", "no later than", "on or before":
		return soon(day.AddDate(0, 0, 1))
	case "after", ">":
		return f.set("dueAfter", day.AddDate(0, 0, 1).Format(isoDay))
	}
	return p.dueRange(f, day, 1)
}

func (p *reader) dueRange(f *filters, from time.Time, days int) bool {
	return f.set("dueAfter", from.Format(isoDay)) && f.set("dueBefore", from.AddDate(0, 0, days).Format(isoDay))
}

// dueMonth: due before december, due in january.
func (p *reader) dueMonth(f *filters, cue string) bool {
	p.eat("in", "the end of", "end of")
	ends := p.toks[p.at-1].is("of")
	month, ok := monthNamed(p.peek(0).text)
	if !ok {
		return false
	}
	p.at++
	first := time.Date(p.now.Year(), month, 1, 0, 0, 0, 0, p.now.Location())
	if first.AddDate(0, 1, 0).Before(p.now) {
		first = first.AddDate(1, 0, 0)
	}
	next := first.AddDate(0, 1, 0)
	switch {
	case cue == "before" && !ends, cue == "<":
		return f.set("dueBefore", first.Format(isoDay))
	case cue == "after" || cue == ">":
		return f.set("dueAfter", next.Format(isoDay))
	case cue == "by" || cue == "until" || ends:
		return f.set("dueBefore", next.Format(isoDay))
	}
	return f.set("dueAfter", first.Format(isoDay)) && f.set("dueBefore", next.Format(isoDay))
}
