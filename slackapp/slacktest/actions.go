package slacktest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Surface is where a person can press something: a Message, a Card below one, or a View.
type Surface interface {
	surface() (blocks []Object, id string)
}

func (m Message) surface() ([]Object, string) { return m.Blocks, m.Channel + "/" + m.TS }
func (v View) surface() ([]Object, string)    { return v.Blocks, v.ID }

// Dialog is a confirm dialog on a person's screen.
type Dialog struct {
	Title, Text, Confirm, Deny string
	Danger                     bool // its agreeing button is red
}

type dialog struct {
	Dialog
	run func(context.Context) error
}

// Click uses an element of a message, modal or Home: presses a button, picks from a menu, ticks boxes, sets a date.
// The element is named by action id, "block_id/action_id", block id, or the words on it; choices by their words or values
// (a user, conversation or channel by id; a date as 2006-01-02). It waits for the acknowledgement.
// An element with a confirm dialog only opens the dialog: see Dialog, Confirm and Dismiss.
func (p *Person) Click(ctx context.Context, on Surface, name string, choices ...string) error {
	_, id := on.surface()
	e, on, err := p.at(on, name)
	if err != nil {
		return err
	}
	value, err := p.value(ctx, on, e, choices)
	if err != nil {
		return err
	}
	if c, ok := e.el["confirm"].(Object); ok {
		p.s.mu.Lock()
		defer p.s.mu.Unlock()
		p.s.client(p.ID).dialog = &dialog{
			Dialog{plain(c["title"]), plain(c["text"]), plain(c["confirm"]), plain(c["deny"]), str(c["style"]) == "danger"},
			func(ctx context.Context) error { return p.act(ctx, on, e, value) },
		}
		p.s.touch(Change{Kind: "view", User: p.ID, ID: id})
		return nil
	}
	return p.act(ctx, on, e, value)
}

// Dialog returns the confirm dialog on screen.
func (p *Person) Dialog() (Dialog, bool) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	if d := p.s.client(p.ID).dialog; d != nil {
		return d.Dialog, true
	}
	return Dialog{}, false
}

// ErrNoDialog is returned when there is no confirm dialog to answer.
var ErrNoDialog = errors.New("slacktest: no dialog is open")

// Confirm agrees to the open dialog; Slack then sends the click.
func (p *Person) Confirm(ctx context.Context) error {
	d := p.takeDialog()
	if d == nil {
		return ErrNoDialog
	}
	return d.run(ctx)
}

// Dismiss closes the open dialog; nothing is sent.
func (p *Person) Dismiss() error {
	if p.takeDialog() == nil {
		return ErrNoDialog
	}
	return nil
}

func (p *Person) takeDialog() *dialog {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	c := p.s.client(p.ID)
	d := c.dialog
	c.dialog = nil
	p.s.touch(Change{Kind: "view", User: p.ID})
	return d
}

// at finds an element on the surface as it is now; pressing what has gone is an error.
func (p *Person) at(on Surface, name string) (element, Surface, error) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	now, err := p.current(on)
	if err != nil {
		return element{}, nil, err
	}
	blocks, _ := now.surface()
	e, err := locate(blocks, name)
	return e, now, err
}

// current returns the present state of a surface this person sees. The lock is held.
func (p *Person) current(on Surface) (Surface, error) {
	switch o := on.(type) {
	case Message:
		m := p.s.find(o.Channel, o.TS, p.ID)
		c := p.s.channels[o.Channel]
		if m == nil || c == nil || !p.s.sees(p.ID, c) {
			return nil, fmt.Errorf("message %s: %w", o.TS, ErrNotVisible)
		}
		return *m, nil
	case Card:
		m := p.s.find(o.Message.Channel, o.Message.TS, p.ID)
		c := p.s.channels[o.Message.Channel]
		if m == nil || c == nil || !p.s.sees(p.ID, c) || m.Unfurls[o.URL] == nil {
			return nil, fmt.Errorf("card of %s: %w", o.URL, ErrNotVisible)
		}
		return Card{*m, o.URL}, nil
	case View:
		v := p.s.views[o.ID]
		if v == nil || v.Closed || v.User != p.ID {
			return nil, fmt.Errorf("view %s: %w", o.ID, ErrNotVisible)
		}
		return *v, nil
	}
	return nil, fmt.Errorf("surface %T: %w", on, ErrNotVisible)
}

// act sends one block_actions payload and remembers the new value.
func (p *Person) act(ctx context.Context, on Surface, e element, value Object) error {
	s := p.s
	s.mu.Lock()
	now, err := p.current(on)
	if err != nil {
		s.mu.Unlock()
		return err
	}
	action := Object{"type": e.kind(), "action_id": e.actionID(), "block_id": e.blockID(), "action_ts": s.nextTS()}
	for _, key := range []string{"text", "value", "style"} {
		if v, ok := e.el[key]; ok && (e.kind() == "button" || e.kind() == "icon_button") {
			action[key] = v
		}
	}
	for k, v := range value {
		if k != "type" {
			action[k] = v
		}
	}
	payload := p.interaction("block_actions")
	payload["actions"] = []Object{action}
	switch o := now.(type) {
	case Message:
		p.fromMessage(payload, o, e, value)
	case Card:
		p.fromCard(payload, o, e, value)
	case View:
		p.fromView(payload, o, e, value)
	}
	live := len(s.sockets) > 0
	s.mu.Unlock()

	_, ok, err := s.request(ctx, "interactive", "block_actions "+e.actionID(), payload, false)
	if err == nil && !ok {
		return p.noAnswer(e.label(), live)
	}
	return err
}

