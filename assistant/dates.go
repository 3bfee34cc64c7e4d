package assistant

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

const isoDay = "2006-01-02"

var (
	spanShape    = regexp.MustCompile(`^(\d{1,4})\s*(h|hours?|hrs?|d|days?|w|weeks?|wks?|m|mo|months?|q|quarters?|y|years?)$`)
	dayOfMonth   = regexp.MustCompile(`^(\d{1,2})(?:st|nd|rd|th)$`)
	numericShape = regexp.MustCompile(`^(?:(\d{4})[./](\d{2})[./](\d{2})|(\d{1,2})[./](\d{1,2})(?:[./](\d{4}|\d{2}))?)$`)
	monthShape   = regexp.MustCompile(`^(?:(\d{1,2})(?:st|nd|rd|th)?(?:\s+of)?\s+([a-z]{3,9})|([a-z]{3,9})\s+(\d{1,2})(?:st|nd|rd|th)?)(?:,?\s+(\d{4}))?$`)
)

// parseDay reads a calendar day relative to now, in now's location: today,
// friday (the coming one, today included), next friday, in 3 days, 2w, dec 1,
// 2026-12-01, end of week. ok is false for anything else.
func parseDay(text string, now time.Time) (day time.Time, ok bool) {
	text = strings.ToLower(strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '_' }), " "))
	today := startOfDay(now)
	if day, err := time.ParseInLocation(isoDay, text, now.Location()); err == nil {
		return day, true
	}
	if day, ok := numericDay(text, now); ok {
		return day, true
	}
	switch text {
	case "today", "tonight", "eod", "end of day", "end of the day":
		return today, true
	case "tomorrow", "tmr", "tmrw":
		return today.AddDate(0, 0, 1), true
	case "day after tomorrow", "the day after tomorrow":
		return today.AddDate(0, 0, 2), true
	case "yesterday":
		return today.AddDate(0, 0, -1), true
	case "eow", "end of week", "end of the week", "end-of-week", "this week":
		return startOfWeek(now).AddDate(0, 0, 4), true // friday
	case "eom", "end of month", "end of the month", "end-of-month", "this month":
		return startOfMonth(now).AddDate(0, 1, -1), true
	case "next week":
		return startOfWeek(now).AddDate(0, 0, 7), true
	case "next month":
		return startOfMonth(now).AddDate(0, 1, 0), true
	case "end of next week", "the end of next week":
		return startOfWeek(now).AddDate(0, 0, 11), true // friday
	case "eoy", "end of year", "end of the year":
		return time.Date(now.Year(), time.December, 31, 0, 0, 0, 0, now.Location()), true
	}
	for _, start := range []string{" from now", " from today"} {
		text = strings.TrimSuffix(text, start)
	}
	for _, one := range []string{"a ", "an ", "in a ", "in an "} {
		if rest, ok := strings.CutPrefix(text, one); ok {
			text = "1 " + rest
		}
	}
	if day, ok := namedWeekday(text, now); ok {
		return day, true
	}
	if day, ok := parseMonthDay(text, now); ok {
		return day, true
	}
	if m := dayOfMonth.FindStringSubmatch(text); m != nil {
		n, _ := strconv.Atoi(m[1]) // two digits at most, by the pattern
		return comingDay(n, today)
	}
	text = strings.TrimPrefix(strings.ReplaceAll(text, "-", " "), "in ")
	if n, unit, ok := parseSpan(text); ok && unit != 'H' {
		return addSpan(today, n, unit), true
	}
	return time.Time{}, false
}

// numericDay reads 31.12.2026, 12/31/2026, 31/12 and 2026/12/31. Between slashes the
// month may stand first or second: a date that could be two days is none.
func numericDay(text string, now time.Time) (time.Time, bool) {
	m := numericShape.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, false
	}
	y, month, n := m[1]+m[6], m[2]+m[5], m[3]+m[4]
	if strings.Contains(text, "/") && m[1] == "" {
		first, _ := strconv.Atoi(m[4]) // two digits at most, by the pattern
		second, _ := strconv.Atoi(m[5])
		switch {
		case first > 12 || first == second:
		case second > 12:
			month, n = n, month
		default:
			return time.Time{}, false
		}
	}
	if len(y) == 2 {
		y = "20" + y
	}
	dated := y != ""
	if !dated {
		y = strconv.Itoa(now.Year())
	}
	day, err := time.ParseInLocation("2006-1-2", y+"-"+month+"-"+n, now.Location())
	if err != nil {
		return time.Time{}, false
	}
	if !dated && day.Before(startOfDay(now)) {
		day = day.AddDate(1, 0, 0)
	}
	return day, true
}

// comingDay is the next day with that number: the 30th.
func comingDay(n int, today time.Time) (time.Time, bool) {
	for months := range 3 {
		day := time.Date(today.Year(), today.Month()+time.Month(months), n, 0, 0, 0, 0, today.Location())
		if day.Day() == n && !day.Before(today) {
			return day, true
		}
	}
	return time.Time{}, false
}

// lastDay is the latest day with that number that is over: the 30th.
func lastDay(n int, today time.Time) (time.Time, bool) {
	for months := range 3 {
		day := time.Date(today.Year(), today.Month()-time.Month(months), n, 0, 0, 0, 0, today.Location())
		if day.Day() == n && !day.After(today) {
			return day, true
		}
	}
	return time.Time{}, false
}

