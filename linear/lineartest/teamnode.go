package lineartest

import "encoding/json"

// teamNode answers for a team.
type teamNode struct {
	base
	*team
	c *call
}

func (c *call) teamNode(t *team) *teamNode {
	if t == nil {
		return nil
	}
	return &teamNode{base{&t.meta}, t, c}
}

func (n *teamNode) Name() string                   { return n.team.Name }
func (n *teamNode) Key() string                    { return n.team.Key }
func (n *teamNode) DisplayName() string            { return n.team.Name }
func (n *teamNode) Description() *string           { return nil }
func (n *teamNode) Icon() *string                  { return nil }
func (n *teamNode) Color() *string                 { return nullText(n.team.Color) }
func (n *teamNode) Private() bool                  { return n.team.private }
func (n *teamNode) Visibility() string             { return n.team.visibility() }
func (n *teamNode) Timezone() string               { return "Europe/Berlin" }
func (n *teamNode) CyclesEnabled() bool            { return !n.team.private }
func (n *teamNode) TriageEnabled() bool            { return n.team.Triage }
func (n *teamNode) IssueEstimationType() string    { return n.team.Estimation }
func (n *teamNode) IssueEstimationAllowZero() bool { return n.team.EstimateZero }
func (n *teamNode) IssueEstimationExtended() bool  { return n.team.EstimateExtended }
func (n *teamNode) DefaultIssueEstimate() float64  { return 1 }
func (n *teamNode) Organization() *orgNode         { return n.c.orgNode() }
func (n *teamNode) DefaultIssueState() *stateNode  { return n.c.stateNode(n.c.w.defaultState(n.team)) }
func (n *teamNode) ActiveCycle() *cycleNode        { return n.c.cycleNode(n.c.w.activeCycle(n.team, n.c.now)) }

// IssueCount counts live issues, or archived ones too on request.
func (n *teamNode) IssueCount(a struct{ IncludeArchived bool }) int32 {
	return int32(len(filter(n.c.w.issues, func(i *issue) bool { return i.team == n.team && (a.IncludeArchived || i.Archived.IsZero()) })))
}

func (n *teamNode) TriageIssueState() *stateNode {
	if !n.team.Triage {
		return nil
	}
	return n.c.stateNode(first(n.c.w.states, func(s *state) bool { return s.team == n.team && s.Type == "triage" }))
}

func (n *teamNode) States(a filteredArgs) (*connection[*stateNode], error) {
	return connect(n.c.w.statesOf(n.team), a, n.c, n.c.stateNode)
}

func (n *teamNode) Members(a usersArgs) (*connection[*userNode], error) {
	rows := filter(n.team.members, func(u *user) bool { return u.Active || a.disabled() })
	return n.c.userConnection(rows, a)
}

func (n *teamNode) Labels(a filteredArgs) (*connection[*labelNode], error) {
	return connect(filter(n.c.w.labels, func(l *label) bool { return l.team == n.team }), a, n.c, n.c.labelNode)
}

func (n *teamNode) Cycles(a filteredArgs) (*connection[*cycleNode], error) {
	return connect(filter(n.c.w.cycles, func(y *cycle) bool { return y.team == n.team }), a, n.c, n.c.cycleNode)
}

func (n *teamNode) Projects(a struct {
	filteredArgs
	IncludeSubTeams bool
}) (*connection[*projectNode], error) {
	return connect(filter(n.c.w.projects, func(p *project) bool { return p.sharedBy(n.team) }), a.filteredArgs, n.c, n.c.projectNode)
}

func (n *teamNode) Templates(a filteredArgs) (*connection[*templateNode], error) {
	return connect(filter(n.c.w.templates, func(t *template) bool { return t.team == n.team }), a, n.c, n.c.templateNode)
}

func (n *teamNode) Issues(a struct {
	filteredArgs
	IncludeSubTeams bool
}) (*connection[*issueNode], error) {
	return n.c.issueConnection(func(i *issue) bool { return i.team == n.team }, a.filteredArgs)
}

// stateNode answers for a workflow state.
type stateNode struct {
	base
	*state
	c *call
}

func (c *call) stateNode(s *state) *stateNode {
	if s == nil {
		return nil
	}
	return &stateNode{base{&s.meta}, s, c}
}

func (n *stateNode) Name() string         { return n.state.Name }
func (n *stateNode) Type() string         { return n.state.Type }
func (n *stateNode) Color() string        { return n.state.Color }
func (n *stateNode) Position() float64    { return n.state.Position }
func (n *stateNode) Description() *string { return nil }
func (n *stateNode) Team() *teamNode      { return n.c.teamNode(n.state.team) }

func (n *stateNode) Issues(a filteredArgs) (*connection[*issueNode], error) {
	return n.c.issueConnection(func(i *issue) bool { return i.state == n.state }, a)
}

// cycleNode answers for a cycle.
type cycleNode struct {
	base
	*cycle
	c *call
}

func (c *call) cycleNode(y *cycle) *cycleNode {
	if y == nil {
		return nil
	}
	return &cycleNode{base{&y.meta}, y, c}
}

func (n *cycleNode) is(name string) bool  { b, _ := n.cycle.field(n.c, name).(bool); return b }
func (n *cycleNode) Name() *string        { return nullText(n.cycle.name) }
func (n *cycleNode) Number() float64      { return n.cycle.Number }
func (n *cycleNode) Description() *string { return nil }
func (n *cycleNode) StartsAt() dateTime   { return dateTime{n.Starts} }
func (n *cycleNode) EndsAt() dateTime     { return dateTime{n.Ends} }
func (n *cycleNode) IsActive() bool       { return n.is("isActive") }
func (n *cycleNode) IsNext() bool         { return n.is("isNext") }
func (n *cycleNode) IsPrevious() bool     { return n.is("isPrevious") }
func (n *cycleNode) IsFuture() bool       { return n.is("isFuture") }
func (n *cycleNode) IsPast() bool         { return n.is("isPast") }
func (n *cycleNode) Team() *teamNode      { return n.c.teamNode(n.cycle.team) }

func (n *cycleNode) CompletedAt() *dateTime {
	if n.Ends.After(n.c.now) {
		return nil
	}
	return &dateTime{n.Ends}
}

func (n *cycleNode) Progress() float64 {
	return progress(filter(n.c.w.issues, func(i *issue) bool { return i.cycle == n.cycle }))
}

func (n *cycleNode) Issues(a filteredArgs) (*connection[*issueNode], error) {
	return n.c.issueConnection(func(i *issue) bool { return i.cycle == n.cycle }, a)
}

// templateNode answers for an issue template.
type templateNode struct {
	base
	*template
	c *call
}

func (c *call) templateNode(t *template) *templateNode {
	if t == nil {
		return nil
	}
	return &templateNode{base{&t.meta}, t, c}
}

func (n *templateNode) Name() string           { return n.template.Name }
func (n *templateNode) Type() string           { return n.template.Type }
func (n *templateNode) Description() *string   { return nil }
func (n *templateNode) SortOrder() float64     { return float64(n.template.seq) }
func (n *templateNode) Team() *teamNode        { return n.c.teamNode(n.template.team) }
func (n *templateNode) Creator() *userNode     { return nil }
func (n *templateNode) Organization() *orgNode { return n.c.orgNode() }
func (n *templateNode) TemplateData() jsonText {
	raw, _ := json.Marshal(n.template.data) // a map of plain values always marshals
	return jsonText(raw)
}
