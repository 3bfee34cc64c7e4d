package assistant

import "slices"

// Showing one issue, or a few: by name, by address, or by a question about them.

var showVerbs = []string{
	"show me", "show us", "show", "open up", "open", "view", "display", "get me", "get", "give me", "fetch", "pull up", "bring up", "look at", "look up", "see", "find", "find me", "read", "check", "check on", "describe", "summarize", "summarise",
	"tell me", "tell me about", "tell me more about", "what is", "what 's", "what about", "how about", "what are", "how is", "how 's", "details of", "details on", "details for", "details about", "info on", "info about", "information on", "status of", "go to", "lookup", "inspect", "explain", "print", "search for", "search",
	"let me see", "what happened to", "what 's up with", "what is up with", "what 's happening with", "what is happening with", "what 's going on with", "what is going on with", "more on", "take me to", "load", "preview", "show details of",
}

// aspects are what people ask for of an issue: the due date on ENG-1.
var (
	aspects       = []string{"status", "state", "current status", "current state", "details", "full details", "description", "title", "priority", "assignee", "owner", "due date", "deadline", "estimate", "labels", "link", "info", "information", "more", "summary", "latest", "progress", "project", "creator", "cycle", "parent", "everything", "all"}
	aspectJoiners = []string{"of", "on", "for", "about", "to", "from"}
)

// aspect reads what is asked for and what joins it to its issue.
func (p *reader) aspect() {
	before := p.at
	p.eat("the", "a")
	if p.eat(aspects...) == "" || p.eat(aspectJoiners...) == "" {
		p.at = before
	}
}

// show reads "show ENG-12", a bare identifier or address, and questions like
// "who is working on ENG-12". Questions never change anything.
func (p *reader) show() bool {
	if p.fragment && p.at > 0 && len(p.steps) > 0 && p.steps[len(p.steps)-1].Tool == toolUpdate && p.peek(0).kind == tokenIssue {
		return false
	}
	comments := false
	if next := p.peek(2); p.matchAt(p.at, p.hi, "tell me") > 0 && (next.is("when") || next.is("who") || next.is("why") || next.is("where")) {
		p.at += 2
	}
	switch {
	case p.eat("who", "when", "why", "where", "is", "are", "was", "did", "does", "has", "have") != "":
		if p.toks[p.at-1].is("have") && !p.asksBack() && p.eat("we", "you", "they", "i") == "" {
			return false // have Bob close it
		}
		return p.questionAbout()
	case p.asksAbout():
		return true
	default:
		if verb := p.eat(showVerbs...); verb != "" {
			p.eat("me", "us")
			if t := p.peek(0); t.kind == tokenIssue && slices.Contains(searchVerbs, verb) && p.teamOfOne(t.text) == "" {
				return false // find UTF-8
			}
		} else if len(p.steps) > 0 || p.hi != p.end {
			return false // an issue by itself is a whole sentence
		}
		p.aspect()
		comments = p.eat("the comments on", "comments on", "the comments for", "comments for", "the comments of", "comments of", "all comments on", "the discussion on", "the conversation on") != ""
	}
	refs, ok := p.shownIssues()
	if !ok {
		return false
	}
	if p.eat("'s") != "" {
		if p.eat("comments", "discussion") != "" {
			comments = true
		} else if p.eat("status", "state", "details", "description", "title", "priority", "assignee", "owner", "due date", "estimate", "labels", "link", "progress", "project", "deadline", "info", "current status", "current state") == "" {
			return false
		}
	}
	if p.asksBack() && p.eat("is", "are", "was", "has", "should", "will", "now") != "" {
		for !p.done() && p.questionWord() {
		}
	}
	p.eat("about", "details", "again", "now", "to me", "in detail", "status", "doing", "like", "on", "in linear", "up", "for me", "in full")
	if !p.done() {
		return false
	}
	p.showAll(refs, comments)
	return true
}

// shownIssues reads one to five issues, or it.
func (p *reader) shownIssues() ([]string, bool) {
	p.eat("the issue", "the ticket", "issue", "ticket", "issues", "tickets", "the issues", "the tickets", "task", "the task", "bug", "the bug", "issue number", "#", "card", "story")
	refs, ok := p.issueList()
	if ok {
		return refs, len(refs) <= maxShown
	}
	t, ok := p.pronoun()
	if !ok {
		t, ok = p.pickedFromThread()
	}
	if !ok || len(t) != 1 || isSelector(t[0]) {
		return nil, false
	}
	return t, true
}

// questionAbout reads what follows who, when, is, did: exactly one issue is named
// and the rest are words such questions are made of.
func (p *reader) questionAbout() bool {
	if p.hi != p.end {
		return false // when ENG-1 is done, …
	}
	ref, it := "", false
	for ; !p.done(); p.at++ {
		if t := p.peek(0); t.kind == tokenIssue && ref == "" {
			ref = t.text
			continue
		}
		it = it || p.peek(0).is("it")
		if !p.questionWord() {
			return false
		}
		p.at--
	}
	if ref == "" && it && len(p.thread.Issues) == 1 {
		ref = p.thread.Issues[0]
	}
	if ref == "" {
		return false
	}
	p.showAll([]string{ref}, false)
	return true
}

// asksAbout reads what priority is ENG-7, which state is ENG-7 in, how is it going.
func (p *reader) asksAbout() bool {
	before := p.save()
	if p.eat("what", "which", "how") != "" && p.questionAbout() {
		return true
	}
	p.out = before
	return false
}

// questionWord reads a word that questions about an issue are made of.
func (p *reader) questionWord() bool {
	if _, size := p.phrase(kindPerson, kindState); size > 0 {
		p.at += size
		return true
	}
	if t := p.peek(0); t.kind == tokenWord && questionWords[t.text] {
		p.at++
		return true
	}
	return false
}

var questionWords = wordSet(`is are was were did does do has have had been the a an to of on for in at by it who what when why where which how much many long be being get got
working assigned owns owner own responsible due done finished closed open opened created creator made reported filed blocked still yet already issue ticket task status state priority assignee estimate
finish close complete start open create fix resolve take update assign ship 's stand standing at anyone someone anybody not urgent high low completed canceled cancelled started progress review fixed resolved updated last changed labels label going doing coming along moved move cancel reopened sub subissue child parent project cycle team points sprint`)

func (p *reader) showAll(refs []string, comments bool) {
	for _, ref := range refs {
		step := showStep(ref)
		if comments {
			step = queryStep(docIssueComments, map[string]any{"id": ref})
		}
		p.addStep(step)
	}
	p.targets = refs
	p.list = 0
}
