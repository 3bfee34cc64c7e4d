package lineartest

import (
	"context"
	"slices"
	"strings"
)

// root resolves the fields of Query and Mutation; each call's state is in ctx.
type root struct{}

type idArg struct{ ID string }

func (root) Viewer(ctx context.Context) *userNode      { c := from(ctx); return c.userNode(c.viewer) }
func (root) Organization(ctx context.Context) *orgNode { return from(ctx).orgNode() }

func (root) Issue(ctx context.Context, a idArg) (*issueNode, error) {
	c := from(ctx)
	i, err := c.issue(a.ID)
	return c.issueNode(i), err
}

func (root) Issues(ctx context.Context, a filteredArgs) (*connection[*issueNode], error) {
	return from(ctx).issueConnection(func(*issue) bool { return true }, a)
}

// SearchIssues finds issues whose identifier, title, description or (on
// request) comments hold all words of the term.
func (root) SearchIssues(ctx context.Context, a struct {
	filteredArgs
	Term            string
	TeamID          *string
	IncludeComments *bool
}) (*connection[searchNode], error) {
	c := from(ctx)
	words := strings.Fields(strings.ToLower(a.Term))
	hit := func(i *issue) bool {
		hay := strings.ToLower(i.identifier() + " " + i.Title + " " + i.Description)
		if a.IncludeComments != nil && *a.IncludeComments {
			for _, k := range c.w.comments {
				if k.issue == i {
					hay += " " + strings.ToLower(k.Body)
				}
			}
		}
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(hay, w) })
	}
	rows := filter(visible(c, c.w.issues, func(i *issue) *team { return i.team }), hit)
	return connect(rows, a.filteredArgs, c, func(i *issue) searchNode { return searchNode{c.issueNode(i)} })
}

// IssueVcsBranchSearch finds the issue whose identifier stands in a branch name.
func (root) IssueVcsBranchSearch(ctx context.Context, a struct{ BranchName string }) *issueNode {
	c := from(ctx)
	name := strings.ToLower(a.BranchName)
	return c.issueNode(first(c.w.issues, func(i *issue) bool {
		return c.w.sees(c.viewer, i.team) && strings.Contains(name+"-", strings.ToLower(i.identifier())+"-")
	}))
}

func (root) Teams(ctx context.Context, a filteredArgs) (*connection[*teamNode], error) {
	c := from(ctx)
	return connect(visible(c, c.w.teams, same), a, c, c.teamNode)
}

func (root) Team(ctx context.Context, a idArg) (*teamNode, error) {
	c := from(ctx)
	t, err := c.team(a.ID)
	return c.teamNode(t), err
}

func (root) WorkflowStates(ctx context.Context, a filteredArgs) (*connection[*stateNode], error) {
	c := from(ctx)
	return connect(visible(c, c.w.states, func(s *state) *team { return s.team }), a, c, c.stateNode)
}

func (root) WorkflowState(ctx context.Context, a idArg) (*stateNode, error) {
	c := from(ctx)
	s, err := c.state(a.ID)
	return c.stateNode(s), err
}

func (root) Projects(ctx context.Context, a filteredArgs) (*connection[*projectNode], error) {
	c := from(ctx)
	return connect(filter(c.w.projects, c.seesProject), a, c, c.projectNode)
}

func (root) Project(ctx context.Context, a idArg) (*projectNode, error) {
	c := from(ctx)
	p, err := c.project(a.ID)
	return c.projectNode(p), err
}

func (root) Cycles(ctx context.Context, a filteredArgs) (*connection[*cycleNode], error) {
	c := from(ctx)
	return connect(visible(c, c.w.cycles, func(y *cycle) *team { return y.team }), a, c, c.cycleNode)
}

func (root) Cycle(ctx context.Context, a idArg) (*cycleNode, error) {
	c := from(ctx)
	y, err := c.cycle(a.ID)
	return c.cycleNode(y), err
}

func (root) IssueLabels(ctx context.Context, a filteredArgs) (*connection[*labelNode], error) {
	c := from(ctx)
	return connect(visible(c, c.w.labels, func(l *label) *team { return l.team }), a, c, c.labelNode)
}

func (root) IssueLabel(ctx context.Context, a idArg) (*labelNode, error) {
	c := from(ctx)
	l, err := c.label(a.ID)
	return c.labelNode(l), err
}

