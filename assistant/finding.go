package assistant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"linearbot/linear"
)

// finding is what a reading call brought, before it is taken into the talk.
type finding struct {
	failure *linear.ToolError
	reads   []Read
	content any
	texts   []source // what others wrote in it
	private int      // issues left out
	opened  bool     // more than titles was read
}

// read carries out one reading call. What goes wrong in the call is part of the
// finding; its error is one that ends the request.
func (t *talk) read(ctx context.Context, c ModelCall, input map[string]any) (finding, error) {
	var f finding
	var err error
	switch c.Name {
	case toolList:
		f, err = t.list(ctx, c)
	case toolQuery:
		f, err = t.query(ctx, c, input)
	case toolThread:
		return finding{content: json.RawMessage(t.thread())}, nil
	default:
		err = &linear.ToolError{Code: linear.CodeUnsupported, Message: fmt.Sprintf("No tool is called %q.", clip(c.Name, 60))}
	}
	if err == nil {
		return f, nil
	}
	failure, ok := t.toolError(err)
	if !ok || errors.Is(err, linear.ErrUnauthenticated) {
		return finding{}, err
	}
	return finding{failure: failure}, nil
}

// list reads issues. Private teams are taken out before a model sees them when
// others will read the answer.
func (t *talk) list(ctx context.Context, c ModelCall) (finding, error) {
	input, err := linear.ValidateInput(c.Name, c.Input)
	if err != nil {
		return finding{}, err
	}
	q, applied, err := resolveList(ctx, t.q.Session, input)
	if err != nil {
		return finding{}, err
	}
	page, err := t.q.Session.Issues(ctx, q)
	if err != nil {
		return finding{}, err
	}
	shown, hidden := t.visible(page.Issues)
	f := finding{private: hidden}
	f.reads = []Read{{Page: shown, Applied: applied, HasNext: page.HasMore, After: page.After, Before: page.Before, Truncated: page.Truncated}}
	compact := []linear.Compact{}
	for _, i := range shown {
		compact = append(compact, i.Compact())
		f.texts = append(f.texts, source{origin: i.Identifier + "'s title", text: i.Title})
	}
	f.content = map[string]any{
		"issues": compact, "count": len(shown), "hasMore": page.HasMore, "after": page.After, "applied": applied,
	}
	return f, nil
}

// visible splits off the issues that must not appear in a public answer.
func (t *talk) visible(issues []linear.Issue) (shown []linear.Issue, hidden int) {
	if !t.q.Public {
		return issues, 0
	}
	shown = slices.DeleteFunc(slices.Clone(issues), func(i linear.Issue) bool { return i.Team.Private() })
	return shown, len(issues) - len(shown)
}

// nameRoots are root fields that bring names of things and no text of people.
var nameRoots = []string{"viewer", "teams", "team", "workflowStates", "workflowState", "users", "user", "issueLabels", "projects", "cycles", "organization", "rateLimitStatus"}

// query runs a reading document. When others will read the answer only one
// issue can be asked for, and the answer is ours: what an arbitrary document
// brings cannot be told apart by team.
func (t *talk) query(ctx context.Context, c ModelCall, input map[string]any) (finding, error) {
	if _, err := linear.ValidateInput(c.Name, c.Input); err != nil {
		return finding{}, err
	}
	q, err := queryOf(Step{Tool: toolQuery, Input: input})
	if err != nil {
		return finding{}, err
	}
	if _, _, err := readQuery(Step{Tool: toolQuery, Input: input}); err != nil {
		return finding{}, err
	}
	if t.q.Public {
		return t.publicIssue(ctx, q)
	}
	data, err := t.q.Session.Query(ctx, q.Document, q.Variables, q.Operation)
	if err != nil {
		return finding{}, err
	}
	op, err := linear.InspectDocument(q.Document, q.Operation, q.Variables)
	if err != nil {
		return finding{}, err
	}
	f := finding{texts: textsOf(data)}
	f.opened = slices.ContainsFunc(op.RootFields, func(root string) bool { return !slices.Contains(nameRoots, root) })
	f.content = map[string]any{"untrusted": true, "data": data}
	return f, nil
}

func (t *talk) publicIssue(ctx context.Context, q GuardedQuery) (finding, error) {
	args, ok := argumentsOf(q)
	ref, isText := args["id"].(string)
	op, err := linear.InspectDocument(q.Document, q.Operation, q.Variables)
	if err != nil || !ok || !isText || op.RootFields[0] != "issue" {
		return finding{}, &RefusedError{Reason: "others read this answer, so only lists and single issues can be read"}
	}
	i, err := t.q.Session.Issue(ctx, ref)
	if err != nil {
		return finding{}, err
	}
	if i.Team.Private() {
		return finding{private: 1}, &MissingIssueError{Ref: ref}
	}
	f := finding{opened: true, reads: []Read{{Issue: &i}}}
	f.texts = []source{{i.Identifier + "'s title", i.Title}, {i.Identifier + "'s description", i.Description}}
	f.content = map[string]any{"issue": i.Compact(), "description": map[string]any{"untrusted": true, "text": clip(i.Description, 1500)}}
	return f, nil
}

// take puts a finding into the talk and words it for the model.
func (t *talk) take(c ModelCall, f finding) ModelResult {
	t.answer.Hidden += f.private
	if f.failure != nil {
		return ModelResult{ID: c.ID, Failed: true, Content: errorJSON(f.failure)}
	}
	input, _ := objectOf(c.Input) // it was read before
	for _, r := range f.reads {
		r.Step = len(t.answer.Plan.Steps)
		t.answer.Reads = append(t.answer.Reads, r)
		t.sources.list(r)
	}
	if c.Name != toolThread {
		t.answer.Plan.Steps = append(t.answer.Plan.Steps, Step{Tool: c.Name, Input: input})
	}
	t.sources.add(f.opened, f.texts...)
	content, err := fitting(f.content)
	if err != nil {
		return failedCall(c, "internal", "The answer could not be read.")
	}
	return ModelResult{ID: c.ID, Content: content}
}
