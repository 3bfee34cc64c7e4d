package assistant

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"linearbot/linear"
)

// wanted is what an update asks of one field, in the ids that Linear takes.
// Labels may be given as what to add and what to remove.
type wanted struct {
	field       string
	value       fieldValue
	all         []linear.Label // labels: all there are to be, as value says
	add, remove []linear.Label // labels: what comes and goes
}

// wishes reads the fields of a resolved update, with names from the directory
// and, for labels that stay, from the issue as it is.
func wishes(u linear.IssueUpdate, d *linear.Directory, teamID string) []wanted {
	names := namer{d, teamID}
	var all []wanted
	want := func(field string, v fieldValue) { all = append(all, wanted{field: field, value: v}) }
	if u.Title != nil {
		want(fieldTitle, fieldValue{*u.Title, *u.Title})
	}
	if u.StateID != nil {
		want(fieldState, names.state(*u.StateID))
	}
	if u.AssigneeID.Set {
		want(fieldAssignee, names.user(deref(u.AssigneeID)))
	}
	if u.Priority != nil {
		want(fieldPriority, priorityValue(*u.Priority))
	}
	if u.LabelIDs != nil {
		labels := names.labels(*u.LabelIDs)
		all = append(all, wanted{field: fieldLabels, value: labelsValue(labels), all: labels})
	}
	if len(u.AddedLabelIDs)+len(u.RemovedLabelIDs) > 0 {
		all = append(all, wanted{field: fieldLabels, add: names.labels(u.AddedLabelIDs), remove: names.labels(u.RemovedLabelIDs)})
	}
	if u.ProjectID.Set {
		want(fieldProject, names.project(deref(u.ProjectID)))
	}
	if u.CycleID.Set {
		want(fieldCycle, names.cycle(deref(u.CycleID)))
	}
	if u.Estimate.Set {
		v := fieldValue{}
		if u.Estimate.Value != nil {
			v = numberValue(float64(*u.Estimate.Value))
		}
		want(fieldEstimate, v)
	}
	if u.DueDate.Set {
		want(fieldDue, fieldValue{deref(u.DueDate), deref(u.DueDate)})
	}
	if u.ParentID.Set {
		want(fieldParent, fieldValue{deref(u.ParentID), deref(u.ParentID)})
	}
	if u.Description != nil {
		want(fieldDescription, fieldValue{*u.Description, *u.Description})
	}
	return all
}

func deref(o linear.Optional[string]) string {
	if o.Value == nil {
		return ""
	}
	return *o.Value
}

// namer finds what people call the things that ids stand for.
type namer struct {
	d      *linear.Directory
	teamID string
}

func (n namer) state(id string) fieldValue {
	if team, ok := n.d.TeamByID(n.teamID); ok {
		for _, s := range team.States {
			if s.ID == id {
				return fieldValue{id, s.Name}
			}
		}
	}
	return fieldValue{id, id}
}

func (n namer) user(id string) fieldValue {
	if id == "" {
		return fieldValue{}
	}
	if n.d.Viewer.ID == id {
		return userValue(&n.d.Viewer)
	}
	for _, u := range n.d.Users {
		if u.ID == id {
			return userValue(&u)
		}
	}
	return fieldValue{id, id}
}

func (n namer) labels(ids []string) []linear.Label {
	var all []linear.Label
	for _, id := range ids {
		i := slices.IndexFunc(n.d.Labels, func(l linear.Label) bool { return l.ID == id })
		if i < 0 {
			all = append(all, linear.Label{ID: id, Name: id})
			continue
		}
		all = append(all, n.d.Labels[i])
	}
	return all
}

func (n namer) project(id string) fieldValue {
	for _, p := range n.d.Projects {
		if p.ID == id {
			return fieldValue{id, p.Name}
		}
	}
	return fieldValue{id, id}
}

func (n namer) cycle(id string) fieldValue {
	if team, ok := n.d.TeamByID(n.teamID); ok {
		for _, c := range team.Cycles {
			if c.ID == id {
				return cycleValue(&c)
			}
		}
	}
	return fieldValue{id, id}
}

// overlay puts one wish over an issue's fields: an earlier wish for the same
// field is replaced, labels to add and remove come on top of it.
func overlay(fields []FieldChange, i linear.Issue, w wanted) []FieldChange {
	at := slices.IndexFunc(fields, func(f FieldChange) bool { return f.Field == w.field })
	if at < 0 {
		from := valueOf(i, w.field)
		fields = append(fields, FieldChange{Field: w.field, From: from.text, FromID: from.id, To: from.text, ToID: from.id})
		at = len(fields) - 1
	}
	f := &fields[at]
	to := w.value
	if len(w.add)+len(w.remove) > 0 {
		to = labelsAfter(i, f.ToID, f.Names, w)
	}
	f.To, f.ToID = to.text, to.id
	if f.Field == fieldLabels {
		f.Names = labelNames(f.Names, i.Labels.Nodes, w.all, w.add, w.remove)
	}
	return fields
}

