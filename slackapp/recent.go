package slackapp

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"linearbot/accounts"
	"linearbot/assistant"
	"linearbot/linear"
	"linearbot/store"
)

const (
	recentMax  = 5              // issues of Home's Recent
	touchedMax = 20             // issues whose title is kept for it
	touchedFor = 24 * time.Hour // after the last change, as all that is sealed and shown
	touchedAs  = "recent"       // under which name it is kept
)

// touched is what Home says of an issue that a person made or changed from Slack.
// The audit log, which Recent is made of, holds no titles; these are sealed.
type touched struct {
	Identifier string `json:"n"`
	Title      string `json:"t"`
	What       string `json:"w"` // mrkdwn
	UndoID     string `json:"u,omitempty"`
}

// touch keeps what the outcome of a change says of its issues.
func (a *App) touch(ctx context.Context, r *request, out assistant.Outcome) {
	var now []touched
	for _, res := range out.Results {
		t := touched{
			Identifier: firstOf(res.Issue.Identifier, res.Change.Issue.Identifier), What: changedWords(res.Change), UndoID: out.ProposalID,
			Title: firstOf(res.Issue.Title, res.Change.Issue.Title),
		}
		if res.Change.Kind == assistant.ChangeCreate {
			t.What = "Created"
		}
		r.wrote = r.wrote || res.Err == nil && res.Skipped == ""
		if res.Err == nil && res.Skipped == "" && t.Identifier != "" && t.Title != "" {
			t.Title = cut(oneLine(t.Title), 100)
			now = append(now, t)
		}
	}
	if len(now) == 0 {
		return
	}
	err := changeKept(ctx, a, r.Key, touchedAs, touchedFor, func(before []touched) []touched {
		all := slices.Clone(now)
		for _, old := range before {
			if !slices.ContainsFunc(now, func(t touched) bool { return t.Identifier == old.Identifier }) {
				all = append(all, old)
			}
		}
		return all[:min(len(all), touchedMax)]
	})
	if err != nil {
		a.Log.WarnContext(ctx, "titles of recent issues not kept", "ref", r.Ref, "err", err)
	}
}

// touchedBy is what was kept for a person, newest first.
func (a *App) touchedBy(ctx context.Context, key store.Key) []touched {
	var all []touched
	if err := a.kept(ctx, key, touchedAs, &all); err != nil && !errors.Is(err, store.ErrNotFound) {
		a.Log.WarnContext(ctx, "titles of recent issues not read", "user", key.UserID, "err", err)
		return nil
	}
	return all
}

// recentIssues are the last issues a person touched from Slack, from the audit
// log: no request to Linear. Titles are those of the rows, which are newer, or
// what was kept at the change.
func (a *App) recentIssues(ctx context.Context, key store.Key, h home) []recentIssue {
	entries, err := a.DB.Audit(ctx, store.AuditFilter{Key: key, Result: "ok", Limit: 50})
	if err != nil {
		a.Log.WarnContext(ctx, "recent issues not read", "user", key.UserID, "err", err)
		return nil
	}
	kept := a.touchedBy(ctx, key)
	var all []recentIssue
	for _, e := range entries {
		if e.Action == accounts.ActionReplace {
			break // what is older belongs to another workspace
		}
		known := slices.ContainsFunc(all, func(r recentIssue) bool { return r.Issue.Identifier == e.Target })
		what, changes := recentWords[e.Action]
		if !changes || strings.Count(e.Target, "-") != 1 || known || len(all) == recentMax {
			continue
		}
		r := recentIssue{
			Issue: linear.Issue{Identifier: e.Target, URL: "https://linear.app/" + h.Account.OrgURLKey + "/issue/" + e.Target},
			What:  what, At: e.At,
		}
		if i := slices.IndexFunc(kept, func(t touched) bool { return t.Identifier == e.Target }); i >= 0 {
			r.Issue.Title, r.What = kept[i].Title, firstOf(kept[i].What, r.What)
			r.UndoID = a.undoable(ctx, key, kept[i].UndoID)
		}
		if i := slices.IndexFunc(h.Issues, func(i linear.Issue) bool { return i.Identifier == e.Target }); i >= 0 {
			r.Issue = h.Issues[i]
		}
		all = append(all, r)
	}
	return all
}

// recentWords are the entries of the audit log that Recent shows. A comment is sent
// as a query, and names its issue; other queries name none.
var recentWords = map[string]string{linear.ToolCreate: "Created", linear.ToolUpdate: "Changed", linear.ToolQuery: "Commented"}

// undoable is the id of an applied proposal that can still be taken back, else "".
func (a *App) undoable(ctx context.Context, key store.Key, id string) string {
	if id == "" {
		return ""
	}
	p, err := a.DB.Proposal(ctx, id)
	if err != nil || p.Key != key || p.Status != store.Applied || !p.ExpiresAt.After(time.Now()) {
		return ""
	}
	return id
}
