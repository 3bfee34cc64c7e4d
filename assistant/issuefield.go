package assistant

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"linearbot/linear"
)

// Names of the changeable fields of an issue, in the order people read them.
const (
	fieldTitle       = "title"
	fieldState       = "state"
	fieldAssignee    = "assignee"
	fieldPriority    = "priority"
	fieldLabels      = "labels"
	fieldProject     = "project"
	fieldCycle       = "cycle"
	fieldEstimate    = "estimate"
	fieldDue         = "due"
	fieldParent      = "parent"
	fieldDescription = "description"
)

var issueFields = []string{
	fieldTitle, fieldState, fieldAssignee, fieldPriority, fieldLabels, fieldProject,
	fieldCycle, fieldEstimate, fieldDue, fieldParent, fieldDescription,
}

// fieldValue is what one field holds: id as Linear keeps it, text as people
// read it. Both are empty for nothing.
type fieldValue struct{ id, text string }

// valueOf reads one field of an issue.
func valueOf(i linear.Issue, field string) fieldValue {
	switch field {
	case fieldTitle:
		return fieldValue{i.Title, i.Title}
	case fieldDescription:
		return fieldValue{i.Description, i.Description}
	case fieldState:
		return fieldValue{i.State.ID, i.State.Name}
	case fieldAssignee:
		return userValue(i.Assignee)
	case fieldPriority:
		return priorityValue(int(i.Priority))
	case fieldLabels:
		return labelsValue(i.Labels.Nodes)
	case fieldProject:
		return refValue(i.Project)
	case fieldCycle:
		return cycleValue(i.Cycle)
	case fieldEstimate:
		if i.Estimate == nil {
			return fieldValue{}
		}
		return numberValue(*i.Estimate)
	case fieldDue:
		return fieldValue{i.DueDate, i.DueDate}
	case fieldParent:
		if i.Parent == nil {
			return fieldValue{}
		}
		return fieldValue{i.Parent.ID, i.Parent.Identifier}
	}
	return fieldValue{}
}

// has reports whether a field of the issue has the value that id stands for. A
// parent may have been named by its identifier.
func has(i linear.Issue, field, id string) bool {
	v := valueOf(i, field)
	return v.id == id || field == fieldParent && id != "" && v.text == id
}

func userValue(u *linear.User) fieldValue {
	if u == nil {
		return fieldValue{}
	}
	name := u.Name
	if name == "" {
		name = u.DisplayName
	}
	return fieldValue{u.ID, name}
}

func priorityValue(p int) fieldValue {
	return fieldValue{strconv.Itoa(p), linear.PriorityName(p)}
}

func refValue(r *linear.Ref) fieldValue {
	if r == nil {
		return fieldValue{}
	}
	return fieldValue{r.ID, r.Name}
}

func cycleValue(c *linear.Cycle) fieldValue {
	if c == nil {
		return fieldValue{}
	}
	name := c.Name
	if name == "" {
		name = "Cycle " + strconv.FormatFloat(c.Number, 'f', -1, 64)
	}
	return fieldValue{c.ID, name}
}

func numberValue(n float64) fieldValue {
	text := strconv.FormatFloat(n, 'f', -1, 64)
	return fieldValue{text, text}
}

// labelsValue is a set of labels: the ids sorted, so that equal sets are equal,
// the names in the order of the ids.
func labelsValue(labels []linear.Label) fieldValue {
	labels = slices.Clone(labels)
	slices.SortFunc(labels, func(a, b linear.Label) int { return strings.Compare(a.Name+a.ID, b.Name+b.ID) })
	var ids, names []string
	for _, l := range labels {
		ids = append(ids, l.ID)
		names = append(names, l.Name)
	}
	slices.Sort(ids)
	return fieldValue{strings.Join(ids, ","), strings.Join(names, ", ")}
}

// idSet splits the id of a set of labels.
func idSet(id string) []string {
	if id == "" {
		return nil
	}
	return strings.Split(id, ",")
}

// without gives the elements of a that are not in b.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(x string) bool { return slices.Contains(b, x) })
}

func joinIDs(ids []string) string { return strings.Join(ids, ",") }

// labelsNamed turns ids of a change of labels back into labels.
func labelsNamed(ids []string, f FieldChange) []linear.Label {
	var all []linear.Label
	for _, id := range ids {
		all = append(all, linear.Label{ID: id, Name: f.Names[id]})
	}
	return all
}

func labelNames(known map[string]string, sets ...[]linear.Label) map[string]string {
	names := maps.Clone(known)
	if names == nil {
		names = map[string]string{}
	}
	for _, set := range sets {
		for _, l := range set {
			names[l.ID] = l.Name
		}
	}
	return names
}
