package lineartest

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

type commentPayload struct {
	Success    bool
	Comment    *commentNode
	LastSyncID float64
}

type deletePayload struct {
	Success    bool
	EntityID   string
	LastSyncID float64
}

// CommentCreate comments on an issue named by UUID or identifier.
func (root) CommentCreate(ctx context.Context, a struct{ Input input }) (*commentPayload, error) {
	c, in := from(ctx), a.Input
	signed, err := c.attribution(in)
	if err != nil {
		return nil, err
	}
	if err := c.freeID(in, "Comment"); err != nil {
		return nil, err
	}
	i, err := c.issue(deref(in.text("issueId")))
	if err != nil {
		return nil, err
	}
	body := deref(in.text("body"))
	if strings.TrimSpace(body) == "" {
		return nil, badArgument("body", "isNotEmpty", "body should not be empty")
	}
	if sync, _ := in["createOnSyncedSlackThread"].(bool); sync {
		return nil, invalidInput("The issue has no synced Slack thread")
	}
	k := &comment{Body: body, Quoted: deref(in.text("quotedText")), issue: i, user: c.viewer, bot: signed}
	if id := in.text("parentId"); id != nil {
		if k.parent, err = c.comment(*id); err != nil {
			return nil, err
		}
	}
	k.meta = c.w.newMeta(deref(in.text("id")), c.now)
	c.w.comments = append(c.w.comments, k)
	if skip, _ := in["doNotSubscribeToIssue"].(bool); !skip && !slices.Contains(i.subscribers, c.viewer) {
		i.subscribers = append(slices.Clone(i.subscribers), c.viewer)
	}
	c.commentEvent("create", k, nil)
	return &commentPayload{true, c.commentNode(k), float64(c.w.seq)}, nil
}

// own finds a comment that the viewer wrote, or any for an admin.
func (c *call) own(id string) (*comment, error) {
	k, err := c.comment(id)
	if err == nil && k.user != c.viewer && !c.viewer.Admin {
		return nil, forbidden("You can only change your own comments")
	}
	return k, err
}

// CommentUpdate changes a comment's text.
func (root) CommentUpdate(ctx context.Context, a struct {
	ID           string
	Input        input
	SkipEditedAt *bool
}) (*commentPayload, error) {
	c := from(ctx)
	k, err := c.own(a.ID)
	if err != nil {
		return nil, err
	}
	if body := a.Input.text("body"); body != nil && *body != k.Body {
		old := map[string]any{"body": k.Body}
		k.Body, k.UpdatedAt = *body, c.now
		if a.SkipEditedAt == nil || !*a.SkipEditedAt {
			k.edited = c.now
		}
		c.commentEvent("update", k, old)
	}
	return &commentPayload{true, c.commentNode(k), float64(c.w.seq)}, nil
}

// CommentDelete removes a comment and its replies.
func (root) CommentDelete(ctx context.Context, a idArg) (*deletePayload, error) {
	c := from(ctx)
	k, err := c.own(a.ID)
	if err != nil {
		return nil, err
	}
	c.w.comments = filter(c.w.comments, func(o *comment) bool { return o != k && o.parent != k })
	c.commentEvent("remove", k, nil)
	return &deletePayload{true, k.meta.ID, float64(c.w.seq)}, nil
}

type attachmentPayload struct {
	Success    bool
	Attachment *attachmentNode
	LastSyncID float64
}

// AttachmentCreate links a URL to an issue; the same URL on the same issue
// updates the attachment that is there.
func (root) AttachmentCreate(ctx context.Context, a struct{ Input input }) (*attachmentPayload, error) {
	return from(ctx).attach(a.Input, "api")
}

// AttachmentLinkURL links a URL and finds out by itself what it points to.
func (root) AttachmentLinkURL(ctx context.Context, a struct {
	IssueID, URL                            string
	ID, Title, CreateAsUser, DisplayIconURL *string
}) (*attachmentPayload, error) {
	in := linkInput(a.IssueID, a.URL, a.ID, a.Title, a.CreateAsUser, a.DisplayIconURL)
	source := "unknown"
	if slackMessage.MatchString(a.URL) {
		source = "slack"
	}
	return from(ctx).attach(in, source)
}

var slackMessage = regexp.MustCompile(`^https://[a-z0-9-]+(\.enterprise)?\.slack\.com/archives/[A-Z0-9]+/p\d{16}(\?.*)?$`)

