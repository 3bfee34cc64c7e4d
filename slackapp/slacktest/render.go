package slacktest

import (
	"fmt"
	"strings"
)

// Text renders a message or view as the words a person would read, one block per paragraph: [buttons], (menus: choices),
// ☐ boxes, «inputs». It is meant for transcripts and for golden tests.
func Text(on Surface) string {
	var b strings.Builder
	switch o := on.(type) {
	case Message:
		writeMessage(&b, o)
	case View:
		writeView(&b, o)
	}
	return strings.TrimRight(b.String(), "\n")
}

func writeMessage(b *strings.Builder, m Message) {
	if len(m.Blocks) == 0 || str(m.Blocks[0]["type"]) == "rich_text" && m.BotID == "" {
		fmt.Fprintln(b, unescape(m.Text))
	} else if m.Streamed && m.Text != "" {
		fmt.Fprintln(b, m.Text)
	}
	if len(m.Blocks) > 0 && (m.BotID != "" || str(m.Blocks[0]["type"]) != "rich_text") {
		writeBlocks(b, m.Blocks, nil)
	}
	for _, at := range m.shownAttachments() {
		for _, key := range []string{"pretext", "title", "text"} {
			if text := str(at[key]); text != "" {
				fmt.Fprintln(b, "| "+unescape(text))
			}
		}
		writeBlocks(b, objects(at["blocks"]), nil)
	}
	for _, f := range m.Files {
		fmt.Fprintf(b, "📎 %s\n", f.Name)
	}
	for _, r := range m.Reactions {
		fmt.Fprintf(b, ":%s: %d\n", r.Name, len(r.Users))
	}
}

func writeView(b *strings.Builder, v View) {
	if v.Title != "" {
		fmt.Fprintf(b, "== %s ==\n", v.Title)
	}
	if v.Failure != "" {
		fmt.Fprintln(b, "!! "+v.Failure)
	}
	writeBlocks(b, v.Blocks, &v)
	if v.Close != "" {
		fmt.Fprintf(b, "[%s] ", v.Close)
	}
	if v.Submit != "" {
		fmt.Fprintf(b, "[%s]", v.Submit)
	}
}

func writeBlocks(b *strings.Builder, blocks []Object, v *View) {
	for _, block := range blocks {
		writeBlock(b, block, v)
	}
}

func writeBlock(b *strings.Builder, o Object, v *View) {
	switch kind := str(o["type"]); kind {
	case "header":
		fmt.Fprintln(b, "# "+plain(o["text"]))
	case "divider":
		fmt.Fprintln(b, "---")
	case "section":
		writeSection(b, o, v)
	case "context":
		var parts []string
		for _, el := range objects(o["elements"]) {
			parts = append(parts, words(el))
		}
		fmt.Fprintln(b, "· "+strings.Join(parts, " · "))
	case "actions", "context_actions":
		var parts []string
		for _, el := range objects(o["elements"]) {
			parts = append(parts, control(el, stateOf(v, o, el)))
		}
		fmt.Fprintln(b, strings.Join(parts, " "))
	case "input":
		writeInput(b, o, v)
	case "markdown":
		fmt.Fprintln(b, str(o["text"]))
	case "rich_text":
		fmt.Fprintln(b, strings.TrimRight(richText(o), "\n"))
	case "image":
		fmt.Fprintf(b, "(image: %s)\n", str(o["alt_text"]))
	default:
		fmt.Fprintf(b, "(%s: %s)\n", kind, words(o))
	}
}

func writeSection(b *strings.Builder, o Object, v *View) {
	if t, ok := o["text"].(Object); ok {
		fmt.Fprintln(b, words(t))
	}
	for _, f := range objects(o["fields"]) {
		fmt.Fprintln(b, "  "+strings.ReplaceAll(words(f), "\n", " "))
	}
	if el, ok := o["accessory"].(Object); ok {
		fmt.Fprintln(b, control(el, stateOf(v, o, el)))
	}
}

