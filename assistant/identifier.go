package assistant

import (
	"strings"
	"unicode"

	"linearbot/linear"
)

// afterIdentifier are words that may follow "ENG 12"; before a noun the number
// counts something: the ENG 5 newest issues.
var afterIdentifier = wordSet(`to as is and or thank ty now asap when if can could would will in on with from has was should needs into back again about at by for off out over`)

// joinIdentifiers reads ENG12 and ENG 12 as ENG-12 where ENG is the key of a
// team. With a space the key has to be in capitals.
func joinIdentifiers(src string, toks []token, d *linear.Directory) []token {
	if d == nil {
		return toks
	}
	out := toks[:0:0]
	for i := 0; i < len(toks); i++ {
		t := toks[i]
		if t.kind == tokenWord {
			if ref, ok := keyedNumber(t.text, d); ok {
				t.kind, t.text = tokenIssue, ref
			} else if team, ok := teamByKey(d, t.text); ok && i+1 < len(toks) && src[t.pos:t.end] == strings.ToUpper(t.text) {
				n := toks[i+1]
				if ref, ok := issueRef(team.Key + "-" + n.text); ok && n.kind == tokenWord && !n.joined && blank(src[t.end:n.pos]) && endsIdentifier(toks, i+2) {
					t = token{kind: tokenIssue, text: ref, pos: t.pos, end: n.end}
					i++
				}
			}
		}
		out = append(out, t)
	}
	return out
}

// keyedNumber reads eng12.
func keyedNumber(word string, d *linear.Directory) (ref string, ok bool) {
	i := strings.IndexFunc(word, unicode.IsDigit)
	if i < 2 {
		return "", false
	}
	team, ok := teamByKey(d, word[:i])
	if !ok {
		return "", false
	}
	return issueRef(team.Key + "-" + word[i:])
}

// endsIdentifier reports whether an identifier may end before token i.
func endsIdentifier(toks []token, i int) bool {
	if i >= len(toks) {
		return true
	}
	return toks[i].kind == tokenSymbol || toks[i].kind == tokenWord && afterIdentifier[toks[i].text]
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }
