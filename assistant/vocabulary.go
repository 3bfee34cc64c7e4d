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
