package assistant

import (
	"slices"
	"strings"
	"unicode"

	"linearbot/linear"
)

// nameKind says what a name of the directory belongs to.
type nameKind int

const (
	kindTeam nameKind = iota
	kindState
	kindPerson
	kindLabel
	kindProject
	kindCycle
)

// named is one thing a phrase can mean.
type named struct {
	kind  nameKind
	value string // as a plan spells it: team key, state, label or project name, e-mail
	team  string // the key of the team it belongs to; empty for all teams
	label string // as a person reads it
	exact bool   // the whole name, not one word of it
}

// dictionary finds the names of a directory in a sentence. Keys are names
// without spaces, dashes and case, so that in-review is In Review.
type dictionary struct {
	entries map[string][]named
	longest int // in words
}

func newDictionary(d *linear.Directory) *dictionary {
	n := &dictionary{entries: map[string][]named{}, longest: 1}
	if d == nil {
		return n
	}
	keys := map[string]string{}
	for _, t := range d.Teams {
		keys[t.ID] = t.Key
		n.add(t.Name, named{kind: kindTeam, value: t.Key, label: t.Name, exact: true})
		n.add(t.Key, named{kind: kindTeam, value: t.Key, label: t.Name, exact: true})
		for _, s := range t.States {
			n.add(s.Name, named{kind: kindState, value: s.Name, team: t.Key, label: s.Name, exact: true})
		}
		for _, c := range t.Cycles {
			n.add(c.Name, named{kind: kindCycle, value: c.Name, team: t.Key, label: c.Name, exact: true})
		}
	}
	for _, l := range d.Labels {
		team := ""
		if l.Team != nil {
			team = keys[l.Team.ID]
		}
		n.add(l.Name, named{kind: kindLabel, value: l.Name, team: team, label: l.Name, exact: true})
	}
	for _, p := range d.Projects {
		n.add(p.Name, named{kind: kindProject, value: p.Name, label: p.Name, exact: true})
	}
	for _, u := range d.Users {
		n.addUser(u)
	}
	return n
}

// addUser enters a person under full name, each word of it, handle and e-mail.
func (n *dictionary) addUser(u linear.User) {
	value := u.Email
	if value == "" {
		value = u.Name
	}
	who := named{kind: kindPerson, value: value, label: u.Name, exact: true}
	n.add(u.Name, who)
	n.add(u.Email, who)
	n.add("@"+u.DisplayName, who)
	who.exact = false
	n.add(u.DisplayName, who)
	for word := range strings.FieldsSeq(u.Name) {
		n.add(word, who)
		n.add("@"+word, who)
	}
}

func (n *dictionary) add(name string, what named) {
	key, words := squash(name)
	if key == "" || key == "@" {
		return
	}
	n.longest = min(max(n.longest, words), 8)
	same := func(o named) bool { return o.kind == what.kind && o.value == what.value && o.team == what.team }
	if i := slices.IndexFunc(n.entries[key], same); i >= 0 {
		n.entries[key][i].exact = n.entries[key][i].exact || what.exact
		return
	}
	n.entries[key] = append(n.entries[key], what)
}

// splitPossessives reads bobs as bob's where Bob is somebody and bobs nothing else.
func (n *dictionary) splitPossessives(toks []token) []token {
	out := toks[:0:0]
	for _, t := range toks {
		base, ok := strings.CutSuffix(t.text, "s")
		if !ok || t.kind != tokenWord || len(base) < 3 || len(n.entries[t.text]) > 0 || len(n.find(base, kindPerson)) == 0 || len(n.find(base, kindTeam, kindState, kindLabel, kindProject, kindCycle)) > 0 || clauseVerbs[base] {
			out = append(out, t)
			continue
		}
		s := token{text: "'s", pos: t.end - 1, end: t.end, joined: true}
		t.text, t.end = base, t.end-1
		out = append(out, t, s)
	}
	return out
}

// squash is a name as a key of the dictionary, and how many words it has.
func squash(name string) (key string, words int) {
	var b strings.Builder
	inWord := false
	for _, r := range strings.ToLower(name) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '@' {
			if !inWord {
				words++
			}
			inWord = true
			b.WriteRune(r)
			continue
		}
		inWord = inWord && invisible(r)
	}
	return b.String(), words
}

// find gives what a phrase means among the kinds, whole names before words of
// names.
func (n *dictionary) find(key string, kinds ...nameKind) []named {
	var exact, partly []named
	for _, e := range n.entries[key] {
		switch {
		case !slices.Contains(kinds, e.kind):
		case e.exact:
			exact = append(exact, e)
		default:
			partly = append(partly, e)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return partly
}
