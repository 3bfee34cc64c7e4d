package slacktest

import (
	"fmt"
	"slices"
	"strings"
)

// element is one interactive element where it stands.
type element struct {
	block    Object
	el       Object
	input    bool // inside an input block
	dispatch bool // using it raises block_actions
}

func (e element) blockID() string  { return str(e.block["block_id"]) }
func (e element) actionID() string { return str(e.el["action_id"]) }
func (e element) kind() string     { return str(e.el["type"]) }

// label is what a person reads on or beside the element.
func (e element) label() string {
	if e.input {
		return plain(e.block["label"])
	}
	if text := plain(e.el["text"]); text != "" {
		return text
	}
	return plain(e.el["placeholder"])
}

// elements lists the interactive elements of blocks in reading order.
func elements(blocks []Object) []element {
	var out []element
	add := func(b Object, v any, input, dispatch bool) {
		if el, ok := v.(Object); ok && str(el["type"]) != "image" {
			out = append(out, element{b, el, input, dispatch})
		}
	}
	for _, b := range blocks {
		switch str(b["type"]) {
		case "input":
			dispatch, _ := b["dispatch_action"].(bool)
			add(b, b["element"], true, dispatch)
		case "section":
			add(b, b["accessory"], false, true)
		case "actions", "context_actions":
			for _, el := range objects(b["elements"]) {
				add(b, el, false, true)
			}
		}
	}
	return out
}

// locate finds the element a person means: "block_id/action_id", an action id, a block id, or the words on it.
func locate(blocks []Object, name string) (element, error) {
	all := elements(blocks)
	tests := []func(element) bool{
		func(e element) bool { return e.blockID()+"/"+e.actionID() == name },
		func(e element) bool { return e.actionID() == name },
		func(e element) bool { return e.blockID() == name },
		func(e element) bool { return strings.EqualFold(e.label(), name) },
	}
	for _, is := range tests {
		switch n := countFunc(all, is); {
		case n == 1:
			return all[slices.IndexFunc(all, is)], nil
		case n > 1:
			return element{}, fmt.Errorf("%d elements are called %q: name the block as well, block_id/action_id", n, name)
		}
	}
	names := make([]string, len(all))
	for i, e := range all {
		names[i] = e.blockID() + "/" + e.actionID() + " [" + e.label() + "]"
	}
	return element{}, fmt.Errorf("there is no %q here, only %s", name, strings.Join(names, ", "))
}

func countFunc[T any](list []T, is func(T) bool) int {
	n := 0
	for _, e := range list {
		if is(e) {
			n++
		}
	}
	return n
}

// valueKeys names, for each kind of element, the key its value has in state and actions.
var valueKeys = map[string]string{
	"plain_text_input": "value", "number_input": "value", "email_text_input": "value", "url_text_input": "value",
	"rich_text_input": "rich_text_value", "file_input": "files",
	"static_select": "selected_option", "external_select": "selected_option", "radio_buttons": "selected_option",
	"multi_static_select": "selected_options", "multi_external_select": "selected_options", "checkboxes": "selected_options",
	"users_select": "selected_user", "conversations_select": "selected_conversation", "channels_select": "selected_channel",
	"multi_users_select": "selected_users", "multi_conversations_select": "selected_conversations",
	"multi_channels_select": "selected_channels",
	"datepicker":            "selected_date", "timepicker": "selected_time", "datetimepicker": "selected_date_time",
}

// initialKeys names where each kind of element keeps its first value.
var initialKeys = map[string]string{
	"value": "initial_value", "rich_text_value": "initial_value",
	"selected_option": "initial_option", "selected_options": "initial_options",
	"selected_user": "initial_user", "selected_users": "initial_users",
	"selected_conversation": "initial_conversation", "selected_conversations": "initial_conversations",
	"selected_channel": "initial_channel", "selected_channels": "initial_channels",
	"selected_date": "initial_date", "selected_time": "initial_time", "selected_date_time": "initial_date_time",
}

func isMulti(kind string) bool { return strings.HasPrefix(kind, "multi_") || kind == "checkboxes" }

// initial is the state an element has before anybody touched it; ok is false for elements without state.
func initial(el Object) (Object, bool) {
	kind := str(el["type"])
	key, ok := valueKeys[kind]
	if !ok {
		return nil, false
	}
	v := el[initialKeys[key]]
	if v == nil && isMulti(kind) {
		v = []any{}
	}
	return Object{"type": kind, key: v}, true
}

// setInitial gives every stateful element of the view its first value.
func (v *View) setInitial() {
	v.State = initialState(v.Blocks)
}

func initialState(blocks []Object) map[string]map[string]Object {
	state := map[string]map[string]Object{}
	for _, e := range elements(blocks) {
		if value, ok := initial(e.el); ok {
			put(state, e, value)
		}
	}
	return state
}

func put(state map[string]map[string]Object, e element, value Object) {
	if state[e.blockID()] == nil {
		state[e.blockID()] = map[string]Object{}
	}
	state[e.blockID()][e.actionID()] = value
}

// keep carries over what a person put into inputs that the new view has again.
func (v *View) keep(old *View) {
	for block, actions := range v.State {
		for action, value := range actions {
			if was, ok := old.State[block][action]; ok && was["type"] == value["type"] {
				actions[action] = was
			}
		}
	}
}

// isEmpty reports whether a required input would count as not filled in.
func isEmpty(value Object) bool {
	switch v := value[valueKeys[str(value["type"])]].(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	case []Object:
		return len(v) == 0
	}
	return false
}

// optionsOf lists the fixed options of an element, groups flattened.
func optionsOf(el Object) []Object {
	out := objects(el["options"])
	for _, g := range objects(el["option_groups"]) {
		out = append(out, objects(g["options"])...)
	}
	return out
}

// choose finds the option a person means, by its words or its value.
func choose(options []Object, name string) (Object, bool) {
	for _, is := range []func(Object) bool{
		func(o Object) bool { return plain(o["text"]) == name || str(o["value"]) == name },
		func(o Object) bool { return strings.EqualFold(plain(o["text"]), name) },
	} {
		if i := slices.IndexFunc(options, is); i >= 0 {
			return options[i], true
		}
	}
	return nil, false
}
