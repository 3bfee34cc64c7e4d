package slackapp

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"
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
		m = m.with(i.blocks(p.Public, rowRoom(len(rows)))...)
	}
	if len(rows) < len(p.Items) {
		m = m.with(contextLine(fmt.Sprintf("%d–%d of %d", first+1, first+len(rows), len(p.Items))))
	}
	if slices.ContainsFunc(p.Items, func(i planItem) bool { return i.MustEdit }) {
		m = m.with(section(mustEditWords(len(p.Items))))
	}
	return m.with(contextLine(dotted(p.Reason, "Acts as "+actingWord(p.Actor), p.undoWord(), p.expiry())), p.buttons())
}

// mustEditWords say why there is nothing to apply.
func mustEditWords(items int) string {
	if items == 1 {
		return "A person or a link in this comes from somebody else's text, so I won't do it as it is. Look at it, and make the change yourself."
	}
	return "A person or a link in these comes from somebody else's text, so I won't make them as they are. Ask again for what you want, in your own words."
}

// undoWord tells beforehand of what cannot be taken back.
func (p plan) undoWord() string {
	if slices.ContainsFunc(p.Items, func(i planItem) bool { return i.Operation != "" }) {
		return "Can't be undone from here"
	}
	return ""
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

// page is the rows of the page that is shown: at most ten, and no more than fit one
// message whole.
func (p plan) page() (first int, rows []planItem) {
	starts := p.pages()
	n := min(max(p.Page, 0), len(starts)-1)
	end := len(p.Items)
	if n+1 < len(starts) {
		end = starts[n+1]
	}
	return starts[n], p.Items[starts[n]:end]
}

// planText is how many characters the rows of one page may have.
const planText = 9000

// pages are the numbers of the first rows of each page; there is always one.
func (p plan) pages() []int {
	starts, size := []int{0}, 0
	for n, i := range p.Items {
		own := i.size(p.Public)
		if from := starts[len(starts)-1]; n > from && (n-from == planRows || size+own > planText) {
			starts, size = append(starts, n), 0
		}
		size += own
	}
	return starts
}

func (p plan) buttons() slack.Block {
	var all []slack.BlockElement
	mustEdit := slices.ContainsFunc(p.Items, func(i planItem) bool { return i.MustEdit })
	if !mustEdit {
		all = append(all, p.apply())
	}
	if len(p.Items) == 1 && p.Items[0].editable() {
		edit := button(cut(oneLine("Edit "+firstOf(p.Items[0].Identifier, "issue")), maxLabel), actEditPlan, p.ID)
		if p.Items[0].Comment {
			edit = button("Edit comment", actEditPlan, p.ID)
		}
		if mustEdit {
			edit = edit.WithStyle(slack.StylePrimary)
		}
		all = append(all, edit)
	}
	all = append(all, button("Cancel", actDiscard, p.ID))
	if first, rows := p.page(); len(rows) < len(p.Items) {
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
		what := firstOf(i.Identifier, "issue")
		if i.Operation != "" {
			what = i.Title
		}
		return primary(cut(oneLine(firstOf(i.Action, "Change")+" "+what), maxLabel), actApply, p.ID)
	}
	b := primary("Apply "+changesWord(len(p.Items)), actApply, p.ID)
	b.Confirm = confirm("Apply "+changesWord(len(p.Items))+"?", p.question(), "Apply changes", "Go back")
	return b
}

// question is what the dialog before many changes says.
func (p plan) question() string {
	if p.undoWord() != "" {
		return "Every change is listed above. Not all of them can be undone from here."
	}
	return "Every change is listed above, and can be undone for 10 minutes."
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

// choiceBlock and waitingIn carry a reference in the block id of a menu, which has
// no value of its own.
func choiceBlock(waiting string) string { return "choose|" + waiting }

func waitingIn(blockID string) string { return strings.TrimPrefix(blockID, "choose|") }

// planDropped replaces a preview that was canceled or ran out.
func planDropped() Message { return sayText("Canceled. Nothing was changed.") }
