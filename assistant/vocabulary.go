package assistant

import "strings"

// speaks reports whether a word begins ordinary sentences, so that it is not
// taken for a mistyped verb: how is one letter from show.
func speaks(word string) bool {
	return openingWords[strings.ToLower(strings.TrimRight(word, ",.!?:"))]
}

var openingWords = wordSet(`a about all also an and any anyone anything are arrange as assigned at be bring bug bugs bump
can cancel change check claim clear close closed complete completed could count cut deal delete did display do does dont due
each everything every fetch file finish finished first fix flag for from get give go good got grab great greet had hand has have
hello hello, hey hi high hide his how i i'd i'll i'm if in into is issue issues it its just kill last latest leave let let's lets like link log look
low made make many mark may me merge more mute name need newest no not note now ok okay oldest on one open or our over own
pass pick please pls post pull push put raise read remove rename reopen reply report reset resolve retitle save say see send ship should
size sort start started stop tag take tell thank thanks that the them there these they this those ticket tickets title to today todo
triage unassign unassigned untag up urgent us use wait want was we what what's when where which who who's why will with work would write yes yo you your`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

// openings are courtesies before a request. Words like should, don't or if are
// not among them: what they begin is not a request.
var openings = byFirstWord(
	"cool", "nice", "awesome", "perfect", "got it", "if you can ,", "if you could ,", "if possible ,", "if you do not mind ,", "when you can ,", "when you have time ,", "when you get a chance ,", "when you have a moment ,", "when you have a minute ,",
	"hey", "hi", "hello", "yo", "hiya", "heya", "howdy", "yes", "yep", "yeah", "sure", "so yeah", "proceed to", "go on and", "i request you to", "i 'm asking you to", "ok", "okay", "so", "well", "um", "uh", "alright", "right", "great", "thank you", "good morning", "good afternoon", "good evening", "hey there", "hi there", "hello there", "linear", "linearbot", "bot", "hey bot", "hey linear", "dear bot", "sorry", "and", "then", "next", "afterwards", "after that", "finally", "next up", "and then", "also",
	"can you", "could you", "would you", "will you", "can we", "could we", "can i", "could i", "may i", "can u", "could u", "can you help me", "could you help me", "can i see", "could i see", "may i see", "can i get", "could i get", "can i have", "could i have", "may i have", "can you help me to", "would you mind", "do you mind", "would you be able to", "are you able to", "is it possible to", "can you go ahead and", "could you go ahead and",
	"i would like", "i would like you to", "i would like to", "i 'd like", "i 'd like you to", "i 'd like to", "i want", "i want you to", "i want to", "i need", "i need you to", "i need to", "i would like to see", "i 'd like to see", "i want to see", "i need to see", "i wish to", "i 'd love to", "i 'd love to see", "i 'd love", "i would love to", "we need to", "we need you to", "we want to", "we 'd like to", "i 'd appreciate it if you could", "i want to know", "i 'd like to know", "i need to know", "i would like to know", "i 'm looking for", "i am looking for", "looking for", "i 'm trying to find", "i want a list of", "i need a list of", "i 'd like a list of", "i wonder", "i 'm wondering", "i was wondering if you could", "i 'm interested in", "i was wondering",
	"let 's", "let us", "go ahead and", "help me", "help me to", "help me find", "do me a favor and", "do me a favour and", "be so kind as to", "be so kind to", "be so kind and", "be kind enough to", "be so good as to", "be so nice to", "be so nice and", "feel free to", "you can", "you could", "quick question", "quick one", "let me know", "do you know", "any chance you could", "any chance you can", "it would be great if you could", "it would be nice if you could", "make sure to", "be sure to", "don 't forget to", "time to", "why do not you", "first", "firstly", "second of all", "lastly", "hey can you", "mind", "now", "ok now", "okay now", "we need", "we want",
)

// weakOpenings ask whether something may or can be done, or say that it has to
// be: they lead to a list, not to a change.
var weakOpenings = []string{
	"can we", "could we", "can i", "could i", "may i", "we need", "we want", "is it possible to", "are you able to", "would you be able to", "we need to", "we want to", "we 'd like to", "i need to", "i wonder", "i 'm wondering", "i was wondering",
	"i 'm trying to find", "i 'm looking for", "i am looking for", "looking for", "i want to know", "i 'd like to know", "i need to know", "i would like to know", "i 'm interested in", "let me know", "do you know", "feel free to", "you can", "you could", "don 't forget to", "time to", "why do not you",
}

// askingOpenings make a question a request.
var askingOpenings = []string{
	"can you", "could you", "would you", "will you", "can u", "could u", "would you mind", "do you mind", "mind", "i was wondering if you could", "any chance you could", "any chance you can",
}

// createOpenings are the weak ones with which people still ask for a new issue.
var createOpenings = []string{"can we", "could we", "can i", "could i", "may i", "we need to", "we want to", "we 'd like to", "i need to"}

// byFirstWord files phrases under their first word.
func byFirstWord(phrases ...string) map[string][]string {
	index := map[string][]string{}
	for _, phrase := range phrases {
		word, _, _ := strings.Cut(phrase, " ")
		index[word] = append(index[word], phrase)
	}
	return index
}

// endings are courtesies after a request.
var endings = []string{
	"thank you", "and thank you", "thank you very much", "thank you so much", "ty", "now", "right now", "right away", "asap", "when you can", "if you can", "if possible", "if you could", "if you do not mind", "if you would", "will you", "would you", "could you", "can you", "ok", "okay", "mate", "pal", "bot", "when you get a chance", "when you have a moment", "when you have a minute", "real quick", "rn", "atm", "at the moment", "at once", "immediately", "will ya", "man", "linear", "then", "in advance", "a lot", "so much", "would be great", "that would be great", "much appreciated", "i 'd appreciate it", "for us",
}

// clauseVerbs are the words a clause after "and" may begin with.
var clauseVerbs = wordSet(`move put transition shift push send set mark make change update bump raise lower increase decrease promote demote assign reassign give hand pass delegate
take grab claim pick unassign close finish complete resolve cancel reopen start begin add remove tag untag label unlabel rename retitle comment reply leave post write tell estimate point size show list find search get
create file log report delete archive count display view drop clear note escalate turn switch flip transfer let have edit schedule postpone delay drag bring reduce prioritize prioritise say adjust unset trash destroy
attach nest replace swap apply flag abandon title mention give relabel retag i`)
