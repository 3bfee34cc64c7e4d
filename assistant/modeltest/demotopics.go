package modeltest

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// demoTopic is one kind of question.
type demoTopic struct {
	when    *regexp.Regexp
	needs   func(*demoTalk) bool // nil: nothing more
	opening string               // said before the first call
	list    func(*demoTalk) map[string]any
	tell    func(*demoTalk, []demoIssue) Reply
}

func demoTopics() []demoTopic {
	return []demoTopic{
		{
			when:  regexp.MustCompile(`(?i)\b(summari[sz]e|sum (this|it) up|recap|tl;?dr|what (was|is|did) .*(decide|going on|happen|about))`),
			needs: func(t *demoTalk) bool { return len(t.thread) > 0 },
			tell:  (*demoTalk).tellThread,
		},
		{
			when:    regexp.MustCompile(`(?i)\b(on track|going|doing|coming along|status of|progress|behind|looking)\b`),
			needs:   func(t *demoTalk) bool { return t.project() != "" },
			opening: "I'll read the whole project, finished issues too.",
			list:    func(t *demoTalk) map[string]any { return map[string]any{"project": t.project()} },
			tell:    (*demoTalk).tellProject,
		},
		{
			when:    regexp.MustCompile(`(?i)\b(struggl\w*|pain|hurts?|stuck|trouble\w*|going wrong|biggest problems?|on fire|worr\w+)\b`),
			opening: "Let me look at the open bugs.",
			list: func(t *demoTalk) map[string]any {
				return t.within(map[string]any{"labels": []string{"bug"}, "stateType": "open"})
			},
			tell: (*demoTalk).tellTrouble,
		},
		{
			when:    regexp.MustCompile(`(?i)\b(overloaded|too much|overworked|workload|busiest|on (their|his|her) plate|spread thin)\b`),
			opening: "I'll count the open issues by person.",
			list:    func(t *demoTalk) map[string]any { return t.within(map[string]any{"stateType": "open"}) },
			tell:    (*demoTalk).tellLoad,
		},
		{
			when:    regexp.MustCompile(`(?i)\b((look at|work on|tackle|do|start|begin|pick up|take) (first|next)|what('s| is) next|start with|plan my (day|week)|focus on|where (do|should) i|what (do|should) i|my priorities)\b`),
			opening: "Let me see what is on your plate.",
			list: func(t *demoTalk) map[string]any {
				return t.within(map[string]any{"assignee": "me", "stateType": "open"})
			},
			tell: (*demoTalk).tellNext,
		},
	}
}

var (
	wantsFile  = regexp.MustCompile(`(?i)\b(file|create|open|make|write|add)\b.*\b(issue|ticket|follow[- ]?up|task|it)\b`)
	wantsStart = regexp.MustCompile(`(?i)\b(start it|start that|begin it|put it in progress|move it|get me going)\b`)
	wantsEven  = regexp.MustCompile(`(?i)\b(even (it|things|that) out|rebalance|balance|hand .*over|move one|give one|share it)\b`)
)

// tellTrouble says where the open bugs are, and files a follow-up on request.
func (t *demoTalk) tellTrouble(issues []demoIssue) Reply {
	if len(issues) == 0 {
		return Say("There is no open bug. Whatever it is, Linear does not know of it.")
	}
	byProject := groupBy(issues, func(i demoIssue) string { return i.Project })
	worst := byProject[0]
	urgent := keepIf(issues, func(i demoIssue) bool { return i.Priority == "Urgent" })
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** %s open", plural(len(issues), "bug", "bugs"), isAre(len(issues)))
	if len(urgent) > 0 {
		fmt.Fprintf(&b, ", %d of them urgent: %s", len(urgent), links(urgent, 3))
	}
	b.WriteString(".\n\n")
	for _, g := range byProject[:min(len(byProject), 3)] {
		fmt.Fprintf(&b, "- %s: %d, such as %s\n", cmp.Or(g.name, "No project"), len(g.issues), links(byRank(t, g.issues), 2))
	}
	if late := keepIf(issues, t.overdue); len(late) > 0 {
		fmt.Fprintf(&b, "- Overdue: %s\n", links(late, 3))
	}
	oldest := slices.MinFunc(issues, func(a, b demoIssue) int { return strings.Compare(a.CreatedAt, b.CreatedAt) })
	fmt.Fprintf(&b, "- The oldest is %s, open since %s\n", oldest.link(), day(oldest.CreatedAt))
	if !t.wants(wantsFile) {
		return Say(b.String())
	}
	about := cmp.Or(worst.name, "no project")
	input := map[string]any{
		"team": mostCommon(worst.issues, func(i demoIssue) string { return i.Team }), "title": "Follow up: " + plural(len(worst.issues), "open bug", "open bugs") + " in " + about,
		"description": "What is open today:\n\n" + bullets(byRank(t, worst.issues)), "priority": "high",
	}
	if worst.name != "" {
		input["project"] = worst.name
	}
	fmt.Fprintf(&b, "\nMost of it is in %s, so the follow-up goes there.", about)
	return Say(b.String()).And(Call(createTool, input))
}

