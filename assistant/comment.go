package assistant

import (
	"slices"
	"strings"
)

// A comment: "comment on ENG-12: text", "tell ENG-12 that text". The text is
// opaque: whatever it says is said, not done.

var commentVerbs = []string{
	"comment on", "comment to", "comment in", "comment under", "comment", "add a comment to", "add a comment on", "add comment to", "add comment on", "add a comment in", "add a comment for", "leave a comment on", "leave comment on", "leave a comment in", "leave a comment for",
	"post a comment on", "post a comment to", "post comment on", "post comment to", "post on", "post to", "write a comment on", "write a comment to", "write a comment in", "write on", "make a comment on", "put a comment on", "drop a comment on", "add a note to", "add a note on", "add note to", "leave a note on", "leave a note for", "note on", "reply to", "reply on", "respond to",
	"add the comment to", "write a note on", "put a note on", "drop a note on", "comment for", "send a comment to", "submit a comment on", "add a remark to", "add a comment", "leave a comment", "post a comment", "write a comment", "add a note", "leave a note",
}

// withComment is how many tokens from i on say that a change comes with a comment:
// close ENG-1 with the comment "shipped".
func (p *reader) withComment(i int) int {
	for _, phrase := range []string{"with comment", "with a comment", "with the comment", "with the note", "with a note", "with note", "with this comment", "with the following comment", "commenting", "and commenting"} {
		if n := p.matchAt(i, p.end, phrase); n > 0 {
			return n
		}
	}
	return 0
}

// commentWith: … with a comment: text. It is about what was changed before it.
func (p *reader) commentWith() bool {
	n := p.withComment(p.at)
	if n == 0 || len(p.targets) == 0 || !(Plan{Steps: p.steps}).Writes() {
		return false
	}
	p.at += n
	p.eat(":", "saying :", "saying that", "saying", "that says", "that")
	return p.addComments(p.targets, p.commentBody)
}

// comment reads every form; target and text come in either order.
func (p *reader) comment() bool {
	start := p.save()
	for _, form := range []func(*reader) bool{(*reader).commentWith, (*reader).commentOn, (*reader).commentQuoted, (*reader).tell} {
		p.out = start
		if form(p) {
			return true
		}
	}
	p.out = start
	return false
}

// commentOn: comment on ENG-12: text; add a comment to it saying "text".
func (p *reader) commentOn() bool {
	if p.eat(commentVerbs...) == "" {
		return false
	}
	targets, ok := p.commentTargets()
	if !ok && len(p.thread.Issues) == 1 && p.list == 0 && (p.peek(0).is(":") || p.peek(0).kind == tokenQuoted) {
		targets, ok = p.thread.Issues, true // add a comment: text, on what was last shown
	}
	if !ok {
		return false
	}
	cue := p.eat(":", "-", ",", "→", "that says :", "that says", "saying that", "saying :", "saying", "stating that", "stating", "to say that", "to say", "with the text :", "with the text", "with text", "with", "which says", "reading", "that reads", "that", "with the comment", "with the message", "and say that", "and say", "as follows :", "with the words", ": that")
	if cue == "" && p.peek(0).kind != tokenQuoted {
		if p.done() || !startsFree(p.peek(0)) || slices.ContainsFunc(p.toks[p.at:p.hi], func(t token) bool { return t.is(":") }) {
			return false // what stands before the colon may say when, or to whom
		}
	}
	if strings.HasSuffix(cue, ":") && p.hi != p.end {
		return false // after a colon everything is the comment
	}
	return p.addComments(targets, p.commentBody)
}

// startsFree reports whether a comment may begin with t without a cue before it:
// a condition or another request is none.
func startsFree(t token) bool {
	return t.kind == tokenWord && !introduces[t.text] && !turning[t.text] && !separates(t) && !timing[t.text] || t.kind == tokenMention
}

// timing words at the start of a text may say when to write it.
var timing = wordSet(`later soon tomorrow today tonight now again next monday tuesday wednesday thursday friday saturday sunday`)

// commentQuoted: comment "text" on ENG-12; say "text" on ENG-12.
func (p *reader) commentQuoted() bool {
	if p.eat("comment", "say", "post", "write", "add comment", "add a comment", "add the comment", "leave a comment", "leave the comment", "post the comment", "add a comment saying", "leave a comment saying", "post a comment saying", "note", "add a note", "put", "reply", "write a comment saying", "comment that", "add a comment that says", "add the note") == "" {
		return false
	}
	t := p.peek(0)
	if t.kind != tokenQuoted {
		return false
	}
	p.at++
	if p.eat("on", "to", "in", "as a comment on", "as comment on", "as a comment to", "under", "as a note on", "for") == "" {
		return false
	}
	targets, ok := p.commentTargets()
	return ok && p.done() && p.addComments(targets, func() (string, bool) { return t.text, true })
}

// tell: tell ENG-12 that text; let ENG-12 know text.
func (p *reader) tell() bool {
	cue := p.eat("tell", "let", "inform")
	if cue == "" {
		return false
	}
	refs, ok := p.issueList()
	if !ok {
		if p.eat("it") == "" {
			return false // told to a person
		}
		refs = p.single("it")
	}
	if cue == "let" && p.eat("know") == "" {
		return false
	}
	if p.eat("that", ":", "to", ",", "that :") == "to" {
		return false // told to do something
	}
	return p.addComments(refs, p.commentBody)
}

// commentTargets reads the issues a comment goes to: named, or it.
func (p *reader) commentTargets() ([]string, bool) {
	if p.peek(1).kind == tokenIssue {
		p.eat("both")
	}
	p.eat("the issue", "the ticket", "issue", "ticket", "issues", "tickets", "task", "bug", "the task", "the bug")
	if refs, ok := p.issueList(); ok {
		return refs, true
	}
	if t, ok := p.pronoun(); ok {
		return t, true
	}
	if t, ok := p.pickedFromThread(); ok {
		return t, true
	}
	return p.targets, len(p.targets) > 0
}

// commentBody is a closing quotation, or everything to the end of the sentence.
func (p *reader) commentBody() (string, bool) {
	if t := p.peek(0); t.kind == tokenQuoted && p.at+1 == p.hi {
		p.at++
		return t.text, true
	}
	return p.rest(p.after())
}

// after is the byte offset right after the last consumed token.
func (p *reader) after() int {
	if p.at == 0 {
		return 0
	}
	return p.toks[p.at-1].end
}

func (p *reader) addComments(targets []string, body func() (string, bool)) bool {
	text, ok := body()
	text = strings.TrimSpace(plainText(text, true))
	if !ok || text == "" {
		return false
	}
	for _, ref := range targets {
		if isSelector(ref) {
			return false // a comment needs a named issue
		}
		p.addStep(commentStep(ref, text))
	}
	p.targets = targets
	return true
}
