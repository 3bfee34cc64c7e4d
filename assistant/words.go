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
	tokenIssue                    // ENG-12, in any spelling; text is ENG-12, or its address
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
	dateShape  = regexp.MustCompile(`^(?:\d{4}([-./])\d{2}[-./]\d{2}|\d{1,2}[./]\d{1,2}[./]\d{4}|\d{1,2}/\d{1,2}(?:/\d{2})?)$`)
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
	case '~':
		if next, _ := utf8.DecodeRuneInString(src[i+size:]); unicode.IsLetter(next) {
			break // struck out: taken back
		}
		return nil, i + size
	case '*', '_', '…':
		return nil, i + size
	case '，', '、':
		r = ','
	case '：':
		r = ':'
	case '？':
		r = '?'
	case '。':
		r = '.'
	case '—', '–', '•', '◦', '▪', '‣', '·':
		r = '-'
	}
	if r != '`' && unicode.Is(unicode.Sk, r) || unicode.Is(unicode.So, r) || unicode.IsMark(r) {
		return nil, i + size // emoji and their modifiers
	}
	return []token{{kind: tokenSymbol, text: string(r), pos: i, end: i + size}}, i + size
}
