package assistant

import "strings"

// update reads one clause that changes issues.
func (p *reader) update() bool {
	start := p.save()
	for _, form := range []func(*reader) bool{
		(*reader).closeForm, (*reader).parentForm, (*reader).assignForm, (*reader).takeForm, (*reader).unassignForm,
		(*reader).swapForm, (*reader).addForm, (*reader).tagForm, (*reader).removeForm, (*reader).estimateForm, (*reader).renameForm,
		(*reader).setForm, (*reader).setAttributeForm, (*reader).stateForm,
	} {
		p.out = start
		if form(p) && p.done() {
			return true
		}
	}
	p.out = start
	return false
}

// ending reads what may follow a complete change: for me, asap.
func (p *reader) ending() bool {
	p.eat("for me", "each", "right away", "immediately", "asap", "now", "at once", "as soon as possible", "for now", "too", "as well", "again")
	if !p.wish { // I need ENG-1 done today: that is when it is due
		p.eat("today")
	}
	return p.done() || p.reason()
}

// reason reads why a change is asked for, to the end of the clause: because it's
// fixed. Words that could be more of the request, or take it back, are none.
func (p *reader) reason() bool {
	if p.eat("because", "cause", "cuz", "bc", "since it", "as it", ", it 's", "- it 's", ", it was", "- it was", ", it is", "- it is", "- because", ", because") == "" || p.done() {
		return false
	}
	for i := p.at; i < p.hi; i++ {
		if t := p.toks[i]; t.kind == tokenIssue || t.kind == tokenMention || turning[t.text] || clauseVerbs[t.text] || t.is("all") || t.is("twice") || t.is("next") {
			return false
		}
	}
	p.at = p.hi
	return true
}

// reopened are the types of the state of an issue that is opened again, the first
// that its team has.
var reopened = []string{"unstarted", "backlog", "triage"}

var stateVerbs = []struct {
	words []string
	types []string
}{

	{[]string{"close", "close out", "close off", "finish", "finish off", "finish up", "complete", "resolve", "done", "finalize", "finalise", "closing", "finishing", "completing", "resolving", "wrap up", "mark done", "mark as done", "mark complete", "mark as complete", "mark completed", "mark as completed", "mark closed", "mark as closed", "mark as finished", "check off", "tick off"}, []string{"completed"}},
	{[]string{"cancel", "canceling", "cancelling", "abandon", "mark canceled", "mark as canceled", "mark cancelled", "mark as cancelled"}, []string{"canceled"}},
	{[]string{"reopen", "re open", "reopening", "unclose", "re opening"}, reopened},
	{[]string{"start", "start work on", "start working on", "begin", "begin work on", "begin working on", "kick off", "starting", "start on", "get started on", "mark as started", "mark started"}, []string{"started"}},
}

// closeForm: close ENG-1, reopen it, start working on ENG-12, cancel those.
func (p *reader) closeForm() bool {
	start := p.save()
	for _, v := range stateVerbs {
		p.out = start
		if p.eat(v.words...) == "" {
			continue
		}
		if p.takesBack(v.types) {
			return false
		}
		return p.eachTarget(func(targets []string) bool {
			c := &delta{set: map[string]any{}, types: v.types}
			p.eat("out", "off", "up", "down", "again")
			if p.eat("as", "with status", "with state") != "" {
				c = newDelta()
				if !p.stateValue(c, p.teamOf(targets)) {
					return false
				}
			}
			if !p.more(c, targets) || !p.ending() || !p.apply(targets, c) {
				return false
			}
			p.whole = len(c.set) == 0
			return true
		})
	}
	p.out = start
	if p.eat("open") != "" { // open ENG-12 again
		return p.eachTarget(func(targets []string) bool {
			return p.eat("again", "back up") != "" && p.done() && p.apply(targets, &delta{set: map[string]any{}, types: reopened})
		})
	}
	return false
}

// takesBack reports whether a clause after a change is "Cancel that.": said of what
// was just asked for, not of an issue.
func (p *reader) takesBack(types []string) bool {
	if types[0] != "canceled" || p.lo == 0 || len(p.steps) == 0 {
		return false
	}
	if p.matchAt(p.at, p.hi, "that") > 0 || p.matchAt(p.at, p.hi, "this") > 0 || p.matchAt(p.at, p.hi, "those") > 0 {
		return true
	}
	joint := p.toks[p.lo-1]
	return p.peek(0).kind != tokenIssue && Plan{Steps: p.steps}.Writes() && joint.kind == tokenSymbol && !joint.is("&") && !joint.is("+")
}

// estimateForm: estimate ENG-12 at 5 points, give it 3 points.
func (p *reader) estimateForm() bool {
	verb := p.eat("estimate", "point", "size", "score", "estimating", "give", "assign", "set", "put", "re estimate", "reestimate")
	if verb == "" {
		return false
	}
	own := strings.HasSuffix(verb, "estimate") || verb == "point" || verb == "size" || verb == "score" || verb == "estimating"
	after := p.save()
	if n, ok := p.pointsPhrase(own); ok && (p.eat("for", "on", "to") != "" || p.done() && len(p.targets) > 0) {
		if p.eachTarget(func(targets []string) bool {
			c := newDelta()
			return c.put("estimate", n) && p.ending() && p.apply(targets, c)
		}) {
			return true
		}
	}
	p.out = after
	return p.eachTarget(func(targets []string) bool {
		cue := p.eat("at", "as", "to", "to be", ":", "=", "with", "→", "to a", "as a", "at a", "an estimate of", "a size of", "estimate of", "the estimate", "an estimate :")
		n, ok := p.pointsPhrase(own || strings.Contains(cue, "estimate"))
		if !ok {
			return false
		}
		c := newDelta()
		return c.put("estimate", n) && p.more(c, targets) && p.ending() && p.apply(targets, c)
	})
}

// renameForm: rename ENG-12 to "T", retitle it: T.
func (p *reader) renameForm() bool {
	if p.eat("rename", "retitle", "re title", "title", "name", "call", "renaming", "re name", "retitling") == "" {
		return false
	}
	return p.eachTarget(func(targets []string) bool {
		colon := false
		switch p.eat("to", "as", ":", "→", "=", "into", "to :", "as :") {
		case ":", "to :", "as :":
			colon = true
		case "":
			if p.peek(0).kind != tokenQuoted {
				return false
			}
		}
		if t := p.peek(0); t.is("be") || t.is("something") || t.is("anything") || t.is("whatever") {
			return false // no title: how it should be
		}
		title, ok := p.opaque(colon)
		return ok && p.apply(targets, &delta{set: map[string]any{"title": title}})
	})
}
