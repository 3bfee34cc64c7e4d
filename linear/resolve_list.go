package linear

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// listArguments are those of the published schema, and what the filters of
// commands say beyond it: lists of names (any of them), anyLabels, the other
// ends of the ranges, and not, an object of names that must not hold.
var listArguments = []string{
	"state", "stateType", "assignee", "priority", "labels", "project", "team", "cycle", "query", "sort",
	"createdAfter", "updatedAfter", "completedAfter", "dueBefore", "first", "after", "before",
	"createdBefore", "updatedBefore", "completedBefore", "dueAfter", "dueDate", "estimate", "creator", "parent", "anyLabels", "not",
}

// pagingArguments do not say which issues are meant.
var pagingArguments = []string{"first", "after", "before", "sort"}

// lister collects the clauses of a filter; all of them must hold.
type lister struct {
	*arguments
	teams   []Team // those named by team; empty: all
	clauses []Filter
}

// ResolveList turns the input of linear_issues_list into a query, without a
// request. Words alone use Linear's full-text search; with any other condition
// they must stand in title or description. Errors are *NameError or *ToolError.
func ResolveList(d *Directory, input map[string]any) (IssueQuery, Applied, error) {
	l := &lister{arguments: newArguments(d, input, listArguments)}
	if l.err != nil {
		return IssueQuery{}, nil, l.err
	}
	var q IssueQuery
	l.paging(&q)
	if words, ok := l.text("query"); ok {
		words = strings.TrimSpace(words)
		l.note("query", words)
		if l.onlyWords() && words != "" {
			q.Search, q.Sort = words, ""
			return q, l.applied, l.err
		}
		l.words(words)
	}
	l.names()
	l.values()
	if not, ok := l.given["not"].(map[string]any); ok {
		l.negations(not)
	}
	if l.err != nil {
		return IssueQuery{}, nil, l.err
	}
	q.Filter = all(l.clauses)
	return q, l.applied, nil
}

// NeedsNames reports whether the input of linear_issues_list names anything that
// only a Directory can resolve.
func NeedsNames(input map[string]any) bool {
	for _, name := range []string{"state", "assignee", "labels", "project", "team", "creator", "anyLabels", "not"} {
		v, given := input[name]
		if s, isText := v.(string); given && !(isText && isNone(s)) {
			return true
		}
	}
	return anyLink(input["parent"])
}

// anyLink reports whether one of the values is an address, which the workspace has
// to be known for.
func anyLink(v any) bool {
	switch v := v.(type) {
	case string:
		_, is := ParseLink(v)
		return is
	case []string:
		return slices.ContainsFunc(v, func(s string) bool { return anyLink(s) })
	case []any:
		return slices.ContainsFunc(v, anyLink)
	}
	return false
}

func (l *lister) onlyWords() bool {
	for name := range l.given {
		if name != "query" && !slices.Contains(pagingArguments, name) {
			return false
		}
	}
	return true
}

func (l *lister) paging(q *IssueQuery) {
	if v, ok := l.given["first"]; ok {
		n, isWhole := whole(v)
		if !isWhole || n < 1 || n > maxPage {
			l.fail(invalid("first", fmt.Sprintf("1 to %d issues fit a page.", maxPage)))
		}
		q.First = n
	}
	q.After, _ = l.text("after")
	q.Before, _ = l.text("before")
	if q.After != "" && q.Before != "" {
		l.fail(invalid("before", "Only one of after and before can be given."))
	}
	if order, ok := l.text("sort"); ok {
		q.Sort = Sort(order)
		if _, known := orders[q.Sort]; !known && q.Sort != SortNewest && q.Sort != SortUpdated {
			l.fail(&ToolError{
				Code: CodeInvalid, Field: "sort", Message: "There is no such order.",
				Candidates: []string{"newest", "oldest", "updated", "priority", "due"},
			})
		}
		l.note("sort", order)
	}
}

func (l *lister) add(f Filter) { l.clauses = append(l.clauses, f) }

// words must each stand in the title or in the description.
func (l *lister) words(text string) {
	for _, word := range strings.Fields(text)[:min(len(strings.Fields(text)), 10)] {
		contains := Filter{"containsIgnoreCase": word}
		l.add(Filter{"or": []any{Filter{"title": contains}, Filter{"description": contains}}})
	}
}

