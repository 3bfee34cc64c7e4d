package slacktest

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// place is where blocks are shown; not every block may stand everywhere.
type place int

const (
	inMessage place = iota
	inModal
	inHome
)

// checker collects what Slack would complain about, in its "[ERROR] … [json-pointer:…]" form.
type checker struct {
	where    place
	problems []string
	ids      map[string]bool // block ids seen
	chars    int             // all text, for the limit on a whole message
	markdown int
	focused  int
	inputs   int
}

func (c *checker) fail(at, format string, args ...any) {
	if at == "" {
		at = "/"
	}
	c.problems = append(c.problems, fmt.Sprintf("[ERROR] "+format+" [json-pointer:%s]", append(args, at)...))
}

// checkBlocks returns what is wrong with blocks and how many characters they show.
func checkBlocks(blocks []Object, where place, at string) (problems []string, chars int) {
	c := &checker{where: where, ids: map[string]bool{}}
	c.blocks(blocks, at)
	return c.problems, c.chars
}

// viewProblems returns what is wrong with a view; kind is modal or home.
func viewProblems(o Object, kind string) []string {
	c := &checker{where: inModal, ids: map[string]bool{}}
	keys := []string{"type", "blocks", "private_metadata", "callback_id", "external_id"}
	if kind == "home" {
		c.where = inHome
	} else {
		keys = append(keys, "title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled")
	}
	if str(o["type"]) != kind {
		c.fail("/view/type", "must be of type: %s", kind)
	}
	c.only(o, "/view", keys...)
	c.text(o, "private_metadata", "/view", 0, 3000, false)
	c.text(o, "callback_id", "/view", 0, 255, false)
	c.text(o, "external_id", "/view", 0, 255, false)
	blocks, ok := o["blocks"].([]any)
	if !ok {
		c.fail("/view", "missing required field: blocks")
	}
	c.blocks(objects(blocks), "/view/blocks")
	if kind == "modal" {
		c.plain(o, "title", "/view", 24, true)
		c.plain(o, "submit", "/view", 24, false)
		c.plain(o, "close", "/view", 24, false)
		if c.inputs > 0 && o["submit"] == nil {
			c.fail("/view", "missing required field: submit")
		}
	}
	if c.focused > 1 {
		c.fail("/view/blocks", "only one element may have `focus_on_load`")
	}
	return c.problems
}

func (c *checker) blocks(blocks []Object, at string) {
	limit := 100
	if c.where == inMessage {
		limit = 50
	}
	if len(blocks) > limit {
		c.fail(at, "no more than %d items allowed", limit)
	}
	for i, b := range blocks {
		here := at + "/" + itoa(i)
		c.text(b, "block_id", here, 0, 255, false)
		if id := str(b["block_id"]); id != "" {
			if c.ids[id] {
				c.fail(here+"/block_id", "`block_id` %q already exists", id)
			}
			c.ids[id] = true
		}
		c.block(b, here)
	}
	if c.markdown > maxMarkdown {
		c.fail(at, "markdown text must be less than %d characters in total", maxMarkdown+1)
	}
}

func (c *checker) block(b Object, at string) {
	kind := str(b["type"])
	if kind == "" {
		c.fail(at, "missing required field: type")
		return
	}
	check, known := blockChecks[kind]
	if !known || c.where != inMessage && messageOnly[kind] || c.where != inModal && kind == "alert" {
		c.fail(at, "unsupported type: %s", kind)
		return
	}
	if check.keys != nil {
		c.only(b, at, append([]string{"type", "block_id"}, check.keys...)...)
	}
	if check.run != nil {
		check.run(c, b, at)
	}
}

// messageOnly are the blocks modals and Home refuse.
var messageOnly = map[string]bool{
	"markdown": true, "context_actions": true, "file": true, "task_card": true, "plan": true,
	"table": true, "data_table": true, "data_visualization": true, "container": true,
}

// blockCheck is what a block may hold, and the rest of its rules. A nil run leaves a block unchecked: those nobody uses yet.
type blockCheck struct {
	keys []string
	run  func(*checker, Object, string)
}

var blockChecks = map[string]blockCheck{
	"section":         {[]string{"text", "fields", "accessory", "expand"}, (*checker).section},
	"divider":         {[]string{}, nil},
	"header":          {[]string{"text", "level"}, func(c *checker, b Object, at string) { c.plain(b, "text", at, 150, true) }},
	"context":         {[]string{"elements"}, (*checker).context},
	"actions":         {[]string{"elements"}, func(c *checker, b Object, at string) { c.row(b, at, "actions", 25) }},
	"context_actions": {[]string{"elements"}, func(c *checker, b Object, at string) { c.row(b, at, "context_actions", 5) }},
	"input":           {[]string{"label", "element", "hint", "optional", "dispatch_action"}, (*checker).input},
	"image":           {[]string{"image_url", "slack_file", "alt_text", "title"}, (*checker).image},
	"markdown":        {[]string{"text"}, (*checker).markdownBlock},
	"rich_text":       {[]string{"elements"}, (*checker).richText},
	"video":           {nil, nil}, "file": {nil, nil}, "table": {nil, nil}, "data_table": {nil, nil},
	"data_visualization": {nil, nil}, "task_card": {nil, nil}, "plan": {nil, nil}, "container": {nil, nil}, "alert": {nil, nil},
}

