package assistant

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Words and what may stand inside of them: dashes, dots, apostrophes, addresses.

// chunkTokens reads letters and digits with what may stand between them.
func chunkTokens(src string, i int) ([]token, int) {
	if n := urlLength(src[i:]); n > 0 {
		t := token{kind: tokenLink, text: src[i : i+n], pos: i, end: i + n}
		if ref, ok := issueRef(t.text); ok {
			t.kind, t.text = tokenIssue, ref
		}
		return []token{t}, i + n
	}
	end := chunkEnd(src, i)
	chunk := src[i:end]
	if strings.EqualFold(chunk, "w/o") {
		return []token{{text: "without", pos: i, end: end}}, end
	}
	if mailShape.MatchString(chunk) || dateShape.MatchString(chunk) {
		return []token{{text: strings.ToLower(chunk), pos: i, end: end}}, end
	}
	return splitChunk(chunk, i), end
}

func urlLength(s string) int {
	if len(s) < 8 || !strings.EqualFold(s[:4], "http") || !strings.Contains(s[:8], "://") {
		return 0
	}
	n := strings.IndexFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '<' || r == '>' || r == '"' })
	if n < 0 {
		n = len(s)
	}
	return len(strings.TrimRight(s[:n], ".,;:!?)'’”"))
}

// chunkEnd is where letters and digits, joined by marks inside the word, end.
func chunkEnd(src string, i int) int {
	end := i
	for j := i; j < len(src); {
		r, size := utf8.DecodeRuneInString(src[j:])
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), j == i && r == '@':
			end = j + size
		case strings.ContainsRune("-_.@'’/+", r), invisible(r):
		default:
			return end
		}
		if j > end {
			return end // two marks in a row
		}
		j += size
	}
	return end
}

// splitChunk separates ENG-1/ENG-2, high-priority, Alice's and don't.
func splitChunk(chunk string, pos int) []token {
	var out []token
	add := func(text string, from, to int) {
		if text = fold(text); text != "" {
			apostrophe := strings.IndexAny(chunk[from:to], "'’")
			out = append(out, contractions(text, pos+from, pos+to, apostrophe, from > 0)...)
		}
	}
	start := 0
	for j, r := range chunk + "/" {
		if r != '/' && r != '.' {
			continue
		}
		part := chunk[start:j]
		base, _ := cutApostrophe(part)
		switch ref, ok := issueRef(stripInvisible(base)); {
		case ok:
			out = append(out, token{kind: tokenIssue, text: ref, pos: pos + start, end: pos + start + len(base)})
			if len(base) < len(part) {
				out = append(out, token{text: "'s", pos: pos + start + len(base), end: pos + j, joined: true})
			}
		default:
			from := start
			for k, r := range part + "-" {
				if r == '-' || r == '_' || r == '+' {
					add(part[from-start:k], from, start+k)
					from = start + k + 1
				}
			}
		}
		if j < len(chunk) && r == '/' {
			out = append(out, token{kind: tokenSymbol, text: "/", pos: pos + j, end: pos + j + 1})
		}
		start = j + 1
	}
	return out
}

// cutApostrophe takes 's off a word.
func cutApostrophe(word string) (base, tail string) {
	for _, a := range []string{"'", "’"} {
		if base, ok := strings.CutSuffix(strings.ToLower(word), a+"s"); ok {
			return word[:len(base)], word[len(base):]
		}
	}
	return word, ""
}

var shortForms = map[string][]string{
	"whats": {"what", "'s"}, "whos": {"who", "'s"}, "im": {"i", "'m"}, "ive": {"i", "'ve"}, "id": {"i", "'d"},
	"dont": {"do", "not"}, "doesnt": {"does", "not"}, "didnt": {"did", "not"}, "isnt": {"is", "not"}, "arent": {"are", "not"},
	"hasnt": {"has", "not"}, "havent": {"have", "not"}, "cant": {"can", "not"}, "wont": {"will", "not"}, "can't": {"can", "not"},
	"won't": {"will", "not"}, "lets": {"let", "'s"}, "gimme": {"give", "me"}, "wanna": {"want", "to"}, "unassign": {"unassign"},
}

// contractions splits don't, I'm and Alice's into two words. apostrophe is the
// offset of the mark in the source of the word, or negative.
func contractions(word string, pos, end, apostrophe int, joined bool) []token {
	if right, ok := misspelt[word]; ok {
		word = right
	}
	parts := []string{word}
	if short, ok := shortForms[word]; ok {
		parts = short
	} else if i := strings.IndexByte(word, '\''); i > 0 {
		switch tail := word[i:]; {
		case tail == "'t" && strings.HasSuffix(word[:i], "n"):
			parts = []string{word[:i-1], "not"}
		case tail == "'s", tail == "'m", tail == "'re", tail == "'ll", tail == "'d", tail == "'ve":
			parts = []string{word[:i], tail}
		}
	}
	out := make([]token, len(parts))
	for i, part := range parts {
		out[i] = token{text: part, pos: pos, end: end, joined: joined || i > 0}
	}
	if len(out) == 2 && apostrophe > 0 && parts[1] != "not" {
		out[0].end, out[1].pos = pos+apostrophe, pos+apostrophe
	}
	return out
}

// fold is a word for comparing: lower case, straight apostrophes, nothing invisible.
func fold(s string) string {
	s = strings.ToLower(stripInvisible(s))
	return strings.Trim(strings.ReplaceAll(s, "’", "'"), "'")
}

func stripInvisible(s string) string {
	return strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, s)
}