// parsePastDay is parseDay for a day that has been: friday is the last one,
// june is the first of the last june. A day with its year stays what it is.
func parsePastDay(text string, now time.Time) (day time.Time, ok bool) {
	if month, ok := monthNamed(strings.ToLower(text)); ok {
		day = time.Date(now.Year(), month, 1, 0, 0, 0, 0, now.Location())
		if day.After(now) {
			day = day.AddDate(-1, 0, 0)
		}
		return day, true
	}
	day, ok = parseDay(text, now)
	if !ok || !day.After(now) {
		return day, ok
	}
	if _, dated := parseMonthDay(strings.ToLower(text), now); dated && !yearShape.MatchString(text) {
		return day.AddDate(-1, 0, 0), true
	}
	if dayOfMonth.MatchString(strings.ToLower(text)) {
		return lastDay(day.Day(), startOfDay(now))
	}
	if _, named := namedWeekday(strings.ToLower(text), now); named {
		return day.AddDate(0, 0, -7), true
	}
	return day, true
}

var yearShape = regexp.MustCompile(`\d{4}`)

// namedWeekday reads friday, this friday, next friday, last friday. "next" is
// the one of the week after this one, "last" the latest before today.
func namedWeekday(text string, now time.Time) (time.Time, bool) {
	text = strings.ReplaceAll(text, "-", " ")
	which, name := "", text
	for _, w := range []string{"this", "next", "last", "on", "coming", "this coming"} {
		if rest, ok := strings.CutPrefix(text, w+" "); ok {
			which, name = w, rest
		}
	}
	wanted, ok := weekday(name)
	if !ok {
		return time.Time{}, false
	}
	today := startOfDay(now)
	ahead := (int(wanted) - int(today.Weekday()) + 7) % 7
	switch which {
	case "next":
		return startOfWeek(now).AddDate(0, 0, 7+(int(wanted)+6)%7), true
	case "last":
		if ahead == 0 {
			ahead = 7
		}
		return today.AddDate(0, 0, ahead-7), true
	}
	return today.AddDate(0, 0, ahead), true
}

func weekday(name string) (time.Weekday, bool) {
	if len(name) < 3 {
		return 0, false
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		full := strings.ToLower(d.String())
		if name == full || name == full[:3] || name == "tues" && d == time.Tuesday || name == "thurs" && d == time.Thursday || name == "thur" && d == time.Thursday {
			return d, true
		}
	}
	return 0, false
}

// parseMonthDay reads "dec 1", "1st of december", "1 dec 2027". Without a year
// it is the coming one.
func parseMonthDay(text string, now time.Time) (time.Time, bool) {
	m := monthShape.FindStringSubmatch(strings.ReplaceAll(text, "-", " "))
	if m == nil {
		return time.Time{}, false
	}
	month, ok := monthNamed(m[2] + m[3])
	if !ok {
		return time.Time{}, false
	}
	n, err := strconv.Atoi(m[1] + m[4])
	if err != nil {
		return time.Time{}, false
	}
	year := now.Year()
	if m[5] != "" {
		year, _ = strconv.Atoi(m[5]) // four digits, by the pattern
	}
	day := time.Date(year, month, n, 0, 0, 0, 0, now.Location())
	if day.Day() != n {
		return time.Time{}, false // february 30
	}
	if m[5] == "" && day.Before(startOfDay(now)) {
		day = day.AddDate(1, 0, 0)
	}
	return day, true
}

func monthNamed(name string) (time.Month, bool) {
	for m := time.January; m <= time.December; m++ {
		full := strings.ToLower(m.String())
		if name == full || name == full[:3] || name == "sept" && m == time.September {
			return m, true
		}
	}
	return 0, false
}

// parseSpan reads 7d, 2 weeks, 24h. unit is one of H D W M Y.
func parseSpan(text string) (n int, unit byte, ok bool) {
	m := spanShape.FindStringSubmatch(strings.ToLower(text))
	if m == nil {
		return 0, 0, false
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return 0, 0, false
	}
	switch m[2][0] {
	case 'h':
		return n, 'H', true
	case 'd':
		return n, 'D', true
	case 'w':
		return n, 'W', true
	case 'q':
		return 3 * n, 'M', true
	case 'y':
		return 12 * n, 'M', true
	}
	return n, 'M', true
}

// ago is a span back from now as the list tool takes it: -P7D. Hours are
// rounded up to days, the tool's finest unit.
func ago(n int, unit byte) string {
	if unit == 'H' {
		n, unit = (n+23)/24, 'D'
	}
	return "-P" + strconv.Itoa(n) + string(unit)
}

func addSpan(day time.Time, n int, unit byte) time.Time {
	switch unit {
	case 'W':
		return day.AddDate(0, 0, 7*n)
	case 'M':
		return day.AddDate(0, n, 0)
	}
	return day.AddDate(0, 0, n)
}

func startOfDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// startOfWeek is monday.
func startOfWeek(t time.Time) time.Time {
	day := startOfDay(t)
	return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
}

func startOfMonth(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, t.Location())
}
