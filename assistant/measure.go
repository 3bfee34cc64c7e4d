package assistant

import "slices"

// Filters about priority and size.

// priorityAtom: urgent, high or urgent, priority 2, high and above.
func (p *reader) priorityAtom(f *filters) bool {
	p.eat("with", "of", "at", "whose", "where", "marked", "marked as")
	p.eat("a", "the")
	least := p.eat("at least", "minimum", "min") != ""
	first, ok := p.priorityPhrase()
	if !ok && p.eat("p0") != "" { // in other trackers the most urgent
		first, ok = "1", true
	}
	if !ok {
		return false
	}
	digits := []string{first}
	for {
		before := p.at
		if p.eat("or", "and", ",", "/", ", or", ", and") == "" {
			break
		}
		if p.eat("above", "higher", "more", "up", "better", "greater") != "" {
			least = true
			break
		}
		next, ok := p.priorityPhrase()
		if !ok {
			p.at = before
			break
		}
		digits = append(digits, next)
	}
	if p.eat("+") != "" {
		least = true
	}
	if least {
		if len(digits) > 1 || first == "0" {
			return false
		}
		for d := byte('1'); d < first[0]; d++ {
			digits = append(digits, string(d))
		}
	}
	p.eat("priority", "prio", "priorities")
	slices.Sort(digits)
	return f.setNames("priority", slices.Compact(digits))
}

// estimateAtom: estimated at 3, 5 point, unestimated, more than 3 points.
func (p *reader) estimateAtom(f *filters) bool {
	if p.eat("unestimated", "not estimated", "without estimate", "without an estimate", "without estimates", "with no estimate", "no estimate", "missing an estimate", "missing estimate", "not been estimated", "nobody estimated", "nobody has estimated", "no one estimated", "no one has estimated", "without points") != "" {
		return f.set("estimate", "none")
	}
	cue := p.eat("estimated at", "estimated as", "estimated", "with estimate", "with an estimate", "with an estimate of", "with estimate of", "estimate", "estimate :", "estimate =", "estimate is", "sized", "worth", "with") != ""
	bare := cue && p.toks[p.at-1].text != "with"
	p.eat("of")
	op := ""
	switch p.eat("more than", "over", "greater than", "larger than", "bigger than", "above", ">", "less than", "under", "fewer than", "smaller than", "below", "<") {
	case "more than", "over", "greater than", "larger than", "bigger than", "above", ">":
		op = ">"
	case "less than", "under", "fewer than", "smaller than", "below", "<":
		op = "<"
	}
	points, ok := p.pointsPhrase(bare)
	if !ok {
		return false
	}
	return f.set("estimate", op+points)
}
