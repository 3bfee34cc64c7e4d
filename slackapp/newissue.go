package slackapp

import (
	"strings"

	"github.com/slack-go/slack"

	"linearbot/linear"
)

// newIssue is the New issue form (modal): everything it shows. Dependent fields
// carry the team in their block id, so that changing the team drops what Slack
// remembers of them.
type newIssue struct {
	Meta      string // private metadata: the handler's
	Dir       *linear.Directory
	Draft     draft
	More      bool     // the further fields are open
	Cleared   []string // by the last change of team: "Status", "1 label"
	Revision  string   // changed by the handler when title or description must show Draft's text again
	As        string   // Linear name
	Workspace string   // Linear workspace
	Channel   string   // name without #; "" where a post makes no sense
	Defaults  string   // where defaults came from: "#payments" or "your settings"
	Source    *source  // made from a message
	Template  bool     // a template was not applied to the description
}

// source is the thread an issue is made from, as the form shows it.
type source struct {
	Reading  bool // not read yet
	Messages int
	People   int
	Files    int
	Hidden   int           // secrets that will be hidden
	Company  []string      // other companies whose messages are included
	Long     string        // what is included of a long thread; "" for all of it
	TooLarge []string      // mrkdwn: files that are only linked
	Linked   *linear.Issue // that the thread has already; said here when the form was in use before it was known
	Gap      gap           // why only one message can be read
	Notice   string        // mrkdwn: the same in words
}

// view is the form.
func (n newIssue) view() slack.ModalViewRequest {
	team, hasTeam := teamByID(n.Dir, n.Draft.TeamID)
	all := []slack.Block{n.teamField(team, hasTeam), n.titleField(hasTeam), n.descriptionField()}
	all = append(all, n.sourceBlocks()...)
	all = append(all, n.mainFields(team)...)
	all = append(all, n.moreFields(team)...)
	return modal(viewNewIssue, "New Linear issue", "Create issue", "Cancel", n.Meta,
		append(all, n.optionsField(), n.footer(team))...)
}

// scoped is a block id that belongs to the team.
func scoped(field, teamID string) string {
	if teamID == "" {
		return field
	}
	return field + "." + teamID
}

// revised is a block id that shows its initial value anew when revision changes.
func revised(field, revision string) string {
	if revision == "" {
		return field
	}
	return field + "." + revision
}

func (n newIssue) teamField(team linear.Team, chosen bool) slack.Block {
	var initial *choice
	if chosen {
		initial = new(teamChoice(team))
	}
	s := externalSelect(actTeam, "Pick a team", initial)
	s.FocusOnLoad = !chosen
	return input(fieldTeam, "Team", s).WithDispatchAction(true)
}

func (n newIssue) titleField(focus bool) slack.Block {
	t := onTyping(textInput(actTitle, n.Draft.Title, maxIssueTitle, false))
	t.FocusOnLoad = focus && n.Draft.Title == ""
	return input(revised(fieldTitle, n.Revision), "Title", t).WithDispatchAction(true)
}

func (n newIssue) descriptionField() slack.Block {
	b := optional(revised(fieldDescription, n.Revision), "Description", textInput(actField, n.Draft.Description, maxInput, true))
	b.Hint = plain("Markdown works", maxInputLabel)
	return b
}

// sourceBlocks describe the thread and what will be taken from it.
func (n newIssue) sourceBlocks() []slack.Block {
	s := n.Source
	if s == nil {
		return nil
	}
	if s.Linked == nil {
		return n.threadBlocks()
	}
	line := section("This thread is already "+issueLink(*s.Linked)+" "+inline(s.Linked.Title, 150), button("Open card", actOpenCard, s.Linked.ID))
	return append(blocks(line), n.threadBlocks()...)
}

