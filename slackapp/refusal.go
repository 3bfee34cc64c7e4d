package slackapp

import (
	"context"
	"errors"
	"slices"

	"linearbot/assistant"
	"linearbot/linear"
)

// parentError says why an issue can't be the parent of another. It unwraps to
// Linear's refusal, which does not.
type parentError struct {
	Issue, Parent string // identifiers; Issue is "" for a new issue
	Why           parentReason
	cause         error
}

type parentReason int

const (
	parentGone  parentReason = iota // not there, or not for this person
	parentSelf                      // the issue itself
	parentBelow                     // the issue is above it already
)

func (e *parentError) Error() string { return "parent " + e.Parent + ": " + e.cause.Error() }

func (e *parentError) Unwrap() error { return e.cause }

// outsiderError says that Linear does not assign an issue to somebody who is not in
// its team. It unwraps to Linear's refusal.
type outsiderError struct {
	Person, Team string // names
	IssueID      string // "" for a new issue
	cause        error
}

func (e *outsiderError) Error() string { return "assignee outside the team: " + e.cause.Error() }

func (e *outsiderError) Unwrap() error { return e.cause }

// explain puts reasons in the place of refusals that Linear words for its own form,
// or says of the wrong issue. What it can't find out stays as it is.
func (a *App) explain(ctx context.Context, s *linear.Session, results []assistant.Result) {
	known := map[string]error{} // by issue and parent
	for i, res := range results {
		if !errors.Is(res.Err, linear.ErrNotFound) && !errors.Is(res.Err, linear.ErrInvalidInput) && !errors.Is(res.Err, linear.ErrForbidden) {
			continue
		}
		for _, f := range res.Change.Fields {
			switch f.Field {
			case fieldParent:
				key := res.Change.Issue.Identifier + "/" + f.To
				if _, ok := known[key]; !ok && len(known) < 5 {
					known[key] = a.parentReason(ctx, s, res.Change.Issue.Identifier, f.To, res.Err)
				}
				if err := known[key]; err != nil {
					results[i].Err = err
				}
			case fieldAssignee:
				if err := outsider(s, res.Change, f, res.Err); err != nil {
					results[i].Err = err
				}
			}
		}
	}
}

// parentReason is why parent can't be above the issue; nil when that is not known.
func (a *App) parentReason(ctx context.Context, s *linear.Session, issue, parent string, cause error) error {
	why := func(w parentReason) error {
		return &parentError{Issue: issue, Parent: parent, Why: w, cause: cause}
	}
	if issue != "" && issue == parent {
		return why(parentSelf)
	}
	const deepest = 8 // sub-issues of sub-issues
	for ref, n := parent, 0; n < deepest; n++ {
		above, err := s.Issue(ctx, ref)
		switch {
		case n == 0 && errors.Is(err, linear.ErrNotFound):
			return why(parentGone)
		case err != nil || above.Parent == nil:
			return nil
		case above.Parent.Identifier == issue:
			return why(parentBelow)
		}
		ref = above.Parent.ID
	}
	return nil
}

// outsider is the reason when a person is not in the issue's team; nil when they are,
// or it is not known.
func outsider(s *linear.Session, c assistant.Change, f assistant.FieldChange, cause error) error {
	d, ok := s.CachedDirectory()
	if !ok || f.ToID == "" {
		return nil
	}
	team, ok := d.TeamByID(c.Issue.TeamID)
	if !ok || len(team.MemberIDs) == 0 || slices.Contains(team.MemberIDs, f.ToID) {
		return nil
	}
	e := &outsiderError{Person: f.To, Team: team.Name, cause: cause}
	if c.Kind != assistant.ChangeCreate {
		e.IssueID = c.Issue.ID
	}
	return e
}

// sayRefusal words what explain found out.
func sayRefusal(err error, a about) (Failure, bool) {
	if e, ok := errors.AsType[*parentError](err); ok {
		f := issueGone(e.Parent)
		f.Text = "I can't find the parent " + inline(e.Parent, 60) + ", or you don't have access to it."
		f.Field = fieldParent
		switch e.Why {
		case parentSelf:
			f = Failure{Text: inline(e.Issue, 40) + " can't be its own parent. Nothing was changed. Name another issue.", Field: fieldParent}
		case parentBelow:
			f = Failure{
				Text:  inline(e.Issue, 40) + " is above " + inline(e.Parent, 40) + " already, so " + inline(e.Parent, 40) + " can't be its parent. Nothing was changed.",
				Field: fieldParent,
			}
		case parentGone:
		}
		return f, true
	}
	if e, ok := errors.AsType[*outsiderError](err); ok {
		f := Failure{Text: inline(e.Person, 60) + " isn't in " + inline(e.Team, 60) + ", so Linear won't assign it to them.", Field: fieldAssignee}
		switch {
		case e.IssueID != "":
			f.Buttons = []failureButton{{Label: "Pick someone else", Action: actCardMore, Value: moreEdit + ":" + e.IssueID}}
		case a.Held != "":
			f.Buttons = []failureButton{
				{Label: "Pick someone else", Action: actOpenForm, Value: a.Held},
				{Label: "Leave unassigned", Action: actCreateWithout, Value: pickValue(a.Held, pickNobody)},
			}
		}
		return f, true
	}
	return Failure{}, false
}

// refusalWords is a reason in a few words; "" for other errors.
func refusalWords(err error) string {
	if e, ok := errors.AsType[*parentError](err); ok {
		switch e.Why {
		case parentSelf:
			return "can't be its own parent"
		case parentBelow:
			return "is above " + inline(e.Parent, 40) + " already"
		case parentGone:
			return "parent " + inline(e.Parent, 40) + " not found"
		}
	}
	if e, ok := errors.AsType[*outsiderError](err); ok {
		return inline(e.Person, 60) + " isn't in " + inline(e.Team, 60)
	}
	return ""
}
