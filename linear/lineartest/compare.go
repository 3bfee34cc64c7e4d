package lineartest

import (
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// date is a calendar date YYYY-MM-DD as a filter value.
type date string

// compare applies one comparator object to a value.
func (c *call) compare(v any, want input) (bool, error) {
	for op, arg := range want {
		if arg == nil || op == "null" {
			continue
		}
		ok, err := c.compareOne(v, op, arg)
		if err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

func (c *call) compareOne(v any, op string, arg any) (bool, error) {
	switch op {
	case "in", "nin":
		found := false
		for _, a := range asList(arg) {
			ok, err := c.compareOne(v, "eq", a)
			if err != nil {
				return false, err
			}
			found = found || ok
		}
		return found == (op == "in"), nil
	case "and", "or":
		return c.matchKey(op, arg, func(in input) (bool, error) { return c.matchValue(v, in) }, nil)
	}
	switch v := v.(type) {
	case string:
		return compareText(v, op, arg), nil
	case bool:
		b, _ := arg.(bool)
		return (v == b) == (op == "eq"), nil
	case float64:
		return ordered(op, cmpFloat(v, number(arg))), nil
	case time.Time:
		t, err := parseMoment(arg, c.now)
		return ordered(op, v.Compare(t)), err
	case date:
		t, err := parseMoment(arg, c.now)
		return ordered(op, strings.Compare(string(v), t.Format(time.DateOnly))), err
	}
	return false, nil
}

func ordered(op string, order int) bool {
	switch op {
	case "eq":
		return order == 0
	case "neq":
		return order != 0
	case "lt":
		return order < 0
	case "lte":
		return order <= 0
	case "gt":
		return order > 0
	case "gte":
		return order >= 0
	}
	return false
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func compareText(v, op string, arg any) bool {
	s, _ := arg.(string)
	low, lowS := strings.ToLower(v), strings.ToLower(s)
	switch op {
	case "eq":
		return v == s
	case "neq":
		return v != s
	case "eqIgnoreCase":
		return low == lowS
	case "neqIgnoreCase":
		return low != lowS
	case "contains":
		return strings.Contains(v, s)
	case "notContains":
		return !strings.Contains(v, s)
	case "containsIgnoreCase":
		return strings.Contains(low, lowS)
	case "notContainsIgnoreCase":
		return !strings.Contains(low, lowS)
	case "containsIgnoreCaseAndAccent":
		return strings.Contains(foldAccents(low), foldAccents(lowS))
	case "startsWith":
		return strings.HasPrefix(v, s)
	case "startsWithIgnoreCase":
		return strings.HasPrefix(low, lowS)
	case "notStartsWith":
		return !strings.HasPrefix(v, s)
	case "endsWith":
		return strings.HasSuffix(v, s)
	case "notEndsWith":
		return !strings.HasSuffix(v, s)
	}
	return false
}

// foldAccents drops combining marks and maps the common Latin letters that carry one.
func foldAccents(s string) string {
	const from, to = "àáâãäåçèéêëìíîïñòóôõöøùúûüýÿ", "aaaaaaceeeeiiiinoooooouuuuyy"
	plain := []rune(to)
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		for i, f := range []rune(from) {
			if f == r {
				return plain[i]
			}
		}
		return r
	}, s)
}

// number reads what JSON and GraphQL literals give for a Float or an Int.
func number(v any) float64 {
	switch v := v.(type) {
	case float64:
		return v
	case int32:
		return float64(v)
	case int64:
		return float64(v)
	case int:
		return float64(v)
	case json.Number:
		f, _ := v.Float64() // judged to be a number before
		return f
	}
	return 0
}

var durationPattern = regexp.MustCompile(`^([+-]?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$`)

var errMoment = errors.New("not a date, a time or an ISO 8601 duration")

// parseMoment reads what DateTimeOrDuration and TimelessDateOrDuration take:
// an ISO 8601 date or time, the shortcuts 2026 and 2026-03, or a duration
// relative to now (P2W, -P1D).
func parseMoment(v any, now time.Time) (time.Time, error) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, badArgument("filter", "isDate", errMoment.Error())
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", time.DateOnly, "2006-01", "2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	m := durationPattern.FindStringSubmatch(s)
	if m == nil || strings.HasSuffix(s, "P") || strings.HasSuffix(s, "T") {
		return time.Time{}, badArgument("filter", "isDate", strconv.Quote(s)+" is "+errMoment.Error())
	}
	sign := 1
	if m[1] == "-" {
		sign = -1
	}
	n := func(i int) int {
		v, _ := strconv.Atoi(m[i]) // an absent part counts nothing
		return sign * v
	}
	clock := time.Duration(n(6))*time.Hour + time.Duration(n(7))*time.Minute + time.Duration(n(8))*time.Second
	return now.UTC().AddDate(n(2), n(3), 7*n(4)+n(5)).Add(clock), nil
}
