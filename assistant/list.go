package assistant

import "strings"

// A list: [verb] filters, in any order, with text to search for.

var listVerbs = []string{
	"show me", "show us", "show", "list me", "list out", "list", "find me", "find", "get me", "get", "give me", "give us", "display", "fetch me", "fetch",
	"pull up", "bring up", "look up", "look for", "search for", "search", "see", "view", "check", "tell me", "tell me about", "let me see", "let 's see", "print", "return",
	"what", "what are", "what is", "what 's", "what 're", "which", "which are", "which of", "what about", "how about", "who", "is there", "are there", "any", "anything", "do we have", "do i have", "have we got", "got", "is anything", "what else is", "what does", "what do", "what have", "what has", "what did", "where are",
	"to see", "browse", "read me", "run through", "query", "filter", "sort", "order", "rank", "give me an overview of", "get an overview of", "an overview of", "was there", "were there", "give me a list of", "give me all", "overview of", "a list of", "list of", "filter by", "hunt for", "dig up", "pull", "pull me", "pull out", "give me a rundown of", "remind me of", "remind me what",
}

var countVerbs = []string{"how many", "count", "count up", "count of", "count the", "count all", "number of", "the number of", "total", "total of", "total number of", "the total number of", "what is the number of", "what 's the number of", "show me the number of", "tell me how many", "what is the count of", "what 's the count of", "how much"}

// searchVerbs take words to search for without more ado.
var searchVerbs = []string{"search for", "search", "find me", "find", "look for", "look up", "hunt for", "dig up"}

var textCues = []string{
	"about", "regarding", "concerning", "mentioning", "containing", "matching", "that mention", "that mentions", "which mention", "that contain", "that contains", "which contain", "related to", "relating to", "to do with", "with the words", "with the word", "with text", "with the text",
	"with the title", "called", "titled", "named", "having to do with", "dealing with", "on the subject of", "that talk about", "talking about", "that match", "mention", "mentions", "mentioned", "contain", "contains", "match", "matches", "mentioning the word", "talk about", "talks about", "that say", "saying", "including the words", "including", "that include", "for the term", "with the phrase", "whose title contains", "whose title includes",
}

// linking cues, before an issue, ask for what Linear links it to.
var linking = map[string]bool{"related to": true, "relating to": true, "to do with": true, "having to do with": true, "dealing with": true}

// tells reports whether a clause reports an issue or wants a new one: there is a
// bug in ENG, open a bug about it, mention Bob on ENG-1.
func (p *reader) tells() bool {
	for _, phrase := range []string{"there 's", "there is", "there are", "open a", "open an", "open another", "mention", "say"} {
		if p.matchAt(p.at, p.hi, phrase) > 0 && !p.asksBack() {
			return true
		}
	}
	return false
}

// tellsOfOne reports whether the clause tells something of an issue that was shown:
// that one's done, the first one is urgent.
func (p *reader) tellsOfOne() bool {
	before := p.at
	defer func() { p.at = before }()
	p.eat("the")
	told := p.eat("that", "this", "it") != ""
	if !told {
		_, told = p.pick()
		told = (told || before > 0 && p.toks[before-1].is("first")) && p.peek(0).is("one") // first may be a courtesy too
	}
	p.eat("one")
	return told && (p.peek(0).is("'s") || p.peek(0).is("is"))
}

// reports reports whether a clause tells what I or we have done: I created a bug in
// ENG yesterday.
func (p *reader) reports() bool {
	before := p.at
	defer func() { p.at = before }()
	if p.asksBack() || p.eat("i", "we") == "" {
		return false
	}
	p.eat("just", "already", "have", "'ve", "had")
	t := p.peek(0).text
	return createdWords[t] || updatedWords[t] || completedWords[t] && !baseForms[t]
}

// listing reads a list of issues, or a question about one.
func (p *reader) listing() bool {
	if p.tells() || p.reports() {
		return false
	}
	if p.tellsOfOne() {
		return false
	}
	f := &filters{input: map[string]any{}}
	p.ahead(f)
	verb, searching := p.listVerb(f)
	if !p.wholeList(f, verb, searching) {
		return false
	}
	if !f.finish() {
		return false
	}
	if !f.noun && (len(f.input) == 0 || verb == "" && len(f.input) < 2) {
		return false
	}
	if f.fresh && f.singular && verb == "" {
		return false // a new bug in ENG: one to make
	}
	if !f.noun && verb == "" && len(p.thread.Issues) > 0 && f.onlyDue() {
		return false // due friday: the issues that are, or the one that was shown
	}
	if p.list > 0 && f.superl && p.toks[p.hi-1].is("one") {
		return false // the oldest one of the list before
	}
	if f.group != "" {
		return p.grouped(f)
	}
	p.list = p.addStep(Step{Tool: toolList, Input: f.input}) + 1
	p.targets = nil
	return true
}

// ahead reads filters before the verb: "in Design, show me …", "for Bob list …".
func (p *reader) ahead(f *filters) {
	start := p.save()
	if t := p.peek(0); !t.is("in") && !t.is("for") && !t.is("from") && !t.is("of") {
		return
	}
	if p.filters(f) {
		p.eat(",", ":")
		if verb := p.save(); p.eat(listVerbs...) != "" {
			p.out = verb
			return
		}
	}
	p.out = start
	*f = filters{input: map[string]any{}}
}

