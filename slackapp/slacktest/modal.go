package slacktest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// FieldErrors are the messages under a modal's inputs, by block id: Slack's own checks, or the app's answer.
type FieldErrors map[string]string

func (e FieldErrors) Error() string {
	parts := make([]string, 0, len(e))
	for _, block := range sortedKeys(e) {
		parts = append(parts, block+": "+e[block])
	}
	return "the form was not accepted: " + strings.Join(parts, "; ")
}

// troubleConnecting is what a modal says when the app's answer to it fails.
const troubleConnecting = "We had some trouble connecting. Try again?"

// Fill puts values into inputs, each named as in Click: a string, or []string where several fit. Inputs that tell the
// app about each change (dispatch_action) must be used with Click, for a person would wait for what happens next.
func (p *Person) Fill(ctx context.Context, v View, values map[string]any) error {
	for _, name := range sortedKeys(values) {
		e, now, err := p.at(v, name)
		if err != nil {
			return err
		}
		if e.dispatch && !strings.HasSuffix(e.kind(), "_input") {
			return fmt.Errorf("%s tells the app about each change: use Click", name)
		}
		value, err := p.value(ctx, now, e, asList(values[name]))
		if err != nil {
			return err
		}
		if e.dispatch && e.tellsTyping() {
			if err := p.act(ctx, now, e, value); err != nil {
				return err
			}
			continue
		}
		p.s.mu.Lock()
		put(p.s.views[v.ID].State, e, value)
		p.s.touch(Change{Kind: "view", User: p.ID, ID: v.ID})
		p.s.mu.Unlock()
	}
	return nil
}

// tellsTyping reports whether an input raises block_actions while a person types.
func (e element) tellsTyping() bool {
	config, _ := e.el["dispatch_action_config"].(Object)
	on, _ := config["trigger_actions_on"].([]any)
	return slices.Contains(on, any("on_character_entered"))
}

func asList(v any) []string {
	if list, ok := v.([]string); ok {
		return list
	}
	return []string{fmt.Sprint(v)}
}

// Submit fills in the topmost modal and presses its submit button. Slack checks required fields and lengths first.
// FieldErrors means the modal stays with messages under its inputs; *FailedError that the app's answer failed.
func (p *Person) Submit(ctx context.Context, v View, values map[string]any) error {
	if err := p.Fill(ctx, v, values); err != nil {
		return err
	}
	s := p.s
	s.mu.Lock()
	c := s.client(p.ID)
	if len(c.modals) == 0 || c.modals[len(c.modals)-1].ID != v.ID {
		s.mu.Unlock()
		return fmt.Errorf("submit %s: %w", v.ID, ErrNotVisible)
	}
	top := c.modals[len(c.modals)-1]
	if top.Submit == "" {
		s.mu.Unlock()
		return fmt.Errorf("modal %q has no submit button", top.Title)
	}
	if top.Errors = top.problems(); len(top.Errors) > 0 {
		s.touch(Change{Kind: "view", User: p.ID, ID: v.ID})
		s.mu.Unlock()
		return FieldErrors(top.Errors)
	}
	top.Failure = ""
	payload := p.interaction("view_submission")
	payload["view"] = s.viewJSON(top)
	payload["trigger_id"] = s.newTrigger(p.ID, top.ID)
	payload["response_urls"] = p.responseURLs(top)
	s.mu.Unlock()

	ack, ok, err := s.request(ctx, "interactive", "view_submission "+top.CallbackID, payload, true)
	if err != nil {
		return err
	}
	if !ok {
		return p.stuck(top.ID)
	}
	return p.submitted(top, ack)
}

// stuck shows Slack's failure line in a modal.
func (p *Person) stuck(viewID string) error {
	p.s.mu.Lock()
	if v := p.s.views[viewID]; v != nil {
		v.Failure = troubleConnecting
	}
	p.s.mu.Unlock()
	return p.fails(troubleConnecting)
}

// responseURLs mints one for each conversation input that asks for it. The lock is held.
func (p *Person) responseURLs(v *View) []Object {
	out := []Object{}
	for _, e := range elements(v.Blocks) {
		enabled, _ := e.el["response_url_enabled"].(bool)
		value := v.State[e.blockID()][e.actionID()]
		channel := str(value[valueKeys[e.kind()]])
		if enabled && p.s.channels[channel] != nil {
			out = append(out, Object{
				"block_id": e.blockID(), "action_id": e.actionID(), "channel_id": channel,
				"response_url": p.s.newHook(hook{user: p.ID, channel: channel}),
			})
		}
	}
	return out
}

