package assistant

// What is to be told later: let me know when ENG-1 is closed, remind me tomorrow.
// Sentences are answered at once or not at all.

var (
	tellCues  = []string{"let me know", "tell me", "inform me", "let us know", "tell us", "give me a heads up", "give me a shout"}
	alertCues = []string{"notify me", "ping me", "alert me", "message me", "dm me", "warn me", "notify us", "ping us", "alert us", "send me a message", "send me a dm", "poke me", "nudge me", "keep me posted", "keep me updated", "keep me informed", "keep us posted"}
	watchCues = []string{"watch", "follow", "monitor", "keep an eye on", "subscribe me to", "subscribe to", "keep track of"}
	laterCues = []string{"when", "once", "as soon as", "whenever", "the moment", "every time", "after"}
	oftenCues = []string{"if", "about", "of", "on", "for", "with", "tomorrow", "in", "at"}
)

// watches reports whether the sentence asks to be told of something later.
func (p *reader) watches() bool {
	before := p.save()
	defer func() { p.out = before }()
	p.hi = p.end
	for i := range p.opening(0) + 1 {
		p.at = i
		switch {
		case p.eat(alertCues...) != "":
			return p.done() || p.eat(laterCues...) != "" || p.eat(oftenCues...) != ""
		case p.eat(tellCues...) != "":
			return p.eat(laterCues...) != "" && !p.dated()
		case p.eat("remind me", "remind us", "set a reminder", "set me a reminder", "set up a reminder", "create a reminder", "add a reminder") != "":
			return p.done() || p.eat("to", "about", "for", "on", "in", "at", "tomorrow", "today", "next", "every", "when", "once", "if", "later", "again", "by") != ""
		case p.eat(watchCues...) != "":
			p.eat(issueNouns...)
			return p.peek(0).kind == tokenIssue && p.at+1 == p.hi
		}
	}
	return false
}

// dated reports whether the rest of the sentence asks for a day of an issue: when
// ENG-1 is due, when it was closed.
func (p *reader) dated() bool {
	for _, t := range p.toks[p.at:p.hi] {
		if t.is("was") || t.is("were") || t.is("did") || t.is("due") || t.is("will") || t.is("has") || t.is("had") {
			return true
		}
	}
	return false
}
