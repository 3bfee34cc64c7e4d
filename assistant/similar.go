package assistant

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"linearbot/linear"
)

// plainWords are too common to tell two issues apart.
var plainWords = strings.Fields("the and for with that this from not are was has have when then into does doesn don can cannot issue bug after before our your its all any but")

// TellingWords are the words of a title that say what it is about, each once, in
// lower case.
func TellingWords(title string) []string {
	var words []string
	for _, w := range strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if utf8.RuneCountInString(w) > 2 && !slices.Contains(plainWords, w) && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return words
}

// SharedWords are the words that both have, in the order of the first.
func SharedWords(a, b []string) []string {
	var shared []string
	for _, w := range a {
		if slices.Contains(b, w) {
			shared = append(shared, w)
		}
	}
	return shared
}

// SearchedWords is how many words TitledLike asks for.
const SearchedWords = 8

// TitledLike asks for issues with any of the first words in the title, also within a
// word. Full-text search would want all of them, and has a limit of its own.
func TitledLike(words []string) linear.Filter {
	var any []linear.Filter
	for _, w := range words[:min(len(words), SearchedWords)] {
		any = append(any, linear.Filter{"title": linear.Filter{"containsIgnoreCase": w}})
	}
	return linear.Filter{"or": any}
}