func writeInput(b *strings.Builder, o Object, v *View) {
	el, _ := o["element"].(Object)
	label := plain(o["label"])
	if optional, _ := o["optional"].(bool); optional {
		label += " (optional)"
	}
	fmt.Fprintf(b, "%s: %s\n", label, control(el, stateOf(v, o, el)))
	if hint := plain(o["hint"]); hint != "" {
		fmt.Fprintln(b, "  "+hint)
	}
	if v != nil && v.Errors[str(o["block_id"])] != "" {
		fmt.Fprintln(b, "  ! "+v.Errors[str(o["block_id"])])
	}
}

func stateOf(v *View, block, el Object) Object {
	if v != nil {
		if value, ok := v.State[str(block["block_id"])][str(el["action_id"])]; ok {
			return value
		}
	}
	value, _ := initial(el)
	return value
}

// control renders one element with what it holds now.
func control(el, state Object) string {
	kind := str(el["type"])
	switch kind {
	case "button", "workflow_button":
		return "[" + plain(el["text"]) + "]"
	case "overflow":
		return "[⋯ " + optionTexts(optionsOf(el)) + "]"
	case "image":
		return "(image: " + str(el["alt_text"]) + ")"
	case "icon_button":
		return "[" + plain(el["text"]) + "]"
	case "feedback_buttons":
		pos, _ := el["positive_button"].(Object)
		neg, _ := el["negative_button"].(Object)
		return "[" + plain(pos["text"]) + "] [" + plain(neg["text"]) + "]"
	case "checkboxes", "radio_buttons":
		return boxes(el, state)
	}
	value := shown(state[valueKeys[kind]])
	if strings.HasSuffix(kind, "_input") {
		return "«" + value + "»"
	}
	if value == "" {
		value = plain(el["placeholder"])
	}
	name := strings.ReplaceAll(strings.TrimPrefix(kind, "multi_"), "_", " ")
	if options := optionsOf(el); len(options) > 0 && len(options) <= 12 {
		return "(" + name + ": " + value + " | " + optionTexts(options) + ")"
	}
	return "(" + name + ": " + value + ")"
}

func boxes(el, state Object) string {
	chosen := map[string]bool{}
	switch v := state[valueKeys[str(el["type"])]].(type) {
	case Object:
		chosen[str(v["value"])] = true
	default:
		for _, o := range objects(v) {
			chosen[str(o["value"])] = true
		}
	}
	var parts []string
	for _, o := range optionsOf(el) {
		mark := "☐ "
		if chosen[str(o["value"])] {
			mark = "☑ "
		}
		parts = append(parts, mark+plain(o["text"]))
	}
	return strings.Join(parts, " ")
}

func shown(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case Object:
		return plain(v["text"])
	case []string:
		return strings.Join(v, ", ")
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = shown(e)
		}
		return strings.Join(parts, ", ")
	}
	return ""
}

// words is the text of a text object, a piece of context, or anything else that has some.
func words(o Object) string {
	switch str(o["type"]) {
	case "mrkdwn":
		return unescape(str(o["text"]))
	case "image":
		return "(image: " + str(o["alt_text"]) + ")"
	}
	if t, ok := o["text"].(Object); ok {
		return words(t)
	}
	if t := str(o["text"]); t != "" {
		return t
	}
	return plain(o["title"])
}

// richText reads the typed text of a rich_text tree.
func richText(o Object) string {
	switch str(o["type"]) {
	case "text":
		return str(o["text"])
	case "link":
		if t := str(o["text"]); t != "" {
			return t
		}
		return str(o["url"])
	case "user":
		return "<@" + str(o["user_id"]) + ">"
	case "channel":
		return "<#" + str(o["channel_id"]) + ">"
	case "emoji":
		return ":" + str(o["name"]) + ":"
	}
	var b strings.Builder
	for i, el := range objects(o["elements"]) {
		if str(o["type"]) == "rich_text_list" {
			fmt.Fprintf(&b, "%d. %s\n", i+1, richText(el))
			continue
		}
		b.WriteString(richText(el))
		if str(o["type"]) == "rich_text" {
			b.WriteString("\n")
		}
	}
	return b.String()
}
