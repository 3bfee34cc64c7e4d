package assistant

import (
	"slices"
	"strings"
)

// This file holds the filters about who did something and when.

var (
	createdWords   = wordSet(`created opened filed reported raised logged added submitted made wrote new posted`)
	updatedWords   = wordSet(`updated changed modified touched edited`)
	completedWords = wordSet(`completed finished closed done resolved shipped fixed delivered complete finish close ship fix resolve deliver`)
	createWords    = wordSet(`create open file report raise log add submit make write`)
	baseForms      = wordSet(`complete finish close ship fix resolve deliver`) // done only after did: Bob, close ENG-1
)

// subjectAtom: Bob is working on, Carol closed last week, I created, did Alice finish.
func (p *reader) subjectAtom(f *filters) bool {
	p.eat("that", "which")
	aux := p.eat("did", "does", "do", "has", "have", "is", "am", "are", "was", "were", "'s", "'m", "'ve")
	who := ""
	if p.eat("i") != "" {
		who = "me"
	} else if p.eat("we", "everyone", "everybody", "the team", "people", "anyone", "anybody") == "" { // no one in particular
		name, ok := p.person()
		if !ok && aux != "" && p.at < p.hi && p.capital(p.at) {
			name, ok = p.stranger() // what is Dave working on
		}
		if !ok || name == "none" {
			return false
		}
		who = name
	}
	has := p.peek(0).is("has") || p.peek(0).is("have") || p.peek(0).is("'ve")
	contracted := p.eat("is", "'s", "am", "'m", "are", "has", "have", "'ve", "was", "had", "been", "is currently", "'s currently", "am currently", "'m currently") != ""
	p.eat("been", "currently", "already", "recently", "ever")
	switch {
	case p.eat("got") != "":
		p.eat("on his plate", "on her plate", "on their plate", "on my plate", "to do", "left")
		return p.ofPerson(f, who)
	case p.eat("working on", "doing", "busy with", "work on", "working", "tackling", "up to") != "" && (aux != "" || contracted):
		return p.works(f, who)
	case p.eat("assigned to", "assigned", "responsible for", "own", "owns", "owned", "have on his plate", "have on her plate", "have on their plate", "have on my plate", "have to do", "have assigned", "have left") != "":
		return p.ofPerson(f, who)
	}
	t := p.peek(0)
	switch {
	case t.kind == tokenWord && completedWords[t.text] && (aux != "" || !baseForms[t.text]):
		p.at++
		return p.finished(f, who)
	case t.kind == tokenWord && (createdWords[t.text] || createWords[t.text] && aux != "") && t.text != "new" && (t.text != "open" || aux == "did"):
		p.at++
		if since, ok := p.past(); ok && !p.since(f, "createdAfter", since) {
			return false
		}
		return who == "" && f.input["createdAfter"] != nil || who != "" && f.setNames("creator", []string{who})
	case (t.is("do") || t.is("get") || t.is("accomplish")) && aux == "did":
		p.at++
		p.eat("done")
		return p.finished(f, who)
	case p.eat("have", "has") != "" || has || aux != "" && aux != "did" && contracted:
		p.eat("on his plate", "on her plate", "on their plate", "on our plate")
		return p.ofPerson(f, who)
	}
	return false
}

// ofPerson writes whose issues they are; nobody in particular is no filter.
func (p *reader) ofPerson(f *filters, who string) bool {
	return who == "" || f.setNames("assignee", []string{who})
}

func (p *reader) works(f *filters, who string) bool {
	if _, ok := f.input["state"]; !ok && !f.set("stateType", "started") {
		return false
	}
	p.eat("right now", "now", "currently", "at the moment", "today", "these days")
	return p.ofPerson(f, who)
}

// finished writes who completed what since when.
func (p *reader) finished(f *filters, who string) bool {
	since, ok := p.past()
	if !f.set("stateType", "completed") || ok && !p.since(f, "completedAfter", since) {
		return false
	}
	return p.ofPerson(f, who)
}

// happenedAtom: created by Bob, updated since yesterday, closed last week.
func (p *reader) happenedAtom(f *filters) bool {
	recently := p.eat("recently", "most recently", "lately", "latest", "just") != ""
	t := p.peek(0)
	if t.kind != tokenWord {
		return false
	}
	key := ""
	switch {
	case createdWords[t.text]:
		key = "createdAfter"
	case updatedWords[t.text]:
		key = "updatedAfter"
	case completedWords[t.text]:
		key = "completedAfter"
	default:
		return p.bareTime(f)
	}
	p.at++
	if recently {
		return p.recent(f, key)
	}
	if t.is("new") {
		f.fresh = true
		return true
	}
	who := ""
	since, dated := p.past()
	if p.eat("by") != "" {
		name, ok := p.person()
		if !ok || key == "updatedAfter" {
			return false
		}
		who = name
		if !dated {
			since, dated = p.past()
		}
	}
	return p.happened(f, key, who, since, dated)
}