// tellNext names three issues with the reason, and starts the first on request.
func (t *demoTalk) tellNext(issues []demoIssue) Reply {
	if len(issues) == 0 {
		return Say("Nothing is assigned to you. Time to pick something from the backlog.")
	}
	ranked := byRank(t, issues)
	var b strings.Builder
	fmt.Fprintf(&b, "You have %s. I would take them in this order:\n\n", plural(len(issues), "open issue", "open issues"))
	for n, i := range ranked[:min(len(ranked), 3)] {
		fmt.Fprintf(&b, "%d. %s %s: %s\n", n+1, i.link(), i.Title, t.reason(i))
	}
	if !t.wants(wantsStart) {
		return Say(b.String())
	}
	at := slices.IndexFunc(ranked, func(i demoIssue) bool { return i.State != "In Progress" && i.State != "In Review" })
	if at < 0 {
		return Say(b.String() + "\nAll of them are under way already.")
	}
	if at > 0 {
		fmt.Fprintf(&b, "\n%s is the first that is not under way.", ranked[at].link())
	}
	return Say(b.String()).And(Call(updateTool, map[string]any{"issueId": ranked[at].ID, "state": "In Progress"}))
}

// tellLoad counts by person, and hands one issue over on request.
func (t *demoTalk) tellLoad(issues []demoIssue) Reply {
	people := groupBy(keepIf(issues, func(i demoIssue) bool { return i.Assignee != "" }), func(i demoIssue) string { return i.Assignee })
	if len(people) == 0 {
		return Say("None of the open issues is assigned to anybody.")
	}
	var b strings.Builder
	for _, g := range people {
		hot := keepIf(g.issues, func(i demoIssue) bool { return i.Priority == "Urgent" || i.Priority == "High" })
		fmt.Fprintf(&b, "- %s: %d open, %d of them urgent or high\n", g.name, len(g.issues), len(hot))
	}
	most, least := people[0], people[len(people)-1]
	if len(people) == 1 || len(most.issues)-len(least.issues) < 2 {
		return Say(b.String() + "\nThat is even enough.")
	}
	fmt.Fprintf(&b, "\n%s has the most, %s the least.", most.name, least.name)
	if !t.wants(wantsEven) {
		return Say(b.String())
	}
	team := mostCommon(least.issues, func(i demoIssue) string { return i.Team })
	waiting := keepIf(byRank(t, most.issues), func(i demoIssue) bool {
		return i.Team == team && (i.State == "Todo" || i.State == "Backlog")
	})
	if len(waiting) == 0 {
		return Say(b.String() + " But nothing of theirs can be handed over before it was begun.")
	}
	give := waiting[len(waiting)-1]
	fmt.Fprintf(&b, " %s has not been begun and can go over.", give.link())
	return Say(b.String()).And(Call(updateTool, map[string]any{"issueId": give.ID, "assignee": least.name}))
}

// tellProject says how far a project is.
func (t *demoTalk) tellProject(issues []demoIssue) Reply {
	if len(issues) == 0 {
		return Say("I see no issue in " + t.project() + ".")
	}
	ended := func(i demoIssue) bool { return i.State == "Done" || i.State == "Canceled" }
	open := keepIf(issues, func(i demoIssue) bool { return !ended(i) })
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**: %d of %s closed.\n\n", t.project(), len(issues)-len(open), plural(len(issues), "issue", "issues"))
	for _, g := range groupBy(open, func(i demoIssue) string { return i.State }) {
		fmt.Fprintf(&b, "- %s: %s\n", g.name, links(byRank(t, g.issues), 4))
	}
	if late := keepIf(open, t.overdue); len(late) > 0 {
		fmt.Fprintf(&b, "\nOverdue: %s.", links(late, 3))
	} else {
		b.WriteString("\nNothing in it is overdue.")
	}
	return Say(b.String())
}

var decides = regexp.MustCompile(`(?i)\b(agreed|decid\w+|let's|should|will|real bug|fix|because|so each|blocks|started with|can we)\b`)

// tellThread picks the sentences that matter, and files an issue on request.
func (t *demoTalk) tellThread([]demoIssue) Reply {
	var quotes []string
	for _, q := range t.thread {
		if decides.MatchString(q.Text) && len(quotes) < 4 {
			quotes = append(quotes, fmt.Sprintf("- %s: “%s”", q.From, clipped(q.Text, 140)))
		}
	}
	people := map[string]bool{}
	for _, q := range t.thread {
		people[q.From] = true
	}
	first := t.thread[0]
	text := fmt.Sprintf("%s from %s.\n\nIt began with %s: “%s”\n", plural(len(t.thread), "message", "messages"),
		strings.Join(slices.Sorted(maps.Keys(people)), ", "), first.From, clipped(first.Text, 140))
	if len(quotes) > 0 {
		text += "\nWhat was said about it:\n" + strings.Join(quotes, "\n")
	}
	if !t.wants(wantsFile) {
		return Say(text)
	}
	input := t.within(map[string]any{
		"title":       clipped(strings.TrimRight(strings.SplitN(first.Text, ". ", 2)[0], ".:"), 90),
		"description": "From a Slack thread:\n\n> " + clipped(first.Text, 300) + "\n\n" + strings.Join(quotes, "\n"),
	})
	if input["team"] == nil && t.teams["ENG"] != "" {
		input["team"] = "ENG"
	}
	return Say(text).And(Call(createTool, input))
}
