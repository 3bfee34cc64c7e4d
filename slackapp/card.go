package slackapp

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/slack-go/slack"

	"linearbot/linear"
)

// card is one issue as a message. Its buttons carry the issue's id; the menu of
// states carries issue and team in its block id.
type card struct {
	Issue    linear.Issue
	ViewerID string    // Linear id of the one person who sees it; "" when several do
	Head     cardHead  // the line above
	Lines    []outcome // what was done to it from Slack, newest last
	Public   bool
	Several  bool // other cards are in the same message
}

// outcome is one line of what happened, with a way back while there is one.
type outcome struct {
	Text   string // mrkdwn
	UndoID string // the proposal to take back; "" when that is over or not ours
	Thread string // the threadToAdd that is missing in the issue; "" for none
}

// full is the card for one person's own command: everything at a glance.
func (c card) full() Message {
	i := c.Issue
	if c.Public && i.Team.Private() {
		return hiddenCard(i)
	}
	m := Message{Text: c.text(), Public: c.Public}
	m = m.with(c.heading()...)
	m = m.with(cardFields(i))
	if text := cutMrkdwn(toMrkdwn(cut(i.Description, 2000)), 280); text != "" {
		m = m.with(section(text))
	}
	m = m.with(contextLine(dotted(
		"Created "+moment(i.CreatedAt)+by(i.Creator),
		"Updated "+moment(i.UpdatedAt),
		labelList(i.Labels.Nodes, 5),
	)))
	m = m.with(c.outcomes()...)
	return m.with(actions(c.block(true),
		c.assignButton(), stateSelect(i),
		button("Comment", actComment, i.ID),
		linkButton("Open in Linear", actOpenLink, i.URL),
		c.more(),
	))
}

// compact is the card for threads and channels.
func (c card) compact() Message {
	i := c.Issue
	if c.Public && i.Team.Private() {
		return hiddenCard(i)
	}
	m := Message{Text: c.text(), Public: c.Public}
	m = m.with(c.heading()...)
	m = m.with(contextLine(dotted(
		inline(i.State.Name, 60), inline(assigneeName(i.Assignee), 60),
		"Updated "+moment(i.UpdatedAt), labelList(i.Labels.Nodes, 3),
	)))
	m = m.with(c.outcomes()...)
	return m.with(actions(c.block(false), c.assignButton(), stateSelect(i), c.more()))
}

// hiddenCard stands where everybody could read an issue of a private team: the
// identifier alone.
func hiddenCard(i linear.Issue) Message {
	m := sayText(inline(i.Identifier, 40) + " is in a private team, so I don't show it here.")
	m.Public = true
	return m
}

// cards shows up to five issues in one message, and names those it could not.
func cards(all []card, missing []string) Message {
	var m Message
	var texts []string
	shown := map[string]bool{} // block ids must differ in one message
	for _, c := range all[:min(len(all), 5)] {
		if shown[c.Issue.ID] {
			continue
		}
		if shown[c.Issue.ID] = true; len(shown) > 1 {
			m = m.with(slack.NewDividerBlock())
		}
		c.Several = len(all) > 1
		one := c.full()
		m = m.with(one.Blocks...)
		m.Public = m.Public || one.Public
		texts = append(texts, one.Text)
	}
	for _, ref := range missing[:min(len(missing), 5)] {
		line := "I can't find " + inline(ref, 40) + ", or you don't have access to it."
		m = m.with(contextLine(line))
		texts = append(texts, line)
	}
	m.Text = strings.Join(texts, "\n")
	return m
}

// moved is the outcome of a change of one value: "Moved Triage → In Review".
func moved(verb, from, to string) string {
	return verb + " " + bold(inline(from, 60)+" → "+inline(to, 60))
}

// pressed is the outcome of a button, for a card several people see.
func pressed(userID, change string) string {
	return dotted(mention(userID)+" "+change, "just now")
}

// undone is an outcome after it was taken back; the message is edited to it.
func undone(what string) Message {
	return sayText(":leftwards_arrow_with_hook: Undone: " + what)
}

