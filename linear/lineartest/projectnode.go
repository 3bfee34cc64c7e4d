package lineartest

import (
	"slices"
	"strings"

	"github.com/graph-gophers/graphql-go"
)

func (p *project) sharedBy(t *team) bool { return slices.Contains(p.teams, t) }

// progress is the completed share of rows, 0..1.
func progress(rows []*issue) float64 {
	if len(rows) == 0 {
		return 0
	}
	done := filter(rows, func(i *issue) bool { return i.state.Type == "completed" })
	return float64(len(done)) / float64(len(rows))
}

// projectNode answers for a project.
type projectNode struct {
	base
	*project
	c *call
}

func (c *call) projectNode(p *project) *projectNode {
	if p == nil {
		return nil
	}
	return &projectNode{base{&p.meta}, p, c}
}

func (n *projectNode) Name() string           { return n.project.Name }
func (n *projectNode) Color() string          { return n.project.Color }
func (n *projectNode) SlugID() string         { return n.project.SlugID }
func (n *projectNode) Description() string    { return "" }
func (n *projectNode) Icon() *string          { return nil }
func (n *projectNode) URL() string            { return n.c.s.webURL(n.c.w, "project", n.project.SlugID) }
func (n *projectNode) State() string          { return n.project.Status }
func (n *projectNode) Status() *statusNode    { return &statusNode{projectStatus(n.project.Status), n.c} }
func (n *projectNode) Priority() int32        { return 0 }
func (n *projectNode) StartDate() *timeless   { return nil }
func (n *projectNode) TargetDate() *timeless  { return nil }
func (n *projectNode) StartedAt() *dateTime   { return nil }
func (n *projectNode) CompletedAt() *dateTime { return nil }
func (n *projectNode) CanceledAt() *dateTime  { return nil }
func (n *projectNode) Trashed() *bool         { return nil }
func (n *projectNode) Lead() *userNode        { return n.c.userNode(n.project.lead) }
func (n *projectNode) Creator() *userNode     { return n.c.userNode(n.project.lead) }

func (n *projectNode) Progress() float64 {
	return progress(filter(n.c.w.issues, func(i *issue) bool { return i.project == n.project }))
}

func (n *projectNode) Teams(a filteredArgs) (*connection[*teamNode], error) {
	return connect(visible(n.c, n.project.teams, same), a, n.c, n.c.teamNode)
}

func (n *projectNode) Issues(a filteredArgs) (*connection[*issueNode], error) {
	return n.c.issueConnection(func(i *issue) bool { return i.project == n.project }, a)
}

func (n *projectNode) Members(a usersArgs) (*connection[*userNode], error) {
	var rows []*user
	if n.project.lead != nil {
		rows = append(rows, n.project.lead)
	}
	return n.c.userConnection(rows, a)
}

// statusNode answers for a project's status.
type statusNode struct {
	status projectStatus
	c      *call
}

// title is the name of the status: its type with a capital.
func (s projectStatus) title() string { return strings.ToUpper(string(s[:1])) + string(s[1:]) }

func (n *statusNode) ID() graphql.ID        { return graphql.ID(n.status.row().ID) }
func (n *statusNode) CreatedAt() dateTime   { return dateTime{n.c.w.created} }
func (n *statusNode) UpdatedAt() dateTime   { return dateTime{n.c.w.created} }
func (n *statusNode) ArchivedAt() *dateTime { return nil }
func (n *statusNode) Name() string          { return n.status.title() }
func (n *statusNode) Description() *string  { return nil }
func (n *statusNode) Color() string         { return "#95a2b3" }
func (n *statusNode) Type() string          { return string(n.status) }
func (n *statusNode) Position() float64     { return 0 }
func (n *statusNode) Indefinite() bool      { return false }

// labelNode answers for an issue label.
type labelNode struct {
	base
	*label
	c *call
}

func (c *call) labelNode(l *label) *labelNode {
	if l == nil {
		return nil
	}
	return &labelNode{base{&l.meta}, l, c}
}

func (n *labelNode) Name() string         { return n.label.Name }
func (n *labelNode) Color() string        { return n.label.Color }
func (n *labelNode) IsGroup() bool        { return n.label.IsGroup }
func (n *labelNode) Description() *string { return nil }
func (n *labelNode) Parent() *labelNode   { return n.c.labelNode(n.label.parent) }
func (n *labelNode) Team() *teamNode      { return n.c.teamNode(n.label.team) }
func (n *labelNode) Creator() *userNode   { return nil }

func (n *labelNode) Children(a filteredArgs) (*connection[*labelNode], error) {
	return connect(filter(n.c.w.labels, func(l *label) bool { return l.parent == n.label }), a, n.c, n.c.labelNode)
}

func (n *labelNode) Issues(a filteredArgs) (*connection[*issueNode], error) {
	return n.c.issueConnection(func(i *issue) bool { return slices.Contains(i.labels, n.label) }, a)
}