func (n newIssue) threadBlocks() []slack.Block {
	s := n.Source
	if s.Gap == gapBroken {
		return blocks(section(s.Notice, button("Try again", actReadAgain, "")))
	}
	if s.Notice != "" {
		return blocks(contextLine(s.Notice))
	}
	if s.Reading {
		return blocks(section("Reading the thread…"))
	}
	facts := dotted(plural(s.Messages, "message", "messages"), plural(s.People, "person", "people"), filesWord(s.Files))
	boxes := []choice{{Label: "Include the thread", Value: optionIncludeThread}}
	if s.Files > 0 {
		boxes = append(boxes, choice{Label: "Attach files", Value: optionAttachFiles})
	}
	var on []string
	if n.Draft.Thread {
		on = append(on, optionIncludeThread)
	}
	if n.Draft.Files && s.Files > 0 {
		on = append(on, optionAttachFiles)
	}
	var warnings []string
	if s.Hidden > 0 {
		warnings = append(warnings, plural(s.Hidden, "secret", "secrets")+" will be hidden")
	}
	for _, c := range s.Company[:min(len(s.Company), 5)] {
		warnings = append(warnings, "Includes messages from "+inline(c, 60))
	}
	warnings = append(append(warnings, s.Long), s.TooLarge[:min(len(s.TooLarge), 3)]...)
	return blocks(
		section("*Thread:* "+facts, button("Preview thread", actPreviewThread, "")),
		optional(fieldThread, "From the thread", checkboxes(actField, boxes, on...)),
		contextLine(warnings...),
	)
}

func filesWord(n int) string {
	if n == 0 {
		return ""
	}
	return plural(n, "file", "files")
}

// mainFields are assignee, status, priority, labels.
func (n newIssue) mainFields(team linear.Team) []slack.Block {
	return blocks(
		n.assigneeField(team),
		n.stateField(team),
		optional(fieldPriority, "Priority", staticSelect(actField, "No priority", priorityChoices(), firstOf(n.Draft.Priority, "0"))),
		n.labelsField(team),
	)
}

func (n newIssue) assigneeField(team linear.Team) slack.Block {
	var initial *choice
	for _, c := range n.people(team) {
		if c.Value == n.Draft.AssigneeID && c.Value != "" {
			initial = new(c)
		}
	}
	return optional(scoped(fieldAssignee, team.ID), "Assignee", externalSelect(actField, "No one", initial))
}

// people lists who may be chosen; the person's own name counts as Me.
func (n newIssue) people(team linear.Team) []choice {
	if n.Dir == nil {
		return nil
	}
	return personChoices(n.Dir, team)
}

func (n newIssue) stateField(team linear.Team) slack.Block {
	state, ok := stateByID(team, firstOf(n.Draft.StateID, team.DefaultStateID))
	if !ok {
		return optional(scoped(fieldState, team.ID), "Status", externalSelect(actField, "The team's default", nil))
	}
	return optional(scoped(fieldState, team.ID), "Status", externalSelect(actField, "The team's default", new(stateChoice(team, state))))
}

func (n newIssue) labelsField(team linear.Team) slack.Block {
	s := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeExternal, plain("Pick labels", maxPlaceholder), actField)
	s.MinQueryLength = new(0)
	s.MaxSelectedItems = new(20) // linear_issue_create takes no more
	if n.Dir != nil {
		for _, id := range n.Draft.LabelIDs[:min(len(n.Draft.LabelIDs), 20)] {
			if l, ok := labelByID(n.Dir, id); ok {
				s.InitialOptions = append(s.InitialOptions, choice{Label: labelName(l), Value: l.ID}.option())
			}
		}
	}
	return optional(scoped(fieldLabels, team.ID), "Labels", s)
}

// optionsField offers to post the result in the channel the form came from.
func (n newIssue) optionsField() slack.Block {
	if n.Channel == "" {
		return nil
	}
	var on []string
	if n.Draft.Post {
		on = append(on, optionPost)
	}
	return optional(fieldOptions, "Options", checkboxes(actField, []choice{{Label: "Post in #" + n.Channel, Value: optionPost}}, on...))
}

func (n newIssue) footer(team linear.Team) slack.Block {
	who := ""
	if n.As != "" {
		who = "Creating as " + bold(inline(n.As, 80)) + " in " + bold(inline(n.Workspace, 80))
	}
	from := ""
	if n.Defaults != "" {
		from = "defaults from " + inline(n.Defaults, 80)
	}
	return contextLine(dotted(who, from), n.clearedLine(team))
}

func (n newIssue) clearedLine(team linear.Team) string {
	if len(n.Cleared) == 0 {
		return ""
	}
	return "Cleared: " + escape(strings.Join(n.Cleared, ", ")) + " (not in " + inline(team.Name, 80) + ")"
}
