package assistant

import "strings"

// How a clause is read: phrases of words, names of the directory, source text.

// matchAt is how many tokens from i spell phrase, whose words are separated by
// one space; 0 when they do not.
func (p *reader) matchAt(i, hi int, phrase string) int {
	if i >= hi || !strings.HasPrefix(phrase, p.toks[i].text) {
		return 0
	}
	n := 0
	for phrase != "" {
		word, rest, _ := strings.Cut(phrase, " ")
		if i+n >= hi || !p.toks[i+n].is(word) {
			return 0
		}
		n++
		phrase = rest
	}
	return n
}

// eat consumes the longest of the phrases that comes next and returns it.
func (p *reader) eat(phrases ...string) string {
	best, most := "", 0
	for _, phrase := range phrases {
		if n := p.matchAt(p.at, p.hi, phrase); n > most {
			best, most = phrase, n
		}
	}
	p.at += most
	return best
}

// peek is the token k ahead; the zero token after the end of the clause.
func (p *reader) peek(k int) token {
	if p.at+k >= p.hi {
		return token{kind: tokenSymbol}
	}
	return p.toks[p.at+k]
}

func (p *reader) done() bool { return p.at >= p.hi }

// phrase looks for the longest phrase at p.at that names something of one of
// the kinds. It does not consume; size is in tokens.
func (p *reader) phrase(kinds ...nameKind) (found []named, size int) {
	if t := p.peek(0); t.kind == tokenQuoted {
		key, _ := squash(t.text)
		if found = p.names.find(key, kinds...); len(found) == 0 {
			return nil, 0
		}
		return found, 1
	}
	var key strings.Builder
	for n := 0; n < p.names.longest+2 && p.at+n < p.hi; n++ {
		t := p.toks[p.at+n]
		if t.kind == tokenSymbol && (n == 0 || !strings.Contains("&+/.-'", t.text)) || t.kind != tokenWord && t.kind != tokenSymbol {
			break
		}
		part, _ := squash(t.text)
		key.WriteString(part)
		if t.kind == tokenSymbol {
			continue
		}
		if hit := p.names.find(key.String(), kinds...); len(hit) > 0 {
			found, size = hit, n+1
		}
	}
	return found, size
}

// spoken is the source text of the tokens [from, to).
func (p *reader) spoken(from, to int) string {
	if from >= to {
		return ""
	}
	if to == from+1 && p.toks[from].kind == tokenQuoted {
		return p.toks[from].text
	}
	return strings.TrimSpace(plainText(p.src[p.toks[from].pos:p.toks[to-1].end], false))
}

// rest takes everything after byte offset pos to the end of the sentence as
// text. Only the last clause may do that.
func (p *reader) rest(pos int) (string, bool) {
	if p.hi != p.end {
		return "", false
	}
	p.at = p.hi
	return strings.TrimSpace(p.src[pos:]), true
}
