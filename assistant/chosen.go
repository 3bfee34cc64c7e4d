package assistant

import (
	"context"
	"errors"
	"slices"

	"linearbot/linear"
)

// Which issues the writes of a plan are about: selectors are settled and the
// issues read.

// targets finds the issues that each write is about: references that still have
// to be read, or issues that a selector picked.
func (x *preparation) targets(writes []write) map[int][]string {
	targets := map[int][]string{}
	for _, w := range writes {
		ref, _ := w.input["issueId"].(string) // a create has none
		if ref == "" {
			continue
		}
		sel, ok := ParseSelector(ref)
		if !ok {
			targets[w.step] = []string{ref}
			continue
		}
		targets[w.step] = x.pick(sel)
	}
	return targets
}

// pick evaluates a selector over what its list found.
func (x *preparation) pick(sel Selector) []string {
	page := x.lists[sel.Step].Page
	picked := choose(page, sel)
	switch {
	case len(picked) == 0:
		x.out.Empty = true
	case sel.Pick == PickOnly && len(page) > 1:
		x.out.Questions = append(x.out.Questions, whichIssue(page))
		return nil
	}
	var refs []string
	for _, i := range picked {
		refs = append(refs, i.ID)
	}
	return refs
}

// choose gives the issues of a list that a selector means.
func choose(page []linear.Issue, sel Selector) []linear.Issue {
	if len(page) == 0 {
		return nil
	}
	switch sel.Pick {
	case PickOldest:
		return []linear.Issue{slices.MinFunc(page, byCreation)}
	case PickNewest:
		return []linear.Issue{slices.MaxFunc(page, byCreation)}
	case PickLast:
		return page[len(page)-1:]
	case PickNth:
		if sel.N > len(page) {
			return nil
		}
		return page[sel.N-1 : sel.N]
	case PickAll:
		return page
	}
	return page[:1]
}

// byCreation orders by the moment of creation, then by number.
func byCreation(a, b linear.Issue) int {
	if c := a.CreatedAt.Compare(b.CreatedAt); c != 0 {
		return c
	}
	if len(a.Identifier) != len(b.Identifier) {
		return len(a.Identifier) - len(b.Identifier)
	}
	return slices.Compare([]byte(a.Identifier), []byte(b.Identifier))
}

func whichIssue(page []linear.Issue) Question {
	q := Question{Kind: AskIssue, Name: "it"}
	for _, i := range page {
		q.Candidates = append(q.Candidates, Candidate{Value: i.Identifier, Label: i.Identifier + " " + i.Title, Detail: i.State.Name})
	}
	return q
}

// readTargets reads what is not known yet of all targets, with one request.
func (x *preparation) readTargets(ctx context.Context, writes []write, targets map[int][]string) error {
	var missing []string
	for _, w := range writes {
		for _, target := range targets[w.step] {
			ref, err := x.ref(ctx, target)
			if err != nil {
				return err
			}
			if _, ok := x.issue(ref, w); !ok && !slices.Contains(missing, ref) && !(w.kind == ChangeComment && x.age == lastSeen) {
				missing = append(missing, ref)
			}
		}
	}
	if len(missing) > maxWrites {
		return ErrTooManyChanges
	}
	return x.fetch(ctx, missing)
}

// ref is the identifier or the UUID of the issue that text points at.
func (x *preparation) ref(ctx context.Context, text string) (string, error) {
	ref, err := x.s.Ref(ctx, text)
	if errors.Is(err, linear.ErrNotFound) {
		return "", &MissingIssueError{Ref: text}
	}
	return ref, err
}

// readParents makes sure, before anything is shown, that there are the parents that
// issues are to get.
func (x *preparation) readParents(ctx context.Context, writes []write) error {
	if x.age != freshRead {
		return nil
	}
	var refs []string
	for _, w := range writes {
		given, _ := w.input["parent"].(string) // whatever else it is, resolving will say
		if ref, err := x.ref(ctx, given); err == nil && !slices.Contains(refs, ref) {
			if _, known := x.known[ref]; !known {
				refs = append(refs, ref)
			}
		}
	}
	return x.fetch(ctx, refs)
}

// fetch reads issues afresh; one that is not found is an error.
func (x *preparation) fetch(ctx context.Context, refs []string) error {
	if len(refs) == 0 {
		return nil
	}
	found, err := x.s.IssuesByRef(ctx, refs)
	if err != nil {
		return err
	}
	for _, i := range found {
		x.know(i)
	}
	for _, ref := range refs {
		if i, ok := x.known[ref]; !ok || i.Trashed {
			return &MissingIssueError{Ref: ref}
		}
	}
	return nil
}

// know keeps an issue that was read just now.
func (x *preparation) know(i linear.Issue) {
	x.known[i.ID], x.known[i.Identifier] = i, i
	delete(x.stale, i.ID)
}

// issue finds a copy that is good enough for a write.
func (x *preparation) issue(ref string, w write) (linear.Issue, bool) {
	if i, ok := x.known[ref]; ok {
		return i, true
	}
	if x.age != lastSeen {
		return linear.Issue{}, false
	}
	i, _, ok := x.s.Seen(ref)
	_, describes := w.input["description"]
	if !ok || i.Trashed || i.Brief && describes {
		return linear.Issue{}, false
	}
	x.known[i.ID], x.known[i.Identifier], x.stale[i.ID] = i, i, true
	return i, true
}
