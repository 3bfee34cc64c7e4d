package slacktest

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// elementCheck is where an element may stand, what it may hold, and the rest of its rules.
type elementCheck struct {
	in   string // words of: section actions input context context_actions
	keys string
	run  func(*checker, Object, string)
}

const (
	selectKeys = "action_id placeholder confirm focus_on_load "
	multiKeys  = selectKeys + "max_selected_items "
	textKeys   = "action_id initial_value placeholder dispatch_action_config focus_on_load min_length max_length "
)

// elementChecks is Block Kit's table of elements (types package 3.2.0 for limits).
var elementChecks = map[string]elementCheck{
	"button":          {"section actions", "action_id text url value style confirm accessibility_label icon", (*checker).button},
	"workflow_button": {"section actions", "action_id text workflow style accessibility_label", nil},
	"overflow":        {"section actions", "action_id options confirm", (*checker).overflow},
	"image":           {"section context", "image_url slack_file alt_text", (*checker).image},
	"static_select":   {"section actions input", selectKeys + "options option_groups initial_option", (*checker).menu},
	"external_select": {"section actions input", selectKeys + "initial_option min_query_length", (*checker).external},
	"users_select":    {"section actions input", selectKeys + "initial_user", (*checker).placeholder},
	"conversations_select": {
		"section actions input",
		selectKeys + "initial_conversation default_to_current_conversation response_url_enabled filter", (*checker).placeholder,
	},
	"channels_select":       {"section actions input", selectKeys + "initial_channel response_url_enabled", (*checker).placeholder},
	"multi_static_select":   {"section input", multiKeys + "options option_groups initial_options", (*checker).menu},
	"multi_external_select": {"section input", multiKeys + "initial_options min_query_length", (*checker).external},
	"multi_users_select":    {"section input", multiKeys + "initial_users", (*checker).placeholder},
	"multi_conversations_select": {
		"section input", multiKeys + "initial_conversations default_to_current_conversation filter", (*checker).placeholder,
	},
	"multi_channels_select": {"section input", multiKeys + "initial_channels", (*checker).placeholder},
	"checkboxes":            {"section actions input", "action_id options initial_options confirm focus_on_load", (*checker).boxes},
	"radio_buttons":         {"section actions input", "action_id options initial_option confirm focus_on_load", (*checker).boxes},
	"datepicker":            {"section actions input", "action_id initial_date placeholder confirm focus_on_load", (*checker).date},
	"timepicker":            {"section actions input", "action_id initial_time placeholder confirm focus_on_load timezone", (*checker).placeholder},
	"datetimepicker":        {"actions input", "action_id initial_date_time confirm focus_on_load", nil},
	"plain_text_input":      {"input", textKeys + "multiline", (*checker).textInput},
	"email_text_input":      {"input", textKeys, (*checker).textInput},
	"url_text_input":        {"input", textKeys, (*checker).textInput},
	"number_input": {
		"input", "action_id is_decimal_allowed initial_value min_value max_value placeholder dispatch_action_config focus_on_load",
		func(c *checker, e Object, at string) {
			if _, ok := e["is_decimal_allowed"].(bool); !ok {
				c.fail(at, "missing required field: is_decimal_allowed")
			}
			c.plain(e, "placeholder", at, 150, false)
		},
	},
	"rich_text_input":  {"input", "action_id initial_value placeholder dispatch_action_config focus_on_load", (*checker).placeholder},
	"file_input":       {"input", "action_id filetypes max_files", nil},
	"icon_button":      {"context_actions", "action_id icon text value confirm accessibility_label visible_to_user_ids", (*checker).iconButton},
	"feedback_buttons": {"context_actions", "action_id positive_button negative_button", (*checker).feedback},
}

// element checks one interactive element in its context.
func (c *checker) element(v any, at, context string) {
	e, ok := v.(Object)
	if !ok {
		c.fail(at, "must be an object")
		return
	}
	kind := str(e["type"])
	check, known := elementChecks[kind]
	if !known || !slices.Contains(strings.Fields(check.in), context) {
		c.fail(at+"/type", "unsupported type: %s", kind)
		return
	}
	c.only(e, at, append(strings.Fields(check.keys), "type")...)
	c.text(e, "action_id", at, 1, 255, false)
	if focus, _ := e["focus_on_load"].(bool); focus {
		c.focused++
	}
	c.confirm(e["confirm"], at+"/confirm")
	if check.run != nil {
		check.run(c, e, at)
	}
}

func (c *checker) confirm(v any, at string) {
	o, ok := v.(Object)
	if !ok {
		return
	}
	c.only(o, at, "title", "text", "confirm", "deny", "style")
	c.plain(o, "title", at, 100, true)
	c.textObject(o["text"], at+"/text", 1, 300, true)
	c.plain(o, "confirm", at, 30, true)
	c.plain(o, "deny", at, 30, true)
	c.style(o, at)
}

func (c *checker) style(o Object, at string) {
	if v := o["style"]; v != nil && v != "primary" && v != "danger" {
		c.fail(at+"/style", "must be a valid enum value")
	}
}

