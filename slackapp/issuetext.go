package slackapp

import (
	"fmt"
	"strings"

	"linearbot/linear"
)

// issueLink is the identifier in bold, linked.
func issueLink(i linear.Issue) string { return bold(link(i.URL, inline(i.Identifier, 40))) }

// mention names a Slack user in their own colours.
func mention(userID string) string { return "<@" + strings.Trim(userID, "<@>|") + ">" }

func assigneeName(u *linear.User) string {
	if u == nil {
		return "No one"
	}
	return personName(*u)
}

func assigneeWords(u *linear.User) string {
	if u == nil {
		return "not assigned"
	}
	return "assigned to " + escape(oneLine(personName(*u)))
}

func personName(u linear.User) string {
	for _, n := range []string{u.Name, u.DisplayName, u.Email} {
		if n != "" {
			return n
		}
	}
	return "Someone"
}

func by(u *linear.User) string {
	if u == nil {
		return ""
	}
	return " by " + inline(personName(*u), 60)
}

// labelList names the first labels and counts the rest.
func labelList(all []linear.Label, most int) string {
	var names []string
	for _, l := range all[:min(len(all), most)] {
		names = append(names, inline(labelName(l), 40))
	}
	if rest := len(all) - most; rest > 0 {
		names = append(names, fmt.Sprintf("+%d", rest))
	}
	return strings.Join(names, ", ")
}

// labelName is a label with the group it belongs to.
func labelName(l linear.Label) string {
	if l.Parent != nil && l.Parent.Name != "" {
		return l.Parent.Name + " / " + l.Name
	}
	return l.Name
}

// fieldLabel is the name of a field as forms and outcomes show it.
func fieldLabel(field string) string {
	switch field {
	case fieldState:
		return "Status"
	case fieldDue:
		return "Due date"
	case "":
		return "Value"
	}
	return strings.ToUpper(field[:1]) + field[1:]
}