// labelsAfter is the set of labels after adding and removing. Only one label of
// a group can be on an issue: a new one takes the place of the old.
func labelsAfter(i linear.Issue, before string, names map[string]string, w wanted) fieldValue {
	known := map[string]linear.Label{}
	for _, l := range slices.Concat(i.Labels.Nodes, w.add, w.remove) {
		known[l.ID] = l
	}
	var after []linear.Label
	for _, id := range idSet(before) {
		l, ok := known[id]
		if !ok {
			l = linear.Label{ID: id, Name: cmp.Or(names[id], id)} // of an earlier step
		}
		gone := slices.ContainsFunc(w.remove, func(r linear.Label) bool { return r.ID == id })
		replaced := slices.ContainsFunc(w.add, func(a linear.Label) bool {
			return a.ID == id || a.Parent != nil && l.Parent != nil && a.Parent.ID == l.Parent.ID
		})
		if !gone && !replaced {
			after = append(after, l)
		}
	}
	return labelsValue(append(after, w.add...))
}

// settled drops the fields whose value stays, and orders the rest as people
// read them.
func settled(fields []FieldChange) []FieldChange {
	fields = slices.DeleteFunc(fields, func(f FieldChange) bool { return f.FromID == f.ToID })
	slices.SortStableFunc(fields, func(a, b FieldChange) int {
		return slices.Index(issueFields, a.Field) - slices.Index(issueFields, b.Field)
	})
	return fields
}

// updateTo is the update that brings the fields from one value to the other.
// Labels are added and removed one by one, so that nobody else's label is touched.
func updateTo(fields []FieldChange) linear.IssueUpdate {
	var u linear.IssueUpdate
	for _, f := range fields {
		switch f.Field {
		case fieldTitle:
			u.Title = new(f.ToID)
		case fieldDescription:
			u.Description = new(f.ToID)
		case fieldState:
			u.StateID = new(f.ToID)
		case fieldAssignee:
			u.AssigneeID = orClear(f.ToID)
		case fieldPriority:
			n, _ := strconv.Atoi(f.ToID) // written by priorityValue
			u.Priority = new(n)
		case fieldLabels:
			u.AddedLabelIDs = without(idSet(f.ToID), idSet(f.FromID))
			u.RemovedLabelIDs = without(idSet(f.FromID), idSet(f.ToID))
		case fieldProject:
			u.ProjectID = orClear(f.ToID)
		case fieldCycle:
			u.CycleID = orClear(f.ToID)
		case fieldEstimate:
			u.Estimate = linear.Clear[int]()
			if n, err := strconv.ParseFloat(f.ToID, 64); err == nil {
				u.Estimate = linear.Put(int(n))
			}
		case fieldDue:
			u.DueDate = orClear(f.ToID)
		case fieldParent:
			u.ParentID = orClear(f.ToID)
		}
	}
	return u
}

func orClear(id string) linear.Optional[string] {
	if id == "" {
		return linear.Clear[string]()
	}
	return linear.Put(id)
}

// reversed turns changes around: from what they brought to what was before.
func reversed(fields []FieldChange) []FieldChange {
	back := slices.Clone(fields)
	for n, f := range back {
		back[n] = FieldChange{Field: f.Field, From: f.To, FromID: f.ToID, To: f.From, ToID: f.FromID}
	}
	return back
}

// createdFields words the fields of a new issue.
func createdFields(c linear.IssueCreate, d *linear.Directory) []FieldChange {
	names := namer{d, c.TeamID}
	var fields []FieldChange
	put := func(field string, v fieldValue) {
		if v.id != "" {
			fields = append(fields, FieldChange{Field: field, To: v.text, ToID: v.id})
		}
	}
	if c.StateID != "" {
		put(fieldState, names.state(c.StateID))
	}
	put(fieldAssignee, names.user(c.AssigneeID))
	if c.Priority != nil {
		put(fieldPriority, priorityValue(*c.Priority))
	}
	put(fieldLabels, labelsValue(names.labels(c.LabelIDs)))
	if c.ProjectID != "" {
		put(fieldProject, names.project(c.ProjectID))
	}
	if c.CycleID != "" {
		put(fieldCycle, names.cycle(c.CycleID))
	}
	if c.Estimate != nil {
		put(fieldEstimate, numberValue(float64(*c.Estimate)))
	}
	put(fieldDue, fieldValue{c.DueDate, c.DueDate})
	put(fieldParent, fieldValue{c.ParentID, c.ParentID})
	put(fieldDescription, fieldValue{c.Description, strings.TrimSpace(c.Description)})
	return fields
}
