package assistant

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenKind says what a token of a sentence is.
type tokenKind int

const (
	tokenWord    tokenKind = iota // a word, a number, an e-mail address, @handle
	tokenQuoted                   // a quotation: opaque, never a keyword
	tokenMention                  // <@U1>
	tokenLink                     // a URL that is no issue
	tokenIssue                    // ENG-12, in any spelling; text is ENG-12
	tokenSymbol                   // , ; : ! ? . → & = and the like; "\n" for a line break
)

// token is one atom of a sentence with its place in the source, so that titles
// and comments can be taken from the source as they were typed.
type token struct {
	kind     tokenKind
	text     string // words are folded: lower case, no invisible characters
	pos, end int
	joined   bool // no space before it: the parts of high-priority
}

func (t token) is(text string) bool {
	return t.text == text && (t.kind == tokenWord || t.kind == tokenSymbol)
}

var (
	mailShape  = regexp.MustCompile(`^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$`)
	dateShape  = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	emojiShape = regexp.MustCompile(`^:[A-Za-z0-9_+-]+:(?:[\s.,!?;)]|$)`)
)

// politeWords carry no meaning anywhere outside of quoted or opaque text.
var politeWords = wordSet(`please pls plz plse pleas kindly just also actually simply quickly thanks thx thanx cheers`)

// tokenize splits a sentence into atoms. Courtesy, emoji and emphasis marks are
// left out; line breaks are kept as symbols.
func tokenize(src string) []token {
	var out []token
	for i := 0; i < len(src); {
		t, next := nextToken(src, i)
		for _, t := range t {
			if !politeWords[t.text] || t.kind != tokenWord {
				out = append(out, t)
			}
		}
		i = next
	}
	return out
}

// nextToken reads what stands at i; it may be nothing (space) or several words
// (high-priority).
func nextToken(src string, i int) ([]token, int) {
	r, size := utf8.DecodeRuneInString(src[i:])
	switch {
	case r == '\n':
		return []token{{kind: tokenSymbol, text: "\n", pos: i, end: i + 1}}, i + 1
	case unicode.IsSpace(r), invisible(r):
		return nil, i + size
	case r == '<':
		if e, n := readEntity(src[i:]); n > 0 {
			return []token{entityToken(e, i, i+n)}, i + n
		}
	case r == '`':
		if t, ok := codeToken(src, i); ok {
			return []token{t}, t.end
		}
	case closers(r) != "":
		if text, end, ok := quotedSpan(src, i); ok {
			return []token{{kind: tokenQuoted, text: text, pos: i, end: end}}, end
		}
		// A quotation that does not end on its line is no request of the asker.
		return []token{{kind: tokenSymbol, text: string(r), pos: i, end: i + size}}, i + size
	case r == ':':
		if m := emojiShape.FindString(src[i:]); m != "" {
			return nil, i + strings.LastIndexByte(m, ':') + 1
		}
	case r == '@', unicode.IsLetter(r), unicode.IsDigit(r):
		return chunkTokens(src, i)
	}
	return symbolToken(src, i, r, size)
}

func invisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Cc, r) && r != '\n' || r == '\ufe0f'
}

func entityToken(e entity, pos, end int) token {
	t := token{kind: tokenLink, text: e.id, pos: pos, end: end}
	switch e.kind {
	case '@':
		t.kind, t.text = tokenMention, e.value()
	case 'm':
		t.kind, t.text = tokenWord, strings.ToLower(e.id)
	case 'u':
		if ref, ok := issueRef(unescape(e.id)); ok {
			t.kind, t.text = tokenIssue, ref
		}
	}
	return t
}

// codeToken reads `…`: an issue, or a quotation.
func codeToken(src string, i int) (token, bool) {
	n := strings.IndexAny(src[i+1:], "`\n")
	if n < 1 || src[i+1+n] != '`' {
		return token{}, false
	}
	inner, end := strings.TrimSpace(src[i+1:i+1+n]), i+n+2
	if ref, ok := issueRef(inner); ok {
		return token{kind: tokenIssue, text: ref, pos: i, end: end}, true
	}
	return token{kind: tokenQuoted, text: plainText(inner, false), pos: i, end: end}, true
}

var arrows = []string{"--&gt;", "==&gt;", "-&gt;", "=&gt;", "-->", "->", "=>", "→", "⇒", "➡", "➜", "&gt;&gt;", ">>"}

func symbolToken(src string, i int, r rune, size int) ([]token, int) {
	for _, a := range arrows {
		if strings.HasPrefix(src[i:], a) {
			return []token{{kind: tokenSymbol, text: "→", pos: i, end: i + len(a)}}, i + len(a)
		}
	}
	for _, escaped := range []string{"&amp;", "&lt;", "&gt;"} {
		if strings.HasPrefix(src[i:], escaped) {
			return []token{{kind: tokenSymbol, text: unescape(escaped), pos: i, end: i + len(escaped)}}, i + len(escaped)
		}
	}
	switch r {
	case '*', '_', '~', '…':
		return nil, i + size
	case '，', '、':
		r = ','
	case '：':
		r = ':'
	case '？':
		r = '?'
	case '。':
		r = '.'
	case '—', '–':
		r = '-'
	}
	if r != '`' && unicode.Is(unicode.Sk, r) || unicode.Is(unicode.So, r) || unicode.IsMark(r) {
		return nil, i + size // emoji and their modifiers
	}
	return []token{{kind: tokenSymbol, text: string(r), pos: i, end: i + size}}, i + size
}

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

// misspelt are common slips in words that carry no choice: never in a name, a
// state, a priority or a verb that changes something.
var misspelt = map[string]string{
	"teh": "the", "hte": "the", "thge": "the", "adn": "and", "nad": "and", "annd": "and", "andd": "and", "ot": "to", "tto": "to", "fro": "for", "wiht": "with", "wtih": "with", "iwth": "with", "taht": "that", "thta": "that", "waht": "what", "whta": "what", "hwo": "how",
	"shwo": "show", "hsow": "show", "sohw": "show", "lsit": "list", "lits": "list", "isue": "issue", "isues": "issues", "issuse": "issues", "isseus": "issues", "issus": "issues", "tikcet": "ticket", "tikets": "tickets", "tickest": "tickets", "tcikets": "tickets", "assigend": "assigned", "assinged": "assigned", "asigned": "assigned", "assignd": "assigned", "alll": "all",
	"prioirty": "priority", "priorty": "priority", "proirity": "priority", "prority": "priority",
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
