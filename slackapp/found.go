package slackapp

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"linearbot/assistant"
	"linearbot/linear"
)

// readsMessage shows what the lists of a plan found: how they were read, and the
// first rows.
func (a *App) readsMessage(r *request, p assistant.Prepared, plan assistant.Plan) Message {
	const rows = 5
	var m Message
	for _, read := range p.Reads {
		if read.Page == nil && read.Issue == nil {
			continue
		}
		issues := read.Page
		if read.Issue != nil {
			issues = []linear.Issue{*read.Issue}
		}
		visible, hidden := issues, 0
		if r.Public {
			visible, hidden = publicRows(issues, 0)
		}
		r.shows(visible...)
		if read.Step < len(plan.Steps) {
			command := assistant.SpellStep(plan.Steps[read.Step])
			m = m.with(contextLine(dotted("Searched: "+firstOf(code(strings.TrimSpace(a.Word+" "+command), 300), "your words"), foundWords(len(issues), read.HasNext))))
		}
		for _, i := range visible[:min(len(visible), rows)] {
			m = m.with(issueList{}.row(i))
		}
		if len(visible) > rows {
			m = m.with(contextLine(fmt.Sprintf("and %d more", len(visible)-rows)))
		}
		if hidden > 0 {
			m = m.with(contextLine(hiddenLine(hidden)))
			r.Hidden += hidden
		}
	}
	return m
}

func foundWords(n int, more bool) string {
	if more {
		return fmt.Sprintf("%d issues and more", n)
	}
	return plural(n, "issue", "issues")
}

// readPlan answers a sentence that only reads.
func (a *App) readPlan(ctx context.Context, r *request, s *linear.Session, reading assistant.Reading) (Message, error) {
	if reading.Command != "" && len(reading.Plan.Steps) == 1 && !reading.Count {
		if cmd, err := assistant.ParseCommand(reading.Command); err == nil {
			switch cmd.Verb {
			case assistant.VerbShow:
				return a.show(ctx, r, cmd.Issues)
			case assistant.VerbMine, assistant.VerbList, assistant.VerbSearch:
				return a.list(ctx, r, page{Command: reading.Command, At: time.Now(), First: 1, Public: r.Public})
			}
		}
	}
	found, err := a.Engine.Prepare(ctx, asker(r, sourceOfRequest(r)), s, reading.Plan)
	if err != nil {
		return Message{}, err
	}
	if len(found.Questions) > 0 {
		return questionMessage(found.Questions[0], ""), nil
	}
	if reading.Count {
		return countMessage(found, reading.Plan), nil
	}
	m := a.readsMessage(r, found, reading.Plan)
	m.Public = r.Public
	for _, read := range found.Reads {
		if len(read.Data) > 0 {
			m.Public = false // names of private teams may be among them
			m = m.with(section(dataWords(read.Data)))
		}
	}
	if len(m.Blocks) == 0 {
		return sayText("Linear has nothing that matches."), nil
	}
	return m, nil
}

// dataWords lists the names in an answer of Linear that is no list of issues.
func dataWords(data json.RawMessage) string {
	var tree any
	if err := json.Unmarshal(data, &tree); err != nil {
		return "Linear's answer could not be read."
	}
	var lines []string
	collectNames(tree, &lines)
	if len(lines) == 0 {
		return "Linear has nothing that matches."
	}
	return cutMrkdwn("• "+strings.Join(lines, "\n• "), maxSection)
}

// collectNames gathers the named things of a GraphQL answer, in order.
func collectNames(v any, lines *[]string) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			collectNames(e, lines)
		}
	case map[string]any:
		if name, ok := v["name"].(string); ok {
			key, _ := v["key"].(string)
			kind, _ := v["type"].(string)
			mail, _ := v["email"].(string)
			*lines = append(*lines, dotted(bold(inline(name, 100)), inline(key, 20), inline(kind, 40), inline(mail, 100)))
			if _, nested := v["states"]; !nested {
				return
			}
		}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			collectNames(v[k], lines)
		}
	}
}