func (l *lister) names() {
	if names := l.list("team"); len(names) > 0 {
		l.team(names)
	}
	if names := l.list("state"); len(names) > 0 {
		states := l.states(names)
		l.note("state", strings.Join(states, ", "))
		l.add(Filter{"state": Filter{"name": oneOrMore(states, "eqIgnoreCase", "in")}})
	}
	for _, field := range []string{"assignee", "creator"} {
		l.either(field, func(name string) (string, string) {
			u, err := l.d.User(name)
			l.failName(err, field)
			return u.ID, person(u)
		})
	}
	l.either("project", func(name string) (string, string) {
		p, err := l.d.Project("", name)
		l.failName(err, "project")
		return p.ID, p.Name
	})
	for _, name := range l.list("labels") {
		found, reading := l.labelsNamed(name)
		l.note("labels", joinNote(l.applied["labels"], reading))
		l.add(Filter{"labels": Filter{"some": Filter{"id": oneOrMore(found, "eq", "in")}}})
	}
	var any []string
	for _, name := range l.list("anyLabels") {
		found, reading := l.labelsNamed(name)
		any = append(any, found...)
		l.note("anyLabels", joinNote(l.applied["anyLabels"], reading))
	}
	if len(any) > 0 {
		l.add(Filter{"labels": Filter{"some": Filter{"id": oneOrMore(any, "eq", "in")}}})
	}
}

func (l *lister) failName(err error, field string) {
	if missing, ok := errors.AsType[*NameError](err); ok {
		missing.Field = field
		l.fail(missing)
	}
}

func (l *lister) team(names []string) {
	var found, readings []string
	for _, name := range names {
		t, err := l.d.Team(name)
		l.failName(err, "team")
		l.teams = append(l.teams, t)
		found, readings = append(found, t.ID), append(readings, t.Name)
	}
	l.note("team", strings.Join(readings, ", "))
	l.add(Filter{"team": Filter{"id": oneOrMore(found, "eq", "in")}})
}

// either adds a condition on one related thing: any of the names, or none.
func (l *lister) either(field string, find func(name string) (id, reading string)) {
	var found, readings []string
	none := false
	for _, name := range l.list(field) {
		if isNone(name) {
			none = true
			readings = append(readings, "none")
			continue
		}
		id, reading := find(name)
		found, readings = append(found, id), append(readings, reading)
	}
	if len(readings) == 0 {
		return
	}
	l.note(field, strings.Join(readings, ", "))
	var or []any
	if len(found) > 0 {
		or = append(or, Filter{field: Filter{"id": oneOrMore(found, "eq", "in")}})
	}
	if none {
		or = append(or, Filter{field: Filter{"null": true}})
	}
	l.add(either(or))
}

// states are the names of the states that are meant, as their teams spell them.
func (l *lister) states(names []string) []string {
	teams := l.teams
	if len(teams) == 0 {
		teams = l.d.Teams
	}
	var entries []entry // one for each spelling
	for _, t := range teams {
		for _, s := range t.States {
			if !slices.ContainsFunc(entries, func(e entry) bool { return e.Name == s.Name }) {
				entries = append(entries, entry{Candidate: Candidate{Name: s.Name}, names: folded(s.Name)})
			}
		}
	}
	var found []string
	for _, name := range names {
		if s, ok := stateByID(teams, name); ok {
			found = append(found, s.Name)
			continue
		}
		found = append(found, l.spellings(name, teams, entries)...)
	}
	return found
}

// spellings finds a state name; teams may spell one name in several ways.
func (l *lister) spellings(name string, teams []Team, entries []entry) []string {
	matched := match(name, entries)
	var found []string
	for _, i := range matched {
		found = append(found, entries[i].Name)
	}
	different := slices.ContainsFunc(matched, func(i int) bool { return fold(entries[i].Name) != fold(found[0]) })
	if len(found) > 0 && !different {
		return found
	}
	e := &NameError{Field: "state", Name: name, Ambiguous: different}
	if len(l.teams) == 1 {
		e.Team = teams[0].Key
	}
	for i, c := range entries {
		if !different || slices.Contains(matched, i) {
			e.Candidates = append(e.Candidates, c.Candidate)
		}
	}
	l.fail(e)
	return nil
}

func stateByID(teams []Team, id string) (State, bool) {
	for _, t := range teams {
		for _, s := range t.States {
			if s.ID != "" && strings.EqualFold(s.ID, id) {
				return s, true
			}
		}
	}
	return State{}, false
}

// labelsNamed are the ids of all labels with the name: several teams may have
// one of the same name, and a filter can mean them all.
func (l *lister) labelsNamed(name string) (found []string, reading string) {
	teamID := ""
	if len(l.teams) == 1 {
		teamID = l.teams[0].ID
	}
	one, err := l.d.Label(teamID, name)
	if err == nil {
		return []string{one.ID}, one.Name
	}
	missing, _ := errors.AsType[*NameError](err) // the directory returns nothing else
	if !missing.Ambiguous || len(missing.Candidates) == 0 {
		l.fail(missing)
		return nil, ""
	}
	for _, c := range missing.Candidates {
		if fold(c.Name) != fold(missing.Candidates[0].Name) {
			l.fail(missing)
			return nil, ""
		}
		found = append(found, c.ID)
	}
	return found, missing.Candidates[0].Name
}
