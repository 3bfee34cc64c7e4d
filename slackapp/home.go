package slackapp

import (
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"linearbot/linear"
	"linearbot/store"
)

// home is the App Home of one person.
type home struct {
	Account store.Account
	Word    string // the command word
	Version string
	Admin   bool

	View    string // the value of one of homeViews
	Issues  []linear.Issue
	Reading bool   // the first time, before anything is there
	First   int    // number of the first row
	Prev    string // values of the paging buttons; "" hides them
	Next    string
	Recent  []recentIssue
	Waiting []waitingPreview
	At      time.Time // when the rows were read
	Failed  time.Time // when a refresh failed; the old rows stay
	Ref     string
	Reader  string // who reads plain words; empty: nobody but the bot
}

// recentIssue is an issue the person touched from Slack, newest first.
type recentIssue struct {
	Issue  linear.Issue
	What   string // mrkdwn: "Moved *Triage → In Review*"
	At     time.Time
	UndoID string
}

// homeView is one choice of the list on Home.
type homeView struct {
	Value   string
	Label   string
	Command string // the command that lists the same, without the word
}

// homeViews lists the views of My issues.
func homeViews() []homeView {
	return []homeView{
		{Value: "open", Label: "Open", Command: "mine"},
		{Value: "due", Label: "Due soon", Command: "mine due:<7d sort:due"},
		{Value: "created", Label: "Created by me", Command: "list creator:me state:open"},
		{Value: "review", Label: "Review", Command: `mine state:"In Review"`},
	}
}

// view is the Home tab.
func (h home) view() slack.HomeTabViewRequest {
	all := h.connected()
	if h.Account.State != store.Active {
		all = h.stranger()
	}
	all = append(all, h.admin()...)
	all = blocks(all...)
	return slack.HomeTabViewRequest{
		Type:       slack.VTHomeTab,
		CallbackID: viewHome,
		Blocks:     slack.Blocks{BlockSet: all[:min(len(all), maxViewBlocks)]},
	}
}

// stranger is Home without a working connection.
func (h home) stranger() []slack.Block {
	status := ""
	if h.Account.State != "" && h.Account.State != store.Disconnected {
		status = statusLine(h.Account)
	}
	return blocks(
		header("Linear in Slack"),
		contextLine(status),
		section("• Turn a message or a whole thread into an issue\n• See and change your issues without leaving Slack\n• You act in Linear as yourself, and can take every change back"),
		connectionStatus{Account: h.Account}.buttons(),
		section("*Try it:* "+code(h.Word+" create Fix login", 80)+" or "+code(h.Word+" mine", 80)),
	)
}

func (h home) connected() []slack.Block {
	more := overflow(actHomeMore,
		choice{Label: "Status", Value: moreStatus},
		choice{Label: "Reconnect", Value: moreReconnect},
		choice{Label: "Disconnect", Value: moreDisconnect},
		choice{Label: "Add a workspace", Value: moreAddOrg})
	all := blocks(
		section(statusLine(h.Account), more),
		actions("", primary("New issue", actNewIssue, ""), button("Search", actSearch, ""),
			button("Ask", actAsk, ""), button("Settings", actSettings, "")),
		slack.NewDividerBlock(),
	)
	all = append(all, h.waiting()...)
	all = append(all, h.myIssues()...)
	all = append(all, h.recent()...)
	return append(all, slack.NewDividerBlock(), contextLine(dotted(
		"Help: "+code(h.Word+" help", 60), h.version(), h.refreshed()), readByWords(h.Reader), h.trouble()))
}

func (h home) myIssues() []slack.Block {
	var choices []choice
	for _, v := range homeViews() {
		choices = append(choices, choice{Label: v.Label, Value: v.Value})
	}
	all := []slack.Block{section("*My issues*", staticSelect(actHomeView, "View", choices, firstOf(h.View, "open")))}
	switch {
	case h.Reading:
		return append(all, contextLine("Reading your issues…"))
	case len(h.Issues) == 0:
		return append(all, section("No issues here. That may change with another view."),
			actions("", button("New issue", actNewIssue, "home")))
	}
	l := issueList{}
	for _, i := range h.Issues[:min(len(h.Issues), listRows)] {
		all = append(all, l.row(i))
	}
	var paging []slack.BlockElement
	if h.Prev != "" {
		paging = append(paging, button("Previous", actHomePrev, h.Prev))
	}
	if h.Next != "" {
		paging = append(paging, button("Next", actHomeNext, h.Next))
	}
	rows := issueList{First: h.First, More: h.Next != ""}
	return blocks(append(all, contextLine(rows.position(min(len(h.Issues), listRows))), actions("", paging...))...)
}

// waiting leads back to previews that their messages may not show any more.
func (h home) waiting() []slack.Block {
	if len(h.Waiting) == 0 {
		return nil
	}
	all := []slack.Block{section("*Waiting for you*")}
	for _, w := range h.Waiting {
		text := bold(inline(w.What, 60))
		if w.Title != "" {
			text += " " + inline(w.Title, 90)
		}
		all = append(all, section(text+"\nNothing was changed yet · expires at "+clock(w.Until), button("Show again", actShowAgain, w.ID)))
	}
	return append(all, slack.NewDividerBlock())
}

func (h home) recent() []slack.Block {
	if len(h.Recent) == 0 {
		return nil
	}
	all := []slack.Block{slack.NewDividerBlock(), section("*Recent*")}
	for _, r := range h.Recent[:min(len(h.Recent), 5)] {
		text := issueLink(r.Issue) + " " + inline(r.Issue.Title, 90) + "\n" + dotted(r.What, moment(r.At))
		if r.UndoID != "" {
			all = append(all, section(text, button("Undo", actUndo, r.UndoID)))
			continue
		}
		all = append(all, section(text))
	}
	return all
}

func (h home) admin() []slack.Block {
	if !h.Admin {
		return nil
	}
	return blocks(slack.NewDividerBlock(), section("*Admin*", button("Open admin", actAdmin, "")))
}

func (h home) version() string {
	if h.Version == "" {
		return ""
	}
	return "Version " + escape(h.Version)
}

func (h home) refreshed() string {
	if h.At.IsZero() {
		return ""
	}
	return "Refreshed " + clock(h.At)
}

func (h home) trouble() string {
	if h.Failed.IsZero() {
		return ""
	}
	return dotted(fmt.Sprintf("Couldn't refresh at %s", clock(h.Failed)), refWords(h.Ref))
}