func (p *reader) listVerb(f *filters) (verb string, searching bool) {
	before := p.at
	if verb = p.eat(countVerbs...); verb != "" {
		p.count = true
		p.eat("of", "the", "all", "my")
		if p.toks[p.at-1].is("my") {
			p.at--
		}
		return verb, false
	}
	searching = p.eat(searchVerbs...) != ""
	p.at = before
	if verb = p.eat(listVerbs...); verb == "display" || verb == "view" || verb == "pull up" || verb == "bring up" {
		p.eat("me", "us")
	}
	switch verb {
	case "let me see", "let 's see", "to see", "see", "display", "what", "which", "who", "what are", "what is", "what 's", "any", "anything", "is there", "are there", "show me", "show", "list", "tell me", "give me", "check":
		f.noun = p.eat("everything that", "everything", "anything that", "anything") != ""
		p.eat("what", "which", "are there any", "are there", "is there any", "is there", "any", "what 's", "what is", "what are", "if there are", "if there are any", "a list of", "the list of", "list of")
	}
	if verb == "do i have" {
		p.at = before // who has it is a filter
		return verb, false
	}
	switch verb {
	case "what does", "what do", "what have", "what has", "what did", "what is", "what 's", "what are", "what 're":
		p.at = before + 1 // the auxiliary belongs to its subject
	}
	return verb, searching
}

// wholeList reads filters and search text up to the end of the clause.
func (p *reader) wholeList(f *filters, verb string, searching bool) bool {
	p.filters(f)
	switch verb {
	case "what", "what is", "what 's", "what are", "which", "anything", "everything":
		f.noun = true
	}
	for range 4 {
		if p.done() {
			return true
		}
		cue := p.eat(textCues...)
		if linking[cue] && p.peek(0).kind == tokenIssue {
			return false // related to ENG-1: by a link, not by words
		}
		cued := cue != ""
		if p.peek(0).kind == tokenQuoted && p.at > 0 && p.toks[p.at-1].is("with") {
			cued = true // with "retry" in the title
		}
		if !cued && !(searching && f.input["query"] == nil) {
			return false
		}
		if !cued {
			p.eat("for")
		}
		if !p.searchText(f, cued) {
			return false
		}
		p.filters(f)
	}
	return p.done()
}

const maxQuery = 200 // characters, as the list tool takes them

// searchText reads a quotation, or words up to where filters go on until the end;
// without a cue they may end in a noun: find login bugs.
func (p *reader) searchText(f *filters, cued bool) bool {
	if t := p.peek(0); t.kind == tokenQuoted {
		p.at++
		p.eat("in the title", "in title", "in the description", "in their title")
		f.noun = true
		text := strings.Join(strings.Fields(t.text), " ")
		return text != "" && len(text) <= maxQuery && f.set("query", text)
	}
	if p.peek(0).kind == tokenIssue && p.at+1 == p.hi && p.at > 1 && (p.toks[p.at-2].is("everything") || p.toks[p.at-2].is("all")) {
		return false // everything about ENG-1: that issue
	}
	from, hi := p.at, p.hi
	for to := from + 1; to <= hi && to-from <= 40; to++ {
		if to < hi && separates(p.toks[to-1]) && p.beginsClause(to) {
			return false // what comes is to be done, not to be found
		}
		if to < hi && !p.filtersFrom(to, f) {
			continue
		}
		text := p.spoken(from, to)
		for _, place := range []string{" in the title", " in title", " in the description", " in their title", " in the name"} {
			text = strings.TrimSuffix(text, place)
		}
		if !cued && to > from+1 {
			if short, ok := p.beforeNoun(from, to, f); ok {
				text = short
			}
		}
		if len(text) > maxQuery || text == "" || to == from+1 && (p.toks[from].is("me") || p.toks[from].is("myself") || p.toks[from].is("us")) {
			return false
		}
		p.at = to
		f.noun = true
		return f.set("query", text)
	}
	return false
}

// beforeNoun takes the noun off the end of words to search for.
func (p *reader) beforeNoun(from, to int, f *filters) (string, bool) {
	before, hi := p.save(), p.hi
	defer func() { p.out, p.hi = before, hi }()
	p.at, p.hi = to-1, to
	trial := f.clone()
	for _, read := range []func(*reader, *filters) bool{(*reader).labelAtom, (*reader).nounAtom} {
		if read(p, &trial) && p.done() && trial.noun && !trial.singular {
			*f = trial
			return p.spoken(from, to-1), true
		}
	}
	return "", false
}

// filtersFrom reports whether everything from token i to the end of the clause is
// filters that begin with a word that can only introduce one.
func (p *reader) filtersFrom(i int, f *filters) bool {
	t := p.toks[i]
	if t.kind != tokenWord || !introduces[t.text] {
		return false
	}
	before := p.save()
	defer func() { p.out = before }()
	p.at = i
	trial := &filters{input: map[string]any{}}
	if !p.filters(trial) || !p.done() {
		return false
	}
	for key := range trial.input {
		if _, twice := f.input[key]; twice {
			return false
		}
	}
	return true
}

var introduces = wordSet(`in on for from assigned labeled labelled tagged with created opened filed updated due by that which sorted unassigned owned within since across under of closed completed`)
