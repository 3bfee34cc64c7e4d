package slackapp

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"linearbot/assistant"
	"linearbot/linear"
	"linearbot/store"
)

// onCommand runs one slash command.
func (a *App) onCommand(ctx context.Context, r *request) error {
	return a.runText(ctx, r, r.Command.Text)
}

// runText runs command text, wherever it was typed: after the command word, or
// behind a button that offers a corrected command.
func (a *App) runText(ctx context.Context, r *request, text string) error {
	cmd, err := assistant.ParseCommand(text)
	if near, ok := errors.AsType[*assistant.UnknownVerbError](err); ok {
		rest := strings.TrimSpace(strings.TrimPrefix(near.Rewritten, near.Suggestion))
		return a.reply(ctx, r, unknownVerb(near.Word, near.Suggestion, rest, a.Word))
	}
	if err != nil {
		return err
	}
	r.What = heldWords(cmd)
	switch cmd.Verb {
	case assistant.VerbShow, assistant.VerbMine, assistant.VerbList, assistant.VerbSearch, assistant.VerbHelp, assistant.VerbStatus:
		r.Reads = true
	}
	if len(cmd.Issues) == 1 {
		r.Issue = cmd.Issues[0]
	}
	switch cmd.Verb {
	case "":
		return a.openForm(ctx, r, draft{}, nil)
	case assistant.VerbConnect:
		r.Op = "command.connect"
		return a.commandConnect(ctx, r)
	case assistant.VerbDisconnect:
		return a.commandDisconnect(ctx, r)
	case assistant.VerbStatus:
		return a.commandStatus(ctx, r)
	case assistant.VerbHelp:
		return a.commandHelp(ctx, r, cmd)
	case assistant.VerbAdmin:
		return a.commandAdmin(ctx, r)
	case assistant.VerbDefaults:
		return a.openSettings(ctx, r, slices.Contains(cmd.Args, "channel"))
	case assistant.VerbAsk:
		return a.words(ctx, r, cmd.Text)
	case assistant.VerbUndo:
		return a.withProgress(ctx, r, func(ctx context.Context) (Message, error) { return a.undo(ctx, r, "") })
	case assistant.VerbCreate:
		r.Creates = true
		return a.commandCreate(ctx, r, cmd)
	case assistant.VerbShow:
		return a.withProgress(ctx, r, func(ctx context.Context) (Message, error) { return a.show(ctx, r, cmd.Issues) })
	case assistant.VerbMine, assistant.VerbList, assistant.VerbSearch:
		return a.withProgress(ctx, r, func(ctx context.Context) (Message, error) {
			return a.list(ctx, r, page{Command: strings.TrimSpace(text), At: time.Now(), First: 1})
		})
	case assistant.VerbSet:
		if len(cmd.Fields) == 0 {
			return a.openEdit(ctx, r, cmd.Issues[0])
		}
	}
	return a.withProgress(ctx, r, func(ctx context.Context) (Message, error) { return a.change(ctx, r, cmd) })
}

// heldWords says what a command was about to do, after "I'll finish".
func heldWords(cmd assistant.Command) string {
	switch {
	case cmd.Verb == assistant.VerbCreate && cmd.Title != "":
		return heldCreate(cmd.Title)
	case cmd.Verb == "":
		return "your new issue"
	case cmd.Verb == assistant.VerbAsk:
		return "what you asked"
	case len(cmd.Issues) > 0:
		return "that for " + inline(strings.Join(cmd.Issues, ", "), 80)
	}
	return "what you asked"
}

