package assistant

import (
	"maps"
	"slices"
	"strings"
)

// How a list is spelled as a command.

// spellList writes the filters of a list.
func spellList(input map[string]any) string {
	words := []string{VerbList}
	rest := maps.Clone(input)
	if query, ok := rest["query"].(string); ok {
		words = []string{VerbSearch, quoteTitle(query)}
		delete(rest, "query")
	}
	words = append(words, spellStates(rest)...)
	for _, f := range []struct{ key, field string }{{"team", "team"}, {"assignee", "assignee"}, {"creator", "creator"}, {"priority", "p"}, {"anyLabels", "label"}, {"project", "project"}, {"cycle", "cycle"}, {"parent", "parent"}} {
		if value, ok := rest[f.key]; ok {
			words = append(words, spellField(f.field, value)...)
			delete(rest, f.key)
		}
	}
	if names, ok := rest["labels"].([]string); ok {
		for _, name := range names {
			words = append(words, "label:"+quote(name))
		}
		delete(rest, "labels")
	}
	if points, ok := rest["estimate"].(string); ok {
		words = append(words, "estimate:"+points) // >3 has an operator before it
		delete(rest, "estimate")
	}
	words = append(words, spellDays(rest)...)
	words = append(words, spellNot(rest)...)
	for _, f := range []struct{ key, field string }{{"sort", "sort"}, {"first", "limit"}} {
		if value, ok := rest[f.key]; ok {
			words = append(words, spellField(f.field, value)...)
			delete(rest, f.key)
		}
	}
	if len(rest) > 0 {
		return ""
	}
	return strings.Join(words, " ")
}

// spellStates writes the states; a list without one is not of open issues alone.
func spellStates(rest map[string]any) []string {
	class, _ := rest["stateType"].(string)
	state, named := rest["state"]
	delete(rest, "stateType")
	delete(rest, "state")
	var words []string
	if class != "" {
		words = append(words, "state:"+class)
	}
	switch v := state.(type) {
	case string:
		words = append(words, "state:"+quoteState(v))
	case []string:
		var quoted []string
		for _, s := range v {
			quoted = append(quoted, quoteState(s))
		}
		words = append(words, "state:"+strings.Join(quoted, ","))
	}
	if class == "" && !named {
		words = append(words, "state:all")
	}
	return words
}

// quoteState quotes a state whose name is also a class.
func quoteState(name string) string {
	if isStateClass(strings.ToLower(name)) {
		return `"` + name + `"`
	}
	return quote(name)
}

// spellDays writes the ranges of days.
func spellDays(rest map[string]any) []string {
	var words []string
	if rest["dueDate"] == "none" {
		words = append(words, "due:none")
		delete(rest, "dueDate")
	}
	for _, name := range []string{"created", "updated", "completed", "due"} {
		for _, end := range []struct{ key, day, span string }{{name + "After", ">=", "<"}, {name + "Before", "<", ">"}} {
			value, ok := rest[end.key].(string)
			if !ok {
				continue
			}
			delete(rest, end.key)
			if back, ok := strings.CutPrefix(value, "-P"); ok {
				words = append(words, name+":"+end.span+strings.ToLower(back))
				continue
			}
			words = append(words, name+":"+end.day+value)
		}
	}
	return words
}

// spellNot writes the negations.
func spellNot(rest map[string]any) []string {
	not, _ := rest["not"].(map[string]any)
	delete(rest, "not")
	var words []string
	for _, key := range slices.Sorted(maps.Keys(not)) {
		names, _ := not[key].([]string) // negate writes lists
		field := map[string]string{"labels": "label", "priority": "p"}[key]
		if field == "" {
			field = key
		}
		if field == "state" {
			var quoted []string
			for _, n := range names {
				quoted = append(quoted, quoteState(n))
			}
			words = append(words, "-state:"+strings.Join(quoted, ","))
			continue
		}
		words = append(words, "-"+spellField(field, names)[0])
	}
	return words
}
