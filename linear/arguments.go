package linear

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Applied tells how names were read: argument → what it stands for.
type Applied map[string]string

// arguments are the inputs of a resolver in plain JSON form, with the first
// thing that is wrong with them.
type arguments struct {
	d       *Directory
	given   map[string]any
	applied Applied
	err     error
}

// newArguments copies input into plain JSON values (string, float64, []any,
// map[string]any) and refuses what is not in valid.
func newArguments(d *Directory, input map[string]any, valid []string) *arguments {
	a := &arguments{d: d, applied: Applied{}}
	raw, err := json.Marshal(input)
	if err == nil {
		err = json.Unmarshal(raw, &a.given)
	}
	if err != nil {
		a.err = invalid("", "The input is not JSON.")
		return a
	}
	for _, name := range slices.Sorted(maps.Keys(a.given)) {
		if a.given[name] == nil && name != "assigneeId" {
			delete(a.given, name)
			continue
		}
		if !slices.Contains(valid, name) {
			a.err = unknownArgument(name, valid)
			return a
		}
		a.given[name] = coerce(name, a.given[name])
	}
	return a
}

// fail keeps the first failure.
func (a *arguments) fail(err error) {
	if a.err == nil {
		a.err = err
	}
}

func (a *arguments) has(names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { _, ok := a.given[n]; return ok })
}

// text reads a string argument; false when it is not given.
func (a *arguments) text(name string) (string, bool) {
	v, ok := a.given[name]
	if !ok {
		return "", false
	}
	switch v := v.(type) {
	case string:
		return v, true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case nil:
		return "none", true // assigneeId: null
	}
	a.fail(invalid(name, "One text is needed here."))
	return "", false
}

// list reads a string or a list of strings.
func (a *arguments) list(name string) []string {
	v, ok := a.given[name]
	if !ok {
		return nil
	}
	return a.strings(name, v)
}

func (a *arguments) strings(name string, v any) []string {
	items, ok := v.([]any)
	if !ok {
		items = []any{v}
	}
	var all []string
	for _, item := range items {
		switch item := item.(type) {
		case string:
			all = append(all, item)
		case float64:
			all = append(all, strconv.FormatFloat(item, 'f', -1, 64))
		default:
			a.fail(invalid(name, "Texts are needed here."))
		}
	}
	return all
}

// note records how an argument was read.
func (a *arguments) note(name, reading string) { a.applied[name] = reading }

// twin resolves an argument that has two names. Both may be given only when
// they mean the same.
func twin[T any](a *arguments, idName, name string, find func(string) (T, error), id func(T) string) (found T, cleared, ok bool) {
	var first string
	for _, argument := range []string{name, idName} {
		given, has := a.text(argument)
		if !has || a.err != nil {
			continue
		}
		var one T
		none := isNone(given)
		if !none {
			var err error
			if one, err = find(given); err != nil {
				a.fail(err)
				return found, false, false
			}
		}
		if ok && (first != id(one) || none != cleared) {
			a.fail(invalid(argument, fmt.Sprintf("%s and %s name different things.", name, idName)))
			return found, false, false
		}
		found, first, cleared, ok = one, id(one), none, true
	}
	return found, cleared, ok && a.err == nil
}

// isNone reads the words that mean nobody or nothing.
func isNone(s string) bool {
	switch fold(s) {
	case "none", "nobody", "no one", "unassigned":
		return true
	}
	return false
}

func (a *arguments) title() (string, bool) {
	title, ok := a.text("title")
	if !ok {
		return "", false
	}
	title = strings.TrimSpace(title)
	switch n := len([]rune(title)); {
	case n == 0:
		a.fail(invalid("title", "The title is empty."))
	case n > 255:
		a.fail(invalid("title", fmt.Sprintf("The title has %d characters, at most 255 are allowed.", n)))
	}
	return title, true
}

func (a *arguments) priority() (int, bool) {
	v, ok := a.given["priority"]
	if !ok {
		return 0, false
	}
	n, isWhole := whole(v)
	if !isWhole || n < 0 || n > 4 {
		_, err := ParsePriority(fmt.Sprint(v))
		if err == nil { // a list of one, or 2.0 in some odd dress
			err = invalid("priority", "One priority is needed here.")
		}
		a.fail(err)
		return 0, false
	}
	a.note("priority", PriorityName(n))
	return n, true
}

// estimate holds a value to the team's scale. cleared is true for "none".
func (a *arguments) estimate(team Team) (n int, cleared, ok bool) {
	v, given := a.given["estimate"]
	if !given {
		return 0, false, false
	}
	if s, isText := v.(string); isText && isNone(s) {
		a.note("estimate", "none")
		return 0, true, true
	}
	n, isWhole := whole(v)
	scale, used := team.Estimates()
	if isWhole && n >= 0 && used && (scale == nil || slices.Contains(scale, n)) {
		a.note("estimate", strconv.Itoa(n))
		return n, false, true
	}
	e := &NameError{Field: "estimate", Name: fmt.Sprint(v), Team: team.Key}
	for _, allowed := range scale {
		e.Candidates = append(e.Candidates, Candidate{Name: strconv.Itoa(allowed)})
	}
	a.fail(e)
	return 0, false, false
}

// day reads a calendar day. cleared is true for "none".
func (a *arguments) day(name string) (day string, cleared, ok bool) {
	given, has := a.text(name)
	if !has {
		return "", false, false
	}
	if isNone(given) {
		a.note(name, "none")
		return "", true, true
	}
	if _, err := time.Parse(time.DateOnly, given); err != nil {
		a.fail(invalid(name, "A day is written YYYY-MM-DD."))
		return "", false, false
	}
	a.note(name, given)
	return given, false, true
}

// labels resolves label names inside a team and holds them to exclusive groups.
func (a *arguments) labels(name, teamID string) []Label {
	var found []Label
	for _, given := range a.list(name) {
		l, err := a.d.Label(teamID, given)
		if err != nil {
			a.fail(err)
			return nil
		}
		if !slices.ContainsFunc(found, func(o Label) bool { return o.ID == l.ID }) {
			found = append(found, l)
		}
	}
	for i, l := range found {
		for _, other := range found[:i] {
			if l.Parent != nil && other.Parent != nil && l.Parent.ID == other.Parent.ID {
				a.fail(invalid(name, fmt.Sprintf("%s and %s are both in the group %s, and an issue carries one of a group.", other.Name, l.Name, l.Parent.Name)))
			}
		}
	}
	if len(found) > 0 {
		a.note(name, strings.Join(labelNames(found), ", "))
	}
	return found
}

func labelIDs(labels []Label) []string {
	out := make([]string, len(labels))
	for i, l := range labels {
		out[i] = l.ID
	}
	return out
}

func labelNames(labels []Label) []string {
	out := make([]string, len(labels))
	for i, l := range labels {
		out[i] = l.Name
	}
	return out
}

// person says who, so that two of one name can be told apart.
func person(u User) string {
	if u.Email == "" {
		return u.Name
	}
	return u.Name + " <" + u.Email + ">"
}