func (a *App) commandHelp(ctx context.Context, r *request, cmd assistant.Command) error {
	account, err := a.Accounts.Status(ctx, r.Key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	h := help{Word: a.Word, Account: account}
	if len(cmd.Args) == 0 {
		return a.reply(ctx, r, h.message())
	}
	m, ok := h.topic(cmd.Args[0], a.validValues(ctx, r, cmd.Args[0]))
	if !ok {
		return a.reply(ctx, r, notUnderstood(a.Word))
	}
	return a.reply(ctx, r, m)
}

// commandCreate creates at once when the team is known, else opens the form with
// what was typed.
func (a *App) commandCreate(ctx context.Context, r *request, cmd assistant.Command) error {
	s, d, err := a.names(ctx, r.Key)
	if err != nil {
		return err
	}
	def, err := a.defaultsFor(ctx, r, d)
	if err != nil {
		return err
	}
	plan, err := assistant.Compile(cmd, d, def)
	if missing, ok := errors.AsType[*assistant.MissingArgumentError](err); ok && missing.Argument == "team" {
		return a.openForm(ctx, r, draftOfCommand(d, cmd), nil)
	}
	if err != nil {
		return err
	}
	if _, ok := plan.Steps[0].Input["team"]; !ok {
		return a.openForm(ctx, r, draftOfCommand(d, cmd), nil)
	}
	return a.withProgress(ctx, r, func(ctx context.Context) (Message, error) { return a.applyOrAsk(ctx, r, s, plan) })
}

// applyOrAsk does at once what was typed in full, unless it is much or the admins
// want to see every change first.
func (a *App) applyOrAsk(ctx context.Context, r *request, s *linear.Session, plan assistant.Plan) (Message, error) {
	if len(plan.Steps) > 3 || a.policy(ctx, r.Key.TeamID).Confirm {
		return a.propose(ctx, r, s, plan)
	}
	return a.apply(ctx, r, s, plan)
}

// names is a person's session with the names it knows: from the cache when warm.
func (a *App) names(ctx context.Context, key store.Key) (*linear.Session, *linear.Directory, error) {
	s, err := a.Accounts.Session(ctx, key)
	if err != nil {
		return nil, nil, err
	}
	d, err := s.Directory(ctx)
	if err != nil {
		return nil, nil, err
	}
	return s, d, nil
}

// show is up to five issues as cards; those that cannot be found are named.
func (a *App) show(ctx context.Context, r *request, refs []string) (Message, error) {
	s, err := a.Accounts.Session(ctx, r.Key)
	if err != nil {
		return Message{}, err
	}
	viewer := ""
	d, ok := s.CachedDirectory()
	if ok {
		viewer = d.Viewer.ID
	}
	if len(refs) == 1 {
		before, at, seen := s.Seen(refs[0])
		if seen && r.Saved {
			return card{Issue: before, ViewerID: viewer, Lines: []outcome{{Text: "As of " + moment(at)}}}.full(), nil
		}
		issue, err := s.Issue(ctx, refs[0])
		if errors.Is(err, linear.ErrRateLimited) && seen {
			r.SavedAt = at
		}
		if errors.Is(err, linear.ErrNotFound) {
			return Message{}, &issueGoneError{Ref: refs[0]}
		}
		if err != nil {
			return Message{}, err
		}
		r.shows(issue)
		if r.Public && !issue.Team.Private() { // a reply to a mention, for whoever reads the thread
			return card{Issue: issue, Public: true}.compact(), nil
		}
		return card{Issue: issue, ViewerID: viewer}.full(), nil
	}
	found, err := s.IssuesByRef(ctx, refs)
	if err != nil {
		return Message{}, err
	}
	r.shows(found...)
	public := r.Public && !slices.ContainsFunc(found, func(i linear.Issue) bool { return i.Team.Private() })
	if public {
		viewer = ""
	}
	var all []card
	for _, i := range found {
		all = append(all, card{Issue: i, ViewerID: viewer, Public: public})
	}
	missing := slices.DeleteFunc(slices.Clone(refs), func(ref string) bool {
		own, _ := d.ParseRef(ref)
		return slices.ContainsFunc(found, func(i linear.Issue) bool { return i.Identifier == own || i.ID == own })
	})
	return cards(all, missing), nil
}

// issueGoneError says that an issue is not there or not visible: the same words
// for both.
type issueGoneError struct{ Ref string }

func (e *issueGoneError) Error() string { return "issue " + e.Ref + " not found or hidden" }

func (e *issueGoneError) Unwrap() error { return linear.ErrNotFound }

// change runs a fully spelled write: at once for up to three issues, with a
// preview for more (ux: update).
func (a *App) change(ctx context.Context, r *request, cmd assistant.Command) (Message, error) {
	s, d, err := a.names(ctx, r.Key)
	if err != nil {
		return Message{}, err
	}
	plan, err := assistant.Compile(cmd, d, assistant.Defaults{Now: a.clockOf(ctx, r)})
	if err != nil {
		return Message{}, err
	}
	return a.applyOrAsk(ctx, r, s, plan)
}

// clockOf is now in the person's time zone.
func (a *App) clockOf(ctx context.Context, r *request) time.Time {
	who, err := a.people.get(ctx, r.Key, r.HomeTeam)
	if err != nil || who.TZ == nil {
		return time.Now().UTC()
	}
	return time.Now().In(who.TZ)
}