func (c *checker) section(b Object, at string) {
	fields := c.list(b, "fields", at, 1, 10)
	if b["text"] == nil && fields == nil {
		c.fail(at, "missing required field: text or fields")
	}
	if b["text"] != nil {
		c.textObject(b["text"], at+"/text", 1, 3000, true)
	}
	for i, f := range fields {
		c.textObject(f, at+"/fields/"+itoa(i), 1, 2000, true)
	}
	if b["accessory"] != nil {
		c.element(b["accessory"], at+"/accessory", "section")
	}
}

func (c *checker) context(b Object, at string) {
	list := c.list(b, "elements", at, 1, 10)
	if b["elements"] == nil {
		c.fail(at, "missing required field: elements")
	}
	for i, v := range list {
		here := at + "/elements/" + itoa(i)
		if o, ok := v.(Object); ok && str(o["type"]) == "image" {
			c.element(v, here, "context")
			continue
		}
		c.textObject(v, here, 1, 3000, true)
	}
}

// row checks the elements of an actions block; their action ids must differ.
func (c *checker) row(b Object, at, context string, most int) {
	list := c.list(b, "elements", at, 1, most)
	if b["elements"] == nil {
		c.fail(at, "missing required field: elements")
	}
	seen := map[string]bool{}
	for i, v := range list {
		here := at + "/elements/" + itoa(i)
		c.element(v, here, context)
		o, _ := v.(Object)
		if id := str(o["action_id"]); id != "" {
			if seen[id] {
				c.fail(here+"/action_id", "`action_id` %q already exists", id)
			}
			seen[id] = true
		}
	}
}

func (c *checker) input(b Object, at string) {
	c.inputs++
	c.plain(b, "label", at, 2000, true)
	c.plain(b, "hint", at, 2000, false)
	if b["element"] == nil {
		c.fail(at, "missing required field: element")
		return
	}
	c.element(b["element"], at+"/element", "input")
}

func (c *checker) image(b Object, at string) {
	if str(b["image_url"]) == "" && b["slack_file"] == nil {
		c.fail(at, "missing required field: image_url or slack_file")
	}
	c.text(b, "image_url", at, 1, 3000, false)
	c.text(b, "alt_text", at, 1, 2000, true)
	c.plain(b, "title", at, 2000, false)
}

func (c *checker) markdownBlock(b Object, at string) {
	c.text(b, "text", at, 1, maxMarkdown, true)
	c.markdown += utf8.RuneCountInString(str(b["text"]))
}

// richText checks the outer shape of a rich_text block; its leaves only count their characters.
func (c *checker) richText(b Object, at string) {
	list, ok := b["elements"].([]any)
	if !ok {
		c.fail(at, "missing required field: elements")
	}
	allowed := []string{"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"}
	for i, v := range list {
		o, _ := v.(Object)
		if !slices.Contains(allowed, str(o["type"])) {
			c.fail(at+"/elements/"+itoa(i), "unsupported type: %s", str(o["type"]))
		}
	}
	c.chars += utf8.RuneCountInString(richText(b))
}

// only refuses keys Slack does not know.
func (c *checker) only(o Object, at string, keys ...string) {
	for _, k := range sortedKeys(o) {
		if !slices.Contains(keys, k) && o[k] != nil {
			c.fail(at, "invalid additional property: %s", k)
		}
	}
}

// list reads an array and checks its length; nil when absent.
func (c *checker) list(o Object, key, at string, least, most int) []any {
	v, given := o[key]
	if !given || v == nil {
		return nil
	}
	list, ok := v.([]any)
	switch {
	case !ok:
		c.fail(at+"/"+key, "must be an array")
	case len(list) < least:
		c.fail(at+"/"+key, "no fewer than %d items allowed", least)
	case len(list) > most:
		c.fail(at+"/"+key, "no more than %d items allowed", most)
	}
	return list
}

// text checks a plain string property.
func (c *checker) text(o Object, key, at string, least, most int, required bool) {
	v, given := o[key]
	if !given || v == nil {
		if required {
			c.fail(at, "missing required field: %s", key)
		}
		return
	}
	s, ok := v.(string)
	if !ok {
		c.fail(at+"/"+key, "must provide a string")
		return
	}
	c.length(s, at+"/"+key, least, most)
}

func (c *checker) length(s, at string, least, most int) {
	n := utf8.RuneCountInString(s)
	if n > most {
		c.fail(at, "must be less than %d characters", most+1)
	}
	if n < least {
		c.fail(at, "must be more than %d characters", least-1)
	}
}

// plain checks a plain_text object.
func (c *checker) plain(o Object, key, at string, most int, required bool) {
	if o[key] == nil {
		if required {
			c.fail(at, "missing required field: %s", key)
		}
		return
	}
	c.textObject(o[key], at+"/"+key, 1, most, false)
}

// textObject checks a plain_text object, or where allowed a mrkdwn one.
func (c *checker) textObject(v any, at string, least, most int, mrkdwn bool) {
	o, ok := v.(Object)
	if !ok {
		c.fail(at, "must be an object")
		return
	}
	switch kind := str(o["type"]); {
	case kind == "plain_text":
		c.only(o, at, "type", "text", "emoji")
	case kind == "mrkdwn" && mrkdwn:
		c.only(o, at, "type", "text", "verbatim")
	default:
		c.fail(at+"/type", "unsupported type: %s", kind)
		return
	}
	c.text(o, "text", at, least, most, true)
	c.chars += utf8.RuneCountInString(str(o["text"]))
	if strings.TrimSpace(str(o["text"])) == "" && least > 0 && str(o["text"]) != "" {
		c.fail(at+"/text", "must be more than 0 characters")
	}
}
