package assistant

import "slices"

// Filters about how far the work is: states and classes of states.

// stateAtom: In Review, in the Todo state, status: Done, in progress or in review.
func (p *reader) stateAtom(f *filters) bool {
	cue := p.eat("with status", "with state", "with the status", "with the state", "whose status is", "whose state is", "where status is", "where the status is", "where state is", "status", "state", "status is", "state is", "status :", "state :", "status =", "state =", "in state", "in status", "in the state", "in the status", "marked as", "marked", "set to", "sitting in", "stuck in", "waiting in", "parked in", "that are waiting in")
	if cue != "" {
		p.eat("of", ":", "=", "is", "as")
	}
	first, ok := p.listedState(cue != "")
	if !ok {
		return false
	}
	// "done last week" is about when, not about the state.
	if cue == "" && p.at-1 >= 0 && len(first) > 0 && p.happenedNext(first) {
		return false
	}
	names := []string{first}
	for {
		before := p.at
		if p.eat("or", "and", ",", "/", ", or", ", and") == "" {
			break
		}
		next, ok := p.listedState(false)
		if !ok {
			p.at = before
			break
		}
		names = append(names, next)
	}
	return f.setNames("state", names)
}

// listedState reads one state of a filter with its preposition and noun.
func (p *reader) listedState(cued bool) (string, bool) {
	before := p.at
	read := func(cued bool) (string, bool) {
		at := p.at
		name, ok := p.state("")
		if !ok {
			return "", false
		}
		// "open issues" are all that are not done, also where a state is called Open.
		if word := p.toks[at].text; !cued && p.at == at+1 && (word == "open" || word == "closed") {
			p.at = at
			return "", false
		}
		p.eat("state", "status", "column", "stage")
		return name, true
	}
	if name, ok := read(cued); ok {
		return name, true
	}
	if p.eat("in the", "in", "at", "under", "on", "from", "the") != "" {
		if name, ok := read(!slices.Contains(issueNouns, p.peek(1).text)); ok && (!p.names.isPlace(p.toks[p.at-1].text) || cued) {
			return name, true
		}
		if name, ok := p.partOfState(""); ok && p.eat("state", "status", "column", "stage") != "" {
			return name, true
		}
	}
	p.at = before
	return "", false
}

// happenedNext reports whether the state just read ends work and a time follows.
func (p *reader) happenedNext(state string) bool {
	if _, ok := completedWords[fold(state)]; !ok {
		return false
	}
	before := p.save()
	defer func() { p.out = before }()
	_, ok := p.past()
	return ok || p.peek(0).is("by")
}

// classAtom: open, closed, completed, started, not yet done.
func (p *reader) classAtom(f *filters) bool {
	class := ""
	switch p.eat("open", "unresolved", "outstanding", "remaining", "incomplete", "unfinished", "pending", "uncompleted", "unclosed", "active", "still open", "left", "left to do", "still to do",
		"closed", "resolved", "completed", "finished", "done", "complete", "shipped", "fixed", "canceled", "cancelled", "unstarted", "started", "ongoing", "underway", "under way", "in flight", "wip", "being worked on", "in the works",
		"triage", "in triage", "untriaged", "backlog", "in backlog", "in the backlog", "backlogged") {
	case "":
		return false
	case "closed", "resolved":
		class = "closed"
	case "completed", "finished", "done", "complete", "shipped", "fixed":
		class = "completed"
	case "canceled", "cancelled":
		class = "canceled"
	case "unstarted":
		class = "unstarted"
	case "started", "ongoing", "underway", "under way", "in flight", "wip", "being worked on", "in the works":
		class = "started"
	case "triage", "in triage", "untriaged":
		class = "triage"
	case "backlog", "in backlog", "in the backlog", "backlogged":
		class = "backlog"
	default:
		class = "open"
	}
	if f.opposite {
		return false
	}
	return f.set("stateType", class)
}
