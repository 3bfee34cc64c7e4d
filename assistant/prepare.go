package assistant

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"linearbot/linear"
)

// freshness says how old a copy of a target may be.
type freshness int

const (
	freshRead freshness = iota // read by this preparation
	lastSeen                   // or seen in the last five minutes
)

// Prepare runs the read steps of a plan in order, evaluates its selectors, reads
// the targets of its writes with one request and resolves every name. Nothing is
// changed. Values that a target already has are dropped. Errors: *linear.NameError,
// *MissingIssueError, *RefusedError, ErrTooManyChanges, and linear's own.
func (e *Engine) Prepare(ctx context.Context, _ Asker, s *linear.Session, p Plan) (Prepared, error) {
	return e.prepare(ctx, s, p, freshRead, nil)
}

// preparation is one plan on its way to changes.
type preparation struct {
	s     *linear.Session
	plan  Plan
	age   freshness
	marks []map[string]string     // beside the steps: where values came from; nil: the asker said it all
	known map[string]linear.Issue // by UUID and identifier
	stale map[string]bool         // UUIDs whose copy is only the last seen
	lists map[int]Read            // by step

	queries map[int]bool // the steps of the query tool that only read
	out     Prepared
}

func (e *Engine) prepare(ctx context.Context, s *linear.Session, p Plan, age freshness, marks []map[string]string) (Prepared, error) {
	if err := p.Check(); err != nil {
		return Prepared{}, fmt.Errorf("%w: %w", linear.ErrInvalidInput, err)
	}
	x := &preparation{s: s, plan: p, age: age, marks: marks, known: map[string]linear.Issue{}, stale: map[string]bool{}, lists: map[int]Read{}, queries: map[int]bool{}}
	writes, err := x.sort()
	if err != nil {
		return Prepared{}, err
	}
	if err := x.read(ctx); err != nil {
		return Prepared{}, err
	}
	targets := x.targets(writes)
	if len(x.out.Questions) > 0 || len(writes) == 0 {
		return x.out, nil
	}
	if err := x.readTargets(ctx, writes, targets); err != nil {
		return Prepared{}, err
	}
	if err := x.readParents(ctx, writes); err != nil {
		return Prepared{}, err
	}
	for _, w := range writes {
		first := len(x.out.Changes)
		if err := x.change(ctx, w, targets[w.step]); err != nil {
			return Prepared{}, err
		}
		x.mark(w, first)
	}
	if len(x.out.Changes) > maxWrites {
		return Prepared{}, ErrTooManyChanges
	}
	return x.out, x.settle(ctx)
}

// write is one step that changes something, with a query already rewritten to
// the tool it stands for.
type write struct {
	step  int
	tool  string
	kind  ChangeKind
	input map[string]any
	body  string        // of a comment
	query *GuardedQuery // of a mutation without a tool
}

// sort splits the plan into reads, which stay steps, and writes.
func (x *preparation) sort() ([]write, error) {
	var writes []write
	for n, step := range x.plan.Steps {
		switch step.Tool {
		case toolList:
		case toolCreate:
			writes = append(writes, write{step: n, tool: step.Tool, kind: ChangeCreate, input: step.Input})
		case toolUpdate:
			writes = append(writes, write{step: n, tool: step.Tool, kind: ChangeUpdate, input: step.Input})
		case toolQuery:
			w, isWrite, err := readQuery(step)
			if err != nil {
				return nil, err
			}
			if !isWrite {
				x.queries[n] = true
				continue
			}
			w.step = n
			writes = append(writes, w)
		}
	}
	return writes, nil
}

