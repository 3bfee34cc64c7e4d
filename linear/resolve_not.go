package linear

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// negations adds what must not hold. A thing that an issue may lack does not
// hold when it is lacking: not Alice's includes nobody's.
func (l *lister) negations(not map[string]any) {
	for _, field := range slices.Sorted(maps.Keys(not)) {
		names := l.strings("not", not[field])
		if l.err != nil {
			return
		}
		l.note("not "+field, strings.Join(names, ", "))
		switch field {
		case "state":
			l.add(Filter{"state": Filter{"name": Filter{"nin": l.states(names)}}})
		case "priority":
			items := make([]any, len(names))
			for i, n := range names {
				items[i] = n
			}
			l.add(Filter{"priority": Filter{"nin": l.priorities(items)}})
			delete(l.applied, "priority")
		case "labels":
			var ids []string
			for _, name := range names {
				found, _ := l.labelsNamed(name)
				ids = append(ids, found...)
			}
			l.add(Filter{"labels": Filter{"every": Filter{"id": Filter{"nin": ids}}}})
		case "team":
			l.notTeam(names)
		case "assignee", "creator", "project":
			l.neither(field, names)
		case "cycle":
			for _, name := range names {
				l.notCycle(name)
			}
		case "parent":
			for _, name := range names {
				l.notParent(name)
			}
		default:
			l.fail(unknownArgument(field, []string{"state", "priority", "labels", "team", "assignee", "creator", "project", "cycle", "parent"}))
		}
	}
}

func (l *lister) notTeam(names []string) {
	var ids []string
	for _, name := range names {
		t, err := l.d.Team(name)
		l.failName(err, "team")
		ids = append(ids, t.ID)
	}
	l.add(Filter{"team": Filter{"id": Filter{"nin": ids}}})
}

func (l *lister) neither(field string, names []string) {
	var ids []string
	for _, name := range names {
		if isNone(name) {
			l.add(Filter{field: Filter{"null": false}})
			continue
		}
		ids = append(ids, l.idOf(field, name))
	}
	if len(ids) > 0 {
		other := Filter{field: Filter{"id": Filter{"nin": ids}}}
		l.add(Filter{"or": []any{other, Filter{field: Filter{"null": true}}}})
	}
}

func (l *lister) idOf(field, name string) string {
	if field == "project" {
		p, err := l.d.Project("", name)
		l.failName(err, field)
		return p.ID
	}
	u, err := l.d.User(name)
	l.failName(err, field)
	return u.ID
}

// notParent leaves out the sub-issues of one issue; not none is all sub-issues.
func (l *lister) notParent(name string) {
	ref, ok := l.d.ParseRef(name)
	orphan := Filter{"parent": Filter{"null": true}}
	switch key, number, _ := strings.Cut(ref, "-"); {
	case isNone(name):
		l.add(Filter{"parent": Filter{"null": false}})
	case !ok:
		l.fail(invalid("parent", "The parent is an issue such as ENG-10."))
	case isUUID(ref):
		l.add(Filter{"or": []any{orphan, Filter{"parent": Filter{"id": Filter{"neq": ref}}}}})
	default:
		n, _ := strconv.Atoi(number) // ParseRef let only digits through
		l.add(Filter{"or": []any{orphan, Filter{"parent": Filter{"number": Filter{"neq": n}}}, Filter{"parent": Filter{"team": Filter{"key": Filter{"neq": key}}}}}})
	}
}

func (l *lister) notCycle(name string) {
	switch f := cycleFilter(name); {
	case f["null"] == true:
		l.add(Filter{"cycle": Filter{"null": false}})
	case f["isActive"] != nil, f["isNext"] != nil, f["isPrevious"] != nil:
		for word := range f {
			l.add(Filter{"or": []any{Filter{"cycle": Filter{word: Filter{"eq": false}}}, Filter{"cycle": Filter{"null": true}}}})
		}
	case f["number"] != nil:
		l.add(Filter{"or": []any{Filter{"cycle": Filter{"number": Filter{"neq": f["number"].(Filter)["eq"]}}}, Filter{"cycle": Filter{"null": true}}}})
	default:
		l.fail(invalid("not", "A cycle is left out by number, or as current, next or previous."))
	}
}
