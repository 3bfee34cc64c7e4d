package linear

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	whenShape     = regexp.MustCompile(`^(-P[0-9]+[DWM]|[0-9]{4}-[0-9]{2}-[0-9]{2}.*)$`)
	estimateShape = regexp.MustCompile(`^(<=|>=|<|>|=)?([0-9]{1,2})$`)
	closedTypes   = []string{"completed", "canceled", "duplicate"}
)

// values adds the conditions that need no names.
func (l *lister) values() {
	if class, ok := l.text("stateType"); ok {
		l.stateType(class)
	}
	if given, ok := l.given["priority"]; ok {
		found := l.priorities(given)
		l.add(Filter{"priority": oneOrMore(found, "eq", "in")})
	}
	if names := l.list("cycle"); len(names) > 0 {
		l.cycle(names)
	}
	l.between("createdAt", "createdAfter", "createdBefore")
	l.between("updatedAt", "updatedAfter", "updatedBefore")
	l.between("completedAt", "completedAfter", "completedBefore")
	l.between("dueDate", "dueAfter", "dueBefore")
	if given, ok := l.text("dueDate"); ok {
		l.due(given)
	}
	if given, ok := l.text("estimate"); ok {
		l.estimateRange(given)
	}
	if names := l.list("parent"); len(names) > 0 {
		l.parents(names)
	}
}

// stateType is open (still to be done), closed, or one of Linear's types.
func (l *lister) stateType(class string) {
	l.note("stateType", class)
	switch class {
	case "all":
	case "open":
		l.add(OpenOnly())
	case "closed":
		l.add(Filter{"state": Filter{"type": Filter{"in": closedTypes}}})
	case "triage", "backlog", "unstarted", "started", "completed", "canceled":
		l.add(Filter{"state": Filter{"type": Filter{"eq": class}}})
	default:
		l.fail(&ToolError{
			Code: CodeInvalid, Field: "stateType", Message: "There is no such class of states.",
			Candidates: []string{"open", "closed", "triage", "backlog", "unstarted", "started", "completed", "canceled"},
		})
	}
}

// priorities are listed one by one: "lte 2" would include none, which is 0.
func (l *lister) priorities(given any) []int {
	items, ok := given.([]any)
	if !ok {
		items = []any{given}
	}
	var found []int
	var readings []string
	for _, item := range items {
		n, isWhole := whole(coercePriority(item))
		if !isWhole || n < 0 || n > 4 {
			_, err := ParsePriority(fmt.Sprint(item))
			l.fail(err)
			return nil
		}
		found, readings = append(found, n), append(readings, PriorityName(n))
	}
	l.note("priority", strings.Join(readings, ", "))
	return found
}

func (l *lister) cycle(names []string) {
	var or []any
	for _, name := range names {
		or = append(or, Filter{"cycle": cycleFilter(name)})
	}
	l.note("cycle", strings.Join(names, ", "))
	l.add(either(or))
}

func cycleFilter(name string) Filter {
	word := fold(name)
	switch word {
	case "current", "active":
		return Filter{"isActive": Filter{"eq": true}}
	case "next":
		return Filter{"isNext": Filter{"eq": true}}
	case "previous", "last":
		return Filter{"isPrevious": Filter{"eq": true}}
	}
	if isNone(name) {
		return Filter{"null": true}
	}
	if n, ok := cycleNumber(word); ok {
		return Filter{"number": Filter{"eq": n}}
	}
	if isUUID(name) {
		return Filter{"id": Filter{"eq": name}}
	}
	return Filter{"name": Filter{"eqIgnoreCase": name}}
}

// between adds a range: after includes its moment or day, before does not.
func (l *lister) between(field, after, before string) {
	span := Filter{}
	for name, operator := range map[string]string{after: "gte", before: "lt"} {
		given, ok := l.text(name)
		if !ok {
			continue
		}
		if !isWhen(given) {
			l.fail(invalid(name, "A date (2026-11-23) or a span back from now (-P7D) is needed here."))
			continue
		}
		l.note(name, given)
		if field == "dueDate" && !strings.HasPrefix(given, "-P") {
			given = given[:len(time.DateOnly)]
		}
		span[operator] = given
	}
	if len(span) > 0 {
		l.add(Filter{field: span})
	}
}

func isWhen(text string) bool {
	if !whenShape.MatchString(text) {
		return false
	}
	if strings.HasPrefix(text, "-P") {
		return true
	}
	if _, err := time.Parse(time.DateOnly, text); err == nil {
		return true
	}
	_, err := time.Parse(time.RFC3339, text)
	return err == nil
}

func (l *lister) due(given string) {
	day, none, ok := l.day("dueDate")
	switch {
	case !ok:
		return
	case none:
		l.add(Filter{"dueDate": Filter{"null": true}})
	default:
		l.add(Filter{"dueDate": Filter{"eq": day}})
	}
	l.note("dueDate", given)
}

func (l *lister) estimateRange(given string) {
	l.note("estimate", given)
	if isNone(given) {
		l.add(Filter{"estimate": Filter{"null": true}})
		return
	}
	parts := estimateShape.FindStringSubmatch(given)
	if parts == nil {
		l.fail(invalid("estimate", "An estimate is a number, such as 3 or >3."))
		return
	}
	operators := map[string]string{"": "eq", "=": "eq", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
	n, _ := strconv.Atoi(parts[2]) // the shape lets only digits through
	l.add(Filter{"estimate": Filter{operators[parts[1]]: n}})
}

func (l *lister) parents(names []string) {
	var or []any
	for _, name := range names {
		ref, ok := l.d.ParseRef(name)
		switch key, number, _ := strings.Cut(ref, "-"); {
		case isNone(name):
			or = append(or, Filter{"parent": Filter{"null": true}})
		case !ok:
			l.fail(invalid("parent", "The parent is an issue of this workspace, such as ENG-10."))
		case isUUID(ref):
			or = append(or, Filter{"parent": Filter{"id": Filter{"eq": ref}}})
		default:
			n, _ := strconv.Atoi(number) // ParseRef let only digits through
			or = append(or, Filter{"parent": Filter{"team": Filter{"key": Filter{"eq": key}}, "number": Filter{"eq": n}}})
		}
	}
	l.note("parent", strings.Join(names, ", "))
	if len(or) > 0 {
		l.add(either(or))
	}
}

// oneOrMore compares with one value or with any of several.
func oneOrMore[T any](values []T, one, more string) Filter {
	if len(values) == 1 {
		return Filter{one: values[0]}
	}
	return Filter{more: values}
}

// all joins clauses that must all hold: fields side by side, and what asks
// about a field twice in and.
func all(clauses []Filter) Filter {
	if len(clauses) == 0 {
		return nil
	}
	joined := Filter{}
	var and []any
	for _, c := range clauses {
		taken := slices.ContainsFunc(slices.Collect(maps.Keys(c)), func(k string) bool { return joined[k] != nil })
		if taken {
			and = append(and, c)
			continue
		}
		maps.Copy(joined, c)
	}
	if len(and) > 0 {
		joined["and"] = and
	}
	return joined
}
