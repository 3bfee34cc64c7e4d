package slackapp

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"linearbot/assistant"
	"linearbot/linear"
)

// listRows is how many issues one page shows.
const listRows = 10

// issueList is one page of issues as a message. Its buttons carry the values the
// handler gave; it reads nothing out of them.
type issueList struct {
	Title   string // "Your open issues"
	Filters string // command syntax without the command word: "list team:ENG"
	Issues  []linear.Issue
	First   int    // number of the first row; 1 on the first page
	More    bool   // another page follows
	Batches bool   // there are more than were sorted together
	Total   int    // 0 when not known
	Age     string // mrkdwn, when the rows are not fresh: "as of 14:02"
	Place   place  // where Linear shows these issues
	Prev    string // value of Previous; "" hides it
	Next    string // value of Next; "" hides it
	State   string // value of Edit filters, Share, Refresh, Remove a filter
	Word    string // the command word: "/linear"

	Shared bool   // posted for the channel: private rows are left out
	By     string // the Slack user who shared it; "" when that is not known
	Hidden int    // rows left out before they came here
}

// message is the page, or the empty state.
func (l issueList) message() Message {
	rows, hidden := l.Issues[:min(len(l.Issues), listRows)], l.Hidden
	if l.Shared {
		rows, hidden = publicRows(rows, hidden)
	}
	if len(rows) == 0 && hidden == 0 {
		return l.empty()
	}
	m := Message{Public: l.Shared}.with(section(l.heading()), l.filterLine())
	for _, i := range rows {
		m = m.with(l.row(i))
	}
	if hidden > 0 {
		m = m.with(contextLine(hiddenLine(hidden)), actions("", button("Show only to me", actRunCommand+".mine", l.Filters)))
	}
	m = m.with(contextLine(dotted(l.position(len(rows)), l.Age, l.sorted())))
	m.Text = l.text(rows, hidden)
	return m.with(l.buttons())
}

// heading says what the list is, and in a channel whose doing.
func (l issueList) heading() string {
	if l.By == "" {
		return bold(inline(l.Title, 150))
	}
	return dotted(bold(inline(l.Title, 150)), "shared by "+mention(l.By))
}

// stale answers a button of a list older than a day.
func (l issueList) stale(made time.Time) Message {
	return sayText("This list is from " + moment(made) + ".").
		with(actions("", primary("Refresh list", actRefresh, l.State)))
}

// publicRows keeps what may be seen by everybody in a channel.
func publicRows(all []linear.Issue, hidden int) ([]linear.Issue, int) {
	kept := make([]linear.Issue, 0, len(all))
	for _, i := range all {
		if i.Team.Private() {
			hidden++
			continue
		}
		kept = append(kept, i)
	}
	return kept, hidden
}

func hiddenLine(n int) string {
	if n == 1 {
		return "1 issue hidden here because its team is private."
	}
	return fmt.Sprintf("%d issues hidden here because their team is private.", n)
}

func (l issueList) empty() Message {
	filters := l.filtersOnly()
	if filters == "" && l.Filters == assistant.VerbMine {
		return sayText("You have no open issues.").with(actions("", button("Edit filters", actEditFilters, l.State), button("New issue", actNewIssue, "")))
	}
	what := "No open issues match "
	if statedFilter.MatchString(" " + filters) {
		what = "No issues match "
	}
	var all []slack.BlockElement
	if filters != "" {
		all = append(all, button("Remove a filter", actDropFilter, l.State))
	}
	return sayText(what + firstOf(code(filters, 300), "that") + ".").
		with(actions("", append(all, button("Edit filters", actEditFilters, l.State), button("New issue", actNewIssue, ""))...))
}

// statedFilter is a filter by state: without one a list holds open issues.
var statedFilter = regexp.MustCompile(`(?i)\s(?:--?|—)?state[:= ]`)

// filtersOnly is the filters without the verb.
func (l issueList) filtersOnly() string {
	verb, rest, ok := strings.Cut(l.Filters, " ")
	if ok && !strings.Contains(verb, ":") {
		return rest
	}
	return l.Filters
}

func (l issueList) filterLine() slack.Block {
	return contextLine(code(strings.TrimSpace(l.Word+" "+l.Filters), 500))
}

func (l issueList) row(i linear.Issue) slack.Block {
	facts := dotted(inline(i.State.Name, 60), linear.PriorityName(int(i.Priority)),
		inline(assigneeName(i.Assignee), 60), "updated "+moment(i.UpdatedAt))
	return section(issueLink(i)+" "+inline(i.Title, 90)+"\n"+facts, rowMenu(i))
}

func rowMenu(i linear.Issue) slack.BlockElement {
	entries := []choice{
		{Label: "Show " + i.Identifier, Value: moreShow + ":" + i.ID},
		{Label: "Assign to me", Value: moreAssignMe + ":" + i.ID},
		{Label: "Move…", Value: moreMove + ":" + i.ID},
		{Label: "Comment", Value: moreComment + ":" + i.ID},
	}
	if linkAddress(i.URL) != "" {
		entries = append(entries, choice{Label: "Open in Linear", Value: moreOpen + ":" + i.ID, URL: i.URL})
	}
	return overflow(actRowMore, entries...)
}

// position is "1–10 · more available", with the total only when it is known.
func (l issueList) position(rows int) string {
	if rows == 0 {
		return ""
	}
	first := max(l.First, 1)
	at := fmt.Sprintf("%d–%d", first, first+rows-1)
	if rows == 1 {
		at = fmt.Sprint(first)
	}
	switch {
	case l.Total > 0:
		return at + " of " + fmt.Sprint(l.Total)
	case l.More:
		return at + " · more available"
	}
	return at + " · that's all"
}

// sorted says what the order is worth when not all issues were sorted together.
func (l issueList) sorted() string {
	if !l.Batches {
		return ""
	}
	return "sorted 50 recently updated at a time"
}

func (l issueList) buttons() slack.Block {
	var all []slack.BlockElement
	if l.Prev != "" {
		all = append(all, button("Previous", actPagePrev, l.Prev))
	}
	if l.Next != "" {
		all = append(all, button("Next", actPageNext, l.Next))
	}
	if l.State != "" {
		all = append(all, button("Edit filters", actEditFilters, l.State))
		if !l.Shared {
			all = append(all, button("Share to channel", actShare, l.State))
		}
	}
	if linkAddress(l.Place.URL) != "" {
		all = append(all, linkButton(l.Place.label(), actOpenLink, l.Place.URL))
	}
	return actions("", all...)
}

// text is the page read aloud.
func (l issueList) text(rows []linear.Issue, hidden int) string {
	lines := []string{sentence(fallback(l.heading()) + ": " + plural(len(rows), "issue", "issues") + " here")}
	for _, i := range rows {
		lines = append(lines, fmt.Sprintf("%s %s %s, %s.", escape(i.Identifier), sentence(escape(cut(oneLine(i.Title), 90))),
			escape(oneLine(i.State.Name)), assigneeWords(i.Assignee)))
	}
	if hidden > 0 {
		lines = append(lines, hiddenLine(hidden))
	}
	return strings.Join(lines, "\n")
}
