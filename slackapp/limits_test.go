package slackapp

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"
)

// TestSlackLimits holds every surface, also with 10,000-character titles and 500
// labels, states, users and projects, to Slack's limits.
func TestSlackLimits(t *testing.T) {
	t.Parallel()
	for name, v := range surfaces() {
		var tree map[string]any
		raw := pretty(t, v)
		if err := json.Unmarshal(raw, &tree); err != nil {
			t.Fatal(err)
		}
		for _, problem := range violations(tree, len(raw)) {
			t.Errorf("%s: %s", name, problem)
		}
	}
}

// violations lists what Slack would refuse in a message or view.
func violations(tree map[string]any, size int) []string {
	l := &limits{ids: map[string]bool{}}
	kind, _ := tree["type"].(string)
	all, _ := tree["blocks"].([]any)
	most := 50
	if kind == "modal" || kind == "home" {
		most = 100
		l.most("view size", size, 250_000)
		l.most("private_metadata", units(tree["private_metadata"]), 3000)
		for _, k := range []string{"title", "submit", "close"} {
			l.text(k, tree[k], 24)
		}
	} else if tree["options"] == nil {
		l.between("text", units(tree["text"]), 1, 4000)
	}
	if options, ok := tree["options"].([]any); ok {
		l.options("options", options, 100)
		return l.found
	}
	l.between("blocks", len(all), 1, most)
	inputs := 0
	for i, b := range all {
		block := b.(map[string]any)
		l.block(fmt.Sprintf("blocks[%d]", i), block)
		if block["type"] == "input" {
			inputs++
			if kind == "" {
				l.add("blocks[%d]: input in a message", i)
			}
		}
	}
	if kind == "modal" && inputs > 0 && tree["submit"] == nil {
		l.add("inputs without submit")
	}
	if kind == "" {
		l.most("all text", l.total, 13000)
	}
	return l.found
}

// limits collects violations.
type limits struct {
	found []string
	ids   map[string]bool
	total int
}

func (l *limits) add(format string, args ...any) {
	l.found = append(l.found, fmt.Sprintf(format, args...))
}

func (l *limits) most(what string, n, most int) { l.between(what, n, 0, most) }

func (l *limits) between(what string, n, least, most int) {
	if n < least || n > most {
		l.add("%s is %d, allowed are %d to %d", what, n, least, most)
	}
}

// units is the length of a string in UTF-16 units, the stricter reading.
func units(v any) int {
	s, _ := v.(string)
	return len(utf16.Encode([]rune(s)))
}

func (l *limits) text(at string, v any, most int) {
	if v == nil {
		return
	}
	o := v.(map[string]any)
	l.between(at, units(o["text"]), 1, most)
	l.total += units(o["text"])
	if o["type"] == "mrkdwn" {
		for _, p := range brokenMrkdwn(o["text"].(string)) {
			l.add("%s: %s", at, p)
		}
	}
}

func (l *limits) block(at string, b map[string]any) {
	if id, _ := b["block_id"].(string); id != "" {
		if l.ids[id] {
			l.add("%s: block_id %q twice", at, id)
		}
		l.ids[id] = true
		l.most(at+".block_id", units(id), 255)
	}
	switch b["type"] {
	case "section":
		fields, _ := b["fields"].([]any)
		if b["text"] == nil && len(fields) == 0 {
			l.add("%s: empty section", at)
		}
		l.text(at+".text", b["text"], 3000)
		l.most(at+".fields", len(fields), 10)
		for i, f := range fields {
			l.text(fmt.Sprintf("%s.fields[%d]", at, i), f, 2000)
		}
		if a, ok := b["accessory"].(map[string]any); ok {
			l.element(at+".accessory", a)
		}
	case "header":
		l.text(at, b["text"], 150)
	case "context":
		elements := b["elements"].([]any)
		l.between(at+".elements", len(elements), 1, 10)
		for i, e := range elements {
			l.text(fmt.Sprintf("%s[%d]", at, i), e, 2000)
		}
	case "actions":
		elements := b["elements"].([]any)
		l.between(at+".elements", len(elements), 1, 25)
		seen := map[any]bool{}
		for i, e := range elements {
			one := e.(map[string]any)
			if seen[one["action_id"]] {
				l.add("%s: action_id %q twice", at, one["action_id"])
			}
			seen[one["action_id"]] = true
			l.element(fmt.Sprintf("%s[%d]", at, i), one)
		}
	case "input":
		l.text(at+".label", b["label"], 2000)
		l.text(at+".hint", b["hint"], 2000)
		l.element(at+".element", b["element"].(map[string]any))
	case "rich_text":
		for i, e := range b["elements"].([]any) {
			if kind := e.(map[string]any)["type"]; kind != "rich_text_preformatted" {
				l.add("%s[%d]: %v is not checked", at, i, kind)
			}
		}
	case "divider":
	default:
		l.add("%s: block type %v is not checked", at, b["type"])
	}
}

func (l *limits) element(at string, e map[string]any) {
	l.between(at+".action_id", units(e["action_id"]), 1, 255)
	l.text(at+".placeholder", e["placeholder"], 150)
	options, _ := e["options"].([]any)
	switch e["type"] {
	case "button":
		l.text(at+".text", e["text"], 75)
		l.most(at+".value", units(e["value"]), 2000)
		l.most(at+".url", units(e["url"]), 3000)
		if c, ok := e["confirm"].(map[string]any); ok {
			l.text(at+".confirm.title", c["title"], 100)
			l.text(at+".confirm.text", c["text"], 300)
			l.text(at+".confirm.confirm", c["confirm"], 30)
			l.text(at+".confirm.deny", c["deny"], 30)
		}
	case "overflow":
		l.options(at, options, 5)
	case "static_select":
		l.options(at, options, 100)
	case "checkboxes":
		l.options(at, options, 10)
	case "external_select":
	case "multi_external_select":
		initial, _ := e["initial_options"].([]any)
		if len(initial) > 0 {
			l.options(at+".initial", initial, 100)
		}
	case "plain_text_input":
		l.most(at+".initial_value", units(e["initial_value"]), 3000)
		if most, ok := e["max_length"].(float64); ok {
			l.most(at+".initial_value", units(e["initial_value"]), int(most))
		}
	case "datepicker", "conversations_select", "users_select", "multi_conversations_select":
	default:
		l.add("%s: element type %v is not checked", at, e["type"])
	}
	if o, ok := e["initial_option"].(map[string]any); ok {
		l.options(at+".initial", []any{o}, 1)
	}
}

func (l *limits) options(at string, options []any, most int) {
	l.between(at+".options", len(options), 1, most)
	for i, v := range options {
		o := v.(map[string]any)
		l.text(fmt.Sprintf("%s.options[%d].text", at, i), o["text"], 75)
		l.text(fmt.Sprintf("%s.options[%d].description", at, i), o["description"], 75)
		l.between(fmt.Sprintf("%s.options[%d].value", at, i), units(o["value"]), 1, 75)
	}
}

// brokenMrkdwn finds tokens and entities that were cut in two.
func brokenMrkdwn(s string) []string {
	var found []string
	rest := mrkdwnAtom.ReplaceAllString(s, "")
	if strings.ContainsAny(rest, "<>&") {
		found = append(found, fmt.Sprintf("raw or broken markup in %.80q", rest))
	}
	if strings.Count(s, "```")%2 == 1 {
		found = append(found, "open code block")
	}
	return found
}
