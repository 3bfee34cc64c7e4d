package assistant

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Spell writes a plan as the slash command that compiles to the same plan,
// without the command word. It is empty when no single command does.
func Spell(p Plan) string {
	if len(p.Steps) == 0 {
		return ""
	}
	if len(p.Steps) == 1 {
		return SpellStep(p.Steps[0])
	}
	var refs []string
	first := spellable(p.Steps[0])
	for _, s := range p.Steps {
		ref, ok := stepIssue(s)
		rest := spellable(s)
		if !ok || s.Tool != p.Steps[0].Tool || !reflect.DeepEqual(rest, first) || slices.Contains(refs, ref) {
			return ""
		}
		refs = append(refs, ref)
	}
	switch query := p.Steps[0].Input["query"]; {
	case p.Steps[0].Tool == toolUpdate:
		return spellUpdate(refs, p.Steps[0].Input)
	case query == docIssue && len(refs) <= maxShown:
		return VerbShow + " " + strings.Join(refs, " ")
	}
	return ""
}

// SpellStep writes one step as a slash command; empty when there is none.
func SpellStep(s Step) string {
	ref, named := stepIssue(s)
	switch {
	case s.Tool == toolList:
		return spellList(s.Input)
	case s.Tool == toolCreate:
		return spellCreate(s.Input)
	case s.Tool == toolUpdate && named:
		return spellUpdate([]string{ref}, s.Input)
	case s.Tool == toolQuery && named && s.Input["query"] == docIssue:
		return VerbShow + " " + ref
	case s.Tool == toolQuery && named && s.Input["query"] == docComment:
		variables, _ := s.Input["variables"].(map[string]any)
		input, _ := variables["input"].(map[string]any)
		if body, ok := input["body"].(string); ok {
			return VerbComment + " " + ref + " " + escapeSlack(body)
		}
	}
	return ""
}

// stepIssue is the one issue a step names.
func stepIssue(s Step) (string, bool) {
	id, _ := s.Input["issueId"].(string)
	if s.Tool == toolQuery {
		variables, _ := s.Input["variables"].(map[string]any)
		id, _ = variables["id"].(string)
		if input, ok := variables["input"].(map[string]any); ok {
			id, _ = input["issueId"].(string)
		}
	}
	ref, ok := issueRef(id)
	return ref, ok && ref == id
}

// spellable is what a step changes, without the issue it changes.
func spellable(s Step) map[string]any {
	rest := maps.Clone(s.Input)
	delete(rest, "issueId")
	if s.Tool == toolQuery {
		return map[string]any{"query": rest["query"]}
	}
	return rest
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// escapeSlack writes text as Slack would send it, mentions apart.
func escapeSlack(text string) string {
	var b strings.Builder
	for text != "" {
		i := strings.IndexByte(text, '<')
		if i < 0 {
			b.WriteString(escaper.Replace(text))
			break
		}
		b.WriteString(escaper.Replace(text[:i]))
		if e, n := readEntity(text[i:]); n > 0 && text[i:i+n] == e.value() {
			b.WriteString(e.value())
			text = text[i+n:]
			continue
		}
		b.WriteString("&lt;")
		text = text[i+1:]
	}
	return b.String()
}

var bareShape = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}._@-]*$|^<@[A-Z0-9]+>$`)

// quote writes a value so that it is read back as it is.
func quote(value string) string {
	if bareShape.MatchString(value) {
		return value
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range value {
		if r == '\\' || closers(r) != "" {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return escaper.Replace(b.String())
}

// spellCreate writes the title quoted unless it is plain words.
func spellCreate(input map[string]any) string {
	title, _ := input["title"].(string)
	if title == "" || strings.Contains(title, "\n") {
		return ""
	}
	words := []string{VerbCreate, quoteTitle(title)}
	for _, f := range []struct{ key, field string }{{"team", "team"}, {"project", "project"}, {"state", "state"}, {"assignee", "assignee"}, {"priority", "p"}, {"labels", "label"}, {"cycle", "cycle"}, {"estimate", "estimate"}, {"dueDate", "due"}, {"parent", "parent"}, {"template", "template"}} {
		words = append(words, spellField(f.field, input[f.key])...)
	}
	line := strings.Join(words, " ")
	if description, _ := input["description"].(string); description != "" {
		line += "\n" + escapeSlack(description)
	}
	return line
}

var plainTitle = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}.!?()]*( [\p{L}\p{N}(][\p{L}\p{N}.!?()]*)*$`)

func quoteTitle(title string) string {
	if plainTitle.MatchString(title) {
		return title
	}
	q := quote(title)
	if q == title {
		return `"` + title + `"`
	}
	return q
}

// spellField writes field:value; lists become a,b.
func spellField(field string, value any) []string {
	switch v := value.(type) {
	case string:
		if field == "p" {
			v = priorityName(v)
		}
		return []string{field + ":" + quote(v)}
	case []string:
		if len(v) == 0 {
			return []string{field + ":none"}
		}
		var quoted []string
		for _, s := range v {
			if field == "p" {
				s = priorityName(s)
			}
			quoted = append(quoted, quote(s))
		}
		return []string{field + ":" + strings.Join(quoted, ",")}
	case int:
		return []string{field + ":" + strconv.Itoa(v)}
	}
	return nil
}

func priorityName(digit string) string {
	switch digit {
	case "1":
		return "urgent"
	case "2":
		return "high"
	case "3":
		return "medium"
	case "4":
		return "low"
	}
	return "none"
}

// spellUpdate picks the shortest verb for a change.
func spellUpdate(refs []string, input map[string]any) string {
	issues := strings.Join(refs, " ")
	if len(input) == 2 {
		if state, ok := input["state"].(string); ok {
			return VerbMove + " " + issues + " " + quoteWords(state)
		}
		if who, ok := input["assignee"].(string); ok {
			return VerbAssign + " " + issues + " " + quoteWords(who)
		}
	}
	words := []string{VerbSet, issues}
	spelled := 1 // issueId
	for _, f := range []struct{ key, field string }{{"state", "state"}, {"assignee", "assignee"}, {"priority", "p"}, {"estimate", "estimate"}, {"dueDate", "due"}, {"project", "project"}, {"cycle", "cycle"}, {"parent", "parent"}, {"labels", "label"}} {
		if value, ok := input[f.key]; ok {
			words = append(words, spellField(f.field, value)...)
			spelled++
		}
	}
	if signed, n := spellLabelChange(input); n > 0 {
		words = append(words, signed)
		spelled += n
	}
	if spelled != len(input) {
		return "" // a title or a description has no field
	}
	return strings.Join(words, " ")
}

func spellLabelChange(input map[string]any) (text string, keys int) {
	var signed []string
	for key, sign := range map[string]string{"addLabels": "+", "removeLabels": "-"} {
		names, ok := input[key].([]string)
		if !ok {
			continue
		}
		keys++
		for _, name := range names {
			signed = append(signed, sign+quote(name))
		}
	}
	slices.SortStableFunc(signed, func(a, b string) int { return strings.Compare(a[:1], b[:1]) })
	return "label:" + strings.Join(signed, ","), keys
}

// quoteWords leaves words that a verb takes to its end unquoted.
func quoteWords(text string) string {
	if plainTitle.MatchString(text) && !strings.HasPrefix(strings.ToLower(text), "to ") {
		if _, isRef := issueRef(text); !isRef {
			return text
		}
	}
	return quote(text)
}
