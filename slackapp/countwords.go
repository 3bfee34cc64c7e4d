package slackapp

import (
	"fmt"
	"reflect"
	"strings"

	"linearbot/assistant"
	"linearbot/linear"
)

// countMessage says how many issues there are, of several lists each with what it
// counts.
func countMessage(p assistant.Prepared, plan assistant.Plan) Message {
	var lines []string
	for _, read := range p.Reads {
		n := len(read.Page)
		line := sentence(plural(n, "issue matches", "issues match"))
		if read.HasNext || read.Truncated {
			line = fmt.Sprintf("More than %d issues match.", n)
		}
		if name := countedBy(plan, read.Step); name != "" && len(p.Reads) > 1 {
			line = bold(inline(name, 100)) + ": " + line
		}
		lines = append(lines, line)
	}
	return sayText(strings.Join(lines, "\n"))
}

// countedBy is what tells a list of the plan from its first one, or the first from
// the next.
func countedBy(plan assistant.Plan, step int) string {
	if step >= len(plan.Steps) || len(plan.Steps) < 2 {
		return ""
	}
	other := plan.Steps[0]
	if step == 0 {
		other = plan.Steps[1]
	}
	name := ""
	for key, value := range plan.Steps[step].Input {
		if reflect.DeepEqual(other.Input[key], value) {
			continue
		}
		if name != "" {
			return assistant.SpellStep(plan.Steps[step]) // they differ in more than one way
		}
		name = countName(key, value)
	}
	return name
}

func countName(key string, value any) string {
	switch v := value.(type) {
	case string:
		switch {
		case key == "priority":
			if n, err := linear.ParsePriority(v); err == nil {
				return linear.PriorityName(n)
			}
		case v == "none" && key == "assignee":
			return "Unassigned"
		}
		return v
	case []string:
		return strings.Join(v, ", ")
	}
	return fmt.Sprint(value)
}
