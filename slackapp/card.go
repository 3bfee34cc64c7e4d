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
	Head     string    // a line above, mrkdwn: "Created …"
	Lines    []outcome // what was done to it from Slack, newest last
	Public   bool
	Several  bool // other cards are in the same message
}

// outcome is one line of what happened, with a way back while there is one.
type outcome struct {
	Text   string // mrkdwn; "": the card's head says it
	UndoID string // the proposal to take back; "" when that is over or not ours
	Thread string // the threadToAdd that is missing in the issue; "" for none
}

// cardBlock names the row of buttons of one issue, so that a choice from the menu
// of states says which issue and team it is about. Slack keeps 255 characters.
func cardBlock(i linear.Issue) string { return "card|" + i.ID + "|" + i.Team.ID }

// cardOf reads the block id of a card's buttons.
func cardOf(blockID string) (issueID, teamID string, ok bool) {
	rest, ok := strings.CutPrefix(blockID, "card|")
	if !ok {
		return "", "", false
	}
	return strings.Cut(strings.TrimSuffix(rest, severalMark), "|")
}

// severalMark ends the block ids of cards that share one message: Slack does not
// send ephemeral messages back with a press.
const severalMark = "|s"

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
	id := cardBlock(i)
	if c.Several {
		id += severalMark
	}
	return m.with(actions(id,
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
	return m.with(actions(cardBlock(i), c.assignButton(), stateSelect(i), c.more()))
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

// createdHead is the line over a new issue's card.
func createdHead(i linear.Issue) string {
	return ":white_check_mark: Created " + issueLink(i) + " " + inline(i.Title, 150)
}

// linkedHead is the line over the card of an issue linked to a thread by the
// Slack user.
func linkedHead(i linear.Issue, userID string) string {
	return "Linked to " + issueLink(i) + " by " + mention(userID)
}

// sharedHead is the line over a card that somebody shared.
func sharedHead(i linear.Issue, userID string) string {
	return mention(userID) + " shared " + issueLink(i) + " " + inline(i.Title, 150)
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
	if c.Head == "" {
		return blocks(title)
	}
	var undo []slack.BlockElement
	for _, o := range c.Lines {
		if o.Text == "" && o.UndoID != "" { // what the head tells is what can be taken back
			undo = append(undo, button("Undo", actUndo, o.UndoID))
		}
	}
	head := section(c.Head, undo...)
	if strings.Contains(c.Head, issueLink(c.Issue)+" ") {
		return blocks(head) // it says the title already
	}
	return blocks(head, title)
}

// text is the card read aloud.
func (c card) text() string {
	i := c.Issue
	var parts []string
	if c.Head != "" {
		parts = append(parts, sentence(fallback(c.Head)))
	}
	if !strings.Contains(c.Head, issueLink(i)+" ") {
		parts = append(parts, fmt.Sprintf("%s %s", escape(i.Identifier), sentence(escape(cut(oneLine(i.Title), 150)))))
	}
	parts = append(parts, fmt.Sprintf("Status %s, priority %s, %s.", escape(oneLine(i.State.Name)),
		strings.ToLower(linear.PriorityName(int(i.Priority))), assigneeWords(i.Assignee)))
	for _, o := range c.Lines {
		if o.Text != "" {
			parts = append(parts, sentence(fallback(o.Text)))
		}
	}
	return strings.Join(parts, " ")
}

func (c card) outcomes() []slack.Block {
	var all []slack.Block
	for n, o := range c.Lines[max(0, len(c.Lines)-5):] {
		if o.Text == "" {
			continue
		}
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
