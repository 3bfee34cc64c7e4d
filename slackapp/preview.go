package slackapp

import (
	"fmt"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"linearbot/linear"
)

// planRows is how many issues one page of a preview lists.
const planRows = 10

// plan is a frozen proposal as a person sees it before it is applied.
type plan struct {
	ID     string // of the proposal: the value of its buttons
	Items  []planItem
	Page   int    // from 0
	Reason string // mrkdwn: "Oldest: created 3 Mar 2026"
	Actor  string // "user" or "app"
	Until  time.Time
	Read   []string // how the words were read: the commands that do the same
	Public bool
}

// planItem is one write: an issue and its changed fields, or a new issue or a
// comment when there is no before.
type planItem struct {
	Identifier string // "" for a new issue
	Title      string
	URL        string
	Action     string // "Move", "Create", "Comment on", "Change": the verb of the button
	Changes    []planChange
	Body       string // the text of a comment or description
	Private    bool   // its team is private: never shown in public
}

// planChange is one field, before and after, as people read it.
type planChange struct {
	Field   string
	From    string
	To      string
	Tainted string // where the value came from when not from the asker: "Bob's message, 14:02"
}

// message is the preview with its buttons.
func (p plan) message() Message {
	m := Message{Public: p.Public}
	if len(p.Read) > 0 {
		var commands []string
		for _, c := range p.Read[:min(len(p.Read), 3)] {
			commands = append(commands, code(c, 300))
		}
		m = m.with(contextLine("Searched: " + strings.Join(commands, ", ")))
	}
	m = m.with(section("*Ready to make " + changesWord(len(p.Items)) + "*"))
	first, rows := p.page()
	for _, i := range rows {
		m = m.with(section(i.text(p.Public)))
	}
	if len(p.Items) > planRows {
		m = m.with(contextLine(fmt.Sprintf("%d–%d of %d", first+1, first+len(rows), len(p.Items))))
	}
	return m.with(contextLine(dotted(p.Reason, "Acts as "+actingWord(p.Actor), p.expiry())), p.buttons())
}

func actingWord(actor string) string {
	if actor == "app" {
		return "the app"
	}
	return "you"
}

func changesWord(n int) string { return plural(n, "change", "changes") }

func (p plan) expiry() string {
	if p.Until.IsZero() {
		return "Expires in 15 minutes"
	}
	return "Expires at " + clock(p.Until)
}

func (p plan) page() (first int, rows []planItem) {
	pages := max(1, (len(p.Items)+planRows-1)/planRows)
	first = min(max(p.Page, 0), pages-1) * planRows
	return first, p.Items[first:min(first+planRows, len(p.Items))]
}

func (p plan) buttons() slack.Block {
	var all []slack.BlockElement
	all = append(all, p.apply(), button("Cancel", actDiscard, p.ID))
	if first, rows := p.page(); len(p.Items) > planRows {
		if first > 0 {
			all = append(all, button("Previous", actPlanPage+".prev", fmt.Sprintf("%s:%d", p.ID, p.Page-1)))
		}
		if first+len(rows) < len(p.Items) {
			all = append(all, button("Next", actPlanPage+".next", fmt.Sprintf("%s:%d", p.ID, p.Page+1)))
		}
	}
	return actions("", all...)
}

// apply names what it does: "Move ENG-98", or "Apply 7 changes" with a question.
func (p plan) apply() slack.BlockElement {
	if len(p.Items) == 1 {
		i := p.Items[0]
		return primary(cut(oneLine(firstOf(i.Action, "Change")+" "+firstOf(i.Identifier, "issue")), maxLabel), actApply, p.ID)
	}
	b := primary("Apply "+changesWord(len(p.Items)), actApply, p.ID)
	b.Confirm = confirm("Apply "+changesWord(len(p.Items))+"?", "Every change is listed above, and can be undone for 10 minutes.", "Apply changes", "Go back")
	return b
}

// text is one row: the issue, then before → after for each field.
func (i planItem) text(public bool) string {
	if public && i.Private {
		return strings.TrimSpace(bold(inline(i.Identifier, 40)) + " _hidden here because its team is private_")
	}
	title := inline(i.Title, 150)
	lines := []string{strings.TrimSpace(bold(link(i.URL, inline(i.Identifier, 40))) + " " + title)}
	if i.Identifier == "" {
		lines[0] = bold("New issue: ") + title
	}
	for _, c := range i.Changes[:min(len(i.Changes), 15)] {
		lines = append(lines, c.text())
	}
	if i.Body != "" {
		lines = append(lines, "&gt; "+inline(i.Body, 280))
	}
	return strings.Join(lines, "\n")
}

