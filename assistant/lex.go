package assistant

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Field is one field:value of a command.
type Field struct {
	Name   string // as in the table, never an alias
	Not    bool   // -field:value
	Values []Value
}

// Value is one of the comma-separated values of a field.
type Value struct {
	Text    string
	Op      string // "<", ">", "<=", ">=" in filters, "+" or "-" on labels
	Literal bool   // it was quoted: a name even where a word like open would be a class
}

// text is the value without what its operator means.
func (f Field) text() string {
	var texts []string
	for _, v := range f.Values {
		texts = append(texts, v.Op+v.Text)
	}
	return strings.Join(texts, ",")
}

// lexeme is a word, a quoted span or a field of a command.
type lexeme struct {
	text    string // what it means: escapes and quotes resolved
	raw     string // as a title keeps it: quotes stay
	quoted  bool   // one quoted span and nothing else
	person  string // <@U1> when it is a mention
	field   *Field
	pos     int // byte offsets in the source
	end     int
	openEnd bool // a field whose value is still missing (team: ENG)
}

// lexer splits one line by the rules of the command grammar.
type lexer struct {
	src     string
	allowed func(FieldSpec) bool // other fields stay text
	spaced  bool                 // "team: ENG" is a field too: for verbs without free text
}

// lex splits the whole source.
func (x lexer) lex() []lexeme {
	var out []lexeme
	for i := skipSpace(x.src, 0); i < len(x.src); i = skipSpace(x.src, i) {
		l := x.next(i)
		out = append(out, l)
		i = l.end
	}
	return out
}

func (x lexer) next(i int) lexeme {
	if l, ok := x.field(i); ok {
		return l
	}
	return x.word(i)
}

// word reads up to the next space that is not inside quotes.
func (x lexer) word(i int) lexeme {
	l := lexeme{pos: i}
	if span, end, ok := quotedSpan(x.src, i); ok && atBoundary(x.src, end) {
		l.text, l.raw, l.quoted, l.end = span, plainText(x.src[i:end], false), true, end
		return l
	}
	var text, raw strings.Builder
	for i < len(x.src) {
		r, size := utf8.DecodeRuneInString(x.src[i:])
		if unicode.IsSpace(r) {
			break
		}
		if e, n := readEntity(x.src[i:]); n > 0 {
			if e.kind == '@' && i == l.pos && atBoundary(x.src, i+n) {
				l.person = e.value()
			}
			text.WriteString(unescape(e.seen()))
			raw.WriteString(unescape(e.seen()))
			i += n
			continue
		}
		if r == '\\' {
			if n := escaped(x.src[i+size:], i == l.pos); n > 0 {
				text.WriteString(x.src[i+size : i+size+n])
				raw.WriteString(x.src[i+size : i+size+n])
				i += size + n
				continue
			}
		}
		text.WriteString(x.src[i : i+size])
		raw.WriteString(x.src[i : i+size])
		i += size
	}
	l.text, l.raw, l.end = unescape(text.String()), unescape(raw.String()), i
	return l
}

// escaped is how many bytes after a backslash it protects: a quote, a backslash,
// a comma or a space anywhere, a dash or a letter only at the start of a word
// (\team: is not a field, C:\temp keeps its backslash).
func escaped(rest string, start bool) int {
	r, size := utf8.DecodeRuneInString(rest)
	switch {
	case rest == "":
		return 0
	case r == '\\', r == ',', r == ' ', closers(r) != "":
		return size
	case start && (r == '-' || r == '—' || r == '–' || unicode.IsLetter(r)):
		return size
	}
	return 0
}

// field reads name:value, -name:value, --name value or —name value at i.
func (x lexer) field(i int) (lexeme, bool) {
	j, not, long := x.dash(i)
	start := j
	for j < len(x.src) && isASCIILetter(x.src[j]) {
		j++
	}
	spec, ok := FieldNamed(x.src[start:j])
	if !ok || !x.allowed(spec) {
		return lexeme{}, false
	}
	l := lexeme{pos: i, field: &Field{Name: spec.Name, Not: not}}
	switch {
	case j < len(x.src) && (x.src[j] == ':' || x.src[j] == '=' && long):
		j++
		if j == len(x.src) || skipSpace(x.src, j) != j {
			if !x.spaced && !long {
				return lexeme{}, false
			}
			j = skipSpace(x.src, j)
		}
	case long && (j == len(x.src) || skipSpace(x.src, j) != j):
		j = skipSpace(x.src, j)
	default:
		return lexeme{}, false
	}
	l.openEnd = j == len(x.src)
	l.field.Values, l.end = x.values(j, spec.Name == "label")
	l.raw = plainText(strings.TrimSpace(x.src[i:l.end]), false)
	l.text = l.raw
	return l, true
}

