package slackapp

import (
	"fmt"
	"math"
	"strings"

	"linearbot/linear"
)

// linkedCard is what a link leads to: its name for the poster, whether it must
// stay out of sight, and its preview. The name is empty when there is nothing.
func linkedCard(l linear.Linked) (name string, private bool, preview func() Message) {
	switch {
	case l.Comment != nil:
		return l.Issue.Identifier, l.Issue.Team.Private(), func() Message { return commentCard(*l.Comment) }
	case l.Issue != nil:
		return l.Issue.Identifier, l.Issue.Team.Private(), func() Message { return card{Issue: *l.Issue, Public: true}.compact() }
	case l.Project != nil:
		return l.Project.Name, l.Project.Private(), func() Message { return projectCard(*l.Project) }
	}
	return "", false, nil
}

// commentCard is one comment below the issue it is on.
func commentCard(c linear.Comment) Message {
	i := *c.Issue
	who := "an app"
	if c.User != nil {
		who = inline(personName(*c.User), 60)
	}
	words := cutMrkdwn(toMrkdwn(cut(c.Body, 2000)), 280)
	m := Message{Public: true, Text: fmt.Sprintf("Comment by %s on %s %s %s", who, escape(i.Identifier),
		sentence(escape(cut(oneLine(i.Title), 150))), sentence(fallback(words)))}
	m = m.with(section(issueLink(i) + " " + inline(i.Title, 150)))
	if words != "" {
		m = m.with(section("&gt; " + strings.ReplaceAll(words, "\n", "\n&gt; ")))
	}
	return m.with(contextLine(dotted(link(c.URL, "Comment")+" by "+who, moment(c.CreatedAt), inline(i.State.Name, 60))))
}

// projectCard is a project at a glance.
func projectCard(p linear.LinkedProject) Message {
	lead := "no lead"
	if p.Lead != nil {
		lead = "led by " + inline(personName(*p.Lead), 60)
	}
	done := fmt.Sprintf("%.0f%% done", 100*math.Max(0, math.Min(p.Progress, 1)))
	due := ""
	if p.TargetDate != "" {
		due = "target " + calendarDay(p.TargetDate)
	}
	var teams []string
	for _, t := range p.Teams.Nodes[:min(len(p.Teams.Nodes), 3)] {
		teams = append(teams, inline(t.Name, 40))
	}
	if more := len(p.Teams.Nodes) - len(teams); more > 0 {
		teams = append(teams, fmt.Sprintf("%d more", more))
	}
	facts := dotted(inline(p.Status.Name, 60), lead, done, due, strings.Join(teams, ", "))
	m := Message{Public: true, Text: "Project " + sentence(escape(cut(oneLine(p.Name), 150))) + " " + sentence(fallback(facts))}
	return m.with(section("Project "+bold(link(p.URL, inline(p.Name, 150)))), contextLine(facts))
}

// privateLinks tells the poster alone why a link has no preview.
func privateLinks(identifiers []string) Message {
	names := inline(listed(identifiers), 300)
	if len(identifiers) == 1 {
		return sayText(names + " is in a private team, so I didn't preview it here.")
	}
	return sayText(names + " are in private teams, so I didn't preview them here.")
}

// previewOffer offers to connect to somebody who posts links.
func previewOffer() Message {
	return sayText("Connect Linear and I'll show what your links are about.").
		with(actions("", primary("Connect Linear", actConnect, ""), button("Don't ask again", actStopOffer, "")))
}
