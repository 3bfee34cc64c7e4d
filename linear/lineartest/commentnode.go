package lineartest

// commentNode answers for a comment.
type commentNode struct {
	base
	*comment
	c *call
}

func (c *call) commentNode(k *comment) *commentNode {
	if k == nil {
		return nil
	}
	return &commentNode{base{&k.meta}, k, c}
}

func (n *commentNode) Body() string          { return n.comment.Body }
func (n *commentNode) EditedAt() *dateTime   { return nullTime(n.edited) }
func (n *commentNode) ResolvedAt() *dateTime { return nil }
func (n *commentNode) QuotedText() *string   { return nullText(n.Quoted) }
func (n *commentNode) URL() string {
	return n.c.s.issueURL(n.c.w, n.comment.issue) + "#comment-" + n.comment.meta.ID[:8]
}
func (n *commentNode) Issue() *issueNode               { return n.c.issueNode(n.comment.issue) }
func (n *commentNode) IssueID() *string                { return &n.comment.issue.meta.ID }
func (n *commentNode) Parent() *commentNode            { return n.c.commentNode(n.comment.parent) }
func (n *commentNode) User() *userNode                 { return n.c.userNode(n.comment.user) }
func (n *commentNode) BotActor() *botNode              { return n.c.botNode(n.comment.bot) }
func (n *commentNode) ExternalUser() *externalUserNode { return nil }

func (n *commentNode) ParentID() *string {
	if n.comment.parent == nil {
		return nil
	}
	return &n.comment.parent.meta.ID
}

func (n *commentNode) Children(a filteredArgs) (*connection[*commentNode], error) {
	return connect(filter(n.c.w.comments, func(k *comment) bool { return k.parent == n.comment }), a, n.c, n.c.commentNode)
}

// attachmentNode answers for an attachment.
type attachmentNode struct {
	base
	*attachment
	c *call
}

func (c *call) attachmentNode(t *attachment) *attachmentNode {
	if t == nil {
		return nil
	}
	return &attachmentNode{base{&t.meta}, t, c}
}

func (n *attachmentNode) Title() string       { return n.attachment.Title }
func (n *attachmentNode) URL() string         { return n.attachment.URL }
func (n *attachmentNode) Subtitle() *string   { return nullText(n.attachment.Subtitle) }
func (n *attachmentNode) SourceType() *string { return nullText(n.attachment.SourceType) }
func (n *attachmentNode) GroupBySource() bool { return n.attachment.group }
func (n *attachmentNode) Issue() *issueNode   { return n.c.issueNode(n.attachment.issue) }
func (n *attachmentNode) Creator() *userNode  { return n.c.userNode(n.attachment.creator) }

func (n *attachmentNode) Metadata() jsonObject {
	if n.attachment.Metadata == nil {
		return jsonObject{}
	}
	return n.attachment.Metadata
}

func (n *attachmentNode) Source() *jsonObject {
	if n.attachment.SourceType == "" {
		return nil
	}
	return &jsonObject{"type": n.attachment.SourceType}
}