func (c planChange) text() string {
	line := inline(fieldLabel(c.Field), 40) + ": "
	if c.From != "" {
		line += inline(c.From, 100) + " → "
	}
	line += bold(inline(firstOf(c.To, "none"), 100))
	if c.Tainted != "" {
		line += " _(from " + inline(c.Tainted, 80) + ")_"
	}
	return line
}

// changedItem words an update as a plan row, from the issue as it is now.
func changedItem(i linear.Issue, action string, changes ...planChange) planItem {
	return planItem{Identifier: i.Identifier, Title: i.Title, URL: i.URL, Action: action, Changes: changes, Private: i.Team.Private()}
}

// result is what applying did to one item.
type result struct {
	Item    planItem
	Problem string // plain words, "" when it worked: "no permission"
}

// applied is the preview after the press: one line each, with the ways back and
// forward.
type applied struct {
	ID       string // of the proposal
	Results  []result
	Actor    string
	Undoable bool
	Ref      string
	Public   bool
}

// message replaces the preview.
func (a applied) message() Message {
	var failed, done []result
	for _, r := range a.Results {
		if r.Problem != "" {
			failed = append(failed, r)
			continue
		}
		done = append(done, r)
	}
	m := Message{Public: a.Public}
	undo := a.undoButton(len(done))
	switch {
	case len(a.Results) == 1 && len(failed) == 0:
		line := section(":white_check_mark: " + done[0].Item.done(a.Public))
		if undo != nil {
			line.Accessory = slack.NewAccessory(undo)
		}
		return m.with(line)
	case len(failed) == 0:
		m = m.with(section(":white_check_mark: " + changesWord(len(done)) + " made."))
	default:
		m = m.with(section(partly(done, failed)))
	}
	for _, r := range done[:min(len(done), 30)] {
		m = m.with(contextLine(r.Item.done(a.Public)))
	}
	var retry slack.BlockElement
	if len(failed) > 0 {
		retry = button(fmt.Sprintf("Retry failed (%d)", len(failed)), actRetryFailed, a.ID)
		m = m.with(contextLine(refWords(a.Ref)))
	}
	return m.with(actions("", retry, undo))
}

func (a applied) undoButton(done int) slack.BlockElement {
	if !a.Undoable || done == 0 {
		return nil
	}
	if done > 1 {
		return button("Undo all", actUndo, a.ID)
	}
	return button("Undo", actUndo, a.ID)
}

// partly is "5 of 7 changed. 2 failed: ENG-3 (no permission), ENG-9 (changed since)."
func partly(done, failed []result) string {
	var names []string
	for _, r := range failed[:min(len(failed), 20)] {
		names = append(names, inline(firstOf(r.Item.Identifier, "new issue"), 40)+" ("+inline(r.Problem, 80)+")")
	}
	if more := len(failed) - 20; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return fmt.Sprintf("%d of %d changed. %d failed: %s.", len(done), len(done)+len(failed), len(failed), strings.Join(names, ", "))
}

// done is a row after it was applied: "Moved ENG-98 In Progress → In Review".
func (i planItem) done(public bool) string {
	name := link(i.URL, inline(i.Identifier, 40))
	switch {
	case public && i.Private, len(i.Changes) == 0 && !strings.EqualFold(i.Action, "Create"):
		return pastTense(i.Action) + " " + name
	case strings.EqualFold(i.Action, "Create"):
		return "Created " + name + " " + inline(i.Title, 90)
	case len(i.Changes) == 1 && i.Changes[0].Field == fieldState:
		return "Moved " + name + " " + inline(i.Changes[0].From, 60) + " → " + inline(i.Changes[0].To, 60)
	}
	var parts []string
	for _, c := range i.Changes[:min(len(i.Changes), 8)] {
		parts = append(parts, inline(fieldLabel(c.Field), 40)+" "+inline(firstOf(c.From, "none"), 60)+" → "+inline(firstOf(c.To, "none"), 60))
	}
	return "Changed " + name + ": " + strings.Join(parts, ", ")
}

func pastTense(action string) string {
	switch strings.ToLower(action) {
	case "create":
		return "Created"
	case "comment on":
		return "Commented on"
	case "move":
		return "Moved"
	case "assign":
		return "Assigned"
	}
	return "Changed"
}

// choiceBlock and waitingIn carry a reference in the block id of a menu, which has
// no value of its own.
func choiceBlock(waiting string) string { return "choose|" + waiting }

func waitingIn(blockID string) string { return strings.TrimPrefix(blockID, "choose|") }

// planDropped replaces a preview that was canceled or ran out.
func planDropped() Message { return sayText("Canceled. Nothing was changed.") }
