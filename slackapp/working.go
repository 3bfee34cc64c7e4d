package slackapp

import (
	"github.com/slack-go/slack"

	"linearbot/linear"
)

// newIssueLoading is the form before the teams are known: the title can be typed
// already, and keeps its place when the form replaces this.
func newIssueLoading(d draft, meta string) slack.ModalViewRequest {
	t := onTyping(textInput(actTitle, d.Title, maxIssueTitle, false))
	t.FocusOnLoad = d.Title == ""
	return modal(viewNewIssue, "New Linear issue", "Create issue", "Cancel", meta,
		section("Loading your teams…"),
		input(fieldTitle, "Title", t).WithDispatchAction(true))
}

// loading is any other view while its content is on the way.
func loading(title, line string) slack.ModalViewRequest {
	return modal(viewBusy, title, "", "Close", "", section(line))
}

// creating is the form while Linear takes its time.
func creating(meta string) slack.ModalViewRequest {
	return modal(viewBusy, "New Linear issue", "", "Close", meta,
		section(":hourglass: Creating your issue…"),
		contextLine("You can close this. I'll tell you when it is done."))
}

// savingView is an edit while Linear takes its time.
func savingView(title, meta string) slack.ModalViewRequest {
	return modal(viewBusy, title, "", "Close", meta,
		section(":hourglass: Saving your changes…"),
		contextLine("You can close this. I'll tell you when it is done."))
}

// createdView ends the form when the issue came after the wait.
func createdView(i linear.Issue) slack.ModalViewRequest {
	line, _ := cardHead{Kind: headCreated}.words(i)
	return modal(viewBusy, "New Linear issue", "", "Close", "",
		section(line, linkButton("Open in Linear", actOpenLink, i.URL)))
}

// failedView is a form that could not be done: the failure with its buttons, the
// retry and a way to what was typed.
func failedView(title string, f Failure, held string) slack.ModalViewRequest {
	all := f.blocks()
	var keep []slack.BlockElement
	if held != "" {
		if !f.offers(actRetry) && !f.offers(actCancel) {
			keep = append(keep, primary("Try again", actRetry, held))
		}
		keep = append(keep, button("Copy text", actCopyText, held))
	}
	return modal(viewBusy, title, "", "Close", "", append(all, actions("", keep...))...)
}

// failedDraft is failedView for a form whose draft was to be kept. When it could not
// be, the text stands below, so that it is not lost with the form.
func failedDraft(title string, f Failure, held string, d draft) slack.ModalViewRequest {
	view := failedView(title, f, held)
	if held == "" && d.Title+d.Description != "" {
		view.Blocks.BlockSet = append(view.Blocks.BlockSet, textView(d).Blocks.BlockSet...)
	}
	return view
}

// textView shows what was typed, so that it can be selected and copied.
func textView(d draft) slack.ModalViewRequest {
	all := []slack.Block{contextLine("Your text, as you typed it.")}
	for _, part := range pieces(d.Title+"\n\n"+d.Description, maxSection) {
		all = append(all, slack.NewSectionBlock(plain(part, maxSection), nil, nil))
	}
	return modal(viewText, "Your text", "", "Back", "", all...)
}

// similarIssues asks before a likely duplicate: up to three rows. held names the
// submission that waits.
func similarIssues(meta string, found []similar) slack.ModalViewRequest {
	all := []slack.Block{section("These open issues look alike. Is yours one of them?")}
	for _, s := range found[:min(len(found), 3)] {
		facts := dotted(inline(s.Issue.State.Name, 60), inline(assigneeName(s.Issue.Assignee), 60), matchWords(s.Matches))
		use := button("Use this one", actUseThis, s.Issue.ID)
		use.Confirm = confirm("Use "+s.Issue.Identifier+"?",
			"Your text is added to "+inline(s.Issue.Identifier, 40)+" as a comment, and no new issue is created.", "Use it", "Go back")
		all = append(all, section(issueLink(s.Issue)+" "+inline(s.Issue.Title, 150)+"\n"+facts, use))
	}
	return modal(viewSimilar, "Similar issues", "Create anyway", "Back", meta, all...)
}

// similar is an open issue that may be the same, with the words both share.
type similar struct {
	Issue   linear.Issue
	Matches string
}

func matchWords(words string) string {
	if words == "" {
		return ""
	}
	return "matches: " + quoted(words, 60)
}

// alreadyLinked opens instead of the form when the thread has an issue.
func alreadyLinked(meta string, i linear.Issue) slack.ModalViewRequest {
	return modal(viewLinked, "New Linear issue", "", "Close", meta,
		section("This thread is already "+issueLink(i)+" "+inline(i.Title, 150)),
		actions("", primary("Open card", actOpenCard, i.ID), button("Create another", actCreateAnother, "")))
}

// pieces splits text at line ends or words into parts of at most limit.
func pieces(text string, limit int) []string {
	var parts []string
	for text != "" && len(parts) < 20 {
		part := cut(text, limit)
		if part != text {
			part = part[:len(part)-len(ellipsis)]
		}
		if part == "" {
			break
		}
		parts = append(parts, part)
		text = text[len(part):]
	}
	return parts
}