func (p *reader) happened(f *filters, key, who, since string, dated bool) bool {
	if who == "" && !dated {
		if f.pending != "" || key == "completedAfter" {
			return false // closed, done: what they are, whenever it happened
		}
		f.pending = key // updated in ENG this week: when comes later
		return true
	}
	if dated && !p.since(f, key, since) {
		return false
	}
	switch {
	case key == "completedAfter":
		return f.set("stateType", "completed") && (who == "" || f.setNames("assignee", []string{who}))
	case who != "":
		return f.setNames("creator", []string{who})
	}
	return true
}

func (p *reader) recent(f *filters, key string) bool {
	p.eat("first")
	switch key {
	case "createdAfter":
		return f.set("sort", "newest")
	case "completedAfter":
		return f.set("stateType", "completed") && f.set("sort", "updated")
	}
	return f.set("sort", "updated")
}

// bareTime: "from last week" and "in the last 7 days" mean the day of creation,
// or the day of completion when the sentence is about finished work.
func (p *reader) bareTime(f *filters) bool {
	cued := slices.ContainsFunc([]string{"from", "since", "in", "within", "over", "during", "after"}, p.peek(0).is)
	since, ok := p.past()
	if !ok {
		return false
	}
	switch key := f.pending; {
	case key != "":
		f.pending = ""
		return p.since(f, key, since)
	case f.fresh:
		f.fresh = false
		return p.since(f, "createdAfter", since)
	case f.input["stateType"] == "closed":
		f.input["stateType"] = "completed"
		return p.since(f, "completedAfter", since)
	case f.input["stateType"] == "completed":
		return p.since(f, "completedAfter", since)
	}
	if _, ok := f.input["creator"]; !ok && (!f.noun || !cued) {
		return false
	}
	return p.since(f, "createdAfter", since)
}

// since writes when something happened at the earliest and, where the words said so,
// at the latest.
func (p *reader) since(f *filters, after, since string) bool {
	until := p.until
	p.until = ""
	return f.set(after, since) && (until == "" || f.set(strings.TrimSuffix(after, "After")+"Before", until))
}

// ageAtom: stale, not updated in 30 days, older than 2 weeks.
func (p *reader) ageAtom(f *filters) bool {
	if p.eat("stale", "inactive", "idle", "neglected", "forgotten", "dormant") != "" {
		if p.eat("for", "since") != "" {
			n, unit, ok := p.span()
			return ok && f.set("updatedBefore", ago(n, unit))
		}
		return f.set("updatedBefore", "-P30D")
	}
	if p.eat("not updated", "not been updated", "not been touched", "not touched", "not changed", "untouched", "no updates", "no activity", "without updates", "without activity", "without an update", "not had updates", "nobody touched", "nobody has touched", "no one touched", "no one has touched", "with no activity", "with no updates", "not moved", "not been modified") != "" {
		p.eat("in the last", "in the past", "in over", "for more than", "for over", "in more than", "for the last", "for the past", "in", "for", "since", "within the last", "for at least")
		if n, unit, ok := p.span(); ok {
			return f.set("updatedBefore", ago(n, unit))
		}
		if p.eat("last") != "" {
			n, unit, ok := p.span()
			return ok && f.set("updatedBefore", ago(n, unit))
		}
		day, ok := p.pastDay()
		return ok && f.set("updatedBefore", day.Format(isoDay))
	}
	key := "createdBefore"
	switch p.eat("older than", "more than", "over", "created before", "created more than", "from before", "newer than", "younger than", "less than", "opened before", "opened more than", "updated before", "last updated before", "last updated more than") {
	case "":
		return false
	case "newer than", "younger than", "less than":
		key = "createdAfter"
	case "updated before", "last updated before", "last updated more than":
		key = "updatedBefore"
	}
	if n, unit, ok := p.span(); ok {
		p.eat("old", "ago")
		return f.set(key, ago(n, unit))
	}
	day, ok := p.pastDay()
	return ok && f.set(key, day.Format(isoDay))
}
