package modeltest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

func (i demoIssue) link() string { return "[" + i.ID + "](" + i.URL + ")" }

// links names the first issues of a list as links.
func links(issues []demoIssue, most int) string {
	var all []string
	for _, i := range issues[:min(len(issues), most)] {
		all = append(all, i.link())
	}
	if more := len(issues) - most; more > 0 {
		return strings.Join(all, ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(all, ", ")
}

// bullets lists issues by identifier, which Linear makes links of.
func bullets(issues []demoIssue) string {
	var b strings.Builder
	for _, i := range issues {
		fmt.Fprintf(&b, "- %s %s\n", i.ID, i.Title)
	}
	return b.String()
}

func (t *demoTalk) overdue(i demoIssue) bool {
	return i.DueDate != "" && i.DueDate < t.today.Format(time.DateOnly)
}

// weights of a priority: what is due or under way comes before what is not.
var weights = map[string]int{"Urgent": 40, "High": 30, "Medium": 20, "Low": 10}

func (t *demoTalk) rank(i demoIssue) int {
	n := weights[i.Priority]
	if t.overdue(i) {
		n += 50
	} else if i.DueDate != "" && i.DueDate <= t.today.AddDate(0, 0, 7).Format(time.DateOnly) {
		n += 15
	}
	if i.State == "In Progress" || i.State == "In Review" {
		n += 5
	}
	return n
}

// byRank sorts issues by how much they matter now; the older first among equals.
func byRank(t *demoTalk, issues []demoIssue) []demoIssue {
	sorted := slices.Clone(issues)
	slices.SortStableFunc(sorted, func(a, b demoIssue) int {
		if d := t.rank(b) - t.rank(a); d != 0 {
			return d
		}
		return strings.Compare(a.CreatedAt, b.CreatedAt)
	})
	return sorted
}

// reason says in words why an issue comes where it does.
func (t *demoTalk) reason(i demoIssue) string {
	var why []string
	if i.Priority != "" {
		why = append(why, strings.ToLower(i.Priority))
	}
	switch {
	case t.overdue(i):
		why = append(why, "was due on "+day(i.DueDate))
	case i.DueDate != "":
		why = append(why, "due on "+day(i.DueDate))
	}
	why = append(why, strings.ToLower(i.State), "open since "+day(i.CreatedAt))
	return strings.Join(why, ", ")
}

// group is the issues that share a name.
type group struct {
	name   string
	issues []demoIssue
}

// groupBy groups issues, the largest group first.
func groupBy(issues []demoIssue, name func(demoIssue) string) []group {
	var all []group
	for _, i := range issues {
		at := slices.IndexFunc(all, func(g group) bool { return g.name == name(i) })
		if at < 0 {
			all, at = append(all, group{name: name(i)}), len(all)
		}
		all[at].issues = append(all[at].issues, i)
	}
	slices.SortStableFunc(all, func(a, b group) int { return len(b.issues) - len(a.issues) })
	return all
}

func mostCommon(issues []demoIssue, name func(demoIssue) string) string {
	return groupBy(issues, name)[0].name
}

func keepIf(issues []demoIssue, ok func(demoIssue) bool) []demoIssue {
	var kept []demoIssue
	for _, i := range issues {
		if ok(i) {
			kept = append(kept, i)
		}
	}
	return kept
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

var addresses = regexp.MustCompile(`<?\w+://[^\s>]+>?`)

// clipped is a text on one line without addresses, cut at a word.
func clipped(text string, most int) string {
	text = strings.Join(strings.Fields(addresses.ReplaceAllString(text, "(link)")), " ")
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	cut := string(runes[:most])
	if at := strings.LastIndex(cut, " "); at > most/2 {
		cut = cut[:at]
	}
	return cut + "…"
}

// day is a date as people write it.
func day(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return t.Format("2 Jan 2006")
}
