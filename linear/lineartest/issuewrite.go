package lineartest

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"
)

// maxTitle is the longest title, in characters.
const maxTitle = 255

type issuePayload struct {
	Success    bool
	Issue      *issueNode
	LastSyncID float64
}

func (c *call) issuePayload(i *issue) *issuePayload {
	return &issuePayload{Success: true, Issue: c.issueNode(i), LastSyncID: float64(c.w.seq)}
}

// IssueCreate makes an issue. The client may choose its id; using one twice is refused.
func (root) IssueCreate(ctx context.Context, a struct{ Input input }) (*issuePayload, error) {
	c := from(ctx)
	i, err := c.newIssue(a.Input)
	if err != nil {
		return nil, err
	}
	c.w.issues = append(c.w.issues, i)
	c.issueEvent("create", i, nil)
	return c.issuePayload(i), nil
}

func (c *call) newIssue(in input) (*issue, error) {
	signed, err := c.attribution(in)
	if err != nil {
		return nil, err
	}
	if err := c.freeID(in, "Issue"); err != nil {
		return nil, err
	}
	t, err := c.team(deref(in.text("teamId")))
	if err != nil {
		return nil, err
	}
	if in, err = c.withTemplate(in); err != nil {
		return nil, err
	}
	if in.text("title") == nil {
		return nil, badArgument("title", "isNotEmpty", "title should not be empty")
	}
	i := &issue{team: t, state: c.w.defaultState(t), creator: c.viewer, bot: signed, subscribers: []*user{c.viewer}}
	if err := c.fill(i, in); err != nil {
		return nil, err
	}
	at := c.now
	if s := in.text("createdAt"); s != nil {
		if at, err = time.Parse(time.RFC3339Nano, *s); err != nil || at.After(c.now) {
			return nil, badArgument("createdAt", "isDate", "createdAt must be a date in the past")
		}
	}
	i.meta = c.w.newMeta(deref(in.text("id")), at.UTC())
	t.numbers++
	i.number = t.numbers
	c.stampState(i, nil)
	return i, nil
}

// freeID refuses an id that is no UUID or was used before.
func (c *call) freeID(in input, entity string) error {
	id := in.text("id")
	switch {
	case id == nil:
		return nil
	case !isUUIDv4(*id):
		return badArgument("id", "isUuid", "id must be a UUID")
	case c.w.ids[*id]:
		return invalidInput("%s with id %s already exists", entity, *id)
	}
	return nil
}

// withTemplate fills what the input leaves out from the template it names.
func (c *call) withTemplate(in input) (input, error) {
	id := in.text("templateId")
	if id == nil {
		return in, nil
	}
	t, err := c.template(*id)
	if err != nil {
		return nil, err
	}
	out := input{}
	for k, v := range t.data {
		out[k] = v
	}
	for k, v := range in {
		out[k] = v
	}
	return out, nil
}

// IssueUpdate changes an issue named by UUID or identifier.
func (root) IssueUpdate(ctx context.Context, a struct {
	ID    string
	Input input
}) (*issuePayload, error) {
	c := from(ctx)
	i, err := c.issue(a.ID)
	if err != nil {
		return nil, err
	}
	if err := c.update(i, a.Input); err != nil {
		return nil, err
	}
	return c.issuePayload(i), nil
}

// update applies in to i as a whole or not at all.
func (c *call) update(i *issue, in input) error {
	after := *i
	if err := c.fill(&after, in); err != nil {
		return err
	}
	c.stampState(&after, i.state)
	c.commit(i, after)
	return nil
}

// commit replaces i by after and records what differs.
func (c *call) commit(i *issue, after issue) {
	before := *i
	h := difference(before, after)
	if len(h.set) == 0 {
		return
	}
	after.UpdatedAt = c.now
	if h.set["teamId"] {
		after.previous = append(slices.Clone(before.previous), before.identifier())
		after.team.numbers++
		after.number = after.team.numbers
	}
	*i = after
	h.meta = c.w.newMeta("", c.now)
	h.issue, h.actor, h.bot, h.to = i, c.viewer, c.bot(nil, nil), after
	c.w.changes = append(c.w.changes, h)
	c.issueEvent("update", i, h)
}

// stampState sets startedAt, completedAt and canceledAt as the category demands.
func (c *call) stampState(i *issue, was *state) {
	if was != nil && was.Type == i.state.Type {
		return
	}
	i.completed, i.canceled = time.Time{}, time.Time{}
	switch i.state.Type {
	case "started":
		if i.started.IsZero() {
			i.started = c.now
		}
	case "completed":
		i.completed = c.now
	case "canceled", "duplicate":
		i.canceled = c.now
	default:
		i.started = time.Time{}
	}
}

type batchPayload struct {
	Success    bool
	Issues     []*issueNode
	LastSyncID float64
}