// settle drops updates that change nothing. Before it believes a copy that was
// not read just now, it reads it.
func (x *preparation) settle(ctx context.Context) error {
	var doubtful []string
	for _, c := range x.out.Changes {
		if c.Kind == ChangeUpdate && len(settled(slices.Clone(c.Fields))) == 0 && x.stale[c.Issue.ID] {
			doubtful = append(doubtful, c.Issue.ID)
		}
	}
	if err := x.fetch(ctx, doubtful); err != nil {
		return err
	}
	var kept []Change
	for _, c := range x.out.Changes {
		if c.Kind == ChangeUpdate {
			i := x.known[c.Issue.ID]
			if slices.Contains(doubtful, i.ID) {
				c.Issue, c.Fields = about(i), rebased(c.Fields, i)
			}
			if c.Fields = settled(c.Fields); len(c.Fields) == 0 {
				x.out.Unchanged = append(x.out.Unchanged, i)
				continue
			}
		}
		kept = append(kept, c)
	}
	x.out.Changes = kept
	return nil
}

// change resolves one write against each of its targets.
func (x *preparation) change(ctx context.Context, w write, targets []string) error {
	switch w.kind {
	case ChangeCreate:
		return x.create(ctx, w)
	case ChangeQuery:
		x.out.Changes = append(x.out.Changes, Change{Kind: ChangeQuery, Tool: w.tool, Query: w.query, Issue: ChangedIssue{Private: true}})
		return nil
	}
	for _, target := range targets {
		ref, _ := linear.ParseRef(target) // readTargets has checked it
		i, known := x.known[ref]
		if w.kind == ChangeComment {
			x.comment(ref, i, known, w)
			continue
		}
		if err := x.update(ctx, i, w); err != nil {
			return err
		}
	}
	return nil
}

// mark carries the marks of a step to the changes it made or added to.
func (x *preparation) mark(w write, first int) {
	if x.marks == nil {
		return
	}
	for n := range x.out.Changes {
		c := &x.out.Changes[n]
		if n >= first || w.kind == ChangeUpdate && c.Kind == ChangeUpdate && x.sameTarget(c, w) {
			c.mark(x.marks[w.step])
		}
	}
}

// sameTarget reports whether a write was merged into an earlier change.
func (x *preparation) sameTarget(c *Change, w write) bool {
	ref, _ := w.input["issueId"].(string) // an update has one
	parsed, _ := linear.ParseRef(ref)
	return parsed != "" && (parsed == c.Issue.ID || parsed == c.Issue.Identifier)
}

// comment is sent to the reference itself when the issue was not read.
func (x *preparation) comment(ref string, i linear.Issue, known bool, w write) {
	c := Change{Kind: ChangeComment, Tool: w.tool, Body: w.body, Issue: about(i)}
	if !known {
		c.Issue = ChangedIssue{ID: ref, Identifier: ref, Private: true}
		if d, ok := x.s.CachedDirectory(); ok {
			if team, ok := d.TeamOf(ref); ok {
				c.Issue.TeamID, c.Issue.Private = team.ID, team.Private()
			}
		}
	}
	x.out.Changes = append(x.out.Changes, c)
}

func (x *preparation) create(ctx context.Context, w write) error {
	in, d, err := resolveCreate(ctx, x.s, w.input)
	if err != nil {
		return err
	}
	target := ChangedIssue{Title: in.Title, TeamID: in.TeamID, Private: true}
	if team, ok := d.TeamByID(in.TeamID); ok {
		target.Team, target.Private = team.Name, team.Private()
	}
	x.out.Changes = append(x.out.Changes, Change{Kind: ChangeCreate, Tool: w.tool, Issue: target, Fields: createdFields(in, d), Create: &in})
	return nil
}

// update adds the wishes for one issue to what the plan already wants of it:
// one issue is one change, whatever number of steps named it.
func (x *preparation) update(ctx context.Context, i linear.Issue, w write) error {
	input := maps.Clone(w.input)
	input["issueId"] = i.ID
	u, d, err := resolveUpdate(ctx, x.s, i, input)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(x.out.Changes, func(c Change) bool { return c.Kind == ChangeUpdate && c.Issue.ID == i.ID })
	if at < 0 {
		x.out.Changes = append(x.out.Changes, Change{Kind: ChangeUpdate, Tool: w.tool, Issue: about(i)})
		at = len(x.out.Changes) - 1
	}
	for _, wish := range wishes(u, d, i.Team.ID) {
		x.out.Changes[at].Fields = overlay(x.out.Changes[at].Fields, i, wish)
	}
	return nil
}