// submitted does what the acknowledgement of a submission says: close, errors, update, push or clear.
func (p *Person) submitted(top *View, ack []byte) error {
	var answer struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   Object            `json:"view"`
	}
	s := p.s
	if len(ack) > 0 && json.Unmarshal(ack, &answer) != nil {
		return p.stuck(top.ID)
	}
	s.mu.Lock()
	now := s.views[top.ID] // the app may have updated it meanwhile
	c := s.client(p.ID)
	ok := true
	switch answer.Action {
	case "":
		s.pop(c, now)
	case "clear":
		for _, v := range c.modals {
			s.closed(v)
		}
		c.modals = nil
	case "errors":
		if ok = len(answer.Errors) > 0 && now.onlyInputs(answer.Errors); ok {
			now.Errors = answer.Errors
			s.touch(Change{Kind: "view", User: p.ID, ID: now.ID})
			s.mu.Unlock()
			return FieldErrors(answer.Errors)
		}
	case "update", "push":
		ok = s.respondView(c, now, answer.View, answer.Action)
	default:
		ok = false
	}
	s.mu.Unlock()
	if !ok {
		return p.stuck(top.ID)
	}
	return nil
}

// respondView updates or pushes the view of an acknowledgement; false when Slack would refuse it. The lock is held.
func (s *Server) respondView(c *client, now *View, o Object, action string) bool {
	if o == nil {
		return false
	}
	v, err := s.checkView(o, "modal")
	if err != nil {
		return false
	}
	if action == "update" {
		if s.taken(v, now.ID) != nil {
			return false
		}
		s.swap(now, v)
		return true
	}
	if len(c.modals) >= maxStack || s.taken(v, "") != nil {
		return false
	}
	s.push(c, v, now.User)
	return true
}

// pop takes a view, and whatever lies on it, off the stack. The lock is held.
func (s *Server) pop(c *client, v *View) {
	for i, e := range c.modals {
		if e.ID == v.ID {
			for _, gone := range c.modals[i:] {
				s.closed(gone)
			}
			c.modals = c.modals[:i:i]
			return
		}
	}
}

// onlyInputs reports whether errors name nothing but input blocks, as Slack demands.
func (v *View) onlyInputs(errors map[string]string) bool {
	inputs := map[string]bool{}
	for _, b := range v.Blocks {
		inputs[str(b["block_id"])] = str(b["type"]) == "input"
	}
	for block := range errors {
		if !inputs[block] {
			return false
		}
	}
	return true
}

// CloseView closes the topmost modal by its close button; the app hears of it only if it asked to (notify_on_close).
// A modal with clear_on_close takes the whole stack with it.
func (p *Person) CloseView(ctx context.Context) error {
	s := p.s
	s.mu.Lock()
	c := s.client(p.ID)
	if len(c.modals) == 0 {
		s.mu.Unlock()
		return fmt.Errorf("close: %w", ErrNotVisible)
	}
	top := c.modals[len(c.modals)-1]
	payload := p.interaction("view_closed")
	payload["view"], payload["is_cleared"] = s.viewJSON(top), top.ClearOnClose
	s.pop(c, top)
	if top.ClearOnClose && len(c.modals) > 0 {
		s.pop(c, c.modals[0])
	}
	s.mu.Unlock()
	if !top.NotifyOnClose {
		return nil
	}
	_, _, err := s.request(ctx, "interactive", "view_closed "+top.CallbackID, payload, false)
	return err // an unanswered view_closed shows nothing
}

// MessageShortcut picks a shortcut of the app from a message's ⋯ menu. Ephemeral messages have no such menu.
func (p *Person) MessageShortcut(ctx context.Context, callbackID string, m Message) error {
	s := p.s
	s.mu.Lock()
	sc, ok := s.manifest.shortcut(callbackID, "message")
	now := s.find(m.Channel, m.TS, "")
	c := s.channels[m.Channel]
	if !ok || now == nil || c == nil || !s.sees(p.ID, c) {
		s.mu.Unlock()
		return fmt.Errorf("shortcut %s on %s: %w", callbackID, m.TS, ErrNotVisible)
	}
	payload := p.interaction("message_action")
	payload["callback_id"], payload["message_ts"] = callbackID, m.TS
	payload["channel"] = Object{"id": c.ID, "name": channelName(c)}
	payload["message"] = s.messageJSON(now, true)
	payload["trigger_id"] = s.newTrigger(p.ID, "")
	payload["response_url"] = s.newHook(hook{user: p.ID, channel: c.ID, threadTS: now.ThreadTS})
	live := len(s.sockets) > 0
	s.mu.Unlock()
	_, acked, err := s.request(ctx, "interactive", "message_action "+callbackID, payload, false)
	if err == nil && !acked {
		return p.noAnswer(sc.Name, live)
	}
	return err
}

// GlobalShortcut picks a shortcut of the app from the composer or the search.
func (p *Person) GlobalShortcut(ctx context.Context, callbackID string) error {
	s := p.s
	s.mu.Lock()
	sc, ok := s.manifest.shortcut(callbackID, "global")
	if !ok {
		s.mu.Unlock()
		return fmt.Errorf("shortcut %s: %w", callbackID, ErrNotVisible)
	}
	payload := p.interaction("shortcut")
	payload["callback_id"], payload["trigger_id"] = callbackID, s.newTrigger(p.ID, "")
	live := len(s.sockets) > 0
	s.mu.Unlock()
	_, acked, err := s.request(ctx, "interactive", "shortcut "+callbackID, payload, false)
	if err == nil && !acked {
		return p.noAnswer(sc.Name, live)
	}
	return err
}