func (c *checker) button(e Object, at string) {
	c.plain(e, "text", at, 75, true)
	c.text(e, "value", at, 0, 2000, false)
	c.text(e, "url", at, 1, 3000, false)
	c.text(e, "accessibility_label", at, 0, 75, false)
	c.style(e, at)
}

func (c *checker) iconButton(e Object, at string) {
	c.plain(e, "text", at, 75, true)
	c.text(e, "icon", at, 1, 75, true)
	c.text(e, "value", at, 0, 2000, false)
}

func (c *checker) feedback(e Object, at string) {
	for _, key := range []string{"positive_button", "negative_button"} {
		b, ok := e[key].(Object)
		if !ok {
			c.fail(at, "missing required field: %s", key)
			continue
		}
		c.only(b, at+"/"+key, "text", "value", "accessibility_label")
		c.plain(b, "text", at+"/"+key, 75, true)
		c.text(b, "value", at+"/"+key, 1, 2000, true)
	}
}

func (c *checker) overflow(e Object, at string) {
	if e["options"] == nil {
		c.fail(at, "missing required field: options")
	}
	for i, v := range c.list(e, "options", at, 1, 5) {
		c.option(v, at+"/options/"+itoa(i), true, false)
	}
}

func (c *checker) boxes(e Object, at string) {
	if e["options"] == nil {
		c.fail(at, "missing required field: options")
	}
	for i, v := range c.list(e, "options", at, 1, 10) {
		c.option(v, at+"/options/"+itoa(i), false, true)
	}
	c.initial(e, at)
}

func (c *checker) menu(e Object, at string) {
	c.placeholder(e, at)
	c.choices(e, at, 100)
	c.initial(e, at)
}

// choices checks options or option groups: one of the two, at most 100 each.
func (c *checker) choices(e Object, at string, most int) {
	if (e["options"] == nil) == (e["option_groups"] == nil) {
		c.fail(at, "must provide either options or option_groups")
	}
	for i, v := range c.list(e, "options", at, 1, most) {
		c.option(v, at+"/options/"+itoa(i), false, false)
	}
	for i, v := range c.list(e, "option_groups", at, 1, most) {
		here := at + "/option_groups/" + itoa(i)
		g, ok := v.(Object)
		if !ok {
			c.fail(here, "must be an object")
			continue
		}
		c.only(g, here, "label", "options")
		c.plain(g, "label", here, 75, true)
		for j, o := range c.list(g, "options", here, 1, most) {
			c.option(o, here+"/options/"+itoa(j), false, false)
		}
	}
}

// option checks one choice. Values are held to 75 characters: Slack's types say so, its pages 150.
func (c *checker) option(v any, at string, link, mrkdwn bool) {
	o, ok := v.(Object)
	if !ok {
		c.fail(at, "must be an object")
		return
	}
	keys := []string{"text", "value", "description"}
	if link {
		keys = append(keys, "url")
	}
	c.only(o, at, keys...)
	if o["text"] == nil {
		c.fail(at, "missing required field: text")
	} else {
		c.textObject(o["text"], at+"/text", 1, 75, mrkdwn)
	}
	c.text(o, "value", at, 1, 75, true)
	c.text(o, "url", at, 1, 3000, false)
	if o["description"] != nil {
		c.textObject(o["description"], at+"/description", 1, 75, mrkdwn)
	}
}

// initial demands that first choices are among the options, word for word.
func (c *checker) initial(e Object, at string) {
	options := optionsOf(e)
	among := func(v any, where string) {
		if !slices.ContainsFunc(options, func(o Object) bool { return reflect.DeepEqual(any(o), v) }) {
			c.fail(at+where, "initial option must exactly match an available option")
		}
	}
	if v := e["initial_option"]; v != nil {
		among(v, "/initial_option")
	}
	for i, v := range c.list(e, "initial_options", at, 1, 100) {
		among(v, "/initial_options/"+itoa(i))
	}
}

func (c *checker) external(e Object, at string) {
	c.placeholder(e, at)
	if v := e["initial_option"]; v != nil {
		c.option(v, at+"/initial_option", false, false)
	}
	for i, v := range c.list(e, "initial_options", at, 1, 100) {
		c.option(v, at+"/initial_options/"+itoa(i), false, false)
	}
}

func (c *checker) placeholder(e Object, at string) { c.plain(e, "placeholder", at, 150, false) }

var dateForm = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

func (c *checker) date(e Object, at string) {
	c.placeholder(e, at)
	if v := e["initial_date"]; v != nil && !dateForm.MatchString(str(v)) {
		c.fail(at+"/initial_date", "must be a valid date: YYYY-MM-DD")
	}
}

func (c *checker) textInput(e Object, at string) {
	c.placeholder(e, at)
	c.text(e, "initial_value", at, 0, 3000, false)
	for _, key := range []string{"min_length", "max_length"} {
		if n := number(e[key], 1); n < 0 || n > 3000 {
			c.fail(at+"/"+key, "must be between 0 and 3000")
		}
	}
	if n, limit := len([]rune(str(e["initial_value"]))), number(e["max_length"], 3000); n > limit {
		c.fail(at+"/initial_value", "must be less than %d characters", limit+1)
	}
}