func (root) Users(ctx context.Context, a usersArgs) (*connection[*userNode], error) {
	c := from(ctx)
	return c.userConnection(c.members(a.disabled()), a)
}

func (root) User(ctx context.Context, a idArg) (*userNode, error) {
	c := from(ctx)
	u, err := c.user(a.ID)
	return c.userNode(u), err
}

func (root) Comments(ctx context.Context, a filteredArgs) (*connection[*commentNode], error) {
	c := from(ctx)
	return connect(visible(c, c.w.comments, func(k *comment) *team { return k.issue.team }), a, c, c.commentNode)
}

func (root) Comment(ctx context.Context, a struct{ ID, Hash *string }) (*commentNode, error) {
	c := from(ctx)
	if a.Hash != nil {
		k := first(c.w.comments, func(k *comment) bool { return k.ID[:8] == *a.Hash && c.w.sees(c.viewer, k.issue.team) })
		if k == nil {
			return nil, notFound("Comment")
		}
		return c.commentByID(k.ID)
	}
	return c.commentByID(deref(a.ID))
}

func (c *call) commentByID(id string) (*commentNode, error) {
	k, err := c.comment(id)
	return c.commentNode(k), err
}

func (root) Attachments(ctx context.Context, a filteredArgs) (*connection[*attachmentNode], error) {
	c := from(ctx)
	return connect(visible(c, c.w.attachments, func(t *attachment) *team { return t.issue.team }), a, c, c.attachmentNode)
}

func (root) Attachment(ctx context.Context, a idArg) (*attachmentNode, error) {
	c := from(ctx)
	t, err := c.attachment(a.ID)
	return c.attachmentNode(t), err
}

func (root) AttachmentsForURL(ctx context.Context, a struct {
	pageArgs
	URL string
}) (*connection[*attachmentNode], error) {
	c := from(ctx)
	rows := visible(c, c.w.attachments, func(t *attachment) *team { return t.issue.team })
	return connectAll(filter(rows, func(t *attachment) bool { return t.URL == a.URL }), a.pageArgs, c.attachmentNode)
}

func (root) Templates(ctx context.Context) []*templateNode {
	c := from(ctx)
	out := []*templateNode{}
	for _, t := range visible(c, c.w.templates, func(t *template) *team { return t.team }) {
		out = append(out, c.templateNode(t))
	}
	return out
}

func (root) Template(ctx context.Context, a idArg) (*templateNode, error) {
	c := from(ctx)
	t, err := c.template(a.ID)
	return c.templateNode(t), err
}

type priorityValue struct {
	Priority int32
	Label    string
}

func (root) IssuePriorityValues() []priorityValue {
	out := make([]priorityValue, 5)
	for p := range out {
		out[p] = priorityValue{int32(p), priorityLabel(p)}
	}
	return out
}

type applicationNode struct {
	ID, ClientID, Name, Developer, DeveloperURL string
	Description, ImageURL                       *string
}

func (root) ApplicationInfo(ctx context.Context, a struct{ ClientID string }) (*applicationNode, error) {
	app := from(ctx).s.oauth.apps[a.ClientID]
	if app == nil {
		return nil, notFound("OauthClient")
	}
	return &applicationNode{
		ID: seedID("app " + app.ClientID), ClientID: app.ClientID, Name: app.Name,
		Developer: app.Developer, DeveloperURL: app.DeveloperURL,
	}, nil
}

type rateLimitNode struct {
	Kind       string
	Identifier *string
	Limits     []rateLimitRow
}

type rateLimitRow struct {
	Type                                                           string
	AllowedAmount, Period, RemainingAmount, RequestedAmount, Reset float64
}

func (root) RateLimitStatus(ctx context.Context) *rateLimitNode {
	c := from(ctx)
	b := c.budget
	reset := float64(c.now.Add(ratePeriod).UnixMilli())
	row := func(kind string, k bucket) rateLimitRow {
		return rateLimitRow{Type: kind, AllowedAmount: k.size, Period: float64(ratePeriod.Milliseconds()), RemainingAmount: k.whole(), Reset: reset}
	}
	return &rateLimitNode{
		Kind: "oauth-user", Identifier: &c.viewer.ID,
		Limits: []rateLimitRow{row("complexity", b.complexity), row("request", b.requests)},
	}
}