// interaction is what all interactive payloads share. The lock is held.
func (p *Person) interaction(kind string) Object {
	s := p.s
	u := s.users[p.ID]
	userTeam := u.TeamID
	if kind == "block_suggestion" && s.enterpriseID != "" {
		userTeam = s.enterpriseID // in a Grid, suggestions name the organisation here
	}
	o := Object{
		"type": kind, "token": "local-verification", "api_app_id": appID, "action_ts": s.nextTS(),
		"team":                  Object{"id": u.TeamID, "domain": str(s.teams[u.TeamID]["domain"])},
		"user":                  Object{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": userTeam},
		"is_enterprise_install": false, "enterprise": nil,
	}
	if s.enterpriseID != "" {
		o["enterprise"] = Object{"id": s.enterpriseID, "name": "Acme Group"}
		o["team"] = Object{"id": u.TeamID, "domain": "acme", "enterprise_id": s.enterpriseID, "enterprise_name": "Acme Group"}
	}
	return o
}

// fromMessage fills in a click on a message. The content of ephemeral messages is not sent back. The lock is held.
func (p *Person) fromMessage(payload Object, m Message, e element, value Object) {
	s := p.s
	c := s.channels[m.Channel]
	container := Object{"type": "message", "message_ts": m.TS, "channel_id": m.Channel, "is_ephemeral": m.EphemeralTo != ""}
	if m.ThreadTS != "" {
		container["thread_ts"] = m.ThreadTS
	}
	payload["container"] = container
	payload["channel"] = Object{"id": c.ID, "name": channelName(c)}
	payload["state"] = Object{"values": p.typing(m, e, value)}
	payload["trigger_id"] = s.newTrigger(p.ID, "")
	payload["response_url"] = s.newHook(hook{user: p.ID, channel: c.ID, threadTS: m.ThreadTS, original: keyOf(&m), fixed: true})
	if m.EphemeralTo == "" {
		payload["message"] = s.messageJSON(&m, true)
	}
}

// typing is what the inputs of a message or card hold after one more of them was used. The lock is held.
func (p *Person) typing(on Surface, e element, value Object) map[string]map[string]Object {
	c := p.s.client(p.ID)
	blocks, id := on.surface()
	if c.typed[id] == nil {
		c.typed[id] = initialState(blocks)
	}
	if _, ok := initial(e.el); ok {
		put(c.typed[id], e, value)
	}
	return (&View{State: c.typed[id]}).values()
}

// fromView fills in a click in a modal or Home. The lock is held.
func (p *Person) fromView(payload Object, seen View, e element, value Object) {
	s := p.s
	v := s.views[seen.ID]
	if _, ok := initial(e.el); ok {
		put(v.State, e, value)
	}
	payload["container"] = Object{"type": "view", "view_id": v.ID}
	payload["view"] = s.viewJSON(v)
	payload["state"] = Object{"values": v.values()}
	from := v.ID
	if v.Type == "home" {
		from = ""
	}
	payload["trigger_id"] = s.newTrigger(p.ID, from)
	s.touch(Change{Kind: v.kind(), User: p.ID, ID: v.ID})
}

func (v *View) kind() string {
	if v.Type == "home" {
		return "home"
	}
	return "view"
}

// value turns choices into the element's value, loading options from the app where the element does.
func (p *Person) value(ctx context.Context, on Surface, e element, choices []string) (Object, error) {
	kind := e.kind()
	key, stateful := valueKeys[kind]
	if kind == "overflow" {
		key, stateful = "selected_option", true
	}
	if !stateful {
		if kind == "feedback_buttons" {
			return feedback(e, choices)
		}
		return Object{}, nil
	}
	if !isMulti(kind) && len(choices) > 1 {
		return nil, fmt.Errorf("%s takes one choice, not %d", e.actionID(), len(choices))
	}
	out := Object{"type": kind}
	switch {
	case strings.HasPrefix(key, "selected_option"):
		picked, err := p.pickAll(ctx, on, e, choices)
		if err != nil {
			return nil, err
		}
		out[key] = single(key, picked)
	case isMulti(kind):
		out[key] = slices.Clone(choices)
	case len(choices) == 0 || choices[0] == "":
		out[key] = nil
	case kind == "datetimepicker":
		seconds, err := strconv.ParseInt(choices[0], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s takes seconds since 1970, not %q", e.actionID(), choices[0])
		}
		out[key] = seconds
	case kind == "rich_text_input":
		out[key] = richTextOf(choices[0])
	default:
		out[key] = choices[0]
	}
	return out, nil
}

func feedback(e element, choices []string) (Object, error) {
	for _, key := range []string{"positive_button", "negative_button"} {
		b, _ := e.el[key].(Object)
		if len(choices) == 1 && (choices[0] == plain(b["text"]) || choices[0] == str(b["value"])) {
			return Object{"value": b["value"], "text": b["text"]}, nil
		}
	}
	return nil, fmt.Errorf("%s needs one of its two answers", e.actionID())
}
