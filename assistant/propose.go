package assistant

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"linearbot/linear"
)

// ErrMustEdit says that the proposal holds a person or a link that came from somebody
// else's text. The asker has to write the change themselves.
var ErrMustEdit = errors.New("assistant: must be edited before it is applied")

// fieldOfKey is the field that an argument of a tool is about.
var fieldOfKey = map[string]string{
	"state": fieldState, "stateId": fieldState, "assignee": fieldAssignee, "assigneeId": fieldAssignee,
	"priority": fieldPriority, "estimate": fieldEstimate, "labels": fieldLabels, "labelIds": fieldLabels,
	"addLabels": fieldLabels, "removeLabels": fieldLabels, "project": fieldProject, "projectId": fieldProject,
	"cycle": fieldCycle, "dueDate": fieldDue, "parent": fieldParent, "description": fieldDescription, "title": fieldTitle,
}

// proposeMarked is Propose for changes that a model asked for: marks say, beside
// each step, which of its values came from somebody else's text.
func (e *Engine) proposeMarked(ctx context.Context, a Asker, s *linear.Session, p Plan, marks []map[string]string) (Proposal, error) {
	prepared, err := e.prepare(ctx, s, p, freshRead, marks)
	if err != nil {
		return Proposal{}, err
	}
	return e.freeze(ctx, a, prepared)
}

// mark carries the marks of a step over to the change it became part of.
func (c *Change) mark(marks map[string]string) {
	for key, from := range marks {
		found := false
		for n := range c.Fields {
			if f := &c.Fields[n]; f.Field == fieldOfKey[key] {
				f.Tainted, found = from, true
				c.MustEdit = c.MustEdit || f.Field == fieldAssignee || holdsLink(f.To)
			}
		}
		if !found { // the target, the title of a new issue, the text of a comment
			c.Taint = from
			c.MustEdit = c.MustEdit || key == "body" && holdsLink(c.Body) || key == "title" && holdsLink(c.Issue.Title)
		}
	}
}

func holdsLink(text string) bool {
	lower := strings.ToLower(stripInvisible(text))
	return strings.Contains(lower, "://") || strings.Contains(lower, "www.") || bareLink.MatchString(lower)
}

// change takes a changing call as part of the proposal, or says why not.
func (t *talk) change(c ModelCall, input map[string]any) ModelResult {
	w, marks, err := t.write(c, input)
	if err != nil {
		failure, ok := t.toolError(err)
		if !ok {
			return failedCall(c, "internal", "The change could not be read.")
		}
		return ModelResult{ID: c.ID, Failed: true, Content: errorJSON(failure)}
	}
	if len(t.steps) >= maxWrites {
		return failedCall(c, linear.CodeUnsupported, fmt.Sprintf("At most %d changes fit one proposal.", maxWrites))
	}
	t.steps, t.marks = append(t.steps, w), append(t.marks, marks)
	return ModelResult{ID: c.ID, Content: fmt.Sprintf(`{"status":"proposed","n":%d}`, len(t.steps))}
}

// write checks a change without a request, and finds out where its values came from.
func (t *talk) write(c ModelCall, input map[string]any) (Step, map[string]string, error) {
	step := Step{Tool: c.Name, Input: input}
	tool := c.Name
	var fields map[string]any
	if c.Name == toolQuery {
		if _, err := linear.ValidateInput(c.Name, c.Input); err != nil {
			return Step{}, nil, err
		}
		w, _, err := readQuery(step)
		if err != nil {
			return Step{}, nil, err
		}
		tool, fields = w.tool, w.input
		switch w.kind {
		case ChangeQuery:
			return step, map[string]string{"query": written}, t.unread()
		case ChangeComment:
			fields = maps.Clone(w.input)
			fields["body"] = w.body
		}
	} else {
		given, err := linear.ValidateInput(c.Name, c.Input)
		if err != nil {
			return Step{}, nil, err
		}
		step.Input, fields = given, given
	}
	marks := t.marksOf(fields)
	if err := t.checkNames(tool, fields); err != nil {
		return Step{}, nil, err
	}
	ref, isRef := fields["issueId"].(string)
	if !isRef {
		return step, marks, nil
	}
	from, err := t.target(ref)
	if from != "" {
		marks["issueId"] = from
	}
	return step, marks, err
}

// target judges the issue a change is about. After text of others was read, the
// asker has to name it.
func (t *talk) target(ref string) (from string, err error) {
	parsed, ok := t.d.ParseRef(ref)
	if !ok {
		return "", &MissingIssueError{Ref: ref}
	}
	if seen, _, ok := t.q.Session.Seen(parsed); ok {
		parsed = seen.Identifier
	}
	from, named := t.sources.ofTarget(parsed)
	if !named {
		return "", &linear.ToolError{
			Code: "needs_confirmation", Field: "issueId",
			Message: fmt.Sprintf("Text by other people was read, and the person did not name %s.", clip(parsed, 20)),
			Hint:    "Ask the person which issue to change; they have to name it.",
		}
	}
	return from, nil
}

// unread refuses a raw mutation after text of others was read: what it is about
// cannot be told.
func (t *talk) unread() error {
	if !t.sources.opened {
		return nil
	}
	return &linear.ToolError{Code: "needs_confirmation", Message: "Text by other people was read.", Hint: "Ask the person to say exactly what to change."}
}

// checkNames resolves the names of a change, so that the model hears at once of
// one that means nothing. Targets are read later, with the preview.
func (t *talk) checkNames(tool string, fields map[string]any) error {
	switch tool {
	case toolCreate:
		_, _, err := linear.ResolveCreate(t.d, fields)
		return err
	case toolUpdate:
		ref, _ := fields["issueId"].(string) // required by the schema
		parsed, ok := t.d.ParseRef(ref)
		if !ok {
			return &MissingIssueError{Ref: ref}
		}
		current := linear.Issue{Identifier: parsed}
		if seen, _, ok := t.q.Session.Seen(parsed); ok {
			current = linear.Issue{Identifier: seen.Identifier, Team: seen.Team}
		} else if team, ok := t.d.TeamOf(parsed); ok {
			current.Team = team.TeamRef
		} else {
			return nil // a UUID: the preview will read it
		}
		_, _, err := linear.ResolveUpdate(t.d, current, fields)
		return err
	}
	return nil
}
