package lineartest

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// fill writes the fields of an IssueCreateInput or IssueUpdateInput to i and
// checks each against the workspace as Linear does. The team comes first,
// because states, labels and cycles are judged against it.
func (c *call) fill(i *issue, in input) error {
	for _, step := range []func(*issue, input) error{
		c.fillTeam, c.fillText, c.fillNumbers, c.fillDates, c.fillState, c.fillPeople, c.fillPlace, c.fillLabels,
	} {
		if err := step(i, in); err != nil {
			return err
		}
	}
	return nil
}

// fillTeam moves an issue: state, labels and cycle of the old team are left behind.
func (c *call) fillTeam(i *issue, in input) error {
	if _, given := in["teamId"]; !given {
		return nil
	}
	t, err := c.team(deref(in.text("teamId")))
	if err != nil || t == i.team {
		return err
	}
	same := first(c.w.statesOf(t), func(s *state) bool { return s.Name == i.state.Name && s.Type == i.state.Type })
	if same == nil {
		same = c.w.defaultState(t)
	}
	i.team, i.state, i.cycle = t, same, nil
	i.labels = filter(i.labels, func(l *label) bool { return l.team == nil })
	return nil
}

func (c *call) fillText(i *issue, in input) error {
	if v, given := in["title"]; given {
		title, _ := v.(string)
		if err := titleError(title); err != nil {
			return err
		}
		i.Title = title
	}
	if _, given := in["description"]; given {
		i.Description = deref(in.text("description"))
	}
	return nil
}

func (c *call) fillNumbers(i *issue, in input) error {
	if v, given := in["priority"]; given {
		p := number(v)
		if v == nil || p < 0 || p > 4 {
			return badArgument("priority", "max", "priority must be between 0 and 4")
		}
		i.priority = int(p)
	}
	if v, given := in["estimate"]; given {
		if v == nil {
			i.estimate = nil
			return nil
		}
		points := number(v)
		if !i.team.allowsEstimate(points) {
			return badArgument("estimate", "isIn", "estimate "+strconv.FormatFloat(points, 'f', -1, 64)+" is not on the scale of team "+i.team.Key)
		}
		i.estimate = &points
	}
	if v, given := in["sortOrder"]; given {
		i.sortOrder = number(v)
	}
	return nil
}

// allowsEstimate knows the scales of Linear; the second list is the extended part.
func (t *team) allowsEstimate(points float64) bool {
	scale := map[string][2][]float64{
		"exponential": {{1, 2, 4, 8, 16}, {32, 64}},
		"fibonacci":   {{1, 2, 3, 5, 8}, {13, 21}},
		"linear":      {{1, 2, 3, 4, 5}, {6, 7}},
		"tShirt":      {{1, 2, 3, 5, 8}, {13, 21}},
	}[t.Estimation]
	return slices.Contains(scale[0], points) ||
		(t.EstimateExtended && slices.Contains(scale[1], points)) ||
		(points == 0 && t.EstimateZero && t.Estimation != "notUsed")
}

func (c *call) fillDates(i *issue, in input) error {
	if v, given := in["dueDate"]; given {
		i.dueDate = ""
		if v != nil {
			t, err := parseMoment(v, c.now)
			if err != nil {
				return badArgument("dueDate", "isDate", "dueDate must be a date")
			}
			i.dueDate = t.Format(time.DateOnly)
		}
	}
	if v, given := in["snoozedUntilAt"]; given {
		i.snoozed = time.Time{}
		if v != nil {
			t, err := parseMoment(v, c.now)
			if err != nil {
				return err
			}
			i.snoozed = t
		}
	}
	if v, given := in["trashed"]; given {
		i.trashed, _ = v.(bool)
		i.Archived = time.Time{}
		if i.trashed {
			i.Archived = c.now
		}
	}
	return nil
}

func (c *call) fillState(i *issue, in input) error {
	if _, given := in["stateId"]; !given {
		return nil
	}
	s, err := c.state(deref(in.text("stateId")))
	if err != nil {
		return err
	}
	if s.team != i.team {
		return invalidInput("The workflow state does not belong to the issue's team")
	}
	i.state = s
	return nil
}

func (c *call) fillPeople(i *issue, in input) error {
	u, given, err := c.personOf(in, "assigneeId", i.team)
	if err != nil {
		return err
	}
	if given && u != nil && u.App {
		return invalidInput("App users cannot be assigned; use delegateId")
	}
	if given {
		i.assignee = u
		if u != nil && !slices.Contains(i.subscribers, u) {
			i.subscribers = append(slices.Clone(i.subscribers), u)
		}
	}
	if u, given, err = c.personOf(in, "delegateId", i.team); err != nil {
		return err
	}
	if given {
		i.delegate = u
	}
	ids, given := in.texts("subscriberIds")
	if !given {
		return nil
	}
	i.subscribers = nil
	for _, id := range ids {
		u, err := c.user(id)
		if err != nil {
			return err
		}
		i.subscribers = append(i.subscribers, u)
	}
	return nil
}