// IssueBatchUpdate applies one input to at most 50 issues, all or none.
func (root) IssueBatchUpdate(ctx context.Context, a struct {
	IDs   []uuid
	Input input
}) (*batchPayload, error) {
	c := from(ctx)
	if len(a.IDs) > 50 {
		return nil, badArgument("ids", "arrayMaxSize", "ids must contain no more than 50 elements")
	}
	rows := make([]*issue, len(a.IDs))
	for n, id := range a.IDs {
		i, err := c.issue(string(id))
		if err != nil {
			return nil, err
		}
		trial := *i
		if err := c.fill(&trial, a.Input); err != nil {
			return nil, err
		}
		rows[n] = i
	}
	out := &batchPayload{Success: true, Issues: []*issueNode{}}
	for _, i := range rows {
		if err := c.update(i, a.Input); err != nil {
			return nil, err
		}
		out.Issues = append(out.Issues, c.issueNode(i))
	}
	out.LastSyncID = float64(c.w.seq)
	return out, nil
}

type archivePayload struct {
	Success    bool
	Entity     *issueNode
	LastSyncID float64
}

// IssueDelete moves an issue to the trash, where it stays for 30 days.
func (root) IssueDelete(ctx context.Context, a struct {
	ID                string
	PermanentlyDelete *bool
}) (*archivePayload, error) {
	c := from(ctx)
	if a.PermanentlyDelete != nil && *a.PermanentlyDelete && !c.viewer.Admin {
		return nil, forbidden("Only admins can delete issues permanently")
	}
	return c.shelve(a.ID, true, true)
}

// IssueArchive archives an issue, or trashes it on request.
func (root) IssueArchive(ctx context.Context, a struct {
	ID    string
	Trash *bool
}) (*archivePayload, error) {
	return from(ctx).shelve(a.ID, true, a.Trash != nil && *a.Trash)
}

// IssueUnarchive takes an issue back from the archive or the trash.
func (root) IssueUnarchive(ctx context.Context, a idArg) (*archivePayload, error) {
	return from(ctx).shelve(a.ID, false, false)
}

func (c *call) shelve(ref string, archive, trash bool) (*archivePayload, error) {
	i, err := c.issueByUUID(ref)
	if err != nil {
		return nil, err
	}
	after := *i
	after.trashed = trash
	after.Archived = time.Time{}
	if archive {
		after.Archived = c.now
	}
	c.commit(i, after)
	return &archivePayload{Success: true, Entity: c.issueNode(i), LastSyncID: float64(c.w.seq)}, nil
}

type labelArgs struct{ ID, LabelID string }

// IssueAddLabel adds one label.
func (root) IssueAddLabel(ctx context.Context, a labelArgs) (*issuePayload, error) {
	return root{}.relabel(ctx, a.ID, input{"addedLabelIds": []any{a.LabelID}})
}

// IssueRemoveLabel removes one label.
func (root) IssueRemoveLabel(ctx context.Context, a labelArgs) (*issuePayload, error) {
	return root{}.relabel(ctx, a.ID, input{"removedLabelIds": []any{a.LabelID}})
}

func (r root) relabel(ctx context.Context, id string, in input) (*issuePayload, error) {
	if _, err := from(ctx).issueByUUID(id); err != nil {
		return nil, err
	}
	return r.IssueUpdate(ctx, struct {
		ID    string
		Input input
	}{id, in})
}

type subscribeArgs struct {
	ID                string
	UserID, UserEmail *string
}

// IssueSubscribe subscribes the viewer, or the named user.
func (root) IssueSubscribe(ctx context.Context, a subscribeArgs) (*issuePayload, error) {
	return from(ctx).subscription(a, func(rows []*user, u *user) []*user {
		if slices.Contains(rows, u) {
			return rows
		}
		return append(slices.Clone(rows), u)
	})
}

// IssueUnsubscribe ends a subscription.
func (root) IssueUnsubscribe(ctx context.Context, a subscribeArgs) (*issuePayload, error) {
	return from(ctx).subscription(a, func(rows []*user, u *user) []*user {
		return filter(rows, func(v *user) bool { return v != u })
	})
}

func (c *call) subscription(a subscribeArgs, change func([]*user, *user) []*user) (*issuePayload, error) {
	i, err := c.issueByUUID(a.ID)
	if err != nil {
		return nil, err
	}
	u := c.viewer
	switch {
	case a.UserID != nil:
		if u, err = c.user(*a.UserID); err != nil {
			return nil, err
		}
	case a.UserEmail != nil:
		if u = c.w.user(*a.UserEmail); u == nil {
			return nil, notFound("User")
		}
	}
	i.subscribers = change(i.subscribers, u)
	return c.issuePayload(i), nil
}

// titleError judges a title's length.
func titleError(title string) error {
	switch n := utf8.RuneCountInString(title); {
	case n == 0:
		return badArgument("title", "isNotEmpty", "title should not be empty")
	case n > maxTitle:
		return badArgument("title", "maxLength", "title must be shorter than or equal to 255 characters")
	}
	return nil
}
