package lineartest

// changeNode answers for one row of an issue's history. A field that did not
// change is null on both sides, as in Linear.
type changeNode struct {
	base
	*change
	c *call
}

func (c *call) changeNode(h *change) *changeNode { return &changeNode{base{&h.meta}, h, c} }

// if the named field changed, both sides are shown.
func shown[T any](n *changeNode, field string, v *T) *T {
	if !n.set[field] {
		return nil
	}
	return v
}

func idOf[T rowOf](n *changeNode, field string, r T, present bool) *string {
	if !n.set[field] || !present {
		return nil
	}
	return &r.row().ID
}

func floatOf(v int) *float64 { return new(float64(v)) }

func (n *changeNode) Issue() *issueNode  { return n.c.issueNode(n.change.issue) }
func (n *changeNode) Actor() *userNode   { return n.c.userNode(n.change.actor) }
func (n *changeNode) BotActor() *botNode { return n.c.botNode(n.change.bot) }
func (n *changeNode) ActorID() *string {
	if n.change.actor == nil {
		return nil
	}
	return &n.change.actor.meta.ID
}

func (n *changeNode) FromState() *stateNode { return shown(n, "stateId", n.c.stateNode(n.from.state)) }
func (n *changeNode) ToState() *stateNode   { return shown(n, "stateId", n.c.stateNode(n.to.state)) }
func (n *changeNode) FromStateID() *string  { return idOf(n, "stateId", n.from.state, true) }
func (n *changeNode) ToStateID() *string    { return idOf(n, "stateId", n.to.state, true) }

func (n *changeNode) FromAssignee() *userNode {
	return shown(n, "assigneeId", n.c.userNode(n.from.assignee))
}
func (n *changeNode) ToAssignee() *userNode {
	return shown(n, "assigneeId", n.c.userNode(n.to.assignee))
}
func (n *changeNode) FromAssigneeID() *string {
	return idOf(n, "assigneeId", n.from.assignee, n.from.assignee != nil)
}
func (n *changeNode) ToAssigneeID() *string {
	return idOf(n, "assigneeId", n.to.assignee, n.to.assignee != nil)
}

func (n *changeNode) FromPriority() *float64 { return shown(n, "priority", floatOf(n.from.priority)) }
func (n *changeNode) ToPriority() *float64   { return shown(n, "priority", floatOf(n.to.priority)) }
func (n *changeNode) FromTitle() *string     { return shown(n, "title", &n.from.Title) }
func (n *changeNode) ToTitle() *string       { return shown(n, "title", &n.to.Title) }
func (n *changeNode) FromDueDate() *timeless { return shown(n, "dueDate", nullDate(n.from.dueDate)) }
func (n *changeNode) ToDueDate() *timeless   { return shown(n, "dueDate", nullDate(n.to.dueDate)) }
func (n *changeNode) FromEstimate() *float64 { return shown(n, "estimate", n.from.estimate) }
func (n *changeNode) ToEstimate() *float64   { return shown(n, "estimate", n.to.estimate) }

func (n *changeNode) FromProject() *projectNode {
	return shown(n, "projectId", n.c.projectNode(n.from.project))
}
func (n *changeNode) ToProject() *projectNode {
	return shown(n, "projectId", n.c.projectNode(n.to.project))
}
func (n *changeNode) FromProjectID() *string {
	return idOf(n, "projectId", n.from.project, n.from.project != nil)
}
func (n *changeNode) ToProjectID() *string {
	return idOf(n, "projectId", n.to.project, n.to.project != nil)
}

func (n *changeNode) FromCycle() *cycleNode { return shown(n, "cycleId", n.c.cycleNode(n.from.cycle)) }
func (n *changeNode) ToCycle() *cycleNode   { return shown(n, "cycleId", n.c.cycleNode(n.to.cycle)) }
func (n *changeNode) FromCycleID() *string {
	return idOf(n, "cycleId", n.from.cycle, n.from.cycle != nil)
}
func (n *changeNode) ToCycleID() *string { return idOf(n, "cycleId", n.to.cycle, n.to.cycle != nil) }

func (n *changeNode) FromParent() *issueNode {
	return shown(n, "parentId", n.c.issueNode(n.from.parent))
}
func (n *changeNode) ToParent() *issueNode { return shown(n, "parentId", n.c.issueNode(n.to.parent)) }
func (n *changeNode) FromParentID() *string {
	return idOf(n, "parentId", n.from.parent, n.from.parent != nil)
}
func (n *changeNode) ToParentID() *string {
	return idOf(n, "parentId", n.to.parent, n.to.parent != nil)
}

func (n *changeNode) FromTeam() *teamNode { return shown(n, "teamId", n.c.teamNode(n.from.team)) }
func (n *changeNode) ToTeam() *teamNode   { return shown(n, "teamId", n.c.teamNode(n.to.team)) }
func (n *changeNode) FromTeamID() *string { return idOf(n, "teamId", n.from.team, true) }
func (n *changeNode) ToTeamID() *string   { return idOf(n, "teamId", n.to.team, true) }

func (n *changeNode) AddedLabelIDs() *[]string     { return labelIDs(n.added) }
func (n *changeNode) RemovedLabelIDs() *[]string   { return labelIDs(n.removed) }
func (n *changeNode) AddedLabels() *[]*labelNode   { return n.labelNodes(n.added) }
func (n *changeNode) RemovedLabels() *[]*labelNode { return n.labelNodes(n.removed) }
func (n *changeNode) UpdatedDescription() *bool    { return orNil(n.set["description"]) }
func (n *changeNode) Trashed() *bool               { return shown(n, "trashed", &n.to.trashed) }
func (n *changeNode) Archived() *bool {
	return shown(n, "archivedAt", new(!n.to.Archived.IsZero()))
}

func (n *changeNode) labelNodes(rows []*label) *[]*labelNode {
	if len(rows) == 0 {
		return nil
	}
	out := make([]*labelNode, len(rows))
	for i, l := range rows {
		out[i] = n.c.labelNode(l)
	}
	return &out
}

func labelIDs(rows []*label) *[]string {
	if len(rows) == 0 {
		return nil
	}
	out := make([]string, len(rows))
	for i, l := range rows {
		out[i] = l.ID
	}
	return &out
}
