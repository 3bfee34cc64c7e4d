package assistant

import (
	"context"
	"fmt"

	"linearbot/linear"
)

const (
	readPage  = 50 // issues of one request
	readPages = 5  // requests behind one selector
)

// read runs the read steps in plan order. Several single issues are one request.
func (x *preparation) read(ctx context.Context) error {
	if err := x.prefetch(ctx); err != nil {
		return err
	}
	for n, step := range x.plan.Steps {
		var r Read
		var err error
		switch {
		case step.Tool == toolList:
			r, err = x.list(ctx, n, step)
			x.lists[n] = r
		case x.queries[n]:
			r, err = x.query(ctx, step)
		default:
			continue
		}
		if err != nil {
			return err
		}
		r.Step = n
		x.out.Reads = append(x.out.Reads, r)
	}
	return nil
}

// prefetch reads the issues of all show steps at once when there are several.
func (x *preparation) prefetch(ctx context.Context) error {
	var refs []string
	for _, step := range x.plan.Steps {
		if shown, ok := shownIssue(step); ok {
			ref, err := x.ref(ctx, shown)
			if err != nil {
				return err
			}
			refs = append(refs, ref)
		}
	}
	if len(refs) < 2 {
		return nil
	}
	if len(refs) > readPage {
		return fmt.Errorf("%w: %d issues to show, at most %d", linear.ErrInvalidInput, len(refs), readPage)
	}
	return x.fetch(ctx, refs)
}

// shownIssue is the issue that a show step reads.
func shownIssue(step Step) (ref string, ok bool) {
	if step.Tool != toolQuery || step.Input["query"] != docIssue {
		return "", false
	}
	variables, _ := step.Input["variables"].(map[string]any) // another shape is no show step
	id, _ := variables["id"].(string)
	_, ok = linear.ParseRef(id)
	return id, ok
}

func (x *preparation) query(ctx context.Context, step Step) (Read, error) {
	if shown, ok := shownIssue(step); ok {
		ref, err := x.ref(ctx, shown)
		if err != nil {
			return Read{}, err
		}
		if i, known := x.known[ref]; known {
			return Read{Issue: &i}, nil
		}
		i, err := x.s.Issue(ctx, ref)
		if err != nil {
			return Read{}, err
		}
		x.know(i)
		return Read{Issue: &i}, nil
	}
	q, err := queryOf(step)
	if err != nil {
		return Read{}, err
	}
	data, err := x.s.Query(ctx, q.Document, q.Variables, q.Operation)
	if err != nil {
		return Read{}, err
	}
	return Read{Data: data}, nil
}

// list reads one page, or everything within bounds when a selector of a later
// step has to look at all of it. A number that was asked for bounds both.
func (x *preparation) list(ctx context.Context, n int, step Step) (Read, error) {
	q, applied, err := resolveList(ctx, x.s, step.Input)
	if err != nil {
		return Read{}, err
	}
	whole := x.selected(n) && step.Input["first"] == nil
	if whole {
		q.First = readPage
	}
	r := Read{Applied: applied}
	for page := range readPages {
		found, err := x.s.Issues(ctx, q)
		if err != nil {
			return Read{}, err
		}
		r.Page = append(r.Page, found.Issues...)
		r.HasNext, r.After = found.HasMore, found.After
		if page == 0 {
			r.Before = found.Before
		}
		r.Truncated = r.Truncated || found.Truncated
		if !whole || !found.HasMore {
			break
		}
		q.After, q.Before = found.After, ""
	}
	r.Truncated = r.Truncated || whole && r.HasNext
	for _, i := range r.Page {
		if !i.Brief {
			x.know(i)
		}
	}
	return r, nil
}

// selected reports whether a selector of a later step looks beyond the first
// issues of list n.
func (x *preparation) selected(n int) bool {
	for _, step := range x.plan.Steps[n+1:] {
		ref, _ := step.Input["issueId"].(string) // only updates carry one
		if sel, ok := ParseSelector(ref); ok && sel.Step == n {
			return true
		}
	}
	return false
}
