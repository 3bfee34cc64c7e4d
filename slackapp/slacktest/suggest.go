package slacktest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Option is one choice of a menu.
type Option struct{ Group, Text, Value, Description string }

// Suggest types words into a menu that loads its options from the app, and returns what it then offers.
// Fewer letters than min_query_length (3 unless set) ask nothing and offer nothing.
func (p *Person) Suggest(ctx context.Context, on Surface, name, query string) ([]Option, error) {
	e, now, err := p.at(on, name)
	if err != nil {
		return nil, err
	}
	return p.suggest(ctx, now, e, query)
}

func (p *Person) suggest(ctx context.Context, on Surface, e element, query string) ([]Option, error) {
	if e.kind() != "external_select" && e.kind() != "multi_external_select" {
		return nil, fmt.Errorf("%s does not load its options from the app", e.actionID())
	}
	if utf8.RuneCountInString(query) < number(e.el["min_query_length"], 3) {
		return nil, nil
	}
	s := p.s
	s.mu.Lock()
	payload := p.interaction("block_suggestion")
	payload["action_id"], payload["block_id"], payload["value"] = e.actionID(), e.blockID(), query
	switch o := on.(type) {
	case View:
		payload["view"] = s.viewJSON(s.views[o.ID])
		payload["container"] = Object{"type": "view", "view_id": o.ID}
	case Card:
		c := s.channels[o.Message.Channel]
		payload["channel"] = Object{"id": c.ID, "name": channelName(c)}
		payload["container"], payload["app_unfurl"] = o.container(), o.attachment()
	case Message:
		c := s.channels[o.Channel]
		payload["channel"] = Object{"id": c.ID, "name": channelName(c)}
		payload["container"] = Object{
			"type": "message", "message_ts": o.TS, "channel_id": c.ID, "is_ephemeral": o.EphemeralTo != "",
		}
		if o.EphemeralTo == "" {
			payload["message"] = s.messageJSON(&o, true)
		}
	}
	s.mu.Unlock()
	ack, ok, err := s.request(ctx, "interactive", "block_suggestion "+e.actionID(), payload, true)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Options []Object `json:"options"`
		Groups  []Object `json:"option_groups"`
	}
	if !ok || json.Unmarshal(ack, &answer) != nil || !validAnswer(answer.Options, answer.Groups) {
		return nil, p.fails("Loading options failed")
	}
	options, loaded := flatten(answer.Options, answer.Groups)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.client(p.ID).suggestions[suggestionKey(on, e)] = loaded
	s.touch(Change{Kind: "view", User: p.ID})
	return options, nil
}

// validAnswer applies to loaded options what Slack checks in static ones: at most 100, texts and values within 75.
// Neither options nor groups is a failure; an empty list is not.
func validAnswer(options, groups []Object) bool {
	if options == nil && groups == nil {
		return false
	}
	c := &checker{where: inModal}
	el := Object{}
	if groups != nil {
		el["option_groups"] = groups
	} else {
		el["options"] = options
	}
	if len(options) > 0 || len(groups) > 0 {
		c.choices(reread(el), "", 100)
	}
	return len(c.problems) == 0
}

func flatten(options, groups []Object) (list []Option, raw []Object) {
	add := func(group string, from []Object) {
		for _, o := range from {
			list = append(list, Option{group, plain(o["text"]), str(o["value"]), plain(o["description"])})
			raw = append(raw, o)
		}
	}
	add("", options)
	for _, g := range groups {
		add(plain(g["label"]), objects(g["options"]))
	}
	return list, raw
}

// offered returns what the app last offered for a menu, plus its initial choices and what is chosen now.
func (p *Person) offered(on Surface, e element) []Object {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	out := append([]Object{}, p.s.client(p.ID).suggestions[suggestionKey(on, e)]...)
	if v, ok := on.(View); ok {
		if now := p.s.views[v.ID]; now != nil {
			out = append(out, chosen(now.State[e.blockID()][e.actionID()])...)
		}
	}
	if o, ok := e.el["initial_option"].(Object); ok {
		out = append(out, o)
	}
	return append(out, objects(e.el["initial_options"])...)
}

// chosen lists the options a value holds.
func chosen(value Object) []Object {
	if o, ok := value["selected_option"].(Object); ok {
		return []Object{o}
	}
	return objects(value["selected_options"])
}

func suggestionKey(on Surface, e element) string {
	_, id := on.surface()
	return id + "/" + e.blockID() + "/" + e.actionID()
}

// pickAll finds each chosen option among the fixed ones, or among those the app offers for the typed words.
func (p *Person) pickAll(ctx context.Context, on Surface, e element, choices []string) ([]Object, error) {
	picked := []Object{}
	for _, name := range choices {
		if name == "" {
			continue
		}
		options := optionsOf(e.el)
		if strings.HasSuffix(e.kind(), "external_select") {
			options = p.offered(on, e)
			if _, ok := choose(options, name); !ok {
				if _, err := p.suggest(ctx, on, e, name); err != nil {
					return nil, err
				}
				options = p.offered(on, e)
			}
		}
		o, ok := choose(options, name)
		if !ok {
			return nil, fmt.Errorf("%s offers no %q, only %s", e.actionID(), name, optionTexts(options))
		}
		picked = append(picked, o)
	}
	return picked, nil
}

func optionTexts(options []Object) string {
	names := make([]string, len(options))
	for i, o := range options {
		names[i] = plain(o["text"])
	}
	return strings.Join(names, ", ")
}

func single(key string, picked []Object) any {
	if key == "selected_options" {
		list := make([]any, len(picked))
		for i, o := range picked {
			list[i] = o
		}
		return list
	}
	if len(picked) == 0 {
		return nil
	}
	return picked[0]
}
