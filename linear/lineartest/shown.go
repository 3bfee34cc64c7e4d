package lineartest

import (
	"strconv"
	"strings"
)

// shown is a field of an issue in words, as a history row shows it.
func (i *issue) shown(field string) string {
	switch field {
	case "teamId":
		return i.team.Name
	case "title":
		return i.Title
	case "description":
		return i.Description
	case "stateId":
		return i.state.Name
	case "assigneeId":
		return emailOf(i.assignee)
	case "priority":
		return priorityLabel(i.priority)
	case "estimate":
		if i.estimate != nil {
			return strconv.FormatFloat(*i.estimate, 'f', -1, 64)
		}
	case "dueDate":
		return i.dueDate
	case "trashed":
		return strconv.FormatBool(i.trashed)
	case "archivedAt":
		return strconv.FormatBool(!i.Archived.IsZero())
	case "labelIds":
		return i.labelNames()
	}
	return i.shownPlace(field)
}

func (i *issue) shownPlace(field string) string {
	switch {
	case field == "projectId" && i.project != nil:
		return i.project.Name
	case field == "cycleId" && i.cycle != nil:
		return strconv.FormatFloat(i.cycle.Number, 'f', -1, 64)
	case field == "parentId" && i.parent != nil:
		return i.parent.identifier()
	}
	return ""
}

func (i *issue) labelNames() string {
	names := make([]string, len(i.labels))
	for n, l := range i.labels {
		names[n] = l.Name
	}
	return strings.Join(names, ", ")
}
