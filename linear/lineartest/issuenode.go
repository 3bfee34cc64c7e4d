package lineartest

import (
	"strings"
	"unicode"
)

// issueNode answers for an issue.
type issueNode struct {
	base
	*issue
	c *call
}

func (c *call) issueNode(i *issue) *issueNode {
	if i == nil {
		return nil
	}
	return &issueNode{base{&i.meta}, i, c}
}

// searchNode is an issue that a search found.
type searchNode struct{ *issueNode }

func (n searchNode) Metadata() jsonObject { return jsonObject{} }

// issueConnection pages the issues the viewer may see.
func (c *call) issueConnection(ok func(*issue) bool, a filteredArgs) (*connection[*issueNode], error) {
	rows := visible(c, c.w.issues, func(i *issue) *team { return i.team })
	return connect(filter(rows, ok), a, c, c.issueNode)
}

func priorityLabel(p int) string {
	return [...]string{"No priority", "Urgent", "High", "Medium", "Low"}[p]
}

// slug is the readable end of an issue's URL.
func slug(title string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(title), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), "-")
}

func (n *issueNode) Number() float64               { return float64(n.number) }
func (n *issueNode) Title() string                 { return n.issue.Title }
func (n *issueNode) Identifier() string            { return n.issue.identifier() }
func (n *issueNode) Description() *string          { return nullText(n.issue.Description) }
func (n *issueNode) Priority() float64             { return float64(n.issue.priority) }
func (n *issueNode) PriorityLabel() string         { return priorityLabel(n.issue.priority) }
func (n *issueNode) Estimate() *float64            { return n.issue.estimate }
func (n *issueNode) DueDate() *timeless            { return nullDate(n.issue.dueDate) }
func (n *issueNode) URL() string                   { return n.c.s.issueURL(n.c.w, n.issue) }
func (n *issueNode) SortOrder() float64            { return n.issue.sortOrder }
func (n *issueNode) PreviousIdentifiers() []string { return append([]string{}, n.issue.previous...) }
func (n *issueNode) StartedAt() *dateTime          { return nullTime(n.issue.started) }
func (n *issueNode) CompletedAt() *dateTime        { return nullTime(n.issue.completed) }
func (n *issueNode) CanceledAt() *dateTime         { return nullTime(n.issue.canceled) }
func (n *issueNode) SnoozedUntilAt() *dateTime     { return nullTime(n.issue.snoozed) }
func (n *issueNode) Trashed() *bool                { return orNil(n.issue.trashed) }
func (n *issueNode) Team() *teamNode               { return n.c.teamNode(n.issue.team) }
func (n *issueNode) State() *stateNode             { return n.c.stateNode(n.issue.state) }
func (n *issueNode) Assignee() *userNode           { return n.c.userNode(n.issue.assignee) }
func (n *issueNode) Creator() *userNode            { return n.c.userNode(n.issue.creator) }
func (n *issueNode) Delegate() *userNode           { return n.c.userNode(n.issue.delegate) }
func (n *issueNode) Project() *projectNode         { return n.c.projectNode(n.issue.project) }
func (n *issueNode) Cycle() *cycleNode             { return n.c.cycleNode(n.issue.cycle) }
func (n *issueNode) BotActor() *botNode            { return n.c.botNode(n.issue.bot) }
func (n *issueNode) ReactionData() jsonObject      { return jsonObject{} }

func (n *issueNode) ExternalUserCreator() *externalUserNode { return nil }

// BranchName starts with the acting user's handle, as in Linear's default format.
func (n *issueNode) BranchName() string {
	return n.c.viewer.DisplayName + "/" + strings.ToLower(n.issue.identifier()) + "-" + slug(n.issue.Title)
}

func (n *issueNode) LabelIDs() []string {
	out := make([]string, len(n.issue.labels))
	for i, l := range n.issue.labels {
		out[i] = l.ID
	}
	return out
}

// Parent is null when the viewer may not see it.
func (n *issueNode) Parent() *issueNode {
	if p := n.issue.parent; p != nil && n.c.w.sees(n.c.viewer, p.team) {
		return n.c.issueNode(p)
	}
	return nil
}

func (n *issueNode) Children(a filteredArgs) (*connection[*issueNode], error) {
	return n.c.issueConnection(func(i *issue) bool { return i.parent == n.issue }, a)
}

func (n *issueNode) Comments(a filteredArgs) (*connection[*commentNode], error) {
	return connect(filter(n.c.w.comments, func(k *comment) bool { return k.issue == n.issue }), a, n.c, n.c.commentNode)
}

func (n *issueNode) Attachments(a filteredArgs) (*connection[*attachmentNode], error) {
	return connect(filter(n.c.w.attachments, func(t *attachment) bool { return t.issue == n.issue }), a, n.c, n.c.attachmentNode)
}

func (n *issueNode) Labels(a filteredArgs) (*connection[*labelNode], error) {
	return connect(n.issue.labels, a, n.c, n.c.labelNode)
}

func (n *issueNode) Subscribers(a usersArgs) (*connection[*userNode], error) {
	return n.c.userConnection(n.issue.subscribers, a)
}

func (n *issueNode) History(a pageArgs) (*connection[*changeNode], error) {
	return connectAll(filter(n.c.w.changes, func(h *change) bool { return h.issue == n.issue }), a, n.c.changeNode)
}

func (n *issueNode) Relations(a pageArgs) (*connection[*relationNode], error) {
	return connectAll(filter(n.c.w.relations, func(r *relation) bool { return r.issue == n.issue }), a, n.c.relationNode)
}

func (n *issueNode) InverseRelations(a pageArgs) (*connection[*relationNode], error) {
	return connectAll(filter(n.c.w.relations, func(r *relation) bool { return r.related == n.issue }), a, n.c.relationNode)
}

// relationNode answers for a link between two issues.
type relationNode struct {
	base
	*relation
	c *call
}

func (c *call) relationNode(r *relation) *relationNode { return &relationNode{base{&r.meta}, r, c} }

func (n *relationNode) Type() string             { return n.relation.Type }
func (n *relationNode) Issue() *issueNode        { return n.c.issueNode(n.relation.issue) }
func (n *relationNode) RelatedIssue() *issueNode { return n.c.issueNode(n.relation.related) }