// AttachmentLinkSlack links a Slack message by its permalink.
func (root) AttachmentLinkSlack(ctx context.Context, a struct {
	IssueID, URL                            string
	ID, Title, CreateAsUser, DisplayIconURL *string
	SyncToCommentThread                     *bool
}) (*attachmentPayload, error) {
	if !slackMessage.MatchString(a.URL) {
		return nil, invalidInput("Invalid Slack URL")
	}
	return from(ctx).attach(linkInput(a.IssueID, a.URL, a.ID, a.Title, a.CreateAsUser, a.DisplayIconURL), "slack")
}

func linkInput(issueID, link string, id, title, asUser, icon *string) input {
	in := input{"issueId": issueID, "url": link, "title": link}
	for name, v := range map[string]*string{"id": id, "title": title, "createAsUser": asUser, "displayIconUrl": icon} {
		if v != nil {
			in[name] = *v
		}
	}
	return in
}

func (c *call) attach(in input, source string) (*attachmentPayload, error) {
	if _, err := c.attribution(in); err != nil {
		return nil, err
	}
	i, err := c.issue(deref(in.text("issueId")))
	if err != nil {
		return nil, err
	}
	link := deref(in.text("url"))
	if u, err := url.Parse(link); err != nil || u.Scheme == "" || (u.Host == "" && u.Opaque == "") {
		return nil, badArgument("url", "isUrl", "url must be a URL address")
	}
	t := first(c.w.attachments, func(t *attachment) bool { return t.issue == i && t.URL == link })
	if t == nil {
		if err := c.freeID(in, "Attachment"); err != nil {
			return nil, err
		}
		t = &attachment{URL: link, SourceType: source, issue: i, creator: c.viewer, meta: c.w.newMeta(deref(in.text("id")), c.now)}
		c.w.attachments = append(c.w.attachments, t)
	}
	t.Title, t.UpdatedAt = deref(in.text("title")), c.now
	if _, given := in["subtitle"]; given {
		t.Subtitle = deref(in.text("subtitle"))
	}
	if m, ok := in["metadata"].(map[string]any); ok {
		t.Metadata = m
	}
	if g, ok := in["groupBySource"].(bool); ok {
		t.group = g
	}
	return &attachmentPayload{true, c.attachmentNode(t), float64(c.w.seq)}, nil
}

// AttachmentDelete removes an attachment.
func (root) AttachmentDelete(ctx context.Context, a idArg) (*deletePayload, error) {
	c := from(ctx)
	t, err := c.attachment(a.ID)
	if err != nil {
		return nil, err
	}
	c.w.attachments = filter(c.w.attachments, func(o *attachment) bool { return o != t })
	return &deletePayload{true, t.meta.ID, float64(c.w.seq)}, nil
}

type relationPayload struct {
	Success       bool
	IssueRelation *relationNode
	LastSyncID    float64
}

// IssueRelationCreate links two issues.
func (root) IssueRelationCreate(ctx context.Context, a struct {
	Input             input
	OverrideCreatedAt *dateTime
}) (*relationPayload, error) {
	c, in := from(ctx), a.Input
	if err := c.freeID(in, "IssueRelation"); err != nil {
		return nil, err
	}
	i, err := c.issue(deref(in.text("issueId")))
	if err != nil {
		return nil, err
	}
	j, err := c.issue(deref(in.text("relatedIssueId")))
	if err != nil {
		return nil, err
	}
	if i == j {
		return nil, invalidInput("An issue cannot be related to itself")
	}
	r := &relation{Type: deref(in.text("type")), issue: i, related: j, meta: c.w.newMeta(deref(in.text("id")), c.now)}
	c.w.relations = append(c.w.relations, r)
	return &relationPayload{true, c.relationNode(r), float64(c.w.seq)}, nil
}

// IssueRelationDelete removes a link between issues.
func (root) IssueRelationDelete(ctx context.Context, a idArg) (*deletePayload, error) {
	c := from(ctx)
	r, err := byID(c, "IssueRelation", a.ID, c.w.relations, func(r *relation) *meta { return &r.meta }, func(r *relation) *team { return r.issue.team })
	if err != nil {
		return nil, err
	}
	c.w.relations = filter(c.w.relations, func(o *relation) bool { return o != r })
	return &deletePayload{true, r.meta.ID, float64(c.w.seq)}, nil
}

type logoutPayload struct{ Success bool }

// Logout ends the grant that the call was made with.
func (root) Logout(ctx context.Context, _ struct{ Reason *string }) (*logoutPayload, error) {
	c := from(ctx)
	if c.grant == nil {
		return nil, forbidden("API keys cannot log out")
	}
	c.s.endGrant(c.grant, EventRevoked, c.now)
	return &logoutPayload{true}, nil
}
