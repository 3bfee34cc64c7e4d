package assistant

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"linearbot/linear"
)

// afterIdentifier are words that may follow "ENG 12"; before a noun the number
// counts something: the ENG 5 newest issues.
var afterIdentifier = wordSet(`to as is and or thank ty now asap when if can could would will in on with from has was should needs into back again about at by for off out over`)

// joinIdentifiers reads ENG12 and ENG 12 as ENG-12 where ENG is the key of a
// team, and the address of ENG-12 in this workspace. With a space the key has to
// be in capitals, or what a verb is about.
func joinIdentifiers(src string, toks []token, d *linear.Directory) []token {
	if d == nil {
		return toks
	}
	out := toks[:0:0]
	for i := 0; i < len(toks); i++ {
		t := toks[i]
		if t.kind == tokenIssue {
			t.text = ownRef(d, t.text)
		}
		if t.kind == tokenWord {
			if ref, ok := keyedNumber(t.text, d); ok {
				t.kind, t.text = tokenIssue, ref
			} else if team, ok := teamByKey(d, t.text); ok && i+1 < len(toks) && (src[t.pos:t.end] == strings.ToUpper(t.text) || i == 0 || toks[i-1].kind == tokenSymbol || clauseVerbs[toks[i-1].text] || slices.Contains(issueNouns, toks[i-1].text)) {
				if ref, n := spacedNumber(src, toks, i, team.Key); n > 0 {
					t = token{kind: tokenIssue, text: ref, pos: t.pos, end: toks[i+n].end}
					i += n
				}
			}
		}
		out = append(out, t)
	}
	return out
}

// spacedNumber reads 12, dash 12 or twelve after the key of a team at token i; n is how
// many tokens that is. One is no number here: the eng one is an issue of that team.
func spacedNumber(src string, toks []token, i int, key string) (ref string, n int) {
	n = 1
	if toks[i+1].is("dash") && i+2 < len(toks) {
		n = 2 // as it is dictated
	}
	t := toks[i+n]
	text := t.text
	if k := numberWords[text]; k > 1 {
		text = strconv.Itoa(k)
	}
	ref, ok := issueRef(key + "-" + text)
	if !ok || t.kind != tokenWord || t.joined || !blank(src[toks[i+n-1].end:t.pos]) || !endsIdentifier(toks, i+n+1) {
		return "", 0
	}
	return ref, n
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

// leadingIssues reads the issues at the start of text, separated by spaces,
// commas, "and" or "&", each kept once.
func leadingIssues(text string) (refs []string, rest string) {
	rest = text
	for {
		word, after := cutWord(rest)
		if len(refs) > 0 && (word == "," || word == "&amp;" || word == "&" || strings.EqualFold(word, "and")) {
			if next, _ := cutWord(after); next != "" && isIssueWord(next) {
				rest = after
				continue
			}
		}
		if !isIssueWord(word) {
			return refs, rest
		}
		for part := range strings.SplitSeq(plainText(word, false), ",") {
			if ref, ok := issueRef(part); ok && !slices.Contains(refs, ref) {
				refs = append(refs, ref)
			}
		}
		rest = after
	}
}

// isIssueWord reports whether a word is one issue or several with commas.
func isIssueWord(word string) bool {
	found := false
	for part := range strings.SplitSeq(plainText(word, false), ",") {
		if part == "" {
			continue
		}
		if _, ok := issueRef(part); !ok {
			return false
		}
		found = true
	}
	return found
}

var refShape = regexp.MustCompile(`^(?i)([a-z][a-z0-9]{0,9})-([1-9][0-9]{0,8})$`)

// issueRef reads ENG-142, eng-142 or the address of an issue in Linear. An address
// stays one, without its end: only the directory can tell whether it is of the
// asker's workspace.
func issueRef(text string) (ref string, ok bool) {
	if refShape.MatchString(text) {
		return strings.ToUpper(text), true
	}
	if l, ok := linear.ParseLink(text); ok && l.Issue != "" {
		return l.Address(), true
	}
	return "", false
}

// ownRef is the identifier for an address of an issue of this workspace; another
// stays an address, which nothing is found at.
func ownRef(d *linear.Directory, ref string) string {
	if own, ok := d.ParseRef(ref); ok {
		return own
	}
	return ref
}