// personOf reads a user who must be active and able to see the team.
func (c *call) personOf(in input, name string, t *team) (u *user, given bool, err error) {
	v, given := in[name]
	if !given || v == nil {
		return nil, given, nil
	}
	if u, err = c.user(deref(in.text(name))); err != nil {
		return nil, true, err
	}
	if !u.Active || !c.w.sees(u, t) {
		return nil, true, invalidInput("%s cannot be assigned: not a member with access to team %s", u.Name, t.Key)
	}
	return u, true, nil
}

func (c *call) fillPlace(i *issue, in input) (err error) {
	set := func(name string, clear func(), find func(id string) error) {
		v, given := in[name]
		switch {
		case err != nil || !given:
		case v == nil:
			clear()
		default:
			err = find(deref(in.text(name)))
		}
	}
	set("projectId", func() { i.project = nil }, func(id string) error {
		p, err := c.project(id)
		if err == nil && !p.sharedBy(i.team) {
			return invalidInput("The project is not shared with the issue's team")
		}
		i.project = p
		return err
	})
	set("cycleId", func() { i.cycle = nil }, func(id string) error {
		y, err := c.cycle(id)
		if err == nil && y.team != i.team {
			return invalidInput("The cycle does not belong to the issue's team")
		}
		i.cycle = y
		return err
	})
	set("parentId", func() { i.parent = nil }, func(ref string) error {
		p, err := c.issue(ref)
		for up := p; err == nil && up != nil; up = up.parent {
			if up.meta.ID != "" && up.meta.ID == i.meta.ID {
				return invalidInput("An issue cannot be its own parent")
			}
		}
		i.parent = p
		return err
	})
	return err
}

// fillLabels: labelIds replaces the set; the added and removed lists change it.
func (c *call) fillLabels(i *issue, in input) error {
	if ids, given := in.texts("labelIds"); given {
		i.labels = nil
		if err := c.addLabels(i, ids); err != nil {
			return err
		}
	}
	added, _ := in.texts("addedLabelIds")
	if err := c.addLabels(i, added); err != nil {
		return err
	}
	removed, _ := in.texts("removedLabelIds")
	for _, id := range removed {
		if _, err := c.label(id); err != nil {
			return err
		}
		i.labels = filter(i.labels, func(l *label) bool { return l.ID != id })
	}
	return nil
}

func (c *call) addLabels(i *issue, ids []string) error {
	for _, id := range ids {
		l, err := c.label(id)
		if err != nil {
			return err
		}
		if l.team != nil && l.team != i.team {
			return invalidInput("The label %q does not belong to the issue's team or the workspace", l.Name)
		}
		if l.IsGroup {
			return invalidInput("The label %q is a group and cannot be added to an issue", l.Name)
		}
		if l.parent != nil && slices.ContainsFunc(i.labels, func(o *label) bool { return o != l && o.parent == l.parent }) {
			return invalidInput("Only one label of the group %q can be added to an issue", l.parent.Name)
		}
		if !slices.Contains(i.labels, l) {
			i.labels = append(slices.Clone(i.labels), l)
		}
	}
	return nil
}

// difference lists what changed between two versions of an issue.
func difference(a, b issue) *change {
	h := &change{set: map[string]bool{}, from: a}
	for name, same := range map[string]bool{
		"title": a.Title == b.Title, "description": a.Description == b.Description,
		"priority": a.priority == b.priority, "estimate": sameFloat(a.estimate, b.estimate),
		"dueDate": a.dueDate == b.dueDate, "stateId": a.state == b.state, "teamId": a.team == b.team,
		"assigneeId": a.assignee == b.assignee, "delegateId": a.delegate == b.delegate,
		"projectId": a.project == b.project, "cycleId": a.cycle == b.cycle, "parentId": a.parent == b.parent,
		"trashed": a.trashed == b.trashed, "archivedAt": a.Archived.IsZero() == b.Archived.IsZero(),
		"snoozedUntilAt": a.snoozed.Equal(b.snoozed), "sortOrder": math.Abs(a.sortOrder-b.sortOrder) == 0,
		"subscriberIds": slices.Equal(a.subscribers, b.subscribers),
	} {
		if !same {
			h.set[name] = true
		}
	}
	h.added = filter(b.labels, func(l *label) bool { return !slices.Contains(a.labels, l) })
	h.removed = filter(a.labels, func(l *label) bool { return !slices.Contains(b.labels, l) })
	if len(h.added)+len(h.removed) > 0 {
		h.set["labelIds"] = true
	}
	return h
}

func sameFloat(a, b *float64) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
