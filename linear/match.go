package linear

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// NameError is a name that does not mean exactly one thing.
type NameError struct {
	Field      string // team, state, assignee, label, project, cycle, priority, estimate
	Name       string // as it was given
	Team       string // name of the team it was looked for in; may be empty
	Elsewhere  string // name of another team that has it; may be empty
	Ambiguous  bool   // Candidates all match; otherwise they are only suggestions
	Candidates []Candidate
}

// Candidate is something a name may have meant.
type Candidate struct {
	ID     string
	Name   string
	Detail string // what tells two of the same name apart: e-mail, team key, group
}

// Error says it in one sentence without suggestions.
func (e *NameError) Error() string {
	where := ""
	if e.Team != "" {
		where = " in team " + e.Team
	}
	if e.Ambiguous {
		return fmt.Sprintf("%d matches for %s %q%s", len(e.Candidates), e.Field, e.Name, where)
	}
	return fmt.Sprintf("no %s %q%s", e.Field, e.Name, where)
}

// entry is one thing that can be named.
type entry struct {
	Candidate
	names []string // what people call it in full
	keys  []string // short unique handles: team key, e-mail, display name, "group/label"
}

// stages are the ways a name can match, strongest first. The first stage with a
// match decides, and two matches in it are ambiguous (ux.md §3).
var stages = []func(e entry, name string) bool{
	func(e entry, name string) bool { return anyOf(e.names, func(n string) bool { return n == name }) },
	func(e entry, name string) bool {
		handle := strings.TrimPrefix(name, "@")
		return anyOf(e.keys, func(k string) bool { return k == handle })
	},
	func(e entry, name string) bool {
		return anyOf(e.names, func(n string) bool { return firstWord(n) == name })
	},
	func(e entry, name string) bool {
		return anyOf(e.names, func(n string) bool { return strings.HasPrefix(n, name) })
	},
	func(e entry, name string) bool {
		return anyOf(e.names, func(n string) bool { return strings.Contains(" "+n+" ", " "+name+" ") })
	},
}

// match finds the one entry that name means, or all that it may mean, or none.
func match(name string, entries []entry) []int {
	for i, e := range entries {
		if e.ID != "" && strings.EqualFold(e.ID, strings.TrimSpace(name)) {
			return []int{i}
		}
	}
	folded := fold(name)
	if folded == "" {
		return nil
	}
	for _, stage := range stages {
		var found []int
		for i, e := range entries {
			if stage(e, folded) {
				found = append(found, i)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// resolve is match for a single answer; the error names what could be meant.
func resolve(field, name, team string, entries []entry) (int, error) {
	found := match(name, entries)
	if len(found) == 1 {
		return found[0], nil
	}
	e := &NameError{Field: field, Name: name, Team: team, Ambiguous: len(found) > 1}
	for _, i := range found {
		e.Candidates = append(e.Candidates, entries[i].Candidate)
	}
	if !e.Ambiguous {
		e.Candidates = nearest(name, entries, 3)
	}
	return 0, e
}

func anyOf(folded []string, holds func(string) bool) bool { return slices.ContainsFunc(folded, holds) }

// folded prepares names for match.
func folded(names ...string) []string {
	var all []string
	for _, n := range names {
		if f := fold(n); f != "" {
			all = append(all, f)
		}
	}
	return all
}

// fold makes two spellings of a name equal: case, width and compatibility forms,
// dashes, underscores and runs of space, space around a slash.
func fold(name string) string {
	var b strings.Builder
	space := false
	seen := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) { // invisible: joiners, direction marks, soft hyphens
			return -1
		}
		return r
	}, name)
	for _, r := range norm.NFKC.String(seen) { // of what is seen: an accent may follow its letter now
		if r == '-' || r == '_' || unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) {
			space = b.Len() > 0
			continue
		}
		if space && r != '/' && !strings.HasSuffix(b.String(), "/") {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(unicode.ToLower(unicode.ToUpper(r)))
	}
	return norm.NFKC.String(b.String()) // small letters may join where capitals did not
}

func firstWord(name string) string {
	first, _, _ := strings.Cut(name, " ")
	return first
}

// nearest are the n entries whose names are spelled most like name: suggestions
// for a person, never an answer.
func nearest(name string, entries []entry, n int) []Candidate {
	name = fold(name)
	type ranked struct {
		Candidate
		distance int
	}
	var all []ranked
	for _, e := range entries {
		best := 1 << 20
		for _, candidate := range slices.Concat(e.names, e.keys) {
			best = min(best, distance(name, candidate))
			for word := range strings.FieldsSeq(candidate) {
				best = min(best, distance(name, word)+1)
			}
		}
		all = append(all, ranked{e.Candidate, best})
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.Name, b.Name))
	})
	var near []Candidate
	for _, r := range all[:min(n, len(all))] {
		near = append(near, r.Candidate)
	}
	return near
}

// distance is the Levenshtein distance, over the first 64 runes of each.
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	from, to = from[:min(len(from), 64)], to[:min(len(to), 64)]
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		corner := row[0]
		row[0] = i + 1
		for j, t := range to {
			cost := 1
			if r == t {
				cost = 0
			}
			corner, row[j+1] = row[j+1], min(corner+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(to)]
}
