package lineartest

import (
	"slices"
	"strings"

	"github.com/graph-gophers/graphql-go"
)

// userNode answers for a member or an app user.
type userNode struct {
	base
	*user
	c *call
}

func (c *call) userNode(u *user) *userNode {
	if u == nil {
		return nil
	}
	return &userNode{base{&u.meta}, u, c}
}

func (n *userNode) Name() string        { return n.user.Name }
func (n *userNode) DisplayName() string { return n.user.DisplayName }
func (n *userNode) Email() string       { return n.user.Email }
func (n *userNode) Active() bool        { return n.user.Active }
func (n *userNode) Admin() bool         { return n.user.Admin }
func (n *userNode) App() bool           { return n.user.App }

func (n *userNode) Initials() string {
	var b strings.Builder
	for word := range strings.FieldsSeq(n.user.Name) {
		b.WriteRune([]rune(word)[0])
	}
	return strings.ToUpper(b.String())
}
func (n *userNode) AvatarURL() *string     { return nil }
func (n *userNode) Description() *string   { return nil }
func (n *userNode) Guest() bool            { return false }
func (n *userNode) Owner() bool            { return n.user.Admin }
func (n *userNode) IsMe() bool             { return n.user == n.c.viewer }
func (n *userNode) IsAssignable() bool     { return !n.user.App }
func (n *userNode) IsMentionable() bool    { return !n.user.App }
func (n *userNode) Timezone() *string      { return nil }
func (n *userNode) URL() string            { return n.c.s.webURL(n.c.w, "profiles", n.user.DisplayName) }
func (n *userNode) Organization() *orgNode { return n.c.orgNode() }

func (n *userNode) AssignedIssues(a filteredArgs) (*connection[*issueNode], error) {
	return n.c.issueConnection(func(i *issue) bool { return i.assignee == n.user }, a)
}

func (n *userNode) CreatedIssues(a filteredArgs) (*connection[*issueNode], error) {
	return n.c.issueConnection(func(i *issue) bool { return i.creator == n.user }, a)
}

func (n *userNode) Teams(a filteredArgs) (*connection[*teamNode], error) {
	rows := visible(n.c, n.c.w.teams, same)
	rows = filter(rows, func(t *team) bool { return slices.Contains(t.members, n.user) })
	return connect(rows, a, n.c, n.c.teamNode)
}

func same[T any](v *T) *T { return v }

// orgNode answers for the workspace.
type orgNode struct{ c *call }

func (c *call) orgNode() *orgNode { return &orgNode{c} }

func (n *orgNode) ID() graphql.ID        { return graphql.ID(n.c.w.orgID) }
func (n *orgNode) CreatedAt() dateTime   { return dateTime{n.c.w.created} }
func (n *orgNode) UpdatedAt() dateTime   { return dateTime{n.c.w.created} }
func (n *orgNode) ArchivedAt() *dateTime { return nil }
func (n *orgNode) Name() string          { return n.c.w.orgName }
func (n *orgNode) URLKey() string        { return n.c.w.urlKey }
func (n *orgNode) PreviousURLKeys() []string {
	return append([]string{}, n.c.w.formerKeys...)
}
func (n *orgNode) LogoURL() *string { return nil }
func (n *orgNode) UserCount() int32 { return int32(len(n.c.members(false))) }

func (n *orgNode) Users(a usersArgs) (*connection[*userNode], error) {
	return n.c.userConnection(n.c.members(a.disabled()), a)
}

func (n *orgNode) Teams(a filteredArgs) (*connection[*teamNode], error) {
	return connect(visible(n.c, n.c.w.teams, same), a, n.c, n.c.teamNode)
}

func (n *orgNode) Labels(a filteredArgs) (*connection[*labelNode], error) {
	return connect(filter(n.c.w.labels, func(l *label) bool { return l.team == nil }), a, n.c, n.c.labelNode)
}

// usersArgs are the arguments of connections of users.
type usersArgs struct {
	filteredArgs
	IncludeDisabled *bool
}

func (a usersArgs) disabled() bool { return a.IncludeDisabled != nil && *a.IncludeDisabled }

// members lists the workspace's users; deactivated ones only on request.
func (c *call) members(disabled bool) []*user {
	return filter(c.w.users, func(u *user) bool { return u.Active || disabled })
}

func (c *call) userConnection(rows []*user, a usersArgs) (*connection[*userNode], error) {
	return connect(rows, a.filteredArgs, c, c.userNode)
}

// botNode answers for the app behind an act: "Name (via App)".
type botNode struct{ b *bot }

func (c *call) botNode(b *bot) *botNode {
	if b == nil {
		return nil
	}
	return &botNode{b}
}

func (n *botNode) ID() *graphql.ID          { return nil }
func (n *botNode) Type() string             { return "oauthApp" }
func (n *botNode) SubType() *string         { return nil }
func (n *botNode) Name() *string            { return nullText(n.b.App) }
func (n *botNode) UserDisplayName() *string { return nullText(n.b.AsUser) }
func (n *botNode) AvatarURL() *string       { return nullText(n.b.IconURL) }

// externalUserNode is never met: this workspace syncs with no other service.
type externalUserNode struct{ base }

func (n *externalUserNode) Name() string        { return "" }
func (n *externalUserNode) DisplayName() string { return "" }
func (n *externalUserNode) Email() *string      { return nil }
func (n *externalUserNode) AvatarURL() *string  { return nil }