// dash reads the dashes before a field name.
func (x lexer) dash(i int) (next int, not, long bool) {
	rest := x.src[i:]
	for _, d := range []string{"--", "—", "–"} {
		if strings.HasPrefix(rest, d) {
			return i + len(d), false, true
		}
	}
	if strings.HasPrefix(rest, "-") {
		return i + 1, true, false
	}
	return i, false, false
}

// values reads a,b,"c d" up to the next free space.
func (x lexer) values(i int, signs bool) (values []Value, end int) {
	for {
		v, next := x.value(i, signs)
		if v.Text != "" || v.Literal {
			values = append(values, v)
		}
		if next >= len(x.src) || x.src[next] != ',' {
			return values, next
		}
		i = next + 1
	}
}

// value reads one value: operator, then a quoted span or everything up to a
// comma or a space.
func (x lexer) value(i int, signs bool) (Value, int) {
	var v Value
	if _, n := readEntity(x.src[i:]); n == 0 {
		v.Op, i = operator(x.src, i, signs)
	}
	if span, end, ok := quotedSpan(x.src, i); ok && (atBoundary(x.src, end) || x.src[end] == ',') {
		return Value{Text: span, Op: v.Op, Literal: true}, end
	}
	var b strings.Builder
	start := i
	for i < len(x.src) {
		r, size := utf8.DecodeRuneInString(x.src[i:])
		if r == ',' || unicode.IsSpace(r) {
			break
		}
		if e, n := readEntity(x.src[i:]); n > 0 {
			b.WriteString(e.value())
			i += n
			continue
		}
		if r == '\\' {
			if n := escaped(x.src[i+size:], i == start); n > 0 {
				b.WriteString(x.src[i+size : i+size+n])
				i += size + n
				continue
			}
		}
		b.WriteString(x.src[i : i+size])
		i += size
	}
	v.Text = unescape(b.String())
	if r, size := utf8.DecodeRuneInString(v.Text); r == '@' && len(v.Text) > size {
		v.Text = v.Text[size:]
	}
	return v, i
}

var operators = []struct{ typed, op string }{
	{"&lt;=", "<="},
	{"&gt;=", ">="},
	{"<=", "<="},
	{">=", ">="},
	{"&lt;", "<"},
	{"&gt;", ">"},
	{"<", "<"},
	{">", ">"},
}

func operator(s string, i int, signs bool) (op string, next int) {
	for _, o := range operators {
		if strings.HasPrefix(s[i:], o.typed) {
			return o.op, i + len(o.typed)
		}
	}
	if signs && i < len(s) && (s[i] == '+' || s[i] == '-') {
		return s[i : i+1], i + 1
	}
	return "", i
}

// closers are the marks that may close a quotation opened by r; empty when r
// opens none. People mix straight and curly marks, and languages swap them.
func closers(r rune) string {
	switch r {
	case '"', '“', '”', '„', '‟', '＂':
		return `"“”‟＂`
	case '«', '»':
		return "«»"
	case '\'', '‘', '’', '‚', '‛':
		return "'‘’‛"
	case '‹', '›':
		return "‹›"
	case '「':
		return "」"
	case '『':
		return "』"
	case '《':
		return "》"
	}
	return ""
}

// quotedSpan reads the quotation that opens at i. A mark that is never closed
// on its line, or that closes in the middle of a word, is an ordinary character.
func quotedSpan(s string, i int) (text string, end int, ok bool) {
	open, size := utf8.DecodeRuneInString(s[i:])
	closing := closers(open)
	if closing == "" {
		return "", 0, false
	}
	var b strings.Builder
	for j := i + size; j < len(s); {
		r, n := utf8.DecodeRuneInString(s[j:])
		switch {
		case r == '\n':
			return "", 0, false
		case r == '\\' && j+n < len(s):
			next, m := utf8.DecodeRuneInString(s[j+n:])
			if next == '\\' || closers(next) != "" || strings.ContainsRune(closing, next) {
				b.WriteString(s[j+n : j+n+m])
				j += n + m
				continue
			}
		case strings.ContainsRune(closing, r) && endsWord(s[j+n:]):
			return plainText(b.String(), false), j + n, true
		}
		b.WriteString(s[j : j+n])
		j += n
	}
	return "", 0, false
}

// endsWord reports whether a closing mark may stand before rest.
func endsWord(rest string) bool {
	r, size := utf8.DecodeRuneInString(rest)
	return size == 0 || !unicode.IsLetter(r) && !unicode.IsDigit(r)
}

func atBoundary(s string, i int) bool { return i >= len(s) || skipSpace(s, i) > i }

func skipSpace(s string, i int) int {
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		if !unicode.IsSpace(r) {
			break
		}
		i += size
	}
	return i
}

func isASCIILetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