func (c card) heading() []slack.Block {
	title := section(issueLink(c.Issue) + " " + inline(c.Issue.Title, 150))
	line, titled := c.Head.words(c.Issue)
	if line == "" {
		return blocks(title)
	}
	var undo []slack.BlockElement
	if c.Head.UndoID != "" {
		undo = append(undo, button("Undo", actUndo, c.Head.UndoID))
	}
	head := section(line, undo...)
	head.BlockID = "head|" + c.Issue.ID
	if titled {
		return blocks(head)
	}
	return blocks(head, title)
}

// text is the card read aloud.
func (c card) text() string {
	i := c.Issue
	var parts []string
	line, titled := c.Head.words(i)
	if line != "" {
		parts = append(parts, sentence(fallback(line)))
	}
	if !titled {
		parts = append(parts, fmt.Sprintf("%s %s", escape(i.Identifier), sentence(escape(cut(oneLine(i.Title), 150)))))
	}
	parts = append(parts, fmt.Sprintf("Status %s, priority %s, %s.", escape(oneLine(i.State.Name)),
		strings.ToLower(linear.PriorityName(int(i.Priority))), assigneeWords(i.Assignee)))
	for _, o := range c.Lines {
		parts = append(parts, sentence(fallback(o.Text)))
	}
	return strings.Join(parts, " ")
}

func (c card) outcomes() []slack.Block {
	var all []slack.Block
	for n, o := range c.Lines[max(0, len(c.Lines)-5):] {
		id := lineBlock + c.Issue.ID + "|" + strconv.Itoa(n)
		if o.Thread != "" {
			line := section(o.Text, button("Add the thread", actAddThread, o.Thread))
			line.BlockID = id
			all = append(all, line)
			continue
		}
		if o.UndoID != "" {
			line := section(o.Text, button("Undo", actUndo, o.UndoID))
			line.BlockID = id
			all = append(all, line)
			continue
		}
		all = append(all, slack.NewContextBlock(id, mrkdwn(o.Text, maxField)))
	}
	return all
}

func (c card) assignButton() slack.BlockElement {
	if a := c.Issue.Assignee; a != nil && c.ViewerID != "" && a.ID == c.ViewerID {
		return button("Unassign me", actUnassignMe, c.Issue.ID)
	}
	return button("Assign to me", actAssignMe, c.Issue.ID)
}

func (c card) more() slack.BlockElement {
	id := c.Issue.ID
	entries := []choice{{Label: "Edit fields", Value: moreEdit + ":" + id}, {Label: "Priority", Value: morePriority + ":" + id}, {Label: "Help to triage", Value: moreTriage + ":" + id}}
	if !c.Public && !c.Issue.Team.Private() {
		entries = append(entries, choice{Label: "Share to channel", Value: moreShare + ":" + id})
	}
	return overflow(actCardMore, append(entries, choice{Label: "Undo last change", Value: moreUndo + ":" + id})...)
}

func stateSelect(i linear.Issue) slack.BlockElement {
	if i.State.ID == "" {
		return externalSelect(actSetState, "Status", nil)
	}
	return externalSelect(actSetState, "Status", &choice{Label: i.State.Name, Value: i.State.ID})
}

// cardFields are the six facts of a card; empty ones are left out.
func cardFields(i linear.Issue) slack.Block {
	var fields []*slack.TextBlockObject
	add := func(label, value string) {
		if value != "" {
			fields = append(fields, mrkdwn("*"+label+"*\n"+value, maxField))
		}
	}
	add("Status", inline(i.State.Name, 100))
	add("Priority", linear.PriorityName(int(i.Priority)))
	add("Assignee", inline(assigneeName(i.Assignee), 100))
	add("Team", inline(i.Team.Name, 100))
	if i.Project != nil {
		add("Project", inline(i.Project.Name, 100))
	}
	if i.DueDate != "" {
		add("Due", calendarDay(i.DueDate))
	}
	return slack.NewSectionBlock(nil, fields, nil)
}
