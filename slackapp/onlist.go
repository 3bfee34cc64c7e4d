package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"linearbot/assistant"
	"linearbot/linear"
)

// listLife is how long a list's buttons page through the same list.
const listLife = 24 * time.Hour

// page is one page of a list as a button carries it: the command that made the
// list and where to go on. Slack keeps 2,000 characters of it.
type page struct {
	Command string    `json:"c"`
	After   string    `json:"a,omitempty"`
	Before  string    `json:"b,omitempty"`
	First   int       `json:"n"` // number of the first row
	At      time.Time `json:"t"` // when the list was made
	Public  bool      `json:"p,omitempty"`
	By      string    `json:"u,omitempty"` // the Slack user who shared it
}

func (p page) value() string {
	b, err := json.Marshal(p)
	if err != nil || len(b) > 2000 {
		return ""
	}
	return string(b)
}

// stale reports whether the list is too old to go on in.
func (p page) stale() bool { return time.Since(p.At) > listLife }

// visible are the issues that a page shows.
func (p page) visible(all []linear.Issue) []linear.Issue {
	if !p.Public {
		return all
	}
	shown, _ := publicRows(all, 0)
	return shown
}

func readPage(value string) (page, error) {
	var p page
	if err := json.Unmarshal([]byte(value), &p); err != nil || p.Command == "" {
		return page{}, fmt.Errorf("page of a list: %w", err)
	}
	p.First = max(p.First, 1)
	return p, nil
}

// list reads one page: one request to Linear once names are warm.
func (a *App) list(ctx context.Context, r *request, p page) (Message, error) {
	cmd, err := assistant.ParseCommand(p.Command)
	if err != nil {
		return Message{}, err
	}
	s, d, err := a.names(ctx, r.Key)
	if err != nil {
		return Message{}, err
	}
	if p.Public {
		if cmd, err = named(cmd, d.Viewer); err != nil {
			return Message{}, err
		}
		p.Command = listCommand(cmd)
	}
	plan, err := assistant.Compile(cmd, d, assistant.Defaults{Now: a.clockOf(ctx, r)})
	if err != nil {
		return Message{}, err
	}
	l := issueList{Title: listTitle(cmd), Filters: p.Command, First: p.First, Word: a.Word, State: p.value(), Shared: p.Public, By: p.By}
	if p.stale() {
		return l.stale(p.At), nil
	}
	input := plan.Steps[0].Input
	most, limited := input["first"].(int) // of the whole list
	left := most - (p.First - 1)
	input["first"] = listRows
	if limited {
		input["first"] = min(listRows, max(left, 1))
	}
	if p.After != "" {
		input["after"] = p.After
	}
	if p.Before != "" {
		input["before"] = p.Before
	}
	found, age, err := a.pageOf(ctx, r, s, p, input)
	if err != nil {
		return Message{}, err
	}
	l.Age = age
	l.Place = listPlace(d, cmd)
	if limited && len(found.Issues) >= left {
		found.HasMore = false
	}
	r.shows(p.visible(found.Issues)...)
	l.Issues, l.More, l.Batches = found.Issues, found.HasMore, found.Truncated
	next, back := p, p
	next.After, next.Before, next.First = found.After, "", p.First+len(found.Issues)
	back.After, back.Before, back.First = "", found.Before, max(1, p.First-listRows)
	if found.HasMore {
		l.Next = next.value()
	}
	if p.First > 1 {
		l.Prev = back.value()
	}
	return l.message(), nil
}

// pageOf reads a page, or finds the one its person saw before where that was asked
// for; then it says how old it is.
func (a *App) pageOf(ctx context.Context, r *request, s *linear.Session, p page, input map[string]any) (found linear.IssuePage, age string, err error) {
	before, ok := a.lists.get(r.Key, p)
	if ok && r.Saved {
		return before.found, "as of " + moment(before.at), nil
	}
	found, err = a.readList(ctx, s, input)
	if errors.Is(err, linear.ErrRateLimited) && ok {
		r.SavedAt = before.at
	}
	if err == nil {
		a.lists.put(r.Key, p, found)
	}
	return found, "", err
}

// readList runs a list step as the tool would. The step was compiled here, and may
// filter by more than callers of the tool can.
func (a *App) readList(ctx context.Context, s *linear.Session, input map[string]any) (linear.IssuePage, error) {
	raw, err := json.Marshal(input)
	if err != nil {
		return linear.IssuePage{}, err
	}
	input = nil
	if err := json.Unmarshal(raw, &input); err != nil { // numbers as they come over the wire
		return linear.IssuePage{}, err
	}
	d, err := s.Directory(ctx)
	if err != nil {
		return linear.IssuePage{}, err
	}
	q, _, err := linear.ResolveList(d, input)
	if err != nil {
		return linear.IssuePage{}, err
	}
	if q.Sort == "" {
		q.Sort = linear.SortTop
	}
	return s.Issues(ctx, q)
}

func listTitle(cmd assistant.Command) string {
	switch cmd.Verb {
	case assistant.VerbMine:
		return "Your open issues"
	case assistant.VerbSearch:
		return "Issues about “" + strings.TrimSpace(cmd.Text) + "”"
	}
	return "Issues"
}

// turnPage follows Previous, Next and Refresh in the message itself.
func (a *App) turnPage(ctx context.Context, r *request, value string, fresh bool) error {
	p, err := readPage(value)
	if err != nil {
		return err
	}
	if fresh {
		p = page{Command: p.Command, At: time.Now(), First: 1, Public: p.Public, By: p.By}
	}
	m, err := a.list(ctx, r, p)
	if err != nil {
		return err
	}
	return a.replace(ctx, r, m)
}

// dropFilter shows the list again without its last filter.
func (a *App) dropFilter(ctx context.Context, r *request, value string) error {
	p, err := readPage(value)
	if err != nil {
		return err
	}
	p = page{Command: withoutLastFilter(p.Command), At: time.Now(), First: 1, Public: p.Public, By: p.By}
	m, err := a.list(ctx, r, p)
	if err != nil {
		return err
	}
	return a.replace(ctx, r, m)
}

// withoutLastFilter drops the last field:value of a list's command. "mine" without
// any is a list of all open issues.
func withoutLastFilter(command string) string {
	at := filterStart.FindAllStringIndex(command, -1)
	if len(at) == 0 {
		return assistant.VerbList
	}
	verb, _, _ := strings.Cut(command, " ")
	rest := strings.TrimSpace(command[:at[len(at)-1][0]])
	if rest == assistant.VerbSearch {
		return assistant.VerbList
	}
	return firstOf(rest, verb)
}

// filterStart is where a field:value begins; inside quotes there is none, because
// fields of the grammar follow a space.
var filterStart = regexp.MustCompile(`(?i)\s(?:--?|—)?(?:team|state|assignee|priority|p|label|project|cycle|estimate|due|parent|creator|created|updated|sort|limit)[:=][^\s"]*(?:"[^"]*")?`)
